"""Account values and intervals against scipy and plain loops, and a small look at coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sz_assets.core.statistics import intervals
from sz_assets.core.statistics.concentration import account_ginis

RNG = np.random.default_rng(5)
ACCOUNTS = np.sort(RNG.integers(0, 13, 400))
VALUES = np.floor(np.exp(6 + RNG.normal(0, 1, 13)[ACCOUNTS] + 1.5 * RNG.standard_normal(400)))
SHUFFLED = RNG.permutation(400)


def by_loop(values: np.ndarray, seed: int) -> tuple[float, float]:
    """The bootstrap-t interval of a mean, draw by draw."""
    k = len(values)
    counts = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), intervals.DRAWS)
    centre, error = values.mean(), stats.sem(values)
    found = []
    for drawn in counts:
        again = np.repeat(values, drawn)
        if len(set(again)) > 1:
            found.append((again.mean() - centre) / stats.sem(again))
    low, high = np.quantile(found, [0.025, 0.975])
    return centre - high * error, centre - low * error


def test_values_of_accounts_in_any_order() -> None:
    values, accounts = VALUES[SHUFFLED], ACCOUNTS[SHUFFLED]
    means = intervals.account_means(values, accounts, 13)
    medians = intervals.account_medians(values, accounts, 13)
    odds = intervals.account_log_odds(values < 500, accounts, 13)
    for account in range(13):
        own = VALUES[account == ACCOUNTS]
        below = (own < 500).sum()
        assert means[account] == pytest.approx(own.mean(), rel=1e-9)
        assert medians[account] == np.median(own)
        expected = np.log((below + 0.5) / (len(own) - below + 0.5))
        assert odds[account] == pytest.approx(expected, rel=1e-9)


def test_an_account_without_values_has_none() -> None:
    values, accounts = np.array([1.0, 2, 9]), np.array([0, 0, 2])
    for found in (
        intervals.account_means(values, accounts, 4),
        intervals.account_medians(values, accounts, 4),
        intervals.account_log_odds(values > 1, accounts, 4),
    ):
        assert np.isnan(found).tolist() == [False, True, False, True]


def test_the_t_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(1).normal(3, 2, (6, 13))
    found = intervals.t_interval(values)
    low, high = stats.t.interval(0.95, 12, values.mean(axis=1), stats.sem(values, axis=1))
    np.testing.assert_allclose(found.low, low, rtol=1e-9)
    np.testing.assert_allclose(found.high, high, rtol=1e-9)


def test_the_bootstrap_t_interval_is_that_of_a_loop() -> None:
    values = np.exp(np.random.default_rng(2).normal(2, 1, 13))
    found = intervals.bootstrap_t_interval(values, 7)
    assert (float(found.low), float(found.high)) == pytest.approx(by_loop(values, 7), rel=1e-9)


def test_many_studies_at_once_are_each_as_alone() -> None:
    values = np.random.default_rng(3).normal(0, 1, (20, 13)) + 1e3 * np.arange(20)[:, None]
    together = intervals.bootstrap_t_interval(values, 3)
    for place, own in enumerate(values):
        alone = intervals.bootstrap_t_interval(own, 3)
        assert together.low[place] == pytest.approx(float(alone.low), rel=1e-9)
        assert together.high[place] == pytest.approx(float(alone.high), rel=1e-9)


def test_the_same_seed_gives_the_same_interval_and_another_does_not() -> None:
    first, again, other = (intervals.bootstrap_t_interval(VALUES[:13], s) for s in (1, 1, 2))
    assert first == again
    assert first.low != other.low


def test_estimates_are_transformed_back() -> None:
    logs = np.random.default_rng(4).normal(5, 1, 13)
    inner = intervals.bootstrap_t_interval(logs, 0)
    for found in (
        intervals.geometric_mean_interval(logs, 0),
        intervals.median_interval(np.expm1(logs), 0),
    ):
        assert tuple(map(float, found)) == pytest.approx(
            [np.expm1(float(part)) for part in inner], rel=1e-9
        )
    share = intervals.share_interval(logs - 5, np.full(13, True), 0)
    inner = intervals.bootstrap_t_interval(logs - 5, 0)
    assert tuple(map(float, share)) == pytest.approx(
        [1 / (1 + np.exp(-float(part))) for part in inner], rel=1e-9
    )


def test_no_share_interval_where_most_accounts_have_all_or_nothing() -> None:
    odds = np.random.default_rng(5).normal(0, 1, (2, 13))
    is_mixed = np.array([np.arange(13) < 7, np.arange(13) < 6])
    found = intervals.share_interval(odds, is_mixed, 0)
    assert np.isfinite(found.low).tolist() == [True, False]
    assert np.isfinite(found.high).tolist() == [True, False]
    assert np.isfinite(found.value).all()


@pytest.mark.parametrize("values", [np.full(13, 4.2), np.zeros(13), np.arange(11.0), np.ones(1)])
def test_no_interval_of_accounts_that_are_alike_or_too_few(values: np.ndarray) -> None:
    for found in (intervals.t_interval(values), intervals.bootstrap_t_interval(values, 0)):
        assert float(found.value) == pytest.approx(values.mean())
        assert np.isnan(found.low)
        assert np.isnan(found.high)


def test_a_gini_stays_between_0_and_1() -> None:
    found = intervals.gini_interval(np.array([0.0, 0.99] * 6 + [0.99]))
    assert 0 <= found.low < found.value < found.high <= 1
    low = intervals.gini_interval(np.array([0.0] * 12 + [0.9]))
    assert low.low == 0


def studies(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Values and accounts of `count` studies: 13 accounts, 20 to 200 videos, median 3,000."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(20, 201, 13 * count)
    accounts = np.repeat(np.arange(13 * count), sizes)
    level = rng.normal(8, 1, 13 * count)[accounts]
    return np.floor(np.exp(level + 1.8 * rng.standard_normal(len(accounts)))), accounts


def test_intervals_cover_in_a_small_simulation() -> None:
    # 300 studies: a true 95 % is seen between 91 and 99 % but for one time in a thousand.
    many, of_many = studies(600, 1)
    values, accounts = studies(300, 2)

    def apart(found: np.ndarray) -> np.ndarray:
        return found.reshape(300, 13)

    shares = apart(intervals.account_means((values < 500).astype(float), accounts, 3900))
    covered = {
        "geometric mean": (
            intervals.geometric_mean_interval(
                apart(intervals.account_means(np.log1p(values), accounts, 3900)), 0
            ),
            np.expm1(intervals.account_means(np.log1p(many), of_many, 7800).mean()),
        ),
        "median": (
            intervals.median_interval(apart(intervals.account_medians(values, accounts, 3900)), 0),
            np.expm1(np.log1p(intervals.account_medians(many, of_many, 7800)).mean()),
        ),
        "share": (
            intervals.share_interval(
                apart(intervals.account_log_odds(values < 500, accounts, 3900)),
                (shares > 0) & (shares < 1),
                0,
            ),
            1 / (1 + np.exp(-intervals.account_log_odds(many < 500, of_many, 7800).mean())),
        ),
        "gini": (
            intervals.gini_interval(apart(account_ginis(values, accounts, 3900))),
            account_ginis(many, of_many, 7800).mean(),
        ),
    }
    for name, (found, truth) in covered.items():
        share = np.mean((found.low <= truth) & (truth <= found.high))
        assert 0.91 <= share <= 0.99, (name, share)


def test_an_interval_that_ignores_the_accounts_does_not_cover() -> None:
    values, accounts = studies(300, 2)
    logs, study = np.log1p(values), accounts // 13
    means = intervals.account_means(logs, study, 300)
    counts = np.bincount(study)
    errors = np.sqrt((intervals.account_means(logs**2, study, 300) - means**2) / counts)
    assert np.mean(np.abs(means - 8) <= 1.96 * errors) < 0.5
