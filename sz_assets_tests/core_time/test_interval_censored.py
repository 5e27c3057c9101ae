"""Turnbull's estimate against closed forms, NumPy and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sz_assets.core.statistics.interval_censored import median, npmle


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_exact_values_give_the_empirical_distribution(size: int) -> None:
    values = np.random.default_rng(size).integers(0, 50, size).astype(float)
    estimate = npmle(values, values)
    present, counts = np.unique(values, return_counts=True)
    assert estimate.left.tolist() == estimate.right.tolist() == present.tolist()
    assert estimate.mass == pytest.approx(counts / size, abs=1e-12)
    assert median(estimate) == pytest.approx(np.median(values), abs=1e-12)


def test_overlapping_intervals_share_their_intersection() -> None:
    estimate = npmle(np.array([1.0, 2.0]), np.array([3.0, 5.0]))
    assert (estimate.left.tolist(), estimate.right.tolist()) == ([2.0], [3.0])
    assert median(estimate) == 2.5


def test_a_wide_interval_splits_by_maximum_likelihood() -> None:
    """[0,1], [0,1], [2,3] and one of [0,3]: p = 2/3 maximises p² (1-p) (p + 1-p)."""
    lower, upper = np.array([0.0, 0.0, 2.0, 0.0]), np.array([1.0, 1.0, 3.0, 3.0])
    estimate = npmle(lower, upper, tolerance=1e-12)
    assert estimate.mass == pytest.approx([2 / 3, 1 / 3], abs=1e-9)


def test_right_censored_values_give_kaplan_and_meier() -> None:
    rng = np.random.default_rng(3)
    values, is_censored = rng.exponential(1.0, 60), rng.random(60) < 0.3
    estimate = npmle(
        values, np.where(is_censored, 1e9, values), tolerance=1e-13, iterations=200_000
    )
    expected = stats.ecdf(
        stats.CensoredData(uncensored=values[~is_censored], right=values[is_censored])
    ).cdf
    exact = np.sort(values[~is_censored])
    share = [estimate.mass[estimate.right <= value].sum() for value in exact]
    assert share == pytest.approx(expected.evaluate(exact).tolist(), abs=1e-9)


def test_the_estimate_is_the_most_likely_one() -> None:
    """No other mass on the same cells is likelier, and the median lies between the bounds'."""
    rng = np.random.default_rng(5)
    values = np.exp(rng.normal(8, 1.5, 400))
    lower, upper = values * rng.uniform(0.5, 1, 400), values * rng.uniform(1, 2, 400)
    estimate = npmle(lower, upper)
    covers = (estimate.left >= lower[:, None]) & (estimate.right <= upper[:, None])

    def likelihood(mass: np.ndarray) -> float:
        return float(np.log(covers @ mass).mean())

    best = likelihood(estimate.mass)
    for _ in range(100):
        other = estimate.mass * rng.uniform(0.9, 1.1, estimate.mass.size)
        assert likelihood(other / other.sum()) <= best + 1e-6
    assert np.median(lower) <= median(estimate) <= np.median(upper)
    assert median(estimate) == pytest.approx(np.median(values), rel=0.15)


@pytest.mark.parametrize(("lower", "upper"), [([], []), ([2.0], [1.0]), ([np.nan], [1.0])])
def test_wrong_bounds_are_refused(lower: list[float], upper: list[float]) -> None:
    with pytest.raises(ValueError, match="lower bound"):
        npmle(np.array(lower), np.array(upper))
