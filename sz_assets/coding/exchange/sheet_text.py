"""Cells and CSV text as spreadsheet programs leave them.

Here: how a text is kept from being run, cut or changed by a spreadsheet program, and undone;
encodings, separators and broken quotes. Not here: XLSX (`sheet_excel`), or what a column means
(`sheet_rows`).

What is done to a text in a sheet, and undone when it is read:

- characters that a sheet can't hold (control characters, U+FFFE, U+FFFF), and what XLSX would
  take for such a character, become `⟦HHHH⟧`, their code in hexadecimal digits;
- a text of more than 32,000 characters goes on in further columns (`title_2`, …), because a
  cell ends at 32,767;
- in CSV only: a text that a program would run as a formula, or change because it looks like a
  number or a date, gets an apostrophe in front; the column `apostrophe_added` says which cells
  of the row have one. (A workbook's cells say themselves that they are text.)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sz_assets.coding.exchange.records import Place, Problem
from sz_assets.coding.readable import unreadable
from sz_assets.errors import UserError

MAX_CSV_BYTES = 100_000_000
CELL_CHARACTERS = 32_000

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)|x(?=005F_)|⟦(?=[0-9A-F]{4}⟧)"
)
_MARK = re.compile("⟦([0-9A-F]{4})⟧")
# What may stand before a formula without keeping a program from running it.
_RUN = re.compile("[\\s\u200b-\u200f\ufeff]*[=+\\-@＝＋－＠]|[\t\r\n']")
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_CHANGED = re.compile(
    rf"(?=.{{1,64}}$)(?:(?=\D*\d)[\d.,:/\-+\s%]+(?:e[+\-]?\d+)?|true|false"
    rf"|(?:{_MONTH})[a-z]*[\s\-/.]?\d+|\d+[\s\-/.]?(?:{_MONTH})[a-z]*)",
    re.IGNORECASE,
)
_LINES = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a value of its own: why, and the remedy ("holds …; write …")."""

    why: str


@dataclass(slots=True)
class RawRow:
    """A row as the file has it; `line` is the number that a spreadsheet program shows."""

    line: int
    cells: list[object]


@dataclass(slots=True)
class RawSheet:
    """The first row that is not empty, all rows below it, and what could not be read at all."""

    file: str
    header: list[object] = field(default_factory=list)
    rows: list[RawRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def mark(text: str) -> str:
    """The text with `⟦HHHH⟧` for all that a sheet can't hold."""
    return _UNFIT.sub(lambda found: f"⟦{ord(found[0]):04X}⟧", text)


def unmark(text: str) -> str:
    return _MARK.sub(lambda found: chr(int(found[1], 16)), text)


def in_pieces(text: str) -> list[str]:
    """At least one piece; each fits into a cell even if every character counts twice."""
    size = CELL_CHARACTERS if text.isascii() else CELL_CHARACTERS // 2
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def protect(text: str, *, may_change: bool = False) -> str:
    """The text as a CSV cell that no spreadsheet program runs.

    Nor takes for a number or a date, unless it `may_change`.
    """
    is_changed = not may_change and _CHANGED.fullmatch(text)
    return f"'{text}" if _RUN.match(text) or is_changed else text


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs, and every cell in quotes."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def read_csv(path: Path) -> RawSheet:
    """A file with commas, semicolons or tabs, in UTF-8, UTF-16 or GB 18030 (which is GBK too)."""
    try:
        if path.stat().st_size > MAX_CSV_BYTES:
            raise UserError(
                f"{path.name} is larger than {MAX_CSV_BYTES // 1_000_000} MB, which no sheet of "
                "codes is: give the file that the coder sent back."
            )
        text = decode(path.read_bytes(), path.name)
    except OSError as error:
        raise unreadable(path, error) from error
    lines = _LINES.findall(text)
    separator = None
    # Excel's own hint stands before the header and is never shown as a row.
    if lines and (hint := re.fullmatch(r'"?sep=(.)"?\s*', lines[0])):
        separator, lines = hint[1], lines[1:]
    sheet = RawSheet(path.name)
    for row in _rows(lines, separator or _separator(lines), sheet):
        if sheet.header:
            sheet.rows.append(row)
        elif any(str(cell).strip() for cell in row.cells):
            sheet.header = row.cells
    return sheet


def decode(content: bytes, name: str) -> str:
    """The text of a file, whatever spreadsheet program saved it.

    Bytes that are no text stay as lone surrogates, so that only the rows that have them are bad.
    UserError if the file can't be text in UTF-16.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content[:1] == b"\0" or content[1:2] == b"\0":
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    elif content.startswith(b"\xef\xbb\xbf") or _is_mostly_utf8(content):
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    else:
        return content.decode("gb18030", "surrogateescape")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name} is damaged at byte {error.start + 1}, which is not text in UTF-16: "
            "save it once more as CSV UTF-8."
        ) from error


def _is_mostly_utf8(content: bytes) -> bool:
    # A damaged file in UTF-8 must not be read as GB 18030, which takes nearly all bytes.
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad < sum(not character.isascii() for character in text) - bad or bad == 0


def _separator(lines: Sequence[str]) -> str:
    header = next((line for line in lines if line.strip()), "")
    return max(",;\t", key=header.count)


def _rows(lines: Sequence[str], separator: str, sheet: RawSheet) -> Iterator[RawRow]:
    """Rows by number; one with broken quotes is a problem, and reading goes on in the next line."""
    start, number = 0, 0
    while start < len(lines):
        rest = (lines[index] for index in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=separator, strict=True)
        done = 0
        try:
            for cells in reader:
                number += 1
                done = reader.line_num
                yield RawRow(number, list(cells))
            return
        except csv.Error:
            number += 1
            sheet.problems.append(
                Problem(
                    Place(sheet.file, number),
                    "its quotation marks don't match, so it can't be told where its cells end: "
                    "double every quotation mark inside a cell.",
                )
            )
            start += done + 1
