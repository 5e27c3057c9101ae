"""The description of a month against numpy, scipy and closed forms, and what it says of nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.concentration import account_ginis, gini
from sz_assets.core.statistics.description import describe_engagement

Months = Callable[..., MonthData]
RNG = np.random.default_rng(2023)
LISTS: dict[str, list[Any]] = {
    f"account_{i}": list(np.floor(np.exp(6 + RNG.normal() + 1.8 * RNG.standard_normal(n))))
    for i, n in enumerate(RNG.integers(180, 200, 13))
}
ALL = np.sort(np.concatenate([*LISTS.values()]))
OF_ACCOUNTS = {
    "account_geometric_mean",
    "account_median",
    "account_below_500_ratio",
    "mean_account_gini",
}


@pytest.fixture(scope="module")
def frame(month_of: Months) -> pl.DataFrame:
    return describe_engagement(month_of(LISTS, incomplete="account_3"))


def row(frame: pl.DataFrame, statistic: str, metric: str = "like_count") -> dict[str, Any]:
    return frame.filter(population="all", metric=metric, statistic=statistic).row(0, named=True)


EXPECTED = {
    "mean": ALL.mean(),
    "min": ALL.min(),
    "max": ALL.max(),
    "median": np.median(ALL),
    "q1": np.quantile(ALL, 0.25),
    "q3": np.quantile(ALL, 0.75),
    "p10": np.percentile(ALL, 10),
    "p90": np.percentile(ALL, 90),
    "p99": np.percentile(ALL, 99),
    "std_dev": stats.tstd(ALL),
    "geometric_mean": stats.gmean(ALL + 1) - 1,
    "trimmed_mean": stats.trim_mean(ALL, 0.1),
    "mean_without_largest": (ALL.sum() - ALL.max()) / (len(ALL) - 1),
    "gini": np.abs(ALL[:, None] - ALL).mean() / (2 * ALL.mean()),
    "largest_ratio": ALL.max() / ALL.sum(),
    "zero_ratio": np.mean(ALL == 0),
    "below_500_ratio": np.count_nonzero(ALL < 500) / len(ALL),
}


@pytest.mark.parametrize("statistic", EXPECTED)
def test_values_of_the_census(frame: pl.DataFrame, statistic: str) -> None:
    found = row(frame, statistic)
    assert found["value"] == pytest.approx(EXPECTED[statistic], rel=1e-9)
    assert found["estimand"] == "these_videos"
    assert found["interval_low"] is None
    assert found["interval_high"] is None
    assert (found["video_count"], found["account_count"]) == (len(ALL), 13)
    assert found["incomplete_accounts"] == "account_3"


@pytest.mark.parametrize(("statistic", "share"), [("top_1_ratio", 0.01), ("top_10_ratio", 0.1)])
def test_shares_of_the_top(frame: pl.DataFrame, statistic: str, share: float) -> None:
    whole, part = divmod(share * len(ALL), 1)
    expected = ALL[::-1][: int(whole)].sum() + part * ALL[::-1][int(whole)]
    assert row(frame, statistic)["value"] == pytest.approx(expected / ALL.sum(), rel=1e-9)


def test_values_of_accounts(frame: pl.DataFrame) -> None:
    lists = [np.array(values) for values in LISTS.values()]
    below = np.array([np.count_nonzero(values < 500) for values in lists])
    odds = np.log((below + 0.5) / (np.array([len(values) for values in lists]) - below + 0.5))
    expected = {
        "account_geometric_mean": np.expm1(np.mean([np.log1p(v).mean() for v in lists])),
        "account_median": np.expm1(np.mean([np.log1p(np.median(v)) for v in lists])),
        "account_below_500_ratio": 1 / (1 + np.exp(-odds.mean())),
        "mean_account_gini": np.mean([gini(np.sort(v)) for v in lists]),
    }
    for statistic, value in expected.items():
        found = row(frame, statistic)
        assert found["value"] == pytest.approx(value, rel=1e-9)
        assert found["interval_low"] < value < found["interval_high"]
        assert found["estimand"] == "accounts_like_these"
        assert found["note"] is None


def test_the_interval_of_the_mean_gini(frame: pl.DataFrame) -> None:
    accounts = np.repeat(np.arange(13), [len(values) for values in LISTS.values()])
    ginis = account_ginis(np.concatenate([*LISTS.values()]), accounts, 13)
    low, high = stats.t.interval(0.95, 12, ginis.mean(), stats.sem(ginis))
    found = row(frame, "mean_account_gini")
    assert (found["interval_low"], found["interval_high"]) == pytest.approx((low, high), rel=1e-9)


def test_only_rows_about_accounts_have_intervals(frame: pl.DataFrame) -> None:
    with_interval = frame.filter(pl.col("interval_low").is_not_null())
    assert set(with_interval["statistic"]) == OF_ACCOUNTS
    assert set(with_interval["estimand"]) == {"accounts_like_these"}
    about = frame.filter(estimand="accounts_like_these")
    assert set(about["statistic"]) == OF_ACCOUNTS


@pytest.mark.parametrize("statistic", ["gini", "top_1_ratio", "top_10_ratio"])
def test_pooled_concentration_says_why_it_has_no_interval(
    frame: pl.DataFrame, statistic: str
) -> None:
    assert "none was found that holds" in row(frame, statistic)["note"]


def test_a_threshold_of_counts_is_not_put_to_durations(frame: pl.DataFrame) -> None:
    durations = frame.filter(metric="duration_seconds")
    assert not durations["statistic"].str.contains("below_500").any()
    assert set(durations["unit"]) == {"seconds", "ratio 0 to 1"}
    assert row(frame, "mean", "share_count")["unit"] == "count"


def test_the_sample_is_described_by_itself(frame: pl.DataFrame) -> None:
    sample = frame.filter(population="sample", metric="like_count", statistic="mean")
    values = np.concatenate([values[:-1] for values in LISTS.values()])
    assert sample["value"].item() == pytest.approx(values.mean(), rel=1e-9)
    assert sample["incomplete_accounts"].item() is None


def test_the_same_seed_gives_the_same_table(frame: pl.DataFrame, month_of: Months) -> None:
    again = describe_engagement(month_of(LISTS, incomplete="account_3"))
    assert again.equals(frame)
    other = describe_engagement(month_of(LISTS, incomplete="account_3", seed=1))
    assert not other.equals(frame)


def test_missing_values_are_left_out_and_counted(month_of: Months) -> None:
    frame = describe_engagement(month_of({"a": [4, None, 8, None], "b": [None]}))
    found = row(frame, "mean")
    assert (found["value"], found["video_count"], found["account_count"]) == (6.0, 2, 1)
    assert found["note"] == "3 of 5 values are missing and left out."


def test_a_cut_list_beside_a_short_one_has_no_share_interval(month_of: Months) -> None:
    short = {**LISTS, "account_0": LISTS["account_0"][:60]}
    frame = describe_engagement(month_of(short)).filter(
        metric="like_count", statistic="account_below_500_ratio"
    )
    cut, whole = (frame.filter(population=name).row(0, named=True) for name in ("sample", "all"))
    assert cut["value"] is not None
    assert cut["interval_low"] is None
    assert "shorter than the sample's cut" in cut["note"]
    assert whole["interval_low"] is not None


@pytest.mark.parametrize("values", [[1_000, 2_000, 9_000], [1, 2, 499], [0, 0, 0]])
def test_a_share_of_0_or_1_in_most_accounts_is_null_and_says_so(
    values: list[int], month_of: Months
) -> None:
    lists = {f"a{i}": values if i < 7 else [1, 900] for i in range(13)}
    found = row(describe_engagement(month_of(lists)), "account_below_500_ratio")
    assert found["value"] is found["interval_low"] is found["interval_high"] is None
    assert found["note"] == "No value: few accounts have a share between 0 and 1."
    mixed = {f"a{i}": values if i < 6 else [1, 900 + i] for i in range(13)}
    found = row(describe_engagement(month_of(mixed)), "account_below_500_ratio")
    assert found["value"] is not None


def test_pooled_rows_count_the_repeats_of_co_authored_videos(month_of: Months) -> None:
    month = month_of({"a": [4, 5, 900], "b": [4, 5, None]})
    shared = pl.when(pl.col("video_id") == "b_0").then(pl.lit("a_0")).otherwise("video_id")
    videos = month.tables["fct_video_month"].with_columns(video_id=shared)
    month = replace(month, tables={**month.tables, "fct_video_month": videos})
    frame = describe_engagement(month)
    told = "1 of 5 rows are repeats of a co-authored video in another account's list."
    pooled = frame.filter(population="all", estimand="these_videos")
    assert pooled["note"].str.ends_with(told).all()
    assert row(frame, "mean")["note"] == f"1 of 6 values are missing and left out. {told}"
    others = frame.filter(estimand="accounts_like_these")
    assert not others["note"].str.contains("co-authored").any()


def test_few_accounts_have_values_and_no_interval(month_of: Months) -> None:
    frame = describe_engagement(month_of({f"a{i}": [i, 600 + i, 3, 9] for i in range(11)}))
    for statistic in OF_ACCOUNTS:
        found = row(frame, statistic)
        assert found["value"] is not None
        assert found["interval_low"] is None
        assert found["note"].startswith("No interval: 11 accounts contribute")


def test_accounts_that_are_alike_have_no_interval(month_of: Months) -> None:
    frame = describe_engagement(month_of({f"a{i}": [1, 5, 900] for i in range(13)}))
    for statistic in OF_ACCOUNTS:
        found = row(frame, statistic)
        assert found["interval_low"] is None
        assert "the accounts do not differ" in found["note"]


@pytest.mark.parametrize("lists", [{}, {"a": [None, None, None]}])
def test_nothing_is_null_and_says_so(lists: Any, month_of: Months) -> None:
    frame = describe_engagement(month_of(lists))
    assert frame.height == 226
    assert frame["value"].null_count() == 226
    assert frame["video_count"].sum() == 0
    assert frame["account_count"].sum() == 0
    assert frame["note"].str.starts_with("No value is present.").all()


def test_zeros_have_a_centre_and_no_concentration(month_of: Months) -> None:
    frame = describe_engagement(month_of({"a": [0, 0, 0], "b": [0, 0]}))
    assert row(frame, "geometric_mean")["value"] == 0
    assert row(frame, "zero_ratio")["value"] == 1
    for statistic in ("gini", "top_1_ratio", "top_10_ratio", "largest_ratio", "mean_account_gini"):
        found = row(frame, statistic)
        assert found["value"] is None
        assert found["note"] == "Every value is 0."
    assert row(frame, "mean_account_gini")["account_count"] == 0


def test_one_video_has_no_spread(month_of: Months) -> None:
    frame = describe_engagement(month_of({"a": [7]}))
    assert row(frame, "median")["value"] == 7
    assert row(frame, "largest_ratio")["value"] == 1
    for statistic in ("std_dev", "mean_without_largest", "mean_account_gini"):
        found = row(frame, statistic)
        assert found["value"] is None
        assert found["note"] == "Too few values."
