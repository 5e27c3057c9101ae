"""The share of each category in a month's videos, as `analysis/category_prevalence`.

Here: which human sample speaks of which videos, and the refusals that follow. Not here: the
estimates (`core.statistics.prevalence`), or drawing samples (`sampling`).

A sample speaks of the videos that it was drawn from, with its probabilities: of this crawl month,
and of the study's sample if it was drawn from that, or from all videos. Of several such samples
one counts alone: of those that suffice (or of all that count in the sense of `counting_samples`,
if none does) the one with the most codes.
Videos that people coded without a decision (the coders differ, or the category has changed its
meaning) are refused, not left out: they are hard ones, or all of one category, so that the others
are not like them. In simulated samples coverage fell to 87 % with 7 % of such tasks, and to 58 %
with 14 %. A trained machine is corrected by the tasks kept for
evaluation, cue words by all. A video about which the machine in use says nothing is counted among
no category; they are a stratum of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from sz_assets.contracts import columns as c
from sz_assets.contracts.coding import CATEGORY_PREVALENCE
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.machine_words import (
    MAXIMUM_UNDECIDED_RATIO,
    NONE,
    Judged,
    counting_tasks,
    halved_videos,
    judged_videos,
    undecided_videos,
)
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.prevalence import MAXIMUM_MISSING_RATIO, UNCORRECTED, prevalence
from sz_assets.study import Codebook

ABSTAINED = "abstained"

_KEY = ["account_id", "video_id"]


class _Sample(NamedTuple):
    """The tasks that count, or none with the reason; the columns that `prevalence` reads."""

    tasks: pl.DataFrame
    refused: str | None


def category_prevalence(month: MonthData) -> pl.DataFrame:
    """Three estimates of every share, by population and level.

    Reads fct_video_month, machine_codes, human_codes, coding_tasks and engagement_summary of the
    month. What can't be estimated is null, with the reason in its note.
    """
    judged = judged_videos(month)
    frames = []
    for population in c.POPULATIONS:
        videos = judged.videos
        if population == "sample":
            videos = videos.filter("is_in_sample")
        if videos.is_empty():
            continue
        sample = _sample(judged, videos, population, month)
        for level in ("primary", "secondary"):
            frames.append(
                _estimates(judged, videos, sample, level, month).with_columns(
                    pl.lit(month.crawl_month).alias("crawl_month"),
                    pl.lit(population).alias("population"),
                    pl.lit(level).alias("category_level"),
                    pl.lit(judged.method).alias("machine_method"),
                    pl.lit(month.incomplete_accounts(population), pl.String).alias(
                        "incomplete_accounts"
                    ),
                )
            )
    empty = pl.DataFrame(schema=polars_schema(CATEGORY_PREVALENCE))
    return conform(
        pl.concat([empty, *(f.select(empty.columns) for f in frames)]), CATEGORY_PREVALENCE
    )


def _sample(judged: Judged, videos: pl.DataFrame, population: str, month: MonthData) -> _Sample:
    tasks = month.tables["coding_tasks"].join(videos, on=_KEY, maintain_order="left")
    if judged.is_trained:
        tasks = tasks.filter(pl.col("part") == "evaluate").with_columns(
            pl.col("inclusion_probability") * pl.col("evaluate_share_ratio")
        )
    nothing = tasks.clear()
    if month.tables["coding_tasks"].is_empty():
        return _Sample(
            nothing,
            "Refused: no sample was drawn for people to code: sz-assets coding export draws one.",
        )
    speaks = (pl.col("sample_crawl_month") == month.crawl_month) & pl.col(
        "sample_population"
    ).is_in(["all", population])
    own = tasks.filter(speaks)
    if own.is_empty():
        drawn = month.tables["coding_tasks"].row(-1, named=True)
        whole = "all videos" if drawn["sample_population"] == "all" else "the study's sample"
        reason = (
            f"Refused: the videos that people code were drawn from {whole} of "
            f"{drawn['sample_crawl_month']:%Y-%m}, and their probabilities hold for those only: "
            "sz-assets coding export draws a sample of this month."
        )
        if month.tables["coding_tasks"].filter(speaks).height:
            reason = "Refused: no task of the sample was kept for evaluation of the trained coder."
        return _Sample(nothing, reason)
    counting = counting_tasks(month)["sample_id"].unique()
    undecided = pl.concat([undecided_videos(month), halved_videos(month)]).unique()
    undecided = undecided.with_columns(pl.lit(True).alias("is_undecided"))
    own = own.join(undecided, on=_KEY, how="left", maintain_order="left")
    best = (
        own.group_by("sample_id")
        .agg(
            pl.len().alias("tasks"),
            pl.col("human_categories").count().alias("codes"),
            pl.col("is_undecided").count().alias("undecided"),
            pl.col("sample_id").first().is_in(counting.implode()).alias("is_counting"),
        )
        .with_columns(
            (pl.col("undecided") <= MAXIMUM_UNDECIDED_RATIO * pl.col("tasks")).alias("is_decided"),
            (pl.col("codes") >= (1 - MAXIMUM_MISSING_RATIO) * pl.col("tasks")).alias("is_done"),
            (pl.col("codes") >= month.study.coding.minimum_human_codes).alias("is_enough"),
        )
        .with_columns(pl.all_horizontal("is_decided", "is_done", "is_enough").alias("suffices"))
        .sort("suffices", "is_counting", "codes", "sample_id")
        .row(-1, named=True)
    )
    if not best["is_decided"]:
        return _Sample(
            nothing,
            f"Refused: {best['undecided']:,} of {best['tasks']:,} tasks were coded, but not "
            "decided: sz-assets coding adjudicate lists those whose coders differ; where a "
            "category has changed its meaning since, code the videos again.",
        )
    return _Sample(own.filter(pl.col("sample_id") == best["sample_id"]).drop("is_undecided"), None)


def _estimates(
    judged: Judged, videos: pl.DataFrame, sample: _Sample, level: str, month: MonthData
) -> pl.DataFrame:
    """Rows of `prevalence.SCHEMA` for the categories of one level and `none`."""
    names = _names(month.study.codebook, level)
    categories = list(dict.fromkeys(names.values()))

    def named(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.col("machine_category")
            .fill_null(ABSTAINED)
            .replace_strict({**names, ABSTAINED: ABSTAINED}, return_dtype=pl.String),
            pl.col("human_categories")
            .list.eval(pl.element().replace_strict(names, return_dtype=pl.String))
            .list.unique(maintain_order=True)
            .alias("categories"),
        )

    found = prevalence(
        named(videos),
        named(sample.tasks),
        [*categories, ABSTAINED],
        minimum_codes=month.study.coding.minimum_human_codes,
    ).filter(pl.col("category") != ABSTAINED)
    is_counted = pl.col("estimator") == UNCORRECTED
    if sample.refused:
        found = found.with_columns(
            pl.when(is_counted).then("note").otherwise(pl.lit(sample.refused)).alias("note")
        )
    if judged.is_trained:
        return found
    never = is_counted & (pl.col("category") == NONE)
    return found.with_columns(
        pl.when(~never).then("share_ratio").alias("share_ratio"),
        pl.when(never)
        .then(pl.lit("Cue words never say that no category fits."))
        .otherwise("note")
        .alias("note"),
    )


def _names(codebook: Codebook, level: str) -> dict[str, Any]:
    """Of each secondary category, and `none`, what it is called at this level."""
    return {
        **{
            second.id: primary.id if level == "primary" else second.id
            for primary, second in codebook.secondary
        },
        NONE: NONE,
    }
