"""The published pages in a real browser: both languages, no complaint, no request, readable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from browsed_report import fake_marts, report
from playwright.sync_api import Browser
from report_browser import (
    PHONE,
    WIDE,
    browser,
    choose,
    draw_all,
    letters_of,
    opened,
    serious_violations,
)

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import Bilingual
from sz_assets.publish.dictionary import write_dictionary
from sz_assets.report.data import ReportLink
from sz_assets.report.page import build_index
from sz_assets_tests.bundled import shenzhen

pytestmark = pytest.mark.slow
PAGES = ("reports/2023-10.html", "index.html", "dictionary/index.html")
MODES = [
    (lang, scheme, size)
    for size in (WIDE, PHONE)
    for scheme in ("light", "dark")
    for lang in ("zh", "en", "both")
]
# A run takes seconds, so each language, theme and size is in some of these, not all in all.
AXE_MODES = (
    ("zh", "light", WIDE),
    ("both", "dark", WIDE),
    ("en", "dark", PHONE),
    ("both", "light", PHONE),
)
_SHOWN = "names => Array.from(document.querySelectorAll(names)).some(one => one.checkVisibility())"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    (folder / "reports").mkdir()
    (folder / "dictionary").mkdir()
    frames = fake_marts.marts()
    # As long a comparison as that of a real study.
    frames["paper_comparison"] = pl.concat(
        frames["paper_comparison"].with_columns(
            pl.format("{}_{}", "claim_id", pl.lit(number)).alias("claim_id")
        )
        for number in range(10)
    )
    (folder / PAGES[0]).write_text(report(frames), encoding="utf-8")
    write_dictionary(folder / "dictionary", shenzhen(), ["simulated"])
    (folder / "index.html").write_text(
        build_index(
            Bilingual("深圳", "Shenzhen"),
            [ReportLink(date(2023, 10, 1), "simulated", 13, 12, 4980, 49)],
            [
                (Bilingual("数据字典", "Data dictionary"), "dictionary/index.html"),
                (Bilingual("a", "a"), "data/csv/dim_account.csv"),
            ],
        ),
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("fonts")) as launched:
        yield launched


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable_in_every_language_theme_and_size_and_neither_asks_nor_complains(
    chromium: Browser, release: Path, name: str
) -> None:
    with opened(chromium, release / name) as watched:
        page = watched.page
        if name == PAGES[0]:
            draw_all(page)
        for lang, scheme, size in MODES:
            choose(page, lang, scheme, size)
            mode = f"{lang} {scheme} {size}"
            shown = {one: page.evaluate(_SHOWN, f"main .{one}") for one in ("zh", "en")}
            assert shown == {"zh": lang != "en", "en": lang != "zh"}, mode
            dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert dark == ("rgb(18, 24, 31)" if scheme == "dark" else "rgb(255, 255, 255)"), mode
            wanted, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wanted <= width, mode
            if (lang, scheme, size) in AXE_MODES:
                assert serious_violations(page) == [], mode
        assert watched.asked == []
        assert watched.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_the_address_chooses_the_language(chromium: Browser, release: Path, lang: str) -> None:
    with opened(chromium, release / PAGES[1], lang=lang) as watched:
        root = watched.page.locator("html")
        assert root.get_attribute("data-lang") == lang
        assert root.get_attribute("lang") == ("en" if lang == "en" else "zh-CN")


def test_a_long_table_shows_all_its_rows_when_asked(chromium: Browser, release: Path) -> None:
    with opened(chromium, release / PAGES[0], lang="en") as watched:
        button = watched.page.locator("[aria-labelledby=comparison] button.more")
        table = watched.page.locator(f"#{button.get_attribute('aria-controls')}")
        all_rows = table.locator("tbody tr").count()
        rows = table.locator("tbody tr:visible")
        assert (rows.count(), all_rows > 15) == (12, True)
        assert button.inner_text().strip() == f"Show all {all_rows} rows"
        button.click()
        assert rows.count() == all_rows
        assert button.get_attribute("aria-expanded") == "true"
        button.press("Enter")
        assert rows.count() == 12


def test_every_chart_becomes_interactive_with_the_marks_of_its_picture(
    chromium: Browser, release: Path
) -> None:
    with opened(chromium, release / PAGES[0]) as watched:
        draw_all(watched.page)
        found = watched.page.evaluate(
            "Array.from(document.querySelectorAll('figure[data-chart]')).map(figure => ["
            "figure.dataset.chart, figure.dataset.state,"
            "...['.static', '.live'].map(kind => figure.querySelectorAll("
            "kind + ' svg path, ' + kind + ' svg text').length)])"
        )
        assert [name for name, *_ in found] == [s.name for s in CATALOGUE if not s.is_table]
        for name, state, still, live in found:
            assert state == "live", name
            assert live == still > 3, name
        figure = watched.page.locator("#chart-figure_3")
        figure.locator(".live g[class*=main][class*=_marks] path").nth(8).hover()
        tooltip = watched.page.locator("#vg-tooltip-element.visible")
        tooltip.wait_for()
        assert re.search(r"\d", tooltip.inner_text())


def test_switches_are_remembered_and_worked_by_keyboard(chromium: Browser, release: Path) -> None:
    with opened(chromium, release / PAGES[0], lang="none", locale="en-GB") as watched:
        page = watched.page
        root = page.locator("html")
        assert root.get_attribute("data-lang") == "en"
        assert "Official short-video" in page.title()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert root.get_attribute("data-lang") == "zh"
        assert "Official" not in page.title()
        assert page.get_by_role("button", name="中文").get_attribute("aria-pressed") == "true"
        page.reload()
        assert root.get_attribute("data-lang") == "zh"


def test_a_number_is_traced_by_pointer_and_by_keyboard(chromium: Browser, release: Path) -> None:
    with opened(chromium, release / PAGES[0], lang="en") as watched:
        page = watched.page
        panel = page.locator(".trace")
        page.locator('[data-t="engagement_summary|sample, like_count|median"]').last.hover()
        assert panel.inner_text().startswith(
            "engagement_summary · sample, like_count · median · run run-7"
        )
        link = panel.locator("a")
        assert link.get_attribute("href") == ("../dictionary/index.html#engagement_summary.median")
        page.locator('[data-t="engagement_summary|sample, duration_seconds|video_count"]').focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert "sample, like_count · missing_count" in panel.inner_text()
        page.keyboard.press("Enter")
        assert link.evaluate("link => link === document.activeElement")
        page.keyboard.press("Escape")
        assert panel.is_hidden()
        for _ in ("shown again", "to the link", "followed"):
            page.keyboard.press("Enter")
        page.wait_for_url("**/dictionary/index.html#engagement_summary.missing_count")
        meaning = page.locator('[id="engagement_summary.missing_count"]').bounding_box()
        assert meaning is not None
        assert 0 <= meaning["y"] < WIDE[1]


def test_a_link_opens_the_fold_that_it_leads_into(chromium: Browser, release: Path) -> None:
    with opened(chromium, release / PAGES[0], lang="en") as watched:
        page = watched.page
        ids = page.evaluate(
            "Array.from(document.querySelectorAll('main details:not([open]) tbody tr[id]'),"
            " row => row.id)"
        )
        assert ids
        page.evaluate("id => { location.hash = id; }", ids[-1])
        page.wait_for_function(
            "id => document.getElementById(id).closest('details').open", arg=ids[-1]
        )


def test_printing_gives_pages_with_letters(chromium: Browser, release: Path) -> None:
    with opened(chromium, release / PAGES[0], scheme="dark") as watched:
        draw_all(watched.page)
        pdf = watched.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5
        assert set("深圳官方短视频账号月报模拟数据爆款沉默Simulated") <= letters_of(pdf)
        assert b"/MediaBox [0 0 59" in pdf  # A4, in points
        watched.page.emulate_media(media="print")
        assert not watched.page.locator(".bar").is_visible()
        assert not watched.page.locator(".live").first.is_visible()
        assert watched.page.locator(".static").first.is_visible()
        assert (
            watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
            == "rgb(255, 255, 255)"
        )


def test_without_script_both_languages_all_rows_and_all_pictures_are_there(
    chromium: Browser, release: Path
) -> None:
    with opened(chromium, release / PAGES[0], java_script_enabled=False) as watched:
        page = watched.page
        assert page.locator("h1 .zh").is_visible()
        assert page.locator("h1 .en").is_visible()
        assert page.locator(".static svg").first.is_visible()
        assert page.locator("table.short").count() == 0
        assert page.locator("[data-t][title]").count() > 100
