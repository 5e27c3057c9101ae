"""Whether a claim can be computed at all: it names marts, columns and words that exist.

Here: the checks made when a study is loaded. Not here: computing a claim (`core.claims`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sz_assets.contracts import ENGAGEMENT_TABLES
from sz_assets.contracts.development import EVENT_EFFECTS, PUBLISHING_TREND
from sz_assets.contracts.inference import ENGAGEMENT_EFFECTS
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.table import Column, OneOf, Table, Type
from sz_assets.study_model import (
    AtLeast,
    Claim,
    Comparison,
    Inferred,
    NotTestable,
    Reading,
    Scalar,
    Trend,
    Value,
    Within,
)
from sz_assets.yaml_places import Document, Field

# Only marts by crawl month: dim_account knows the newest month alone, so a claim read from it would
# change when a later month is added. None with a row per video, so that the cost stays small; only
# counting rows of the videos is cheap.
_TABLES = {
    table.name: table
    for table in (*ENGAGEMENT_TABLES, PUBLISHING_TREND)
    if "crawl_month" in table.key and "video_id" not in table.key
}
_COUNTED = {FCT_VIDEO_MONTH.name: FCT_VIDEO_MONTH}
# What fixes a row of an inference but for its month, population and event.
_TESTS = {
    ENGAGEMENT_EFFECTS.name: (ENGAGEMENT_EFFECTS, ("metric", "factor", "level")),
    EVENT_EFFECTS.name: (EVENT_EFFECTS, ("metric",)),
}
# The factors whose effects are estimated, with their levels; a topic is a category of the codebook.
LEVELS: dict[str, tuple[str, ...]] = {
    "duration": ("per_doubling", "u_shape"),
    "hour": ("morning_06_11", "afternoon_12_17", "evening_18_23", "night_00_05"),
    "weekday": ("weekend",),
    "topic": (),
    "hashtag_count": ("per_tag",),
    "title_length": ("per_doubling",),
    "series": ("in_series",),
    "pinned": ("is_pinned",),
}
_NUMBERS = (Type.INTEGER, Type.FLOAT)
_SCALARS: dict[Type, type] = {Type.TEXT: str, Type.INTEGER: int, Type.BOOLEAN: bool}


def check_claims(
    document: Document,
    claims: Sequence[Claim],
    account_ids: Sequence[str],
    categories: Sequence[str],
) -> None:
    """UserError with file, line and field at the first claim that could not be computed.

    `account_ids` are the study's accounts, `categories` the secondary ones of its codebook.
    """
    ids = {
        "account_id": ("study", "account", account_ids),
        "secondary_category": ("codebook", "secondary category", categories),
    }
    for index, claim in enumerate(claims):
        field: Field = ("claims", index)
        _check_values(document, field, claim)
        if isinstance(claim.measure, Inferred):
            _check_tested(document, (*field, "measure"), claim.measure, categories)
        for place, reading in _readings(claim, (*field, "measure")):
            _check_reading(document, place, reading, ids)


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
    if isinstance(claim.measure, NotTestable | Inferred):
        return
    yield field, claim.measure
    if isinstance(claim.measure, Comparison):
        for index, other in enumerate(claim.measure.than):
            yield (*field, "than", index), other


def _check_tested(
    document: Document, field: Field, measure: Inferred, categories: Sequence[str]
) -> None:
    is_none = measure.expects == "none"
    if is_none and measure.equivalence is None:
        raise document.wrong(
            (*field, "equivalence"),
            "add the ratio, such as 1.25, within which an effect does not matter",
        )
    for name, given in (("equivalence", measure.equivalence), ("unless", measure.unless)):
        if given and not is_none:
            raise document.wrong((*field, name), "only expects: none has this: remove it")
    if measure.table == EVENT_EFFECTS.name and measure.expects != "positive":
        raise document.wrong((*field, "expects"), "an event stands out or does not: write positive")
    _check_effect(document, (*field, "where"), measure.table, measure.where, categories)
    for index, where in enumerate(measure.unless):
        _check_effect(document, (*field, "unless", index), measure.table, where, categories)


def _check_effect(
    document: Document,
    field: Field,
    table_name: str,
    where: Mapping[str, Scalar],
    categories: Sequence[str],
) -> None:
    """The filter names one effect, whose factor and level are estimated."""
    table, needed = _TESTS[table_name]
    for name, value in where.items():
        if name not in needed:
            raise document.wrong(
                (*field, name), f"a test is found by {', '.join(needed)} only: remove {name}"
            )
        _check_filter(document, (*field, name), table.column(name), value)
    if missing := [name for name in needed if name not in where]:
        raise document.wrong(field, f"this does not say which effect: add {', '.join(missing)}")
    if where["metric"] == "duration_seconds":
        raise document.wrong(
            (*field, "metric"), "duration_seconds measures no engagement: name another metric"
        )
    if "factor" in needed:
        factor, level = str(where["factor"]), where["level"]
        if factor not in LEVELS:
            raise document.wrong(
                (*field, "factor"),
                f"no effect of {factor!r} is estimated: use one of {', '.join(LEVELS)}",
            )
        levels = tuple(categories) if factor == "topic" else LEVELS[factor]
        if level not in levels:
            raise document.wrong(
                (*field, "level"),
                f"{factor} has no level {level!r}: use one of {', '.join(levels)}",
            )


def _check_reading(
    document: Document,
    field: Field,
    reading: Reading | Trend,
    ids: Mapping[str, tuple[str, str, Sequence[str]]],
) -> None:
    is_count = isinstance(reading, Reading) and reading.take == "rows"
    table = {**_TABLES, **(_COUNTED if is_count else {})}.get(reading.table)
    if table is None:
        raise document.wrong(
            (*field, "table"),
            f"{reading.table!r} is no mart that claims may read: use one of {', '.join(_TABLES)}",
        )
    for name, value in reading.where.items():
        place = (*field, "where", name)
        _check_filter(document, place, _column(document, place, table, name), value)
        if name in ids:
            owner, what, known = ids[name]
            if value not in known:
                raise document.wrong(place, f"the {owner} has no {what} {value!r}: correct the id")
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
