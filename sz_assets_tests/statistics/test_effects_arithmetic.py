"""The arithmetic of the effects on arrays, against statsmodels and scipy."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats

from sz_assets.core.statistics.factors import Property
from sz_assets.core.statistics.family import effect_family
from sz_assets.core.statistics.two_step import (
    age_controls,
    over_accounts,
    slopes_within_accounts,
)
from sz_assets.core.statistics.u_shape import account_curves, shapes

Floats = NDArray[np.float64]


def oracle_fit(columns: list[Floats], age_days: Floats, outcome: Floats) -> Floats:
    """Coefficients of statsmodels' least squares after a constant and both age terms."""
    log_age = np.log1p(age_days)
    design = np.column_stack([np.ones_like(log_age), log_age, log_age**2, *columns])
    return np.asarray(sm.OLS(outcome, design).fit().params[3:])


def test_slopes_are_statsmodels_with_gaps_in_values_and_outcomes() -> None:
    rng = np.random.default_rng(6)
    accounts = rng.permutation(np.repeat(np.arange(4), [80, 30, 12, 8]))
    count = accounts.size
    age = rng.uniform(0, 700, count)
    values = np.column_stack([rng.normal(5, 1, count), rng.random(count) < 0.5])
    values[rng.random(count) < 0.1, 0] = np.nan
    outcomes = rng.normal(6, 2, (count, 2))
    outcomes[rng.random(count) < 0.1, 1] = np.nan
    found = slopes_within_accounts(
        accounts, age, values, outcomes, np.array([False, True]), np.array([0, 2])
    )
    assert np.isnan(found.slopes[3]).all()
    for account in range(3):
        for place in range(2):
            for metric in range(2):
                own = (accounts == account) & np.isfinite(values[:, place])
                own &= np.isfinite(outcomes[:, metric])
                assert found.videos[account, place, metric] in (0, own.sum())
                if own.sum() >= 10:
                    expected = oracle_fit([values[own, place]], age[own], outcomes[own, metric])
                    assert found.slopes[account, place, metric] == pytest.approx(
                        expected[0], abs=1e-9
                    )


def test_age_controls_span_what_can_be_told_apart() -> None:
    for ages, columns in (([5.0] * 6, 1), ([1.0, 9.0] * 3, 2), ([1.0, 2.0, 9.0] * 2, 3)):
        basis = age_controls(np.array(ages))
        assert basis.shape == (6, columns)
        assert basis.T @ basis == pytest.approx(np.eye(columns), abs=1e-12)


def test_t_over_accounts_is_scipys_and_has_nothing_below_two() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0.4, 1.0, (9, 3))
    values[2:, 1] = np.nan
    values[1:, 2] = np.nan
    over = over_accounts(values)
    assert over.accounts.tolist() == [9, 2, 1]
    for place in (0, 1):
        own = values[np.isfinite(values[:, place]), place]
        for alternative, found in (
            ("two-sided", over.p_two_sided),
            ("less", over.p_below),
            ("greater", over.p_above),
        ):
            test = stats.ttest_1samp(own, 0.0, alternative=alternative)
            assert found[place] == pytest.approx(test.pvalue, abs=1e-12)
    assert np.isnan([over.mean[2], over.low[2], over.high[2], over.p_two_sided[2]]).all()


def test_the_test_of_a_u_is_lind_and_mehlums_on_the_accounts_curves() -> None:
    rng = np.random.default_rng(5)
    accounts = np.repeat(np.arange(9), 50)
    age = rng.uniform(1, 900, 450)
    x = rng.normal(5, 1, 450)
    outcome = 0.3 * (x - 5.2) ** 2 + 0.2 * np.log1p(age) + rng.normal(0, 1, 450)
    low, high = np.quantile(x, [0.05, 0.95])
    fits = [
        oracle_fit([x[own], x[own] ** 2], age[own], outcome[own])
        for own in (accounts == account for account in range(9))
    ]
    at_low = [b + 2 * c * low for b, c in fits]
    at_high = [b + 2 * c * high for b, c in fits]
    expected = 2 * max(
        stats.ttest_1samp(at_low, 0.0, alternative="less").pvalue,
        stats.ttest_1samp(at_high, 0.0, alternative="greater").pvalue,
    )
    (upright,) = shapes(accounts, age, x, outcome[:, None])
    assert upright.p_value == pytest.approx(expected, abs=1e-9)
    b, c = np.mean(fits, axis=0)
    assert upright.turning_point == pytest.approx(-b / (2 * c), abs=1e-9)
    assert (upright.is_u, upright.accounts, upright.videos) == (True, 9, 450)
    (inverted,) = shapes(accounts, age, x, -outcome[:, None])
    assert inverted.is_u is False
    assert inverted.p_value == pytest.approx(expected, abs=1e-9)


def test_a_curve_needs_more_than_two_durations() -> None:
    accounts = np.zeros(40, dtype=np.int64)
    x = np.tile([4.0, 6.0], 20)
    outcomes = np.random.default_rng(0).normal(size=(40, 1))
    curves, used = account_curves(accounts, np.arange(40.0), x, outcomes, 5.0)
    assert np.isnan(curves).all()
    assert used.sum() == 0


def test_slopes_leave_out_numbers_that_hardly_vary() -> None:
    rng = np.random.default_rng(4)
    values = np.column_stack([rng.normal(0, 0.05, 50), rng.normal(0, 0.5, 50)])
    found = slopes_within_accounts(
        np.zeros(50, dtype=np.int64), rng.uniform(1, 99, 50), values, rng.normal(size=(50, 1)),
        np.array([False, False]), np.array([0, 0]),
    )  # fmt: skip
    assert np.isnan(found.slopes[0, :, 0]).tolist() == [True, False]
    assert found.videos[0, :, 0].tolist() == [0, 50]


def test_a_family_without_properties_or_videos_is_empty_or_silent() -> None:
    none = np.empty((0, 1))
    ages = np.empty(0)
    accounts = np.empty(0, dtype=np.int64)
    assert effect_family(accounts, ages, [], np.empty((0, 0)), none) == []
    (only,) = effect_family(accounts, ages, [Property("a", "b", "", "number")], none, none)
    assert only.verdict == "not_estimable"
