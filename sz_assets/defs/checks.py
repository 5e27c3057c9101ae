"""Asset checks made from the contracts: one per table and kind of property, per crawl month.

Here: how expectations become checks, with severity and evidence. Not here: what is expected
(`contracts`), or checks about files (`assets.charts`, `assets.publish`).
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

import dagster as dg
import polars as pl
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation

from sz_assets.contracts.evaluation import Outcome, validate_months
from sz_assets.contracts.expectations import DESCRIPTIONS, Kind, expectations, kinds
from sz_assets.contracts.table import Severity, Table
from sz_assets.defs.describe import table_key
from sz_assets.defs.months import crawl_months, to_key

CheckEvents = Iterator[dg.Output[None] | AssetCheckEvaluation]
# Only these parts of a contract stop the assets downstream when they fail with BLOCK.
_BLOCKING_KINDS = (Kind.KEYS, Kind.MISSING_VALUES, Kind.VALUES, Kind.TOTALS)


class TableReader(Protocol):
    """Where checks get a table's rows from: the lake or the warehouse."""

    def opened(self) -> AbstractContextManager[Any]:
        """Held while several tables are read."""
        ...

    def rows(self, table: Table, crawl_month: date) -> pl.DataFrame:
        """The month's rows; columns that no expectation needs may be absent."""
        ...

    def previous_row_count(self, table: Table, crawl_month: date) -> int | None:
        """Rows of the newest stored month before this one; None if there is none."""
        ...


def evaluation(
    spec: dg.AssetCheckSpec,
    month: date | None,
    passed: bool,
    metadata: dict[str, Any],
    description: str,
    severity: Severity = Severity.BLOCK,
) -> AssetCheckEvaluation:
    """The outcome of one check for one month.

    It is the evaluation itself and not an AssetCheckResult, because the latter can't say which
    month of a range it speaks of.
    """
    return AssetCheckEvaluation(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=passed,
        metadata=metadata,
        severity=(
            dg.AssetCheckSeverity.ERROR
            if severity is Severity.BLOCK
            else dg.AssetCheckSeverity.WARN
        ),
        description=description,
        blocking=spec.blocking,
        partition=None if month is None else to_key(month),
    )


def _summary(outcomes: Sequence[Outcome]) -> str:
    failed = [outcome for outcome in outcomes if not outcome.holds]
    if not failed:
        return f"All {len(outcomes)} expectations hold."
    first = failed[0]
    number = (
        f"found {first.observed_value:g}"
        if first.observed_value is not None
        else f"{first.failing_count} of {first.checked_count} values fail"
    )
    return (
        f"{len(failed)} of {len(outcomes)} expectations fail; first: {first.expectation.label}, "
        f"{number}."
    )


def _evidence(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rows = [
        dg.TableRecord(
            {
                "expectation": outcome.expectation.label[:300],
                "holds": outcome.holds,
                "severity": outcome.expectation.severity.value,
                "checked": outcome.checked_count,
                "failing": outcome.failing_count,
                "observed": "" if outcome.observed_value is None else f"{outcome.observed_value:g}",
            }
        )
        for outcome in outcomes
    ]
    samples = {
        outcome.expectation.label[:300]: outcome.failing_rows
        for outcome in outcomes
        if outcome.failing_rows
    }
    # Numbers of their own, so that the UI can plot them over the months.
    evidence: dict[str, Any] = {
        "expectation_count": len(outcomes),
        "failing_value_count": sum(outcome.failing_count for outcome in outcomes),
    }
    if rows:
        evidence["expectations"] = dg.MetadataValue.table(rows)
    if samples:
        evidence["failing rows (up to 5 each)"] = dg.MetadataValue.json(samples)
    return evidence


def check_specs(
    tables: Sequence[Table],
    partitions: dg.PartitionsDefinition[str],
    only: Sequence[Kind] = tuple(Kind),
) -> list[dg.AssetCheckSpec]:
    """One check per table and kind of property that its contract speaks of."""
    return [
        dg.AssetCheckSpec(
            kind.value,
            asset=table_key(table),
            description=DESCRIPTIONS[kind],
            blocking=kind in _BLOCKING_KINDS,
            partitions_def=partitions,
        )
        for table in tables
        for kind in kinds(table)
        if kind in only
    ]


def check_outputs(
    specs: Collection[dg.AssetCheckSpec], selected: Collection[dg.AssetCheckKey]
) -> Iterator[dg.Output[None]]:
    """What Dagster waits for before it lets blocked assets go on: one output per check."""
    for spec in specs:
        if spec.key in selected:
            yield dg.Output(None, output_name=spec.get_python_identifier())


def evaluate_table(
    specs: Sequence[dg.AssetCheckSpec], table: Table, reader: TableReader, months: Sequence[date]
) -> Iterator[AssetCheckEvaluation]:
    """Run the expectations behind these checks of one table on all months of a run."""
    kinds_wanted = {spec.name for spec in specs}
    given = {}
    for month in months:
        expected = expectations(table, reader.previous_row_count(table, month))
        wanted = [each for each in expected if each.kind.value in kinds_wanted]
        given[month] = (reader.rows(table, month), wanted)
    for month, outcomes in validate_months(table, given).items():
        for spec in specs:
            ours = [each for each in outcomes if each.expectation.kind.value == spec.name]
            failed = [each for each in ours if not each.holds]
            blocks = any(each.expectation.severity is Severity.BLOCK for each in failed)
            yield evaluation(
                spec,
                month,
                passed=not failed,
                metadata=_evidence(ours),
                description=_summary(ours) if ours else "No earlier month to compare with.",
                severity=Severity.BLOCK if blocks or not failed else Severity.WARN,
            )


def table_checks(
    name: str,
    tables: Sequence[Table],
    partitions: dg.PartitionsDefinition[str],
    reader_key: str,
    *,
    only: Sequence[Kind] = tuple(Kind),
    pool: str | None = None,
) -> dg.AssetChecksDefinition:
    """The checks of several tables as one step.

    `reader_key` names the resource that is a `TableReader`.
    """
    specs = check_specs(tables, partitions, only)

    @dg.multi_asset_check(
        name=name, specs=specs, can_subset=True, required_resource_keys={reader_key}, pool=pool
    )
    def run_checks(context: dg.AssetCheckExecutionContext) -> CheckEvents:
        reader = getattr(context.resources, reader_key)
        selected = context.op_execution_context.selected_asset_check_keys
        with reader.opened():
            for table in tables:
                ours = [
                    spec
                    for spec in specs
                    if spec.asset_key == table_key(table) and spec.key in selected
                ]
                if ours:
                    yield from evaluate_table(ours, table, reader, crawl_months(context))
        yield from check_outputs(specs, selected)

    return run_checks
