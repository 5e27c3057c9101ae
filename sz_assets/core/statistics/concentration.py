"""How unevenly a total is spread: Gini, the Lorenz curve and the shares of the largest.

Here: functions of plain arrays, and the table of the curves. Not here: any interval (`intervals`).

All shares come from one curve, so they never disagree: the share of the top 10 % is what the
Lorenz curve leaves above 90 %.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sz_assets.contracts.columns import METRICS, POPULATIONS
from sz_assets.contracts.inference import LORENZ_CURVE
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.intervals import Floats, Ints

STEPS = 100


def gini(ascending: Floats) -> float:
    """Σ(2i − n − 1)xᵢ / (nΣx) of non-negative values in ascending order; NaN if Σx is 0.

    The mean absolute difference over twice the mean (Dixon et al. 1987, Ecology 68), 0 to 1 − 1/n.
    """
    n, total = len(ascending), ascending.sum()
    if total == 0:
        return float("nan")
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return max(0.0, float(weights @ ascending / (n * total)))


def account_ginis(values: Floats, accounts: Ints, account_count: int) -> Floats:
    """Gini of each account's own values; shape (account_count,).

    `accounts` numbers each value's account from 0. NaN for an account with fewer than two values,
    in which nothing can be uneven, or with a total of 0.
    """
    order = np.lexsort((values, accounts))
    counts = np.bincount(accounts, minlength=account_count)
    first = np.cumsum(counts) - counts
    owner = accounts[order]
    weights = 2.0 * (np.arange(len(values)) - first[owner] + 1) - counts[owner] - 1
    sums = np.bincount(owner, weights * values[order], account_count)
    scale = counts * np.bincount(accounts, values, account_count)
    found = np.divide(sums, scale, out=np.full(account_count, np.nan), where=scale > 0)
    return np.where(counts > 1, np.maximum(found, 0.0), np.nan)


def lorenz(ascending: Floats, video_ratios: Floats) -> Floats:
    """The least engaged share's share of the total, linear between the videos; NaN if that is 0.

    `ascending` are non-negative values in ascending order, `video_ratios` lie in 0 to 1.
    """
    n = len(ascending)
    reached = np.concatenate(([0.0], np.cumsum(ascending)))
    if reached[-1] == 0:
        return np.full(len(video_ratios), np.nan)
    shares = np.interp(video_ratios * n, np.arange(n + 1), reached / reached[-1])
    # The curve never lies above the diagonal; rounding may not say otherwise.
    return np.asarray(np.minimum(shares, video_ratios))


def top_ratio(ascending: Floats, share: float) -> float:
    """Share of the total that the largest `share` (0 to 1) of the values hold; NaN if that is 0."""
    return float(1.0 - lorenz(ascending, np.array([1.0 - share]))[0])


def lorenz_curves(month: MonthData) -> pl.DataFrame:
    """`analysis/lorenz_curve`: 101 points of a curve, or one per video where there are fewer.

    A metric without values, or with a total of 0, has no curve and no rows.
    """
    frames = []
    for population in POPULATIONS:
        videos = month.videos(population)
        for metric in METRICS:
            values = np.sort(videos[metric].drop_nulls().cast(pl.Float64).to_numpy())
            if not values.sum():
                continue
            steps = min(STEPS, len(values))
            ratios = np.arange(steps + 1) / steps
            frames.append(
                pl.DataFrame({"video_ratio": ratios, "value_ratio": lorenz(values, ratios)}).select(
                    pl.lit(month.crawl_month).alias("crawl_month"),
                    pl.lit(population).alias("population"),
                    pl.lit(metric).alias("metric"),
                    "video_ratio",
                    "value_ratio",
                    pl.lit(month.incomplete_accounts(population), pl.String).alias(
                        "incomplete_accounts"
                    ),
                )
            )
    frame = pl.concat([pl.DataFrame(schema=polars_schema(LORENZ_CURVE)), *frames])
    return conform(frame, LORENZ_CURVE)
