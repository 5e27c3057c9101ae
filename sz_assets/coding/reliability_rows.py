"""Reading the rows of a reliability file, whatever program wrote it.

Here: CSV, TSV and XLSX in UTF-8, UTF-16 or GB 18030, as rows of text with their line numbers.
Not here: what the columns mean (`reliability_layouts`).
"""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

from sz_assets.coding.exchange.archive_guard import check_xml, open_archive
from sz_assets.coding.readable import refuse_special, unreadable
from sz_assets.errors import UserError

# In the order in which they are tried; each must decode the whole file.
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",\t;"


class Row(NamedTuple):
    """The stripped cells of one row, and the file's line on which it ends (from 1)."""

    line: int
    cells: tuple[str, ...]


class Rows(NamedTuple):
    """A file's header and its other rows, each as long as the header; empty rows are left out."""

    path: Path
    encoding: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def error(self, line: int, what: str) -> UserError:
        """An error that names the file and the line."""
        return UserError(f"{self.path}, line {line}: {what}.")


def read_rows(path: Path) -> Rows:
    """The rows of a file; the first line holds the names of the columns.

    Raises UserError for a file that cannot be read, is empty, or has rows of unequal length.
    """
    refuse_special(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if content.startswith(b"PK\x03\x04"):
        encoding, found = "xlsx", _read_workbook(path)
    else:
        encoding, text = _decode(path, content)
        if text.lstrip().startswith(("{", "[", "<")):
            raise UserError(f"{path} is JSON or XML, no table: save it as CSV with UTF-8, or XLSX.")
        found = _read_text(path, text)
    found = [row for row in found if any(row.cells)]
    if len(found) < 2:
        what = "has no rows below its header" if found else "is empty"
        raise UserError(f"{path} {what}: it needs a header and a row for each unit.")
    header, *rows = found
    result = Rows(path, encoding, header.cells, tuple(rows))
    for row in rows:
        if len(row.cells) != len(header.cells):
            what = f"{len(row.cells)} cells, but the header has {len(header.cells)}"
            raise result.error(row.line, what)
    _check_names(result, header.line)
    return result


def _check_names(rows: Rows, line: int) -> None:
    if _has_no_header(rows):
        what = "the first row must name the coders, or what else the columns are, but is one of "
        raise rows.error(line, f"{what}codes: put a row of names above it")
    seen: set[str] = set()
    for place, name in enumerate(rows.header):
        if not name and place:
            raise rows.error(line, f"column {place + 1} has no name")
        if name in seen:
            raise rows.error(line, f"two columns are called {name!r}")
        seen.add(name)


def _has_no_header(rows: Rows) -> bool:
    """Whether the first row is one of codes, as the others are.

    Words that are codes further down are no names of columns; numbers could be, as in `unit,1,2`,
    unless they begin to count the rows.
    """
    first, *names = rows.header
    codes = {cell for row in rows.rows for cell in row.cells[1:]}
    if not names or not all(name in codes for name in names):
        return False
    numbers = [first, *(row.cells[0] for row in rows.rows)]
    if all(cell.isdecimal() and len(cell) < 10 for cell in numbers):
        start = int(first)
        return [int(cell) for cell in numbers] == list(range(start, start + len(numbers)))
    return not any(_is_number(name) for name in names)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text
    return True


def _decode(path: Path, content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ENCODINGS
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding.removesuffix("-sig"), text
    raise UserError(
        f"{path} is not text in UTF-8, UTF-16 or GB 18030: save it as CSV with UTF-8, or as XLSX."
    )


def _read_text(path: Path, text: str) -> list[Row]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [Row(reader.line_num, tuple(cell.strip() for cell in cells)) for cells in reader]
    except csv.Error as error:
        raise UserError(
            f"{path}, line {reader.line_num}: not a valid CSV row ({error})."
        ) from error


def _read_workbook(path: Path) -> list[Row]:
    """Rows of the first sheet, without the empty columns and cells at its right end."""
    from openpyxl import load_workbook

    with open_archive(path, "an XLSX workbook") as archive:
        for member in archive.namelist():
            if member.lower().endswith((".xml", ".rels")):
                check_xml(archive, member)
        try:
            # From memory of the file, not its name: openpyxl refuses other endings.
            workbook = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
            sheet = workbook.worksheets[0]
            found = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            workbook.close()
        # openpyxl raises whatever its parts happen to raise on a workbook that is not one.
        except Exception as error:
            raise UserError(
                f"{path} is not a workbook that can be read ({type(error).__name__}: {error}); "
                "save it once more as XLSX."
            ) from error
    width = max((place + 1 for row in found for place, cell in enumerate(row) if cell), default=0)
    return [
        Row(line, tuple((row + [""] * width)[:width])) for line, row in enumerate(found, start=1)
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    # Spreadsheets hold each number as a float.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
