"""The workbook and the CSV in a real spreadsheet program, LibreOffice."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from hostile_titles import HOSTILE_TITLES
from small_release import BY_NAME, about, build, rows_of

from sz_assets.publish.formats import write_formats
from sz_assets.publish.formats.csv import guarded

pytestmark = pytest.mark.slow

# LibreOffice writes the sheet of this number as CSV: comma, quotation mark, UTF-8.
_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,3"
_CSV_IN = "--infilter=CSV:44,34,76,1,,0,false,true"
_WORKBOOK = "xlsx:Calc MS Excel 2007 XML"


def saved(path: Path, to: str, *options: str) -> Path:
    """What the program makes of the file; the only file in a new folder."""
    program = shutil.which("soffice")
    if program is None:
        raise RuntimeError("LibreOffice is missing: apt-get install libreoffice-calc-nogui")
    folder = path.parent / "saved"
    command = [
        program, f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless",
        *options, "--convert-to", to, "--outdir", str(folder), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    [made] = folder.iterdir()
    return made


def _plain(text: str | None) -> str:
    """A text without what the program itself drops, or writes otherwise, when it saves."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter >= " " and letter not in "\x7f\ufffe\uffff")


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, list[Path]]:
    texts = [text for text in HOSTILE_TITLES if len(text) < 32_767]
    warehouse = build(tmp_path / "warehouse.duckdb", texts)
    return warehouse, write_formats(
        warehouse, tmp_path, ["csv", "xlsx"], about(), ["fct_video_month"]
    )


def test_the_program_shows_the_workbook_as_it_is(made) -> None:
    warehouse, (_, _, book) = made
    shown = saved(book, _SHEET)
    with shown.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    table = BY_NAME["fct_video_month"]
    assert head == table.column_names
    stored = rows_of(warehouse, table)
    for name in ("video_id", "title", "like_count", "crawl_month"):
        at = head.index(name)
        want = [_plain(None if row[at] is None else str(row[at])) for row in stored]
        assert [_plain(row[at]) for row in rows] == want, name


def test_the_program_sees_no_formula_in_the_csv(made) -> None:
    import openpyxl

    warehouse, (path, *_) = made
    sheet = openpyxl.load_workbook(saved(path, _WORKBOOK, _CSV_IN)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    table = BY_NAME["fct_video_month"]
    at = table.column_names.index("title")
    titles = [row[at] for row in rows_of(warehouse, table) if row[at] is not None]
    formula = next(title for title in titles if title.startswith("=HYPERLINK"))
    assert guarded(formula) in {cell.value for cell in cells}
