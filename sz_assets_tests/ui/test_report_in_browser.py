"""The published pages in a real browser: both languages, no complaint, no request, readable."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser
from report_browser import PHONE, WIDE, browser, draw_all, opened, serious_violations

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import Bilingual
from sz_assets.charts.render import render
from sz_assets.publish.dictionary import write_dictionary
from sz_assets.report.data import Method, Provenance, ReportData, ReportLink
from sz_assets.report.page import build_index, build_report
from sz_assets.study import load_study

sys.path.append(str(Path(__file__).parents[1] / "charts"))
import fake_marts

pytestmark = pytest.mark.slow
PAGES = ("reports/2023-10.html", "index.html", "dictionary/index.html")
MODES = [
    (lang, scheme, size)
    for lang in ("zh", "en", "both")
    for scheme, size in (("light", WIDE), ("dark", PHONE))
]


def report(marts: dict[str, pl.DataFrame], data_origin: str = "simulated") -> str:
    context = fake_marts.context(data_origin)
    drawn = {
        spec.name: render(spec.build(marts, context)) for spec in CATALOGUE if not spec.is_table
    }
    return build_report(
        ReportData(
            context=context,
            frames=marts,
            figures={name: one.svg.decode() for name, one in drawn.items()},
            specs={name: one.json.decode() for name, one in drawn.items()},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run-7", "9.8.7", "release-5"),
        )
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    (folder / "reports").mkdir()
    (folder / "dictionary").mkdir()
    (folder / PAGES[0]).write_text(report(fake_marts.marts()), encoding="utf-8")
    write_dictionary(folder / "dictionary", load_study("shenzhen"), ["simulated"])
    (folder / "index.html").write_text(
        build_index(
            Bilingual("深圳", "Shenzhen"),
            [ReportLink(date(2023, 10, 1), "simulated", 13, 12)],
            [(Bilingual("数据字典", "Data dictionary"), "dictionary/index.html")],
        ),
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("fonts")) as launched:
        yield launched


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("lang", "scheme", "size"), MODES)
def test_a_page_shows_the_language_chosen_and_neither_asks_nor_complains(
    chromium: Browser, release: Path, name: str, lang: str, scheme: str, size: tuple[int, int]
) -> None:
    with opened(chromium, release / name, lang=lang, scheme=scheme, size=size) as watched:
        page = watched.page
        if name == PAGES[0]:
            draw_all(page)
        shown = {one: page.locator(f"main .{one}:visible").count() > 0 for one in ("zh", "en")}
        assert shown == {"zh": lang != "en", "en": lang != "zh"}
        assert page.evaluate("document.documentElement.lang") == ("en" if lang == "en" else "zh-CN")
        wanted, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wanted <= width
        assert watched.asked == []
        assert watched.complaints == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("lang", "scheme", "size"), MODES)
def test_axe_finds_nothing_serious(
    chromium: Browser, release: Path, name: str, lang: str, scheme: str, size: tuple[int, int]
) -> None:
    found = serious_violations(chromium, release / name, lang=lang, scheme=scheme, size=size)
    assert found == []


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
        assert b"/ToUnicode" in pdf
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


def test_hostile_titles_become_nothing_in_the_browser(chromium: Browser, tmp_path: Path) -> None:
    sys.path.append(str(Path(__file__).parents[1] / "publish"))
    from hostile_titles import HOSTILE_TITLES

    tame = tmp_path / "tame.html"
    tame.write_text(report(fake_marts.marts()), encoding="utf-8")
    shapes = "['script','img','iframe','a','form','object','style','svg','input'].map(" \
        "tag => document.querySelectorAll(tag).length)"  # fmt: skip
    with opened(chromium, tame) as watched:
        draw_all(watched.page)
        expected = watched.page.evaluate(shapes)
    evil = tmp_path / "evil.html"
    for title in HOSTILE_TITLES[::20]:
        evil.write_text(report(fake_marts.marts(title=title)), encoding="utf-8")
        with opened(chromium, evil) as watched:
            draw_all(watched.page)
            watched.page.mouse.move(700, 500)
            assert watched.asked == []
            assert watched.complaints == []
            assert watched.page.evaluate(shapes) == expected
            assert watched.page.evaluate(
                "Array.from(document.querySelectorAll('*')).every(element =>"
                " element.getAttributeNames().every(name => !name.startsWith('on')))"
            )
