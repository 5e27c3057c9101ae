"""XLSX workbooks: every cell written as text, and read as whatever a program made of it.

Here: the file format. Not here: CSV and what cells may hold (`sheet_text`), or what a column
means (`sheets`).
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sz_assets.coding.exchange.archive_guard import MAX_FILE_BYTES, check_xml, open_archive
from sz_assets.coding.exchange.sheet_rows import Table
from sz_assets.coding.exchange.sheet_text import Broken, RawRow, RawSheet
from sz_assets.coding.readable import unreadable
from sz_assets.errors import UserError
from sz_assets.excel_text import put_text

CODES_SHEET, CODEBOOK_SHEET = "codes", "codebook"
_WIDTHS = {"task_id": 44, "title": 70, "url": 40, "comment": 40, "video_id": 24}
_OTHER_WIDTH = 22
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# All rows that a workbook can have; without bounds a single cell far away would fill the memory.
_WITHIN = {"max_row": 1_048_576, "max_col": 100}
_MAX_MERGED = 1_000
_NOT_TEXT = re.compile("_x([0-9a-fA-F]{4})_")


def write_workbook(path: Path, table: Table, categories: Table) -> None:
    """Both tables as sheets of text; the column `category` of the first offers the second's ids."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    try:
        _write_workbook(xlsxwriter.Workbook(str(path)), table, categories)
    except FileCreateError as error:
        # What the disk said, such as that it is full.
        cause = error.args[0] if error.args else error
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from error


def _write_workbook(opened: Any, table: Table, categories: Table) -> None:
    with opened as workbook:
        # Number format `@` keeps a cell text even after a coder has edited it.
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = workbook.add_format({"num_format": "@", "bold": True, "bottom": 1})
        rows, header = len(table) - 1, table[0]
        codes = workbook.add_worksheet(CODES_SHEET)
        _fill(codes, table, text, head)
        _fill(workbook.add_worksheet(CODEBOOK_SHEET), categories, text, head)
        if rows:
            column = header.index("category")
            codes.data_validation(
                1,
                column,
                rows,
                column,
                {
                    "validate": "list",
                    "source": f"={CODEBOOK_SHEET}!$A$2:$A${len(categories)}",
                    "error_title": "Unknown category",
                    "error_message": "Choose an id of the sheet “codebook”, or “none”.",
                },
            )
            codes.autofilter(0, 0, rows, len(header) - 1)


def _fill(sheet: Any, table: Table, text: Any, head: Any) -> None:
    for column, name in enumerate(table[0]):
        sheet.set_column(column, column, _WIDTHS.get(name.rstrip("_0123456789"), _OTHER_WIDTH))
    for line, row in enumerate(table):
        for column, cell in enumerate(row):
            style = text if line else head
            # An empty cell keeps the format, so that what a coder types stays text.
            if not cell:
                sheet.write_blank(line, column, None, style)
            else:
                put_text(sheet, line, column, cell, style)
    sheet.freeze_panes(1, 0)


def looks_like_workbook(content: bytes) -> bool:
    """Whether a file's first bytes are those of a workbook, whatever its suffix says."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLD_OFFICE))


def read_workbook(path: Path) -> list[RawSheet]:
    """Every sheet of the workbook that is not empty; UserError if it can't be opened."""
    _refuse_old_office(path)
    with open_archive(path, "an XLSX workbook") as archive:
        for member in archive.namelist():
            if member.lower().endswith((".xml", ".rels")):
                check_xml(archive, member)
        try:
            return _sheets(path, archive)
        except UserError:
            raise
        # openpyxl raises whatever its parts happen to raise on a workbook that is not one.
        except Exception as error:
            raise UserError(
                f"{path.name} is not a workbook that can be read "
                f"({type(error).__name__}: {error}); save it once more as XLSX."
            ) from error


def _refuse_old_office(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            content = stream.read(len(_OLD_OFFICE))
            if content == _OLD_OFFICE:
                content += stream.read(MAX_FILE_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    if not content.startswith(_OLD_OFFICE):
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UserError(
            f"{path.name} is protected by a password: save it without one and give that file."
        )
    raise UserError(
        f"{path.name} is a workbook of the old XLS format, whatever its name says: save it as XLSX."
    )


def _sheets(path: Path, archive: zipfile.ZipFile) -> list[RawSheet]:
    from openpyxl import load_workbook

    found = []
    # From its content: openpyxl refuses names that do not end in .xlsx.
    content = path.read_bytes()
    values = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    formulas = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    try:
        for shown, written in zip(values.worksheets, formulas.worksheets, strict=True):
            merged = _merged(archive, shown._worksheet_path, path.name)
            # What a file says about its own size is often wrong.
            shown.reset_dimensions()
            written.reset_dimensions()
            sheet = RawSheet(path.name)
            pairs = zip(shown.iter_rows(**_WITHIN), written.iter_rows(**_WITHIN), strict=True)
            for line, (row, formulas_row) in enumerate(pairs, start=1):
                if not any(cell.value is not None for cell in formulas_row):
                    continue
                cells = [
                    _value(cell, formula, any(box.covers(line, column) for box in merged))
                    for column, (cell, formula) in enumerate(
                        zip(row, formulas_row, strict=True), start=1
                    )
                ]
                while cells[-1] is None and len(cells) > max(len(sheet.header), 1):
                    cells.pop()
                if sheet.header:
                    sheet.rows.append(RawRow(line, cells))
                else:
                    sheet.header = cells
            if sheet.header:
                found.append(sheet)
    finally:
        values.close()
        formulas.close()
    return found


@dataclass(frozen=True, slots=True)
class _Box:
    left: int
    top: int
    right: int
    bottom: int

    def covers(self, line: int, column: int) -> bool:
        inside = self.top <= line <= self.bottom and self.left <= column <= self.right
        return inside and (line, column) != (self.top, self.left)


def _merged(archive: zipfile.ZipFile, member: str, file: str) -> list[_Box]:
    # openpyxl does not tell merged cells where it reads row by row.
    from openpyxl.utils import column_index_from_string as index

    found = _MERGED.findall(archive.read(member))
    if len(found) > _MAX_MERGED:
        raise UserError(f"{file} has more than {_MAX_MERGED} merged cells: split them.")
    return [_Box(index(a.decode()), int(b), index(c.decode()), int(d)) for a, b, c, d in found]


def _value(cell: Any, formula: Any, is_merged: bool) -> object:
    value = cell.value
    if value is None and formula.data_type == "f":
        return Broken("holds a formula without a value; write its value as text")
    if value is None:
        return Broken("is merged with another cell; split the cells") if is_merged else None
    if cell.data_type == "e":
        return Broken(f"holds the error {value}; write text that is not a formula")
    if isinstance(value, str):
        return _NOT_TEXT.sub(lambda found: chr(int(found[1], 16)), value)
    return value
