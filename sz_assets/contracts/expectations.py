"""Contracts as expectations: what is expected of one month of a table, for Great Expectations.

Here: the translation of rules into expectations. Not here: running them (`contracts.evaluation`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sz_assets.contracts.table import (
    Between,
    Matches,
    MostlyPresent,
    NotLess,
    OneOf,
    RowsBetween,
    Severity,
    SteadyRows,
    SumsTo,
    Table,
    Type,
)


class Kind(StrEnum):
    """The kinds of property that are shown as one check each."""

    KEYS = "keys"
    MISSING_VALUES = "missing_values"
    VALUES = "values"
    TOTALS = "totals"
    DRIFT = "drift"


DESCRIPTIONS = {
    Kind.KEYS: "No two rows have the same key.",
    Kind.MISSING_VALUES: "Values are present where the contract requires them.",
    Kind.VALUES: "Values lie in their ranges, have their forms and agree within a row.",
    Kind.TOTALS: "The number of rows is plausible and parts add up to their totals.",
    Kind.DRIFT: "The number of rows changed by no more than expected since the previous month.",
}


@dataclass(frozen=True)
class Expectation:
    """One expectation: Great Expectations' class name and arguments, and how bad a failure is."""

    kind: Kind
    severity: Severity
    name: str
    arguments: dict[str, Any] = field(hash=False)

    @property
    def is_about_rows(self) -> bool:
        """Whether it is about each row by itself, and not about the table or a share of it."""
        return not self.name.startswith("ExpectTable") and "mostly" not in self.arguments

    @property
    def columns(self) -> list[str]:
        """The columns that it speaks of."""
        arguments = self.arguments
        single = [arguments[key] for key in ("column", "column_A", "column_B") if key in arguments]
        return [*single, *arguments.get("column_list", [])]

    @property
    def label(self) -> str:
        """The expectation in one line, for people."""
        details = ", ".join(f"{key}={value}" for key, value in self.arguments.items())
        return f"{self.name}({details})"


def difference_column(rule: SumsTo) -> str:
    """The column that holds how far the total is from the sum of its parts."""
    return f"{rule.total}_minus_parts"


def _column_expectations(table: Table) -> list[Expectation]:
    found: list[Expectation] = []
    for column in table.columns:
        if column.type in (Type.BINARY, Type.TEXT_LIST):
            continue
        if not column.nullable:
            found.append(
                Expectation(
                    Kind.MISSING_VALUES,
                    Severity.BLOCK,
                    "ExpectColumnValuesToNotBeNull",
                    {"column": column.name},
                )
            )
        for rule in column.rules:
            match rule:
                case Between(minimum, maximum, severity):
                    kind, name = Kind.VALUES, "ExpectColumnValuesToBeBetween"
                    arguments: dict[str, Any] = {"min_value": minimum, "max_value": maximum}
                case OneOf(values, severity):
                    kind, name = Kind.VALUES, "ExpectColumnValuesToBeInSet"
                    arguments = {"value_set": list(values)}
                case Matches(pattern, severity):
                    kind, name = Kind.VALUES, "ExpectColumnValuesToMatchRegex"
                    arguments = {"regex": pattern}
                case MostlyPresent(minimum_ratio, severity):
                    kind, name = Kind.MISSING_VALUES, "ExpectColumnValuesToNotBeNull"
                    arguments = {"mostly": minimum_ratio}
            found.append(Expectation(kind, severity, name, {"column": column.name, **arguments}))
    return found


def expectations(table: Table, previous_row_count: int | None = None) -> list[Expectation]:
    """All that is expected of one crawl month of the table.

    `previous_row_count` is the number of rows of the previous stored month; without it there is
    no drift to judge, and none is expected.
    """
    key = list(table.key)
    found = [
        Expectation(
            Kind.KEYS, Severity.BLOCK, "ExpectCompoundColumnsToBeUnique", {"column_list": key}
        )
        if len(key) > 1
        else Expectation(
            Kind.KEYS, Severity.BLOCK, "ExpectColumnValuesToBeUnique", {"column": key[0]}
        ),
        *_column_expectations(table),
    ]
    for rule in table.rules:
        match rule:
            case RowsBetween(minimum, maximum, severity):
                found.append(
                    Expectation(
                        Kind.TOTALS,
                        severity,
                        "ExpectTableRowCountToBeBetween",
                        {"min_value": minimum, "max_value": maximum},
                    )
                )
            case SumsTo(_, _, severity):
                found.append(
                    Expectation(
                        Kind.TOTALS,
                        severity,
                        "ExpectColumnValuesToBeBetween",
                        {"column": difference_column(rule), "min_value": 0, "max_value": 0},
                    )
                )
            case NotLess(larger, smaller, severity):
                found.append(
                    Expectation(
                        Kind.VALUES,
                        severity,
                        "ExpectColumnPairValuesAToBeGreaterThanB",
                        {
                            "column_A": larger,
                            "column_B": smaller,
                            "or_equal": True,
                            "ignore_row_if": "either_value_is_missing",
                        },
                    )
                )
            case SteadyRows(ratio, severity) if previous_row_count is not None:
                found.append(
                    Expectation(
                        Kind.DRIFT,
                        severity,
                        "ExpectTableRowCountToBeBetween",
                        {
                            "min_value": int(previous_row_count * (1 - ratio)),
                            "max_value": int(previous_row_count * (1 + ratio)),
                        },
                    )
                )
    return found


def kinds(table: Table) -> list[Kind]:
    """The kinds of property that the table's contract speaks of, drift included."""
    present = {expectation.kind for expectation in expectations(table, previous_row_count=0)}
    return [kind for kind in Kind if kind in present]
