"""Gini, Lorenz curve and top shares against brute force and closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.concentration import (
    account_ginis,
    gini,
    lorenz,
    lorenz_curves,
    top_ratio,
)

RNG = np.random.default_rng(20231)
HEAVY = np.sort(np.floor(np.exp(6 + 2 * RNG.standard_normal(337))))


def test_gini_is_half_the_relative_mean_absolute_difference() -> None:
    differences = np.abs(HEAVY[:, None] - HEAVY[None, :]).mean()
    assert gini(HEAVY) == pytest.approx(differences / (2 * HEAVY.mean()), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 5, 5, 5], 0.0),
        ([0.1] * 7, 0.0),
        ([0, 0, 0, 8], 3 / 4),
        ([1, 2, 3, 4], 1 / 4),
        ([7], 0.0),
    ],
)
def test_gini_in_closed_form(values: list[float], expected: float) -> None:
    assert gini(np.array(values, float)) == pytest.approx(expected, abs=1e-12)
    assert gini(np.array(values, float)) >= 0


def test_gini_of_a_total_of_zero_is_not_defined() -> None:
    assert np.isnan(gini(np.zeros(3)))


def test_each_account_has_the_gini_of_its_own_values() -> None:
    rng = np.random.default_rng(1)
    accounts = rng.integers(0, 5, len(HEAVY))
    order = rng.permutation(len(HEAVY))
    found = account_ginis(HEAVY[order], accounts[order], 5)
    for account in range(5):
        assert found[account] == pytest.approx(gini(HEAVY[accounts == account]), rel=1e-9)


def test_an_account_without_spread_to_speak_of_has_no_gini() -> None:
    found = account_ginis(np.array([3.0, 0, 0, 1, 2]), np.array([0, 1, 1, 2, 2]), 4)
    assert np.isnan(found[[0, 1, 3]]).all()
    assert found[2] == pytest.approx(1 / 6, rel=1e-12)


def test_the_curve_is_the_running_share_of_the_total() -> None:
    n = len(HEAVY)
    ratios = np.arange(n + 1) / n
    expected = np.concatenate(([0], np.cumsum(HEAVY) / HEAVY.sum()))
    np.testing.assert_allclose(lorenz(HEAVY, ratios), expected, rtol=1e-9, atol=1e-15)


def test_the_area_above_the_curve_is_the_gini() -> None:
    ratios = np.arange(len(HEAVY) + 1) / len(HEAVY)
    area = np.trapezoid(lorenz(HEAVY, ratios), ratios)
    assert 1 - 2 * area == pytest.approx(gini(HEAVY), rel=1e-9)


def test_the_top_share_takes_part_of_a_video_where_it_must() -> None:
    assert top_ratio(np.array([1.0, 2, 3, 14]), 0.25) == pytest.approx(14 / 20, rel=1e-12)
    assert top_ratio(np.array([1.0, 2, 3, 14]), 0.1) == pytest.approx(0.4 * 14 / 20, rel=1e-12)
    hundred = np.arange(1.0, 101)
    assert top_ratio(hundred, 0.01) == pytest.approx(100 / 5050, rel=1e-9)
    assert top_ratio(hundred, 0.1) == pytest.approx(sum(range(91, 101)) / 5050, rel=1e-9)
    assert np.isnan(top_ratio(np.zeros(4), 0.1))


def test_curves_of_a_month(month_of: Callable[..., MonthData]) -> None:
    month = month_of({"a": [*HEAVY, None], "b": [0, 4, 2]}, incomplete="b")
    frame = lorenz_curves(month)
    likes = frame.filter(population="all", metric="like_count").sort("video_ratio")
    assert likes.height == 101
    assert likes.row(0)[3:5] == (0.0, 0.0)
    assert likes.row(-1)[3:5] == (1.0, 1.0)
    assert likes["incomplete_accounts"].unique().to_list() == ["b"]
    values = np.sort([*HEAVY, 0, 4, 2])
    np.testing.assert_allclose(
        likes["value_ratio"], lorenz(values, np.arange(101) / 100), rtol=1e-9
    )
    assert (frame["value_ratio"] <= frame["video_ratio"]).all()


def test_few_videos_have_a_point_each(month_of: Callable[..., MonthData]) -> None:
    frame = lorenz_curves(month_of({"a": [3, 1, 9]})).filter(metric="comment_count")
    assert frame.filter(population="all")["video_ratio"].to_list() == [0, 1 / 3, 2 / 3, 1]
    assert frame.filter(population="all")["value_ratio"].to_list() == pytest.approx(
        [0, 1 / 13, 4 / 13, 1], rel=1e-12
    )
    assert frame.filter(population="sample")["video_ratio"].to_list() == [0, 0.5, 1]


@pytest.mark.parametrize("lists", [{}, {"a": [None, None]}, {"a": [0, 0, 0]}])
def test_what_has_no_total_has_no_curve(lists: object, month_of: Callable[..., MonthData]) -> None:
    assert lorenz_curves(month_of(lists)).is_empty()


def test_equal_durations_lie_on_the_diagonal(month_of: Callable[..., MonthData]) -> None:
    frame = lorenz_curves(month_of({"a": [0.1] * 150})).filter(metric="duration_seconds")
    assert (frame["value_ratio"] <= frame["video_ratio"]).all()
    np.testing.assert_allclose(frame["value_ratio"], frame["video_ratio"], atol=1e-12)
