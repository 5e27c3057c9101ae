"""Reliability of a file of codes, in any common layout, as a result ready for JSON.

Here: the coefficients of a file's variables, overall, per group, per category and per pair of
coders. Not here: rows, layouts and levels (`reliability_rows`, `_layouts`, `_scales`), formulas
(`core.statistics.agreement`), text for a terminal (`reliability_text`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from sz_assets.coding.reliability_columns import Columns
from sz_assets.coding.reliability_layouts import Layout, is_missing, read_layout
from sz_assets.coding.reliability_rows import read_rows
from sz_assets.coding.reliability_scales import CodedVariable, coded_variable
from sz_assets.core.statistics.agreement import (
    LEVELS,
    RESAMPLES,
    CategoryAgreement,
    Coefficient,
    Level,
    agreement,
    agreement_by_category,
    verdict,
)
from sz_assets.core.statistics.agreement_coefficients import Ints
from sz_assets.core.statistics.agreement_resampling import LEVEL, MINIMUM_UNITS
from sz_assets.errors import UserError

TENTATIVE, RELIABLE = 0.667, 0.80
# Beyond this, values are measurements: each against all others says nothing.
MOST_CATEGORIES = 50
# Beyond this, pairs of coders are too many to read.
MOST_CODERS_IN_PAIRS = 10
PLAIN = ("cohen_kappa", "fleiss_kappa", "gwet_ac1", "percent_agreement")


class ReliabilityData(NamedTuple):
    """What a file holds, and how it was understood."""

    path: Path
    encoding: str
    layout: Layout
    layout_reason: str
    columns: Columns
    variables: tuple[CodedVariable, ...]


def read_reliability_file(
    path: Path,
    *,
    layout: Layout | None = None,
    unit: str | None = None,
    coder: str | None = None,
    values: Sequence[str] | None = None,
    level: Level | None = None,
    order: Sequence[str] | None = None,
) -> ReliabilityData:
    """The variables of a CSV, TSV or XLSX file of codes.

    `unit`, `coder` and `values` name columns, `level` the level of measurement, and `order` all
    categories from the lowest to the highest. Raises UserError with file and line.
    """
    rows = read_rows(path)
    read = read_layout(rows, layout, unit, coder, values)
    answers = (answer for variable in read.variables for answer in variable.answers)
    if len({answer.coder for answer in answers if not is_missing(answer.text)}) < 2:
        raise UserError(
            f"{path} has no codes of two coders: agreement needs two"
            f" (layout {read.layout}, because {read.reason})."
        )
    variables = tuple(coded_variable(rows, one, level, order) for one in read.variables)
    return ReliabilityData(path, rows.encoding, read.layout, read.reason, read.columns, variables)


def reliability_of_file(
    path: Path,
    *,
    layout: Layout | None = None,
    unit: str | None = None,
    coder: str | None = None,
    values: Sequence[str] | None = None,
    level: Level | None = None,
    order: Sequence[str] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    tentative: float = TENTATIVE,
    reliable: float = RELIABLE,
) -> dict[str, Any]:
    """Every coefficient of every variable of a file, as JSON's types; None where undefined."""
    data = read_reliability_file(
        path, layout=layout, unit=unit, coder=coder, values=values, level=level, order=order
    )
    return {
        "file": str(path),
        "encoding": data.encoding,
        "layout": data.layout,
        "layout_reason": data.layout_reason,
        "columns": {**data.columns._asdict(), "codes": list(data.columns.codes)},
        "thresholds": {"tentative": tentative, "reliable": reliable},
        "intervals": {
            "level": LEVEL,
            "method": "bootstrap of units, bias-corrected and accelerated",
            "estimand": "the coefficient over units like these, coded by these coders",
            "minimum_unit_count": MINIMUM_UNITS,
            "resample_count": resamples,
            "seed": seed,
        },
        "variables": [
            {
                "name": variable.name,
                "layout": data.layout,
                **result_of_variable(
                    variable,
                    level=level,
                    seed=seed,
                    resamples=resamples,
                    tentative=tentative,
                    reliable=reliable,
                ),
            }
            for variable in data.variables
        ],
    }


def result_of_variable(
    variable: CodedVariable,
    *,
    level: Level | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    tentative: float = TENTATIVE,
    reliable: float = RELIABLE,
) -> dict[str, Any]:
    """Every coefficient of one variable, wherever its codes come from, as JSON's types.

    The verdict is about α at the stated `level`; without one, at the nominal level for numbers,
    which may be names, and else at the highest that the codes permit.
    """
    thresholds = (tentative, reliable)
    found = {
        "level": level,
        "highest_level": variable.highest_level,
        "level_reason": variable.level_reason,
        "values": list(variable.values),
        "coders": list(variable.coders) if variable.are_coders_known else None,
        "missing_tokens": dict(variable.missing_tokens),
        **_result(variable, variable.codes, level, seed, resamples, thresholds),
    }
    found["by_coder_pair"] = _by_coder_pair(variable, seed, resamples)
    labels = sorted({label for label in variable.groups if label is not None})
    found["by_group"] = [
        {
            "group": label,
            **_result(variable, variable.codes[rows], level, seed, resamples, thresholds),
        }
        for label in labels
        for rows in [np.array([one == label for one in variable.groups])]
    ]
    return found


def _result(
    variable: CodedVariable,
    codes: Ints,
    level: Level | None,
    seed: int,
    resamples: int,
    thresholds: tuple[float, float],
) -> dict[str, Any]:
    found = agreement(
        codes,
        variable.values,
        variable.highest_level,
        seed=seed,
        resamples=resamples,
        are_coders_known=variable.are_coders_known,
    )
    by_name = {one.name: one for one in found}
    # Nominal unless another level was stated: without it, who knows what the numbers mean?
    judged_level = variable.highest_level if level or not _is_numeric(variable) else "nominal"
    judged = by_name[f"krippendorff_alpha_{judged_level}"]
    categories: list[CategoryAgreement] = []
    note: str | None = f"not computed: more than {MOST_CATEGORIES} values"
    if len(variable.values) <= MOST_CATEGORIES:
        note = None
        categories = agreement_by_category(
            codes,
            variable.values,
            "nominal",
            seed=seed,
            resamples=resamples,
            are_coders_known=variable.are_coders_known,
        )
    first = found[0]
    return {
        "unit_count": first.unit_count,
        "pairable_unit_count": first.pairable_unit_count,
        "coder_count": first.coder_count,
        "code_count": first.code_count,
        "complete_pair_count": first.pair_count,
        "krippendorff_alpha": {one: _alpha(by_name, one, variable) for one in LEVELS},
        **{name: _numbers(by_name[name]) for name in PLAIN},
        "by_category": [_category(one) for one in categories],
        "by_category_note": note,
        "verdict": verdict(judged.value, *thresholds),
        "verdict_of_lower_end": verdict(judged.ci_lower, *thresholds),
        "verdict_level": judged_level,
    }


def _by_coder_pair(variable: CodedVariable, seed: int, resamples: int) -> list[dict[str, Any]]:
    """Which coders agree less: each pair of them, on the units that both coded."""
    coders = variable.coders
    if not variable.are_coders_known or len(coders) > MOST_CODERS_IN_PAIRS:
        return []
    found = []
    for pair in combinations(range(len(coders)), 2):
        codes = variable.codes[:, pair]
        both = codes[(codes >= 0).all(axis=1)]
        coefficients = agreement(both, variable.values, "nominal", seed=seed, resamples=resamples)
        by_name = {one.name: one for one in coefficients}
        found.append(
            {
                "coders": [coders[place] for place in pair],
                "complete_pair_count": len(both),
                "krippendorff_alpha": _numbers(by_name["krippendorff_alpha_nominal"]),
                **{name: _numbers(by_name[name]) for name in PLAIN},
            }
        )
    return found


def _is_numeric(variable: CodedVariable) -> bool:
    return any(isinstance(value, float) for value in variable.values)


def _alpha(
    by_name: Mapping[str, Coefficient], level: str, variable: CodedVariable
) -> dict[str, float | str | None]:
    one = by_name.get(f"krippendorff_alpha_{level}")
    if one is None:
        note = f"does not apply at the {variable.highest_level} level: {variable.level_reason}"
        return {"value": None, "ci_lower": None, "ci_upper": None, "note": note}
    return _numbers(one)


def _numbers(one: Coefficient) -> dict[str, float | str | None]:
    return {
        "value": one.value,
        "ci_lower": one.ci_lower,
        "ci_upper": one.ci_upper,
        "note": one.note,
    }


def _category(one: CategoryAgreement) -> dict[str, Any]:
    by_name = {each.name: each for each in one.coefficients}
    return {
        "category": cast("str | float", one.category),
        "code_count": one.code_count,
        "krippendorff_alpha": _numbers(by_name["krippendorff_alpha_nominal"]),
        **{name: _numbers(by_name[name]) for name in PLAIN},
    }
