"""What is true of accounts like those that are drawn, from a very large draw of them.

Here: estimands of each statistic and effect, computed apart from the package's own functions. Not
here: anything about a single study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.validation.frames import TOP, like_ranks
from benchmarks.validation.studies import (
    METRICS,
    Flags,
    Floats,
    Integers,
    Model,
    Planted,
    Videos,
    draw,
)

# The mean over so many accounts is uncertain by 5 % of what the mean over 13 is.
ACCOUNTS = 6_000
POPULATIONS = ("sample", "all")


def large_draw(
    model: Model, planted: Planted, sizes: tuple[int, int], seed: int, accounts: int = ACCOUNTS
) -> Videos:
    return draw(np.random.default_rng(seed), model, planted, accounts, sizes)


def populations(videos: Videos) -> dict[str, tuple[Flags, Integers]]:
    """By population which videos belong to it, and the counters of all."""
    counters = videos.counters()
    top = like_ranks(videos, counters[:, 0]) <= TOP
    return {"sample": (top, counters), "all": (np.ones(len(top), dtype=bool), counters)}


def mean_slope(x: Floats, y: Floats, account: Integers) -> float:
    """Mean over accounts of each one's least-squares slope of y on x."""
    counts = np.bincount(account)

    def centred(values: Floats) -> Floats:
        return np.asarray(values - (np.bincount(account, values) / counts)[account])

    off = centred(x)
    squares = np.bincount(account, off**2)
    crossed = np.bincount(account, off * centred(y))
    used = (counts >= 10) & (squares > 1.0)
    return float((crossed[used] / squares[used]).mean())


def effect_truths(videos: Videos) -> dict[tuple[str, str, str], float]:
    """Log ratios by population, metric and level: of a doubled duration, and of the first topic."""
    truths = {}
    for population, (rows, counters) in populations(videos).items():
        account = videos.account[rows]
        for place, metric in enumerate(METRICS):
            y = np.log1p(counters[rows, place])
            x = np.log2(videos.duration[rows])
            truths[population, metric, "per_doubling"] = mean_slope(x, y, account)
            first = (videos.topic[rows] == 0).astype(float)
            truths[population, metric, "first_topic"] = mean_slope(first, y, account)
    return truths


def _by_account(values: Floats, account: Integers) -> list[Floats]:
    return np.split(values, np.flatnonzero(np.diff(account)) + 1)


def _gini(values: Floats) -> float:
    ordered = np.sort(values)
    lorenz = np.cumsum(ordered) / ordered.sum()
    n = len(values)
    return float(1 + 1 / n - 2 * lorenz.sum() / n)


def _log_odds_below(limit: float) -> Callable[[Floats], float]:
    def odds(values: Floats) -> float:
        below = (values < limit).sum()
        return float(np.log((below + 0.5) / (len(values) - below + 0.5)))

    return odds


# A statistic of an account's videos, and what the mean over accounts is turned into.
STATISTICS: Mapping[str, tuple[Callable[[Floats], float], Callable[[float], float]]] = {
    "account_geometric_mean": (lambda x: float(np.log1p(x).mean()), np.expm1),
    "account_median": (lambda x: float(np.log1p(np.median(x))), np.expm1),
    "account_below_500_ratio": (_log_odds_below(500), lambda odds: 1 / (1 + np.exp(-odds))),
    "mean_account_gini": (_gini, lambda gini: gini),
}


def description_truths(videos: Videos) -> dict[tuple[str, str, str], float]:
    """By population, metric and estimand."""
    truths = {}
    for population, (rows, counters) in populations(videos).items():
        columns = {name: counters[rows, place] for place, name in enumerate(METRICS)}
        columns["duration_seconds"] = videos.duration[rows]
        for metric, values in columns.items():
            grouped = _by_account(values.astype(float), videos.account[rows])
            for name, (of_account, back) in STATISTICS.items():
                over = np.mean([of_account(own) for own in grouped])
                truths[population, metric, name] = float(back(float(over)))
    return truths


def trend_truths(videos: Videos) -> dict[tuple[str, str, str], float]:
    """Ratio of final likes by year to 2021: mean over accounts of the difference of log means."""
    y = np.log1p(np.floor(np.exp(videos.final[:, 0])))
    key = videos.account * 10 + (videos.year - 2017)
    accounts = int(videos.account[-1]) + 1
    counts = np.bincount(key, minlength=accounts * 10).reshape(accounts, 10)
    sums = np.bincount(key, y, accounts * 10).reshape(accounts, 10)
    means = np.where(counts >= 5, sums / np.maximum(counts, 1), np.nan)
    ratios = np.exp(np.nanmean((means - means[:, [4]])[:, :7], axis=0))
    return {("all", "like_count", str(2017 + i)): float(ratio) for i, ratio in enumerate(ratios)}
