"""What the columns of a reliability file mean: its layout, units, coders and codes.

Here: how a layout is recognised, and the codes it holds. Not here: reading rows
(`reliability_rows`), and coefficients (`reliability_files`).

The rule, first match wins: a column named like a coder (`coder_id`, `rater`) means one row per
unit and coder (`long`); the same labels as columns and as first cells, whole numbers between them,
are a contingency table of two coders (`contingency`); whole numbers under names that do not look
like coders', with a zero and a number of two or more among them, a largest row total that at
least half of the rows have, none that is 0, and fewer than half of the rows with one number
throughout (which would be agreeing coders), say how many coders chose each category
(`distribution`); else each column is a coder (`coders_in_columns`). A first column that counts the
rows, or whose texts are all different and stand in no other column, names the units, whatever it
is called. Columns of free text and of dates are left out (`reliability_columns`), and named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

from sz_assets.coding.reliability_columns import (
    LOOKS_LIKE_CODER,
    Columns,
    Places,
    other_than_codes,
)
from sz_assets.coding.reliability_rows import Rows
from sz_assets.errors import UserError

Layout = Literal["coders_in_columns", "long", "contingency", "distribution"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

# `none` is no missing code: it says that no category fits.
MISSING = frozenset({"", ".", "na", "n/a", "nan"})
WHOLE = re.compile(r"\d{1,9}(\.0*)?")
# A typing error in a table of counts must not ask for more memory than there is.
MOST_UNITS_OF_A_TABLE = 1_000_000


class Answer(NamedTuple):
    """One coder's cell about one unit: text as in the file, and its line."""

    unit: str
    coder: str
    text: str
    line: int


class Variable(NamedTuple):
    """All answers about one variable; `groups` gives the group of some layouts' units."""

    name: str
    answers: tuple[Answer, ...]
    groups: dict[str, str]
    categories: tuple[str, ...]
    are_coders_known: bool


class Read(NamedTuple):
    """A file's layout, why it was taken for that, its columns and its variables."""

    layout: Layout
    reason: str
    columns: Columns
    variables: tuple[Variable, ...]


def is_missing(text: str) -> bool:
    return text.lower() in MISSING


def read_layout(
    rows: Rows,
    layout: Layout | None,
    unit: str | None,
    coder: str | None,
    values: Sequence[str] | None,
) -> Read:
    """The variables of a file; options that are None are recognised by the module's rule.

    `unit`, `coder` and `values` are names of columns: `values` holds the codes (a variable each
    in the long layout, else a coder or a category each). Raises UserError.
    """
    for name in (unit, coder, *(values or ())):
        if name is not None and name not in rows.header:
            known = ", ".join(repr(column) for column in rows.header)
            raise UserError(f"{rows.path} has no column {name!r}: its columns are {known}.")
    places = Places(rows, unit, coder, values)
    if values is None and places.coder is None and _names_units(rows, places):
        places.take_first_as_unit()
    left_out: tuple[str, ...] = ()
    if values is None and places.coder is None and layout in (None, "coders_in_columns"):
        left_out = _leave_out(rows, places)
    if layout is None:
        layout, reason = _recognised(rows, places)
    else:
        reason = "the layout was stated"
    if left_out:
        named = ", ".join(repr(name) for name in left_out)
        reason += f"; left out as free text or dates, no codes (--value names columns): {named}"
    readers: dict[Layout, Callable[[Rows, Places], tuple[Variable, ...]]] = {
        "long": _long,
        "contingency": _contingency,
        "distribution": _distribution,
        "coders_in_columns": _coders_in_columns,
    }
    if layout not in readers:
        raise UserError(f"{layout!r} is no layout: choose one of {', '.join(LAYOUTS)}.")
    variables = readers[layout](rows, places)
    columns = places.names(rows)
    if layout == "contingency":
        columns = Columns(None, None, None, rows.header[1:])
    return Read(layout, reason, columns, variables)


def _leave_out(rows: Rows, columns: Places) -> tuple[str, ...]:
    def given(place: int) -> list[str]:
        return [row.cells[place] for row in rows.rows if not is_missing(row.cells[place])]

    found = other_than_codes({rows.header[place]: given(place) for place in columns.codes})
    columns.codes = [place for place in columns.codes if rows.header[place] not in found]
    return found


def _recognised(rows: Rows, columns: Places) -> tuple[Layout, str]:
    if columns.coder is not None:
        return "long", f"the column {rows.header[columns.coder]!r} names the coder of each row"
    labels = tuple(row.cells[0] for row in rows.rows)
    if labels == rows.header[1:] and all(
        WHOLE.fullmatch(cell) for row in rows.rows for cell in row.cells[1:]
    ):
        return "contingency", "columns and first cells have the same labels, with counts between"
    names = [rows.header[place] for place in columns.codes]
    if not all(LOOKS_LIKE_CODER.fullmatch(name) for name in names) and _are_counts(rows, columns):
        reason = "columns hold whole numbers that sum to the same number of coders in most rows"
        return "distribution", reason
    return "coders_in_columns", "no other layout fits: each column of codes is one coder"


def _are_counts(rows: Rows, columns: Places) -> bool:
    cells = [[row.cells[place] for place in columns.codes] for row in rows.rows]
    if len(columns.codes) < 2 or not all(WHOLE.fullmatch(cell) for row in cells for cell in row):
        return False
    numbers = [[int(float(cell)) for cell in row] for row in cells]
    every = {number for row in numbers for number in row}
    totals = Counter(sum(row) for row in numbers)
    even = sum(len(set(row)) == 1 for row in numbers)
    return (
        0 in every
        and max(every) >= 2
        and totals[max(totals)] * 2 >= len(numbers)
        and totals[0] == 0
        and even * 2 < len(numbers)
    )


def _long(rows: Rows, columns: Places) -> tuple[Variable, ...]:
    if columns.coder is None:
        raise UserError(
            f"{rows.path} has no column that names coders: state it with --coder COLUMN."
        )
    if columns.unit is None and len(columns.codes) > 1:
        columns.take_first_as_unit()
    if columns.unit is None:
        raise UserError(f"{rows.path} has no column that names units: state it with --unit COLUMN.")
    if not columns.codes:
        raise UserError(f"{rows.path} has no column of codes beside units and coders: add one.")
    coder, unit, codes = columns.coder, columns.unit, columns.codes
    seen: dict[tuple[str, str], int] = {}
    for row in rows.rows:
        key = (row.cells[unit], row.cells[coder])
        if not all(key):
            missing = rows.header[coder if key[0] else unit]
            raise rows.error(row.line, f"the column {missing!r} is empty")
        if key in seen:
            what = f"coder {key[1]!r} has unit {key[0]!r} again, after line {seen[key]}"
            raise rows.error(row.line, what)
        seen[key] = row.line
    return tuple(
        Variable(
            rows.header[place],
            tuple(
                Answer(row.cells[unit], row.cells[coder], row.cells[place], row.line)
                for row in rows.rows
            ),
            {} if columns.group is None else _groups(rows, unit, columns.group),
            (),
            True,
        )
        for place in codes
    )


def _coders_in_columns(rows: Rows, columns: Places) -> tuple[Variable, ...]:
    units = _unit_names(rows, columns)
    answers = tuple(
        Answer(unit, rows.header[place], row.cells[place], row.line)
        for unit, row in zip(units, rows.rows, strict=True)
        for place in columns.codes
    )
    return (Variable("code", answers, _groups_of_rows(rows, columns, units), (), True),)


def _names_units(rows: Rows, columns: Places) -> bool:
    if columns.unit is not None or len(columns.codes) < 3:
        return False
    if LOOKS_LIKE_CODER.fullmatch(rows.header[columns.codes[0]]):
        return False
    first = [row.cells[columns.codes[0]] for row in rows.rows]
    if any(first == [str(i + start) for i in range(len(first))] for start in (0, 1)):
        return True
    others = {row.cells[place] for row in rows.rows for place in columns.codes[1:]}
    return len(set(first)) == len(first) > 1 and not others & set(first)


def _distribution(rows: Rows, columns: Places) -> tuple[Variable, ...]:
    units = _unit_names(rows, columns)
    answers: list[Answer] = []
    for unit, row in zip(units, rows.rows, strict=True):
        given = [
            rows.header[place]
            for place in columns.codes
            for _ in range(_count(rows, row.line, row.cells[place]))
        ]
        answers += [Answer(unit, str(i), text, row.line) for i, text in enumerate(given, start=1)]
    names = tuple(rows.header[place] for place in columns.codes)
    groups = _groups_of_rows(rows, columns, units)
    return (Variable("code", tuple(answers), groups, names, False),)


def _contingency(rows: Rows, _: Places) -> tuple[Variable, ...]:
    labels = rows.header[1:]
    if tuple(row.cells[0] for row in rows.rows) != labels:
        raise UserError(
            f"{rows.path} is no table of two coders: its rows need the labels of its columns."
        )
    answers: list[Answer] = []
    for row in rows.rows:
        for label, cell in zip(labels, row.cells[1:], strict=True):
            for number in range(_count(rows, row.line, cell)):
                unit = f"{row.cells[0]} / {label} / {number + 1}"
                answers.append(Answer(unit, "rows", row.cells[0], row.line))
                answers.append(Answer(unit, "columns", label, row.line))
                if len(answers) > 2 * MOST_UNITS_OF_A_TABLE:
                    raise UserError(f"{rows.path} counts more than {MOST_UNITS_OF_A_TABLE} units.")
    return (Variable("code", tuple(answers), {}, labels, True),)


def _count(rows: Rows, line: int, cell: str) -> int:
    if is_missing(cell):
        return 0
    if not WHOLE.fullmatch(cell) or float(cell) > MOST_UNITS_OF_A_TABLE:
        raise rows.error(line, f"{cell!r} is no number of codes")
    return int(float(cell))


def _unit_names(rows: Rows, columns: Places) -> list[str]:
    if columns.unit is None:
        return [str(place) for place in range(1, len(rows.rows) + 1)]
    seen: dict[str, int] = {}
    for row in rows.rows:
        name = row.cells[columns.unit]
        if not name:
            raise rows.error(row.line, "the unit has no name")
        if name in seen:
            raise rows.error(row.line, f"unit {name!r} is here again, after line {seen[name]}")
        seen[name] = row.line
    return list(seen)


def _groups_of_rows(rows: Rows, columns: Places, units: Sequence[str]) -> dict[str, str]:
    if columns.group is None:
        return {}
    return {u: row.cells[columns.group] for u, row in zip(units, rows.rows, strict=True)}


def _groups(rows: Rows, unit: int, group: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows.rows:
        name, label = row.cells[unit], row.cells[group]
        if found.setdefault(name, label) != label:
            raise rows.error(row.line, f"unit {name!r} is of group {found[name]!r} elsewhere")
    return found
