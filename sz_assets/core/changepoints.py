"""Months at which the level of a monthly series changes, and the event nearest to each.

Here: finding the changes. Not here: the effect of a given event (`events`).

The series are the logarithms (of 1 + x) of the videos published a month and of the median of each
metric over the videos published in a month, of all accounts together and as old as they were when
observed. Only changes of level are modelled: a slow drift shows
as steps.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.contracts import columns as c
from sz_assets.contracts.development import CHANGEPOINTS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.events import SETTLED_DAYS
from sz_assets.core.local_days import local_day
from sz_assets.core.month_data import MonthData
from sz_assets.study import Event

LEAST_SEGMENT_MONTHS = 6
LEAST_MONTH_VIDEOS = 5  # fewer give no median worth a point
PENALTY_FACTOR = 4.0
NEAR_DAYS = 45

_METHOD = (
    f"PELT (least squares, segments of at least {LEAST_SEGMENT_MONTHS} months, penalty "
    f"{PENALTY_FACTOR:g} log(n) s²) on log(1 + x) of the monthly {{series}}. "
    "The series pool the accounts and are not corrected for the age of videos."
)


def find_changepoints(month: MonthData) -> pl.DataFrame:
    """Rows of `analysis/changepoints`: none for a series that keeps its level or is too short.

    Medians leave out videos younger than `SETTLED_DAYS`, months with fewer than
    `LEAST_MONTH_VIDEOS` values, and values that are missing; counts leave out the months up to
    that of the first video that is not pinned, and the one that was observed in part.
    """
    series = _series(month.videos("all"), month.study.time_zone)
    incomplete = month.incomplete_accounts("all")
    rows = []
    for metric in ("video_count", *c.METRICS):
        months, values = series[metric]
        breaks = change_indices(np.log1p(values))
        edges = [0, *breaks, len(values)]
        for place, index in enumerate(breaks, start=1):
            before = float(np.median(values[edges[place - 1] : index]))
            after = float(np.median(values[index : edges[place + 1]]))
            rows.append(
                {
                    "crawl_month": month.crawl_month,
                    "metric": metric,
                    "published_month": months[index],
                    "level_before": before,
                    "level_after": after,
                    "change_multiplier": after / before if before > 0 else None,
                    "nearest_event_id": _nearest(months[index], month.study.events),
                    "method": _METHOD.format(
                        series="count of videos" if metric == "video_count" else "median"
                    ),
                    "incomplete_accounts": incomplete,
                }
            )
    frame = pl.DataFrame(rows, schema=polars_schema(CHANGEPOINTS), orient="row")
    return conform(frame, CHANGEPOINTS)


def change_indices(values: NDArray[np.float64]) -> list[int]:
    """Positions at which a new level begins, by PELT (Killick, Fearnhead and Eckley 2012).

    Each change costs twice the BIC's penalty for the two parameters that it adds, a level and a
    place: 4 log(n) s². At that factor a series of white noise (normal or t with 4 degrees of
    freedom, 18 to 75 months) gives a change in at most 1 %, so that the six series together stay
    within 5 %. s² is the larger of two estimates from successive differences, which a change of
    level hardly touches: their variance / 2 and their (1.4826 median absolute deviation)² / 2.
    """
    import ruptures

    if len(values) < 2 * LEAST_SEGMENT_MONTHS:
        return []
    steps = np.diff(values)
    deviation = 1.482602218505602 * np.median(np.abs(steps - np.median(steps)))
    variance = max(float(deviation) ** 2, float(np.var(steps, ddof=1))) / 2
    # A series without noise: any change of level beyond rounding is one.
    penalty = max(PENALTY_FACTOR * np.log(len(values)) * variance, 1e-9)
    search = ruptures.Pelt(model="l2", min_size=LEAST_SEGMENT_MONTHS, jump=1).fit(values)
    return [int(index) for index in search.predict(pen=penalty)[:-1]]


def _series(
    videos: pl.DataFrame, time_zone: str
) -> dict[str, tuple[list[date], NDArray[np.float64]]]:
    """Of each metric the months, in order, and the values that go with them."""
    frame = videos.with_columns(
        local_day("published_at", time_zone).alias("day"),
        local_day("observed_at", time_zone).alias("seen"),
    ).with_columns(pl.col("day").dt.truncate("1mo").alias("month"))
    settled = frame.filter((pl.col("seen") - pl.col("day")).dt.total_days() >= SETTLED_DAYS)
    found = {"video_count": _counts(frame)}
    for metric in c.METRICS:
        medians = (
            settled.group_by("month")
            .agg(pl.col(metric).median().alias("value"), pl.col(metric).count().alias("known"))
            .filter(pl.col("known") >= LEAST_MONTH_VIDEOS)
            .sort("month")
        )
        found[metric] = medians["month"].to_list(), medians["value"].cast(pl.Float64).to_numpy()
    return found


def _counts(frame: pl.DataFrame) -> tuple[list[date], NDArray[np.float64]]:
    """Videos a month, empty months as 0, of months that were observed from first to last day."""
    if frame.is_empty():
        return [], np.empty(0)
    counts = frame.group_by("month").agg(pl.len().alias("value"))
    next_day = frame.select(pl.col("seen").max()).item() + timedelta(days=1)
    # A pinned video may be far older than all else that an incomplete list holds.
    usual = pl.col("month").filter(~pl.col("is_pinned")).min()
    first = frame.select(usual.fill_null(pl.col("month").min())).item()
    months = pl.date_range(first, next_day, "1mo", eager=True)
    # A crawl on the month's last day has seen the month but for hours.
    whole = pl.DataFrame({"month": months[1:]}).filter(
        pl.col("month").dt.offset_by("1mo") <= next_day
    )
    joined = whole.join(counts, on="month", how="left").sort("month")
    return joined["month"].to_list(), joined["value"].fill_null(0).cast(pl.Float64).to_numpy()


def _nearest(month: date, events: tuple[Event, ...]) -> str | None:
    """Of the events that may have made the change: none that started after its month."""
    next_month = (month + timedelta(days=31)).replace(day=1)
    near = [
        (abs((event.starts_on - month).days), event.id)
        for event in events
        if month - timedelta(days=NEAR_DAYS) <= event.starts_on < next_month
    ]
    return min(near)[1] if near else None
