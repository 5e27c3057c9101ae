"""The exported dashboard in a real Superset 6.1: imported, asked, looked at, never in the way."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from superset_page import COUNTER, look
from superset_server import USER, Superset, superset_server

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import comment_of
from sz_assets.publish.release import publish
from sz_assets.publish.superset import write_superset
from sz_assets.publish.superset.charts import CHARTS
from sz_assets.publish.superset.dashboard import SLUG
from sz_assets.publish.superset.naming import fixed_id
from sz_assets.storage import Home
from sz_assets_tests.bundled import shenzhen

pytestmark = pytest.mark.slow

KINDS = ("database", "dataset", "chart", "dashboard")
NEWEST = {"col": "month", "op": "IN", "val": ["2023-10"]}
STUDY = shenzhen()
# How charts call what tables hold as ids.
WORDS = {
    "reproduced": "复现 reproduced",
    "differs": "有差异 differs",
    "contradicted": "相悖 contradicted",
    "not_testable": "无法检验 not testable",
    **{second.id: f"{second.name.zh} {second.name.en}" for _, second in STUDY.codebook.secondary},
}
EVERY_VIDEO = {"col": "population", "op": "IN", "val": ["all"]}


@pytest.fixture(scope="module")
def home(published_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the published home, for publishing again."""
    folder = tmp_path_factory.mktemp("superset-home") / "home"
    return Home(shutil.copytree(published_home.root, folder, symlinks=True))


@pytest.fixture(scope="module")
def export(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = str(home.current / "warehouse.duckdb")
    target = tmp_path_factory.mktemp("export") / "superset.zip"
    return write_superset(target, warehouse=warehouse, study=STUDY, simulated=True)


@pytest.fixture(scope="module")
def superset(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    with superset_server(tmp_path_factory.mktemp("superset")) as server:
        server.take_in("/assets/import/", export)
        yield server


def everything(superset: Superset) -> dict[str, dict[str, int]]:
    return {kind: superset.ids(kind) for kind in KINDS}


def of_dashboard(key: str) -> list[dict[str, Any]]:
    """The filters that the dashboard starts with, as far as they reach the chart."""
    [chart] = [chart for chart in CHARTS if chart.key == key]
    [table] = [table for table in PUBLISHED_TABLES if table.name == chart.table]
    month = [] if chart.all_months else [NEWEST]
    return month + ([EVERY_VIDEO] if "population" in table.column_names else [])


def answer(superset: Superset, key: str) -> list[dict[str, Any]]:
    return superset.rows(superset.ids("chart")[fixed_id("chart", key)], *of_dashboard(key))


def in_duckdb(home: Home, query: str) -> list[tuple[Any, ...]]:
    path = str(home.current.resolve() / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return connection.execute(query).fetchall()


def in_sql_lab(superset: Superset, statement: str) -> httpx.Response:
    [database] = superset.ids("database").values()
    asked = {"database_id": database, "sql": statement, "schema": "main"}
    return superset.client.post("/sqllab/execute/", json=asked)


def test_importing_again_by_either_way_doubles_nothing(superset: Superset, export: Path) -> None:
    first = everything(superset)
    assert [len(first[kind]) for kind in KINDS] == [1, len(PUBLISHED_TABLES), len(CHARTS), 1]
    superset.take_in("/assets/import/", export)
    assert everything(superset) == first
    superset.take_in("/dashboard/import/", export, overwrite="true")
    assert everything(superset) == first
    [dashboard] = first["dashboard"].values()
    drawn = superset.get(f"/dashboard/{dashboard}/charts")["result"]
    assert {one["id"] for one in drawn} == set(first["chart"].values())


def test_each_column_says_what_it_means(superset: Superset) -> None:
    ids = superset.ids("dataset")
    for table in PUBLISHED_TABLES:
        dataset = superset.get(f"/dataset/{ids[fixed_id('dataset', table.name)]}")["result"]
        found = {column["column_name"]: column["description"] for column in dataset["columns"]}
        assert all(found.values()), table.name
        assert {c.name: found[c.name] for c in table.columns} == {
            c.name: comment_of(c) for c in table.columns
        }


def test_superset_sees_the_columns_of_the_release_itself(superset: Superset) -> None:
    [database] = superset.ids("database").values()
    seen = superset.get(f"/database/{database}/table_metadata/?name=fct_video_month&schema=main")
    [table] = [table for table in PUBLISHED_TABLES if table.name == "fct_video_month"]
    assert [column["name"] for column in seen["columns"]] == table.column_names


def test_every_chart_answers(superset: Superset) -> None:
    # Nobody has coded these videos twice, but the categories of the machine are there.
    assert {chart.key: len(answer(superset, chart.key)) > 0 for chart in CHARTS} == {
        chart.key: True for chart in CHARTS
    }


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("followers_total", "select sum(follower_count) from fct_account_month where {month}"),
        (
            "followers",
            "select concat_ws(' ', name_zh, name_en), follower_count from fct_account_month "
            "join dim_account using (account_id) where {month}",
        ),
        (
            "median_likes",
            "select any_value(concat_ws(' ', name_zh, name_en)), median(like_count) "
            "from fct_video_month join dim_account using (account_id) "
            "where {month} group by account_id",
        ),
        (
            "years",
            "select published_year, count(*) from fct_video_month where {month} group by all",
        ),
        (
            "categories",
            "select secondary_category, video_share_ratio, like_share_ratio "
            "from category_engagement where {month}",
        ),
        ("comparison", "select verdict, count(*) from paper_comparison where {month} group by all"),
    ],
)
def test_numbers_are_those_of_duckdb(superset: Superset, home: Home, key: str, query: str) -> None:
    expected = in_duckdb(home, query.format(month="crawl_month = date '2023-10-01'"))
    expected = [(WORDS.get(first, first), *others) for first, *others in expected]
    rows = [tuple(row.values()) for row in answer(superset, key)]
    assert len(rows) == len(expected)
    for got, wanted in zip(sorted(rows), sorted(expected), strict=True):
        assert got == pytest.approx(wanted) if len(got) == 1 else got[0] == wanted[0]
        assert got[1:] == pytest.approx(wanted[1:])


def test_two_months_are_never_added_up(superset: Superset) -> None:
    chart = superset.ids("chart")[fixed_id("chart", "followers_total")]
    [row] = superset.rows(chart)
    assert list(row.values()) == [None]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("delete from dim_account", "DML"),
        ("create table mine as select 1 as one", "DML"),
        ("select * from read_text('/etc/hostname')", "disabled by configuration"),
        ("attach '/nowhere.duckdb' as other", "disabled by configuration"),
        ("set enable_external_access = true", "Cannot enable external access"),
    ],
)
def test_nothing_can_be_written_or_read_elsewhere(
    superset: Superset, statement: str, reason: str
) -> None:
    refused = in_sql_lab(superset, statement)
    assert refused.status_code >= 400
    assert reason in refused.text, refused.text


def test_sql_lab_reads_the_release_without_any_right_to_write(
    superset: Superset, home: Home
) -> None:
    """Or the refusals beside this would show nothing, or only Superset's own."""
    query = "select account_id from dim_account order by account_id"
    answered = in_sql_lab(superset, query)
    assert answered.status_code == 200, answered.text
    rows = [(row["account_id"],) for row in answered.json()["data"]]
    assert rows == in_duckdb(home, query)
    rights = "select current_setting('access_mode') as mode"
    [row] = in_sql_lab(superset, rights).json()["data"]
    assert row == {"mode": "read_only"}


def test_the_dashboard_renders_in_a_browser(superset: Superset, tmp_path: Path) -> None:
    picture = tmp_path / "dashboard.png"
    seen = look(superset.address, USER, superset.password, SLUG, tmp_path, picture)
    assert len(seen.answers) >= len(CHARTS)
    assert {status for status, _ in seen.answers} == {200}
    assert all(rows > 0 for _, rows in seen.answers)
    assert "模拟数据 Simulated data" in seen.text
    assert "No data" not in seen.text
    assert all(str(chart.title) in seen.text for chart in CHARTS)
    assert seen.drawings >= sum("echarts" in chart.kind for chart in CHARTS)
    assert (seen.outside, seen.errors) == ([], [])
    # Superset's own front end would count its visitors; the page's policy stops the browser.
    assert seen.forbidden
    assert all(url.startswith(COUNTER) for url in seen.forbidden)


def test_a_new_release_is_seen_and_publishing_is_not_disturbed(
    superset: Superset, home: Home
) -> None:
    before = answer(superset, "followers_total")
    with closing(duckdb.connect(str(home.warehouse))) as connection:
        connection.execute("update fct_account_month set follower_count = follower_count + 1")
    stop, failed, answers = threading.Event(), [], []

    def ask_without_pause() -> None:
        while not stop.is_set():
            try:
                answers.append(answer(superset, "followers_total"))
            except AssertionError as error:
                failed.append(str(error))

    asking = threading.Thread(target=ask_without_pause)
    asking.start()
    try:
        for number in range(3):
            publish(home, STUDY, f"beside-{number}", datetime(2026, 11, 24, tzinfo=UTC))
    finally:
        stop.set()
        asking.join()
    assert failed == []
    after = answer(superset, "followers_total")
    [(accounts,)] = in_duckdb(home, "select count(*) from dim_account")
    assert next(iter(after[0].values())) == next(iter(before[0].values())) + accounts
    assert all(one in (before, after) for one in answers)
    assert before in answers
