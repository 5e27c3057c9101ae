"""What a reader meets first: what changed, claims in both languages, and links that lead somewhere.

Not here: whether the page is whole and safe (`test_report_page`).
"""

from __future__ import annotations

import re
from datetime import date

import fake_marts
import polars as pl
from page_reading import text_of

from sz_assets.charts.context import Bilingual
from sz_assets.report import formats
from sz_assets.report.data import Method, Provenance, ReportData, ReportLink, statements_of
from sz_assets.report.page import build_index, build_report
from sz_assets.report.tables import Column, data_table, field
from sz_assets.report.told import told
from sz_assets_tests.bundled import shenzhen


def page(
    statements: dict[str, Bilingual] | None = None,
    picture: str | None = None,
    frames: dict[str, pl.DataFrame] | None = None,
) -> str:
    return build_report(
        ReportData(
            context=fake_marts.context(),
            frames=frames or fake_marts.marts(),
            figures={"figure_1": picture} if picture else {},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run-7", "9.8.7", "release-5"),
            statements=statements or {},
        )
    )


def section(text: str, name: str) -> str:
    return text_of(text.split(f'id="{name}"')[1].split("</section>")[0])


def test_what_changed_stands_first_and_once() -> None:
    made = page()
    assert "the first crawl" in section(made, "numbers")
    assert made.index('class="lead"') < made.index('class="numbers"')


def test_claims_are_stated_in_both_languages() -> None:
    said = {"mean_likes": Bilingual("平均点赞为 116,000。", "Mean likes are <116,000>.")}
    shown = section(page(said), "comparison")
    assert "平均点赞为 116,000。 Mean likes are <116,000>. 116,000 116,000" in shown
    assert fake_marts.TITLE in shown  # a claim that the study does not know keeps the table's text


def test_every_claim_of_the_study_has_a_statement_in_both_languages() -> None:
    study = shenzhen()
    said = statements_of(study)
    assert set(said) == {claim.id for claim in study.claims}
    assert all(words.zh != words.en for words in said.values())


def test_a_chart_leads_to_its_tables_in_the_dictionary_which_is_always_there() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1"></svg>'
    made = page(picture=svg)
    assert "../data/" not in made
    tools = made.split('class="tools"')[1].split("</p>")[0]
    assert '<a href="../dictionary/index.html#publishing_by_year">publishing_by_year</a>' in tools


def test_the_evidence_on_accounts_is_shut_only_if_all_lists_are_complete() -> None:
    coverage = page().split('id="coverage"')[1].split("</section>")[0]
    assert "<details open>" in coverage  # the list of one account is cut short


def test_a_column_without_any_value_is_left_out_and_named() -> None:
    columns = (
        Column(Bilingual("甲", "A"), field("a")),
        Column(Bilingual("乙", "B"), field("b", formats.count), "n"),
        Column(Bilingual("丙", "C"), field("c", formats.count), "n"),
    )
    rows = [("x--1", {"a": "p", "b": None, "c": None}), ("x--2", {"a": "q", "b": None, "c": 0})]
    caption = Bilingual("表", "Table")
    table = data_table(caption, columns, rows, leaves_out_empty=True)
    assert [title.en for title, _ in table.titles] == ["A", "C"]
    assert [str(cells[1].content) for _, cells in table.rows] == [str(formats.missing()), "0"]
    assert [title.en for title in table.lacking] == ["B"]
    assert len(data_table(caption, columns, rows).titles) == 3
    # Of a single row nothing is left out: there is no column to be spared.
    assert len(data_table(caption, columns, rows[:1], leaves_out_empty=True).titles) == 3


def test_what_was_left_out_is_said_in_the_page() -> None:
    frames = fake_marts.marts()
    shares = frames["category_prevalence"]
    known = shares.with_columns(share_ratio=pl.col("share_ratio").fill_null(0.25))
    said = "Left out, having no value at all: 仅人工样本 Human sample alone"
    assert said in section(page(), "coding")
    assert said not in section(page(frames={**frames, "category_prevalence": known}), "coding")


def test_published_sizes_are_said_in_chinese() -> None:
    assert told("Over 1900") == Bilingual("1900 以上", "Over 1900")
    assert "1900 以上 Over 1900" in section(page(), "tables")


def test_the_index_says_what_each_month_holds() -> None:
    made = build_index(
        Bilingual("深圳", "Shenzhen"),
        [
            ReportLink(date(2023, 9, 1), "simulated", 13, 12, 4934, 52),
            ReportLink(date(2023, 10, 1), "live:douyin"),
        ],
        [
            (Bilingual("数据字典", "Data dictionary"), "dictionary/index.html"),
            (Bilingual("x", "x"), "data/warehouse.xlsx"),
            (Bilingual("a", "a"), "data/csv/dim_account.csv"),
            (Bilingual("a", "a"), "data/parquet/dim_account.parquet"),
            (Bilingual("b", "b"), "data/csv/claim_tests.csv"),
        ],
    )
    assert re.search(
        r"2023-10 — — — live:douyin 2023-09 模拟数据 Simulated data 4,934 52 ⚠ 12 / 13 simulated",
        text_of(made),
    )
    files = made.split('id="files"')[1]
    assert text_of(files).endswith(
        "claim_tests claim_tests.csv — dim_account dim_account.csv dim_account.parquet"
    )
    assert 'href="data/warehouse.xlsx"' in made.split('id="files"')[0]
    assert 'href="dictionary/index.html#dim_account"' in files
