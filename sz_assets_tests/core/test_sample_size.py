"""The number of units that a target α needs."""

from __future__ import annotations

import pytest

from sz_assets.core.coding.sample_size import required_units


@pytest.mark.parametrize(("smallest_alpha", "published"), [(0.667, 81), (0.800, 139)])
def test_four_equal_categories_need_as_many_as_published(
    smallest_alpha: float, published: int
) -> None:
    """Krippendorff's table for two coders at .05, as ATLAS.ti's manual quotes it."""
    assert required_units(smallest_alpha, 0.25, 0.05) == published


def test_the_formula_by_hand() -> None:
    # z of .005 is 2.5758; (1.9 × 2.1) / (4 × .25 × .1) − .9 = 39.0; 2 × 6.6349 × 39.0 = 517.52.
    assert required_units(0.9, 0.5, 0.005) == 518


def test_rarer_categories_higher_targets_and_less_risk_need_more() -> None:
    assert required_units(0.8, 0.01) > required_units(0.8, 0.05) > required_units(0.8, 0.5)
    assert required_units(0.9, 0.1) > required_units(0.8, 0.1) > required_units(0.667, 0.1)
    assert required_units(0.8, 0.1, 0.01) > required_units(0.8, 0.1, 0.05)


@pytest.mark.parametrize(
    ("smallest_alpha", "share", "significance", "words"),
    [
        (1.0, 0.1, 0.05, "smallest α"),
        (-0.1, 0.1, 0.05, "smallest α"),
        (0.8, 0.0, 0.05, "share"),
        (0.8, 1.0, 0.05, "share"),
        (0.8, 0.1, 0.0, "significance"),
        (0.8, 0.1, 0.5, "significance"),
    ],
)
def test_impossible_targets_are_refused(
    smallest_alpha: float, share: float, significance: float, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        required_units(smallest_alpha, share, significance)
