"""Which tasks a machine may learn from, and which are kept to judge it.

Here: pure rules. Not here: which code of a video counts (`best_code`), drawing the parts
(`sampling`), or learning.

A task of the part `evaluate` in a sample that counts or is begun (`counting_samples`) is kept for
judging, coded or not; a sample that was only drawn keeps nothing. Should that one count later, it
keeps its part from then on, and a machine that has learnt of it before is not judged by what it has
learnt (`is_seen`): so no machine is ever judged by its own training, whatever was drawn when.

What is left may be learnt from, but for videos that also stand on the other side in another
account's list (co-authored), and for titles that are the same there. A title is the same if its
letters and digits are, in Unicode form NFKC and small letters, whatever blanks, signs and emoji are
between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from sz_assets.core.coding.sampling import EVALUATE

_KEY = ["account_id", "video_id"]
NONE_FITS = "none"


@dataclass(frozen=True)
class TrainingSet:
    """What may be learnt from: account_id, video_id, title and category, sorted by the first two.

    `left_out` counts by reason the tasks that people decided and that are not among them.
    """

    tasks: pl.DataFrame
    left_out: Mapping[str, int]


def main_categories(decided: pl.DataFrame) -> pl.DataFrame:
    """account_id, video_id and `category`: the main one, or `none`, of what people decided."""
    return decided.select(
        *_KEY, pl.col("secondary_categories").list.first().fill_null(NONE_FITS).alias("category")
    )


def sampled_codes(decided: pl.DataFrame, tasks: pl.DataFrame) -> pl.DataFrame:
    """The sampled tasks that people decided, one row each, sorted by account and video.

    `decided` is of `best_code.decided_by_people`, `tasks` are those of all samples that count
    (`counting_samples.of_counting_samples`), the oldest first. Columns: account_id, video_id, title
    (of the newest sample), category, and those of `task_weights`.
    """
    titles = tasks.unique(_KEY, keep="last", maintain_order=True).select(*_KEY, "title")
    return (
        titles.join(main_categories(decided), on=_KEY).join(task_weights(tasks), on=_KEY).sort(_KEY)
    )


def task_weights(tasks: pl.DataFrame) -> pl.DataFrame:
    """What each task stands for: account_id, video_id, part, weight and evaluate_weight.

    `tasks` are those of all samples that count, with inclusion_probability, evaluate_share_ratio
    and part. A task of several samples stands for what it does in each: its weight is
    Σ 1 / probability over them, so that the samples' estimates are pooled, whatever they share. It
    is for evaluation if it is in one of them; `evaluate_weight`, null for others, sums over those
    with 1 / (probability × the evaluate share).
    """
    is_kept = pl.col("part") == EVALUATE
    weight = 1 / pl.col("inclusion_probability")
    return tasks.group_by(_KEY, maintain_order=True).agg(
        pl.when(is_kept.any())
        .then(pl.lit(EVALUATE))
        .otherwise(pl.col("part").last())
        .alias("part"),
        weight.sum().alias("weight"),
        pl.when(is_kept.any())
        .then((weight / pl.col("evaluate_share_ratio")).filter(is_kept).sum())
        .alias("evaluate_weight"),
    )


def training_set(
    decided: pl.DataFrame,
    tasks: pl.DataFrame,
    videos: pl.DataFrame | None = None,
    kept_tasks: pl.DataFrame | None = None,
) -> TrainingSet:
    """What may be learnt from; `decided` as `sampled_codes` has it.

    `tasks` are those of all samples, `kept_tasks` those of `counting_samples.of_keeping_samples`
    (None: all). `videos` (account_id, video_id, title) gives titles of tasks outside every sample.
    """
    keeping = tasks if kept_tasks is None else kept_tasks
    kept = keeping.filter(pl.col("part") == EVALUATE).unique(_KEY, keep="last", maintain_order=True)
    titles = tasks.select(*_KEY, "title")
    if videos is not None:
        titles = pl.concat([videos.select(titles.columns), titles])
    titles = titles.unique(_KEY, keep="last", maintain_order=True)
    rows = main_categories(decided).join(titles, on=_KEY, how="left").sort(_KEY)
    has_title = pl.col("title").str.strip_chars().str.len_chars().fill_null(0) > 0
    reasons = rows.with_columns(
        pl.when(_in(kept))
        .then(pl.lit("kept for evaluation"))
        .when(pl.col("video_id").is_in(kept["video_id"].unique().implode()))
        .then(pl.lit("the same video is kept for evaluation"))
        .when(_same_title(kept))
        .then(pl.lit("the same title is kept for evaluation"))
        .when(~has_title)
        .then(pl.lit("without a title"))
        .alias("reason")
    )
    counts = reasons.drop_nulls("reason").group_by("reason").agg(pl.len()).sort("reason")
    return TrainingSet(
        tasks=reasons.filter(pl.col("reason").is_null()).select(*_KEY, "title", "category"),
        left_out=dict(counts.iter_rows()),
    )


def is_seen(seen: pl.DataFrame) -> pl.Expr:
    """Whether a task (account_id, video_id, title) is no news to who has seen those of `seen`.

    It is not if the task, the video in another account's list, or a same title is among them.
    """
    # One platform's ids are unique, so that the video's id covers the task's.
    return pl.col("video_id").is_in(seen["video_id"].unique().implode()) | _same_title(seen)


def title_key(title: pl.Expr) -> pl.Expr:
    """What two same titles have in common; null for a title without any sign to be seen."""
    text = title.str.normalize("NFKC").str.to_lowercase()
    words = text.str.replace_all(r"[^\p{L}\p{N}]+", "")
    # Of nothing but signs and emoji, those have to be the same.
    signs = text.str.replace_all(r"[\s\p{C}]+", "")
    key = pl.when(words != "").then(words).otherwise(signs)
    return pl.when(key != "").then(key)


def _same_title(others: pl.DataFrame) -> pl.Expr:
    keys = others.select(title_key(pl.col("title")).alias("key"))["key"].drop_nulls().unique()
    return title_key(pl.col("title")).is_in(keys.implode()).fill_null(False)


def _in(others: pl.DataFrame) -> pl.Expr:
    ids = others.select(pl.concat_str(_KEY, separator=":").alias("id"))["id"]
    return pl.concat_str(_KEY, separator=":").is_in(ids.implode())
