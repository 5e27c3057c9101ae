"""The engagement layer: dbt's marts as assets, dbt's tests as their checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sz_assets import crew
from sz_assets.contracts import ENGAGEMENT_TABLES
from sz_assets.contracts.expectations import Kind
from sz_assets.defs import dbt
from sz_assets.defs.analyses import load_libraries
from sz_assets.defs.building import build_marts
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import table_key
from sz_assets.defs.failures import tried_twice
from sz_assets.defs.marts import chosen, mart_check_specs, mart_specs, told
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.study import Study

POOL = "warehouse"


def engagement_assets(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """All marts as one step: dbt builds them together, in its own order."""
    manifest = dbt.read_manifest()
    specs = mart_specs(manifest)
    checks = mart_check_specs(manifest)
    every_spec: list[dg.AssetSpec | dg.AssetCheckSpec] = [*specs, *checks]

    @dg.multi_asset(
        name="marts",
        specs=specs,
        check_specs=checks,
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"home", "study", "marts"},
        pool=POOL,
    )
    def marts(context: dg.AssetExecutionContext) -> Iterator[Any]:
        study: Study = context.resources.study
        months = tuple(crawl_months(context))
        selection: tuple[str, ...] = ()
        if context.is_subset:
            keys = {*context.selected_asset_keys, *context.selected_asset_check_keys}
            selection = chosen(manifest, [spec for spec in every_spec if spec.key in keys])
        task = dbt.Task(context.resources.home, months, study.sample.top, selection)
        # Of this step the crew has no part; what it loads now, it has for the next.
        crew.prepare(load_libraries)
        with tried_twice(pause_seconds=2):
            built = build_marts(task, context.run_id)
            if built.failure is None:
                _add_row_counts(context)
            yield from told(manifest, built.results, built.earlier_run_id)
            if built.failure:
                raise built.failure

    return marts


def _add_row_counts(context: dg.AssetExecutionContext) -> None:
    for table in ENGAGEMENT_TABLES:
        key = table_key(table)
        if key not in context.selected_asset_keys:
            continue
        counts = context.resources.marts.row_counts(table)
        for month in crawl_months(context):
            context.add_asset_metadata(
                {"dagster/row_count": counts.get(month, counts.get(None, 0))},
                asset_key=key,
                partition_key=to_key(month),
            )


def engagement_checks(partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    """Ranges and drift of the marts; keys, missing values and totals are dbt's own tests."""
    return table_checks(
        "check_marts",
        ENGAGEMENT_TABLES,
        partitions,
        reader_key="marts",
        only=(Kind.VALUES, Kind.DRIFT),
        pool=POOL,
    )
