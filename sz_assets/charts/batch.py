"""One chart of one month as an order, which any process can carry out.

Here: the order, drawing it and inspecting what was drawn. Not here: what is drawn (`catalogue`),
how (`render`, `inspection`), or who does it (`defs.drawing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sz_assets.charts.catalogue import Frames, chart_named
from sz_assets.charts.context import ChartContext
from sz_assets.charts.inspection import Inspection, inspect_chart
from sz_assets.charts.render import ChartFiles, write_chart


@dataclass(frozen=True)
class Order:
    """One chart of one month: its name in the catalogue, what it is drawn from, and where to."""

    name: str
    frames: Frames
    context: ChartContext
    folder: Path

    @property
    def files(self) -> ChartFiles:
        return ChartFiles.at(self.folder, self.name)


def draw(order: Order) -> ChartFiles:
    """Draw the chart and replace its files; UserError if the disk refuses."""
    from altair.utils.schemapi import debug_mode

    # The tests hold every chart, and each of its parts, against Vega-Lite's schema.
    with debug_mode(False):
        chart = chart_named(order.name).build(order.frames, order.context)
    return write_chart(chart, order.folder, order.name)


def inspect(order: Order) -> Inspection:
    """Hold the chart's files against what they must show."""
    spec = chart_named(order.name)
    return inspect_chart(
        order.files,
        expected_rows=spec.expected_rows(order.frames, order.context),
        mark=spec.mark,
        badges=order.context.badges,
    )
