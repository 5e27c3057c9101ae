"""What one chart is: its name, heading, tables, place in the report, and how it is built.

Here: the description alone. Not here: which charts there are (`catalogue`). Builders are imported
when called, so that loading the list of charts does not load Altair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext

if TYPE_CHECKING:
    import altair as alt

Frames = Mapping[str, pl.DataFrame]
Builder = Callable[[Frames, ChartContext, Bilingual], "alt.VConcatChart"]


@dataclass(frozen=True)
class ChartSpec:
    """One chart. `tables` are the published tables it reads, keys of the frames it is given.

    `mark` is the Vega-Lite mark drawn once per row of the main data; `count_rows` says how many
    rows that must be, from the frames alone; 0 means a chart that says why it is empty.
    `number` stands before the title of a chart of the publication; `section` is the report's
    section that shows the chart, as a picture or, with `is_table`, as a table of its own.
    """

    name: str
    title: Bilingual
    tables: tuple[str, ...]
    mark: str
    builder: Builder
    count_rows: Callable[[Frames, ChartContext], int]
    section: str
    number: Bilingual | None = None
    is_table: bool = False

    @property
    def heading(self) -> Bilingual:
        """The title, with the chart's number if it has one."""
        if self.number is None:
            return self.title
        return Bilingual(f"{self.number.zh}　{self.title.zh}", f"{self.number.en}. {self.title.en}")

    def build(self, frames: Frames, context: ChartContext) -> alt.VConcatChart:
        """The chart from frames that fit their contracts (other months are left out)."""
        return self.builder(frames, context, self.heading)

    def expected_rows(self, frames: Frames, context: ChartContext) -> int:
        """How many main marks the chart must show."""
        return self.count_rows(frames, context)


def drawn_by(module: str, function: str) -> Builder:
    """A builder that imports `sz_assets.charts.<module>` only when a chart is drawn."""

    def build(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
        builder: Builder = getattr(import_module(f"sz_assets.charts.{module}"), function)
        return builder(frames, context, heading)

    return build
