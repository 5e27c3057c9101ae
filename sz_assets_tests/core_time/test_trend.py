"""The yearly trend: what only age made vanishes, what quality made stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from constant_quality import CRAWLS, constant_quality, month_of
from scipy import stats

from sz_assets.contracts.development import PUBLISHING_TREND
from sz_assets.core.month_data import MonthData
from sz_assets.core.trend import publishing_trend
from sz_assets.simulation.catalogue import build_catalogue
from sz_assets.simulation.clock import observation_instant
from sz_assets.study import Study
from sz_assets_tests.bundled import shenzhen

DECLINE = {2022: 0.6, 2023: 0.4}


@pytest.fixture(scope="module")
def study() -> Study:
    return shenzhen()


def _by_year(trend: pl.DataFrame, column: str) -> dict[int, float]:
    return dict(trend.select("published_year", column).rows())


def test_constant_quality_gives_no_decline(study: Study) -> None:
    trend = publishing_trend(constant_quality(study, 1))
    counted = _by_year(trend, "sample_video_count")
    assert counted[2021] > counted[2022] > counted[2023]
    assert counted[2022] < 0.95 * counted[2020]
    corrected = _by_year(trend, "corrected_video_count")
    assert sum(corrected.values()) == pytest.approx(13 * 200)
    assert all(count == pytest.approx(13 * 200 / 6, rel=0.15) for count in corrected.values())
    for year in (2022, 2023):
        row = trend.row(by_predicate=pl.col("published_year") == year, named=True)
        assert row["interval_low"] < 1 < row["interval_high"]
        assert row["age_corrected_multiplier"] == pytest.approx(1, rel=0.25)


def test_a_planted_decline_is_found(study: Study) -> None:
    found = [
        publishing_trend(constant_quality(study, seed, quality_by_year=DECLINE))
        for seed in range(10)
    ]
    for year, planted in DECLINE.items():
        highs = [_by_year(trend, "interval_high")[year] for trend in found]
        assert sum(high < 1 for high in highs) >= 9
        ratios = [_by_year(trend, "age_corrected_multiplier")[year] for trend in found]
        assert np.exp(np.mean(np.log(ratios))) == pytest.approx(planted, rel=0.12)
        counts = [_by_year(trend, "corrected_video_count") for trend in found]
        assert all(count[year] < 0.9 * count[2021] for count in counts)


def _embedded(crawl_month: date) -> pl.DataFrame:
    """The likes that the embedded platform shows in a crawl month."""
    crawl = observation_instant(crawl_month, "Asia/Shanghai")
    snapshot = build_catalogue("default").as_of(crawl)
    rows = np.concatenate([np.r_[view.pinned_rows, view.rows] for view in snapshot.accounts])
    videos = snapshot.catalogue.videos
    published = [datetime.fromtimestamp(s, UTC) for s in videos.create_time[rows].tolist()]
    return pl.DataFrame(
        {
            "crawl_month": [crawl_month] * rows.size,
            "account_id": [f"account_{number}" for number in videos.account[rows].tolist()],
            "video_id": [str(row) for row in rows.tolist()],
            "published_at": [at.replace(tzinfo=None) for at in published],
            "published_year": [(at + timedelta(hours=8)).year for at in published],
            "observed_at": [crawl.replace(tzinfo=None)] * rows.size,
            "data_origin": ["simulated"] * rows.size,
            "age_days": [(crawl - at).total_seconds() / 86_400 for at in published],
            "like_count": snapshot.counters["digg_count"][rows],
        }
    )


def test_the_embedded_platform_keeps_its_quality_after_the_paper(study: Study) -> None:
    """Its later videos do not depend on their year, those of the paper's years do."""
    crawled = [_embedded(date(2027, month, 1)) for month in (8, 9, 10, 11, 12)]
    trend = publishing_trend(month_of(study, pl.concat(crawled)))
    counted = _by_year(trend, "sample_video_count")
    assert counted[2025] > counted[2026] > counted[2027]
    assert trend["note"].str.contains("Reference year 2025").all()
    for year in (2024, 2026, 2027):
        row = trend.row(by_predicate=pl.col("published_year") == year, named=True)
        assert row["interval_low"] < 1 < row["interval_high"]
        assert row["age_corrected_multiplier"] == pytest.approx(1, rel=0.1)


@pytest.mark.slow
def test_the_interval_covers_as_often_as_it_says(study: Study) -> None:
    """300 studies, five years each: the share of intervals that hold the planted ratio of 1."""
    studies = 300
    covered: dict[int, int] = {}
    for seed in range(studies):
        trend = publishing_trend(constant_quality(study, seed))
        for year, low, high in trend.select(
            "published_year", "interval_low", "interval_high"
        ).rows():
            if low is not None:
                covered[year] = covered.get(year, 0) + (low <= 1 <= high)
    assert set(covered) == {2018, 2019, 2020, 2022, 2023}
    assert sum(covered.values()) / (5 * studies) == pytest.approx(0.95, abs=0.03)
    for year, count in covered.items():
        assert count / studies == pytest.approx(0.95, abs=0.03), year


def test_interval_is_t_on_account_values(study: Study) -> None:
    """Without growth the correction does nothing: the ratio is that of plain account means."""
    month = constant_quality(study, 2)
    growth = month.history["video_growth"].with_columns(like_growth=pl.lit(0, pl.Int64))
    trend = publishing_trend(replace(month, history={"video_growth": growth}))
    videos = month.tables["fct_video_month"].with_columns(log=pl.col("like_count").log1p())
    means = videos.group_by("account_id", "published_year").agg(pl.col("log").mean())
    wide = means.pivot("published_year", index="account_id", values="log")
    differences = (wide["2022"] - wide["2021"]).to_numpy()
    low, high = stats.t.interval(0.95, 12, differences.mean(), stats.sem(differences))
    row = trend.row(by_predicate=pl.col("published_year") == 2022, named=True)
    assert np.log([row["interval_low"], row["age_corrected_multiplier"], row["interval_high"]]) == (
        pytest.approx([low, differences.mean(), high], rel=1e-9)
    )
    weighted = trend.filter(published_year=2023)["corrected_video_count"].item()
    plain = trend.filter(published_year=2023)["sample_video_count"].item()
    assert plain < weighted < plain * 365 / 300


def test_one_crawl_corrects_nothing(study: Study) -> None:
    trend = publishing_trend(constant_quality(study, 1, crawls=CRAWLS[-1:]))
    assert trend["sample_video_count"].sum() == 13 * 200
    nothing = ["age_corrected_multiplier", "interval_low", "interval_high", "corrected_video_count"]
    assert all(trend[name].null_count() == trend.height for name in nothing)
    assert trend["note"].str.contains("can't be told from its year").all()


def test_two_crawls_are_enough(study: Study) -> None:
    trend = publishing_trend(constant_quality(study, 1, crawls=CRAWLS[-2:]))
    corrected = _by_year(trend, "age_corrected_multiplier")
    assert corrected[2023] == pytest.approx(1, rel=0.35)


def test_ages_without_observed_growth_are_not_bridged(study: Study) -> None:
    """Nothing was published from mid-2021 to mid-2022: newer videos can't be compared with 2020."""
    month = constant_quality(
        study,
        1,
        published=lambda at: not datetime(2021, 6, 1) < at < datetime(2022, 6, 1),
        crawls=CRAWLS[-2:],
    )
    trend = publishing_trend(month)
    corrected = _by_year(trend, "age_corrected_multiplier")
    assert corrected[2021] == 1
    assert corrected[2022] is None
    assert corrected[2023] is None
    assert trend["corrected_video_count"].null_count() == trend.height
    note = trend.filter(published_year=2023)["note"].item()
    assert "between which no growth was observed" in note
    assert "videos of all years have ages without observed growth" in note


def test_observed_days_are_those_before_the_crawl_in_the_studys_zone(study: Study) -> None:
    trend = publishing_trend(constant_quality(study, 1))
    days = _by_year(trend, "observed_days")
    assert (days[2018], days[2020]) == (365, 366)
    assert days[2023] == (date(2023, 10, 28) - date(2023, 1, 1)).days + 0.5


def _with_newest(month: MonthData, at: datetime, year: int, seen: datetime | None) -> MonthData:
    """Each account's newest videos, two, published then instead; all observed at `seen`."""
    videos = month.tables["fct_video_month"].with_columns(
        is_new=pl.col("published_at").rank("ordinal", descending=True).over("account_id") <= 2
    )
    videos = videos.with_columns(
        published_at=pl.when("is_new").then(pl.lit(at)).otherwise("published_at"),
        published_year=pl.when("is_new").then(pl.lit(year)).otherwise("published_year"),
        observed_at=pl.col("observed_at") if seen is None else pl.lit(seen),
    ).drop("is_new")
    return replace(month, tables={**month.tables, "fct_video_month": videos})


def test_a_year_of_few_observed_days_has_no_corrected_count(study: Study) -> None:
    seen = datetime(2024, 1, 3, 4)
    month = _with_newest(constant_quality(study, 1), datetime(2024, 1, 1, 4), 2024, seen)
    trend = publishing_trend(month)
    new = trend.row(by_predicate=pl.col("published_year") == 2024, named=True)
    assert new["observed_days"] == 2.5
    assert new["corrected_video_count"] is None
    assert "fewer than 60 days of this year were observed" in new["note"]
    others = trend.filter(pl.col("published_year") < 2024)
    assert others["corrected_video_count"].null_count() == 0
    assert others["corrected_video_count"].sum() == pytest.approx(13 * 200)
    assert not others["note"].str.contains("fewer than 60 days").any()


@pytest.mark.parametrize(
    ("day", "is_counted"), [(datetime(2023, 2, 28, 16), False), (datetime(2023, 3, 1, 16), True)]
)
def test_sixty_observed_days_are_enough(study: Study, day: datetime, is_counted: bool) -> None:
    before = tuple(datetime(2022, month, 28, 4) for month in (9, 10, 11, 12))
    month = constant_quality(study, 1, crawls=(*before, datetime(2023, 1, 28, 4), day))
    new = publishing_trend(month).row(by_predicate=pl.col("published_year") == 2023, named=True)
    assert new["observed_days"] == (60 if is_counted else 59)
    assert (new["corrected_video_count"] is not None) == is_counted


@pytest.mark.parametrize("year", [2024, 2025])
def test_a_year_after_the_last_observation_has_no_corrected_count(study: Study, year: int) -> None:
    """The platform's clock runs ahead of the crawler's."""
    month = _with_newest(constant_quality(study, 1), datetime(year, 1, 1, 4), year, None)
    trend = publishing_trend(month)
    new = trend.row(by_predicate=pl.col("published_year") == year, named=True)
    assert new["observed_days"] == 0
    assert new["video_count"] == 26
    assert new["age_corrected_multiplier"] is new["corrected_video_count"] is None
    assert "fewer than 60 days of this year were observed" in new["note"]
    counts = trend.filter(pl.col("published_year") < year)["corrected_video_count"]
    assert counts.sum() == pytest.approx(13 * 200)


def test_observed_videos_are_not_corrected_by_simulated_growth(study: Study) -> None:
    month = constant_quality(study, 1)
    observed = month.tables["fct_video_month"].with_columns(data_origin=pl.lit("live:douyin"))
    trend = publishing_trend(replace(month, tables={**month.tables, "fct_video_month": observed}))
    assert trend["age_corrected_multiplier"].null_count() == trend.height


def _only(month: MonthData, condition: pl.Expr) -> MonthData:
    videos = month.tables["fct_video_month"].filter(condition)
    growth = month.history["video_growth"].join(videos, on="video_id", how="semi")
    tables = {**month.tables, "fct_video_month": videos}
    return replace(month, tables=tables, history={"video_growth": growth})


@pytest.mark.parametrize(
    ("condition", "years"),
    [
        (pl.lit(False), 0),
        (pl.col("video_id") == "0_0", 1),
        (pl.col("account_id") == "account_0", 6),
    ],
)
def test_few_videos_give_no_value_and_a_note(study: Study, condition: pl.Expr, years: int) -> None:
    trend = publishing_trend(_only(constant_quality(study, 1), condition))
    assert trend.height == years
    assert trend.columns == PUBLISHING_TREND.column_names
    assert trend["age_corrected_multiplier"].null_count() == years
    assert trend["note"].null_count() == 0


def test_fewer_accounts_than_an_interval_needs_have_a_ratio_without_one(study: Study) -> None:
    keep = pl.col("account_id").is_in([f"account_{number}" for number in range(8)])
    trend = publishing_trend(_only(constant_quality(study, 1), keep))
    row = trend.row(by_predicate=pl.col("published_year") == 2022, named=True)
    assert row["age_corrected_multiplier"] == pytest.approx(1, rel=0.4)
    assert row["interval_low"] is row["interval_high"] is None
    assert "12 accounts" in row["note"]


@pytest.mark.parametrize("likes", [None, 0])
def test_missing_and_zero_likes(study: Study, likes: int | None) -> None:
    month = constant_quality(study, 1)
    value = pl.lit(likes, pl.Int64)
    videos = month.tables["fct_video_month"].with_columns(like_count=value)
    growth = month.history["video_growth"].with_columns(
        like_count=value, like_growth=pl.lit(None if likes is None else 0, pl.Int64)
    )
    trend = publishing_trend(
        replace(
            month,
            tables={**month.tables, "fct_video_month": videos},
            history={"video_growth": growth},
        )
    )
    if likes is None:
        assert trend["median_like_count"].null_count() == trend.height
        assert trend["age_corrected_multiplier"].null_count() == trend.height
    else:
        assert set(trend["age_corrected_multiplier"]) == {1.0}
    assert trend["interval_low"].null_count() == trend.height


def test_the_same_data_give_the_same_trend(study: Study) -> None:
    month = constant_quality(study, 1)
    shuffled = {
        name: rows.sample(fraction=1, shuffle=True, seed=3) for name, rows in month.tables.items()
    }
    history = {
        "video_growth": month.history["video_growth"].sample(fraction=1, shuffle=True, seed=3)
    }
    one = publishing_trend(month)
    assert one.equals(publishing_trend(replace(month, tables=shuffled, history=history)))
