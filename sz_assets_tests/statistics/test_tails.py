"""Tail fits against closed forms and scipy, planted tails, and tails that are too small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import optimize, special, stats

from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.tails import MINIMUM_TAIL, TailFit, fit_tail, fit_tails

Months = Callable[..., MonthData]
RNG = np.random.default_rng(99)
LOGNORMAL = np.floor(np.exp(5 + 1.2 * RNG.standard_normal(3000)))
PARETO = np.floor(100 * (1 - RNG.random(20_000)) ** (-1 / 1.3))
NARROW = np.floor(np.exp(7 + 0.5 * RNG.standard_normal(10_000)))
DURATIONS = np.round(np.exp(3 + 0.9 * RNG.standard_normal(1500)), 3)


def fitted(values: np.ndarray, is_discrete: bool) -> tuple[TailFit, np.ndarray]:
    fit = fit_tail(values, is_discrete=is_discrete)
    assert fit is not None
    return fit, values[values >= fit.xmin]


def log_likelihoods(fit: TailFit, tail: np.ndarray, is_discrete: bool) -> list[np.ndarray]:
    """Of each value under the power law and under the lognormal, beyond xmin, by scipy."""
    normal = stats.norm(fit.mu, fit.sigma)
    if is_discrete:
        power = -fit.alpha * np.log(tail) - np.log(special.zeta(fit.alpha, fit.xmin))
        upper, lower = normal.sf(np.log(tail - 0.5)), normal.sf(np.log(tail + 0.5))
        return [power, np.log((upper - lower) / normal.sf(np.log(fit.xmin - 0.5)))]
    power = np.log((fit.alpha - 1) / fit.xmin) - fit.alpha * np.log(tail / fit.xmin)
    density = normal.logpdf(np.log(tail)) - np.log(tail)
    return [power, density - normal.logsf(np.log(fit.xmin))]


@pytest.mark.parametrize(
    ("values", "is_discrete"), [(LOGNORMAL, True), (PARETO, True), (DURATIONS, False)]
)
def test_the_test_is_vuongs(values: np.ndarray, is_discrete: bool) -> None:
    fit, tail = fitted(values, is_discrete)
    assert fit.tail_count == len(tail) >= MINIMUM_TAIL
    power, lognormal = log_likelihoods(fit, tail, is_discrete)
    ratios = power - lognormal
    # The ratio is a small difference of two large sums: rounding is measured by those.
    rounding = 1e-11 * abs(power.sum())
    assert fit.log_likelihood_difference == pytest.approx(ratios.sum(), rel=1e-9, abs=rounding)
    z = ratios.sum() / (np.sqrt(len(tail)) * ratios.std())
    assert fit.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-8)


def test_the_exponent_of_counts_is_the_closed_form() -> None:
    fit, tail = fitted(PARETO, is_discrete=True)
    expected = 1 + len(tail) / np.log(tail / (fit.xmin - 0.5)).sum()
    assert fit.alpha == pytest.approx(expected, rel=1e-9)
    assert fit.alpha == pytest.approx(2.3, abs=0.1)


def test_the_exponent_of_durations_is_the_closed_form() -> None:
    values = 10 * (1 - np.random.default_rng(1).random(2000)) ** (-1 / 1.5)
    fit, tail = fitted(values, is_discrete=False)
    expected = 1 + len(tail) / np.log(tail / fit.xmin).sum()
    assert fit.alpha == pytest.approx(expected, rel=1e-9)


def test_the_lognormal_is_the_likeliest_with_a_positive_mu() -> None:
    fit, tail = fitted(LOGNORMAL, is_discrete=True)

    def unlikely(parameters: np.ndarray) -> float:
        other = fit._replace(mu=parameters[0], sigma=parameters[1])
        return -float(log_likelihoods(other, tail, True)[1].sum())

    best = optimize.minimize(
        unlikely, (np.log(tail).mean(), np.log(tail).std()), bounds=[(0, None), (1e-3, None)]
    )
    assert unlikely(np.array([fit.mu, fit.sigma])) == pytest.approx(best.fun, rel=1e-6)


def test_a_planted_lognormal_and_a_planted_power_law_are_told() -> None:
    assert fitted(NARROW, True)[0].verdict == "lognormal"
    assert fitted(PARETO, True)[0].verdict == "power_law"


def test_a_planted_start_of_the_tail_is_found() -> None:
    rng = np.random.default_rng(2)
    below = rng.integers(1, 500, 3000)
    tail = np.floor(500 * (1 - rng.random(1500)) ** (-1 / 1.5))
    fit, _ = fitted(np.concatenate([below, tail]).astype(float), True)
    assert 400 <= fit.xmin <= 1500
    assert fit.alpha == pytest.approx(2.5, abs=0.25)


def test_a_small_difference_is_undecided() -> None:
    fit = TailFit(1, 60, 2.0, 1.0, 1.0, 3.0, 0.051)
    assert fit.verdict == "undecided"
    assert fit._replace(p_value=float("nan")).verdict == "undecided"
    assert fit._replace(p_value=0.049).verdict == "power_law"
    assert fit._replace(p_value=0.049, log_likelihood_difference=-3.0).verdict == "lognormal"


@pytest.mark.parametrize(
    "values",
    [
        np.array([]),
        np.zeros(500),
        np.full(500, 3.0),
        np.arange(1.0, MINIMUM_TAIL),
        np.concatenate([np.zeros(500), np.arange(1.0, MINIMUM_TAIL)]),
    ],
)
def test_nothing_is_fitted_to_too_few_or_equal_values(values: np.ndarray) -> None:
    assert fit_tail(values, is_discrete=True) is None


def test_fits_of_a_month(month_of: Months) -> None:
    frame = fit_tails(month_of({"a": [*LOGNORMAL, None], "b": [1, 2]}, incomplete="b"))
    assert frame.height == 10
    assert frame["tail_count"].min() >= MINIMUM_TAIL
    found = frame.filter(population="all", metric="like_count").row(0, named=True)
    expected = fit_tail(np.append(LOGNORMAL, [1, 2]), is_discrete=True)
    assert expected is not None
    assert (found["xmin"], found["power_law_alpha"]) == (expected.xmin, expected.alpha)
    assert found["verdict"] == expected.verdict
    assert found["incomplete_accounts"] == "b"
    assert found["note"].startswith("Conditional on xmin")
    assert ("fewer than 1,000" in found["note"]) == (expected.tail_count < 1000)


@pytest.mark.parametrize("lists", [{}, {"a": [None]}, {"a": [0, 0]}, {"a": [5]}, {"a": [5, 900]}])
def test_too_little_is_undecided_and_says_so(lists: object, month_of: Months) -> None:
    frame = fit_tails(month_of(lists))
    assert frame.height == 10
    assert set(frame["verdict"]) == {"undecided"}
    assert frame["xmin"].null_count() == 10
    assert frame["note"].str.contains("Clauset et al. 2009").all()


def test_the_same_values_give_the_same_fits(month_of: Months) -> None:
    month = month_of({"a": list(DURATIONS)})
    assert fit_tails(month).equals(fit_tails(month))
