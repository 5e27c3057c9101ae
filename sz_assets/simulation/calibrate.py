"""Turns plausible draws into whole numbers with prescribed minimum, maximum, sum and counts.

Here: arithmetic on arrays, in integers wherever a figure has to be met exactly. Not here: which
figures, and the draws (`sample`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a set of integers has to show; `below_count` of them lie below `limit`."""

    minimum: int
    maximum: int
    total: int
    limit: int | None = None
    below_count: int = 1


def with_figures(shape: Floats, figures: Figures) -> Integers:
    """Integers in the order of `shape` (not negative, at least 3) that show `figures` exactly.

    The smallest draw becomes the minimum, the largest the maximum. Draws ranked below the limit
    keep their proportions; the others are stretched by one common factor until the sum is met,
    so no value is singled out to carry a remainder. ValueError if the figures contradict.
    """
    order = np.argsort(shape, kind="stable")
    values = np.empty(shape.size, np.int64)
    values[order[0]], values[order[-1]] = figures.minimum, figures.maximum
    high = order[figures.below_count : -1]
    rest = figures.total - figures.minimum - figures.maximum
    boundary, lower = 0.0, figures.minimum
    if figures.limit is not None:
        low = order[1 : figures.below_count]
        boundary, lower = float(shape[high[0]]), figures.limit - 1
        room = figures.limit - figures.minimum
        scaled = np.floor(shape[low] / boundary * room).astype(np.int64)
        values[low] = figures.minimum + np.minimum(scaled, room - 1)
        rest -= int(values[low].sum())
    values[high] = _with_sum(shape[high] - boundary, rest, lower, figures.maximum)
    return values


def _with_sum(shape: Floats, total: int, lower: int, upper: int) -> Integers:
    """Integers strictly between the bounds, rising with `shape` (ascending), adding to `total`.

    v -> v / (1 + v / span) bends large values under the upper bound without piling them there.
    """
    span = upper - lower - 2

    def stretched(factor: float) -> Integers:
        value = shape * factor
        return lower + 1 + np.floor(value / (1.0 + value / span)).astype(np.int64)

    small, large = 0.0, 1.0
    while int(stretched(large).sum()) < total:
        small, large = large, large * 2
        if large > 1e18:
            raise ValueError(f"no integers below {upper} add up to {total}")
    for _ in range(80):
        middle = (small + large) / 2
        if int(stretched(middle).sum()) <= total:
            small = middle
        else:
            large = middle
    values = stretched(small)
    missing = total - int(values.sum())
    if not 0 <= missing < values.size:
        raise ValueError(f"no integers above {lower} add up to {total}")
    if missing:
        values[-missing:] += 1  # one each to the largest: the order stays as it is
    return values
