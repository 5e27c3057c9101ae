"""A table drawn with text marks: fixed columns, two lines a cell, cut where it would overlap.

Here: layout of any such table. Not here: what the columns say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual
from sz_assets.charts.layout import MAIN, data
from sz_assets.charts.placed_texts import PLACED

_HEADER = 44
_GAP = 14  # pixels between two columns
_SIZE, _SMALL = 13, 11


@dataclass(frozen=True)
class TextColumn:
    """A column of `width` pixels, its gap to the next included."""

    title: Bilingual
    width: int
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Cell:
    """A first line and a smaller second one. Both are made printable and cut to the column."""

    first: str
    second: str = ""


def table_width(columns: Sequence[TextColumn]) -> int:
    """Pixels of all columns together."""
    return sum(column.width for column in columns)


def text_table(
    columns: Sequence[TextColumn], rows: Sequence[Sequence[Cell]], row_height: int = 42
) -> alt.LayerChart:
    """The table as one chart; its main marks are the bands, one per row."""
    width = table_width(columns)
    height = _HEADER + row_height * len(rows)
    texts: list[dict[str, Any]] = []
    left = 0
    for index, column in enumerate(columns):
        room = column.width - _GAP
        x = left + room if column.align == "right" else left + 6
        left += column.width

        def place(
            text: str,
            y: float,
            size: int,
            color: str,
            *,
            at: float = x,
            align: str = column.align,
            room: int = room - 6,
        ) -> None:
            if text:
                texts.append(
                    {
                        "x": at,
                        "y": y,
                        "text": theme.fit(text, room, size),
                        "align": align,
                        "size": size,
                        "color": color,
                    }
                )

        place(column.title.zh, 14, 12, theme.MUTED)
        place(column.title.en, 30, 11, theme.MUTED)
        for number, row in enumerate(rows):
            middle = _HEADER + row_height * (number + 0.5)
            cell = row[index]
            if cell.second:
                place(cell.first, middle - 8, _SIZE, theme.INK)
                place(cell.second, middle + 9, _SMALL, theme.MUTED)
            else:
                place(cell.first, middle, _SIZE, theme.INK)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))

    bands = [
        {
            "top": _HEADER + row_height * number,
            "bottom": _HEADER + row_height * (number + 1),
            "color": theme.BAND if number % 2 == 0 else theme.BACKGROUND,
        }
        for number in range(len(rows))
    ]
    band_marks = (
        alt.Chart(data(bands, MAIN), name=MAIN)
        .mark_rect()
        .encode(
            x=alt.XValue(0),
            x2=alt.X2Value(width),
            y=y("top"),
            y2=alt.Y2("bottom:Q"),
            color=alt.Color("color:N", scale=None),
        )
    )
    rule = (
        alt.Chart(data([{"y": _HEADER}], "header_rule"))
        .mark_rule(color=theme.MUTED)
        .encode(x=alt.XValue(0), x2=alt.X2Value(width), y=y("y"))
    )
    text_marks = (
        alt.Chart(data(texts, "cells"))
        .mark_text(
            style=PLACED,
            baseline="middle",
            align=alt.expr("datum.align"),
            fontSize=alt.expr("datum.size"),
        )
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)),
            y=y("y"),
            text=alt.Text("text:N"),
            color=alt.Color("color:N", scale=None),
        )
    )
    return alt.layer(band_marks, rule, text_marks).properties(width=width, height=height)
