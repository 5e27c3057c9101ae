"""Each number of the page says which table, row and column it is, and is what they hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import fake_marts
import polars as pl
import pytest

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.report import formats
from sz_assets.report.data import Method, Provenance, ReportData
from sz_assets.report.page import REPEATED_ROWS, build_report

TABLES = {table.name: table for table in PUBLISHED_TABLES}
# Counts that the report itself makes of a table's rows, and of codes.
COUNTED = {"code_counts", "human_code_counts"}


class _Cells(HTMLParser):
    """Cells of tables' bodies and key numbers: text, `data-t`, and the row's or the cell's id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self._row = ""
        self._open: dict[str, str] | None = None
        self._in_body = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("tbody", "thead"):
            self._in_body = tag == "tbody"
        if tag == "tr":
            self._row = given.get("id", "")
        is_key_number = tag == "span" and given.get("class") == "value"
        if is_key_number or (tag == "td" and self._in_body):
            self._open = {
                "tag": tag,
                "text": "",
                "class": given.get("class", ""),
                "t": given.get("data-t", ""),
                "last": "",
                "id": given.get("id", "") or self._row,
            }

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open["text"] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._in_body:
            self.found[-1]["last"] = "yes"
        if self._open is not None and tag == self._open["tag"]:
            self.found.append(self._open)
            self._open = None


@pytest.fixture(scope="module")
def cells() -> list[dict[str, str]]:
    page = build_report(
        ReportData(
            context=fake_marts.context(),
            frames=fake_marts.marts(),
            figures={},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run-7", "9.8.7", "release-5"),
        )
    )
    return _Cells(page).found


def test_every_number_has_its_table_and_key(cells: list[dict[str, str]]) -> None:
    numbers = [
        cell
        for cell in cells
        if re.search(r"\d", cell["text"]) and (cell["tag"] == "span" or cell["class"] == "n")
    ]
    assert len(numbers) > 400
    # What the publication prints stands in no table of ours, nor do the numbers of notes.
    is_note = re.compile(r"\d+(, \d+)*")
    lost = [
        c
        for c in numbers
        if not c["t"] and "--" not in c["id"] and not (c["last"] and is_note.fullmatch(c["text"]))
    ]
    assert len(lost) <= 2 * len(fake_marts.context().accounts)
    for cell in numbers:
        if not cell["t"] and "--" not in cell["id"]:
            continue
        table = (cell["t"] or cell["id"]).split("|")[0].split("--")[0]
        assert REPEATED_ROWS.get(table, table) in {*TABLES, *COUNTED}, cell


def test_traced_columns_exist_and_hold_what_is_shown(cells: list[dict[str, str]]) -> None:
    marts = fake_marts.marts()
    compared = 0
    for cell in cells:
        if not cell["t"]:
            continue
        table, key, column = cell["t"].split("|")
        assert column in {one.name for one in TABLES[table].columns}, cell
        names = [name for name in TABLES[table].key if name != "crawl_month"]
        parts = key.split(", ")
        if key.startswith(("count of", "sum of", "from all")) or len(parts) != len(names):
            continue
        rows = marts[table].filter(
            pl.col("crawl_month") == fake_marts.context().crawl_month,
            *(pl.col(name) == part for name, part in zip(names, parts, strict=True)),
        )
        if table == "category_engagement" and not rows.height:
            # The table holds only categories that occur.
            assert cell["text"].strip() in ("0", "0.0 %"), cell
            continue
        assert rows.height == 1, cell
        value = rows[column][0]
        shown = cell["text"].strip()
        if value is None:
            assert shown.startswith("—"), cell
            continue
        if table == "engagement_summary" and column != "below_500_count":
            assert shown in (str(formats.number(value)), str(formats.count(value))), cell
            compared += 1
        elif table == "fct_account_month" and column == "video_count":
            assert shown == f"{value:,}", cell
            compared += 1
        elif table in ("category_engagement", "category_prevalence") and column.endswith("ratio"):
            assert shown.startswith(str(formats.percent(value))), cell
            compared += 1
        elif table == "paper_comparison" and column != "difference":
            assert shown == str(formats.number(value)), cell
            compared += 1
    assert compared > 100
