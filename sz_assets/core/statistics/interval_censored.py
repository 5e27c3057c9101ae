"""Distributions of values that are known only to lie between two bounds.

Here: Turnbull's estimate and its median, which scipy and statsmodels have for right censoring
only. Not here: which counters bound which value (`core.age`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_HALF = 1e-9  # a share this close to one half is one half


class Npmle(NamedTuple):
    """The estimate: `mass[j]` lies somewhere in [left[j], right[j]]; ascending, disjoint."""

    left: Floats
    right: Floats
    mass: Floats


def npmle(
    lower: Floats, upper: Floats, *, tolerance: float = 1e-9, iterations: int = 1_000
) -> Npmle:
    """Nonparametric maximum-likelihood estimate from closed intervals, shape (n,) each, n ≥ 1.

    Turnbull (1976), J. R. Stat. Soc. B 38, 290-295: mass can lie only where a lower bound is
    followed at once by an upper one; the self-consistency (EM) steps go on until no cell's
    derivative of the mean log-likelihood exceeds 1 by more than `tolerance` (Gentleman and Geyer
    1994, Biometrika 81, 618-623), or for `iterations` steps. ValueError if a bound is missing or
    lies on the wrong side.
    """
    if not lower.size or not bool(np.all(lower <= upper)):
        raise ValueError("every interval needs a lower bound that does not exceed its upper one")
    ends = np.concatenate([lower, upper])
    is_upper = np.repeat([0, 1], lower.size)
    order = np.lexsort((is_upper, ends))
    ends, is_upper = ends[order], is_upper[order]
    opens = np.flatnonzero((is_upper[:-1] == 0) & (is_upper[1:] == 1))
    left, right = ends[opens], ends[opens + 1]

    first = np.searchsorted(left, lower, side="left")
    past = np.searchsorted(right, upper, side="right")
    cells = left.size
    mass = np.full(cells, 1.0 / cells)
    # A thousand steps over some hundred values: new arrays would cost as much as the arithmetic.
    total, derivative = np.zeros(cells + 1), np.empty(cells)
    weight, before = np.empty(lower.size), np.empty(lower.size)
    for _ in range(iterations):
        np.cumsum(mass, out=total[1:])
        # Without a mode, `take` would look at every index twice.
        total.take(past, out=weight, mode="clip")
        total.take(first, out=before, mode="clip")
        np.subtract(weight, before, out=weight)
        np.divide(1.0, weight, out=weight)
        change = np.bincount(first, weight, cells + 1)
        change -= np.bincount(past, weight, cells + 1)
        np.cumsum(change[:-1], out=derivative)
        derivative /= lower.size
        mass *= derivative
        if derivative.max() <= 1.0 + tolerance:
            break
    return Npmle(left, right, mass / mass.sum())


def median(estimate: Npmle) -> float:
    """Median of the estimate, with a cell's mass taken to lie at its middle.

    Of exact values (lower = upper) it is the ordinary median.
    """
    share = np.cumsum(estimate.mass)
    middle = (estimate.left + estimate.right) / 2
    last = middle.size - 1
    low = min(int(np.searchsorted(share, 0.5 - _HALF)), last)
    high = min(int(np.searchsorted(share, 0.5 + _HALF)), last)
    return float((middle[low] + middle[high]) / 2)
