"""Sheets as they go out: columns, hostile texts, and the way back without loss."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from sheet_material import HOSTILE, assignment, book, codes, tasks, without_place

from sz_assets.coding.exchange import csv_sheets, xlsx_sheets
from sz_assets.coding.exchange.records import Task
from sz_assets.coding.exchange.sheet_text import in_pieces, mark, protect, unmark
from sz_assets.errors import UserError

BOTH = pytest.mark.parametrize("sheets", [csv_sheets, xlsx_sheets], ids=["csv", "xlsx"])
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def csv_rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@BOTH
@pytest.mark.parametrize(("per_video", "count"), [("one", 300), ("several", 2_580)])
def test_codes_of_two_coders_come_back(sheets, per_video, count, tmp_path):
    of, codebook = tasks(count), book(per_video)
    sent = codes(of, codebook, ("coder_1", "007"))
    path, *_ = sheets.write_codes(sent, of, codebook, tmp_path)
    reading = sheets.read_codes(path)
    assert without_place(reading.codes) == sent
    assert len(sent) == 2 * (count - 1)
    assert reading.problems == []
    assert [task_id for _, task_id in reading.uncoded] == [of[-1].task_id]


@BOTH
def test_tasks_come_back_uncoded_and_in_order(sheets, tmp_path):
    given = assignment(60)
    path, *_ = sheets.write_tasks(given, tmp_path)
    reading = sheets.read_codes(path)
    assert [task_id for _, task_id in reading.uncoded] == [task.task_id for task in given.tasks]
    assert [place.line for place, _ in reading.uncoded] == list(range(2, 62))
    assert (reading.codes, reading.problems, reading.notes) == ([], [], [])


@BOTH
def test_a_sheet_is_never_overwritten(sheets, tmp_path):
    path, *_ = sheets.write_tasks(assignment(), tmp_path)
    before = path.read_bytes()
    with pytest.raises(UserError, match="already there"):
        sheets.write_tasks(assignment(3), tmp_path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part*"))


@BOTH
def test_ids_make_a_file_name_that_stays_in_the_folder(sheets, tmp_path):
    path, *_ = sheets.write_tasks(assignment(3, coder_id="../../a/b"), tmp_path / "new")
    assert path.parent == tmp_path / "new"


def test_csv_titles_come_back_by_what_the_row_says(tmp_path):
    given = assignment(40)
    path, book_path = csv_sheets.write_tasks(given, tmp_path)
    for row, task in zip(csv_rows(path), given.tasks, strict=True):
        added = row["apostrophe_added"].split(";")
        pieces = [name for name in row if name == "title" or name.startswith("title_")]
        cells = [row[name][1:] if name in added else row[name] for name in pieces]
        assert unmark("".join(cells)) == (task.title or "")
        assert row["video_id"] == task.video_id
        assert row["task_id"] == task.task_id
    assert [row["id"] for row in csv_rows(book_path)] == [
        "citizen_entity", "natural", "visual", "none",
    ]  # fmt: skip


def test_no_csv_cell_is_run_or_cut_by_a_spreadsheet_program(tmp_path):
    codebook = book()
    of = (*tasks(40), Task("news", "-1+1", "x"), Task("=1+1", "@x", None))
    files = csv_sheets.write_codes(codes(of, codebook, ("=1", "a")), of, codebook, tmp_path)
    assert {code.task_id for code in csv_sheets.read_codes(files[0]).codes} >= {"news:-1+1"}
    for path in files:
        for row in csv_rows(path):
            for cell in row.values():
                text = cell.lstrip("\ufeff\u200b \u3000\x85\u2028")
                assert text.startswith("'") or not text.startswith(_DANGEROUS)
                assert len(cell.encode("utf-16-le")) // 2 <= 32_767
                assert not any(ord(c) < 32 and c not in "\t\r\n" for c in cell)


@pytest.mark.parametrize("text", [*HOSTILE[:5], "7290123456789012345", "12e4", "2023-10", "MAR1"])
def test_what_a_program_would_change_is_protected(text):
    assert protect(text) == f"'{text}"


@pytest.mark.parametrize("text", ["深圳", "a=b", "natural", "coder_1", "", "5 reasons"])
def test_other_texts_are_left_as_they_are(text):
    assert protect(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_marks_and_pieces_are_undone(text):
    assert unmark("".join(in_pieces(mark(text)))) == text


def test_workbook_holds_text_only_and_offers_the_ids(tmp_path):
    given = assignment(40)
    (path,) = xlsx_sheets.write_tasks(given, tmp_path)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["codes"]
    header = [cell.value for cell in sheet[1]]
    for row, task in zip(sheet.iter_rows(min_row=2), given.tasks, strict=True):
        assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
        assert {cell.number_format for cell in row} == {"@"}
        shown = dict(zip(header, (cell.value for cell in row), strict=True))
        assert shown["video_id"] == task.video_id
        if task.title in HOSTILE[:5]:
            assert shown["title"] == task.title
    assert sheet.freeze_panes == "A2"
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == "codebook!$A$2:$A$5"
    column = openpyxl.utils.get_column_letter(header.index("category") + 1)
    assert str(rule.sqref) == f"{column}2:{column}41"
    assert [cell.value for cell in workbook["codebook"]["A"]] == [
        "id", "citizen_entity", "natural", "visual", "none",
    ]  # fmt: skip
    assert workbook["codebook"]["D2"].value == "市民主体"
    assert not [c for ws in workbook for r in ws.iter_rows() for c in r if c.data_type == "f"]
