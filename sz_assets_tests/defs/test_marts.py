"""Marts and dbt's tests as Dagster shows them, held against dagster-dbt's own reading of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pytest

from sz_assets.contracts import ENGAGEMENT_TABLES
from sz_assets.defs import dbt
from sz_assets.defs.dbt import Result
from sz_assets.defs.describe import table_key
from sz_assets.defs.marts import chosen, mart_check_specs, mart_specs, told

CHECK = "fct_account_month_key_is_unique"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dbt.read_manifest()


@pytest.fixture(scope="module")
def theirs(
    manifest: dict[str, Any],
) -> tuple[dict[dg.AssetKey, dg.AssetSpec], dict[dg.AssetCheckKey, dg.AssetCheckSpec]]:
    """Assets and checks as dagster-dbt makes them, with our keys."""
    from dagster_dbt import DagsterDbtTranslator
    from dagster_dbt.asset_utils import build_dbt_specs

    class Translator(DagsterDbtTranslator):
        def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
            is_source = dbt_resource_props["resource_type"] == "source"
            layer = "core" if is_source else "engagement"
            return dg.AssetKey([layer, dbt_resource_props["name"]])

    assets, checks = build_dbt_specs(
        translator=Translator(),
        manifest=manifest,
        select="resource_type:model resource_type:test",
        exclude="",
        selector="",
        io_manager_key=None,
        project=None,
    )
    return {spec.key: spec for spec in assets}, {spec.key: spec for spec in checks}


def test_every_mart_is_an_asset_with_the_edges_that_dagster_dbt_finds(manifest, theirs) -> None:
    ours = {spec.key: spec for spec in mart_specs(manifest)}
    assert set(ours) == set(theirs[0]) == {table_key(table) for table in ENGAGEMENT_TABLES}
    for key, spec in ours.items():
        other = theirs[0][key]
        assert {dep.asset_key for dep in spec.deps} == {dep.asset_key for dep in other.deps}, key
        assert (spec.code_version, spec.skippable) == (other.code_version, True)
        assert spec.kinds == other.kinds
        for name in (
            *("dagster-dbt/materialization_type", "dagster/storage_kind", "dagster/table_name"),
            *("dagster_dbt/project_id", "dagster_dbt/unique_id"),
        ):
            assert spec.metadata[name] == other.metadata[name], (key, name)


def test_every_test_is_a_check_of_the_asset_that_dagster_dbt_gives_it_to(manifest, theirs) -> None:
    ours = {spec.key: spec for spec in mart_check_specs(manifest)}
    assert set(ours) == set(theirs[1])
    for key, spec in ours.items():
        assert (spec.blocking, spec.metadata) == (theirs[1][key].blocking, theirs[1][key].metadata)
        assert spec.description, key


def test_a_test_that_only_warns_blocks_nothing(manifest) -> None:
    node = _node(manifest, CHECK)
    softer = {**node, "config": {**node["config"], "severity": "WARN"}}
    changed = {**manifest, "nodes": {**manifest["nodes"], node["unique_id"]: softer}}
    blocking = {spec.name: spec.blocking for spec in mart_check_specs(changed)}
    assert [name for name, blocks in blocking.items() if not blocks] == [CHECK]


def test_the_definitions_are_made_without_loading_dbt(tmp_path) -> None:
    """It takes a third of the time before a run's first step."""
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]"]


_BUILD = """
import sys
from sz_assets.definitions import build_defs
from sz_assets.settings import Settings
build_defs(Settings.from_environment({"SZ_HOME": sys.argv[1]})).resolve_job_def("month")
slow = ("dbt", "dagster_dbt", "great_expectations", "altair", "scipy")
print([name for name in slow if name in sys.modules])
"""


def test_what_is_chosen_is_named_and_nothing_comes_with_it(manifest) -> None:
    mart = dg.AssetKey(["engagement", "dim_account"])
    check = dg.AssetCheckKey(dg.AssetKey(["engagement", "fct_account_month"]), CHECK)
    specs = (*mart_specs(manifest), *mart_check_specs(manifest))
    assert chosen(manifest, [spec for spec in specs if spec.key in (mart, check)]) == (
        "--select",
        f"fqn:sz_assets.marts.dim_account fqn:sz_assets.marts.{CHECK}",
        "--indirect-selection",
        "empty",
    )


def _node(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    [found] = [node for node in manifest["nodes"].values() if node["name"] == name]
    return dict(found)


def _result(manifest: Mapping[str, Any], name: str, status: str, failing: int = 0) -> Result:
    return Result(_node(manifest, name)["unique_id"], status, 0.25, failing, "one build")


def test_a_built_mart_is_an_output(manifest) -> None:
    [output] = told(manifest, [_result(manifest, "dim_account", "success")])
    assert isinstance(output, dg.Output)
    assert output.output_name == "engagement__dim_account"
    assert {name: each.value for name, each in output.metadata.items()} == {
        "unique_id": "model.sz_assets.dim_account",
        "invocation_id": "one build",
        "Execution Duration": 0.25,
        "status": "success",
    }


@pytest.mark.parametrize(
    ("status", "failing", "passed", "severity"),
    [
        ("pass", 0, True, "ERROR"),
        ("fail", 3, False, "ERROR"),
        ("warn", 3, False, "WARN"),
        ("error", 0, False, "ERROR"),
    ],
)
def test_a_test_that_was_run_is_a_check(manifest, status, failing, passed, severity) -> None:
    [check] = told(manifest, [_result(manifest, CHECK, status, failing)])
    assert isinstance(check, dg.AssetCheckResult)
    assert check.asset_key == dg.AssetKey(["engagement", "fct_account_month"])
    assert (check.check_name, check.passed) == (CHECK, passed)
    assert check.severity is dg.AssetCheckSeverity[severity]
    metadata = check.metadata
    assert metadata is not None
    assert metadata["status"] == dg.MetadataValue.text(status)
    failed_rows = dg.MetadataValue.int(failing) if failing else None
    assert metadata.get("dagster_dbt/failed_row_count") == failed_rows


@pytest.mark.parametrize(
    ("name", "status"), [("dim_account", "error"), ("dim_account", "skipped"), (CHECK, "skipped")]
)
def test_what_was_not_done_has_no_result(manifest, name, status) -> None:
    assert list(told(manifest, [_result(manifest, name, status)])) == []


def test_what_an_earlier_run_built_says_so(manifest) -> None:
    results = [_result(manifest, "dim_account", "success"), _result(manifest, CHECK, "pass")]
    for each in told(manifest, results, "earlier"):
        assert each.metadata is not None
        told_by = each.metadata["built by run"]
        assert told_by == dg.MetadataValue.text("earlier, of the same tables")
