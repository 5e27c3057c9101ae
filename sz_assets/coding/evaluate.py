"""Judging the machine coders by people's codes: the work of `coding evaluate`.

Here: which coders, on which tasks, and what was left out. Not here: the arithmetic
(`core.coding.evaluation`), or the month's table (`core.coding.machine_evaluation`).

Conventions: cue words learnt nothing, so every sampled task that people decided counts for them; a
trained coder is judged on the evaluate part alone, without what it has seen. Each task weighs
1 / its inclusion probability, summed over the samples that have it and count
(`counting_samples`). However few there are, the
figures are shown, with intervals as wide as that makes them, and a note below the study's
`minimum_human_codes`; nothing is corrected by them then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from sz_assets.coding.human import CHANGED, decided
from sz_assets.coding.machine.language_model import NOT_ASKED
from sz_assets.coding.machine.models import Model, Models, describe
from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.counting_samples import of_counting_samples
from sz_assets.core.coding.cue_words import CODING_METHOD
from sz_assets.core.coding.evaluation import coverage_table, evaluate_codes
from sz_assets.core.coding.machine_evaluation import CHANGED as CHANGED_NOTE
from sz_assets.core.coding.sampling import EVALUATE
from sz_assets.core.coding.training_set import NONE_FITS, main_categories, sampled_codes
from sz_assets.errors import UserError
from sz_assets.study import Codebook, Study

THRESHOLDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_METHOD = (
    "main categories; each task weighs 1 / its inclusion probability (summed over the samples that "
    "have it); 95 % intervals of Wilson at "
    "the effective number of tasks; the macro mean is plain and has none"
)


def evaluate(
    store: CodingStore, study: Study, *, model_ids: Sequence[str] | None = None
) -> dict[str, Any]:
    """Figures of the cue words, of the models (all that are kept, or those named) and of the most
    common category, ready for JSON.

    Raises: UserError if no sampled task was decided by people, or a named model is not kept.
    """
    by_people, left_out = decided(store, study)
    sampled = sampled_codes(by_people, of_counting_samples(store.sample_tasks(), store.codes()))
    others = len(by_people) - len(sampled)
    if others:
        left_out["outside every sample that counts, so of unknown probability"] = others
    if sampled.is_empty():
        said = "; ".join(f"{reason}: {number:,}" for reason, number in left_out.items())
        raise UserError(
            "No sampled task has a code of people to judge the machines by"
            + (f" ({said})" if said else "")
            + ": export a sample with sz-assets coding export, have it coded, and import the codes."
        )
    held_out = sampled.filter(pl.col("part") == EVALUATE).with_columns(
        pl.col("evaluate_weight").alias("weight")
    )
    models = Models(store)
    cards = models.cards() if model_ids is None else [models.card(one) for one in model_ids]
    current = models.current_id()
    coders = [
        _cue_words(sampled, study, "all sampled tasks"),
        _cue_words(held_out, study, "evaluate part"),
    ]
    warnings = []
    for card in cards:
        if reason := models.unfit(card, study.codebook):
            warnings.append(reason)
            continue
        judged = _model(models.load(card.model_id), held_out, study)
        coders.append({**judged, "is_in_use": card.model_id == current})
    if changed := left_out.get(CHANGED):
        # Beside each figure, not only above all of them.
        said = CHANGED_NOTE.format(changed, len(by_people) + sum(left_out.values()) - others)
        for coder in coders:
            coder["notes"] = [said, *coder["notes"]]
    return {
        "codebook_version": study.codebook.version,
        "method": _METHOD,
        "tasks": {
            "decided_by_people": len(by_people),
            "sampled": len(sampled),
            "evaluate_part": len(held_out),
        },
        "left_out": left_out,
        "minimum_human_codes": study.coding.minimum_human_codes,
        "human_counts": _counts(main_categories(by_people), study.codebook),
        "coders": coders,
        "warnings": warnings,
    }


def evaluate_file(
    path: Path,
    *,
    seed: int = 0,
    codebook: Codebook | None = None,
    class_names: Path | None = None,
) -> dict[str, Any]:
    """The same for a file of classified titles (`title<TAB>class`), half of it held out."""
    from sz_assets.coding.machine.corpus import evaluate_corpus

    return evaluate_corpus(path, seed=seed, codebook=codebook, class_names=class_names)


def _cue_words(tasks: pl.DataFrame, study: Study, which: str) -> dict[str, Any]:
    from sz_assets.coding.machine.chosen_cues import code_with_codebook

    said = code_with_codebook(tasks["title"], study.codebook)["secondary_category"]
    return {
        "coding_method": CODING_METHOD,
        "tasks": which,
        "left_out": {},
        **_figures(tasks, said, study),
    }


def _model(model: Model, held_out: pl.DataFrame, study: Study) -> dict[str, Any]:
    abstain_below = study.coding.abstain_below
    seen = model.seen_tasks(held_out)
    codes = model.code(held_out, abstain_below)
    task = pl.concat_str("account_id", "video_id", separator=":")
    tasks = held_out.with_columns(
        task.is_in(list(seen)).alias("is_seen"), said=codes["category"], reason=codes["reason"]
    )
    is_open = pl.col("reason").eq_missing(NOT_ASKED)
    left_out = {
        "seen by the model": tasks["is_seen"].sum(),
        NOT_ASKED: len(tasks.filter(~pl.col("is_seen") & is_open)),
    }
    fair = tasks.filter(~pl.col("is_seen") & ~is_open)
    sure = model.code(fair)
    return {
        **describe(model.card),
        "coding_method": model.coding_method,
        "tasks": "evaluate part",
        "abstain_below": abstain_below,
        "left_out": {reason: number for reason, number in left_out.items() if number},
        "abstentions": _reasons(fair),
        **_figures(fair, fair["said"], study),
        "coverage": (
            coverage_table(
                fair["category"],
                sure["category"],
                sure["confidence"],
                THRESHOLDS,
                weights=fair["weight"],
            ).to_dicts()
            if sure["confidence"].count()
            else []
        ),
    }


def _figures(tasks: pl.DataFrame, said: pl.Series, study: Study) -> dict[str, Any]:
    classes = [*(second.id for _, second in study.codebook.secondary), NONE_FITS]
    found = evaluate_codes(tasks["category"], said, classes, weights=tasks["weight"]).as_dict()
    minimum = study.coding.minimum_human_codes
    if len(tasks) < minimum:
        found["notes"] = [
            f"only {len(tasks):,} human codes count here, fewer than the study's {minimum:,}: the "
            "intervals are wide, and no share is corrected by them",
            *found["notes"],
        ]
    return found


def _counts(codes: pl.DataFrame, codebook: Codebook) -> Mapping[str, int]:
    counts = dict(codes["category"].value_counts().iter_rows())
    order = [*(second.id for _, second in codebook.secondary), NONE_FITS]
    return {category: counts.get(category, 0) for category in order}


def _reasons(tasks: pl.DataFrame) -> dict[str, int]:
    return dict(tasks["reason"].drop_nulls().value_counts(sort=True).iter_rows())
