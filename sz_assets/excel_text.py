"""A text in a cell of Excel's, whatever the text says.

Here: the one way in which platform text gets into a workbook. Not here: any sheet
(`publish.formats.xlsx`, `coding.exchange.sheet_excel`).
"""

from __future__ import annotations

from typing import Any


def put_text(sheet: Any, row: int, column: int, text: str, *style: Any) -> None:
    """Write a text as a text into XlsxWriter's sheet; ValueError if the cell can't hold it.

    The library takes a text within `<r>…</r>` for markup of its own and copies it into the file as
    it is, with whatever cells and formulas it holds. In pieces it is escaped like any other.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        refused = sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], *style)
    else:
        # Unlike `write` it tells an empty text from an empty cell, and reads nothing into a text.
        refused = sheet.write_string(row, column, text, *style)
    if refused:
        raise ValueError(f"row {row + 1}, column {column + 1}: the text was not written")
