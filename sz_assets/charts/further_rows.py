"""Which rows the further charts draw: chosen once, for the chart and for the count of its marks.

Here: filters and order, without Altair. Missing stays None; what has no value is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from sz_assets.charts.context import ChartContext, month_rows
from sz_assets.charts.wording import FACTORS

Frames = Mapping[str, pl.DataFrame]
COUNTERS = ("like_count", "favorite_count", "share_count", "comment_count")
# The share of videos, least engaged first, at which a Lorenz curve is marked.
MARKED_RATIO = 0.9


def compared_accounts(frames: Frames, context: ChartContext) -> list[dict[str, Any]]:
    """Accounts with likes, highest median first; `sample_median` is None outside the sample."""
    rows = month_rows(frames, "account_engagement", context)
    sample = dict(
        rows.filter(pl.col("population") == "sample")
        .select("account_id", "median_like_count")
        .iter_rows()
    )
    compared = (
        rows.filter((pl.col("population") == "all") & pl.col("median_like_count").is_not_null())
        .sort(["median_like_count", "account_id"], descending=[True, False])
        .iter_rows(named=True)
    )
    return [{**row, "sample_median": sample.get(row["account_id"])} for row in compared]


def hours(frames: Frames, context: ChartContext) -> pl.DataFrame:
    """Weekdays and hours in which any video of the month was published, by weekday and hour."""
    return month_rows(frames, "publishing_by_hour", context, "all").sort("weekday", "hour")


def lorenz_curves(frames: Frames, context: ChartContext) -> dict[str, list[tuple[float, float]]]:
    """Of each counter that has one its curve in the sample, as (video ratio, value ratio)."""
    rows = month_rows(frames, "lorenz_curve", context, "sample").sort("video_ratio")
    curves = {
        metric: rows.filter(pl.col("metric") == metric).select("video_ratio", "value_ratio").rows()
        for metric in COUNTERS
    }
    return {metric: curve for metric, curve in curves.items() if curve}


def curve_at(curve: list[tuple[float, float]], video_ratio: float) -> float:
    """Height of the curve there: between two of its points it is a straight line."""
    left = max((point for point in curve if point[0] <= video_ratio), default=(0.0, 0.0))
    right = min((point for point in curve if point[0] >= video_ratio), default=(1.0, 1.0))
    if right[0] == left[0]:
        return left[1]
    return left[1] + (right[1] - left[1]) * (video_ratio - left[0]) / (right[0] - left[0])


def duration_bins(frames: Frames, context: ChartContext, population: str) -> pl.DataFrame:
    """Bins of duration in which any video's likes are known, shortest first."""
    return (
        month_rows(frames, "duration_engagement", context, population)
        .filter(pl.col("median_like_count").is_not_null())
        .sort("bin_lower")
    )


def effects_on(frames: Frames, context: ChartContext, metric: str) -> pl.DataFrame:
    """Effects on a metric among all videos: by factor, within it the largest first."""
    known = list(FACTORS)
    place = {factor: number for number, factor in enumerate(known)}
    return (
        month_rows(frames, "engagement_effects", context, "all")
        .filter(pl.col("metric") == metric)
        .sort(
            pl.col("factor").replace_strict(place, default=len(known)),
            "factor",
            "effect_multiplier",
            "level",
            descending=[False, False, True, False],
            nulls_last=True,
        )
    )


def estimated_effects(frames: Frames, context: ChartContext) -> pl.DataFrame:
    """Those effects on likes that have a value."""
    return effects_on(frames, context, "like_count").filter(pl.col("effect_multiplier") > 0)


def growth_rows(frames: Frames, context: ChartContext) -> pl.DataFrame:
    """Accounts that have an earlier crawl, most new videos first."""
    return month_rows(frames, "growth_summary", context).sort(
        ["new_video_count", "account_id"], descending=[True, False]
    )


def trend_rows(frames: Frames, context: ChartContext) -> list[dict[str, Any]]:
    """Years of publication, the first first."""
    return month_rows(frames, "publishing_trend", context).sort("published_year").to_dicts()
