"""Codes as numbers: the values of a variable, their order, and the level that they permit.

Here: a matrix of codes made from a file's answers. Not here: layouts (`reliability_layouts`), and
coefficients (`reliability_files`).

A variable whose codes are all numbers is taken for measured at every level (ratio only without
negative numbers), so that α stands at each; text is nominal, unless its order is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sz_assets.coding.reliability_columns import NUMBER
from sz_assets.coding.reliability_layouts import Answer, Variable, is_missing
from sz_assets.coding.reliability_rows import Rows
from sz_assets.core.statistics.agreement import LEVELS, Level
from sz_assets.core.statistics.agreement_coefficients import Ints
from sz_assets.errors import UserError


class CodedVariable(NamedTuple):
    """Codes, shape (units, coders): positions in `values`, -1 where missing.

    `highest_level` permits α at this level and those below; `level_reason` says why.
    """

    name: str
    units: tuple[str, ...]
    coders: tuple[str, ...]
    codes: Ints
    values: tuple[str, ...] | tuple[float, ...]
    highest_level: Level
    level_reason: str
    groups: tuple[str | None, ...]
    missing_tokens: Mapping[str, int]
    are_coders_known: bool


def coded_variable(
    rows: Rows, variable: Variable, level: Level | None, order: Sequence[str] | None
) -> CodedVariable:
    """The codes of a variable, measured at `level`, or at what its codes permit.

    Raises UserError for a code that the stated level or order does not know.
    """
    if level is not None and level not in LEVELS:
        raise UserError(f"{level!r} is no level of measurement: choose one of {', '.join(LEVELS)}.")
    given = [answer for answer in variable.answers if not is_missing(answer.text)]
    coders = tuple(dict.fromkeys(answer.coder for answer in variable.answers))
    units = tuple(dict.fromkeys(answer.unit for answer in variable.answers))
    values, highest, reason, texts = _scale(rows, variable, given, level, order)
    unit_places = {unit: place for place, unit in enumerate(units)}
    coder_places = {coder: place for place, coder in enumerate(coders)}
    codes = np.full((len(units), len(coders)), -1, dtype=np.int64)
    for answer in given:
        codes[unit_places[answer.unit], coder_places[answer.coder]] = texts[answer.text]
    missing: dict[str, int] = {}
    for answer in variable.answers:
        if is_missing(answer.text):
            missing[answer.text] = missing.get(answer.text, 0) + 1
    return CodedVariable(
        name=variable.name,
        units=units,
        coders=coders,
        codes=codes,
        values=values,
        highest_level=highest,
        level_reason=reason,
        groups=tuple(variable.groups.get(unit) or None for unit in units),
        missing_tokens=missing,
        are_coders_known=variable.are_coders_known,
    )


def _scale(
    rows: Rows,
    variable: Variable,
    given: Sequence[Answer],
    level: Level | None,
    order: Sequence[str] | None,
) -> tuple[tuple[str, ...] | tuple[float, ...], Level, str, dict[str, int]]:
    """The values in order, the highest level with its reason, and each text's position."""
    if order is not None:
        return _stated_scale(rows, given, level, order)
    # Categories named by the file count although nobody chose them: coders could.
    named = {*variable.categories, *(answer.text for answer in given)}
    if not named:
        return (), "nominal", "there are no codes", {}
    if not all(NUMBER.fullmatch(text) for text in named):
        if level not in (None, "nominal"):
            wrong = next((one for one in given if not NUMBER.fullmatch(one.text)), given[0])
            what = (
                f"{wrong.text!r} is no number, which the level {level} needs: choose other columns"
            )
            if level == "ordinal":
                what = (
                    f"{wrong.text!r} is no number: state the order of the categories with --order"
                )
            raise rows.error(wrong.line, what)
        values = variable.categories or tuple(sorted(named))
        places = {text: place for place, text in enumerate(values)}
        return values, "nominal", "codes are text without a stated order", places
    numbers = {text: float(text) for text in named}
    steps = tuple(sorted(set(numbers.values())))
    places = {text: steps.index(number) for text, number in numbers.items()}
    if level is not None:
        if level == "ratio" and steps[0] < 0:
            wrong = next(one for one in given if numbers[one.text] < 0)
            raise rows.error(wrong.line, f"{wrong.text!r} is negative, which no ratio level has")
        return steps, level, "the level was stated", places
    if steps[0] < 0:
        return steps, "interval", "codes are numbers, some of them negative", places
    return steps, "ratio", "codes are numbers: choose the level that they mean", places


def _stated_scale(
    rows: Rows, given: Sequence[Answer], level: Level | None, order: Sequence[str]
) -> tuple[tuple[str, ...], Level, str, dict[str, int]]:
    places = {text: place for place, text in enumerate(order)}
    if len(places) < len(order):
        raise UserError("the order names a category twice.")
    for answer in given:
        if answer.text not in places:
            raise rows.error(answer.line, f"{answer.text!r} is not in the stated order")
    if level not in (None, "nominal", "ordinal"):
        raise UserError(f"a stated order makes codes ordinal, not {level}: leave one of them out.")
    return tuple(order), level or "ordinal", "the order was stated", places
