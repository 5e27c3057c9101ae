"""Intervals of agreement: against scipy's bootstrap, and how often they hold."""

from __future__ import annotations

from typing import Any

import krippendorff
import numpy as np
import pytest
from scipy.stats import bootstrap

from sz_assets.core.statistics.agreement import Coefficient, agreement
from sz_assets.core.statistics.agreement_coefficients import Floats, Ints
from sz_assets.core.statistics.agreement_resampling import MINIMUM_UNITS, patterns_of


def drawn_units(
    random: np.random.Generator, units: int, coders: int, values: int, rarest: float
) -> Ints:
    """Codes of units of which a fifth is hard: coders see the truth nine times of ten, or five."""
    shares = np.full(values, (1 - rarest) / (values - 1))
    shares[0] = rarest
    truth = random.choice(values, (units, 1), p=shares)
    sight = np.where(random.random((units, 1)) < 0.2, 0.5, 0.9)
    guess = random.choice(values, (units, coders), p=shares)
    return np.where(random.random((units, coders)) < sight, truth, guess)


def by_name(codes: Ints, values: int, level: Any = "ordinal", **how: Any) -> dict[str, Coefficient]:
    return {one.name: one for one in agreement(codes, range(values), level, **how)}


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_ends_are_those_of_scipys_bootstrap_of_units(level: str) -> None:
    codes = drawn_units(np.random.default_rng(3), 60, 3, 4, 0.2)
    counts = np.stack([(codes == value).sum(axis=1) for value in range(4)], axis=1)

    def alpha(units: Floats) -> float:
        # Values that a draw lacks change neither nominal nor ordinal distances.
        return krippendorff.alpha(
            value_counts=counts[units.astype(int)],
            value_domain=list(range(4)),
            level_of_measurement=level,
        )

    expected = bootstrap(
        (np.arange(60),), alpha, n_resamples=3000, vectorized=False, method="BCa", rng=1
    ).confidence_interval
    found = by_name(codes, 4, resamples=20_000)[f"krippendorff_alpha_{level}"]
    # Ends of 3,000 draws vary by about 0.004.
    assert found.ci_lower == pytest.approx(expected.low, abs=0.015)
    assert found.ci_upper == pytest.approx(expected.high, abs=0.015)


def test_the_seed_alone_decides_and_the_order_of_units_and_coders_does_not() -> None:
    random = np.random.default_rng(1)
    codes = drawn_units(random, 80, 3, 5, 0.2)
    first = agreement(codes, range(5), "ratio", seed=7)
    shuffled = codes[random.permutation(80)][:, [2, 0, 1]]
    assert agreement(shuffled, range(5), "ratio", seed=7) == first
    assert agreement(codes, range(5), "ratio", seed=8) != first


def test_draws_in_several_parts_are_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = drawn_units(np.random.default_rng(1), 80, 3, 5, 0.2)
    whole = by_name(codes, 5, resamples=500)["gwet_ac1"]
    place = "sz_assets.core.statistics.agreement_resampling.LARGEST_BLOCK"
    monkeypatch.setattr(place, 1000)
    parts = by_name(codes, 5, resamples=500)["gwet_ac1"]
    assert (parts.ci_lower, parts.ci_upper) == pytest.approx((whole.ci_lower, whole.ci_upper))


def test_too_few_units_have_no_interval_but_a_value() -> None:
    codes = np.arange(2 * MINIMUM_UNITS).reshape(MINIMUM_UNITS, 2) // 3 % 2
    assert by_name(codes, 2)["krippendorff_alpha_nominal"].ci_lower is not None
    # A unit with a single code does not help.
    codes[0, 1] = -1
    one = by_name(codes, 2)["krippendorff_alpha_nominal"]
    assert one.value is not None
    assert one.ci_lower is one.ci_upper is None
    assert str(MINIMUM_UNITS) in str(one.note)


def test_agreement_on_every_unit_has_no_interval() -> None:
    codes = np.repeat(np.arange(40)[:, None] % 2, 3, axis=1)
    found = by_name(codes, 2)
    assert {one.value for name, one in found.items() if name != "cohen_kappa"} == {1}
    assert {one.ci_lower for one in found.values()} == {None}
    assert "every draw" in str(found["gwet_ac1"].note)


def test_a_value_that_most_draws_lack_has_no_interval() -> None:
    codes = np.zeros((60, 2), dtype=np.int64)
    codes[0] = (0, 1)
    one = by_name(codes, 2)["krippendorff_alpha_nominal"]
    assert one.value is not None
    assert one.ci_lower is None
    assert "variation" in str(one.note)


def test_an_interval_without_its_value_is_not_shown() -> None:
    random = np.random.default_rng(1)
    codes = np.clip(random.integers(0, 400, (800, 1)) + random.integers(-3, 4, (800, 3)), 0, 399)
    found = by_name(codes, 400, "interval", resamples=200)
    ordinal, interval = (found[f"krippendorff_alpha_{level}"] for level in ("ordinal", "interval"))
    assert ordinal.value is not None
    assert ordinal.ci_lower is None
    assert "miss the value" in str(ordinal.note)
    assert interval.ci_lower is not None


def test_units_with_the_same_codes_are_one_pattern() -> None:
    codes = np.array([[0, 1, 1], [1, 0, 1], [-1, 2, -1], [2, -1, -1], [-1, -1, -1]])
    found = patterns_of(codes, 3)
    assert sorted(found.frequencies.tolist()) == [2, 2]
    assert sorted(found.counts.tolist()) == [[0, 0, 1], [1, 2, 0]]
    # Of two coders it matters who said what.
    assert len(patterns_of(codes[:, :2], 3).frequencies) == 4


def coverage(studies: int, units: int, coders: int, values: int, rarest: float) -> dict[str, float]:
    """Share of studies whose interval holds the value over all units like theirs."""
    random = np.random.default_rng(11)
    everyone = drawn_units(random, 200_000, coders, values, rarest)
    truth = {name: one.value for name, one in by_name(everyone, values, resamples=0).items()}
    held: dict[str, list[bool]] = {}
    for study in range(studies):
        codes = drawn_units(random, units, coders, values, rarest)
        for name, one in by_name(codes, values, seed=study, resamples=500).items():
            wanted = truth[name]
            if one.ci_lower is not None and one.ci_upper is not None and wanted is not None:
                held.setdefault(name, []).append(one.ci_lower <= wanted <= one.ci_upper)
    return {name: float(np.mean(kept)) for name, kept in held.items() if len(kept) > studies / 2}


def test_intervals_hold_about_as_often_as_they_say() -> None:
    found = coverage(200, units=100, coders=3, values=5, rarest=0.2)
    assert len(found) == 5
    # 200 studies tell 0.95 within 0.03.
    assert all(0.90 <= share <= 0.99 for share in found.values()), found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("units", "coders", "values", "rarest", "least"),
    [
        (20, 3, 5, 0.2, 0.92),
        (100, 2, 2, 0.5, 0.93),
        (100, 3, 2, 0.1, 0.93),
        (100, 3, 17, 0.06, 0.93),
        (300, 3, 2, 0.05, 0.93),
    ],
)
def test_intervals_of_many_studies_hold(
    units: int, coders: int, values: int, rarest: float, least: float
) -> None:
    found = coverage(1000, units, coders, values, rarest)
    assert {"krippendorff_alpha_nominal", "gwet_ac1", "percent_agreement"} <= found.keys()
    assert all(least <= share <= 0.99 for share in found.values()), found
