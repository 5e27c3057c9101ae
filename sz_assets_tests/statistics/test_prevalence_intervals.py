"""The arithmetic of prevalence against statsmodels, hand-made sums and degenerate samples."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from sz_assets.core.statistics.prevalence_intervals import (
    PRIOR_CODES,
    Sample,
    Shares,
    effective_size,
    mover,
    wilson,
)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("size", [1.0, 7.0, 41.5, 400.0])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 0.5, 0.97, 1.0])
def test_wilson_is_that_of_statsmodels(share: float, size: float, level: float) -> None:
    found = wilson(array(share), array(size), level)
    low, high = proportion_confint(share * size, size, alpha=1 - level, method="wilson")
    assert found.value[0] == share
    assert found.low[0] == pytest.approx(max(low, 0), abs=1e-9)
    assert found.high[0] == pytest.approx(min(high, 1), abs=1e-9)


def test_wilson_of_nothing_and_of_everything() -> None:
    found = wilson(array(0.0, 0.3, 0.0), array(0.0, np.inf, np.inf))
    assert found.low.tolist() == [0, 0.3, 0]
    assert found.high.tolist() == [1, 0.3, 0]


def test_mover_by_hand() -> None:
    parts = Shares(array(0.9, 0.1)[:, None], array(0.8, 0.07)[:, None], array(0.95, 0.16)[:, None])
    found = mover(array(0.2, 0.8)[:, None], parts)
    assert found.value[0] == pytest.approx(0.26, abs=1e-12)
    # 0.26 - sqrt((0.2 * 0.1)^2 + (0.8 * 0.03)^2), 0.26 + sqrt((0.2 * 0.05)^2 + (0.8 * 0.06)^2)
    assert found.low[0] == pytest.approx(0.26 - np.sqrt(0.0004 + 0.000576), abs=1e-12)
    assert found.high[0] == pytest.approx(0.26 + np.sqrt(0.0001 + 0.002304), abs=1e-12)


def test_mover_of_one_part_is_that_part() -> None:
    part = wilson(array(0.3), array(50.0))
    found = mover(np.ones((1, 1)), Shares(*(ends[None] for ends in part)))
    for end, own in zip(found, part, strict=True):
        assert end == pytest.approx(own, abs=1e-12)


def test_effective_size_goes_from_kish_to_what_is_seen() -> None:
    share, equal, seen = array(0.2, 0.2, 0.0), array(0.01, 0.01, 0.01), array(0.0008, 0.0008, 0.0)
    few, many, none = effective_size(share, equal, seen, array(0, 1e9, 0))
    assert few == pytest.approx(100, abs=1e-9)
    assert many == pytest.approx(0.16 / 0.0008, rel=1e-6)
    assert none == pytest.approx(100, abs=1e-9)


def test_equal_weights_give_the_number_of_codes() -> None:
    # One word, a simple sample of 60 out of a million: n_eff is n, the interval plain Wilson.
    said = np.zeros((60, 1), dtype=bool)
    said[:9] = True
    sample = Sample(np.array([10**12]), np.zeros(60, dtype=int), np.full(60, 10**12 / 60), said)
    low, high = proportion_confint(9, 60, method="wilson")
    for found in (
        sample.poststratified(np.ones((1, 1), dtype=bool), 0.95),
        sample.weighted(0.95),
        sample.corrected(np.ones((1, 1), dtype=bool), 0.95),
    ):
        assert found.value[0] == pytest.approx(0.15, abs=1e-9)
        assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=1e-9)


def test_finite_population_makes_the_sample_larger() -> None:
    said = np.zeros((60, 1), dtype=bool)
    said[:9] = True
    sample = Sample(np.array([90]), np.zeros(60, dtype=int), np.full(60, 1.5), said)
    size = 60 / ((90 - 60) / 89)
    low, high = proportion_confint(0.15 * size, size, method="wilson")
    found = sample.weighted(0.95)
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=1e-9)


def test_corrected_by_hand() -> None:
    # 100 videos that the machine calls c, 300 and 600 that it calls otherwise; no finite
    # population effect to speak of is wanted, so all are a million times as many.
    sizes = np.array([100, 300, 600]) * 10**6
    words = np.repeat([0, 1, 2], [20, 30, 40])
    said = np.zeros((90, 1), dtype=bool)
    said[:18] = True  # 0.9 of the first word
    said[20:26] = True  # 0.2 of the second
    said[50:52] = True  # 0.05 of the third
    weights = np.repeat(sizes / [20, 30, 40], [20, 30, 40])
    own = np.array([[True], [False], [False]])
    found = Sample(sizes, words, weights, said).corrected(own, 0.95)

    rest = (0.2 * 300 + 0.05 * 600) / 900
    assert found.value[0] == pytest.approx(0.1 * 0.9 + 0.9 * rest, abs=1e-12)
    a, b = 300 / 900, 600 / 900
    kish = a**2 / 30 + b**2 / 40
    spread = rest * (1 - rest)

    def shrunk(share: float, codes: int) -> float:
        prior = PRIOR_CODES * spread / codes
        return (codes * share * (1 - share) / codes + prior) / (codes + PRIOR_CODES)

    seen = a**2 * shrunk(0.2, 30) + b**2 * shrunk(0.05, 40)
    variance = (8 * seen + PRIOR_CODES * kish * spread) / (8 + PRIOR_CODES)
    size = spread / variance
    ends = [
        proportion_confint(18, 20, method="wilson"),
        proportion_confint(rest * size, size, method="wilson"),
    ]
    below = np.hypot(0.1 * (0.9 - ends[0][0]), 0.9 * (rest - ends[1][0]))
    above = np.hypot(0.1 * (ends[0][1] - 0.9), 0.9 * (ends[1][1] - rest))
    assert found.low[0] == pytest.approx(found.value[0] - below, abs=1e-8)
    assert found.high[0] == pytest.approx(found.value[0] + above, abs=1e-8)


def test_hajek_weights_by_hand() -> None:
    said = np.array([[True], [False], [True]])
    sample = Sample(np.array([10**12]), np.zeros(3, dtype=int), array(1, 2, 5), said)
    assert sample.weighted(0.95).value[0] == pytest.approx(6 / 8, abs=1e-12)


def test_a_word_without_codes_leaves_its_videos_open() -> None:
    # 200 of 1,000 videos have a word that no one has coded: between none and all of them.
    sizes = np.array([800, 200])
    said = np.zeros((800, 1), dtype=bool)
    said[:80] = True
    sample = Sample(sizes, np.zeros(800, dtype=int), np.ones(800), said)
    for own in (np.array([[True], [False]]), np.array([[False], [True]])):
        found = sample.corrected(own, 0.95)
        assert found.value[0] == pytest.approx(0.1, abs=1e-12)
        assert (found.low[0], found.high[0]) == pytest.approx((0.08, 0.28), abs=1e-12)


def test_ends_never_contradict_the_codes() -> None:
    said = np.zeros((50, 1), dtype=bool)
    said[:3] = True
    sample = Sample(np.array([60]), np.zeros(50, dtype=int), np.ones(50), said)
    wide = Shares(array(0.01), array(0.0), array(0.9))
    found = sample.bounded(wide)
    assert [float(end[0]) for end in found] == pytest.approx([3 / 60, 3 / 60, 13 / 60])


def test_videos_that_no_code_stands_for_count_as_one_code() -> None:
    # Weights of 2 for four codes, but 32 videos: a mass of 24 was never seen.
    said = np.ones((4, 1), dtype=bool)
    sizes = np.array([32, 10**9])
    words = np.array([0, 0, 0, 0, 1])
    weights = array(2, 2, 2, 2, 10**9)
    sample = Sample(sizes, words, weights, np.vstack([said, [[False]]]))
    found = sample.poststratified(np.array([[True], [False]]), 0.95)
    size = 1 / ((28 / 31) / 4 + (24 / 32) ** 2)
    assert found.low[0] == pytest.approx(
        proportion_confint(size, size, method="wilson")[0], abs=1e-9
    )
    assert found.high[0] == 1
