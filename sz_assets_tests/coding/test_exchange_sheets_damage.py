"""Sheets that a spreadsheet program or a coder has changed: simulated edits, row by row."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from sz_assets.coding.exchange.csv_sheets import read_codes
from sz_assets.coding.exchange.records import FileReading
from sz_assets.coding.exchange.sheet_values import Unusable, instant_of, is_same_id
from sz_assets.errors import UserError

TASK = "news:7290123456789024805"
HEADER = "task_id,video_id,category,comment,coder_id,coded_at"
ROW = f"{TASK},7290123456789024805,natural,,coder_1,2024-03-05T06:07:08Z"


def read(tmp_path: Path, *lines: str, encoding: str = "utf-8", **more: str) -> FileReading:
    path = tmp_path / "sheet.csv"
    path.write_bytes("\r\n".join((*lines, "")).encode(encoding))
    return read_codes(path, coder_id=more.get("coder_id"))


def read_xlsx(tmp_path: Path, *rows: tuple[object, ...], merge: str = "") -> FileReading:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if merge:
        workbook.active.merge_cells(merge)
    workbook.save(tmp_path / "sheet.xlsx")
    return read_codes(tmp_path / "sheet.xlsx")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator(tmp_path, encoding, separator):
    row = ROW.replace("natural,,", "自然,很好，“清楚”,").replace(",", separator)
    reading = read(tmp_path, HEADER.replace(",", separator), row, encoding=encoding)
    (code,) = reading.codes
    assert (code.task_id, code.categories, code.comment) == (TASK, ("自然",), "很好，“清楚”")
    assert code.coded_at == datetime(2024, 3, 5, 6, 7, 8)
    assert (code.place.file, code.place.line) == ("sheet.csv", 2)


def test_damaged_utf8_is_not_taken_for_gbk(tmp_path):
    path = tmp_path / "sheet.csv"
    good, bad = ROW.replace("natural,", "natural,中文"), ROW.replace("natural", "自然")
    lines = [HEADER.encode(), good.encode(), bad.encode().replace(b"\xe7", b"", 1), good.encode()]
    path.write_bytes(b"\n".join(lines))
    reading = read_codes(path)
    assert [str(problem) for problem in reading.problems] == [
        "sheet.csv, line 3: category has bytes that are not text; save the file once more as CSV "
        "UTF-8."
    ]
    assert [code.comment for code in reading.codes] == ["中文", "中文"]


def test_utf16_cut_in_a_character(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_bytes(f"{HEADER}\n{ROW}".encode("utf-16")[:-1])
    with pytest.raises(UserError, match="not text in UTF-16"):
        read_codes(path)


def test_a_file_of_another_encoding_has_bad_rows_and_good_ones(tmp_path):
    row = ROW.replace("natural,,", "natural,café,")
    reading = read(tmp_path, HEADER, ROW, row, encoding="latin-1")
    assert [problem.place.line for problem in reading.problems] == [3]
    assert [code.place.line for code in reading.codes] == [2]


def test_header_in_any_order_case_and_width(tmp_path):
    reading = read(
        tmp_path, "sep=;", "", " Coder ID ;CATEGORY; Ｔask-Id;my notes;", f"c;natural;{TASK};x;"
    )
    assert [code.task_id for code in reading.codes] == [TASK]
    assert reading.codes[0].place.line == 3
    assert reading.notes == ["sheet.csv: columns that are not read: my notes."]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("video_id,coder_id", "no column task_id and category"),
        ("task_id,coder_id", "no column category"),
        ("category,coder_id", "no column task_id"),
        ("task_id,category", "does not say who coded"),
        ("task_id,category,Category,coder_id", "column category twice"),
        ("", "no column task_id and category"),
    ],
)
def test_columns_that_are_missing_or_double(tmp_path, header, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, header, "a,b,c,d")


def test_the_coder_of_a_file_that_names_none(tmp_path):
    lines = ("task_id,category", f"{TASK},natural")
    assert read(tmp_path, *lines, coder_id="c9").codes[0].coder_id == "c9"
    assert read(tmp_path, HEADER, ROW, coder_id="c9").codes[0].coder_id == "coder_1"
    assert read(tmp_path, HEADER, ROW, coder_id="coder_1=c9").codes[0].coder_id == "c9"


def test_only_a_header(tmp_path):
    assert read(tmp_path, HEADER) == FileReading()


def test_empty_rows_and_repeated_headers_are_no_rows(tmp_path):
    reading = read(tmp_path, HEADER, "", ",,,,,", ROW, HEADER, ROW)
    assert [code.place.line for code in reading.codes] == [4, 6]
    assert reading.problems == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW.replace(TASK, "7.29E+18"), "task_id is the number 7.29E+18"),
        (ROW.replace(TASK, "7290123456789020000"), "copy the column from the sheet"),
        (ROW.replace(TASK, ""), "task_id is empty"),
        (ROW.replace(TASK, "news"), "not account:video"),
        (ROW.replace(",7290123456789024805", ",7290123456799024805"), "video_id is"),
        (ROW.replace("coder_1", ""), "coder_id is empty"),
        (ROW.replace("2024-03-05T06:07:08Z", "5/3/2024 14:22"), "may mean two days"),
        (ROW.replace("2024-03-05T06:07:08Z", "yesterday"), "not a date"),
        (ROW.replace("natural", "natural; none"), "beside a category"),
        (ROW.replace("natural", "natural; Natural "), "same category twice"),
        (ROW.replace("natural", "#REF!"), "the error #REF!"),
        (ROW + ",one more", "more cells than the header"),
        (f"{TASK},7290123456789024805", "ends before the column category"),
        ('"broken"quote,' + ROW, "quotation marks"),
        ('"never closed,' + ROW, "quotation marks"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(tmp_path, row, words):
    reading = read(tmp_path, HEADER, ROW, row, ROW)
    (problem,) = reading.problems
    assert str(problem).startswith("sheet.csv, line 3: ")
    assert words in problem.text
    assert [code.place.line for code in reading.codes] == [2, 4]


def test_null_bytes_make_a_row_bad_but_not_the_file(tmp_path):
    reading = read(tmp_path, HEADER, ROW, ROW.replace("news:", "ne ws\0:"), ROW)
    assert [problem.place.line for problem in reading.problems] == [3]
    assert len(reading.codes) == 2


def test_codes_as_coders_write_them(tmp_path):
    words = ["none", " NONE ", "不属于任何类别", "Ｎａｔｕｒａｌ", "3", "natural；visual"]
    rows = [ROW.replace("natural", word) for word in words]
    found = [code.categories for code in read(tmp_path, HEADER, *rows).codes]
    assert found == [(), (), (), ("Ｎａｔｕｒａｌ",), ("3",), ("natural", "visual")]


def test_further_categories_need_a_main_one(tmp_path):
    reading = read(tmp_path, "task_id,category,further_categories,coder_id", f"{TASK},,visual,c")
    assert "fill category first" in reading.problems[0].text


@pytest.mark.parametrize(
    "shown",
    [
        "", "7290123456789024805", "7.29012345678902E+18", "7.29E+18", "7,29E+18", "7E+18",
        "7290123456789020000", "7.29012345678903E+18", "7290123456789024768",
        7290123456789024805.0, 7290123456789020000, "7,290,123,456,789,020,000",
    ],
)  # fmt: skip
def test_an_id_that_a_program_damaged_is_still_the_same(shown):
    assert is_same_id(shown, "7290123456789024805")


@pytest.mark.parametrize(
    "shown",
    ["7290123456789014805", "7290123456789027777", "7.30E+18", "6.2E+18", "7.29E+17", "abc", "1"],
)
def test_another_id_is_not_the_same(shown):
    assert not is_same_id(shown, "7290123456789024805")


def test_short_and_lettered_ids_are_compared_as_they_are():
    assert is_same_id("BV1xx411c7mD", "BV1xx411c7mD")
    assert not is_same_id("bv1xx411c7md", "BV1xx411c7mD")
    assert is_same_id("7", "007")
    assert not is_same_id("12", "13")


@pytest.mark.parametrize(
    "shown",
    [
        "2024-03-05T14:22:00Z", "2024-03-05 14:22", "2024/3/5 14:22", "2024.3.5 14:22:00",
        "2024年3月5日 14:22", "2024/3/5 下午2:22", "2024/3/5 2:22 PM", "2024-03-05T22:22:00+08:00",
        "2024-03-05T09:22:00.000-0500", "3/25/2024 14:22", "25.3.2024 14:22", "45356.5986111111",
        45356.5986111111, datetime(2024, 3, 5, 14, 22),
    ],
)  # fmt: skip
def test_instants_in_many_forms(shown):
    day = 25 if "25" in str(shown) else 5
    assert instant_of(shown) == datetime(2024, 3, day, 14, 22)


def test_a_day_alone_is_its_start_and_equal_numbers_are_not_ambiguous():
    assert instant_of("2024-03-05") == datetime(2024, 3, 5)
    assert instant_of("3/3/2024") == datetime(2024, 3, 3)
    assert instant_of(" ") is None


@pytest.mark.parametrize(
    "shown", ["4/3/2024", "4/3/24", "2024-02-30", "2024-03-05 25:00", "14:22", "17", "1709648520"]
)
def test_dates_that_are_refused(shown):
    with pytest.raises(Unusable):
        instant_of(shown)


def test_numbers_dates_and_formulas_in_a_workbook(tmp_path):
    header = tuple(HEADER.split(","))
    reading = read_xlsx(
        tmp_path,
        (None, None),
        header,
        (TASK, 7290123456789020000, "natural", 2024, 7, datetime(2024, 3, 5, 14, 22)),
        (TASK, 7.29e18, "natural", None, "c", 45356.5),
        (TASK, None, '=IF(1,"natural","")', None, "c", None),
        (7290123456789020000, None, "natural", None, "c", None),
        (TASK, None, None, None, "c", None),
    )
    first, second = reading.codes
    assert (first.comment, first.coder_id) == ("2024", "7")
    assert first.coded_at == datetime(2024, 3, 5, 14, 22)
    assert second.coded_at == datetime(2024, 3, 5, 12)
    formula, number = reading.problems
    assert str(formula).startswith("sheet.xlsx, line 5: category holds a formula without a value")
    assert str(number).startswith("sheet.xlsx, line 6: task_id is the number 72901234567890")
    assert [place.line for place, _ in reading.uncoded] == [7]


def test_merged_and_hidden_rows(tmp_path):
    header = ("task_id", "category", "coder_id")
    rows = [header, (TASK, "natural", "c"), (TASK, "visual", "c"), (TASK, "visual", "c")]
    reading = read_xlsx(tmp_path, *rows, merge="B2:B3")
    assert [str(problem) for problem in reading.problems] == [
        "sheet.xlsx, line 3: category is merged with another cell; split the cells."
    ]
    path = tmp_path / "sheet.xlsx"
    workbook = openpyxl.load_workbook(path)
    workbook.active.row_dimensions[4].hidden = True
    workbook.save(path)
    assert [code.place.line for code in read_codes(path).codes] == [2, 4]
