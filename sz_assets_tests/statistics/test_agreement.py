"""Coefficients of agreement against other programs, and where they are not defined."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from sz_assets.core.statistics.agreement import (
    LEVELS,
    NO_PAIRS,
    NO_VARIATION,
    Coefficient,
    agreement,
    agreement_by_category,
    alpha_with_distances,
    verdict,
)
from sz_assets.core.statistics.agreement_coefficients import Ints, masi_distances

NUMBERS = (0.0, 1.0, 2.5, 4.0, 9.0)


def made_codes(
    seed: int, units: int = 60, coders: int = 3, values: int = 5, missing: float = 0.0
) -> Ints:
    """Coders who see the truth seven times of ten."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, values, (units, 1))
    guess = random.integers(0, values, (units, coders))
    codes = np.where(random.random((units, coders)) < 0.7, truth, guess)
    return np.where(random.random((units, coders)) < missing, -1, codes)


def by_name(found: list[Coefficient]) -> dict[str, Coefficient]:
    return {one.name: one for one in found}


def values_of(codes: Ints, values: Any = NUMBERS, level: Any = "ratio") -> dict[str, float | None]:
    return {one.name: one.value for one in agreement(codes, values, level, resamples=0)}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("coders", [2, 3, 6])
@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_alpha_is_that_of_the_krippendorff_package(level: str, coders: int, missing: float) -> None:
    codes = made_codes(coders, coders=coders, missing=missing)
    numbers = np.where(codes >= 0, np.array(NUMBERS)[codes], np.nan)
    expected = krippendorff.alpha(numbers.T, value_domain=list(NUMBERS), level_of_measurement=level)
    assert values_of(codes)[f"krippendorff_alpha_{level}"] == pytest.approx(expected, rel=1e-12)


def test_alpha_of_sets_is_that_of_the_krippendorff_package_with_masi() -> None:
    values = [("a",), ("b",), ("a", "b"), ("b", "c"), ()]
    distances = masi_distances(values)
    codes = made_codes(5, missing=0.2)

    def metric(_v1: Any, _v2: Any, *, i1: Any, i2: Any, **_: Any) -> Any:
        return distances[i1, i2]

    expected = krippendorff.alpha(
        np.where(codes >= 0, codes, np.nan).T,
        value_domain=list(range(5)),
        level_of_measurement=metric,
    )
    found = values_of(codes, values, "sets")["krippendorff_alpha_masi"]
    assert found == pytest.approx(expected, rel=1e-12)
    alone = alpha_with_distances(codes, distances, name="masi", resamples=0)
    assert (alone.name, alone.value) == ("masi", found)


def test_masi_distances_are_those_of_the_definition() -> None:
    values = ["a", "ab", "bc", "", "ba", "d"]
    found = masi_distances(values)
    assert found[0, 1] == pytest.approx(1 - 1 / 2 * 2 / 3), "one holds the other"
    assert found[1, 2] == pytest.approx(1 - 1 / 3 * 1 / 3), "each has something of its own"
    assert found[1, 4] == 0, "order does not matter"
    assert found[0, 5] == found[0, 3] == found[3, 0] == 1, "nothing shared"
    assert np.array_equal(found, found.T)
    assert not np.diag(found).any()


@pytest.mark.parametrize("values", [2, 5])
def test_complete_codes_have_the_kappas_of_statsmodels_and_sklearn(values: int) -> None:
    codes = made_codes(1, coders=2, values=values)
    found = values_of(codes, range(values), "nominal")
    table = np.zeros((values, values))
    np.add.at(table, (codes[:, 0], codes[:, 1]), 1)
    cohen = inter_rater.cohens_kappa(table, return_results=False)
    assert found["cohen_kappa"] == pytest.approx(cohen, rel=1e-12)
    assert found["cohen_kappa"] == pytest.approx(cohen_kappa_score(*codes.T), rel=1e-12)
    several = made_codes(2, coders=6, values=values)
    counts, _ = inter_rater.aggregate_raters(several, values)
    fleiss = inter_rater.fleiss_kappa(counts)
    found = values_of(several, range(values), "nominal")
    assert found["fleiss_kappa"] == pytest.approx(fleiss, rel=1e-12)
    assert found["cohen_kappa"] is None, "of two coders only"


def test_cohen_leaves_out_units_that_one_coder_has_not_coded() -> None:
    codes = made_codes(3, coders=2, missing=0.3)
    complete = codes[(codes >= 0).all(axis=1)]
    expected = cohen_kappa_score(*complete.T)
    assert values_of(codes)["cohen_kappa"] == pytest.approx(expected, rel=1e-12)


def gwet_by_hand(codes: Ints, values: int) -> tuple[float, float, float]:
    """Agreement, Fleiss' κ and AC1, written pair by pair from Gwet's definitions."""
    agreed, shares = [], []
    for row in codes:
        given = [code for code in row if code >= 0]
        if given:
            shares.append([given.count(value) / len(given) for value in range(values)])
        pairs = list(combinations(given, 2))
        if pairs:
            agreed.append(sum(left == right for left, right in pairs) / len(pairs))
    observed = float(np.mean(agreed))
    mean = np.mean(shares, axis=0)
    fleiss = float((mean**2).sum())
    ac1 = float((mean * (1 - mean)).sum()) / (values - 1)
    return observed, (observed - fleiss) / (1 - fleiss), (observed - ac1) / (1 - ac1)


@pytest.mark.parametrize("missing", [0.0, 0.2, 0.6])
def test_missing_codes_are_treated_as_by_gwet(missing: float) -> None:
    codes = made_codes(4, coders=4, missing=missing)
    found = values_of(codes)
    names = ("percent_agreement", "fleiss_kappa", "gwet_ac1")
    assert [found[name] for name in names] == pytest.approx(gwet_by_hand(codes, 5), rel=1e-12)


def test_a_category_is_compared_with_all_others() -> None:
    codes = made_codes(6, missing=0.2)
    for found in agreement_by_category(codes, NUMBERS, "nominal", resamples=0):
        place = NUMBERS.index(found.category)
        binary = np.where(codes < 0, np.nan, codes == place)
        expected = krippendorff.alpha(binary.T, level_of_measurement="nominal")
        one = by_name(found.coefficients)["krippendorff_alpha_nominal"]
        assert one.value == pytest.approx(expected, rel=1e-12)
        assert found.code_count == (codes == place).sum()


def test_categories_of_sets_are_their_members() -> None:
    values = [("a", "b"), ("b",), ()]
    codes = np.array([[0, 0], [0, 1], [1, 1], [2, 2], [2, 0]])
    found = agreement_by_category(codes, values, "sets", resamples=0)
    assert [(one.category, one.code_count) for one in found] == [("a", 4), ("b", 7)]
    agreed = [by_name(one.coefficients)["percent_agreement"].value for one in found]
    assert agreed == [pytest.approx(3 / 5), pytest.approx(4 / 5)]


def test_counts_say_on_how_much_a_coefficient_rests() -> None:
    codes = np.array([[0, 0, 1], [1, -1, -1], [-1, -1, -1], [1, 1, -1]])
    one = agreement(codes, "ab", "nominal", resamples=0)[0]
    assert (one.unit_count, one.pairable_unit_count, one.coder_count) == (3, 2, 3)
    assert (one.code_count, one.pair_count) == (6, 4)


@pytest.mark.parametrize(
    ("codes", "note"),
    [
        pytest.param([[0], [1]], NO_PAIRS, id="one coder"),
        pytest.param([[0, -1], [-1, 1]], NO_PAIRS, id="no unit of two coders"),
        pytest.param([[-1, -1], [-1, -1]], NO_PAIRS, id="no codes"),
        pytest.param(np.zeros((0, 2)), NO_PAIRS, id="no units"),
        pytest.param([[1, 1], [1, 1]], NO_VARIATION, id="no variation"),
    ],
)
def test_what_cannot_be_computed_is_none_with_a_note(codes: Any, note: str) -> None:
    found = by_name(agreement(np.array(codes, dtype=np.int64), (0.0, 1.0, 2.0), "ratio"))
    chance_corrected = [f"krippendorff_alpha_{level}" for level in LEVELS]
    for name in [*chance_corrected, "fleiss_kappa"]:
        assert (found[name].value, found[name].note) == (None, note), name
    if note == NO_PAIRS:
        assert found["gwet_ac1"].value is found["percent_agreement"].value is None
    else:
        assert found["gwet_ac1"].value == found["percent_agreement"].value == 1
        assert found["cohen_kappa"].value is None


def test_one_offered_value_leaves_ac1_undefined() -> None:
    found = by_name(agreement(np.zeros((20, 2), dtype=np.int64), ["a"], "nominal"))
    assert found["gwet_ac1"].value is None
    assert found["gwet_ac1"].note == NO_VARIATION


def test_no_values_at_all_are_no_error() -> None:
    found = agreement(np.full((3, 2), -1), (), "nominal")
    assert {one.value for one in found} == {None}
    assert agreement_by_category(np.full((3, 2), -1), (), "nominal") == []


def test_columns_that_are_no_coders_have_no_cohen() -> None:
    codes = made_codes(1, coders=2)
    found = by_name(agreement(codes, NUMBERS, "nominal", resamples=0, are_coders_known=False))
    assert found["cohen_kappa"].value is None
    assert "known" in str(found["cohen_kappa"].note)


@pytest.mark.parametrize(
    ("codes", "values", "level", "words"),
    [
        ([[0, 2]], "ab", "nominal", "not a position"),
        ([[0, -2]], "ab", "nominal", "not a position"),
        ([0, 1], "ab", "nominal", "shape"),
        ([[0, 1]], (-1.0, 1.0), "ratio", "negative"),
    ],
)
def test_wrong_arguments_are_refused(codes: Any, values: Any, level: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        agreement(np.array(codes), values, level)


def test_the_verdict_follows_both_thresholds() -> None:
    words = [verdict(alpha, 0.667, 0.8) for alpha in (None, -0.2, 0.666, 0.667, 0.799, 0.8, 1.0)]
    assert words == [
        "undefined", "insufficient", "insufficient", "tentative", "tentative", "reliable",
        "reliable",
    ]  # fmt: skip
