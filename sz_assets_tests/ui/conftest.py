"""Makes the modules beside this file importable; the servers that several test files ask."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sz_assets.defs.instance import prepare_dagster_home
from sz_assets.storage import Home

sys.path.insert(0, str(Path(__file__).parent))

from ui_server import UiPair, free_port, ui_server

PAGES = {
    "artifacts/charts/crawl_month=2023-10-01/figure_3.html": "<h1>A chart</h1>",
    "published/releases/one/index.html": "<h1>All reports</h1>",
}


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UiPair]:
    """A UI, and one to read beside it on the same home; runs are queued and never begin."""
    home = Home(tmp_path_factory.mktemp("pair") / "home")
    for name, text in PAGES.items():
        path = home.root / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    home.current.symlink_to("releases/one")
    settings = prepare_dagster_home(home) / "dagster.yaml"
    queue_only = settings.read_text().replace("max_concurrent_runs: 1", "max_concurrent_runs: 0")
    assert "max_concurrent_runs: 0" in queue_only
    settings.write_text(queue_only)
    ports = free_port(), free_port()
    addresses = [("--public-url", f"https://sz.example.org:{port}") for port in ports]
    with (
        ui_server(home.root, *addresses[0]) as operators,
        ui_server(home.root, *addresses[1], "--read-only") as readers,
    ):
        operators.ask(
            "mutation { reportRunlessAssetEvents(eventParams: {eventType: ASSET_MATERIALIZATION,"
            ' assetKey: {path: ["core", "accounts"]}, description: "something to wipe"})'
            " { __typename } }"
        )
        yield UiPair(operators, readers, *ports)
