"""The vocabulary in which every table is described: columns, types, units and rules.

Here: what a table *is*. Not here: any particular table (see the modules beside this one), and
nothing that reads or writes one (see `storage`, `contracts.validate`, `contracts.expectations`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """Logical column types. A timestamp is an instant in UTC, stored without a zone."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TEXT_LIST = "text_list"
    BINARY = "binary"


class Severity(StrEnum):
    """`BLOCK` stops what is downstream; `WARN` is shown and recorded."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Between:
    """Every value that is present lies in [minimum, maximum]; a bound of None is open."""

    minimum: float | None = None
    maximum: float | None = None
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True)
class OneOf:
    """Every value that is present is one of these words."""

    values: tuple[str, ...]
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True)
class Matches:
    """Every value that is present matches this regular expression."""

    pattern: str
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True)
class MostlyPresent:
    """At least this share (0 to 1) of the values is present; for columns that may miss some."""

    minimum_ratio: float
    severity: Severity = Severity.WARN


ColumnRule = Between | OneOf | Matches | MostlyPresent


@dataclass(frozen=True)
class Column:
    """One column. `description` says what a value means; `unit` what it is counted in."""

    name: str
    type: Type
    description: str
    unit: str | None = None
    nullable: bool = True
    rules: tuple[ColumnRule, ...] = ()


@dataclass(frozen=True)
class RowsBetween:
    """The number of rows of one crawl month lies in [minimum, maximum]."""

    minimum: int | None = 1
    maximum: int | None = None
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True)
class SumsTo:
    """In every row the columns `parts` add up to the column `total`."""

    total: str
    parts: tuple[str, ...]
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True)
class NotLess:
    """In every row where both are present, column `larger` is at least column `smaller`."""

    larger: str
    smaller: str
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True)
class SteadyRows:
    """The number of rows changed by at most this ratio since the previous stored crawl month."""

    maximum_change_ratio: float
    severity: Severity = Severity.WARN


TableRule = RowsBetween | SumsTo | NotLess | SteadyRows


@dataclass(frozen=True)
class Table:
    """One table: its layer, its grain in one line, its key, its columns and its rules."""

    layer: str
    name: str
    grain: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[TableRule, ...] = field(default=())

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.layer}/{self.name}: a column is named twice")
        if missing := set(self.key) - set(names):
            raise ValueError(
                f"{self.layer}/{self.name}: key columns {sorted(missing)} do not exist"
            )

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.layer}/{self.name} has no column {name}")
