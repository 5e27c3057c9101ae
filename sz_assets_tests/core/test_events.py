"""Effects of dated events: windows, planted spikes, the null, and data that can decide nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from sz_assets.contracts import columns as c
from sz_assets.core import events as subject
from sz_assets.core.events import measure_events
from sz_assets.core.month_data import MonthData
from sz_assets.study import Event, Name
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
SEEN = datetime(2023, 10, 31, 4)
FIRST = date(2022, 1, 1)
FEAST = Event(
    id="feast",
    starts_on=date(2022, 7, 5),
    ends_on=date(2022, 7, 6),
    name=Name(zh="庆", en="Feast"),
    source="https://example.org",
)
SCHEMA = {
    "account_id": pl.String,
    "published_at": pl.Datetime("us"),
    "observed_at": pl.Datetime("us"),
    "is_pinned": pl.Boolean,
    **dict.fromkeys(c.METRICS, pl.Float64),
}


def month_of(videos: pl.DataFrame, *events: Event) -> MonthData:
    from msgspec.structs import replace

    study = replace(shenzhen(), events=events)
    summary = pl.DataFrame(
        {"population": ["all"], "incomplete_accounts": [None]},
        schema={"population": pl.String, "incomplete_accounts": pl.String},
    )
    return MonthData(study, MONTH, {"fct_video_month": videos, "engagement_summary": summary})


def videos_of(
    seed: int,
    accounts: int = 13,
    days: int = 400,
    rate: float = 0.7,
    spike: float = 1.0,
    crowd: float = 1.0,
) -> pl.DataFrame:
    """Videos at `rate` a day and account, log-normal counters with account effects; around the
    feast counters are multiplied by `spike` and the number of videos by `crowd`.
    """
    random = np.random.default_rng(seed)
    frames = []
    window = range(
        (FEAST.starts_on - FIRST).days - subject.MARGIN_DAYS,
        (FEAST.last_day - FIRST).days + subject.MARGIN_DAYS + 1,
    )
    inside = np.isin(np.arange(days), window)
    for account in range(accounts):
        counts = random.poisson(rate * np.where(inside, crowd, 1.0))
        day = np.repeat(np.arange(days), counts)
        minutes = random.integers(0, 24 * 60, len(day))
        level = random.normal(7, 1)
        columns: dict[str, object] = {
            metric: np.floor(
                np.exp(level + random.normal(0, 1.3, len(day)) + np.log(spike) * inside[day])
            )
            for metric in c.METRICS
        }
        minute = (np.datetime64(FIRST, "us") - np.timedelta64(8, "h")).astype("datetime64[us]")
        columns["published_at"] = minute + (day * 1440 + minutes).astype("timedelta64[m]")
        columns["account_id"] = [f"account_{account:02}"] * len(day)
        columns["is_pinned"] = [False] * len(day)
        columns["observed_at"] = [SEEN] * len(day)
        frames.append(pl.DataFrame({name: columns[name] for name in SCHEMA}, schema=SCHEMA))
    return pl.concat(frames)


def row(frame: pl.DataFrame, metric: str, event: str = "feast") -> dict[str, object]:
    return frame.filter(metric=metric, event_id=event).row(0, named=True)


def test_a_planted_spike_is_found_in_every_metric_and_in_the_videos_a_day() -> None:
    found = measure_events(month_of(videos_of(1, spike=4, crowd=2.5), FEAST))
    assert found["metric"].to_list() == ["video_count", *c.METRICS]
    for metric, truth in (("like_count", 4), ("share_count", 4), ("video_count", 2.5)):
        told = row(found, metric)
        assert told["verdict"] == "spike"
        assert told["interval_low"] < truth < told["interval_high"]
        assert told["account_count"] == 13
        assert told["p_value"] <= told["p_value_holm"] < 0.05


def test_a_planted_fall_is_a_drop_and_no_spike() -> None:
    found = measure_events(month_of(videos_of(2, spike=0.2, crowd=0.25, rate=1.5), FEAST))
    assert {row(found, m)["verdict"] for m in ("like_count", "video_count")} == {"drop"}


def test_many_videos_without_an_effect_are_none_by_equivalence() -> None:
    videos = videos_of(3, rate=12, days=330, accounts=13)
    assert set(measure_events(month_of(videos, FEAST))["verdict"]) <= {"none", "undecided"}
    assert row(measure_events(month_of(videos, FEAST)), "video_count")["verdict"] == "none"


def test_under_the_null_a_whole_table_seldom_names_a_spike() -> None:
    others = [
        Event(id=f"e{i}", starts_on=FIRST + timedelta(days=d), name=FEAST.name, source="x")
        for i, d in enumerate((90, 140, 230, 300))
    ]
    wrong, studies = 0, 25
    for seed in range(studies):
        found = measure_events(month_of(videos_of(100 + seed, days=390), FEAST, *others))
        assert "not_testable" not in set(found["verdict"])
        wrong += bool(set(found["verdict"]) & {"spike", "drop"})
    assert wrong <= 4  # 6 % and the chance of 25 studies


def test_a_steady_trend_is_no_event() -> None:
    videos = videos_of(4, rate=1.5)
    day = (pl.col("published_at") - datetime(2022, 1, 1)).dt.total_days()
    videos = videos.with_columns((pl.col("like_count") * (day / 60).exp()).alias("like_count"))
    assert row(measure_events(month_of(videos, FEAST)), "like_count")["verdict"] != "spike"


def test_the_effect_is_the_closed_form_of_the_accounts_means() -> None:
    videos = videos_of(5)
    window = [FEAST.starts_on - timedelta(days=3), FEAST.last_day + timedelta(days=3)]
    day = videos.select(
        "account_id",
        (pl.col("published_at") + pl.duration(hours=8)).dt.date().alias("day"),
        pl.col("like_count").log1p().alias("log"),
    )
    before = pl.col("day").is_between(window[0] - timedelta(days=60), window[0] - timedelta(days=1))
    after = pl.col("day").is_between(window[1] + timedelta(days=1), window[1] + timedelta(days=60))
    means = day.group_by("account_id").agg(
        pl.col("log").filter(pl.col("day").is_between(*window)).mean().alias("inside"),
        pl.col("log").filter(before).mean().alias("before"),
        pl.col("log").filter(after).mean().alias("after"),
    )
    difference = means["inside"] - (means["before"] + means["after"]) / 2
    told = row(measure_events(month_of(videos, FEAST)), "like_count")
    assert told["effect_multiplier"] == pytest.approx(np.exp(difference.mean()), rel=1e-9)


def test_holm_is_over_all_rows_of_the_table() -> None:
    from statsmodels.stats.multitest import multipletests

    other = Event(id="other", starts_on=date(2022, 10, 1), name=FEAST.name, source="x")
    found = measure_events(month_of(videos_of(6), FEAST, other))
    expected = multipletests(found["p_value"].to_numpy(), method="holm")[1]
    assert found["p_value_holm"].to_list() == pytest.approx(list(expected), rel=1e-9)
    assert found["method"].str.ends_with("Holm over 12 tests.").all()


def test_the_day_is_the_studys_not_utcs() -> None:
    # 20:00 UTC is the next day in Shanghai: only there it falls into the window.
    late = datetime(2022, 7, 1, 20)
    quiet = videos_of(7).filter(
        ~pl.col("published_at").is_between(datetime(2022, 7, 1, 0), datetime(2022, 7, 11, 0))
    )
    added = (
        quiet.group_by("account_id")
        .first()
        .with_columns(pl.lit(late).cast(pl.Datetime("us")).alias("published_at"))
        .select(list(SCHEMA))
    )
    found = measure_events(month_of(pl.concat([quiet, added]), FEAST))
    assert row(found, "like_count")["event_video_count"] == 13


def test_days_of_other_events_are_not_compared_with_and_shared_days_are_told() -> None:
    near = Event(id="near", starts_on=date(2022, 7, 9), name=FEAST.name, source="x")
    videos = videos_of(8)
    alone = row(measure_events(month_of(videos, FEAST)), "like_count")
    beside = row(measure_events(month_of(videos, FEAST, near)), "like_count")
    assert beside["comparison_video_count"] < alone["comparison_video_count"]
    assert beside["note"] == "It shares days with near."
    assert alone["note"] is None


def test_missing_values_are_left_out_and_counted() -> None:
    videos = videos_of(9).with_columns(
        pl.when(pl.int_range(pl.len()) % 3 != 0).then("share_count").alias("share_count")
    )
    told = row(measure_events(month_of(videos, FEAST)), "share_count")
    assert "Left out without this value: " in told["note"]
    assert told["effect_multiplier"] is not None


@pytest.mark.parametrize(
    "videos",
    [
        videos_of(10).clear(),
        videos_of(10).head(1),
        videos_of(10, accounts=1),
        videos_of(10).with_columns(pl.lit(None, pl.Float64).alias(m) for m in c.METRICS),
        videos_of(10, days=100),
    ],
    ids=["empty", "one video", "one account", "all null", "before the event"],
)
def test_too_little_is_not_testable_with_a_note(videos: pl.DataFrame) -> None:
    found = measure_events(month_of(videos, FEAST)).filter(pl.col("metric") != "video_count")
    assert set(found["verdict"]) == {"not_testable"}
    assert found["effect_multiplier"].null_count() == found["p_value_holm"].null_count() == 5
    assert found["note"].str.starts_with("Too few: ").all()


def test_counters_that_are_all_zero_have_no_spread_to_test() -> None:
    videos = videos_of(11).with_columns(pl.lit(0.0).alias(m) for m in c.METRICS)
    told = row(measure_events(month_of(videos, FEAST)), "like_count")
    assert (told["verdict"], told["effect_multiplier"], told["p_value"]) == (
        "not_testable",
        1.0,
        None,
    )
    assert "no spread" in str(told["note"])


def test_videos_too_young_to_compare_are_left_out() -> None:
    late = Event(id="feast", starts_on=date(2023, 10, 20), name=FEAST.name, source="x")
    found = measure_events(month_of(videos_of(12, days=668), late))
    assert row(found, "like_count")["verdict"] == "not_testable"


def test_an_old_pinned_video_does_not_lengthen_what_a_list_shows() -> None:
    # The lists begin three days before the window: without enough days before it, no test.
    cut = videos_of(14).filter(pl.col("published_at") >= datetime(2022, 6, 28))
    pinned = (
        cut.group_by("account_id")
        .first()
        .with_columns(
            pl.lit(datetime(2022, 1, 3)).cast(pl.Datetime("us")).alias("published_at"),
            pl.lit(True).alias("is_pinned"),
        )
    )
    videos = pl.concat([cut, pinned.select(list(SCHEMA))])
    assert row(measure_events(month_of(videos, FEAST)), "video_count")["verdict"] == "not_testable"


def test_a_study_without_events_has_no_rows() -> None:
    assert measure_events(month_of(videos_of(13, days=30))).is_empty()


def test_the_bundled_calendar_is_dated_sourced_and_in_order() -> None:
    events = shenzhen().events
    assert len(events) >= 5
    days = [event.starts_on for event in events]
    assert days == sorted(days)
    assert date(2017, 1, 1) <= days[0]
    assert days[-1] <= MONTH
    assert all("http" in event.source for event in events)
