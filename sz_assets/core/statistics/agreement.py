"""How far coders agree: reliability coefficients with intervals, overall and per category.

Here: what a reader gets, from a matrix of codes. Not here: the formulas
(`agreement_coefficients`), the draws and the estimand (`agreement_resampling`), and files.

Conventions. A unit without a code does not exist; one with a single code counts only where a
source counts it (the shares of values in Fleiss' κ and AC1). A coefficient that is not defined
(one coder, no unit with two codes, no variation) is None, and `note` says why: it is neither 0
nor 1. Cohen's κ is of exactly two coders.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np

from sz_assets.core.statistics import agreement_coefficients as formulas
from sz_assets.core.statistics.agreement_coefficients import Floats, Ints
from sz_assets.core.statistics.agreement_resampling import (
    Formula,
    Patterns,
    estimates,
    patterns_of,
)

Level = Literal["nominal", "ordinal", "interval", "ratio", "sets"]
Verdict = Literal["reliable", "tentative", "insufficient", "undefined"]

# Each level of measurement permits the coefficients of those before it.
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
RESAMPLES = 2000

NO_PAIRS = "no unit has codes of two coders"
NO_VARIATION = "every code is the same value: without variation it is not defined"


class Coefficient(NamedTuple):
    """One coefficient with its 95 % interval, and on how much it rests.

    `unit_count` units have a code and `pairable_unit_count` at least two; `code_count` codes make
    `pair_count` pairs of codes about the same unit.
    """

    name: str
    value: float | None
    ci_lower: float | None
    ci_upper: float | None
    unit_count: int
    pairable_unit_count: int
    coder_count: int
    code_count: int
    pair_count: int
    note: str | None


class CategoryAgreement(NamedTuple):
    """Agreement on whether a unit belongs to one category: it against all others.

    Of the units with two codes or more, `telling_unit_count` have the category from a coder, or
    lack it, whichever are fewer: α of one category rests on those.
    """

    category: Any
    code_count: int
    telling_unit_count: int
    coefficients: list[Coefficient]


def agreement(
    codes: Ints,
    values: Sequence[Any],
    level: Level,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    are_coders_known: bool = True,
) -> list[Coefficient]:
    """All coefficients of one variable.

    `codes`, shape (units, coders), holds positions in `values`, -1 where a code is missing.
    `values` are all that coders could choose, in ascending order where `level` is ordinal or
    more, numbers where it is interval or ratio (not negative for ratio), collections of
    categories where it is `sets`. α comes at this level and all below; for sets with MASI's
    distance beside the nominal one. `resamples=0` computes no intervals. Where
    `are_coders_known` is false, a column is not one coder, and Cohen's κ is not computed.
    Raises ValueError for positions outside `values`, and a negative value at ratio level.
    """
    patterns = _patterns(codes, values)
    wanted: dict[str, Formula] = {}
    for name in LEVELS[: LEVELS.index(level) + 1] if level != "sets" else ("nominal", "masi"):
        wanted[f"krippendorff_alpha_{name}"] = _alpha_formula(name, patterns.counts, values)
    if codes.shape[1] == 2 and are_coders_known:
        wanted["cohen_kappa"] = partial(
            formulas.cohen_kappa, pairs=patterns.codes, value_count=len(values)
        )
    wanted["fleiss_kappa"] = partial(formulas.fleiss_kappa, counts=patterns.counts)
    wanted["gwet_ac1"] = partial(formulas.gwet_ac1, counts=patterns.counts)
    wanted["percent_agreement"] = partial(formulas.percent_agreement, counts=patterns.counts)
    found = _coefficients(codes, patterns, wanted, seed, resamples)
    if "cohen_kappa" not in wanted:
        place = next(i for i, one in enumerate(found) if one.name == "fleiss_kappa")
        note = "defined for two coders who are known one by one"
        absent = found[0]._replace(
            name="cohen_kappa", value=None, ci_lower=None, ci_upper=None, note=note
        )
        found.insert(place, absent)
    return found


def agreement_by_category(
    codes: Ints,
    values: Sequence[Any],
    level: Level,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    are_coders_known: bool = True,
) -> list[CategoryAgreement]:
    """The same for each category against all others; the categories of sets are their members."""
    if level == "sets":
        categories: list[Any] = sorted({member for value in values for member in value})
        belongs = np.array([[c in value for value in values] for c in categories], dtype=np.int64)
    else:
        categories = list(values)
        belongs = np.eye(len(values), dtype=np.int64)
    found = []
    for category, row in zip(categories, belongs, strict=True):
        binary = np.where(codes >= 0, row[np.maximum(codes, 0)], -1)
        coefficients = agreement(
            binary,
            (False, True),
            "nominal",
            seed=seed,
            resamples=resamples,
            are_coders_known=are_coders_known,
        )
        pairable = binary[(binary >= 0).sum(axis=1) > 1]
        telling = min(int((pairable == side).any(axis=1).sum()) for side in (0, 1))
        found.append(CategoryAgreement(category, int((binary == 1).sum()), telling, coefficients))
    return found


def alpha_with_distances(
    codes: Ints, distances: Floats, *, name: str, seed: int = 0, resamples: int = RESAMPLES
) -> Coefficient:
    """Krippendorff's α with any distances between the values, shape (values, values)."""
    patterns = _patterns(codes, range(len(distances)))
    formula = partial(formulas.alpha, counts=patterns.counts, distances=distances)
    return _coefficients(codes, patterns, {name: formula}, seed, resamples)[0]


def verdict(alpha: float | None, tentative: float, reliable: float) -> Verdict:
    """What an α (or the lower end of its interval) permits, by the study's two thresholds."""
    if alpha is None:
        return "undefined"
    if alpha >= reliable:
        return "reliable"
    return "tentative" if alpha >= tentative else "insufficient"


def _patterns(codes: Ints, values: Sequence[Any]) -> Patterns:
    if codes.ndim != 2:
        raise ValueError(f"codes need the shape (units, coders), not {codes.shape}")
    if codes.size and (codes.max() >= len(values) or codes.min() < -1):
        raise ValueError(f"a code is not a position in {len(values)} values")
    return patterns_of(codes, len(values))


def _alpha_formula(level: str, counts: Floats, values: Sequence[Any]) -> Formula:
    if level == "ordinal":
        return partial(formulas.ordinal_alpha, counts=counts)
    if level == "interval":
        distances = formulas.interval_distances(values)
    elif level == "ratio":
        if len(values) and min(values) < 0:
            raise ValueError("the ratio level has no negative values")
        distances = formulas.ratio_distances(values)
    elif level == "masi":
        distances = formulas.masi_distances(values)
    else:
        distances = formulas.nominal_distances(len(values))
    return partial(formulas.alpha, counts=counts, distances=distances)


def _coefficients(
    codes: Ints, patterns: Patterns, wanted: dict[str, Formula], seed: int, resamples: int
) -> list[Coefficient]:
    per_unit = (codes >= 0).sum(axis=1)
    pairs = int((per_unit * (per_unit - 1) // 2).sum())
    undefined = NO_VARIATION if pairs else NO_PAIRS
    found = estimates(patterns, wanted, seed=seed, resamples=resamples)
    return [
        Coefficient(
            name=name,
            value=estimate.value,
            ci_lower=estimate.ci_lower,
            ci_upper=estimate.ci_upper,
            unit_count=int((per_unit > 0).sum()),
            pairable_unit_count=int((per_unit > 1).sum()),
            coder_count=int((codes >= 0).any(axis=0).sum()),
            code_count=int(per_unit.sum()),
            pair_count=pairs,
            note=undefined if estimate.value is None else estimate.reason,
        )
        for name, estimate in found.items()
    ]
