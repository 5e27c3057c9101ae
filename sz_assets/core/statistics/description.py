"""Centre, spread and concentration of every metric, robust beside classical.

Here: which statistics `analysis/engagement_description` holds, and in which words. Not here: how
concentration (`concentration`) and intervals (`intervals`) are computed.

Two kinds of rows. Of *these videos* the data are a census, so a value has no interval. A row whose
statistic begins with `account_`, or is `mean_account_gini`, speaks of *accounts like these*: its
value and its interval, where one holds, are of the same estimand, in which each account counts
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl

from sz_assets.contracts.columns import METRICS, POPULATIONS
from sz_assets.contracts.inference import ENGAGEMENT_DESCRIPTION
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics import intervals
from sz_assets.core.statistics.concentration import account_ginis, gini, top_ratio
from sz_assets.core.statistics.intervals import Floats, Interval, Ints

TRIMMED_SHARE = 0.1
THRESHOLD = 500
# Lists cut to their top are alike if the shortest is at least this share of the longest.
ALIKE = 0.9
_CENSUS = "Census of the recorded videos"
_NO_POOLED_INTERVAL = (
    "About accounts like these no interval is given: none was found that holds for the "
    "concentration of all videos of so few accounts; `mean_account_gini` has one"
)
_REPEATS = "{:,} of {:,} rows are repeats of a co-authored video in another account's list"
_UNKNOWN = Interval(*(np.asarray(np.nan),) * 3)
_ZEROS = "exp(mean of ln(1 + x)) - 1, so zeros count as zeros"


class _Census(NamedTuple):
    """`compute` takes ascending values, at least one; NaN where it is not defined."""

    statistic: str
    compute: Callable[[Floats], float]
    method: str
    is_ratio: bool = False
    counters_only: bool = False
    note: str | None = None


class _Values(NamedTuple):
    """Values, the number of each one's account from 0, and whether lists are cut to their top."""

    values: Floats
    accounts: Ints
    account_count: int
    is_cut: bool
    seed: int


class _OfAccounts(NamedTuple):
    """`compute` gives value and interval, and how many accounts contribute to them."""

    statistic: str
    compute: Callable[[_Values], tuple[Interval, int]]
    method: str
    is_ratio: bool = False
    counters_only: bool = False
    no_interval: str = ""
    no_value: str = ""


def _quantile(p: float) -> Callable[[Floats], float]:
    return lambda x: float(np.quantile(x, p))


def _std_dev(x: Floats) -> float:
    return float(x.std(ddof=1)) if len(x) > 1 else float("nan")


def _trimmed_mean(x: Floats) -> float:
    from scipy.stats import trim_mean

    return float(trim_mean(x, TRIMMED_SHARE))


def _mean_without_largest(x: Floats) -> float:
    return float(x[:-1].mean()) if len(x) > 1 else float("nan")


def _largest_ratio(x: Floats) -> float:
    total = x.sum()
    return float(x[-1] / total) if total > 0 else float("nan")


_QUANTILES = {"median": 0.5, "q1": 0.25, "q3": 0.75, "p10": 0.1, "p90": 0.9, "p99": 0.99}
_LINEAR = "quantile, linear between the values"
_TOP = "1 minus the Lorenz curve, linear between the videos"
_OF_VIDEOS = (
    _Census("mean", lambda x: float(x.mean()), "arithmetic mean"),
    _Census("min", lambda x: float(x[0]), "smallest value"),
    _Census("max", lambda x: float(x[-1]), "largest value"),
    *(_Census(name, _quantile(p), _LINEAR) for name, p in _QUANTILES.items()),
    _Census("std_dev", _std_dev, "standard deviation with n - 1"),
    _Census("geometric_mean", lambda x: float(np.expm1(np.log1p(x).mean())), _ZEROS),
    _Census("trimmed_mean", _trimmed_mean, "mean without the lowest and the highest 10 %"),
    _Census("mean_without_largest", _mean_without_largest, "mean without the largest value"),
    _Census(
        "gini",
        gini,
        "sum of (2i - n - 1) x_i over n times the total, ascending",
        is_ratio=True,
        note=_NO_POOLED_INTERVAL,
    ),
    *(
        _Census(name, partial(top_ratio, share=p), _TOP, is_ratio=True, note=_NO_POOLED_INTERVAL)
        for name, p in {"top_1_ratio": 0.01, "top_10_ratio": 0.1}.items()
    ),
    _Census("largest_ratio", _largest_ratio, "largest value over the total", is_ratio=True),
    _Census("zero_ratio", lambda x: float((x == 0).mean()), "share of zeros", is_ratio=True),
    _Census(
        "below_500_ratio",
        lambda x: float((x < THRESHOLD).mean()),
        "share of values below 500",
        is_ratio=True,
        counters_only=True,
    ),
)


def _account_geometric_mean(of: _Values) -> tuple[Interval, int]:
    means = intervals.account_means(np.log1p(of.values), of.accounts, of.account_count)
    return intervals.geometric_mean_interval(means, of.seed), of.account_count


def _account_median(of: _Values) -> tuple[Interval, int]:
    medians = intervals.account_medians(of.values, of.accounts, of.account_count)
    return intervals.median_interval(medians, of.seed), of.account_count


def _account_share(of: _Values) -> tuple[Interval, int]:
    is_below = of.values < THRESHOLD
    shares = intervals.account_means(is_below.astype(np.float64), of.accounts, of.account_count)
    odds = intervals.account_log_odds(is_below, of.accounts, of.account_count)
    is_mixed = (shares > 0) & (shares < 1)
    if is_mixed.mean() <= 0.5:  # the log odds would be made of the added halves
        return _UNKNOWN, of.account_count
    counts = np.bincount(of.accounts)
    if of.is_cut and counts.min() < ALIKE * counts.max():
        is_mixed = np.zeros_like(is_mixed)
    return intervals.share_interval(odds, is_mixed, of.seed), of.account_count


def _mean_account_gini(of: _Values) -> tuple[Interval, int]:
    found = account_ginis(of.values, of.accounts, of.account_count)
    found = found[np.isfinite(found)]
    if not len(found):
        return _UNKNOWN, 0
    return intervals.gini_interval(found), len(found)


_DRAWN = f"bootstrap-t over accounts, {intervals.DRAWS:,} draws"
_OF_ACCOUNTS = (
    _OfAccounts(
        "account_geometric_mean",
        _account_geometric_mean,
        f"exp(M) - 1, M the mean over accounts of each one's mean of ln(1 + x); {_DRAWN}",
    ),
    _OfAccounts(
        "account_median",
        _account_median,
        f"exp(M) - 1, M the mean over accounts of ln(1 + median); {_DRAWN}",
    ),
    _OfAccounts(
        "account_below_500_ratio",
        _account_share,
        "1 / (1 + exp(-M)), M the mean over accounts of the log odds of a value below 500, "
        f"1/2 added to both counts; {_DRAWN}",
        is_ratio=True,
        counters_only=True,
        no_interval="some lists are shorter than the sample's cut",
        no_value="No value: few accounts have a share between 0 and 1",
    ),
    _OfAccounts(
        "mean_account_gini",
        _mean_account_gini,
        "mean over accounts of each one's own Gini; t with one degree less than accounts",
        is_ratio=True,
    ),
)


def describe_engagement(month: MonthData) -> pl.DataFrame:
    """`analysis/engagement_description`: every statistic of each population and metric.

    Missing values are left out and counted in the note, which for `these_videos` also counts the
    rows that repeat a co-authored video; a statistic that can't be computed is null
    and says why. `video_count` counts the values, `account_count` the accounts that contribute.
    """
    rows = [
        {
            "crawl_month": month.crawl_month,
            "population": population,
            "metric": metric,
            "incomplete_accounts": incomplete,
            **row,
        }
        for population in POPULATIONS
        for incomplete in [month.incomplete_accounts(population)]
        for metric in METRICS
        for row in _describe(month.videos(population), metric, population, month.seed)
    ]
    frame = pl.DataFrame(rows, schema=polars_schema(ENGAGEMENT_DESCRIPTION), orient="row")
    return conform(frame, ENGAGEMENT_DESCRIPTION)


def _describe(
    videos: pl.DataFrame, metric: str, population: str, seed: int
) -> Iterator[dict[str, object]]:
    present = videos.select("account_id", "video_id", pl.col(metric).cast(pl.Float64)).drop_nulls(
        metric
    )
    missing = videos.height - present.height
    told = [f"{missing:,} of {videos.height:,} values are missing and left out"] if missing else []
    repeats = present.height - present["video_id"].n_unique()
    told_of_videos = [*told, _REPEATS.format(repeats, present.height)] if repeats else told
    values = present[metric].to_numpy()
    ascending = np.sort(values)
    accounts = (present["account_id"].rank("dense").cast(pl.Int64) - 1).to_numpy()
    count = present["account_id"].n_unique()
    is_duration = metric == "duration_seconds"
    unit = "seconds" if is_duration else "count"
    shared = {"video_count": len(values), "account_count": count}
    for census in (c for c in _OF_VIDEOS if not (c.counters_only and is_duration)):
        value = _known(census.compute(ascending)) if len(values) else None
        notes = [_why_null(ascending)] if value is None else [census.note] if census.note else []
        yield {
            "statistic": census.statistic,
            "value": value,
            "unit": "ratio 0 to 1" if census.is_ratio else unit,
            "estimand": "these_videos",
            "method": f"{_CENSUS}: {census.method}",
            "note": _note(*notes, *told_of_videos),
            **shared,
        }
    for about in (a for a in _OF_ACCOUNTS if not (a.counters_only and is_duration)):
        value, low, high, contributing = None, None, None, 0
        if len(values):
            interval, contributing = about.compute(
                _Values(values, accounts, count, population == "sample", seed)
            )
            value, low, high = (_known(float(part)) for part in interval)
        if low is None or high is None:
            low = high = None
        notes = []
        if value is None:
            notes = [(about.no_value if len(values) else "") or _why_null(ascending)]
        elif low is None:
            notes = [_why_no_interval(contributing, about.no_interval)]
        yield {
            "statistic": about.statistic,
            "value": value,
            "unit": "ratio 0 to 1" if about.is_ratio else unit,
            "interval_low": low,
            "interval_high": high,
            "estimand": "accounts_like_these",
            "method": about.method,
            "note": _note(*notes, *told),
            "video_count": len(values),
            "account_count": contributing,
        }


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _why_null(ascending: Floats) -> str:
    if not len(ascending):
        return "No value is present"
    if ascending[-1] == 0:
        return "Every value is 0"
    return "Too few values"


def _why_no_interval(accounts: int, own_reason: str) -> str:
    if accounts < intervals.MINIMUM_ACCOUNTS:
        return (
            f"No interval: {accounts} accounts contribute, and the method is used for at least "
            f"{intervals.MINIMUM_ACCOUNTS}"
        )
    own = f"{own_reason}, or " if own_reason else ""
    return f"No interval: {own}the accounts do not differ"


def _note(*sentences: str) -> str | None:
    return " ".join(f"{sentence}." for sentence in sentences) or None
