"""Fitting the linear model and trying it on titles that it did not see.

Here: folds, the model's two parts, cross-validation, and the temperature of confidences. Not here:
what is kept of it, and coding (`linear`, which also gives the reasons for the model).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.coding.machine.coder_files import Tried
from sz_assets.coding.machine.ngrams import Vocabulary
from sz_assets.core.coding.evaluation import evaluate_codes

SMOOTHING = 0.03
FOLDS = 5

_TEMPERATURES = (0.01, 100.0)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Model(NamedTuple):
    """Weights of both parts, shape (n-grams, classes); an absent class has the bias -inf."""

    machine: Floats
    bias: Floats
    bayes: Floats


class Trial(NamedTuple):
    """One candidate: out-of-fold `scores` (titles, classes) and the two parts' `spread`."""

    tried: Tried
    scores: Floats
    known: Bools
    spread: tuple[float, float]


def fit(
    vocabulary: Vocabulary, texts: pl.Series, true: Ints, classes: int, svm_c: float, seed: int
) -> Model:
    from sklearn.naive_bayes import ComplementNB, MultinomialNB
    from sklearn.svm import LinearSVC

    features = vocabulary.matrix(texts)
    machine = LinearSVC(
        C=svm_c, class_weight="balanced", dual="auto", random_state=seed, max_iter=10_000
    ).fit(features, true)
    coefficients, bias = machine.coef_, machine.intercept_
    if len(coefficients) == 1:  # of two classes the library keeps the second one's score only
        coefficients, bias = np.vstack((-coefficients, coefficients)), np.append(-bias, bias)
    inside = MultinomialNB(alpha=SMOOTHING).fit(features, true).feature_log_prob_
    outside = ComplementNB(alpha=SMOOTHING).fit(features, true).feature_log_prob_
    shape = (features.shape[1], classes)
    model = Model(np.zeros(shape), np.full(classes, -np.inf), np.zeros(shape))
    model.machine[:, machine.classes_] = coefficients.T
    model.bias[machine.classes_] = bias
    model.bayes[:, machine.classes_] = (inside + outside).T
    return model


def cross_validate(
    texts: pl.Series, true: Ints, fold: Ints, classes: int, longest: int, svm_c: float, seed: int
) -> Trial:
    parts = np.zeros((2, len(true), classes))
    known = np.zeros(len(true), dtype=np.bool_)
    for held, others in _splits(fold):
        vocabulary = Vocabulary.of(texts.filter(others), longest)
        model = fit(vocabulary, texts.filter(others), true[others], classes, svm_c, seed)
        features = vocabulary.matrix(texts.filter(held))
        parts[:, held] = features @ model.machine + model.bias, features @ model.bayes
        known[held] = np.diff(features.indptr) > 0
    present = np.isfinite(parts[0])
    spread = float(parts[0][present].std()) or 1.0, float(parts[1][present].std()) or 1.0
    scores = parts[0] / spread[0] + parts[1] / spread[1]
    found = pl.Series(np.where(known, scores.argmax(axis=1), -1))
    judged = evaluate_codes(
        pl.Series(true).cast(pl.String),
        found.replace(-1, None).cast(pl.String),
        [str(k) for k in range(classes)],
    )
    return Trial(Tried(longest, svm_c, judged.macro_f1_ratio or 0.0), scores, known, spread)


def _splits(fold: Ints) -> Iterator[tuple[Bools, Bools]]:
    for held in range(int(fold.max()) + 1):
        yield fold == held, fold != held


def fit_temperature(scores: Floats, true: Ints) -> float:
    """The temperature at which the true categories are most likely.

    Of n titles each true category is only taken as (n + 1) / (n + 2) likely, as Platt (1999) does,
    since otherwise a few easy titles would make every confidence 1. Titles whose category was
    absent from their fold's training titles say nothing about it.
    """
    from scipy import optimize, special

    usable = np.flatnonzero(np.isfinite(scores[np.arange(len(true)), true]))
    rows, own = scores[usable], true[usable]
    doubt = 1 / (len(usable) + 2)
    present = np.isfinite(rows)
    share = present * (doubt / (present.sum(axis=1, keepdims=True) - 1))
    share[np.arange(len(own)), own] = 1 - doubt

    def surprise(logarithm: float) -> float:
        rows_now = rows / np.exp(logarithm)
        total = special.logsumexp(rows_now, axis=1)
        return float((total - (share * np.where(present, rows_now, 0.0)).sum(axis=1)).mean())

    bounds = (np.log(_TEMPERATURES[0]), np.log(_TEMPERATURES[1]))
    return float(np.exp(optimize.minimize_scalar(surprise, bounds=bounds, method="bounded").x))


def decide(scores: NDArray[Any], temperature: float) -> tuple[Ints, Floats]:
    """The best category's position and its softmax, of finite scores and -inf."""
    best = scores.argmax(axis=1)
    top = scores.max(axis=1, keepdims=True)
    confidence = 1.0 / np.exp((scores - top) / temperature).sum(axis=1, dtype=np.float64)
    return best.astype(np.int64), confidence


def assign_folds(used: pl.DataFrame, seed: int) -> Ints:
    """The fold of each row, at random within categories, equal texts (their first category) alike.

    `used` has `text` and `category`. At most FOLDS folds, and no more than different texts in the
    second largest category, so that each fold leaves two categories to learn from.
    """
    alone = used.unique("text", keep="first", maintain_order=True)
    rng = np.random.default_rng(seed)
    shuffled = alone[rng.permutation(len(alone))].sort("category", maintain_order=True)
    sizes = alone["category"].value_counts()["count"].sort(descending=True)
    folds = min(FOLDS, int(sizes[1]))
    dealt = shuffled.select("text", fold=pl.int_range(pl.len(), dtype=pl.Int64) % folds)
    return used.join(dealt, on="text", how="left", maintain_order="left")["fold"].to_numpy()
