"""Changes of level: planted ones, white noise, short and empty series, the nearest event."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from sz_assets.contracts import columns as c
from sz_assets.core.changepoints import change_indices, find_changepoints
from sz_assets.core.month_data import MonthData
from sz_assets.study import Event, Name
from sz_assets_tests.bundled import shenzhen

SCHEMA = {
    "account_id": pl.String,
    "published_at": pl.Datetime("us"),
    "observed_at": pl.Datetime("us"),
    "is_pinned": pl.Boolean,
    **dict.fromkeys(c.METRICS, pl.Float64),
}
NAME = Name(zh="庆", en="Feast")


def month_of(videos: pl.DataFrame, *events: Event) -> MonthData:
    study = replace(shenzhen(), events=events)
    summary = pl.DataFrame({"population": ["all"], "incomplete_accounts": ["first_scene"]})
    return MonthData(
        study, date(2023, 10, 1), {"fct_video_month": videos, "engagement_summary": summary}
    )


def videos_of(months: int, step: float, per_month: int = 30) -> pl.DataFrame:
    """From 2020-01 on, log-normal counters whose level is multiplied by `step` from month 20 on."""
    random = np.random.default_rng(3)
    rows = []
    for number in range(months):
        moment = datetime(2020 + number // 12, number % 12 + 1, 15, 4)
        level = 6 + np.log(step) * (number >= 20)
        for value in np.exp(level + random.normal(0, 1, per_month)):
            rows.append(
                ("a", moment, datetime(2023, 10, 31, 4), False, *([value] * len(c.METRICS)))
            )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_a_planted_change_is_found_at_its_month_with_the_event_near_it() -> None:
    events = (
        Event(id="far", starts_on=date(2021, 7, 17), name=NAME, source="x"),
        Event(id="near", starts_on=date(2021, 10, 2), name=NAME, source="x"),
        Event(id="nearer", starts_on=date(2021, 8, 20), name=NAME, source="x"),
    )
    found = find_changepoints(month_of(videos_of(46, 3.0), *events))
    likes = found.filter(metric="like_count").row(0, named=True)
    assert likes["published_month"] == date(2021, 9, 1)
    assert likes["nearest_event_id"] == "nearer"
    assert likes["change_multiplier"] == pytest.approx(likes["level_after"] / likes["level_before"])
    assert 2 < likes["change_multiplier"] < 4.5
    assert found["incomplete_accounts"].unique().to_list() == ["first_scene"]
    assert (
        find_changepoints(month_of(videos_of(46, 3.0))).row(0, named=True)["nearest_event_id"]
        is None
    )


@pytest.mark.parametrize(
    ("starts_on", "is_offered"),
    [
        (date(2021, 7, 17), False),
        (date(2021, 7, 18), True),
        (date(2021, 9, 30), True),
        (date(2021, 10, 1), False),
    ],
)
def test_an_event_is_offered_from_45_days_before_the_month_to_its_last_day(
    starts_on: date, is_offered: bool
) -> None:
    event = Event(id="one", starts_on=starts_on, name=NAME, source="x")
    found = find_changepoints(month_of(videos_of(46, 3.0), event)).filter(metric="like_count")
    assert found["published_month"].to_list() == [date(2021, 9, 1)]
    assert found["nearest_event_id"].to_list() == ["one" if is_offered else None]


def test_the_method_says_what_the_series_are_not() -> None:
    method = find_changepoints(month_of(videos_of(46, 3.0)))["method"]
    assert method.str.contains("pool the accounts and are not corrected for the age").all()


def test_a_pinned_video_does_not_begin_the_series_of_counts() -> None:
    # An incomplete list, from 2020-01 on, and one video of 2015 at its top.
    videos = videos_of(46, 1.0)
    old = videos.head(1).with_columns(
        pl.lit(datetime(2015, 3, 1, 4)).cast(pl.Datetime("us")).alias("published_at"),
        pl.lit(value=True).alias("is_pinned"),
    )
    found = find_changepoints(month_of(pl.concat([videos, old])))
    assert found.filter(metric="video_count").is_empty()
    # Not pinned, it is a part of the list.
    unpinned = old.with_columns(pl.lit(value=False).alias("is_pinned"))
    found = find_changepoints(month_of(pl.concat([videos, unpinned])))
    assert found.filter(metric="video_count")["published_month"].to_list() == [date(2020, 1, 1)]
    # Where all are pinned, the first of them begins it.
    pinned = videos_of(46, 3.0).with_columns(pl.lit(value=True).alias("is_pinned"))
    assert not find_changepoints(month_of(pinned)).is_empty()


def test_levels_are_the_medians_of_the_monthly_medians() -> None:
    videos = videos_of(46, 3.0)
    medians = (
        videos.group_by("published_at")
        .agg(pl.col("like_count").median())
        .sort("published_at")["like_count"]
        .to_numpy()
    )
    found = find_changepoints(month_of(videos)).filter(metric="like_count").row(0, named=True)
    assert found["level_before"] == pytest.approx(np.median(medians[:20]), rel=1e-9)
    assert found["level_after"] == pytest.approx(np.median(medians[20:]), rel=1e-9)


@pytest.mark.parametrize("months", [18, 36])
@pytest.mark.parametrize("tails", ["normal", "heavy"])
def test_white_noise_seldom_has_a_change(months: int, tails: str) -> None:
    random, wrong = np.random.default_rng(months), 0
    for _ in range(200):
        noise = random.standard_normal(months)
        if tails == "heavy":
            noise = random.standard_t(4, months)
        wrong += bool(change_indices(noise))
    assert wrong / 200 <= 0.05


def test_a_step_without_noise_is_found_exactly_and_a_constant_has_none() -> None:
    assert change_indices(np.repeat([1.0, 2.0, 1.5], 10)) == [10, 20]
    assert change_indices(np.full(40, 3.3)) == []
    assert change_indices(np.arange(11.0)) == []
    assert change_indices(np.empty(0)) == []


def test_months_observed_in_part_and_the_first_one_are_not_counted() -> None:
    # 30 videos in every month but the first and the last, which hold one each.
    videos = videos_of(46, 1.0)
    month = pl.col("published_at").dt.strftime("%Y-%m")
    thin = videos.filter(month.is_in(["2020-01", "2023-10"])).group_by("published_at").first()
    videos = pl.concat(
        [videos.filter(~month.is_in(["2020-01", "2023-10"])), thin.select(list(SCHEMA))]
    ).with_columns(pl.lit(datetime(2023, 10, 20, 4)).cast(pl.Datetime("us")).alias("observed_at"))
    assert find_changepoints(month_of(videos)).filter(metric="video_count").is_empty()


@pytest.mark.parametrize(
    "videos",
    [
        videos_of(46, 1.0).clear(),
        videos_of(46, 1.0).head(1),
        videos_of(46, 3.0).with_columns(pl.lit(None, pl.Float64).alias(m) for m in c.METRICS),
        videos_of(46, 3.0).with_columns(pl.lit(0.0).alias(m) for m in c.METRICS),
    ],
    ids=["empty", "one video", "all null", "all zero"],
)
def test_series_that_are_missing_or_level_have_no_rows(videos: pl.DataFrame) -> None:
    assert find_changepoints(month_of(videos)).is_empty()
