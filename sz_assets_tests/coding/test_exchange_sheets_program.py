"""Sheets opened and saved by a real spreadsheet program, LibreOffice, in every direction."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sheet_material import book, codes, tasks, without_place

from sz_assets.coding.exchange import csv_sheets, xlsx_sheets

pytestmark = pytest.mark.slow

# Separator, quotation mark, UTF-8, from line 1; what looks like a number becomes one.
_CSV_IN = "--infilter=CSV:44,34,76,1,,0,false,true"
_TO = {
    "csv": "csv:Text - txt - csv (StarCalc):{},34,76,1,,0,false,true,false",
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
}


def saved_by_the_program(path: Path, kind: str, separator: str) -> Path:
    program = shutil.which("soffice")
    if program is None:
        raise RuntimeError("LibreOffice is missing: apt-get install libreoffice-calc-nogui")
    folder = path.parent / "saved"
    command = [
        program, f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless",
        *([_CSV_IN] if path.suffix == ".csv" else []),
        "--convert-to", _TO[kind].format(ord(separator)), "--outdir", str(folder), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / f"{path.stem}.{kind}"


@pytest.mark.parametrize(
    ("sheets", "kind", "separator"),
    [
        (csv_sheets, "xlsx", ","),
        (csv_sheets, "csv", ";"),
        (xlsx_sheets, "xlsx", ","),
        (xlsx_sheets, "csv", "\t"),
    ],
    ids=["csv to xlsx", "csv to csv", "xlsx to xlsx", "xlsx to csv"],
)
def test_codes_survive_the_program(sheets, kind, separator, tmp_path):
    of, codebook = tasks(300), book("several")
    sent = codes(of, codebook, ("coder_1", "007"))
    path, *_ = sheets.write_codes(sent, of, codebook, tmp_path)
    reading = sheets.read_codes(saved_by_the_program(path, kind, separator))
    assert reading.problems == []
    # The program writes every line end inside a cell as a line feed; all else is kept.
    expected = [replace(code, comment=_line_feeds(code.comment)) for code in sent]
    found = [replace(c, comment=_line_feeds(c.comment)) for c in without_place(reading.codes)]
    assert found == expected
    assert len(reading.uncoded) == 1


def _line_feeds(text: str | None) -> str | None:
    return text and text.replace("\r\n", "\n").replace("\r", "\n")
