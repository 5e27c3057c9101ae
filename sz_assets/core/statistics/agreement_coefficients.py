"""Formulas of agreement, each for many weightings of the units at once.

Here: distances between values, and coefficients as functions of how many coders gave a unit each
value. Not here: resampling (`agreement_resampling`), and what a reader gets (`agreement`).

Units with the same codes are one *pattern*. `weights` has shape (draws, patterns): how often each
pattern occurs. `counts` has shape (patterns, values): how many coders gave this value. The result
has shape (draws,) and is NaN where a coefficient is not defined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nominal_distances(value_count: int) -> Floats:
    """1 between different values, 0 between equal ones."""
    return 1.0 - np.eye(value_count)


def interval_distances(values: Sequence[float]) -> Floats:
    """(a − b)²."""
    places = np.asarray(values, dtype=float)
    return np.asarray((places[:, None] - places) ** 2)


def ratio_distances(values: Sequence[float]) -> Floats:
    """((a − b) / (a + b))², 0 between two zeros; for values that are not negative."""
    places = np.asarray(values, dtype=float)
    sums = places[:, None] + places
    shares = np.divide(places[:, None] - places, sums, out=np.zeros_like(sums), where=sums != 0)
    return np.asarray(shares**2)


def masi_distances(values: Sequence[Sequence[Any] | frozenset[Any]]) -> Floats:
    """1 − Jaccard × monotonicity between sets; the empty set is at 1 from every other.

    Passonneau 2006, "Measuring agreement on set-valued items (MASI) for semantic and pragmatic
    annotation", LREC: monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where
    each has something of its own beside what they share. It stands in α unsquared, as there.
    """
    sets = [frozenset(value) for value in values]
    return np.array([[_masi(left, right) for right in sets] for left in sets]).reshape(
        len(sets), len(sets)
    )


def _masi(left: frozenset[Any], right: frozenset[Any]) -> float:
    if left == right:
        return 0.0
    jaccard = len(left & right) / len(left | right)
    return 1 - jaccard * (2 / 3 if left < right or right < left else 1 / 3)


def alpha(weights: Floats, counts: Floats, distances: Floats) -> Floats:
    """Krippendorff's α = 1 − observed / expected disagreement; `distances`: (values, values).

    Krippendorff 2011, "Computing Krippendorff's alpha-reliability". A unit with one code has
    nothing to be compared with and does not count.
    """
    pairable, coded = _pairable(counts)
    margins = weights @ pairable
    observed = weights @ (((pairable @ distances) * pairable).sum(axis=1) / (coded - 1))
    expected = ((margins @ distances) * margins).sum(axis=1)
    return _one_minus(observed * (margins.sum(axis=1) - 1), expected)


def ordinal_alpha(weights: Floats, counts: Floats) -> Floats:
    """Krippendorff's α of values in ascending order.

    Its distance, (the codes from one value to the other, those of both ends halved)², is the
    squared difference of the values' middle ranks; the ranks follow each draw's own codes.
    """
    pairable, coded = _pairable(counts)
    margins = weights @ pairable
    ranks = np.cumsum(margins, axis=1) - margins / 2
    squares = ranks**2
    # Σ of the products of two codes' ranks over the pairs of each unit; shape (draws, patterns).
    products = ((ranks @ pairable.T) ** 2 - squares @ pairable.T) / (coded - 1)
    total, second = margins.sum(axis=1), (margins * squares).sum(axis=1)
    observed = 2 * (second - (weights * products).sum(axis=1))
    expected = 2 * (total * second - (margins * ranks).sum(axis=1) ** 2)
    # Ranks of a single value differ by nothing: what is left is rounding.
    expected = np.where((margins > 0).sum(axis=1) > 1, expected, 0.0)
    return _one_minus(observed * (total - 1), expected)


def percent_agreement(weights: Floats, counts: Floats) -> Floats:
    """Share of a unit's pairs of codes that agree, averaged over units with two codes or more."""
    pairable, coded = _pairable(counts)
    agreeing = (pairable * (pairable - 1)).sum(axis=1) / (coded * (coded - 1))
    units = weights @ (pairable.sum(axis=1) > 0)
    return _divide(weights @ agreeing, units)


def fleiss_kappa(weights: Floats, counts: Floats) -> Floats:
    """Fleiss 1971 (Psychological Bulletin 76), for missing codes as in Gwet 2014.

    Chance agreement is Σ π², π a value's share of a unit's codes averaged over units with a code
    (Gwet, Handbook of Inter-Rater Reliability, 4th edition, chapter 2).
    """
    shares = _shares(weights, counts)
    return _beyond_chance(percent_agreement(weights, counts), (shares**2).sum(axis=1))


def gwet_ac1(weights: Floats, counts: Floats) -> Floats:
    """Gwet's AC1: chance agreement is Σ π (1 − π) / (q − 1), q the number of values offered.

    Gwet 2008 (British Journal of Mathematical and Statistical Psychology 61) and 2014, chapter 2.
    """
    value_count = counts.shape[1]
    if value_count < 2:
        return np.full(len(weights), np.nan)
    shares = _shares(weights, counts)
    chance = (shares * (1 - shares)).sum(axis=1) / (value_count - 1)
    return _beyond_chance(percent_agreement(weights, counts), chance)


def cohen_kappa(weights: Floats, pairs: Ints, value_count: int) -> Floats:
    """Cohen 1960 (Educational and Psychological Measurement 20) of two coders, complete pairs.

    `pairs` has shape (patterns, 2): positions of the values, -1 where one is missing.
    """
    complete: NDArray[np.bool_] = np.all(pairs >= 0, axis=1)
    chosen = np.eye(value_count)[np.where(pairs >= 0, pairs, 0)] * complete[:, None, None]
    units = weights @ complete
    observed = _divide(weights @ (complete & (pairs[:, 0] == pairs[:, 1])), units)
    both = (weights @ chosen[:, 0]) * (weights @ chosen[:, 1])
    return _beyond_chance(observed, _divide(both.sum(axis=1), units**2))


def _pairable(counts: Floats) -> tuple[Floats, Floats]:
    """Counts, all 0 for units with fewer than two codes, and codes per unit (2 for those)."""
    coded = counts.sum(axis=1)
    can_pair = coded >= 2
    return counts * can_pair[:, None], np.where(can_pair, coded, 2.0)


def _shares(weights: Floats, counts: Floats) -> Floats:
    coded = counts.sum(axis=1)
    shares = weights @ (counts / np.maximum(coded, 1)[:, None])
    return np.asarray(_divide(shares, (weights @ (coded > 0))[:, None]))


def _beyond_chance(observed: Floats, chance: Floats) -> Floats:
    # Shares of a single value sum to 1 but for rounding.
    room = np.where(chance < 1 - 1e-12, 1 - chance, 0.0)
    return _divide(observed - chance, room)


def _one_minus(part: Floats, whole: Floats) -> Floats:
    return np.asarray(1 - _divide(part, whole))


def _divide(part: Floats, whole: Floats) -> Floats:
    filled = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    return np.asarray(np.divide(part, whole, out=filled, where=whole > 0))
