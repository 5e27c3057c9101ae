"""How even or uneven data with given summaries can be: bounds on shares, Gini and variation.

Here: the most equal and the most unequal data that have a variable's printed n, mean, extremes and
counts below thresholds, and statistics of them. Not here: any judgement.

Among all data with the same sum whose values lie in given ranges, one majorises every other and one
is majorised by every other (Marshall, Olkin and Arnold, Inequalities: Theory of Majorization,
2nd ed., 2011, ch. 5). Statistics that never fall under majorisation (Gini, share of the largest,
coefficient of variation) take their bounds there. Without counts and with one value between the
extremes the upper bound of the variance is Bhatia and Davis's (Amer. Math. Monthly 107, 2000).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sz_assets.core.audit.finding import Interval, rounded
from sz_assets.study_published import Printed, Variable


class Band(NamedTuple):
    """`size` values that all lie between `low` and `high`."""

    low: float
    high: float
    size: int


class Group(NamedTuple):
    """`size` equal values."""

    value: float
    size: int


Groups = list[Group]  # values ascending
Statistic = Callable[[Groups], float]


def values_of(variable: Variable, printed: Printed) -> Interval:
    """What one value printed so can be: whole numbers only, where the variable counts."""
    interval = rounded(printed)
    low = max(interval.low, 0.0)
    if not variable.counts:
        return Interval(low, interval.high)
    whole = Interval(float(math.ceil(low)), float(math.floor(interval.high)))
    # A step below 1 or a broken value leaves no whole number: then the interval itself is judged.
    return whole if whole.low <= whole.high else Interval(low, interval.high)


def bands(variable: Variable, minimum: float, maximum: float) -> list[Band] | None:
    """The ranges of all n values, ascending; None if the counts don't fit the extremes.

    One value is the minimum and one the maximum; the others lie between, as many below each
    threshold as printed.
    """
    if minimum > maximum or (variable.n == 1 and minimum < maximum):
        return None
    points = sorted({(below.threshold, below.count) for below in variable.below})
    edges = [(t, c) for t, c in points if minimum < t <= maximum]
    for threshold, count in points:
        if (threshold <= minimum and count) or (threshold > maximum and count != variable.n):
            return None
    found: list[Band] = []
    low, before = minimum, 0
    for threshold, count in [*edges, (math.inf, variable.n)]:
        size = count - before
        if size < 0 or (size == 0 and (before == 0 or threshold == math.inf)):
            return None  # the first band holds the minimum, the last one the maximum
        high = min(maximum, _just_below(variable, threshold))
        if size and high < low:
            return None
        found.append(Band(low, high, size))
        low, before = threshold, count
    if variable.n == 1:
        return found
    first, last = found[0], found[-1]
    found[0] = first._replace(size=first.size - 1)
    found[-1] = last._replace(size=found[-1].size - 1)
    if found[-1].size < 0:
        return None
    between = [band for band in found if band.size]
    return [Band(minimum, minimum, 1), *between, Band(maximum, maximum, 1)]


def _just_below(variable: Variable, threshold: float) -> float:
    if not variable.counts or math.isinf(threshold):
        return threshold
    return math.ceil(threshold) - 1.0


def turning_points(variable: Variable, inside: Interval, *others: Interval) -> set[float]:
    """Where an extreme that lies `inside` can bring the sum's bounds: the bounds rise between them.

    The ends, the lowest value not below each threshold and the highest below it, and the ends of
    `others`, the other extreme's interval.
    """
    points = {end for interval in (inside, *others) for end in interval}
    for threshold in {below.threshold for below in variable.below}:
        if variable.counts and inside.low.is_integer():
            points |= {math.ceil(threshold) - 1.0, float(math.ceil(threshold))}
        else:
            points |= {math.nextafter(threshold, -math.inf), threshold}
    return {point for point in points if inside.low <= point <= inside.high}


def total_of(ranges: list[Band]) -> Interval:
    """The sums that such data can have."""
    return Interval(
        math.fsum(band.low * band.size for band in ranges),
        math.fsum(band.high * band.size for band in ranges),
    )


def most_equal(ranges: list[Band], total: float) -> Groups:
    """The data with that sum that all others majorise: the lowest values are raised together."""
    left = total - total_of(ranges).low
    groups: Groups = []
    for band in ranges:
        rise = min(band.high - band.low, left / band.size)
        groups.append(Group(band.low + rise, band.size))
        left = max(0.0, left - rise * band.size)
    return groups


def most_unequal(ranges: list[Band], total: float) -> Groups:
    """The data with that sum that majorise all others: the highest are raised first, one by one."""
    left = total - total_of(ranges).low
    groups: Groups = []
    for band in reversed(ranges):
        room = band.high - band.low
        if room <= 0:
            groups.append(Group(band.low, band.size))
            continue
        full = min(band.size, int(left // room))
        left -= full * room
        parts = [Group(band.high, full)]
        if full < band.size and left > 0:
            parts.append(Group(band.low + left, 1))
            left = 0.0
        parts.append(Group(band.low, band.size - sum(part.size for part in parts)))
        groups += [part for part in parts if part.size]
    return groups[::-1]


def gini(groups: Groups) -> float:
    """Σ(2i − n − 1)xᵢ / (nΣx) with x ascending, i from 1; NaN if all values are 0."""
    n = sum(group.size for group in groups)
    total = math.fsum(group.value * group.size for group in groups)
    if total == 0:
        return math.nan
    weighted, before = [], 0
    for value, size in groups:
        # The sum of 2i − n − 1 over the positions before+1 … before+size.
        weighted.append(value * size * (2 * before + size - n))
        before += size
    return math.fsum(weighted) / (n * total)


def top_share(count: int) -> Statistic:
    """The statistic: the share of the `count` largest values in the sum."""

    def share(groups: Groups) -> float:
        left, taken = count, []
        for value, size in reversed(groups):
            used = min(left, size)
            taken.append(value * used)
            left -= used
        total = math.fsum(group.value * group.size for group in groups)
        return math.fsum(taken) / total if total else math.nan

    return share


def variation(groups: Groups) -> float:
    """Coefficient of variation: standard deviation (divided by n) over the mean."""
    n = sum(group.size for group in groups)
    mean = math.fsum(group.value * group.size for group in groups) / n
    if mean == 0:
        return math.nan
    squares = math.fsum(group.size * (group.value - mean) ** 2 for group in groups)
    return math.sqrt(squares / n) / mean


def bounds_of(variable: Variable, statistic: Statistic) -> Interval | None:
    """Between what the statistic of the real data must lie; None if the summaries don't say.

    The statistic must never fall under majorisation. Evaluated at the ends and the middle of the
    rounding of mean, minimum and maximum, and for the extremes where they pass a threshold; None as
    well if no data have these summaries.
    """
    lows, highs = [], []
    for ranges, total in _cases(variable):
        lows.append(statistic(most_equal(ranges, total)))
        highs.append(statistic(most_unequal(ranges, total)))
    lows, highs = ([x for x in side if not math.isnan(x)] for side in (lows, highs))
    return Interval(min(lows), max(highs)) if lows and highs else None


def _cases(variable: Variable) -> Iterator[tuple[list[Band], float]]:
    if variable.mean is None or variable.minimum is None or variable.maximum is None:
        return
    lowest = values_of(variable, variable.minimum)
    highest = values_of(variable, variable.maximum)
    means = {*rounded(variable.mean), variable.mean.value}
    minima = turning_points(variable, lowest, highest) | {variable.minimum.value}
    maxima = turning_points(variable, highest, lowest) | {variable.maximum.value}
    for mean, minimum, maximum in itertools.product(means, minima, maxima):
        ranges = bands(variable, minimum, maximum)
        if ranges is None:
            continue
        total = mean * variable.n
        possible = total_of(ranges)
        if possible.low <= total <= possible.high:
            yield ranges, total
