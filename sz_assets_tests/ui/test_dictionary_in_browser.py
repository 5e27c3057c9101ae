"""The dictionary and dbt's page in Chromium: no error, no outside request, and a search that finds.

Not here: what the dictionary says (`publish.test_dictionary`).
"""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ui_browser import Seen, open_browser

from sz_assets.defs.dbt_docs import dbt_page
from sz_assets.publish.dictionary import write_dictionary
from sz_assets_tests.bundled import shenzhen

pytestmark = pytest.mark.slow


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The test says what went wrong."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Seen, str]]:
    folder = tmp_path_factory.mktemp("dictionary")
    page = dbt_page()
    write_dictionary(folder, shenzhen(), ["simulated"], page)
    with (
        served(folder) as address,
        open_browser(address, tmp_path_factory.mktemp("fonts")) as (page, seen),
    ):
        page.emulate_media(reduced_motion="reduce")
        yield page, seen, address
        assert (seen.outside, seen.errors, seen.refused) == ([], [], [])


@pytest.mark.parametrize(
    ("language", "shown", "hidden"),
    [
        ("zh", "观测到计数的时刻。", "When the counters were observed."),
        ("en", "When the counters were observed.", "观测到计数的时刻。"),
    ],
)
def test_one_language_is_shown(
    opened: tuple[Any, Seen, str], language: str, shown: str, hidden: str
) -> None:
    page, _, address = opened
    page.goto(f"{address}/index.html?lang={language}#fct_video_month.observed_at")
    row = page.locator('[id="fct_video_month.observed_at"]')
    assert row.get_by_text(shown).is_visible()
    assert not row.get_by_text(hidden).is_visible()
    box = row.bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"]


def test_the_search_shows_what_holds_all_words(opened: tuple[Any, Seen, str]) -> None:
    page, _, address = opened
    page.goto(f"{address}/index.html?lang=en")
    box = page.get_by_role("searchbox")
    box.fill("GINI coefficient")
    assert page.locator("section.table:visible").count() == 1
    assert page.locator("section.table tbody tr:visible").count() == 1
    assert page.get_by_role("status").inner_text().strip() == "tables: 1, columns: 1"
    box.fill("没有这样的词")
    assert page.locator("section.table:visible").count() == 0
    box.fill("")
    assert page.locator("#model").is_visible()
    box.fill("基尼系数：")
    # A link into the page leads to its table, whatever was searched for.
    page.evaluate("location.hash = 'dim_account'")
    page.locator('[id="dim_account.account_id"]').wait_for(state="visible")
    assert box.input_value() == ""


def test_a_phone_scrolls_only_tables_and_the_picture(opened: tuple[Any, Seen, str]) -> None:
    page, _, address = opened
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/index.html?lang=both")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1400, "height": 900})


def test_paper_shows_everything(opened: tuple[Any, Seen, str]) -> None:
    page, _, address = opened
    page.goto(f"{address}/index.html?lang=zh")
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_dbts_page_opens_a_model(opened: tuple[Any, Seen, str]) -> None:
    page, _, address = opened
    page.goto(f"{address}/dbt.html#!/model/model.sz_assets.fct_video_month")
    page.get_by_role("heading", name="fct_video_month").first.wait_for()
    page.goto(f"{address}/dbt.html#!/exposure/exposure.sz_assets.monthly_report")
    page.get_by_text("Monthly report").first.wait_for()
