"""The arithmetic that meets figures exactly, on small arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sz_assets.simulation.calibrate import Figures, with_figures
from sz_assets.simulation.growth import counter_factors, maturity


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(100, 300), st.floats(0.2, 2.5))
def test_figures_are_met_and_the_order_kept(seed: int, size: int, scatter: float) -> None:
    shape = np.exp(scatter * np.random.default_rng(seed).standard_normal(size))
    figures = Figures(0, 20_000, 3_000 * size, limit=500, below_count=size // 2)
    values = with_figures(shape, figures)
    assert values.sum() == figures.total
    assert (values.min(), values.max()) == (0, 20_000)
    assert (values < 500).sum() == size // 2
    assert (np.diff(values[np.argsort(shape, kind="stable")]) >= 0).all()


@pytest.mark.parametrize("total", [1_000, 10_000_000])
def test_contradicting_figures_are_refused(total: int) -> None:
    with pytest.raises(ValueError, match="add up"):
        with_figures(np.arange(1.0, 51.0), Figures(100, 2_000, total))


def test_counters_are_exact_at_the_calibrated_instant_and_never_fall() -> None:
    now = 1_698_724_800
    create = np.array([now - 3_600, now - 86_400 * 400, now + 86_400])
    fast, slow = np.full(3, 5 * 86_400), np.full(3, 400 * 86_400)
    assert counter_factors(now, create, fast, slow).tolist() == [1.0, 1.0, 0.0]
    ages = np.arange(0, 10**8, 9_973)
    curve = maturity(ages, np.full(ages.size, 5 * 86_400), np.full(ages.size, 400 * 86_400))
    assert curve[0] == 0
    assert (np.diff(curve) >= 0).all()
    assert 0.9 < curve[-1] < 1
