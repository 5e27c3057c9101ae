"""Ratios with an interval and a p-value from one value per account.

Here: the arithmetic for `events`. Not here: which videos belong to an account's value.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CONFIDENCE = 0.95
_WIDEST = 8.0  # log ratios beyond a factor of 3,000 are not looked for
_NO_SPREAD = 1e-12


class Estimate(NamedTuple):
    """A ratio, its 95 % interval and two-sided p-value against 1; None where there is none.

    An end of the interval that is not found within a factor of 3,000 is None.
    """

    ratio: float | None
    low: float | None
    high: float | None
    p_value: float | None


def t_ratio(logs: Floats) -> Estimate:
    """The geometric mean of the accounts' ratios, given as logarithms, with Student's t."""
    from scipy import stats

    ratio = float(np.exp(logs.mean()))
    if len(logs) < 2 or np.std(logs) < _NO_SPREAD:
        return Estimate(ratio, None, None, None)
    test = stats.ttest_1samp(logs, 0.0)
    low, high = np.exp(test.confidence_interval(_CONFIDENCE))
    return Estimate(ratio, float(low), float(high), float(test.pvalue))


def rate_ratio(inside: Ints, outside: Ints, days_inside: Floats, days_outside: Floats) -> Estimate:
    """The ratio of two rates of counts that all accounts share, with the accounts as clusters.

    Given an account's total n = inside + outside, the share inside is expected to be
    p = d r / (d r + D) at ratio r with d and D days: z = (inside - n p) / sqrt(n p (1 - p)) has
    mean 0 in every account, however small its counts (conditional Poisson; Przyborowski and
    Wilenski 1940), and its spread over the accounts is measured, not assumed. The ratio is where
    the mean z is 0, the p-value a t-test of z at r = 1, the interval all r that the t-test does
    not refuse. Every count outside must be positive. Without any count inside the spread says
    nothing (t is the same at every r), so there is a ratio and no test.
    """
    from scipy import optimize, stats

    totals = inside + outside
    degrees = len(totals) - 1

    def scores(log_ratio: float) -> Floats:
        odds = days_inside * np.exp(log_ratio)
        share = odds / (odds + days_outside)
        z: Floats = (inside - totals * share) / np.sqrt(totals * share * (1 - share))
        return z

    def mean_score(log_ratio: float) -> float:
        return float(scores(log_ratio).mean())

    def t_value(log_ratio: float) -> float:
        z = scores(log_ratio)
        return float(z.mean() / (z.std(ddof=1) / np.sqrt(len(z))))

    if not inside.any():
        return Estimate(0.0, None, None, None)
    log_ratio = float(optimize.brentq(mean_score, -_WIDEST, _WIDEST, xtol=1e-13))
    ratio = float(np.exp(log_ratio))
    if degrees < 1 or min(np.std(scores(0.0)), np.std(scores(log_ratio))) < _NO_SPREAD:
        return Estimate(ratio, None, None, None)
    p_value = float(2 * stats.t.sf(abs(t_value(0.0)), degrees))
    limit = float(stats.t.ppf((1 + _CONFIDENCE) / 2, degrees))

    def end(sign: int) -> float | None:
        # Outwards from the estimate, where t is 0, to the first ratio that is refused.
        steps = np.arange(log_ratio, sign * (_WIDEST + 0.05), sign * 0.05)
        accepted = steps[0]
        for step in steps[1:]:
            if -sign * t_value(float(step)) > limit:
                found = optimize.brentq(
                    lambda x: -sign * t_value(x) - limit, accepted, float(step), xtol=1e-13
                )
                return float(np.exp(found))
            accepted = step
        return None

    return Estimate(ratio, end(-1), end(1), p_value)
