"""Between dbt and Dagster: marts as assets, tests as checks, and what a build said of them.

Here: what dagster-dbt would make of the manifest and the results, in the same words. Not here:
dbt itself (`defs.dbt`), or the step (`assets.engagement`). That library imports all of dbt, which
the process that leads a run never needs: this is a third of the time before the first step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from sz_assets.contracts import CORE_TABLES, ENGAGEMENT_TABLES
from sz_assets.contracts.table import Table
from sz_assets.defs.dbt import Result
from sz_assets.defs.describe import column_schema, table_key, table_spec

Manifest = Mapping[str, Any]
_TABLES = {table.name: table for table in (*CORE_TABLES, *ENGAGEMENT_TABLES)}
# By it a result of dbt finds its asset or check again.
_ID = "dagster_dbt/unique_id"


def mart_specs(manifest: Manifest) -> list[dg.AssetSpec]:
    """The asset of each model that is a table."""
    return [_mart_spec(manifest, node) for node in _marts(manifest)]


def mart_check_specs(manifest: Manifest) -> list[dg.AssetCheckSpec]:
    """The check that each test is."""
    return [
        dg.AssetCheckSpec(
            node["name"],
            asset=table_key(_tested(manifest, node)),
            description=node["description"],
            # What a test reads beside its table is built in the same step: no further edges.
            blocking=node["config"]["severity"].lower() == "error",
            metadata={_ID: node["unique_id"]},
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    ]


def chosen(
    manifest: Manifest, specs: Iterable[dg.AssetSpec | dg.AssetCheckSpec]
) -> tuple[str, ...]:
    """dbt's arguments for building these marts and running these tests and no others."""
    ids = (spec.metadata[_ID] for spec in specs)
    names = ("fqn:" + ".".join(manifest["nodes"][each]["fqn"]) for each in ids)
    return ("--select", " ".join(names), "--indirect-selection", "empty")


def told(
    manifest: Manifest, results: Sequence[Result], earlier_run_id: str | None = None
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Results of dbt as Dagster's: a mart that was built, a test that was run.

    A model that failed, and what was skipped because of it, has none: the step fails. The results
    may be those of an earlier run's build.
    """
    for result in results:
        node = manifest["nodes"][result.unique_id]
        metadata: dict[str, Any] = {
            "unique_id": result.unique_id,
            "invocation_id": result.invocation_id,
            "Execution Duration": result.seconds,
            "status": result.status,
        }
        if earlier_run_id is not None:
            metadata["built by run"] = f"{earlier_run_id}, of the same tables"
        if node["resource_type"] == "test" and result.status != "skipped":
            if result.failing_count:
                metadata["dagster_dbt/failed_row_count"] = result.failing_count
            is_warning = result.status == "warn"
            yield dg.AssetCheckResult(
                passed=result.status == "pass",
                asset_key=table_key(_tested(manifest, node)),
                check_name=node["name"],
                severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
                metadata=metadata,
            )
        elif node["name"] in _TABLES and result.status == "success":
            key = table_key(_TABLES[node["name"]])
            yield dg.Output(None, output_name=key.to_python_identifier(), metadata=metadata)


def _marts(manifest: Manifest) -> list[dict[str, Any]]:
    nodes = manifest["nodes"].values()
    return [each for each in nodes if each["resource_type"] == "model" and each["name"] in _TABLES]


def _mart_spec(manifest: Manifest, node: Mapping[str, Any]) -> dg.AssetSpec:
    table = _TABLES[node["name"]]
    relation = ".".join((node["database"], node["schema"], node["alias"]))
    return table_spec(
        table,
        {"dbt", "duckdb"},
        deps=sorted(_read_by(manifest, node), key=str),
        skippable=True,
        code_version=hashlib.sha1(node["raw_code"].encode(), usedforsecurity=False).hexdigest(),
    ).merge_attributes(
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/relation_identifier": f"warehouse.main.{table.name}",
            "dagster/table_name": relation,
            "dagster/storage_kind": "duckdb",
            "dagster-dbt/materialization_type": node["config"]["materialized"],
            "dagster_dbt/project_id": dg.MetadataValue.text(manifest["metadata"]["project_id"]),
            _ID: node["unique_id"],
        }
    )


def _read_by(manifest: Manifest, node: Mapping[str, Any]) -> set[dg.AssetKey]:
    """The tables that a model reads, itself or by models that are only parts of others."""
    keys: set[dg.AssetKey] = set()
    for unique_id in node["depends_on"]["nodes"]:
        parent = _node(manifest, unique_id)
        if parent["name"] in _TABLES:
            keys.add(table_key(_TABLES[parent["name"]]))
        else:
            keys |= _read_by(manifest, parent)
    return keys


def _tested(manifest: Manifest, node: Mapping[str, Any]) -> Table:
    """The table that a test is about: the one it names, the one it reads, or where it stands."""
    if named := node["config"]["meta"].get("dagster", {}).get("ref"):
        return _TABLES[named["name"]]
    reads = node["depends_on"]["nodes"]
    [unique_id] = reads if len(reads) == 1 else [node["attached_node"]]
    return _TABLES[_node(manifest, unique_id)["name"]]


def _node(manifest: Manifest, unique_id: str) -> dict[str, Any]:
    found: dict[str, Any] = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
    return found
