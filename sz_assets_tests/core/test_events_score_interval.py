"""Ratios over accounts: against scipy and closed forms, and their coverage under heavy tails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sz_assets.core.score_interval import rate_ratio, t_ratio


def test_t_ratio_is_students_t_on_the_logarithms() -> None:
    logs = np.array([0.3, -0.1, 0.7, 0.2, 0.45, -0.3])
    found = t_ratio(logs)
    center, error = logs.mean(), logs.std(ddof=1) / np.sqrt(6)
    limit = stats.t.ppf(0.975, 5)
    assert found.ratio == pytest.approx(np.exp(center), rel=1e-9)
    assert found.low == pytest.approx(np.exp(center - limit * error), rel=1e-9)
    assert found.high == pytest.approx(np.exp(center + limit * error), rel=1e-9)
    assert found.p_value == pytest.approx(stats.ttest_1samp(logs, 0).pvalue, rel=1e-9)


def test_accounts_without_spread_give_a_ratio_and_no_test() -> None:
    for found in (
        t_ratio(np.zeros(6)),
        t_ratio(np.array([0.0])),
        rate_ratio(np.full(6, 3), np.full(6, 30), np.full(6, 1.0), np.full(6, 10.0)),
    ):
        assert found.ratio == pytest.approx(1)
        assert (found.low, found.high, found.p_value) == (None, None, None)


def _scores(
    counts: tuple[list[int], list[int]], days: tuple[float, float], ratio: float
) -> np.ndarray:
    inside, outside = (np.array(c) for c in counts)
    share = days[0] * ratio / (days[0] * ratio + days[1])
    total = inside + outside
    return (inside - total * share) / np.sqrt(total * share * (1 - share))


def test_rate_ratio_keeps_its_definition() -> None:
    counts, days = ([4, 0, 3, 7, 2, 5], [20, 8, 21, 30, 16, 19]), (7.0, 60.0)
    found = rate_ratio(
        np.array(counts[0]), np.array(counts[1]), np.full(6, days[0]), np.full(6, days[1])
    )
    assert found.ratio is not None
    assert found.low is not None
    assert found.high is not None
    assert _scores(counts, days, found.ratio).mean() == pytest.approx(0, abs=1e-9)
    p_value = stats.ttest_1samp(_scores(counts, days, 1.0), 0).pvalue
    assert found.p_value == pytest.approx(p_value, rel=1e-9)
    for end in (found.low, found.high):
        p_value = stats.ttest_1samp(_scores(counts, days, end), 0).pvalue
        assert p_value == pytest.approx(0.05, abs=1e-9)
    assert found.low < found.ratio < found.high


def test_equal_accounts_in_total_give_the_ratio_of_the_rates() -> None:
    # With equal totals and days the weights cancel: the pooled share is the closed form.
    inside = np.array([6, 4, 9, 5, 6])
    found = rate_ratio(inside, 40 - inside, np.full(5, 7.0), np.full(5, 70.0))
    assert found.ratio == pytest.approx((30 / 35) / (170 / 350), rel=1e-9)


def test_no_video_inside_is_a_ratio_of_zero_that_can_not_be_tested() -> None:
    outside = np.array([300, 200, 150, 400, 260, 310])
    found = rate_ratio(np.zeros(6, dtype=int), outside, np.full(6, 7.0), np.full(6, 120.0))
    assert found == (0.0, None, None, None)


@pytest.mark.parametrize("truth", [1.0, 2.0])
def test_rate_ratio_covers_with_small_counts_and_accounts_that_differ(truth: float) -> None:
    random, covered, studies = np.random.default_rng(11), 0, 400
    for _ in range(studies):
        rate = 0.4 * np.exp(random.normal(0, 0.8, 13))
        own = np.exp(random.normal(-0.045, 0.3, 13))
        inside, outside = random.poisson(rate * 7 * truth * own), random.poisson(rate * 120)
        use = outside >= 6
        found = rate_ratio(
            inside[use], outside[use], np.full(use.sum(), 7.0), np.full(use.sum(), 120.0)
        )
        low, high = found.low or 0.0, found.high or np.inf
        covered += low <= truth <= high
    assert 0.915 <= covered / studies <= 0.98  # 95 % less what 400 studies can miss by chance


def test_t_ratio_covers_with_few_heavy_tailed_videos_per_account() -> None:
    random, covered, studies = np.random.default_rng(5), 0, 1000
    for _ in range(studies):
        level = random.normal(7, 1.2, 13)
        logs = np.empty(13)
        for account, count in enumerate(random.integers(1, 4, 13)):
            inside = np.log1p(np.exp(level[account] + 1.6 * random.standard_t(5, count)))
            outside = np.log1p(np.exp(level[account] + 1.6 * random.standard_t(5, 20)))
            logs[account] = inside.mean() - outside.mean()
        found = t_ratio(logs)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1 <= found.high
    assert 0.92 <= covered / studies <= 0.98
