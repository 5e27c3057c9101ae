"""The engagement layer: dbt's marts as assets, dbt's tests as their checks."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from sz_assets.contracts import CORE_TABLES, ENGAGEMENT_TABLES
from sz_assets.contracts.expectations import Kind
from sz_assets.contracts.table import Table
from sz_assets.defs import dbt
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import OWNERS, column_schema, describe, table_key
from sz_assets.defs.failures import tried_twice
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.study import Study

POOL = "warehouse"
_SELECT = "resource_type:model resource_type:test"
_TABLES = {table.name: table for table in (*CORE_TABLES, *ENGAGEMENT_TABLES)}


def engagement_assets(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """All marts as one step: dbt builds them together, in its own order."""
    from dagster_dbt import DagsterDbtTranslator, dbt_assets
    from dagster_dbt.asset_utils import get_subset_selection_for_context
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

    manifest = dbt.read_manifest()

    class Translator(DagsterDbtTranslator):
        """Keys, groups and descriptions from the contracts instead of from dbt's file tree."""

        def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
            return table_key(_table_behind(manifest, dbt_resource_props))

        def get_asset_spec(
            self, manifest: Mapping[str, Any], unique_id: str, project: Any
        ) -> dg.AssetSpec:
            spec = super().get_asset_spec(manifest, unique_id, project)
            table = _TABLES[spec.key.path[-1]]
            return spec.replace_attributes(
                description=describe(table),
                group_name=table.layer,
                owners=OWNERS,
                kinds={"dbt", "duckdb"},
            ).merge_attributes(
                metadata={
                    "dagster/column_schema": column_schema(table),
                    "dagster/relation_identifier": f"warehouse.main.{table.name}",
                }
            )

        def get_asset_check_spec(
            self,
            asset_spec: dg.AssetSpec,
            manifest: Mapping[str, Any],
            unique_id: str,
            project: Any,
        ) -> dg.AssetCheckSpec | None:
            spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
            # What a test reads beside its table is built in the same step.
            return spec and dg.AssetCheckSpec(
                spec.name,
                asset=spec.asset_key,
                description=manifest["nodes"][unique_id]["description"],
                blocking=spec.blocking,
                metadata=spec.metadata,
            )

    translator = Translator()

    @dbt_assets(
        name="marts",
        manifest=manifest,
        select=_SELECT,
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        dagster_dbt_translator=translator,
        required_resource_keys={"home", "study", "marts"},
        pool=POOL,
    )
    def marts(context: dg.AssetExecutionContext) -> Iterator[Any]:
        study: Study = context.resources.study
        months = crawl_months(context)
        selection: list[str] = []
        if context.is_subset:
            selection, indirect = get_subset_selection_for_context(
                context, manifest, _SELECT, "", "", translator, None
            )
            selection = [*selection, "--indirect-selection", indirect or "eager"]
        with tried_twice(pause_seconds=2):
            built = dbt.build(context.resources.home, months, study.sample.top, selection)
            if built.failure is None:
                _add_row_counts(context)
            for event in built.events:
                message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
                yield from message.to_default_asset_events(
                    manifest, dagster_dbt_translator=translator, context=context
                )
            if built.failure:
                raise built.failure

    return marts


def _table_behind(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> Table:
    """The table that a dbt node is or, for a model that is only a part of others, stands on."""
    if node["name"] in _TABLES:
        return _TABLES[node["name"]]
    parent = node["depends_on"]["nodes"][0]
    return _table_behind(manifest, {**manifest["sources"], **manifest["nodes"]}[parent])


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
