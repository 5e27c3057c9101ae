"""Contracts as Great Expectations suites: what is expected of a month of a table, and if it holds.

Here: the translation of rules into expectations, and running them. Not here: how the outcome is
shown (`defs.checks`). Great Expectations is imported where it runs: it costs seconds.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

import polars as pl

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
    def label(self) -> str:
        """The expectation in one line, for people."""
        details = ", ".join(f"{key}={value}" for key, value in self.arguments.items())
        return f"{self.name}({details})"


@dataclass(frozen=True)
class Outcome:
    """Whether an expectation held, on how many values, and a few of the rows where it did not.

    `observed_value` is for expectations about the whole table, such as its number of rows.
    """

    expectation: Expectation
    holds: bool
    checked_count: int
    failing_count: int
    observed_value: float | None
    failing_rows: list[dict[str, str]]


def _difference_column(rule: SumsTo) -> str:
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
                        {"column": _difference_column(rule), "min_value": 0, "max_value": 0},
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


def _to_pandas(frame: pl.DataFrame, table: Table) -> Any:
    """The one seam where data become pandas: Great Expectations reads nothing else of ours."""
    plain = [
        name
        for name in frame.columns
        if table.column(name).type not in (Type.BINARY, Type.TEXT_LIST)
    ]
    sums = [
        (pl.col(rule.total) - pl.sum_horizontal(rule.parts)).alias(_difference_column(rule))
        for rule in table.rules
        if isinstance(rule, SumsTo)
    ]
    return frame.select(plain).with_columns(sums).to_pandas()


@cache
def _context() -> Any:
    """Great Expectations, set up once per process: nothing on disk, nothing sent anywhere."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # This module sets its own level, and would tell of a temporary folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context, context.data_sources.add_pandas("lake")


def load_library() -> None:
    """Import Great Expectations now, for example while something else waits for the network."""
    _context()


def _raised(exception_info: dict[str, Any] | None) -> str | None:
    """What an expectation raised, which is told by itself or under the metric that raised it."""
    found = exception_info or {}
    for info in (found, *found.values()):
        if isinstance(info, dict) and info.get("raised_exception"):
            return str(info.get("exception_message"))
    return None


def validate(table: Table, frame: pl.DataFrame, expected: Sequence[Expectation]) -> list[Outcome]:
    """Run these expectations on one month's rows (`body` and list columns may be absent).

    Returns one outcome per expectation, in the same order, with up to five failing rows.
    """
    import great_expectations as gx

    _, source = _context()
    data = _to_pandas(frame, table)
    name = f"{table.layer}_{table.name}"
    if name not in source.get_asset_names():
        source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("month")
    batch = source.get_asset(name).get_batch_definition("month").get_batch({"dataframe": data})
    suite = gx.ExpectationSuite(
        name=name,
        expectations=[
            getattr(gx.expectations, each.name)(**each.arguments, meta={"position": position})
            for position, each in enumerate(expected)
        ],
    )
    validation = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "partial_unexpected_count": 0}
    )
    outcomes: dict[int, Outcome] = {}
    for result in validation.results:
        position = result.expectation_config.meta["position"]
        if message := _raised(result.exception_info):
            raise RuntimeError(
                f"{name}: {expected[position].label} could not be evaluated: {message}"
            )
        details = result.result
        indexes = details.get("unexpected_index_list") or []
        rows = frame[[int(index) for index in indexes[:5]]].select(
            [column for column in frame.columns if table.column(column).type != Type.BINARY]
        )
        observed = details.get("observed_value")
        outcomes[position] = Outcome(
            expectation=expected[position],
            holds=bool(result.success),
            checked_count=int(details.get("element_count", frame.height)),
            failing_count=int(details.get("unexpected_count", 0 if result.success else 1)),
            observed_value=None if observed is None else float(observed),
            failing_rows=[
                {key: str(value)[:200] for key, value in row.items()}
                for row in rows.iter_rows(named=True)
            ],
        )
    return [outcomes[position] for position in range(len(expected))]
