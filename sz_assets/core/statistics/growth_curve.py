"""The growth of log counts with a video's age, from the same videos seen at several ages.

Here: one account's curve and the ages that it covers. Not here: which crawls are compared, or what
the curve is used for (`core.trend`).

The curve is piecewise linear in the log of age: steep for young videos, flat for old ones. Each
video contributes its change between two observations only, so its own level, and with it the year
in which it was published, drops out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KNOT_DAYS = (1, 3, 7, 14, 30, 60, 120, 240, 365, 540, 730, 1095, 1460, 2190)
_FEWEST = 12  # pairs that each part of the curve must rest on
_GAP_RATIO = 0.1  # of the age: a gap this small between covered ages is bridged


class GrowthCurve(NamedTuple):
    """Log counts by age, up to a constant, for ages within `ranges`, shape (r, 2), in days.

    Ages of different ranges can't be compared: no pair leads from one to the other.
    """

    knots: Floats  # log(1 + days)
    slopes: Floats
    ranges: Floats

    def at(self, age_days: Floats) -> Floats:
        level: Floats = _basis(age_days, self.knots) @ self.slopes
        return level

    def main_range(self, age_days: Floats) -> Flags:
        """Which of these ages lie in the one range that holds most of them."""
        inside = (age_days[:, None] >= self.ranges[:, 0]) & (age_days[:, None] <= self.ranges[:, 1])
        chosen: Flags = inside[:, int(inside.sum(axis=0).argmax())]
        return chosen


def fit_growth(
    age_before: Floats, age_after: Floats, log_before: Floats, log_after: Floats
) -> GrowthCurve | None:
    """Least squares on the changes of log counts, shape (n,) each; None of too few pairs.

    Ages in days, before < after. First differences remove the effect of each video (Wooldridge
    2010, Econometric Analysis of Cross Section and Panel Data, 10.6).
    """
    if age_before.size < _FEWEST:
        return None
    knots = _knots(age_before, age_after)
    design = _basis(age_after, knots) - _basis(age_before, knots)
    # The normal equations: a dozen parts that hardly overlap are well conditioned.
    gram = design.T @ design
    if np.linalg.matrix_rank(gram, hermitian=True) < gram.shape[0]:
        return None
    slopes = np.asarray(np.linalg.solve(gram, design.T @ (log_after - log_before)), np.float64)
    return GrowthCurve(knots, slopes, _covered(age_before, age_after))


def _basis(age_days: Floats, knots: Floats) -> Floats:
    """How much of each part of the curve lies below the age; shape (n, parts)."""
    log_age = np.log1p(np.maximum(age_days, 0.0))[:, None]
    basis: Floats = np.clip(log_age, knots[:-1], knots[1:]) - knots[:-1]
    return basis


def _knots(age_before: Floats, age_after: Floats) -> Floats:
    """Ends of the parts, such that enough observations lie in each."""
    ages = np.sort(np.concatenate([age_before, age_after]))
    inner: list[float] = []
    counted = 0
    for knot in _KNOT_DAYS:
        below = int(np.searchsorted(ages, knot))
        if below - counted >= 2 * _FEWEST and ages.size - below >= 2 * _FEWEST:
            inner.append(knot)
            counted = below
    knots: Floats = np.log1p(np.array([max(ages[0], 0.0), *inner, ages[-1]]))
    return knots


def _covered(age_before: Floats, age_after: Floats) -> Floats:
    """The union of the pairs' ages, small gaps bridged."""
    order = np.argsort(age_before, kind="stable")
    start, end = age_before[order], np.maximum.accumulate(age_after[order])
    breaks = np.flatnonzero(start[1:] > end[:-1] * (1 + _GAP_RATIO)) + 1
    firsts = np.concatenate([[0], breaks])
    lasts = np.concatenate([breaks - 1, [start.size - 1]])
    return np.column_stack([start[firsts], end[lasts]])
