"""A walk through the UI in a real browser: build a month by clicks, look, take pictures.

Here: where to click, what must be seen there, and the pictures for the documentation, made by
`python sz_assets_tests/ui/ui_pictures.py docs/pictures`. Every function waits for what its page
must show, and fails if it does not come. Not here: other claims about the UI (tests).
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect
from ui_browser import HEIGHT, WIDTH, open_browser
from ui_server import UiServer, ui_server

MONTH = "2023-10"
CHARTS = f"/charts/crawl_month={MONTH}-01"
MAX_BYTES = 250_000


def _open(page: Page, server: UiServer, path: str, height: int = HEIGHT) -> None:
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.goto(server.address + path)


def _picture(page: Page, path: Path) -> Path:
    page.screenshot(path=path)
    return path


def materialize(page: Page, server: UiServer, months: str) -> None:
    """Build these months of everything, by clicks on the job's page."""
    _open(page, server, "/locations/sz_assets/jobs/month")
    page.get_by_role("button", name="Materialize all").click()
    selection = page.get_by_placeholder("ex: 2023-01")
    selection.fill(months)
    selection.press("Enter")
    page.get_by_role("button", name=re.compile("^Launch (1 run|backfill)$")).click()
    expect(selection).not_to_be_visible()


def take_graph(page: Page, server: UiServer, path: Path) -> Path:
    """The layers, three of them opened, and the button that builds everything."""
    opened = ",".join(f"global@global:{group}" for group in ("raw", "core", "publish"))
    _open(page, server, f"/asset-groups?expanded={opened}", height=1000)
    for text in ("engagement", "charts", "account_pages", "video_codes", "warehouse"):
        expect(page.get_by_text(text, exact=True).last).to_be_visible()
    expect(page.get_by_role("button", name="Materialize all")).to_be_visible()
    # The list of groups says nothing that the graph does not; its button has no name.
    page.locator("button:right-of([placeholder^='Jump to'])").first.click()
    expect(page.get_by_placeholder("Jump to")).not_to_be_visible()
    page.wait_for_load_state("networkidle")
    return _picture(page, path)


def take_run(page: Page, server: UiServer, run_id: str, path: Path) -> Path:
    """A run that succeeded, with its steps and events."""
    _open(page, server, f"/runs/{run_id}")
    for text in ("Success", f"partition: {MONTH}", "63 assets", "RUN_SUCCESS"):
        expect(page.get_by_text(text).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return _picture(page, path)


def take_checks(page: Page, server: UiServer, path: Path) -> Path:
    """A table's checks, all passed, and the expectations behind one of them."""
    _open(page, server, "/assets/core/videos?view=checks&checkDetail=values")
    for name in ("drift", "keys", "missing_values", "totals", "values"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    expect(page.get_by_text("Succeeded")).to_have_count(5)
    expect(page.get_by_text("Passed", exact=True)).to_be_visible()
    expect(page.get_by_text("expectations hold.")).to_be_visible()
    expect(page.get_by_text("ExpectColumnValuesToBeBetween(column=like_count")).to_be_visible()
    return _picture(page, path)


def take_preview(page: Page, server: UiServer, path: Path) -> Path:
    """A chart's picture among the metadata of its latest materialization."""
    _open(page, server, f"/assets/charts/figure_3?view=events&partition={MONTH}")
    preview = page.locator(f"img[src*='{CHARTS}/figure_3']")
    expect(preview).to_be_visible()
    width = preview.evaluate("async image => { await image.decode(); return image.naturalWidth }")
    assert width > 0
    expect(page.get_by_role("link", name=f"{CHARTS}/figure_3.html")).to_be_visible()
    return _picture(page, path)


def take_report(page: Page, server: UiServer, path: Path) -> Path:
    """The report's first screen."""
    _open(page, server, f"/published/current/reports/{MONTH}.html")
    expect(page.get_by_text("Simulated data").first).to_be_visible()
    return _picture(page, path)


def take_figure(page: Page, server: UiServer, path: Path) -> Path:
    """Figure 3 itself."""
    _open(page, server, f"{CHARTS}/figure_3.svg")
    page.locator("svg").first.screenshot(path=path)
    return path


def take_pictures(page: Page, server: UiServer, run_id: str, folder: Path) -> list[Path]:
    """All pictures, each small enough to be kept with the source; AssertionError if one is not."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [
        take_graph(page, server, folder / "graph.png"),
        take_run(page, server, run_id, folder / "run.png"),
        take_checks(page, server, folder / "checks.png"),
        take_preview(page, server, folder / "preview.png"),
        take_report(page, server, folder / "report.png"),
        take_figure(page, server, folder / "figure_3.png"),
    ]
    for picture in pictures:
        size = picture.stat().st_size
        assert size <= MAX_BYTES, f"{picture.name} has {size} bytes, more than {MAX_BYTES}."
    return pictures


def main(folder: Path) -> None:
    """Build the month in a home of its own and write the documentation's pictures."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        ui_server(Path(temporary) / "home") as server,
        open_browser(server.address, Path(temporary)) as (page, _),
    ):
        materialize(page, server, MONTH)
        run = server.wait_for_run("SUCCESS")
        for picture in take_pictures(page, server, run["runId"], folder):
            print(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
