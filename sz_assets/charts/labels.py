"""The left margin of charts with one row per account or effect: two-line labels beside the rows.

Here: the rows' scale and their labels as text, because an axis of Vega's neither wraps nor sets
two sizes. Not here: what stands in the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual
from sz_assets.charts.layout import data
from sz_assets.charts.placed_texts import PLACED


def row_scale(count: int) -> alt.Scale:
    """Rows 0 to count - 1 from top to bottom, each as high as any other."""
    return alt.Scale(domain=[count - 0.5, -0.5], nice=False, zero=False, padding=0)


def row_position(count: int, field: str = "row") -> alt.Y:
    """Where a mark stands whose datum says its row."""
    return alt.Y(f"{field}:Q", scale=row_scale(count), axis=None)


def row_labels(labels: Sequence[Bilingual], width: int, height: int) -> alt.LayerChart:
    """The labels as a column of its own, Chinese above English where they differ."""
    rows = []
    for row, label in enumerate(labels):
        both = label.zh and label.en and label.zh != label.en
        rows.append(
            {
                "row": row,
                "first": theme.fit(label.zh or label.en, width, 12),
                "second": theme.fit(label.en, width, 10.5) if both else "",
            }
        )
    base = alt.Chart(data(rows, "row_labels")).encode(
        x=alt.XValue(width), y=row_position(len(rows))
    )
    style = {"style": PLACED, "align": "right", "baseline": "middle"}
    first = base.mark_text(
        **style, fontSize=12, dy=alt.expr("datum.second == '' ? 0 : -7"), color=theme.INK
    ).encode(text=alt.Text("first:N"))
    second = base.mark_text(**style, fontSize=10.5, dy=7, color=theme.MUTED).encode(
        text=alt.Text("second:N")
    )
    return alt.layer(first, second).properties(width=width, height=height)


def stripes(count: int, name: str) -> alt.Chart:
    """Faint bands behind every other row, to be layered under a panel."""
    rows = [{"top": row - 0.5, "bottom": row + 0.5} for row in range(0, count, 2)]
    return (
        alt.Chart(data(rows, name))
        .mark_rect(color=theme.BAND)
        .encode(y=row_position(count, "top"), y2=alt.Y2("bottom:Q"))
    )
