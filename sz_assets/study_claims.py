"""Whether a claim can be computed at all: it names marts, columns and words that exist.

Here: the checks made when a study is loaded. Not here: computing a claim (`core.claims`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sz_assets.contracts import ENGAGEMENT_TABLES
from sz_assets.contracts.table import Column, OneOf, Table, Type
from sz_assets.study_model import (
    AtLeast,
    Claim,
    Comparison,
    NotTestable,
    Reading,
    Scalar,
    Trend,
    Value,
    Within,
)
from sz_assets.yaml_places import Document, Field

# Only marts by crawl month: dim_account knows the newest month alone, so a claim read from it would
# change when a later month is added. None with a row per video, so that the cost stays small.
_TABLES = {
    table.name: table
    for table in ENGAGEMENT_TABLES
    if "crawl_month" in table.key and "video_id" not in table.key
}
_NUMBERS = (Type.INTEGER, Type.FLOAT)
_SCALARS: dict[Type, type] = {Type.TEXT: str, Type.INTEGER: int, Type.BOOLEAN: bool}


def check_claims(document: Document, claims: Sequence[Claim], account_ids: Sequence[str]) -> None:
    """UserError with file, line and field at the first claim that could not be computed."""
    for index, claim in enumerate(claims):
        field: Field = ("claims", index)
        _check_values(document, field, claim)
        for place, reading in _readings(claim, (*field, "measure")):
            _check_reading(document, place, reading, account_ids)


def _check_values(document: Document, field: Field, claim: Claim) -> None:
    measure = claim.measure
    if isinstance(measure, Value | AtLeast) and claim.published_value is None:
        raise document.wrong(
            (*field, "published_value"), "a claim of this kind has a published value: add it"
        )
    if isinstance(measure, Value) and claim.tolerance is None:
        raise document.wrong(
            (*field, "tolerance"), "add the tolerance that the printed rounding leaves"
        )
    if not isinstance(measure, Value) and claim.tolerance is not None:
        raise document.wrong((*field, "tolerance"), "only kind value has a tolerance: remove it")
    in_words = not isinstance(measure, Value | AtLeast | NotTestable)
    if in_words and claim.published_value is not None:
        raise document.wrong(
            (*field, "published_value"), "a claim in words has no published value: remove it"
        )
    if not isinstance(measure, NotTestable) and claim.unit is None:
        raise document.wrong((*field, "unit"), "this required field is missing: add it")
    if isinstance(measure, Within) and measure.minimum is None and measure.maximum is None:
        raise document.wrong(
            (*field, "measure", "minimum"), "kind within needs a minimum, a maximum or both: add it"
        )
    if isinstance(measure, Trend) and measure.first >= measure.last:
        raise document.wrong((*field, "measure", "to"), "this must be more than `from`: correct it")


def _readings(claim: Claim, field: Field) -> Iterator[tuple[Field, Reading | Trend]]:
    if isinstance(claim.measure, NotTestable):
        return
    yield field, claim.measure
    if isinstance(claim.measure, Comparison):
        for index, other in enumerate(claim.measure.than):
            yield (*field, "than", index), other


def _check_reading(
    document: Document, field: Field, reading: Reading | Trend, account_ids: Sequence[str]
) -> None:
    table = _TABLES.get(reading.table)
    if table is None:
        raise document.wrong(
            (*field, "table"),
            f"{reading.table!r} is no mart that claims may read: use one of {', '.join(_TABLES)}",
        )
    for name, value in reading.where.items():
        place = (*field, "where", name)
        _check_filter(document, place, _column(document, place, table, name), value)
        if name == "account_id" and value not in account_ids:
            raise document.wrong(place, f"the study has no account {value!r}: correct the id")
    if isinstance(reading, Trend):
        over = _column(document, (*field, "over"), table, reading.over)
        if over.type is not Type.INTEGER:
            raise document.wrong((*field, "over"), f"{over.name} does not hold whole numbers")
        _check_number(document, (*field, "column"), table, reading.column)
    elif reading.take == "rows":
        if reading.column is not None:
            raise document.wrong((*field, "column"), "take: rows counts rows: remove the column")
    elif reading.column is None:
        raise document.wrong((*field, "column"), "this required field is missing: add it")
    elif reading.take == "distinct":
        _column(document, (*field, "column"), table, reading.column)
    else:
        _check_number(document, (*field, "column"), table, reading.column)
    _check_grain(document, field, table, reading)


def _check_grain(document: Document, field: Field, table: Table, reading: Reading | Trend) -> None:
    """One value needs one row: the filter must fix every part of the table's key."""
    if isinstance(reading, Reading) and reading.take != "only":
        return
    fixed = {"crawl_month", *reading.where}
    if isinstance(reading, Trend):
        fixed.add(reading.over)
    if free := [name for name in table.key if name not in fixed]:
        raise document.wrong(
            (*field, "where"),
            f"this leaves more than one row of {table.name}: add a value for {', '.join(free)}",
        )


def _column(document: Document, field: Field, table: Table, name: str) -> Column:
    if name not in table.column_names:
        names = ", ".join(table.column_names)
        raise document.wrong(field, f"{table.name} has no column {name!r}: use one of {names}")
    return table.column(name)


def _check_number(document: Document, field: Field, table: Table, name: str) -> None:
    if _column(document, field, table, name).type not in _NUMBERS:
        raise document.wrong(field, f"{table.name}.{name} holds no numbers: name another column")


def _check_filter(document: Document, field: Field, column: Column, value: Scalar) -> None:
    expected = _SCALARS.get(column.type)
    # `type`, because a boolean is an integer to isinstance.
    if expected is None or type(value) is not expected:
        raise document.wrong(
            field, f"{column.name} holds {column.type} values and {value!r} is none: correct it"
        )
    for rule in column.rules:
        if isinstance(rule, OneOf) and value not in rule.values:
            raise document.wrong(
                field, f"{column.name} is never {value!r}: use one of {', '.join(rule.values)}"
            )
