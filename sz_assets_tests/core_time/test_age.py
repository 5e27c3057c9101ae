"""Engagement at fixed ages: bounds, medians and what is counted instead of guessed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pytest

from sz_assets.contracts.development import ENGAGEMENT_AT_AGE
from sz_assets.contracts.growth import COUNTERS, VIDEO_AGE_PASSAGE
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.age import WIDEST_BOUNDS, engagement_at_age
from sz_assets.core.month_data import MonthData
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
NOW = datetime(2023, 10, 31, 4)

Row = dict[str, Any]


def _passage(
    video: str, before: int | None, after: int | None, *, age: int = 30, **changes: Any
) -> Row:
    """Seen 10 days before the age and 20 after it, or never before where `before` is null."""
    row = {
        "crawl_month": MONTH,
        "account_id": "one",
        "video_id": video,
        "age_days": age,
        "published_year": 2023,
        "age_before_days": None if before is None else age - 10.0,
        "age_after_days": age + 20.0,
        "data_origin": "simulated",
        **{f"{counter}_before": before for counter in COUNTERS},
        **{f"{counter}_after": after for counter in COUNTERS},
    }
    return row | changes


def _month(
    passages: list[Row],
    days_old: list[float] = (),
    origin: str = "simulated",  # type: ignore[assignment]
) -> MonthData:
    videos = [
        {
            "account_id": "one",
            "video_id": f"now{number}",
            "observed_at": NOW,
            "published_at": NOW - timedelta(days=days),
            "published_year": (NOW - timedelta(days=days)).year,
            "data_origin": origin,
        }
        for number, days in enumerate(days_old)
    ]
    empty = dict.fromkeys(FCT_VIDEO_MONTH.column_names)
    summary = {"population": ["all"], "incomplete_accounts": ["one, two"]}
    return MonthData(
        study=shenzhen(),
        crawl_month=MONTH,
        tables={
            "fct_video_month": pl.DataFrame(
                [empty | video for video in videos], schema=polars_schema(FCT_VIDEO_MONTH)
            ),
            "engagement_summary": pl.DataFrame(summary),
        },
        history={
            "video_age_passage": pl.DataFrame(
                [dict.fromkeys(VIDEO_AGE_PASSAGE.column_names) | row for row in passages],
                schema=polars_schema(VIDEO_AGE_PASSAGE),
            )
        },
    )


def _at(month: MonthData, age: int, metric: str = "like_count", year: int = 2023) -> Row:
    rows = engagement_at_age(month).filter(age_days=age, metric=metric, published_year=year)
    return rows.row(0, named=True)


def test_bounds_are_the_medians_of_the_counters_around_the_age() -> None:
    bounds = [(0, 10), (30, 38), (5, 40), (100, 120), (90, 300)]
    month = _month([_passage(str(n), *pair) for n, pair in enumerate(bounds)], [5.0])
    row = _at(month, 30)
    assert row["median_low"] == median(low for low, _ in bounds) == 30
    assert row["median_high"] == median(high for _, high in bounds) == 40
    assert row["median_low"] <= row["median"] <= row["median_high"]
    assert (row["bracketed_count"], row["bounded_count"], row["unreached_count"]) == (5, 0, 1)
    assert row["incomplete_accounts"] == "one, two"
    assert _at(month, 90)["unreached_count"] == 1


def test_counters_that_did_not_change_give_the_ordinary_median() -> None:
    values = np.random.default_rng(1).integers(0, 1_000, 40).tolist()
    row = _at(_month([_passage(str(n), v, v) for n, v in enumerate(values)], [5.0]), 30)
    expected = float(np.median(values))
    assert row["median_low"] == row["median_high"] == expected
    assert row["median"] == pytest.approx(expected, rel=1e-9)


def test_falling_counters_bound_from_the_other_side() -> None:
    row = _at(_month([_passage("a", 50, 40)], [5.0]), 30)
    assert (row["median_low"], row["median"], row["median_high"]) == (40, 45, 50)


def test_a_video_seen_at_that_very_age_is_known() -> None:
    row = _at(_month([_passage("a", 10, 40, age_after_days=30.0)], [5.0]), 30)
    assert row["median_low"] == row["median"] == row["median_high"] == 40


def test_videos_known_from_above_only_are_counted_and_left_out() -> None:
    passages = [_passage("a", 10, 20), _passage("b", None, 5), _passage("c", None, 7)]
    row = _at(_month(passages, [5.0, 8.0]), 30)
    assert (row["bracketed_count"], row["bounded_count"], row["unreached_count"]) == (1, 2, 2)
    assert (row["median_low"], row["median_high"]) == (10, 20)
    assert "1 bracketed videos: 4 others are counted and not extrapolated" in row["note"]


def test_nothing_bracketed_gives_no_value() -> None:
    row = _at(_month([_passage("a", None, 5)], [5.0]), 30)
    assert row["median_low"] is row["median"] is row["median_high"] is None
    assert "No video of this year was seen both before and after" in row["note"]


def test_missing_counters_are_left_out_and_counted() -> None:
    passages = [
        _passage("a", 10, 20),
        _passage("b", 10, 20, like_count_before=None),
        _passage("c", 10, 20, like_count_after=None),
    ]
    month = _month(passages, [5.0])
    row = _at(month, 30)
    assert row["bracketed_count"] == 1
    assert "2 videos whose counter is missing are left out" in row["note"]
    assert _at(month, 30, "share_count")["bracketed_count"] == 3


def test_simulated_passages_say_nothing_of_observed_videos() -> None:
    passages = [_passage("a", 10, 20), _passage("b", 30, 50, data_origin="import:douyin")]
    row = _at(_month(passages, [5.0], "live:douyin"), 30)
    assert (row["median_low"], row["median_high"]) == (30, 50)
    # An account without videos now counts as of the others' kind.
    gone = _passage("c", 60, 70, account_id="gone", data_origin="live:douyin")
    assert _at(_month([*passages, gone], [5.0], "live:douyin"), 30)["bracketed_count"] == 2


def test_zeros_are_values() -> None:
    row = _at(_month([_passage("a", 0, 0), _passage("b", 0, 0)], [5.0]), 30)
    assert row["median_low"] == row["median"] == row["median_high"] == 0


def test_no_videos_give_an_empty_table() -> None:
    frame = engagement_at_age(_month([]))
    assert frame.is_empty()
    assert frame.columns == ENGAGEMENT_AT_AGE.column_names


def test_years_without_passages_have_rows() -> None:
    row = _at(_month([], [400.0]), 365, year=2022)
    assert (row["bracketed_count"], row["bounded_count"], row["unreached_count"]) == (0, 0, 0)
    assert row["median"] is None


def test_growth_curve_is_found_at_its_ages() -> None:
    """Videos that grow as 1000 · age/(age + 60), crawled monthly: the truth lies in the bounds."""
    rng = np.random.default_rng(6)
    passages = []
    for number in range(300):
        level = float(np.exp(rng.normal(7, 1)))
        for age in (30, 90):
            later = age + float(rng.uniform(0, 30))
            before, after = (int(level * a / (a + 60)) for a in (later - 30, later))
            ages = {"age_before_days": later - 30, "age_after_days": later}
            passages.append(_passage(str(number), before, after, age=age, **ages))
    month = _month(passages, [5.0])
    for age in (30, 90):
        truth = np.exp(7) * age / (age + 60)
        row = _at(month, age)
        assert row["median_low"] < truth < row["median_high"]
    # Within its first month a video grows too much for a point between the bounds.
    wide, narrow = _at(month, 30), _at(month, 90)
    assert wide["median_high"] > WIDEST_BOUNDS * wide["median_low"]
    assert wide["median"] is None
    assert "too far apart" in wide["note"]
    assert narrow["median"] == pytest.approx(truth, rel=0.15)
