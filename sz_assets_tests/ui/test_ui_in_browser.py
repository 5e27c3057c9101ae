"""The UI in a real browser and under real signals. Slow: it builds one month, then two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import Page, expect
from ui_browser import Seen, open_browser
from ui_pictures import CHARTS, MONTH, materialize, take_pictures
from ui_server import UiServer, ui_server

from sz_assets.defs.instance import open_instance
from sz_assets.storage import Home

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Visit:
    """A browser at a UI in which the month was built by clicks."""

    server: UiServer
    page: Page
    seen: Seen
    run_id: str


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("ui")
    with (
        ui_server(folder / "home") as server,
        open_browser(server.address, folder) as (page, seen),
    ):
        materialize(page, server, MONTH)
        run = server.wait_for_run("SUCCESS")
        yield Visit(server, page, seen, run["runId"])


def test_a_month_is_built_by_clicks_and_all_of_it_can_be_seen(visit: Visit, tmp_path: Path) -> None:
    pictures = take_pictures(visit.page, visit.server, visit.run_id, tmp_path / "pictures")
    assert len(pictures) == 6
    assert visit.seen.websockets, "The page never opened the websocket of its live events."
    assert visit.seen.outside == []
    assert visit.seen.refused == []
    assert visit.seen.errors == []


def test_every_asset_says_what_it_is_and_what_was_made(visit: Visit) -> None:
    nodes = visit.server.ask(
        "{ assetNodes { assetKey { path } description kinds owners { __typename }"
        " hasAssetChecks backfillPolicy { policyType }"
        " metadataEntries { label } assetMaterializations(limit: 1) {"
        " partition metadataEntries { label } } } }"
    )["assetNodes"]
    assert len(nodes) == 63
    for node in nodes:
        key = "/".join(node["assetKey"]["path"])
        made = node["assetMaterializations"][0]
        labels = {entry["label"] for entry in made["metadataEntries"]}
        assert node["description"], key
        assert node["kinds"], key
        assert node["owners"], key
        assert node["hasAssetChecks"], key
        assert node["backfillPolicy"]["policyType"] == "SINGLE_RUN", key
        assert made["partition"] == MONTH, key
        if node["assetKey"]["path"][0] == "charts":
            assert {"preview", "page"} <= labels, key
        elif node["assetKey"]["path"][0] == "publish":
            assert {"page", "index"} & labels, key
        else:
            columns = {entry["label"] for entry in node["metadataEntries"]}
            assert "dagster/column_schema" in columns, key
            assert "dagster/row_count" in labels, key


def test_the_page_of_a_chart_opens_from_its_asset_and_can_ask_nothing(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.server.address}/assets/charts/figure_3?view=events&partition={MONTH}")
    address = page.get_by_role("link", name=f"{CHARTS}/figure_3.html").get_attribute("href")
    page.goto(f"{visit.server.address}{address}")
    expect(page.locator("svg, canvas").first).to_be_visible()
    assert page.evaluate("self.origin") == "null"


def test_report_and_dictionary_open_from_their_assets_and_work_in_the_sandbox(
    visit: Visit,
) -> None:
    page, server = visit.page, visit.server
    before = len(visit.seen.errors)
    for asset, label, heading in (
        ("report", f"/published/current/reports/{MONTH}.html", "Official short-video accounts"),
        ("dictionary", "/published/current/dictionary/index.html", "data dictionary"),
    ):
        page.goto(f"{server.address}/assets/publish/{asset}?view=events&partition={MONTH}")
        address = page.get_by_role("link", name=label).first.get_attribute("href")
        page.goto(f"{server.address}{address}")
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("data-lang", "en")
        expect(page.locator("h1 .en")).to_contain_text(heading)
        expect(page.locator("h1 .zh")).to_be_hidden()
        assert page.evaluate("self.origin") == "null"
    assert visit.seen.errors[before:] == []
    assert visit.seen.outside == []


def test_a_range_from_the_ui_is_one_run(visit: Visit) -> None:
    materialize(visit.page, visit.server, "[2023-09...2023-10]")
    months = {
        "dagster/asset_partition_range_start": "2023-09",
        "dagster/asset_partition_range_end": "2023-10",
    }
    visit.server.wait_for_run("SUCCESS", months)
    assert len(visit.server.runs()) == 2
    statuses = visit.server.ask(
        "{ assetNodes { assetKey { path } partitionStats { numMaterialized numFailed } } }"
    )["assetNodes"]
    assert {node["partitionStats"]["numMaterialized"] for node in statuses} == {2}
    assert {node["partitionStats"]["numFailed"] for node in statuses} == {0}


CANCELED, FAILURE = dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize(
    ("end", "may_be"),
    [
        pytest.param(UiServer.stop, {CANCELED}, id="kill"),
        # A terminal interrupts the run at the same moment as the command that would cancel it.
        pytest.param(UiServer.press_ctrl_c, {CANCELED, FAILURE}, id="Ctrl+C"),
    ],
)
def test_a_signal_ends_the_ui_with_its_run_and_leaves_nothing(
    tmp_path: Path,
    end: Callable[[UiServer], tuple[int, float]],
    may_be: set[dg.DagsterRunStatus],
) -> None:
    with ui_server(tmp_path / "home") as server:
        launched = server.ask(
            "mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {"
            " __typename ... on LaunchRunSuccess { run { runId } } } }",
            params={
                "selector": {
                    "repositoryLocationName": "sz_assets",
                    "repositoryName": "__repository__",
                    "jobName": "month",
                },
                "executionMetadata": {"tags": [{"key": "dagster/partition", "value": MONTH}]},
            },
        )["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess"
        server.wait_for_run("STARTED")
        code, seconds = end(server)
        assert code == 0
        assert seconds < 15
        assert server.left() == []
    with open_instance(Home(tmp_path / "home")) as instance:
        [run] = instance.get_runs()
    assert run.status in may_be
