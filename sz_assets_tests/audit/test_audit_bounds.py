"""Bounds hold for real data, are reached, and agree with numpy, scipy and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from consistent_studies import named, printed, summarise, tails
from hypothesis import given, settings
from hypothesis import strategies as st

from sz_assets.core.audit.bounds import (
    Group,
    bands,
    bounds_of,
    gini,
    most_equal,
    most_unequal,
    top_share,
    total_of,
    variation,
)
from sz_assets.core.audit.extremes import _from_minimum, _from_share, _lomax_survival, tail
from sz_assets.core.audit.numbers import possible_mean
from sz_assets.study_published import Below, Printed, Variable


def exact(values: np.ndarray, thresholds: tuple[float, ...] = ()) -> Variable:
    """The summaries of the values, without rounding."""
    return Variable(
        id="x",
        name=named("x"),
        section="1",
        n=values.size,
        counts=False,
        mean=Printed(value=float(values.mean()), step=0),
        minimum=Printed(value=float(values.min()), step=0),
        maximum=Printed(value=float(values.max()), step=0),
        below=tuple(Below(threshold=t, count=int((values < t).sum())) for t in thresholds),
    )


def groups_of(values: np.ndarray) -> list[Group]:
    return [Group(float(value), 1) for value in np.sort(values)]


def plain_gini(values: np.ndarray) -> float:
    return float(np.abs(values[:, None] - values).mean() / (2 * values.mean()))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 5000), min_size=2, max_size=60).filter(any),
    st.lists(st.sampled_from([1.0, 10.0, 100.0, 1000.0]), max_size=3, unique=True),
)
def test_real_data_lie_within_the_bounds(numbers: list[int], thresholds: list[float]) -> None:
    values = np.array(numbers, dtype=float)
    variable = exact(values, tuple(thresholds))
    possible = possible_mean(variable)
    assert possible
    assert possible.low - 1e-9 <= values.mean() <= possible.high + 1e-9
    for statistic, real in (
        (gini, plain_gini(values)),
        (variation, float(values.std() / values.mean())),
        (top_share(3), float(np.sort(values)[-3:].sum() / values.sum())),
    ):
        bound = bounds_of(variable, statistic)
        if bound is None:
            # Only where rounding in binary puts the mean a hair outside what is possible.
            assert min(abs(values.mean() - end) for end in possible) < 1e-9
            continue
        assert bound.low - 1e-9 <= real <= bound.high + 1e-9


@pytest.mark.parametrize("seed", range(20))
def test_rounded_summaries_of_heavy_tails_keep_the_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.floor(tails(rng, np.repeat(np.arange(5), 100)) * 1000)
    variable = summarise(rng, "x", values)
    for statistic, real in (
        (gini, plain_gini(values)),
        (variation, float(values.std() / values.mean())),
        (top_share(5), float(np.sort(values)[-5:].sum() / values.sum())),
    ):
        bound = bounds_of(variable, statistic)
        assert bound
        assert bound.low <= real <= bound.high


def test_statistics_agree_with_scipy_and_the_definition() -> None:
    values = np.array([0.0, 1, 1, 4, 9, 100])
    groups = groups_of(values)
    assert gini(groups) == pytest.approx(plain_gini(values), abs=1e-12)
    assert variation(groups) == pytest.approx(scipy.stats.variation(values), abs=1e-12)
    assert top_share(2)(groups) == pytest.approx(109 / 115, abs=1e-12)
    grouped = [Group(0.0, 1), Group(1.0, 2), Group(4.0, 1), Group(9.0, 1), Group(100.0, 1)]
    assert gini(grouped) == pytest.approx(gini(groups), abs=1e-12)
    for statistic in (gini, variation, top_share(1)):
        assert math.isnan(statistic([Group(0.0, 5)]))


def test_variance_is_at_most_that_of_bhatia_and_davis() -> None:
    # Reached exactly where all values can be extremes: 3 of 10 at the maximum.
    variable = exact(np.array([2.0] * 7 + [12.0] * 3))
    bound = bounds_of(variable, variation)
    assert bound
    assert bound.high == pytest.approx(math.sqrt((12 - 5) * (5 - 2)) / 5, abs=1e-12)


def test_most_equal_and_most_unequal_data_keep_counts_and_sum() -> None:
    values = np.array([0.0, 3, 3, 7, 40, 60, 200])
    ranges = bands(exact(values, (10.0, 100.0)), 0.0, 200.0)
    assert ranges
    for made in (most_equal(ranges, values.sum()), most_unequal(ranges, values.sum())):
        spread = [value for value, size in made for _ in range(size)]
        assert len(spread) == 7
        assert spread == sorted(spread)
        assert (spread[0], spread[-1]) == (0.0, 200.0)
        assert math.fsum(spread) == pytest.approx(values.sum(), abs=1e-9)
        assert sum(value <= 10 for value in spread) >= 4
        # 40 and 60 may be anything from 10 to 100.
        assert sum(10 <= value <= 100 for value in spread) >= 2
        assert sum(value > 100 for value in spread) == 1
    assert total_of(ranges) == (0 + 0 * 3 + 10 * 2 + 200, 0 + 10 * 3 + 100 * 2 + 200)


@pytest.mark.parametrize(
    ("minimum", "maximum", "below"),
    [
        pytest.param(5, 4, (), id="minimum above maximum"),
        pytest.param(5, 9, (Below(threshold=5, count=1),), id="below the minimum"),
        pytest.param(5, 9, (Below(threshold=6, count=0),), id="none below although the minimum"),
        pytest.param(5, 9, (Below(threshold=9, count=4),), id="all below although the maximum"),
        pytest.param(5, 9, (Below(threshold=10, count=3),), id="above the maximum"),
        pytest.param(
            0, 9, (Below(threshold=3, count=3), Below(threshold=5, count=2)), id="not ascending"
        ),
    ],
)
def test_counts_that_no_data_have(minimum: float, maximum: float, below: tuple[Below, ...]) -> None:
    variable = Variable(id="x", name=named("x"), section="1", n=4, below=below)
    assert bands(variable, minimum, maximum) is None


def test_one_value_and_missing_summaries() -> None:
    one = exact(np.array([7.0]))
    assert bounds_of(one, top_share(1)) == (1.0, 1.0)
    assert possible_mean(one) == (7.0, 7.0)
    bare = Variable(id="x", name=named("x"), section="1", n=4)
    assert bounds_of(bare, gini) is None
    assert math.isnan(tail(bare).best)
    zeros = exact(np.zeros(5))
    assert bounds_of(zeros, gini) is None
    assert math.isnan(tail(zeros).best)


def test_tails_agree_with_scipy() -> None:
    n, mean, least, largest = 2580, 116_000.0, 122.0, 73_450_000.0
    lognormal, power_law = _from_minimum(n, mean, least, largest)
    z = scipy.stats.norm.isf(1 - 0.5 ** (1 / n))
    sigma = -z + math.sqrt(z * z + 2 * math.log(mean / least))
    mu = math.log(mean) - sigma * sigma / 2
    distribution = scipy.stats.lognorm(s=sigma, scale=math.exp(mu))
    assert distribution.mean() == pytest.approx(mean, rel=1e-9)
    # The smallest of n has its median at the printed minimum.
    assert distribution.sf(least) ** n == pytest.approx(0.5, abs=1e-9)
    assert lognormal == pytest.approx(1 - distribution.cdf(largest) ** n, abs=1e-9)
    pareto = scipy.stats.pareto(mean / (mean - least), scale=least)
    assert pareto.mean() == pytest.approx(mean, rel=1e-9)
    assert power_law == pytest.approx(1 - pareto.cdf(largest) ** n, abs=1e-9)


def test_tails_from_a_share_agree_with_scipy() -> None:
    n, mean, share, threshold, largest = 2580, 989.0, 1647 / 2580, 500.0, 108_000.0
    lognormal, power_law = _from_share(n, mean, share, threshold, largest)
    z = scipy.stats.norm.ppf(share)
    sigma = z + math.sqrt(z * z + 2 * math.log(mean / threshold))
    fitted = scipy.stats.lognorm(s=sigma, scale=mean * math.exp(-sigma * sigma / 2))
    assert fitted.mean() == pytest.approx(mean, rel=1e-9)
    assert fitted.cdf(threshold) == pytest.approx(share, abs=1e-9)
    assert lognormal == pytest.approx(1 - fitted.cdf(largest) ** n, abs=1e-9)

    def survival(alpha: float, x: float) -> float:
        return float(scipy.stats.lomax(alpha, scale=mean * (alpha - 1)).sf(x))

    alpha = scipy.optimize.brentq(lambda a: survival(a, threshold) - (1 - share), 1.01, 50)
    assert power_law == pytest.approx(1 - (1 - survival(alpha, largest)) ** n, abs=1e-9)


def test_lighter_than_exponential_is_exponential() -> None:
    # No power law has so few values below the threshold.
    assert _lomax_survival(100, 0.1, 100, 1000) == pytest.approx(math.exp(-10), rel=1e-12)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(116_234, 3, 116_000), (73_451_234, 4, 73_450_000), (6552.4, 4, 6552), (0, 3, 0)],
)
def test_the_generator_rounds_as_papers_do(value: float, digits: int, expected: float) -> None:
    assert printed(value, digits).value == pytest.approx(expected)


def test_bounds_hold_where_a_threshold_lies_within_the_rounding() -> None:
    """Nine values of 1000 and one of 2000, the smallest printed to the thousand."""
    told = Variable(
        id="x",
        name=named("x"),
        section="1",
        n=10,
        counts=True,
        mean=Printed(value=1100, step=1),
        minimum=Printed(value=1000, step=1000),
        maximum=Printed(value=2000, step=1),
        below=(Below(threshold=1000, count=0),),
    )
    bound = bounds_of(told, gini)
    assert bound is not None
    assert bound.low <= gini([Group(1000, 9), Group(2000, 1)]) <= bound.high
