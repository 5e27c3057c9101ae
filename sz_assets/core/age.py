"""Engagement at fixed ages, from the crawls on either side of each age.

Here: bounds and medians of counters at 30, 90 and 365 days. Not here: which observations lie
around an age (the mart `video_age_passage`), or the trend over years (`core.trend`).

A counter is observed a little before and a little after the age; its value at that age lies
between the two, if counters don't go down and up again within a crawl. Videos that were older when
first seen have no lower bound but 0, which would drag every estimate to 0: they are counted and
left out, as are those that are still younger. So a median speaks of the bracketed videos.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.contracts.development import ENGAGEMENT_AT_AGE
from sz_assets.contracts.growth import COUNTERS, PASSAGE_AGES
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.interval_censored import median, npmle

# Bounds of the median further apart than this, as a ratio, give no point between them.
WIDEST_BOUNDS = 1.5
_METHOD = (
    "Medians of the bounds, and the median of Turnbull's estimate from the intervals between the "
    "last counter before the age and the first one after"
)


def engagement_at_age(month: MonthData) -> pl.DataFrame:
    """Rows of `engagement_at_age`: each year of publication, counter and age.

    Reads `fct_video_month` and `engagement_summary` of the month, and `video_age_passage` of
    every month up to it. Years are those of the videos that either of them knows.
    """
    videos = month.videos("all")
    passages = of_same_kind(month.history["video_age_passage"], videos)
    ages = (pl.col("observed_at") - pl.col("published_at")).dt.total_microseconds() / 86_400e6
    younger = videos.select("published_year", observed_age_days=ages)
    shared = {
        "crawl_month": month.crawl_month,
        "method": _METHOD,
        "incomplete_accounts": month.incomplete_accounts("all"),
    }
    rows = [
        shared | row
        for year in sorted({*videos["published_year"], *passages["published_year"]})
        for age in PASSAGE_AGES
        for row in _rows_of(
            year,
            age,
            passages.filter(published_year=year, age_days=age),
            younger.filter(
                pl.col("published_year") == year, pl.col("observed_age_days") < age
            ).height,
        )
    ]
    frame = pl.DataFrame(rows, schema=polars_schema(ENGAGEMENT_AT_AGE), orient="row")
    return conform(frame, ENGAGEMENT_AT_AGE)


def of_same_kind(rows: pl.DataFrame, videos: pl.DataFrame) -> pl.DataFrame:
    """The rows that may be compared with `videos`: simulated ones with simulated ones only.

    An account that has no video now counts as of the kinds that the others are.
    """
    is_simulated = pl.col("data_origin") == "simulated"
    kinds = videos.select("account_id", kind=is_simulated).unique(maintain_order=True)
    missing = rows.select("account_id").unique().join(kinds, on="account_id", how="anti")
    others = missing.join(kinds.select("kind").unique(), how="cross")
    return rows.with_columns(kind=is_simulated).join(
        pl.concat([kinds, others]), on=["account_id", "kind"], how="semi"
    )


def _rows_of(
    year: int, age: int, passages: pl.DataFrame, unreached: int
) -> Iterator[dict[str, Any]]:
    bracketed = passages.filter(pl.col("age_before_days").is_not_null())
    bounded_count = passages.height - bracketed.height
    for counter in COUNTERS:
        before, after = pl.col(f"{counter}_before"), pl.col(f"{counter}_after")
        # Seen at that very age, the counter needs no lower bound.
        start = pl.when(pl.col("age_after_days") == age).then(after).otherwise(before)
        known = bracketed.select(start=start, after=after).drop_nulls()
        low = known.select(pl.min_horizontal("start", "after")).to_series().to_numpy()
        high = known.select(pl.max_horizontal("start", "after")).to_series().to_numpy()
        lower, upper = low.astype(np.float64), high.astype(np.float64)
        point = _point(lower, upper)
        yield {
            "published_year": year,
            "metric": counter,
            "age_days": age,
            "bracketed_count": known.height,
            "bounded_count": bounded_count,
            "unreached_count": unreached,
            "median_low": float(np.median(lower)) if known.height else None,
            "median_high": float(np.median(upper)) if known.height else None,
            "median": point,
            "note": _note(
                known.height,
                bounded_count + unreached,
                bracketed.height,
                has_point=point is not None,
            ),
        }


def _point(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> float | None:
    """Turnbull's median, unless the bounds lie too far apart to put a point between them.

    The estimate takes no shape of growth for granted; between wide bounds it lies wherever the
    intervals overlap most, which in simulated studies was 20 % too low.
    """
    if not lower.size or np.median(upper) > WIDEST_BOUNDS * max(float(np.median(lower)), 1.0):
        return None
    return median(npmle(lower, upper))


def _note(known: int, others: int, bracketed: int, *, has_point: bool) -> str | None:
    notes = []
    if not bracketed:
        notes.append("No video of this year was seen both before and after this age.")
    if missing := bracketed - known:
        notes.append(f"{missing} videos whose counter is missing are left out.")
    if known and not has_point:
        notes.append("The bounds are too far apart for a point between them.")
    if known and others:
        notes.append(
            f"The median speaks of the {known} bracketed videos: {others} others are counted and "
            "not extrapolated."
        )
    return " ".join(notes) or None
