"""A coder of titles learnt from people's codes: character n-grams and a linear model.

Here: training with cross-validation, and coding. Not here: the features (`ngrams`), the files
(`coder_files`), which tasks may be trained on, or the evaluation on held-out codes.

The score of a category is the sum of two linear scores, each divided by its out-of-fold standard
deviation: a linear support vector machine with balanced class weights, and the log-count ratio of
naive Bayes (log share of the n-gram in the category minus in all others; Wang and Manning 2012).
Both see sublinear tf-idf of character n-grams. Cross-validated macro-F1 on 5,000 Chinese news
titles in 10 classes chose them: the machine alone 0.834 (with 1- to 3-grams 0.828, 1- to 4-grams
0.824), naive Bayes alone 0.828, complement naive Bayes 0.822, ridge 0.832, logistic regression
0.822, both added 0.843. On unbalanced samples of 500, both added have 0.51, the machine with
balanced weights 0.45 and without 0.34.

The longest n-gram and the machine's C are chosen by stratified cross-validation among CANDIDATES.
Confidence is the softmax of the scores divided by a temperature that fits the out-of-fold codes
(Guo et al. 2017: Platt scaling with one parameter, which changes no code). Titles that are equal
as normalised text are always in one fold, so none is judged by a coder that saw it. Categories
with fewer titles than folds are trained as well and named in the card's notes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.coding.machine.coder_files import (
    FORMAT,
    CoderCard,
    Tried,
    load_coder,
    model_id,
    save_coder,
)
from sz_assets.coding.machine.fitting import (
    FOLDS,
    SMOOTHING,
    Trial,
    assign_folds,
    cross_validate,
    decide,
    fit,
    fit_temperature,
)
from sz_assets.coding.machine.ngrams import FEATURES_VERSION, Vocabulary, chunks, normalized
from sz_assets.core.coding.evaluation import calibration_error, evaluate_codes
from sz_assets.errors import UserError

# (longest n-gram, the machine's C); few, so that choosing among them flatters nobody.
CANDIDATES = ((2, 0.3), (2, 1.0), (3, 0.3), (3, 1.0))
# So many titles at most are used to choose among them.
COMPARED_TITLES = 20_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LinearCoder:
    """A trained coder; `code` applies it.

    `out_of_fold` has one row per training title, in the order given: `category` (a person's),
    `predicted`, `confidence` (both null for a title that can't be coded) and `fold`; None for a
    coder that was loaded.
    """

    card: CoderCard
    vocabulary: Vocabulary
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    out_of_fold: pl.DataFrame | None = None

    @cached_property
    def model_id(self) -> str:
        """Content hash of all that decides a code, and of how it was trained."""
        return model_id(self.card, self._arrays)

    @property
    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "bias": self.bias,
            "idf": self.vocabulary.idf,
            "keys": self.vocabulary.keys,
            "weights": self.weights,
        }

    def code(self, titles: pl.Series, abstain_below: float = 0.0) -> pl.DataFrame:
        """`category` and `confidence` (0-1) of each title, in order.

        The category is null (the coder abstains) below that confidence; both are null for a title
        that is null, empty or without any n-gram of the training titles.
        """
        if not 0 <= abstain_below <= 1:
            raise ValueError(f"a confidence is between 0 and 1, not {abstain_below}")
        parts = [self._decide(part) for part in chunks(titles)]
        number = np.concatenate([*(part[0] for part in parts), np.empty(0, np.int64)])
        confidence = np.concatenate([*(part[1] for part in parts), np.empty(0)])
        return _coded(number, confidence, self.card.classes).with_columns(
            pl.when(pl.col("confidence") >= abstain_below).then("category").alias("category")
        )

    def _decide(self, titles: pl.Series) -> tuple[Ints, Floats]:
        """The position of each title's category, -1 with nothing to go on, and the confidence."""
        features = self.vocabulary.matrix(normalized(titles))
        scores = features.astype(np.float32) @ self.weights + self.bias
        found, confidence = decide(scores, self.card.temperature)
        found[np.diff(features.indptr) == 0] = -1
        return found, confidence

    def save(self, folder: Path) -> None:
        """Write the coder's two files into the folder, which is made if it is missing."""
        save_coder(folder, self.card, self._arrays)

    @classmethod
    def load(cls, folder: Path) -> LinearCoder:
        """The coder that was saved there; UserError if it is missing, damaged or not ours."""
        card, arrays = load_coder(folder)
        vocabulary = Vocabulary(card.longest_ngram, arrays["keys"], arrays["idf"])
        return cls(card, vocabulary, arrays["weights"], arrays["bias"])


def train(
    titles: pl.Series,
    categories: pl.Series,
    *,
    seed: int,
    codebook_version: str | None = None,
    task_ids: Sequence[str] | None = None,
) -> LinearCoder:
    """Learn from titles and their main categories (`none` is a category like any other).

    Titles that are null or empty and null categories are left out, as the card's notes say (and
    their ids are not among the hashed ones). The order of the titles has no influence. UserError
    if fewer than two categories have two different titles, the least that can be cross-validated.
    """
    if len(titles) != len(categories) or (task_ids is not None and len(task_ids) != len(titles)):
        raise ValueError("titles, categories and task ids must have the same length")
    given = pl.DataFrame({"text": normalized(titles), "category": categories.cast(pl.String)})
    given = given.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"))
    used = given.filter(pl.col("text") != "", pl.col("category").is_not_null())
    used = used.sort("text", "category", "row")
    texts, classes = used["text"], used["category"].unique().sort().to_list()
    _refuse_too_little(used, classes)
    true = used["category"].replace_strict(classes, range(len(classes))).to_numpy()
    fold = assign_folds(used, seed)
    best, tried = _choose(texts, true, fold, len(classes), seed)
    temperature = fit_temperature(best.scores, true)
    found, confidence = decide(best.scores, temperature)
    found[~best.known] = -1
    coded = _coded(found, confidence, classes).rename({"category": "predicted"})
    vocabulary = Vocabulary.of(texts, best.tried.longest_ngram)
    model = fit(vocabulary, texts, true, len(classes), best.tried.svm_c, seed)
    right = (coded["predicted"] == used["category"]).fill_null(False)
    counts = dict(zip(classes, np.bincount(true).tolist(), strict=True))
    folds = int(fold.max()) + 1
    return LinearCoder(
        card=CoderCard(
            format=FORMAT,
            features_version=FEATURES_VERSION,
            sklearn_version=_sklearn_version(),
            codebook_version=codebook_version,
            seed=seed,
            task_ids_hash=None
            if task_ids is None
            else hash_of_ids([task_ids[row] for row in used["row"]]),
            training_titles=len(used),
            class_counts=counts,
            folds=folds,
            longest_ngram=best.tried.longest_ngram,
            svm_c=best.tried.svm_c,
            smoothing=SMOOTHING,
            temperature=temperature,
            tried=tried,
            cross_validated=evaluate_codes(used["category"], coded["predicted"], classes).as_dict(),
            calibration_error_ratio=calibration_error(right, coded["confidence"]),
            notes=_notes(len(given) - len(used), counts, folds),
        ),
        vocabulary=vocabulary,
        weights=(model.machine / best.spread[0] + model.bayes / best.spread[1]).astype(np.float32),
        bias=(model.bias / best.spread[0]).astype(np.float32),
        out_of_fold=given.select("row", "category")
        .join(
            coded.with_columns(used["row"], pl.Series("fold", fold)),
            on="row",
            how="left",
            maintain_order="left",
        )
        .drop("row"),
    )


def _choose(
    texts: pl.Series, true: Ints, fold: Ints, classes: int, seed: int
) -> tuple[Trial, tuple[Tried, ...]]:
    """The best candidate's trial on all titles, and what each candidate reached.

    Of many titles a random part decides, since twenty fits to all of them would take minutes.
    """
    part = np.random.default_rng(seed).permutation(len(true))[:COMPARED_TITLES]
    part.sort()
    sample = (texts.gather(part), true[part], fold[part], classes)
    trials = [cross_validate(*sample, *candidate, seed) for candidate in CANDIDATES]
    best = max(trials, key=lambda trial: trial.tried.macro_f1_ratio)
    if len(part) < len(true):
        settings = (best.tried.longest_ngram, best.tried.svm_c)
        best = cross_validate(texts, true, fold, classes, *settings, seed)
    return best, tuple(trial.tried for trial in trials)


def hash_of_ids(task_ids: Sequence[str]) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the sorted ids, one a line."""
    return hashlib.sha256("\n".join(sorted(task_ids)).encode()).hexdigest()[:16]


def _coded(number: Ints, confidence: Floats, classes: Sequence[str]) -> pl.DataFrame:
    """`category` and `confidence`, both null where the number is -1."""
    coded = number >= 0
    names = pl.Series(classes, dtype=pl.String)
    return pl.DataFrame(
        {
            "category": names.gather(pl.Series(np.where(coded, number, 0))),
            "confidence": pl.Series(confidence, dtype=pl.Float64),
        }
    ).with_columns(pl.when(pl.Series(coded)).then(pl.all()))


def _refuse_too_little(used: pl.DataFrame, classes: Sequence[str]) -> None:
    if len(classes) == 1:
        raise UserError(
            f"All {len(used)} titles to learn from have the category {classes[0]}: a coder needs "
            "titles of two categories at least; have more tasks coded, then train again."
        )
    different = used.unique("text", keep="first", maintain_order=True)["category"].value_counts()
    if len(different.filter(pl.col("count") >= 2)) < 2:
        raise UserError(
            f"There are {len(used)} titles to learn from, and fewer than two categories have two "
            "different ones: have more tasks coded, then train again."
        )


def _notes(left_out: int, counts: dict[str, int], folds: int) -> tuple[str, ...]:
    notes = []
    if left_out:
        notes.append(f"{left_out} rows without title or category were left out")
    rare = [f"{name} ({count})" for name, count in counts.items() if count < FOLDS]
    if rare:
        notes.append(f"categories with fewer than {FOLDS} titles, learnt badly: {', '.join(rare)}")
    if folds < FOLDS:
        notes.append(f"cross-validated in {folds} folds only, for want of titles")
    return tuple(notes)


def _sklearn_version() -> str:
    from importlib.metadata import version

    return version("scikit-learn")
