"""The figures of coders against scikit-learn and statsmodels, and what has no figure."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from sz_assets.core.coding.evaluation import (
    CATEGORY_COLUMNS,
    calibration_error,
    coverage_table,
    evaluate_codes,
    weighted_share,
)

CLASSES = ("a", "b", "c", "none")


def texts(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


items = st.lists(
    st.tuples(
        st.sampled_from([*CLASSES, None]),
        st.sampled_from([*CLASSES, None]),
        st.floats(0.5, 50),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(items, st.booleans())
def test_shares_are_those_of_scikit_learn(
    drawn: list[tuple[str | None, str | None, float]], is_weighted: bool
) -> None:
    truth, said, weight = (pl.Series(part) for part in zip(*drawn, strict=True))
    truth, said = truth.cast(pl.String), said.cast(pl.String)
    found = evaluate_codes(truth, said, CLASSES, weights=weight if is_weighted else None)
    coded = [row for row in drawn if row[0] is not None]
    assert (found.items, found.not_coded) == (len(coded), len(drawn) - len(coded))
    if not coded:
        assert found.accuracy_ratio is None
        return
    true = [row[0] for row in coded]
    guess = [row[1] or "abstained" for row in coded]
    weights = [row[2] for row in coded] if is_weighted else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = metrics.precision_recall_fscore_support(
            true, guess, labels=CLASSES, sample_weight=weights, zero_division=np.nan
        )
        accuracy = metrics.accuracy_score(true, guess, sample_weight=weights)
    for column, values in zip(("precision", "recall", "f1"), oracle[:3], strict=True):
        ours = [np.nan if v is None else v for v in found.categories[f"{column}_ratio"]]
        np.testing.assert_allclose(ours, values, atol=1e-12)
    assert found.accuracy_ratio == pytest.approx(accuracy)
    if np.isfinite(oracle[2]).any():
        assert found.macro_f1_ratio == pytest.approx(np.nanmean(oracle[2]))
    for column in ("precision", "recall", "f1"):
        for row in found.categories.drop_nulls(f"{column}_ratio").iter_rows(named=True):
            low, high = row[f"{column}_low"], row[f"{column}_high"]
            assert 0 <= low <= row[f"{column}_ratio"] <= high <= 1
            assert high > low


@pytest.mark.parametrize(("right", "size"), [(0, 7), (7, 7), (3, 10), (460, 500)])
def test_equal_weights_give_wilsons_interval(right: int, size: int) -> None:
    hits = np.arange(size) < right
    for weight in (1.0, 12.5):
        found = weighted_share(hits, np.full(size, weight))
        assert found is not None
        expected = proportion_confint(right, size, method="wilson")
        np.testing.assert_allclose(found[1:], expected, atol=1e-9)


def test_a_few_heavy_items_widen_the_interval() -> None:
    right = np.array([True] * 50 + [False] * 2)
    light = weighted_share(right, np.ones(52))
    heavy = weighted_share(right, np.array([1.0] * 50 + [20.0] * 2))
    assert light is not None
    assert heavy is not None
    # The linearised variance of 50 / 90, by hand, is smaller evidence than Kish's 9.5 items.
    share = 50 / 90
    variance = (50 * (1 - share) ** 2 + 2 * 400 * share**2) / 90**2
    size = share * (1 - share) / variance
    assert size < 90**2 / (50 + 2 * 400)
    low, high = proportion_confint(share * size, size, method="wilson")
    np.testing.assert_allclose(heavy, (share, low, high), atol=1e-9)
    assert heavy[2] - heavy[1] > light[2] - light[1]


def test_intervals_of_f1_cover() -> None:
    rng = np.random.default_rng(5)
    table = np.array([[0.15, 0.03, 0.02], [0.02, 0.36, 0.04], [0.05, 0.03, 0.30]])
    inside = np.zeros(3)
    true_f1 = 2 * table.diagonal() / (table.sum(axis=0) + table.sum(axis=1))
    runs = 600
    names = np.array(list("abc"))
    for _ in range(runs):
        cells = rng.choice(9, 150, p=table.ravel())
        found = evaluate_codes(
            pl.Series(names[cells // 3]), pl.Series(names[cells % 3]), list("abc")
        ).categories
        inside += (found["f1_low"] <= true_f1).to_numpy() & (found["f1_high"] >= true_f1).to_numpy()
    assert np.all(inside / runs > 0.925)
    assert np.all(inside / runs < 0.985)


def test_zero_by_zero_is_null_with_a_note() -> None:
    found = evaluate_codes(texts("a", "a", "b"), texts("a", "c", "a"), CLASSES)
    rows = {row["category"]: row for row in found.categories.iter_rows(named=True)}
    assert tuple(found.categories.columns) == tuple(CATEGORY_COLUMNS)
    assert (rows["a"]["precision_ratio"], rows["a"]["recall_ratio"], rows["a"]["note"]) == (
        0.5,
        0.5,
        None,
    )
    assert rows["b"]["precision_ratio"] is None
    assert (rows["b"]["recall_ratio"], rows["b"]["f1_ratio"]) == (0.0, 0.0)
    assert "never chose" in rows["b"]["note"]
    assert rows["c"]["recall_ratio"] is None
    assert (rows["c"]["precision_ratio"], rows["c"]["f1_ratio"]) == (0.0, 0.0)
    assert rows["none"]["f1_ratio"] is None
    assert rows["none"]["f1_high"] is None
    assert found.macro_f1_ratio == pytest.approx((0.5 + 0 + 0) / 3)
    assert found.notes == ("the macro mean leaves out categories that nobody chose: none",)


def test_abstentions_cost_recall_and_accuracy_but_not_precision() -> None:
    found = evaluate_codes(texts("a", "a", "b", None), texts("a", None, "b", "b"), ("a", "b"))
    rows = found.categories
    assert rows["precision_ratio"].to_list() == [1.0, 1.0]
    assert rows["recall_ratio"].to_list() == [0.5, 1.0]
    assert rows["predicted_count"].to_list() == [1, 1]
    assert found.abstained_ratio == pytest.approx(1 / 3)
    assert found.accuracy_ratio == pytest.approx(2 / 3)
    assert found.answered_accuracy_ratio == 1.0
    assert found.not_coded == 1


def test_the_majority_is_of_the_population_not_of_the_sample() -> None:
    truth = texts("a", "a", "a", "b")
    assert evaluate_codes(truth, truth, ("a", "b")).majority_category == "a"
    found = evaluate_codes(truth, truth, ("a", "b"), weights=pl.Series([1.0, 1, 1, 9]))
    assert found.majority_category == "b"
    assert found.majority_accuracy_ratio == pytest.approx(0.75)
    assert found.majority_macro_f1_ratio == pytest.approx((0 + 2 * 9 / (2 * 9 + 3)) / 2)


def test_nothing_coded_is_no_figure() -> None:
    found = evaluate_codes(texts(None, None), texts("a", "b"), ("a", "b"))
    assert (found.macro_f1_ratio, found.accuracy_ratio, found.majority_category) == (None,) * 3
    assert found.notes == ("no item has a human code: nothing can be evaluated",)


@pytest.mark.parametrize(
    ("truth", "said", "classes", "weights", "told"),
    [
        (["a"], ["a", "a"], ["a"], None, "same length"),
        (["a"], ["a"], ["a"], [1.0, 1.0], "same length"),
        (["z"], ["a"], ["a"], None, "true categories contain 'z'"),
        (["a"], ["z"], ["a"], None, "predicted categories contain 'z'"),
        (["a"], ["a"], ["a", "a"], None, "only once"),
        (["a"], ["a"], ["a"], [0.0], "positive and finite"),
        (["a"], ["a"], ["a"], [float("inf")], "positive and finite"),
        (["a"], ["a"], ["a"], [None], "positive and finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    truth: list[str],
    said: list[str],
    classes: list[str],
    weights: list[float | None] | None,
    told: str,
) -> None:
    given = None if weights is None else pl.Series(weights, dtype=pl.Float64)
    with pytest.raises(ValueError, match=told):
        evaluate_codes(pl.Series(truth), pl.Series(said), classes, weights=given)


def test_abstaining_trades_coverage_for_accuracy() -> None:
    table = coverage_table(
        texts("a", "a", "b", "b", None, "b"),
        texts("a", "b", "b", "b", "a", None),
        pl.Series([0.9, 0.4, 0.8, 0.6, 0.99, None]),
        (0.0, 0.5, 0.95),
    )
    assert table["answered"].to_list() == [4, 3, 0]
    assert table["coverage_ratio"].to_list() == [0.8, 0.6, 0.0]
    assert table["accuracy_ratio"].to_list() == [0.75, 1.0, None]
    expected = proportion_confint(3, 4, method="wilson")
    np.testing.assert_allclose(table.row(0)[4:], expected, atol=1e-9)


def test_coverage_weighs_like_the_other_figures() -> None:
    truth, said = texts("a", "a", "b", None), texts("a", "b", None, "a")
    sure, weights = pl.Series([0.9, 0.4, None, 0.9]), pl.Series([1.0, 3.0, 4.0, 100.0])
    [whole, part] = coverage_table(truth, said, sure, (0.0, 0.5), weights=weights).to_dicts()
    assert (whole["coverage_ratio"], whole["accuracy_ratio"]) == (0.5, 0.25)
    assert (part["coverage_ratio"], part["accuracy_ratio"]) == (0.125, 1.0)
    answered = evaluate_codes(truth, said, CLASSES, weights=weights).answered_accuracy_ratio
    assert whole["accuracy_ratio"] == answered


def test_calibration_error_is_the_mean_gap_within_equal_parts() -> None:
    right = pl.Series([False, True, True, True, None])
    confidence = pl.Series([0.2, 0.6, 0.9, 0.9, None])
    assert calibration_error(right, confidence, bins=2) == pytest.approx((0.2 + 0.2) / 4)
    assert calibration_error(right, confidence, bins=1) == pytest.approx(0.4 / 4)
    assert calibration_error(pl.Series([True]), pl.Series([None], dtype=pl.Float64)) is None
