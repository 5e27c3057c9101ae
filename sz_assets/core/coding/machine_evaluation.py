"""`analysis/machine_evaluation`: how often each machine coder agrees with people in one month.

Here: which tasks count for whom, and the table. Not here: the arithmetic (`evaluation`), or coding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

import polars as pl

from sz_assets.contracts.coding import MACHINE_EVALUATION
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.best_code import decided_by_people
from sz_assets.core.coding.counting_samples import of_counting_samples
from sz_assets.core.coding.evaluation import Evaluation, evaluate_codes
from sz_assets.core.coding.sampling import EVALUATE
from sz_assets.core.coding.training_set import NONE_FITS, main_categories, task_weights
from sz_assets.study import Codebook

_KEY = ["account_id", "video_id"]
_METHOD = (
    "people's main code of the sampled videos, each weighted by 1 / its inclusion probability "
    "(summed over the samples that have it); Wilson at the effective number"
)
_MACRO = "plain mean of the secondary categories' F1, without an interval; accuracy counts "
_MACRO += "abstentions as wrong"
FEW = 30
UNDECIDED = (
    "{:,} coded videos are left out, likely the harder ones: their coders differ and nobody has "
    "adjudicated"
)
CHANGED = (
    "{:,} of {:,} coded videos are left out, since their categories, `none` among them, mean "
    "something else since the codebook was changed: the others are no random part, so that the "
    "figures are likely too good, and can't be compared with those before"
)
# How the methods of trained coders begin; a model's id follows.
TRAINED = "machine:"


def machine_evaluation(
    human: pl.DataFrame,
    tasks: pl.DataFrame,
    machine: Mapping[str, pl.DataFrame],
    trained_on: Mapping[str, AbstractSet[str]],
    codebook: Codebook,
    crawl_month: date,
) -> pl.DataFrame:
    """The month's table of the contract, in the order of `machine`, the levels and the codebook.

    `human` is core/human_codes of the month, `tasks` core/coding_tasks. `machine` has for each
    coding method the codes of the month's videos: account_id, video_id and category (secondary;
    `none`; null where it abstains).
    `trained_on` has for a method the ids (account_id:video_id) of the tasks that it has seen with
    their codes. Those, and the same videos in other lists, don't count for it; only samples that
    count (`counting_samples`) do; for a trained coder
    (a method that begins with TRAINED) only tasks of an evaluate part do, since what it has not
    seen of a train part is no random draw. Tasks of no sample, or without the machine's row, count
    for none; nor do those on which people did not come to a decision, which the notes number.
    """
    items, left_out = _items(human, tasks, codebook)
    rows = []
    for method, codes in machine.items():
        fair, note = _fair(
            items, trained_on.get(method, frozenset()), is_trained=method.startswith(TRAINED)
        )
        note = _joined(note, left_out)
        both = fair.join(codes.select(*_KEY, pl.col("category").alias("said")), on=_KEY)
        rows += _rows(method, both, note, codebook)
    frame = pl.DataFrame(rows, schema=_schema(), orient="row").with_columns(
        pl.lit(crawl_month).alias("crawl_month")
    )
    return conform(frame.select(MACHINE_EVALUATION.column_names), MACHINE_EVALUATION)


def _items(
    human: pl.DataFrame, tasks: pl.DataFrame, codebook: Codebook
) -> tuple[pl.DataFrame, str | None]:
    """The decided tasks with category and weights, and a note on the coded ones that are not."""
    drawn = task_weights(of_counting_samples(tasks, human))
    decided = main_categories(decided_by_people(human, codebook)).join(drawn, on=_KEY).sort(_KEY)
    coded = human.select(_KEY).unique().join(drawn, on=_KEY, how="semi")
    usable = human.filter("is_usable").select(_KEY).unique()
    changed = len(coded.join(usable, on=_KEY, how="anti"))
    undecided = len(coded) - len(decided) - changed
    return decided, _joined(
        CHANGED.format(changed, len(coded)) if changed else None,
        UNDECIDED.format(undecided) if undecided else None,
    )


def _fair(
    items: pl.DataFrame, seen: AbstractSet[str], *, is_trained: bool
) -> tuple[pl.DataFrame, str | None]:
    """The items that may judge a coder, and a note on those that may not."""
    # One platform's ids are unique, so that the video's id covers the task's.
    videos = pl.Series(sorted({one.partition(":")[2] for one in seen}), dtype=pl.String)
    fair = items.filter(~pl.col("video_id").is_in(videos.implode()))
    if is_trained:
        fair = fair.filter(pl.col("part") == EVALUATE).with_columns(
            pl.col("evaluate_weight").alias("weight")
        )
    if len(fair) == len(items):
        return fair, None
    return fair, f"{len(items) - len(fair):,} coded videos are left out: it may have seen them"


def _rows(
    method: str, items: pl.DataFrame, note: str | None, codebook: Codebook
) -> list[dict[str, Any]]:
    primary = {second.id: first.id for first, second in codebook.secondary} | {NONE_FITS: NONE_FITS}
    seconds = [second.id for _, second in codebook.secondary]
    firsts = [first.id for first in codebook.primary]
    known = items.with_columns(
        # What is no category of the present codebook is no answer.
        pl.when(pl.col("said").is_in(list(primary))).then("said").alias("said")
    )
    by_primary = known.with_columns(
        pl.col("category", "said").replace_strict(primary, return_dtype=pl.String)
    )
    second = _evaluate(known, [*seconds, NONE_FITS])
    first = _evaluate(by_primary, [*firsts, NONE_FITS])
    few = None if second.items >= FEW else f"only {second.items} videos coded by people count here"
    overall = {
        "category_level": "overall",
        "category": "overall",
        "human_count": second.items,
        "machine_count": known["said"].count(),
        "f1_ratio": second.macro_f1_ratio,
        "accuracy_ratio": second.accuracy_ratio,
        "abstained_ratio": second.abstained_ratio,
        "note": _joined(note, few, *second.notes, _MACRO),
    }
    rows: list[dict[str, Any]] = [overall]
    for level, found in (("primary", first), ("secondary", second)):
        rows += [_category(level, row, note, few) for row in found.categories.to_dicts()]
    return [{**row, "coding_method": method, "method": _METHOD} for row in rows]


def _evaluate(items: pl.DataFrame, classes: Sequence[str]) -> Evaluation:
    return evaluate_codes(items["category"], items["said"], classes, weights=items["weight"])


def _category(
    level: str, row: Mapping[str, Any], note: str | None, few: str | None
) -> dict[str, Any]:
    figures = {
        f"{figure}{ours}": row[f"{figure}{theirs}"]
        for figure in ("precision", "recall", "f1")
        for ours, theirs in (("_ratio", "_ratio"), ("_low_ratio", "_low"), ("_high_ratio", "_high"))
    }
    return {
        "category_level": level,
        "category": row["category"],
        "human_count": row["support"],
        "machine_count": row["predicted_count"],
        **figures,
        "note": _joined(note, few, row["note"]),
    }


def _joined(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _schema() -> pl.Schema:
    schema = polars_schema(MACHINE_EVALUATION)
    del schema["crawl_month"]
    return schema
