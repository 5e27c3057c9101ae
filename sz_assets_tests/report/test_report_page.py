"""The report: complete, self-contained, escaped, and readable without a mouse or a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import fake_marts
import pytest
from page_reading import text_of, without_own_code

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import Bilingual
from sz_assets.charts.inspection import outside_references
from sz_assets.charts.render import render_svg
from sz_assets.report.data import Method, Provenance, ReportData, ReportLink
from sz_assets.report.page import build_index, build_report

PICTURES = [spec for spec in CATALOGUE if not spec.is_table]


@pytest.fixture(scope="module")
def figures() -> dict[str, str]:
    marts, context = fake_marts.marts(), fake_marts.context()
    return {
        spec.name: render_svg(spec.build(marts, context)) for spec in CATALOGUE if not spec.is_table
    }


@pytest.fixture
def data(figures: dict[str, str]) -> ReportData:
    return ReportData(
        context=fake_marts.context(),
        frames=fake_marts.marts(),
        figures=figures,
        method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
        provenance=Provenance("run-7", "9.8.7", "release-5"),
        coding_methods=("cue_words/1",),
    )


@pytest.fixture
def page(data: ReportData) -> str:
    return build_report(data)


class _Outline(HTMLParser):
    """Headings, ids, and for each table its caption and the scopes of its head cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.tables: list[dict[str, int]] = []
        self.labelled_pictures = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "table":
            self.tables.append({"captions": 0, "heads": 0, "scoped": 0})
        if tag == "caption":
            self.tables[-1]["captions"] += 1
        if tag == "th":
            self.tables[-1]["heads"] += 1
            self.tables[-1]["scoped"] += given.get("scope") in ("col", "row", "rowgroup")
        if tag == "svg" and given.get("role") == "img" and given.get("aria-label"):
            self.labelled_pictures += 1


def test_the_page_refers_to_nothing_outside_and_is_small(page: str) -> None:
    assert outside_references(page, allow_links=True) == []
    assert "default-src 'none'" in page
    assert "unsafe" not in page.split("</title>")[0]
    assert "<script" not in without_own_code(page)
    assert len(page.encode()) < 3_000_000
    assert set(re.findall(r'https?://[^"\s<]+', without_own_code(page))) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_headings_tables_and_pictures_are_made_for_screen_readers(page: str) -> None:
    outline = _Outline(page)
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.tables) > 30
    for table in outline.tables:
        assert table["captions"] == 1
        assert table["heads"] == table["scoped"] > 0
    assert outline.labelled_pictures == len(PICTURES) >= 10
    assert len(outline.ids) == len(set(outline.ids))


def test_ids_of_several_pictures_do_not_meet(data: ReportData) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1"><defs><clipPath id="clip0"></clipPath>'
        '</defs><g clip-path="url(#clip0)"></g></svg>'
    )
    both = build_report(replace(data, figures={"figure_1": svg, "figure_2": svg}))
    assert 'id="figure_1-clip0"' in both
    assert "url(#figure_2-clip0)" in both
    assert 'id="clip0"' not in both


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '<g onclick="alert(1)"></g>',
        '<a href="https://x.test"></a>',
        '<image href="a.png"/>',
        '<g style="fill:url(https://x.test/a)"></g>',
    ],
)
def test_a_picture_that_could_act_is_refused(data: ReportData, evil: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{evil}</svg>'
    with pytest.raises(ValueError, match="figure_3 can't stand in a page"):
        build_report(replace(data, figures={"figure_3": svg}))


def test_a_picture_that_was_not_made_is_said_to_be_missing(data: ReportData) -> None:
    shown = text_of(build_report(replace(data, figures={})))
    assert shown.count("此图未生成。 This figure was not made.") == len(PICTURES)


def test_simulated_data_are_called_so_in_header_title_pictures_and_footer(
    page: str, data: ReportData
) -> None:
    title = page.split("<title>")[1].split("</title>")[0]
    assert "模拟数据" in title
    assert "Simulated data" in title
    assert text_of(page.split("<header>")[1].split("</header>")[0]).count("Simulated data") == 1
    assert "Simulated data" in page.split("<footer>")[1]
    labels = re.findall(r'<svg role="img" aria-label="([^"]*)"', page)
    assert sum(label.endswith(" 模拟数据 Simulated data.") for label in labels) == len(PICTURES)
    observed = replace(data, context=fake_marts.context(data_origin="live:douyin"), figures={})
    assert "Simulated" not in build_report(observed)
    assert "live:douyin" in build_report(observed)


def test_key_numbers_are_those_of_the_marts(page: str) -> None:
    section = text_of(page.split('id="numbers"')[1].split("</section>")[0])
    for shown in (
        "accounts 5 4 个入选 4 eligible",
        "complete list 4 共 5 个 of 5",
        "videos observed 9,460",
        "published in the month 120",
        "videos in the sample 900 511 条已编码 511 coded",
        "median likes in the sample",
    ):
        assert shown in section


def test_coverage_names_incomplete_and_ineligible_accounts_with_reasons(page: str) -> None:
    section = text_of(page.split('id="coverage"')[1].split("</section>")[0])
    assert "5 个账号中 1 个列表不完整 Incomplete: 1 of 5 lists : 第一现场 First Scene" in section
    assert section.count("⚠ 被截断 truncated") == 1
    assert section.count("✓ 完整 complete") == 4
    assert section.count("The last page said that nothing follows.") == 5
    assert section.count("否 no") == 1


def test_the_sample_says_which_accounts_it_lacks(page: str) -> None:
    section = text_of(page.split('id="summary"')[1].split("</section>")[0])
    assert "The sample lacks some or all videos of: 第一现场 First Scene" in section


def test_summary_shows_every_statistic_of_both_populations(page: str) -> None:
    section = page.split('id="summary"')[1].split("</section>")[0]
    likes = fake_marts.samples()["like_count"]
    assert section.count("<caption>") == 2
    assert section.count("<tr>") == 2 * 15
    for name, shown in (("mean", f"{likes.mean():,.0f}"), ("max", f"{int(likes.max()):,}")):
        assert re.search(
            rf'data-t="engagement_summary\|sample, like_count\|{name}"[^>]*>{shown}</td>', section
        )


def test_the_comparison_shows_values_verdicts_and_what_is_missing(page: str) -> None:
    section = page.split('id="comparison"')[1].split("</section>")[0]
    shown = text_of(section)
    assert "复现 reproduced 1 · 有差异 differs 0 · 相悖 contradicted 0" in shown
    assert "无法检验 not testable 1" in shown
    assert "平均点赞 Mean likes 116,000 116,000 +0.2 点赞 likes 复现 reproduced" in shown
    assert section.count('<span class="missing" title="缺失 missing">—</span>') == 4
    assert "does not test the paper" in shown


def test_method_and_footer_say_how_and_by_what_it_was_made(page: str) -> None:
    method = text_of(page.split('id="method"')[1].split("</section>")[0])
    for shown in (
        "1,000,000",
        "200",
        "like_count",
        "Asia/Shanghai",
        "Σ(2i−n−1)xᵢ / (nΣx)",
        "cue-word coder",
        "cue_words/1",
        "abc123",
        "never as 0",
    ):
        assert shown in method
    footer = text_of(page.split("<footer>")[1])
    assert "sz-assets 9.8.7 · 运行 run run-7 · 数据发布 release release-5" in footer
    assert "2023-10" in footer


def test_hostile_text_from_a_platform_stays_text(data: ReportData) -> None:
    page = build_report(
        replace(
            data,
            frames=fake_marts.marts(title=fake_marts.HOSTILE),
            coding_methods=(fake_marts.HOSTILE,),
            provenance=Provenance(fake_marts.HOSTILE, "1", "2"),
        )
    )
    assert "<script" not in without_own_code(page)
    assert "<img" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8
    assert outside_references(page, allow_links=True) == []


def test_exemplars_are_linked_only_to_https_and_only_if_they_were_observed(
    data: ReportData,
) -> None:
    first, second, third = (f"72{index:017}" for index in range(3))
    urls = {
        first: "https://www.douyin.com/video/1",
        second: "javascript:alert(1)",
        third: 'https://x.test/" onclick="alert(1)',
    }
    observed = replace(data, context=fake_marts.context("live:douyin"), video_urls=urls)
    page = build_report(observed)
    assert re.findall(r'<a href="(?!#)([^"]*)" rel="noopener noreferrer"', page) == [urls[first]]
    assert "javascript:" not in page
    assert "onclick" not in page
    assert "douyin.com" not in build_report(replace(data, video_urls=urls))


def test_an_empty_month_has_a_report_that_says_so(data: ReportData) -> None:
    page = text_of(build_report(replace(data, frames=fake_marts.empty_marts(), figures={})))
    for shown in (
        "There are no accounts for this month.",
        "No video of this month's sample is coded.",
        "There are no videos to summarise",
        "This study lists no published claims.",
        "Nothing is described this month",
        "Concentration is not known this month",
        "what goes with engagement is not known",
        "Growth is not known: no earlier crawl",
        "The trend by year of publication is not known",
        "No event is tested",
        "No changepoint was found.",
        "No index was computed this month.",
        "No contradiction was found among the publication",
    ):
        assert shown in page


def test_the_index_links_each_month_newest_first_and_marks_simulated_ones() -> None:
    page = build_index(
        Bilingual("深圳", "Shenzhen"),
        [
            ReportLink(date(2023, 9, 1), "simulated"),
            ReportLink(date(2024, 3, 1), "import:douyin"),
        ],
    )
    links = re.findall(r'<a href="([^"]+)"', page)
    assert links == ["reports/2024-03.html", "reports/2023-09.html"]
    assert text_of(page).count("模拟数据 Simulated data") == 1
    assert outside_references(page, allow_links=True) == []
    assert "There is no report yet." in build_index(Bilingual("深圳", "Shenzhen"), [])
