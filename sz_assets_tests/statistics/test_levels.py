"""Holm's correction against statsmodels, and what the families share."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from sz_assets.core.statistics.levels import FAMILIES, FAMILY_LEVEL, holm


@pytest.mark.parametrize("count", [1, 2, 7, 300])
def test_holm_is_that_of_statsmodels(count: int) -> None:
    random = np.random.default_rng(count)
    p_values = np.round(random.random(count) ** 3, 2).tolist()  # with ties
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected.tolist(), abs=1e-12)


def test_nothing_tested_gives_nothing() -> None:
    assert holm([]) == []


def test_the_families_share_five_percent() -> None:
    assert pytest.approx(0.05) == FAMILY_LEVEL * len(FAMILIES)
