"""Training a machine coder from people's codes, or asking a language model: `coding train`.

Here: what to learn from, refusing too little, and keeping the result. Not here: learning
(`machine.linear`), asking (`machine.language_model`), or the registry (`machine.models`).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

import sz_assets
from sz_assets.coding.human import decided
from sz_assets.coding.machine.endpoint import EndpointLimits
from sz_assets.coding.machine.language_model import ask, needed, served_by
from sz_assets.coding.machine.models import (
    Frozen,
    Method,
    ModelCard,
    Models,
    describe,
    hash_of_tasks,
    task_ids,
)
from sz_assets.coding.machine.prompt import TEMPLATE_VERSION, build_prompt, example_tasks
from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.counting_samples import of_keeping_samples
from sz_assets.core.coding.evaluation import evaluate_codes
from sz_assets.core.coding.training_set import NONE_FITS, main_categories, training_set
from sz_assets.errors import UserError
from sz_assets.settings import LanguageModelSettings
from sz_assets.study import Study

# Fewer titles than that teach a coder nothing that cue words don't know.
MINIMUM_TRAINING_TASKS = 50
_KEY = ["account_id", "video_id"]


def train(
    store: CodingStore,
    study: Study,
    *,
    seed: int = 0,
    method: Method = "linear",
    videos: pl.DataFrame | None = None,
    use: bool | None = None,
    language_model: LanguageModelSettings | None = None,
    limit: int | None = None,
    limits: EndpointLimits | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    told: Callable[[int, int], object] = lambda done, of: None,
) -> dict[str, Any]:
    """Make a coder, keep it, and put it into use or not; what there is to tell.

    With `use` None a linear coder comes into use only if, cross-validated on its training tasks and
    with cue words in its place where it is less sure than the study's `abstain_below`, it is right
    more often than the cue words alone; the evaluation tasks are not touched for that.

    `videos` (account_id, video_id, title) are those at hand: they give the titles of coded tasks
    outside every sample, and a language model is asked about them, after the sampled ones, `limit`
    at most. The same codes, settings and seed give the same model, which is then not kept twice.
    A language model is asked only for answers that are missing: run it again to go on.

    Raises: UserError for too few codes, a language model that is not set up or gives no answer, or
    a disk that refuses.
    """
    if method == "linear":
        return _train_linear(store, study, seed, videos, use, clock)
    settings = needed(language_model)
    return _ask_model(
        store, study, seed, videos, use is not False, settings, limit, limits, clock, told
    )


def _train_linear(
    store: CodingStore,
    study: Study,
    seed: int,
    videos: pl.DataFrame | None,
    use: bool | None,
    clock: Callable[[], datetime],
) -> dict[str, Any]:
    from sz_assets.coding.machine import chosen_cues, linear

    by_people, undecided = decided(store, study)
    tasks = store.sample_tasks()
    chosen = training_set(by_people, tasks, videos, of_keeping_samples(tasks, store.codes()))
    left_out = {**undecided, **chosen.left_out}
    if len(chosen.tasks) < MINIMUM_TRAINING_TASKS:
        others = "; ".join(f"{reason}: {number:,}" for reason, number in left_out.items())
        raise UserError(
            f"There are {len(chosen.tasks):,} human codes to train on, but at least "
            f"{MINIMUM_TRAINING_TASKS} are needed"
            + (f" (not counted: {others})" if others else "")
            + ": have more tasks of the sample coded and adjudicated, import them, and train again."
        )
    coder = linear.train(
        chosen.tasks["title"],
        chosen.tasks["category"],
        seed=seed,
        codebook_version=study.codebook.version,
        task_ids=task_ids(chosen.tasks),
    )
    card = ModelCard(
        model_id=f"linear-{coder.model_id}",
        method="linear",
        created_at=_now(clock),
        codebook_version=study.codebook.version,
        seed=seed,
        versions={**_versions(), "scikit-learn": coder.card.sklearn_version},
        seen_sha256=hash_of_tasks(chosen.tasks),
        seen_count=len(chosen.tasks),
        class_counts=coder.card.class_counts,
        left_out=left_out,
        cross_validated=coder.card.cross_validated,
        notes=coder.card.notes,
    )
    words = chosen_cues.code_with_codebook(chosen.tasks["title"], study.codebook)
    # Cue words may name categories that no person did: those are wrong, not unknown.
    classes = [*(second.id for _, second in study.codebook.secondary), NONE_FITS]
    cue_words = evaluate_codes(chosen.tasks["category"], words["secondary_category"], classes)
    # Aligned with the training tasks; only a coder that was loaded has none.
    tried = coder.out_of_fold if coder.out_of_fold is not None else pl.DataFrame()
    is_sure = pl.col("confidence") >= study.coding.abstain_below
    machine = tried.select(pl.when(is_sure).then("predicted").alias("category")).to_series()
    both = evaluate_codes(
        chosen.tasks["category"],
        pl.select(pl.coalesce(machine, words["secondary_category"])).to_series(),
        classes,
    )
    is_better = (both.accuracy_ratio or 0) > (cue_words.accuracy_ratio or 0)
    made = _keep(store, study, card, chosen.tasks, coder.save, is_better if use is None else use)
    return {
        **made,
        "abstain_below": study.coding.abstain_below,
        "abstained_ratio": machine.null_count() / len(machine),
        "with_cue_words_accuracy_ratio": both.accuracy_ratio,
        "cue_words_accuracy_ratio": cue_words.accuracy_ratio,
        "is_better": is_better,
    }


def _ask_model(
    store: CodingStore,
    study: Study,
    seed: int,
    videos: pl.DataFrame | None,
    use: bool,
    settings: LanguageModelSettings,
    limit: int | None,
    limits: EndpointLimits | None,
    clock: Callable[[], datetime],
    told: Callable[[int, int], object],
) -> dict[str, Any]:
    sampled = store.sample_tasks().select(*_KEY, "title")
    tasks = pl.concat([sampled, *([videos.select(sampled.columns)] if videos is not None else [])])
    tasks = tasks.unique(_KEY, keep="first", maintain_order=True)
    wanted = example_tasks(study.codebook)
    by_id = dict(zip(task_ids(tasks), tasks["title"].to_list(), strict=True))
    titles = {task: by_id[task] for task in wanted if by_id.get(task)}
    prompt = build_prompt(study.codebook, titles)
    by_people, undecided = decided(store, study)
    seen = (
        tasks.filter(pl.Series([one in titles for one in task_ids(tasks)], dtype=pl.Boolean))
        .join(main_categories(by_people), on=_KEY, how="left", maintain_order="left")
        .sort(_KEY)
    )
    frozen = Frozen(
        model=settings.model,
        template_version=TEMPLATE_VERSION,
        prompt_sha256=prompt.sha256,
        instructions=prompt.instructions,
        categories=prompt.categories,
    )
    identity = [settings.model, prompt.sha256, study.codebook.version, seed, frozen.temperature]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    missing = [task for task in wanted if task not in titles]
    card = ModelCard(
        model_id=f"language_model-{digest}",
        method="language_model",
        created_at=_now(clock),
        codebook_version=study.codebook.version,
        seed=seed,
        versions=_versions(),
        seen_sha256=hash_of_tasks(seen),
        seen_count=len(seen),
        class_counts={},
        left_out=undecided,
        language_model=frozen,
        notes=(f"examples whose titles are not at hand: {', '.join(missing)}",) if missing else (),
    )
    said = _keep(store, study, card, seen, lambda folder: None, use=False)
    file = Models(store).answers(card.model_id)
    asked = ask(
        tasks,
        prompt,
        settings,
        file,
        seed=seed,
        limit=limit,
        limits=limits,
        clock=clock,
        told=told,
    )
    answers = file.read()
    if asked.stopped and not answers:
        raise UserError(
            f"{settings.base_url} gave no answer ({asked.stopped}): mend that, and run the same "
            "command again."
        )
    if use:
        Models(store).use(card.model_id)
    served, changed = served_by(answers)
    return {
        **said,
        "is_in_use": Models(store).current_id() == card.model_id,
        "answered_now": asked.answered,
        "answered_in_all": len(answers),
        "abstained_in_all": sum(answer.category is None for answer in answers),
        "failures": asked.failures,
        "left": asked.left,
        "stopped": asked.stopped,
        "served_by": served,
        "warnings": [changed] if changed else [],
    }


def _keep(
    store: CodingStore,
    study: Study,
    card: ModelCard,
    seen: pl.DataFrame,
    write: Callable[[Path], object],
    use: bool,
) -> dict[str, Any]:
    models = Models(store)
    store.add_codebook(study.codebook)
    is_new = models.add(card, seen, write)
    if use:
        models.use(card.model_id)
    return {
        **describe(models.card(card.model_id)),
        "coding_method": card.coding_method,
        "is_new": is_new,
        "is_in_use": models.current_id() == card.model_id,
    }


def _now(clock: Callable[[], datetime]) -> datetime:
    return clock().astimezone(UTC).replace(tzinfo=None)


def _versions() -> dict[str, str]:
    return {"sz_assets": sz_assets.__version__, "python": platform.python_version()}
