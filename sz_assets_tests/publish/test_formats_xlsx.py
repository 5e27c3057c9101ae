"""The workbook: texts are texts, numbers numbers, and the sheets are the tables."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hostile_titles import HOSTILE_TITLES
from openpyxl.utils.escape import unescape
from small_release import BY_NAME, about, build, rows_of

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.table import Type
from sz_assets.errors import UserError
from sz_assets.publish.formats import write_formats, xlsx
from sz_assets.publish.formats.xlsx import LARGEST_TEXT, cut

TABLES = ["fct_video_month", "dim_account", "category_engagement", "video_growth"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The database and its workbook."""
    folder = tmp_path_factory.mktemp("xlsx")
    warehouse = build(folder / "warehouse.duckdb", HOSTILE_TITLES)
    [path] = write_formats(warehouse, folder, ["xlsx"], about(), TABLES)
    assert not [path for path in folder.rglob("*") if path.suffix not in (".duckdb", ".xlsx", "")]
    return warehouse, path


@pytest.fixture(scope="module")
def book(made) -> Any:
    return openpyxl.load_workbook(made[1])


def expected(kind: Type, value: Any) -> Any:
    """The cell of a value, with the losses that the format lists."""
    if value is None:
        return None
    if kind is Type.TEXT:
        return cut(value)
    if kind is Type.TEXT_LIST:
        return value
    if kind is Type.DATE:
        return datetime(value.year, value.month, value.day)
    if kind is Type.INTEGER and abs(value) > 2**53:
        return str(value)
    if kind is Type.FLOAT:
        return float(f"{value:.16G}")
    return value


def found(kind: Type, value: Any) -> Any:
    if value is None:
        return None
    if kind is Type.TEXT_LIST:
        return json.loads(unescape(value))
    return unescape(value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", TABLES)
def test_a_sheet_is_the_table(made, book, name: str) -> None:
    table, rows = BY_NAME[name], rows_of(made[0], BY_NAME[name])
    head, *cells = book[name].iter_rows(values_only=True)
    assert list(head) == table.column_names
    # Of an empty table the filter makes no row.
    assert len([row for row in cells if any(value is not None for value in row)]) == len(rows)
    for row, stored in zip(cells, rows, strict=False):
        for column, cell, value in zip(table.columns, row, stored, strict=True):
            got, want = found(column.type, cell), expected(column.type, value)
            if column.type is Type.TIMESTAMP and value:
                assert abs(got - want) <= timedelta(milliseconds=1)
            elif column.type is Type.TEXT and value == "":
                assert got in (None, "")
            else:
                assert got == want, column.name


def test_ids_are_text_and_big_integers_too(made, book) -> None:
    sheet = book["fct_video_month"]
    names = [cell.value for cell in sheet[1]]
    ids = [row[names.index("video_id")] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in ids} == {"s"}
    plays = [row[names.index("play_count")].value for row in sheet.iter_rows(min_row=2)]
    assert str(2**53 + 1) in plays


def test_no_formula_no_link_and_nothing_outside_lives_in_the_workbook(made) -> None:
    with zipfile.ZipFile(made[1]) as archive:
        names = archive.namelist()
        sheets = [name for name in names if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(TABLES) + 2
        for name in sheets:
            text = archive.read(name).decode()
            assert re.search(r"<f[\s>/]|<hyperlink|<oleObject|<legacyDrawingHF", text) is None
        relations = "".join(archive.read(n).decode() for n in names if n.endswith(".rels"))
        assert "External" not in relations
        assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]


def test_empty_text_is_a_cell_and_null_is_none(made) -> None:
    with zipfile.ZipFile(made[1]) as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{number}.xml") for number in range(1, 7)]
    assert any(b't="inlineStr"><is><t></t></is>' in sheet for sheet in sheets)


def test_control_characters_are_escaped_and_escapes_too(made) -> None:
    with zipfile.ZipFile(made[1]) as archive:
        text = archive.read("xl/worksheets/sheet3.xml").decode()
    assert "nul_x0000_inside" in text
    assert "_x005F_x0041_ is not A" in text


def test_the_header_stands_still_and_explains_itself(book) -> None:
    for name in TABLES:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        for cell, column in zip(sheet[1], BY_NAME[name].columns, strict=True):
            assert column.description in cell.comment.text


def test_the_first_sheet_says_what_it_is_and_what_was_cut(book) -> None:
    said = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True)}
    assert said["运行 Run"] == "0f1e2d3c"
    assert "模拟数据" in said["注意 Note"]
    cuts = json.loads(said["截断 Cut texts"])
    assert cuts["fct_video_month.title"] == sum(cut(text) != text for text in HOSTILE_TITLES)
    rows = [row[:2] for row in book["dictionary"].iter_rows(min_row=2, values_only=True)]
    assert rows == [(name, column) for name in TABLES for column in BY_NAME[name].column_names]


def test_a_text_is_cut_where_excel_counts() -> None:
    assert cut("x" * LARGEST_TEXT) == "x" * LARGEST_TEXT
    assert len(cut("x" * 40_000)) == LARGEST_TEXT
    assert cut("😀" * 20_000) == "😀" * (LARGEST_TEXT // 2)


def test_a_table_longer_than_a_sheet_is_refused(made, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", len(HOSTILE_TITLES))
    with pytest.raises(UserError, match=r"dim_account has \d+ rows, more than the \d+ .*--month"):
        write_formats(made[0], tmp_path, ["xlsx"], about(), ["dim_account"])


def test_what_excel_has_no_number_for_is_text() -> None:
    class Sheet:
        def __init__(self) -> None:
            self.cells: list[tuple[str, Any]] = []

        def __getattr__(self, name: str) -> Any:
            return lambda row, at, value, *style: self.cells.append((name, value))

    sheet = Sheet()
    writer = xlsx._Sheet(sheet, BY_NAME["fct_video_month"], {}, Counter())
    for kind, value in (
        (Type.FLOAT, float("nan")),
        (Type.FLOAT, float("-inf")),
        (Type.INTEGER, -(2**53) - 1),
        (Type.INTEGER, 2**53),
        (Type.DATE, date(1899, 12, 31)),
        (Type.TIMESTAMP, datetime(1900, 2, 28, 1)),
    ):
        writer._writer_of(kind, "x")(1, 0, value)
    assert sheet.cells == [
        ("write_string", "nan"),
        ("write_string", "-inf"),
        ("write_string", "-9007199254740993"),
        ("write_number", 2**53),
        ("write_string", "1899-12-31"),
        ("write_string", "1900-02-28T01:00:00"),
    ]


def test_sheets_can_be_named_after_every_table() -> None:
    names = [table.name for table in PUBLISHED_TABLES]
    assert max(map(len, names)) <= 31
    assert not {"about", "dictionary", "history"} & set(names)
