"""Reliability files in odd encodings, and files that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sz_assets.coding.reliability_files import read_reliability_file, reliability_of_file
from sz_assets.errors import UserError

TEXT = "编号,编码员1,编码员2\n1,城市,城市\n2,人文,城市\n3,人文,人文\n"


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_what_spreadsheet_programs_save_is_read(
    encoding: str, read_as: str, delimiter: str, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    text = TEXT.replace(",", delimiter).replace("\n", "\r\n")
    path.write_bytes(text.encode(encoding))
    data = read_reliability_file(path)
    assert (data.encoding, data.columns.unit) == (read_as, "编号")
    assert set(data.variables[0].values) == {"城市", "人文"}
    assert data.variables[0].coders == ("编码员1", "编码员2")


def test_a_workbook_is_read_with_its_numbers_as_they_look(tmp_path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["Units", "Rater1", "Rater2"], [1, 1.0, 1], [2, 2, None], [3, 2.5, 1], [None] * 5):
        sheet.append(row)
    path = tmp_path / "codes.xlsx"
    workbook.save(path)
    data = read_reliability_file(path)
    assert (data.encoding, data.layout) == ("xlsx", "coders_in_columns")
    assert data.variables[0].values == (1.0, 2.0, 2.5)
    assert data.variables[0].codes.tolist() == [[0, 0], [1, -1], [2, 0]]


def test_texts_over_several_lines_keep_the_lines_of_errors(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text('id,rater1,rater2\n1,"a\nb",a\n\n2,a\n')
    with pytest.raises(UserError, match=r"codes\.csv, line 5: 2 cells, but the header has 3"):
        reliability_of_file(path)


LONG = "unit,coder,topic\n1,x,a\n1,y,a\n2,x,b\n"
WIDE = "id,rater1,rater2\n1,1,1\n2,2,3\n"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        pytest.param("", {}, "is empty", id="empty"),
        pytest.param("\n , \n", {}, "is empty", id="blank rows"),
        pytest.param("id,rater1\n", {}, "no rows below", id="header only"),
        pytest.param("id,rater1\n1,a\n", {}, "two coders", id="one coder in columns"),
        pytest.param("unit,coder,topic\n1,x,a\n2,x,b\n", {}, "two coders", id="one coder in rows"),
        pytest.param("id,rater1,rater2\n1,a,\n2,b,NA\n", {}, "two coders", id="one coder coded"),
        pytest.param(WIDE + "3,1,1,1\n", {}, "line 4: 4 cells", id="ragged"),
        pytest.param(WIDE + "1,2,2\n", {}, "line 4: unit '1' is here again, after line 2", id="u"),
        pytest.param(WIDE + ",2,2\n", {}, "line 4: the unit has no name", id="unnamed unit"),
        pytest.param(
            LONG + "1,y,b\n", {}, "line 5: coder 'y' has unit '1' again, after line 3", id="twice"
        ),
        pytest.param(LONG + "1,,b\n", {}, "line 5: the column 'coder' is empty", id="no coder"),
        pytest.param("unit,coder\n1,x\n1,y\n", {}, "no column", id="no codes"),
        pytest.param("id,a,a\n1,x,y\n", {}, "line 1: two columns are called 'a'", id="same name"),
        pytest.param("id,a,\n1,x,y\n", {}, "line 1: column 3 has no name", id="nameless"),
        pytest.param('id,a,b\n1,"x"y,z\n', {}, "line 2: not a valid CSV row", id="bad quotes"),
        pytest.param(WIDE, {"unit": "video"}, "no column 'video'.*'rater1'", id="unit column"),
        pytest.param(WIDE, {"values": ["rater9"]}, "no column 'rater9'", id="value column"),
        pytest.param(WIDE, {"layout": "long"}, "names coders", id="long without coders"),
        pytest.param(WIDE, {"layout": "contingency"}, "no table of two coders", id="no table"),
        pytest.param(WIDE, {"layout": "square"}, "'square' is no layout", id="unknown layout"),
        pytest.param(WIDE, {"level": "sets"}, "no level of measurement", id="unknown level"),
        pytest.param(
            WIDE + "3,x,1\n", {"level": "interval"}, "line 4: 'x' is no number", id="no number"
        ),
        pytest.param(WIDE + "3,x,1\n", {"level": "ordinal"}, "state the order", id="no order"),
        pytest.param(WIDE + "3,-1,1\n", {"level": "ratio"}, "line 4: '-1' is negative", id="ratio"),
        pytest.param(WIDE, {"order": ["1", "2"]}, "line 3: '3' is not in the", id="order lacks"),
        pytest.param(WIDE, {"order": ["1", "1"]}, "names a category twice", id="order repeats"),
        pytest.param(
            WIDE, {"order": ["1", "2", "3"], "level": "ratio"}, "ordinal, not ratio", id="order+"
        ),
        pytest.param(
            "id,a,b\n1,2,0\n2,x,2\n", {"layout": "distribution"}, "line 3: 'x' is no number", id="n"
        ),
        pytest.param(
            ",a,b\na,1,2\nb,0,99999999\n", {}, "line 3: '99999999' is no number", id="too many"
        ),
        pytest.param(
            "unit,group,coder,t\n1,A,x,a\n1,B,y,a\n", {}, "line 3: unit '1' is of group", id="group"
        ),
    ],
)
def test_bad_files_are_refused_with_the_place(
    text: str, options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        reliability_of_file(path, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x81\xff\xff\x00", "not text in UTF-8"),
        (b"PK\x03\x04 no workbook", "as an XLSX workbook: it is damaged"),
        ("id,a,b\n1,x,y\n".encode("utf-16-le"), "not text in UTF-8"),
    ],
)
def test_other_content_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        reliability_of_file(path)


@pytest.mark.parametrize(
    "text",
    [
        "v1,city,people\nv2,city,city\nv3,people,people\n",
        "v1,city,city\nv2,city,people\n",
        "v1,ana,city\nv2,bo,people\nv1,bo,city\nv2,ana,city\n",
        "1,3,2\n2,3,3\n3,2,2\n",
    ],
)
def test_a_file_without_a_header_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=r"line 1: the first row must name the coders"):
        reliability_of_file(path)


def test_coders_may_be_numbered_in_a_header(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("unit,1,2\n1,1,2\n2,1,1\n3,2,2\n")
    assert read_reliability_file(path).variables[0].coders == ("1", "2")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "nothing.csv", "There is no file"), (tmp_path, "is a folder")):
        with pytest.raises(UserError, match=words):
            reliability_of_file(path)
