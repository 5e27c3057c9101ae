"""What the definitions are: assets with all that is said about them, checks, edges, pools."""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
import pytest

from sz_assets.contracts import ALL_TABLES
from sz_assets.errors import UserError

LAYERS = ["raw", "core", "engagement", "analysis", "charts", "publish"]
SNAPSHOT = Path(__file__).with_name("asset_graph.json")
TABLES = {f"{table.layer}/{table.name}": table for table in ALL_TABLES}


@pytest.fixture(scope="session")
def graph(defs: dg.Definitions) -> dg.AssetGraph:
    return defs.resolve_asset_graph()


@pytest.fixture(scope="session")
def nodes(graph):
    return {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}


def test_loading_leaves_the_home_alone(defs, untouched: Path) -> None:
    assert not untouched.exists()


def test_a_wrong_study_is_told_plainly(tmp_path: Path) -> None:
    from sz_assets.definitions import build_defs
    from sz_assets.settings import Settings

    with pytest.raises(UserError, match="no study 'nowhere'"):
        build_defs(Settings.from_environment({"SZ_HOME": str(tmp_path), "SZ_STUDY": "nowhere"}))


def test_every_table_of_the_contracts_is_an_asset(nodes) -> None:
    layers = {name.split("/")[0] for name in nodes}
    assert layers == set(LAYERS)
    assert {name for name in nodes if not name.startswith(("charts/", "publish/"))} == set(TABLES)
    figures = [f"charts/figure_{number}" for number in range(1, 7)]
    tables = ["charts/table_1", "charts/table_2"]
    further = [
        *("charts/account_comparison", "charts/publishing_heatmap", "charts/lorenz"),
        *("charts/duration_likes", "charts/effects", "charts/claims"),
        *("charts/growth", "charts/age_trend"),
        *("charts/coding_reliability", "charts/category_prevalence"),
        "charts/category_specialisation",
    ]
    published = ["publish/report", "publish/warehouse", "publish/dictionary"]
    assert set(nodes) - set(TABLES) == {*figures, *tables, *further, *published}


def test_every_asset_says_what_it_is(nodes) -> None:
    for name, node in nodes.items():
        assert node.description, name
        assert node.owners, name
        assert node.kinds, name
        assert node.group_name == node.key.path[0] == name.split("/")[0]
        assert len(node.key.path) == 2, name
        assert node.is_executable, name


def test_every_table_shows_the_columns_of_its_contract(nodes) -> None:
    for name, table in TABLES.items():
        schema = nodes[name].metadata["dagster/column_schema"]
        schema = getattr(schema, "value", schema)
        assert [column.name for column in schema.columns] == table.column_names, name
        assert all(column.description for column in schema.columns), name
        assert [column.constraints.nullable for column in schema.columns] == [
            column.nullable for column in table.columns
        ], name


def test_every_asset_has_a_check_that_says_what_it_checks(graph, nodes) -> None:
    checked = {key.asset_key.to_user_string() for key in graph.asset_check_keys}
    assert checked == set(nodes)
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        if key.asset_key.path[0] != "engagement":
            # dbt's own tests are described by their names.
            assert spec.description, key
    blocking = {
        key.to_user_string() for key in graph.asset_check_keys if graph.get_check_spec(key).blocking
    }
    assert "raw/account_pages:hashes" in blocking
    assert "core/crawl_coverage:totals" in blocking
    assert "core/crawl_coverage:complete" in blocking
    assert {f"charts/figure_{number}:files" for number in range(1, 7)} <= blocking
    assert not any(name.endswith(":drift") for name in blocking)


def edges(nodes) -> dict[str, list[str]]:
    return {
        name: sorted(key.to_user_string() for key in node.parent_keys)
        for name, node in sorted(nodes.items())
    }


def test_the_graph_is_the_one_that_was_agreed_on(nodes) -> None:
    found = edges(nodes)
    if os.environ.get("SZ_RENEW_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    agreed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert found == agreed, (
        "The asset graph is another one than in asset_graph.json. If that is meant, run this test "
        "once with SZ_RENEW_SNAPSHOTS=1 and commit the file, so that the change is seen."
    )


def test_data_go_one_way(nodes) -> None:
    for name, parents in edges(nodes).items():
        for parent in parents:
            layers = [LAYERS.index(key.split("/")[0]) for key in (parent, name)]
            assert layers == sorted(layers), (parent, name)
            # Nothing downstream of core reads a raw page.
            assert not parent.startswith("raw/") or name.startswith("core/"), (parent, name)
    roots = [name for name, parents in edges(nodes).items() if not parents]
    assert roots == ["raw/account_pages", "raw/account_profiles"]


def test_a_backfill_of_any_asset_is_one_run(nodes) -> None:
    for name, node in nodes.items():
        assert node.backfill_policy == dg.BackfillPolicy.single_run(), name


def test_what_shares_a_host_or_a_file_shares_a_pool(nodes) -> None:
    for name, node in nodes.items():
        expected = {"raw": {"crawl"}, "core": set()}.get(name.split("/")[0], {"warehouse"})
        assert set(node.pools) == expected, name


def test_the_executor_is_the_one_that_imports_once(defs: dg.Definitions) -> None:
    assert defs.executor is dg.in_process_executor


def test_resources_can_be_replaced_by_their_role(untouched: Path) -> None:
    from sz_assets.definitions import build_defs
    from sz_assets.settings import Settings

    mine = object()
    settings = Settings.from_environment({"SZ_HOME": str(untouched)})
    built = build_defs(settings, {"platforms": mine})
    resources = built.get_repository_def().get_top_level_resources()
    assert set(resources) == {"study", "home", "lake", "coding", "marts", "platforms", "release"}
    assert resources["platforms"].resource_fn(None) is mine
