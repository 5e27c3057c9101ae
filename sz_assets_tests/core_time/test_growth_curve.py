"""The growth curve against statsmodels, and the ages that it covers."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from sz_assets.core.statistics.growth_curve import fit_growth


def _pairs(count: int = 800, noise: float = 0.02) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(4)
    before = rng.uniform(0, 1_500, count)
    after = before + 30.0
    # Growth that is linear in log age below and above a month, steeper below.
    log_before, log_after = (
        0.5 * np.log1p(np.minimum(a, 30)) + 0.1 * np.log1p(np.maximum(a, 30))
        for a in (before, after)
    )
    return before, after, log_before, log_after + rng.normal(0, noise, count)


def test_slopes_are_those_of_statsmodels() -> None:
    before, after, log_before, log_after = _pairs()
    curve = fit_growth(before, after, log_before, log_after)
    assert curve is not None
    assert curve.knots.size > 5

    def parts(age: np.ndarray) -> np.ndarray:
        return np.clip(np.log1p(age)[:, None], curve.knots[:-1], curve.knots[1:])

    fitted = sm.OLS(log_after - log_before, parts(after) - parts(before)).fit()
    assert curve.slopes == pytest.approx(fitted.params, rel=1e-9)


def test_a_curve_of_that_shape_is_found_exactly() -> None:
    curve = fit_growth(*_pairs(8_000, noise=0))
    assert curve is not None
    assert 30.0 in np.expm1(curve.knots).round(9)
    growth = np.diff(curve.at(np.array([10.0, 20.0, 400.0, 900.0])))
    assert growth[0] == pytest.approx(0.5 * np.log(21 / 11))
    assert growth[2] == pytest.approx(0.1 * np.log(901 / 401))


def test_ages_between_which_nothing_was_seen_to_grow_are_not_compared() -> None:
    before, after, log_before, log_after = _pairs()
    kept = (after < 100) | (before > 600)
    curve = fit_growth(before[kept], after[kept], log_before[kept], log_after[kept])
    assert curve is not None
    assert curve.ranges.shape == (2, 2)
    ages = np.array([5.0, 90.0, 300.0, 700.0, 800.0, 1_400.0, 2_000.0])
    assert curve.main_range(ages).tolist() == [False, False, False, True, True, True, False]


@pytest.mark.parametrize("count", [0, 1, 11])
def test_too_few_pairs_give_no_curve(count: int) -> None:
    assert fit_growth(*(values[:count] for values in _pairs())) is None
