"""Excel: one workbook, a sheet that says what it is, and a sheet per table.

Here: how a value becomes a cell. Not here: which rows (`publish.formats.source`).

Every text is a cell of text, never a formula or a link. Control characters are written as the
format's standard says (`_x0001_`), which spreadsheets show as the character again. A table that has
more rows than a sheet is refused: one month, or another format, holds it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sz_assets.contracts.table import Table, Type
from sz_assets.errors import UserError
from sz_assets.excel_text import put_text
from sz_assets.publish.formats.source import (
    LARGEST_EXACT_INTEGER,
    Loss,
    Source,
    described,
    lists_as_json,
)

LARGEST_TEXT = 32_767
MOST_ROWS = 1_048_576
# Before March 1900 Excel's calendar has a day that never was.
_FIRST_DAY = date(1900, 3, 1)
_BATCH = 10_000
LOSSES = (
    Loss(
        "long_text",
        "超过 32,767 个字符（UTF-16）的文本被截断；about 工作表列出数量。",
        "A text is cut after 32,767 characters (of UTF-16); the sheet about counts them.",
    ),
    Loss(
        "big_integer",
        "大于 2^53 的整数写作文本。",
        "Whole numbers above 2^53 are text.",
    ),
    Loss(
        "digits",
        "小数保留 16 位有效数字。",
        "Numbers keep 16 significant digits.",
    ),
    Loss(
        "not_a_number",
        "NaN 与无穷大写作文本。",
        "NaN and infinity are text.",
    ),
    Loss(
        "time",
        "时间精确到毫秒;1900-03-01 之前的日期写作文本。",
        "Times are exact to the millisecond; dates before 1900-03-01 are text.",
    ),
    Loss("list", "列表写作 JSON 文本。", "Lists are JSON text."),
)


def cut(text: str) -> str:
    """The beginning of a text that a cell holds: it counts the units of UTF-16."""
    if len(text) * 2 <= LARGEST_TEXT:
        return text
    units = text.encode("utf-16-le")
    return units[: LARGEST_TEXT * 2].decode("utf-16-le", errors="ignore")


class _Sheet:
    """A table's sheet; `cuts` counts the texts that are not whole."""

    def __init__(self, sheet: Any, table: Table, formats: dict[Type, Any], cuts: Counter[str]):
        self._sheet, self._table, self._formats, self._cuts = sheet, table, formats, cuts
        self._writers: list[Callable[[int, int, Any], object]] = [
            self._writer_of(column.type, f"{table.name}.{column.name}") for column in table.columns
        ]

    def _writer_of(self, kind: Type, place: str) -> Callable[[int, int, Any], object]:
        sheet, style = self._sheet, self._formats.get(kind)

        def text(row: int, at: int, value: str) -> None:
            if len(fitting := cut(value)) < len(value):
                self._cuts[place] += 1
            put_text(sheet, row, at, fitting)

        def number(row: int, at: int, value: float) -> None:
            exact = abs(value) <= LARGEST_EXACT_INTEGER if isinstance(value, int) else True
            if exact and math.isfinite(value):
                sheet.write_number(row, at, value)
            else:
                sheet.write_string(row, at, str(value))

        def day(row: int, at: int, value: date) -> None:
            plain = value.date() if isinstance(value, datetime) else value
            if plain < _FIRST_DAY:
                sheet.write_string(row, at, value.isoformat())
            else:
                sheet.write_datetime(row, at, value, style)

        if kind in (Type.INTEGER, Type.FLOAT):
            return number
        if kind in (Type.DATE, Type.TIMESTAMP):
            return day
        return sheet.write_boolean if kind is Type.BOOLEAN else text

    def head(self, style: Any) -> None:
        """The names, each with its meaning as a note, always in sight."""
        for at, column in enumerate(self._table.columns):
            self._sheet.write_string(0, at, column.name, style)
            self._sheet.write_comment(0, at, described(column), {"author": "sz_assets"})
            wide = {Type.TEXT: 24, Type.TEXT_LIST: 24, Type.TIMESTAMP: 20}.get(column.type, 12)
            self._sheet.set_column(at, at, max(wide, min(len(column.name) + 4, 40)))
        self._sheet.freeze_panes(1, 0)

    def rows(self, query: Any) -> int:
        """Write all rows of an executed query; returns how many."""
        row = 0
        while batch := query.fetchmany(_BATCH):
            for values in batch:
                row += 1
                for at, value in enumerate(values):
                    if value is not None:
                        self._writers[at](row, at, value)
        self._sheet.autofilter(0, 0, max(row, 1), len(self._table.columns) - 1)
        return row


def write_xlsx(source: Source, data: Path) -> list[Path]:
    """Write `warehouse.xlsx` under `data`; UserError if a table has more rows than a sheet."""
    import xlsxwriter

    for table in source.tables:
        if (rows := source.row_count(table)) >= MOST_ROWS:
            raise UserError(
                f"{table.name} has {rows:,} rows, more than the {MOST_ROWS - 1:,} that a sheet of "
                "Excel holds: export one month (--month), other tables (--table), or CSV or "
                "Parquet."
            )
    path = data / "warehouse.xlsx"
    data.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            # What does not fit into memory goes to the disk that takes the workbook, too.
            "tmpdir": str(data),
        },
    )
    published = source.about.published_at.replace(tzinfo=None)
    book.set_properties(
        {"title": source.about.title, "comments": source.about.simulated, "created": published}
    )
    styles = {
        Type.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
        Type.TIMESTAMP: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}),
    }
    bold = book.add_format({"bold": True})
    about, dictionary = book.add_worksheet("about"), book.add_worksheet("dictionary")
    cuts: Counter[str] = Counter()
    counts = {}
    for table in source.tables:
        source.note(f"{path.name}: {table.name}")
        sheet = _Sheet(book.add_worksheet(table.name[:31]), table, styles, cuts)
        sheet.head(bold)
        query = source.query(table, lists_as_json)
        counts[table.name] = sheet.rows(source.connection.execute(query))
    _write_lines(about, _about_lines(source, counts, cuts), bold)
    _write_lines(dictionary, _dictionary_lines(source), bold)
    book.close()
    return [path]


def _write_lines(sheet: Any, lines: list[tuple[str, ...]], bold: Any) -> None:
    for row, line in enumerate(lines):
        for at, text in enumerate(line):
            put_text(sheet, row, at, cut(text), *([bold] if row == 0 else []))
    sheet.set_column(0, 4, 28)
    sheet.freeze_panes(1, 0)


def _about_lines(
    source: Source, counts: dict[str, int], cuts: Counter[str]
) -> list[tuple[str, ...]]:
    return [
        ("关于 About", source.about.title),
        *source.about.facts(),
        *((f"行 Rows: {name}", str(count)) for name, count in counts.items()),
        *((f"差异 Difference: {loss.code}", f"{loss.zh} {loss.en}") for loss in LOSSES),
        ("截断 Cut texts", json.dumps(cuts) if cuts else "0"),
    ]


def _dictionary_lines(source: Source) -> list[tuple[str, ...]]:
    return [
        ("table", "column", "type", "unit", "description"),
        *(
            (table.name, column.name, column.type.value, column.unit or "", column.description)
            for table in source.tables
            for column in table.columns
        ),
    ]
