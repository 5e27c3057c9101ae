"""The effects' arithmetic against statsmodels and scipy, and the table on whole and broken data.

Longer than 300 lines: one study is made and looked at from all sides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.effects import METRICS, estimate_effects
from sz_assets.core.statistics.factors import properties, property_values
from sz_assets.core.statistics.levels import FAMILY_LEVEL
from sz_assets.core.statistics.two_step import (
    Floats,
)
from sz_assets_tests.bundled import shenzhen

STUDY = shenzhen()
MONTH = date(2023, 10, 1)
OBSERVED = datetime(2023, 10, 31, 4)
ASKED = properties(STUDY.codebook)
NO_NUMBER = ("effect_multiplier", "interval_low", "interval_high", "p_value", "p_value_holm")


def videos(accounts: int = 8, each: int = 100, seed: int = 1, slope: float = 0.9) -> pl.DataFrame:
    """Rows of `fct_video_month`, the columns that the effects read; longer videos do better."""
    rng = np.random.default_rng(seed)
    topics = [second.id for _, second in STUDY.codebook.secondary][:4]
    rows = []
    for account in range(accounts):
        for place in range(each):
            duration = float(np.exp2(rng.normal(5, 1)))
            published = OBSERVED - timedelta(days=float(rng.uniform(1, 900)))
            level = 5 + rng.normal(0, 1) + slope * np.log2(duration)
            rows.append(
                {
                    "account_id": f"account_{account}",
                    "observed_at": OBSERVED,
                    "published_at": published,
                    "hour": published.hour,
                    "weekday": published.isoweekday(),
                    "title": "话" * int(rng.integers(4, 40)) + ("（上）" if place % 6 == 0 else ""),
                    "hashtags": ["标签"] * int(rng.integers(0, 5)),
                    "duration_seconds": duration,
                    **{metric: int(np.exp(level - down)) for down, metric in enumerate(METRICS)},
                    "is_pinned": place < 2,
                    "is_in_sample": place < each // 2,
                    "secondary_category": str(rng.choice(topics)),
                }
            )
    return pl.DataFrame(rows).with_columns(pl.col("observed_at", "published_at").cast(INSTANT))


INSTANT = pl.Datetime("us")


def month(frame: pl.DataFrame, incomplete: str | None = None) -> MonthData:
    summary = pl.DataFrame(
        {"population": ["sample", "all"], "incomplete_accounts": [None, incomplete]},
        schema={"population": pl.String(), "incomplete_accounts": pl.String()},
    )
    return MonthData(STUDY, MONTH, {"fct_video_month": frame, "engagement_summary": summary})


def row(table: pl.DataFrame, **key: str) -> dict[str, Any]:
    return table.row(
        by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True
    )


def oracle_fit(columns: list[Floats], age_days: Floats, outcome: Floats) -> Floats:
    """Coefficients of statsmodels' least squares after a constant and both age terms."""
    log_age = np.log1p(age_days)
    design = np.column_stack([np.ones_like(log_age), log_age, log_age**2, *columns])
    return np.asarray(sm.OLS(outcome, design).fit().params[3:])


def test_effects_agree_with_statsmodels_and_scipy() -> None:
    frame = videos()
    table = estimate_effects(month(frame))
    values = property_values(frame, STUDY.codebook)
    age_days = np.array(
        [d / timedelta(days=1) for d in frame["observed_at"] - frame["published_at"]]
    )
    names = frame["account_id"].to_numpy()
    for population, kept in (
        ("all", np.full(frame.height, True)),
        ("sample", frame["is_in_sample"].to_numpy()),
    ):
        for place in (0, 6, 7, 23, 24, 25, 26):
            item = ASKED[place]
            for metric in ("like_count", "comment_count"):
                outcome = np.log1p(frame[metric].to_numpy())
                slopes = [
                    oracle_fit([values[rows, place]], age_days[rows], outcome[rows])[0]
                    for name in np.unique(names)
                    if (rows := (names == name) & kept).any()
                ]
                test = stats.ttest_1samp(slopes, 0.0)
                interval = test.confidence_interval(0.95)
                found = row(
                    table,
                    population=population,
                    metric=metric,
                    factor=item.factor,
                    level=item.level,
                )
                assert found["account_count"] == 8
                assert found["video_count"] == kept.sum()
                assert np.log(found["effect_multiplier"]) == pytest.approx(
                    np.mean(slopes), abs=1e-9
                )
                assert np.log(found["interval_low"]) == pytest.approx(interval.low, abs=1e-9)
                assert np.log(found["interval_high"]) == pytest.approx(interval.high, abs=1e-9)
                assert found["p_value"] == pytest.approx(test.pvalue, abs=1e-9)


def test_holm_runs_over_the_whole_family_of_each_population() -> None:
    table = estimate_effects(month(videos()))
    for population in ("sample", "all"):
        tested = table.filter(pl.col("population") == population, pl.col("p_value").is_not_null())
        assert tested["factor"].n_unique() == 8
        assert tested["metric"].n_unique() == 4
        expected = multipletests(tested["p_value"].to_numpy(), method="holm")[1]
        assert tested["p_value_holm"].to_numpy() == pytest.approx(expected, abs=1e-12)
        decided = tested["verdict"].is_in(["positive", "negative"])
        assert decided.to_list() == (tested["p_value_holm"] < FAMILY_LEVEL).to_list()


def test_the_table_is_whole_and_says_what_it_is() -> None:
    table = estimate_effects(month(videos(), incomplete="account_1"))
    assert table.height == 2 * len(METRICS) * 27
    duration = row(
        table, population="all", metric="like_count", factor="duration", level="per_doubling"
    )
    assert duration["verdict"] == "positive"
    assert duration["interval_low"] < np.exp(0.9) < duration["interval_high"]
    assert duration["note"] is None
    assert duration["incomplete_accounts"] == "account_1"
    words = "among the top 200 of each account, distorted by that selection"
    sample = table.filter(population="sample")
    assert sample["method"].str.contains(words).all()
    assert sample["note"].str.to_lowercase().str.contains(words).all()
    assert not table.filter(population="all")["method"].str.contains("top 200").any()
    assert set(table["estimand"]) == {"accounts_like_these"}
    rare = row(table, population="all", metric="like_count", factor="topic", level="visual")
    assert rare["verdict"] == "not_estimable"
    assert rare["note"].startswith(
        "Not estimable: 0 of 8 accounts have enough (10 videos, 5 in the"
    )


def test_a_topic_in_too_few_accounts_is_not_estimated() -> None:
    topic = pl.when(pl.int_range(pl.len()).over("account_id") < 5).then(pl.lit("visual"))
    account = pl.col("account_id")
    for count, verdict in ((4, "not_estimable"), (5, "undecided")):
        is_one = account.is_in([f"account_{place}" for place in range(count)])
        frame = videos().with_columns(
            pl.when(is_one & topic.is_not_null())
            .then(pl.lit("visual"))
            .otherwise("secondary_category")
            .alias("secondary_category")
        )
        found = row(
            estimate_effects(month(frame)),
            population="all", metric="like_count", factor="topic", level="visual",
        )  # fmt: skip
        assert (found["verdict"], found["account_count"]) == (verdict, count)
        left_out = f"{8 - count} of 8 accounts left out for having too little (10 videos, 5 in"
        assert found["note"].startswith(left_out) == (verdict == "undecided")


def test_missing_values_are_left_out_and_counted() -> None:
    frame = videos()
    place = pl.int_range(pl.len())
    broken = frame.with_columns(
        pl.when(place % 7 != 0).then("like_count").alias("like_count"),
        pl.when(place % 5 != 0).then("duration_seconds").alias("duration_seconds"),
    )
    table = estimate_effects(month(broken))
    found = row(
        table, population="all", metric="like_count", factor="duration", level="per_doubling"
    )
    kept = broken.drop_nulls(["like_count", "duration_seconds"])
    same = row(
        estimate_effects(month(kept)),
        population="all", metric="like_count", factor="duration", level="per_doubling",
    )  # fmt: skip
    assert found["effect_multiplier"] == pytest.approx(same["effect_multiplier"], abs=1e-12)
    assert found["video_count"] == kept.height
    assert (
        found["note"]
        == f"{broken['like_count'].null_count()} videos without this counter left out."
    )


def null(metric: str) -> pl.Expr:
    return pl.lit(None, pl.Int64()).alias(metric)


def zero(metric: str) -> pl.Expr:
    return pl.lit(0, pl.Int64()).alias(metric)


DEGENERATE: dict[str, Callable[[], pl.DataFrame]] = {
    "no video": lambda: videos().clear(),
    "one video": lambda: videos().head(1),
    "one account": lambda: videos(accounts=1),
    "four accounts": lambda: videos(accounts=4),
    "few videos each": lambda: videos(each=9),
    "all counters null": lambda: videos().with_columns(null(metric) for metric in METRICS),
    "all counters zero": lambda: videos().with_columns(zero(metric) for metric in METRICS),
}


@pytest.mark.parametrize("made", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_what_cannot_be_estimated_is_null_with_a_reason(made: Callable[[], pl.DataFrame]) -> None:
    table = estimate_effects(month(made()))
    assert table.height == 2 * len(METRICS) * 27
    assert set(table["verdict"]) == {"not_estimable"}
    assert table["note"].str.contains("Not estimable: ").all()
    for column in NO_NUMBER:
        assert table[column].null_count() == table.height


def test_a_property_that_does_not_vary_is_not_estimated() -> None:
    frame = videos().with_columns(
        duration_seconds=pl.lit(15.0), is_pinned=pl.lit(True), title=pl.lit("四个字吗")
    )
    table = estimate_effects(month(frame))
    for factor in ("duration", "pinned", "title_length", "series"):
        assert set(table.filter(factor=factor)["verdict"]) == {"not_estimable"}
    assert set(table.filter(factor="hashtag_count")["verdict"]) <= {
        "undecided",
        "positive",
        "negative",
    }


def test_videos_of_one_age_or_from_a_clock_that_runs_ahead_are_no_trouble() -> None:
    for published in (OBSERVED - timedelta(days=9), OBSERVED + timedelta(hours=2)):
        frame = videos().with_columns(published_at=pl.lit(published, INSTANT))
        found = row(
            estimate_effects(month(frame)),
            population="all", metric="like_count", factor="duration", level="per_doubling",
        )  # fmt: skip
        slopes = [
            np.polynomial.polynomial.polyfit(
                np.log2(own["duration_seconds"]), np.log1p(own["like_count"]), 1
            )[1]
            for own in frame.partition_by("account_id")
        ]
        assert np.log(found["effect_multiplier"]) == pytest.approx(np.mean(slopes), abs=1e-9)


def test_the_order_of_videos_and_accounts_does_not_matter() -> None:
    frame = videos()
    columns = ["effect_multiplier", "p_value_holm"]
    first = estimate_effects(month(frame)).select(columns)
    second = estimate_effects(month(frame.sample(fraction=1.0, shuffle=True, seed=3))).select(
        columns
    )
    for column in columns:
        assert first[column].to_list() == pytest.approx(
            second[column].to_list(), abs=1e-9, nan_ok=True
        )


@pytest.mark.parametrize(("bend", "words", "verdict"), [
    (0.5, "is a U, lowest at", "positive"),
    (-0.5, "is an inverted U, highest at", "negative"),
])  # fmt: skip
def test_a_u_is_told_in_words(bend: float, words: str, verdict: str) -> None:
    away = (pl.col("duration_seconds").log(2) - 5) ** 2
    frame = videos(slope=0.0).with_columns(
        (pl.col(metric).log1p() + bend * away + 5).exp().cast(pl.Int64).alias(metric)
        for metric in METRICS
    )
    found = row(
        estimate_effects(month(frame)),
        population="all", metric="like_count", factor="duration", level="u_shape",
    )  # fmt: skip
    assert (found["effect_multiplier"], found["interval_low"], found["interval_high"]) == (
        None,
    ) * 3
    assert words in found["note"]
    assert found["verdict"] == verdict
