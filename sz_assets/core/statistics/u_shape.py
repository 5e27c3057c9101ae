"""The test of a U: falling at the low end and rising at the high end, or the other way round.

Here: Lind and Mehlum's test on curves that were fitted within accounts. Not here: straight effects
(`two_step`), or words and verdicts (`effects`).

A quadratic term alone does not show a U: a curve that only flattens has one too. J. T. Lind and H.
Mehlum, "With or without U? The appropriate test for a U-shaped relationship", Oxford Bulletin of
Economics and Statistics 72 (2010) 109-118: for y = a + b·x + c·x² the null hypothesis "no U on
[low, high]" is rejected if both b + 2c·low < 0 and b + 2c·high > 0 are established, so that its
p-value is the larger of the two one-sided ones. The slopes at the ends are linear in (b, c); here
each account has its own, and Student's t over the accounts tests them.

The ends are the 5th and the 95th percentile of the property over all videos: at the very shortest
and longest video the curve would be told by a handful of videos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sz_assets.core.statistics.two_step import (
    FEWEST_VIDEOS,
    SMALLEST_SPREAD,
    Floats,
    Integers,
    age_controls,
    by_account,
    over_accounts,
    residuals,
    same_gaps,
    varies,
)

ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Shape:
    """Of one outcome: `p_value` tests for a U or an inverted U, doubled because it asks for both.

    `is_u` tells which of them the slopes at the ends speak for, and is None if they have one sign.
    `turning_point` is where the mean curve turns, in units of x, and None outside the ends.
    p_value is NaN below two accounts.
    """

    p_value: float
    is_u: bool | None
    turning_point: float | None
    accounts: int
    videos: int


def account_curves(
    accounts: Integers, age_days: Floats, x: Floats, outcomes: Floats, centre: float
) -> tuple[Floats, Integers]:
    """Each account's (b, c) of outcome = a + b·(x-centre) + c·(x-centre)², given the age.

    Shapes (accounts, 2, outcomes), NaN where an account is left out, and (accounts, outcomes), the
    videos used. An account needs FEWEST_VIDEOS, an outcome that varies, and SMALLEST_SPREAD of x
    and, beyond x, of its square.
    """
    shape = (int(accounts.max(initial=-1)) + 1, outcomes.shape[1])
    curves = np.full((shape[0], 2, shape[1]), np.nan)
    videos = np.zeros(shape, dtype=np.int64)
    for account, rows in by_account(accounts):
        for metrics, has_outcome in same_gaps(outcomes[rows]):
            kept = rows[has_outcome & np.isfinite(x[rows])]
            if kept.size < FEWEST_VIDEOS:
                continue
            controls = age_controls(age_days[kept])
            own = x[kept] - centre
            powers = residuals(controls, np.column_stack([own, own**2]))
            # R's diagonal is the length of each column beyond those before it.
            basis, factor = np.linalg.qr(powers)
            if np.abs(np.diag(factor)).min() / kept.size**0.5 < SMALLEST_SPREAD:
                continue
            own_outcomes = outcomes[np.ix_(kept, metrics)]
            found = np.linalg.solve(factor, basis.T @ residuals(controls, own_outcomes))
            usable = varies(own_outcomes)
            # An array as the last index comes first: metrics, then powers.
            curves[account, :, metrics] = np.where(usable, found, np.nan).T
            videos[account, metrics] = np.where(usable, kept.size, 0)
    return curves, videos


def shapes(accounts: Integers, age_days: Floats, x: Floats, outcomes: Floats) -> list[Shape]:
    """The test for each outcome (n, m) on the property x (n); NaN where missing."""
    present = x[np.isfinite(x)]
    low, high = np.quantile(present, ENDS) if present.size else (0.0, 0.0)
    centre = (low + high) / 2
    curves, videos = account_curves(accounts, age_days, x, outcomes, centre)
    slope, bend = curves[:, 0], curves[:, 1]
    at_low = over_accounts(slope + 2 * bend * (low - centre))
    at_high = over_accounts(slope + 2 * bend * (high - centre))
    p_u = np.maximum(at_low.p_below, at_high.p_above)
    p_inverted = np.maximum(at_low.p_above, at_high.p_below)
    found = []
    for place in range(outcomes.shape[1]):
        first, last = at_low.mean[place], at_high.mean[place]
        turns = first * last < 0
        found.append(
            Shape(
                p_value=float(np.minimum(1.0, 2 * min(p_u[place], p_inverted[place]))),
                is_u=bool(first < 0) if turns else None,
                # The mean curve's slope is a straight line between the two ends.
                turning_point=(
                    float(low + (high - low) * first / (first - last)) if turns else None
                ),
                accounts=int(at_low.accounts[place]),
                videos=int(videos[:, place].sum()),
            )
        )
    return found
