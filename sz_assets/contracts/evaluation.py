"""Running expectations with Great Expectations on months of a table.

Here: data in, outcomes out. Not here: what is expected (`contracts.expectations`), or how an
outcome is shown (`defs.checks`). The library is imported where it runs: it costs seconds.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from sz_assets.contracts.expectations import Expectation, difference_column
from sz_assets.contracts.table import SumsTo, Table, Type

_SHOWN_ROWS = 5


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


@dataclass(frozen=True)
class _Result:
    """What the library says of one expectation; `failing` are positions of rows."""

    holds: bool
    checked_count: int
    failing_count: int
    observed_value: float | None
    failing: list[int]


@cache
def _batch_definition() -> Any:
    """The library, set up once per process: nothing on disk, nothing sent anywhere.

    One definition does for every table, as rows are handed over with each validation; the library
    writes its settings anew for each one that is added.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # This module sets its own level, and would tell of a temporary folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    tables = context.data_sources.add_pandas("lake").add_dataframe_asset("tables")
    return tables.add_batch_definition_whole_dataframe("rows")


def validate(table: Table, frame: pl.DataFrame, expected: Sequence[Expectation]) -> list[Outcome]:
    """Run these expectations on one month's rows (`body` and list columns may be absent).

    Returns one outcome per expectation, in the same order, with up to five failing rows.
    """
    results = _evaluate(table, frame, expected)
    return [
        _outcome(table, frame, each, result) for each, result in zip(expected, results, strict=True)
    ]


def validate_months(
    table: Table, months: Mapping[date, tuple[pl.DataFrame, Sequence[Expectation]]]
) -> dict[date, list[Outcome]]:
    """`validate` for several months at once; each has its rows and its expectations.

    What is expected of single rows is evaluated on all months together, because an evaluation
    costs the library the same for ten rows and for ten thousand.
    """
    by_row = list(
        {
            each.label: each
            for _, expected in months.values()
            for each in expected
            if each.is_about_rows
        }.values()
    )
    if len(months) < 2 or "crawl_month" not in table.column_names:
        return {month: validate(table, *given) for month, given in months.items()}
    together = pl.concat([frame for frame, _ in months.values()])
    shared = {
        each.label: result
        for each, result in zip(by_row, _evaluate(table, together, by_row), strict=True)
    }
    outcomes: dict[date, list[Outcome]] = {}
    start = 0
    for month, (frame, expected) in months.items():
        own = [each for each in expected if not each.is_about_rows]
        results = {
            each.label: result
            for each, result in zip(own, _evaluate(table, frame, own), strict=True)
        }
        for label, result in shared.items():
            failing = [row - start for row in result.failing if start <= row < start + frame.height]
            results[label] = _Result(not failing, frame.height, len(failing), None, failing)
        outcomes[month] = [_outcome(table, frame, each, results[each.label]) for each in expected]
        start += frame.height
    return outcomes


def _evaluate(table: Table, frame: pl.DataFrame, expected: Sequence[Expectation]) -> list[_Result]:
    if not expected:
        return []
    definition = _batch_definition()
    import great_expectations as gx
    from great_expectations.validator.v1_validator import Validator

    from sz_assets.contracts.row_rules import ExpectRowsToKeepRules

    name = f"{table.layer}_{table.name}"
    by_row = [place for place, each in enumerate(expected) if each.is_about_rows]
    others = [place for place, each in enumerate(expected) if not each.is_about_rows]
    of_rows = [
        ExpectRowsToKeepRules(
            rules=[
                {"name": each.name, "arguments": each.arguments, "label": each.label}
                for each in (expected[place] for place in by_row)
            ],
            meta={"places": by_row},
        )
    ]
    suite = gx.ExpectationSuite(
        name=name,
        expectations=[
            *(of_rows if by_row else []),
            *(
                getattr(gx.expectations, expected[place].name)(
                    **expected[place].arguments, meta={"places": [place]}
                )
                for place in others
            ),
        ],
    )
    # What Batch.validate does, without making the batch twice.
    validator = Validator(
        definition,
        result_format={"result_format": "COMPLETE", "partial_unexpected_count": 0},
        batch_parameters={"dataframe": _to_pandas(frame, table, expected)},
    )
    results: dict[int, _Result] = {}
    for result in validator.validate_expectation_suite(suite).results:
        places = result.expectation_config.meta["places"]
        if message := _raised(result.exception_info):
            # Of the rules about rows, the message says which one it was.
            told = (
                "" if places == by_row else f"{expected[places[0]].label} could not be evaluated: "
            )
            raise RuntimeError(f"{name}: {told}{message}")
        if places == by_row:
            for place, failing in zip(by_row, result.result["observed_value"], strict=True):
                results[place] = _Result(not failing, frame.height, len(failing), None, failing)
        else:
            [place] = places
            results[place] = _result_of(result, frame.height)
    return [results[place] for place in range(len(expected))]


def _result_of(result: Any, height: int) -> _Result:
    """The library's result for one of its own expectations."""
    details = result.result
    observed = details.get("observed_value")
    return _Result(
        holds=bool(result.success),
        checked_count=int(details.get("element_count", height)),
        failing_count=int(details.get("unexpected_count", 0 if result.success else 1)),
        observed_value=None if observed is None else float(observed),
        failing=[int(row) for row in details.get("unexpected_index_list") or []],
    )


def _to_pandas(frame: pl.DataFrame, table: Table, expected: Sequence[Expectation]) -> Any:
    """The one seam where data become pandas: the library reads nothing else of ours.

    Only the columns that are spoken of go through it, and one where none is: the rows are counted.
    """
    sums = [
        (pl.col(rule.total) - pl.sum_horizontal(rule.parts)).alias(difference_column(rule))
        for rule in table.rules
        if isinstance(rule, SumsTo)
    ]
    spoken_of = {name for each in expected for name in each.columns}
    wide = frame.with_columns(sums)
    names = [name for name in wide.columns if name in spoken_of] or list(table.key[:1])
    return wide.select(names).to_pandas()


def _raised(exception_info: dict[str, Any] | None) -> str | None:
    """What an expectation raised, which is told by itself or under the metric that raised it."""
    found = exception_info or {}
    for info in (found, *found.values()):
        if isinstance(info, dict) and info.get("raised_exception"):
            return str(info.get("exception_message"))
    return None


def _outcome(
    table: Table, frame: pl.DataFrame, expectation: Expectation, result: _Result
) -> Outcome:
    return Outcome(
        expectation=expectation,
        holds=result.holds,
        checked_count=result.checked_count,
        failing_count=result.failing_count,
        observed_value=result.observed_value,
        failing_rows=_shown(table, frame, result.failing[:_SHOWN_ROWS]),
    )


def _shown(table: Table, frame: pl.DataFrame, places: list[int]) -> list[dict[str, str]]:
    if not places:
        return []
    shown = frame[places].select(
        [name for name in frame.columns if table.column(name).type != Type.BINARY]
    )
    return [
        {key: str(value)[:200] for key, value in row.items()} for row in shown.iter_rows(named=True)
    ]
