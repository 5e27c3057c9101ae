"""How well a coder's main categories agree with people's, category by category.

Here: precision, recall and F1 with intervals, for any coder whose codes stand beside human ones.
Not here: coders, which items were held out, or the reliability of people (`core.statistics`).

Conventions: an item without a human code is left out. An abstention is no prediction: it counts
against recall and accuracy, not against precision. Zero divided by zero is null with a note, never
0 or 1. With sampling weights (1 / inclusion probability) the shares are of the population.

Intervals are Wilson's (1927) for the weighted share at an effective number of items
n_eff = p (1 - p) / v, where v = Σ w² (y - p)² / (Σ w)² is the linearised variance of the weighted
share; never more than Kish's (Σ w)² / Σ w², which also serves at p = 0 and 1. With equal weights
n_eff = n and the intervals are Wilson's own. For F1 = 2 TP / (2 TP + FP + FN): among the items
that either side put in the category, the share q = TP / (TP + FP + FN) is that of a binomial
(given their number), and F1 = 2 q / (1 + q) rises with q, so the ends of Wilson's interval for q
become those for F1. Unlike a bootstrap it has a width at F1 = 0 and 1, and needs no seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Z_95 = 1.959963984540054

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

CATEGORY_COLUMNS = {
    "category": pl.String,
    "support": pl.Int64,
    "predicted_count": pl.Int64,
    "precision_ratio": pl.Float64,
    "precision_low": pl.Float64,
    "precision_high": pl.Float64,
    "recall_ratio": pl.Float64,
    "recall_low": pl.Float64,
    "recall_high": pl.Float64,
    "f1_ratio": pl.Float64,
    "f1_low": pl.Float64,
    "f1_high": pl.Float64,
    "note": pl.String,
}


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate_codes` found; ratios 0-1, null where undefined.

    `categories` has CATEGORY_COLUMNS, one row per category; `support` and `predicted_count` are
    unweighted counts of items. `accuracy_ratio` counts abstentions as wrong,
    `answered_accuracy_ratio` leaves them out. `macro_f1_ratio` is the mean of the F1 that exist.
    """

    categories: pl.DataFrame
    items: int
    not_coded: int
    abstained_ratio: float | None
    accuracy_ratio: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    answered_accuracy_ratio: float | None
    macro_f1_ratio: float | None
    majority_category: str | None
    majority_accuracy_ratio: float | None
    majority_macro_f1_ratio: float | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON-ready values."""
        rest = {name: value for name, value in vars(self).items() if name != "categories"}
        return {**rest, "notes": list(self.notes), "categories": self.categories.to_dicts()}


def weighted_share(right: Bools, weights: Floats) -> tuple[float, float, float] | None:
    """Share of `right` items and its 95 % Wilson interval; None without items.

    Both arrays have one entry per item; weights are positive.
    """
    if not len(right):
        return None
    total = weights.sum()
    share = float(min(weights[right].sum() / total, 1.0))
    size = total**2 / (weights**2).sum()
    variance = float((weights**2 * (right - share) ** 2).sum() / total**2)
    if variance > 0:
        size = min(size, share * (1 - share) / variance)
    shrink = 1 + Z_95**2 / size
    middle = (share + Z_95**2 / (2 * size)) / shrink
    half = Z_95 / shrink * np.sqrt(share * (1 - share) / size + Z_95**2 / (4 * size**2))
    # The ends lie on either side of the share also after rounding.
    low, high = min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)
    return share, float(low), float(high)


def evaluate_codes(
    truth: pl.Series,
    predicted: pl.Series,
    classes: Sequence[str],
    *,
    weights: pl.Series | None = None,
) -> Evaluation:
    """Compare `predicted` main categories (null = abstained) with the `truth` (null = not coded).

    The series have one entry per item, in the same order; `classes` are all categories, in the
    order of the result. `weights` are positive and finite. ValueError for series of different
    lengths, a weight that is not, a category twice, and a value that is none of `classes`.
    """
    size = len(truth)
    if len(predicted) != size or (weights is not None and len(weights) != size):
        raise ValueError("truth, predictions and weights must have the same length")
    if len(set(classes)) < len(classes):
        raise ValueError("each class may be named only once")
    number = {name: index for index, name in enumerate(classes)}
    true = _numbers(truth, number, "the true categories")
    said = _numbers(predicted, number, "the predicted categories")
    weight = (
        np.ones(size) if weights is None else weights.cast(pl.Float64).fill_null(np.nan).to_numpy()
    )
    coded = true >= 0
    true, said, weight = true[coded], said[coded], weight[coded]
    if not np.all(np.isfinite(weight) & (weight > 0)):
        raise ValueError("weights of coded items must be positive and finite")
    rows = [_category(name, true == k, said == k, weight) for k, name in enumerate(classes)]
    table = pl.DataFrame(rows, schema=CATEGORY_COLUMNS, orient="row")
    totals = np.bincount(true, weights=weight, minlength=len(classes))
    most = int(totals.argmax()) if len(true) else None
    majority = np.full(len(true), -1 if most is None else most)
    answered = said >= 0
    accuracy = weighted_share(true == said, weight)
    return Evaluation(
        categories=table,
        items=len(true),
        not_coded=size - len(true),
        abstained_ratio=_share(~answered, weight),
        accuracy_ratio=accuracy[0] if accuracy else None,
        accuracy_low=accuracy[1] if accuracy else None,
        accuracy_high=accuracy[2] if accuracy else None,
        answered_accuracy_ratio=_share((true == said)[answered], weight[answered]),
        macro_f1_ratio=_mean(table["f1_ratio"].to_list()),
        majority_category=None if most is None else classes[most],
        majority_accuracy_ratio=_share(true == majority, weight),
        majority_macro_f1_ratio=_mean(
            [_f1(true == k, majority == k, weight) for k in range(len(classes))]
        ),
        notes=_notes(table, len(true)),
    )


def coverage_table(
    truth: pl.Series,
    predicted: pl.Series,
    confidence: pl.Series,
    thresholds: Sequence[float],
    *,
    weights: pl.Series | None = None,
) -> pl.DataFrame:
    """What abstaining below each threshold costs and gains, one row per threshold.

    Columns: `abstain_below`; `answered` items; `coverage_ratio`, their share of the items with a
    true category; `accuracy_ratio` among the answered with its interval `accuracy_low` and
    `accuracy_high` (null when none is answered). A null confidence is an abstention throughout.
    `weights` as in `evaluate_codes`, for both shares.
    """
    coded = truth.is_not_null()
    right = (truth == predicted).fill_null(False).filter(coded).to_numpy()
    sure = confidence.cast(pl.Float64).zip_with(
        predicted.is_not_null(), pl.repeat(None, len(truth), dtype=pl.Float64, eager=True)
    )
    weight = np.ones(len(truth)) if weights is None else weights.cast(pl.Float64).to_numpy()
    weight = weight[coded.to_numpy()]
    rows = []
    for threshold in thresholds:
        kept = (sure.filter(coded) >= threshold).fill_null(False).to_numpy()
        found = weighted_share(right[kept], weight[kept])
        coverage = float(weight[kept].sum() / weight.sum()) if len(right) else None
        rows.append((threshold, int(kept.sum()), coverage, *(found or (None, None, None))))
    return pl.DataFrame(
        rows,
        schema={
            "abstain_below": pl.Float64,
            "answered": pl.Int64,
            "coverage_ratio": pl.Float64,
            "accuracy_ratio": pl.Float64,
            "accuracy_low": pl.Float64,
            "accuracy_high": pl.Float64,
        },
        orient="row",
    )


def _numbers(values: pl.Series, number: dict[str, int], what: str) -> NDArray[np.int64]:
    """Positions in the classes, -1 for null."""
    unknown = set(values.drop_nulls().unique().to_list()) - set(number)
    if unknown:
        raise ValueError(f"{what} contain {sorted(unknown)[0]!r}, which is no class")
    return np.array([-1 if v is None else number[v] for v in values.to_list()], dtype=np.int64)


def _f1(true: Bools, said: Bools, weight: Floats) -> float | None:
    q = _share((true & said)[true | said], weight[true | said])
    return None if q is None else 2 * q / (1 + q)


def _category(name: str, true: Bools, said: Bools, weight: Floats) -> tuple[Any, ...]:
    nothing = (None, None, None)
    precision = weighted_share(true[said], weight[said])
    recall = weighted_share(said[true], weight[true])
    either = true | said
    overlap = weighted_share((true & said)[either], weight[either])
    f1 = tuple(2 * q / (1 + q) for q in overlap) if overlap else nothing
    note = {
        (False, False): "neither a person nor the coder chose it: nothing is defined",
        (False, True): "no person chose it: recall is not defined",
        (True, False): "the coder never chose it: precision is not defined",
    }.get((bool(true.any()), bool(said.any())))
    counts = (int(true.sum()), int(said.sum()))
    return (name, *counts, *(precision or nothing), *(recall or nothing), *f1, note)


def _share(right: Bools, weight: Floats) -> float | None:
    found = weighted_share(right, weight)
    return found[0] if found else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _notes(table: pl.DataFrame, items: int) -> tuple[str, ...]:
    if not items:
        return ("no item has a human code: nothing can be evaluated",)
    unseen = table.filter(pl.col("f1_ratio").is_null())["category"].to_list()
    if not unseen:
        return ()
    return (f"the macro mean leaves out categories that nobody chose: {', '.join(unseen)}",)


def calibration_error(right: pl.Series, confidence: pl.Series, bins: int = 10) -> float | None:
    """Mean distance between confidence and accuracy over `bins` parts of equally many items.

    Both series have one entry per item; null confidences are left out; None if nothing is left.
    """
    known = pl.DataFrame({"right": right.cast(pl.Float64), "confidence": confidence})
    known = known.filter(pl.col("confidence").is_not_null()).sort("confidence", "right")
    if known.is_empty():
        return None
    part = pl.int_range(pl.len()) * bins // pl.len()
    gaps = known.group_by(part.alias("part"), maintain_order=True).agg(
        (pl.col("right") - pl.col("confidence")).sum().abs().alias("gap")
    )
    return float(gaps["gap"].sum()) / len(known)
