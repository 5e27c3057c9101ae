"""Whether one value's share of all is improbable: a largest value printed ten times too large.

Here: what "improbable" means, and the rule. Not here: what is impossible (`numbers`).

A largest value b of n with mean m is improbable only if both of two kinds of heavy tail, each with
the other printed moments, exceed b with little probability, 1 − F(b)ⁿ:

- lognormal, ln x ~ N(μ, σ²): mean m = exp(μ + σ²/2), and either the smallest value a is the median
  of the smallest of n, ln a = μ − zσ with Φ(−z) = 1 − 2^(−1/n), or the share q printed below a
  threshold t is Φ((ln t − μ)/σ). Both give a quadratic for σ.
- power law: from a, Pareto's with F̄(x) = (a/x)^α and m = αa/(α − 1); from q, Lomax's with
  F̄(x) = (1 + x/λ)^(−α), m = λ/(α − 1) and F̄(t) = 1 − q. (Johnson, Kotz and Balakrishnan,
  Continuous Univariate Distributions 1, 2nd ed., 1994, ch. 14 and 20.)

Where rounding or two printed moments leave a choice, the most favourable one counts. Without a
positive minimum or a count below a threshold nothing is concluded; nor from a count of less than a
fifth or more than four fifths, which tells little of a tail; nor if b is less than a tenth of all.

A probability below ALONE is improbable by itself. One below LIKELY_SLIP is, if the other counts of
the same things (two at least) speak against b and for a slip of the decimal point:

- the coefficient of variation that b forces is more than any of theirs can be, whatever the data
  (`bounds`);
- ten, a hundred or a thousand times less, b would be ordinary: reached with a probability of at
  least ORDINARY, and as many times the mean as the others' largest values are times theirs.

The limits are set so that at most 1 of 2,000 consistent studies raises a finding. The slow test of
`test_audit_consistent` counts: lognormal tails of σ up to 2.4, Pareto and Lomax of α from 1.1,
gamma and mixtures, all with account effects. The price is silence on most tenfold slips, which a
power law could make. One without a mean (α ≤ 1) could have any b: the finding says improbable,
never impossible.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from sz_assets.core.audit.bounds import bounds_of, gini, top_share, values_of, variation
from sz_assets.core.audit.finding import Finding, Interval, percent, rounded, show
from sz_assets.core.audit.numbers import possible_mean
from sz_assets.study import Study
from sz_assets.study_published import Printed, Variable

LIKELY_SLIP = 0.005
ALONE = 1e-6
ORDINARY = 0.5
_DOMINATES = 0.1
_TELLING = (0.2, 0.8)
_TENTHS = (10, 100, 1000)


class Tail(NamedTuple):
    """Probabilities that the largest of n values reaches the printed one; NaN if not known."""

    lognormal: float
    power_law: float

    @property
    def best(self) -> float:
        """The larger of those known; NaN if either is not."""
        if math.isnan(self.lognormal) or math.isnan(self.power_law):
            return math.nan
        return max(self)


class Share(NamedTuple):
    """The largest value's share of the sum n·mean: as printed, and between the roundings' ends."""

    largest: float
    mean: float
    printed: float
    bounds: Interval


def largest_share(variable: Variable) -> Share | None:
    """The largest value's share of the sum; None without a positive mean and a maximum."""
    if variable.mean is None or variable.maximum is None:
        return None
    mean, largest = rounded(variable.mean), values_of(variable, variable.maximum)
    if mean.low <= 0:
        return None
    low, high = largest.low / (variable.n * mean.high), largest.high / (variable.n * mean.low)
    return Share(
        variable.maximum.value,
        variable.mean.value,
        variable.maximum.value / (variable.n * variable.mean.value),
        Interval(low, min(1.0, high)),
    )


def tail(variable: Variable) -> Tail:
    """How probable so large a largest value is, in the most favourable case of the roundings."""
    if variable.mean is None or variable.maximum is None or variable.n < 3:
        return Tail(math.nan, math.nan)
    largest = values_of(variable, variable.maximum).low
    means = set(rounded(variable.mean))
    pairs: list[tuple[float, float]] = []
    if variable.minimum is not None:
        for mean, least in itertools.product(means, values_of(variable, variable.minimum)):
            if 0 < least < mean < largest:
                pairs.append(_from_minimum(variable.n, mean, least, largest))
    for below in variable.below:
        share = below.count / variable.n
        if _TELLING[0] <= share <= _TELLING[1] and 0 < below.threshold < largest:
            pairs += [
                _from_share(variable.n, mean, share, below.threshold, largest)
                for mean in means
                if 0 < mean < largest
            ]
    known = [[p for p in side if not math.isnan(p)] for side in zip(*pairs, strict=True)]
    if len(known) != 2 or not all(known):
        return Tail(math.nan, math.nan)
    return Tail(max(known[0]), max(known[1]))


def _from_minimum(n: int, mean: float, least: float, largest: float) -> tuple[float, float]:
    from scipy.special import ndtri

    z = -float(ndtri(-math.expm1(-math.log(2) / n)))
    sigma = -z + math.sqrt(z * z + 2 * math.log(mean / least))
    mu = math.log(least) + z * sigma
    alpha = mean / (mean - least)
    power = (least / largest) ** alpha
    return _reaches(n, _normal_survival((math.log(largest) - mu) / sigma)), _reaches(n, power)


def _from_share(
    n: int, mean: float, share: float, threshold: float, largest: float
) -> tuple[float, float]:
    from scipy.special import ndtri

    z = float(ndtri(share))
    squared = z * z + 2 * math.log(mean / threshold)
    lognormal = math.nan
    # Of two roots the larger σ has the heavier tail.
    if squared >= 0 and (sigma := z + math.sqrt(squared)) > 0:
        mu = math.log(mean) - sigma * sigma / 2
        lognormal = _reaches(n, _normal_survival((math.log(largest) - mu) / sigma))
    return lognormal, _reaches(n, _lomax_survival(mean, share, threshold, largest))


def _lomax_survival(mean: float, share: float, threshold: float, largest: float) -> float:
    from scipy.optimize import brentq

    def survival(x: float, excess: float) -> float:
        return math.exp(-(1 + excess) * math.log1p(x / (mean * excess)))

    def miss(log_excess: float) -> float:
        return survival(threshold, math.exp(log_excess)) - (1 - share)

    low, high = math.log(1e-9), math.log(1e6)
    # From heavy tails to the exponential one: more values lie above the threshold.
    if miss(high) <= 0:
        return math.exp(-largest / mean)
    if miss(low) >= 0:
        return survival(largest, math.exp(low))
    return survival(largest, math.exp(float(brentq(miss, low, high, xtol=1e-12))))


def _normal_survival(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(-z))


def _reaches(n: int, survival: float) -> float:
    """The probability that the largest of n values reaches what one reaches with `survival`."""
    return 1.0 if survival >= 1 else -math.expm1(n * math.log1p(-survival))


def check_largest(study: Study) -> Iterator[Finding]:
    """A largest value that is an improbable part of all."""
    variables = study.published.variables if study.published else ()
    for variable in variables:
        share, likely = largest_share(variable), tail(variable)
        # A comparison with NaN is false: where nothing is known nothing is said.
        if share is None or share.bounds.low < _DOMINATES or not likely.best < LIKELY_SLIP:
            continue
        others = [v for v in variables if v.counts and variable.counts and v.id != variable.id]
        against, slip = stands_out(variable, others), _slip(variable, others)
        if likely.best >= ALONE and (against is None or slip is None):
            continue
        part = percent(share.printed)
        yield Finding(
            rule="largest_share",
            subject=variable.id,
            severity="improbable",
            section=variable.section,
            en=f"A single value would hold {part} of all {variable.name.en}.",
            zh=f"单个数值就占全部{variable.name.zh}的 {part}。",
            arithmetic="; ".join(_arithmetic(variable, share, likely, against)),
            suggestion=slip,
        )


def stands_out(variable: Variable, others: Sequence[Variable]) -> str | None:
    """In words: the variation is more than each of the others can have; None if it need not be."""
    own = bounds_of(variable, variation)
    if own is None:
        return None
    known = [(other, bounds_of(other, variation)) for other in others]
    limits = [(other, bound.high) for other, bound in known if bound is not None]
    if len(limits) < 2 or any(own.low <= high for _, high in limits):
        return None
    told = ", ".join(f"{other.name.en} {high:.2f}" for other, high in limits)
    return f"the coefficient of variation is at least {own.low:.2f}, and can be at most: {told}"


def _arithmetic(
    variable: Variable, share: Share, likely: Tail, against: str | None
) -> Iterator[str]:
    yield (
        f"{show(share.largest)} / ({show(variable.n)} × {show(share.mean)} = "
        f"{show(variable.n * share.mean)}) = {percent(share.printed)} "
        f"({100 * share.bounds.low:.2f} to {100 * share.bounds.high:.2f} % by rounding)"
    )
    for name, statistic in (
        ("Gini", gini),
        ("the share of the top 1 %", top_share(math.ceil(variable.n / 100))),
        ("the share of the top 10 %", top_share(math.ceil(variable.n / 10))),
    ):
        bound = bounds_of(variable, statistic)
        if bound is not None:
            yield f"{name} is {bound.low:.3f} to {bound.high:.3f}"
    yield (
        f"the largest of {show(variable.n)} reaches this with probability "
        f"{likely.lognormal:.2g} (lognormal) or {likely.power_law:.2g} (power law) given the "
        "other moments"
    )
    if against:
        yield against


def _slip(variable: Variable, others: Sequence[Variable]) -> str | None:
    """The largest value with its point moved, if it would then be ordinary; in words."""
    ratios = [
        other.maximum.value / other.mean.value
        for other in others
        if other.maximum and other.mean and other.mean.value > 0
    ]
    for factor, moved in moved_maxima(variable):
        likely, share = tail(moved), largest_share(moved)
        if share is None or not likely.best >= ORDINARY:
            continue
        times = share.largest / share.mean
        if ratios and not min(ratios) <= times <= max(ratios):
            continue
        return (
            f"{show(share.largest)}, {factor:,} times less, would be {percent(share.printed)} of "
            f"all and {show(round(times, 1))} times the mean"
            + (f" (others: {', '.join(show(round(r, 1)) for r in ratios)})" if ratios else "")
            + f", with probability {likely.best:.2g}: the point may have slipped."
        )
    return None


def moved_maxima(variable: Variable) -> Iterator[tuple[int, Variable]]:
    """The variable with its largest value 10, 100, … times less, while its mean allows that."""
    if variable.maximum is None or variable.mean is None:
        return
    for factor in _TENTHS:
        printed = Printed(
            value=variable.maximum.value / factor, step=variable.maximum.step / factor
        )
        moved = msgspec.structs.replace(variable, maximum=printed)
        possible = possible_mean(moved)
        if possible is None or not rounded(variable.mean).meets(possible):
            return
        yield factor, moved
