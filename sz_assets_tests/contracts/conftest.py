"""Small valid frames of every table, made from its contract, and rows that break one rule each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from sz_assets.contracts.evaluation import Outcome, validate
from sz_assets.contracts.expectations import Expectation, expectations
from sz_assets.contracts.table import (
    Between,
    Column,
    Matches,
    MostlyPresent,
    NotLess,
    OneOf,
    SumsTo,
    Table,
    Type,
)
from sz_assets.contracts.validate import polars_schema

Row = dict[str, Any]

# Of each pattern that a contract uses: a text that matches, and texts that do not.
PATTERNS: dict[str, tuple[str, list[str]]] = {
    "^[a-z0-9_]+$": ("abc_1", ["Abc", "a b", ""]),
    "^[a-z0-9_]+(?:, [a-z0-9_]+)*$": ("abc_1, def_2", ["Abc", "a,b", ""]),
    "^[0-9a-f]{64}$": ("0f" * 32, ["0F" * 32, "0f" * 31]),
    "^.+$": ("1", [""]),
    "^[^\\s:]+$": ("coder_1", ["a b", "a:b", ""]),
    "^https://": ("https://www.example.test/1", ["http://www.example.test/1"]),
    "^(?:simulated|live:[a-z0-9_]+|import:[a-z0-9_]+)$": (
        "simulated",
        ["real", "live:", "IMPORT:x"],
    ),
}
_PLAIN: dict[Type, Any] = {
    Type.TEXT: "text",
    Type.INTEGER: 1,
    Type.FLOAT: 1.0,
    Type.BOOLEAN: True,
    Type.TIMESTAMP: datetime(2023, 10, 31, 4),
    Type.TEXT_LIST: ["one"],
    Type.BINARY: b"bytes",
}


def valid_value(column: Column, place: int) -> Any:
    """A value that keeps the column's rules; dates differ from row to row, other values don't."""
    if column.type is Type.DATE:
        return date(2023, 1, 1) + timedelta(days=place)
    value = _PLAIN[column.type]
    for rule in column.rules:
        match rule:
            case Between(minimum, maximum):
                bound = minimum if minimum is not None else maximum
                value = type(value)(bound)
            case OneOf(values):
                value = values[0]
            case Matches(pattern):
                value = PATTERNS[pattern][0]
    return value


def valid_row(table: Table, place: int) -> Row:
    """A row that keeps every rule; its first key column makes it unlike any other place's."""
    row = {column.name: valid_value(column, place) for column in table.columns}
    for rule in table.rules:
        if isinstance(rule, SumsTo):
            row[rule.total] = sum(row[part] for part in rule.parts)
        if isinstance(rule, NotLess):
            row[rule.larger] = max(row[rule.larger], row[rule.smaller])
    first = table.key[0]
    if table.column(first).type is Type.TEXT:
        row[first] = f"{row[first]}_{place}"
    return row


def frame_of(table: Table, rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(table), orient="row")


def valid_frame(table: Table, height: int = 4) -> pl.DataFrame:
    return frame_of(table, [valid_row(table, place) for place in range(height)])


def broken_values(column: Column, expectation: Expectation) -> list[Any]:
    """Every kind of value that must make this expectation about one column fail."""
    if expectation.name == "ExpectColumnValuesToNotBeNull":
        return [None]
    for rule in column.rules:
        match rule:
            case Between(minimum, maximum) if expectation.name == "ExpectColumnValuesToBeBetween":
                bounds = [] if minimum is None else [minimum - 1]
                bounds += [] if maximum is None else [maximum + 1]
                return [type(_PLAIN[column.type])(bound) for bound in bounds]
            case OneOf() if expectation.name == "ExpectColumnValuesToBeInSet":
                return ["none of them"]
            case Matches(pattern) if expectation.name == "ExpectColumnValuesToMatchRegex":
                return list(PATTERNS[pattern][1])
    raise AssertionError(f"no value is known that breaks {expectation.label}")


def broken_rows(table: Table, expectation: Expectation, place: int) -> list[Row]:
    """Rows from this place on that break this expectation and keep every other one."""
    arguments = expectation.arguments
    if "column_list" in arguments or expectation.name == "ExpectColumnValuesToBeUnique":
        return [valid_row(table, place), valid_row(table, place)]
    if "column_A" in arguments:
        row = valid_row(table, place)
        larger, smaller = arguments["column_A"], arguments["column_B"]
        step = timedelta(days=1) if isinstance(row[larger], date) else 1
        return [{**row, smaller: row[larger] + step}]
    name = arguments["column"]
    for rule in table.rules:
        if isinstance(rule, SumsTo) and name == f"{rule.total}_minus_parts":
            row = valid_row(table, place)
            return [{**row, rule.total: row[rule.total] + 1}]
    values = broken_values(table.column(name), expectation)
    return [{**valid_row(table, place + n), name: value} for n, value in enumerate(values)]


def about(table: Table, expectation: Expectation) -> set[str]:
    """The columns that the expectation speaks of."""
    arguments = expectation.arguments
    for rule in table.rules:
        if isinstance(rule, SumsTo) and arguments.get("column") == f"{rule.total}_minus_parts":
            return {rule.total, *rule.parts}
    names = ("column", "column_A", "column_B")
    return {arguments[n] for n in names if n in arguments} | set(arguments.get("column_list", []))


def is_about_rows(expectation: Expectation) -> bool:
    """Whether single rows can break it; the others are about the whole table."""
    is_count = expectation.name == "ExpectTableRowCountToBeBetween"
    return not is_count and "mostly" not in expectation.arguments


@dataclass
class Broken:
    """A table in which each expectation about rows is broken by rows of its own, at once.

    So one evaluation shows for each that its own rows make it fail, and no other row does.
    """

    table: Table
    frame: pl.DataFrame
    places: dict[int, list[int]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def keys_of(self, position: int) -> list[tuple[str, ...]]:
        """Keys, as text, of the rows that break the expectation at this position."""
        own = self.frame[self.places[position]].select(self.table.key)
        return [tuple(map(str, key)) for key in own.rows()]

    def sharing(self, position: int) -> list[int]:
        """Positions of the expectations about a column that this one is about as well."""
        columns = [about(self.table, outcome.expectation) for outcome in self.outcomes]
        return [other for other in self.places if columns[other] & columns[position]]


def break_all(table: Table) -> Broken:
    expected = expectations(table, previous_row_count=10)
    rows: list[Row] = []
    places: dict[int, list[int]] = {}
    for position, expectation in enumerate(expected):
        if is_about_rows(expectation):
            added = broken_rows(table, expectation, len(rows))
            places[position] = list(range(len(rows), len(rows) + len(added)))
            rows += added
    has_mostly = any(isinstance(r, MostlyPresent) for c in table.columns for r in c.rules)
    assert not has_mostly or len(rows) > 40
    frame = frame_of(table, rows)
    return Broken(table, frame, places, validate(table, frame, expected))


@pytest.fixture(scope="session")
def broken() -> Callable[[Table], Broken]:
    """Each table broken and evaluated once per session."""
    done: dict[str, Broken] = {}

    def once(table: Table) -> Broken:
        if table.name not in done:
            done[table.name] = break_all(table)
        return done[table.name]

    return once


@pytest.fixture(scope="session")
def columns_of() -> Callable[[Table, Expectation], set[str]]:
    return about


@pytest.fixture(scope="session")
def frames() -> Callable[..., pl.DataFrame]:
    """`frames(table, height)`: rows that keep every rule."""
    return valid_frame
