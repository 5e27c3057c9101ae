"""Asset checks made from the contracts: one per table and kind of property, per crawl month.

Here: how expectations become checks, with severity and evidence. Not here: what is expected
(`contracts`), judging it (`defs.judging`), or checks about files (`assets.charts`,
`assets.publish`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation

from sz_assets.contracts.evaluation import Outcome
from sz_assets.contracts.expectations import DESCRIPTIONS, Kind, kinds
from sz_assets.contracts.table import Severity, Table
from sz_assets.defs.describe import table_key
from sz_assets.defs.judging import Judged, judge
from sz_assets.defs.months import crawl_months, to_key
from sz_assets.kept import Kept

CheckEvents = Iterator[dg.Output[None] | AssetCheckEvaluation]
# Only these parts of a contract stop the assets downstream when they fail with BLOCK.
_BLOCKING_KINDS = (Kind.KEYS, Kind.MISSING_VALUES, Kind.VALUES, Kind.TOTALS)


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


def _evidence(outcomes: Sequence[Outcome], earlier_run_id: str | None) -> dict[str, Any]:
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
    if earlier_run_id is not None:
        evidence["judged by run"] = f"{earlier_run_id}, on the same rows"
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


def evaluations(
    specs: Sequence[dg.AssetCheckSpec], judged: Mapping[date, Judged]
) -> Iterator[AssetCheckEvaluation]:
    """What these checks of one table say of its months."""
    for month, found in judged.items():
        for spec in specs:
            ours = [each for each in found.outcomes if each.expectation.kind.value == spec.name]
            failed = [each for each in ours if not each.holds]
            blocks = any(each.expectation.severity is Severity.BLOCK for each in failed)
            yield evaluation(
                spec,
                month,
                passed=not failed,
                metadata=_evidence(ours, found.earlier_run_id),
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
    nothing_to_judge: Callable[[Any, date], str | None] = lambda reader, month: None,
) -> dg.AssetChecksDefinition:
    """The checks of several tables as one step.

    `reader_key` names the resource that is a `TableReader`. `nothing_to_judge` may say of a month
    why there is nothing to hold against the contracts.
    """
    specs = check_specs(tables, partitions, only)

    @dg.multi_asset_check(
        name=name,
        specs=specs,
        can_subset=True,
        required_resource_keys={reader_key, "home"},
        pool=pool,
    )
    def run_checks(context: dg.AssetCheckExecutionContext) -> CheckEvents:
        reader = getattr(context.resources, reader_key)
        kept = Kept(context.resources.home.kept)
        run_id = context.op_execution_context.run_id
        selected = context.op_execution_context.selected_asset_check_keys
        ours = {
            table: [
                spec
                for spec in specs
                if spec.asset_key == table_key(table) and spec.key in selected
            ]
            for table in tables
        }
        wanted = {
            table: [spec.name for spec in of_table] for table, of_table in ours.items() if of_table
        }
        with reader.opened():
            reasons = {month: nothing_to_judge(reader, month) for month in crawl_months(context)}
            months = [month for month, why in reasons.items() if why is None]
            for spec, (month, why) in product(specs, reasons.items()):
                if why is not None and spec.key in selected:
                    yield evaluation(spec, month, passed=True, metadata={}, description=why)
            for table, judged in judge(wanted, reader, months, kept, run_id):
                yield from evaluations(ours[table], judged)
        yield from check_outputs(specs, selected)

    return run_checks
