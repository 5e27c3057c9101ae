"""The export for Superset: whole, consistent with the contracts, and the same every time."""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.errors import UserError
from sz_assets.publish.superset import write_superset
from sz_assets.publish.superset.charts import CHARTS, TABLE
from sz_assets.publish.superset.datasets import dataset_columns
from sz_assets_tests.bundled import shenzhen

WAREHOUSE = "/data/published/current/warehouse.duckdb"
STUDY = shenzhen()
Files = dict[str, Any]


def written(target: Path, warehouse: str = WAREHOUSE, simulated: bool = True) -> Path:
    return write_superset(target, warehouse=warehouse, study=STUDY, simulated=simulated)


def read(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {
            name: yaml.load(archive.read(name), yaml.CSafeLoader) for name in archive.namelist()
        }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    target = tmp_path_factory.mktemp("superset") / "superset.zip"
    return read(written(target))


def part(files: Files, folder: str) -> list[dict[str, Any]]:
    return [content for name, content in files.items() if f"/{folder}/" in name]


def test_the_same_release_gives_the_same_bytes_and_always_the_same_ids(tmp_path: Path) -> None:
    one = written(tmp_path / "1.zip")
    two = written(tmp_path / "2.zip")
    other = written(tmp_path / "3.zip", "/elsewhere.duckdb", simulated=False)
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()
    assert [(name, content.get("uuid")) for name, content in read(one).items()] == [
        (name, content.get("uuid")) for name, content in read(other).items()
    ]


def test_it_has_one_root_and_no_type_that_one_import_would_refuse(files: Files) -> None:
    assert {name.split("/")[0] for name in files} == {"sz_assets_superset"}
    assert set(files["sz_assets_superset/metadata.yaml"]) == {"version", "timestamp"}
    ids = [content["uuid"] for content in files.values() if "uuid" in content]
    assert len(set(ids)) == len(ids) == 2 + len(PUBLISHED_TABLES) + len(CHARTS)


def test_the_connection_reads_only_this_file(files: Files) -> None:
    [database] = part(files, "databases")
    assert database["sqlalchemy_uri"] == (
        f"duckdb:///{WAREHOUSE}?access_mode=read_only&enable_external_access=false"
    )
    allowed = [key for key in database if key.startswith("allow_") and database[key]]
    assert allowed == []


def test_a_path_that_no_address_can_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="question mark"):
        written(tmp_path / "no.zip", "/what?/w.duckdb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("table", PUBLISHED_TABLES, ids=lambda table: table.name)
def test_a_dataset_has_the_columns_of_its_contract(files: Files, table) -> None:
    [found] = [d for d in part(files, "datasets") if d["table_name"] == table.name]
    columns = {column["column_name"]: column for column in found["columns"]}
    assert list(columns) == dataset_columns(table, STUDY)
    for column in table.columns:
        assert column.description in columns[column.name]["description"]
        assert columns[column.name]["is_dttm"] == (column.type.value in ("date", "timestamp"))
    for one in (*found["columns"], *found["metrics"]):
        assert re.search(r"[\u4e00-\u9fff].* [a-z]", one["verbose_name"]), one
    assert found["main_dttm_col"] is None or columns[found["main_dttm_col"]]["is_dttm"]
    assert len({m["metric_name"] for m in found["metrics"]}) == len(found["metrics"])
    assert all(metric["description"] for metric in found["metrics"])


def test_ids_have_words_in_both_languages_and_an_unknown_id_stays(files: Files) -> None:
    rows = {
        "category_engagement": (
            "secondary_category_label",
            "'natural'",
            "自然环境 Natural Environment",
        ),
        "category_prevalence": ("category_label", "'natural'", "自然环境 Natural Environment"),
        "breakout_videos": (
            "breakout_kind_label",
            "'grown'",
            "点赞至少翻倍 likes at least doubled",
        ),
        "fct_account_month": ("coverage_verdict_label", "'truncated'", "被截断 truncated"),
        "claim_tests": ("verdict_label", "'undecided'", "未定 undecided"),
        "coding_reliability": ("verdict_label", "'unknown'", "未知 unknown"),
        "paper_comparison": ("verdict_label", "'differs'", "有差异 differs"),
    }
    for table, (name, value, words) in rows.items():
        [found] = [d for d in part(files, "datasets") if d["table_name"] == table]
        [column] = [c for c in found["columns"] if c["column_name"] == name]
        base = name.removesuffix("_label")
        asked = "select {} from (select {} as {}, 'secondary' as category_level)"
        with closing(duckdb.connect()) as connection:
            for given, wanted in ((value, words), ("'new one''s'", "new one's"), ("null", None)):
                query = asked.format(column["expression"], given, base)
                assert connection.execute(query).fetchone() == (wanted,)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
def test_a_chart_asks_only_for_what_its_dataset_has(files: Files, chart) -> None:
    [found] = [c for c in part(files, "charts") if c["uuid"] == chart.uuid]
    [data] = [d for d in part(files, "datasets") if d["uuid"] == found["dataset_uuid"]]
    columns = {column["column_name"] for column in data["columns"]}
    [query] = json.loads(found["query_context"])["queries"]
    wanted = {*query["columns"], *(one["col"] for one in query["filters"])}
    if chart.order:
        wanted.add(chart.order)
    assert wanted <= columns
    assert set(query.get("metrics", ())) <= {metric["metric_name"] for metric in data["metrics"]}
    # A caption is the platform's text and must stay text.
    assert chart.kind != TABLE or found["params"]["allow_render_html"] is False


def test_every_chart_stands_on_the_dashboard_once(files: Files) -> None:
    [dashboard] = part(files, "dashboards")
    position = dashboard["position"]
    placed = [p["meta"]["uuid"] for key, p in position.items() if key.startswith("CHART-")]
    assert sorted(placed) == sorted(chart.uuid for chart in CHARTS)
    for row in (p for key, p in position.items() if key.startswith("ROW-")):
        assert sum(position[child]["meta"]["width"] for child in row["children"]) <= 12
        assert all(position[child]["parents"][-1] == row["id"] for child in row["children"])


def test_filters_reach_exactly_the_charts_that_have_their_column(files: Files) -> None:
    [dashboard] = part(files, "dashboards")
    numbers = {
        p["meta"]["chartId"]: p["meta"]["uuid"]
        for key, p in dashboard["position"].items()
        if key.startswith("CHART-")
    }
    tables = {table.name: dataset_columns(table, STUDY) for table in PUBLISHED_TABLES}
    filters = dashboard["metadata"]["native_filter_configuration"]
    assert [one["targets"][0]["column"]["name"] for one in filters] == [
        "month",
        "account",
        "population",
    ]
    for one in filters:
        column = one["targets"][0]["column"]["name"]
        excluded = {numbers[number] for number in one["scope"]["excluded"]}
        for chart in CHARTS:
            reached = column in tables[chart.table] and not (column == "month" and chart.all_months)
            assert (chart.uuid not in excluded) == reached, (column, chart.key)


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_say_so_and_real_data_do_not(tmp_path: Path, simulated: bool) -> None:
    target = tmp_path / "superset.zip"
    made = read(written(target, simulated=simulated))
    [dashboard] = part(made, "dashboards")
    told = [
        dashboard["dashboard_title"],
        dashboard["position"]["MARKDOWN-header"]["meta"]["code"],
        *(chart["description"] or "" for chart in part(made, "charts")),
        *(one["description"] for one in part(made, "datasets")),
    ]
    assert {"模拟数据 Simulated data" in text for text in told} == {simulated}
