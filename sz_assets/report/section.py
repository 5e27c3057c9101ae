"""One section of the analysis in the report, and what all of them share.

Here: a section's parts and small helpers for its rows. Not here: what a particular section says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report.sentences import Sentence
from sz_assets.report.tables import DataTable

Frames = Mapping[str, pl.DataFrame]

ESTIMANDS = {
    "these_videos": Bilingual("这些视频（普查）", "these videos (a census)"),
    "accounts_like_these": Bilingual("类似的账号", "accounts like these"),
}
POPULATIONS = {
    "sample": Bilingual("样本", "Sample"),
    "all": Bilingual("全部视频", "All videos"),
}


@dataclass(frozen=True)
class Section:
    """Heading, sentences and tables; `unknown` says what is not known this month.

    `warnings` stand before all else: without them the section would be misread.
    """

    id: str
    title: Bilingual
    sentences: Sequence[Sentence]
    tables: Sequence[DataTable]
    unknown: Sequence[Bilingual]
    warnings: Sequence[Bilingual] = ()


@dataclass(frozen=True)
class Part:
    """What one module adds to a section that several make."""

    sentences: Sequence[Sentence] = ()
    tables: Sequence[DataTable] = ()


def in_both(text: str) -> Bilingual:
    """A name that its table holds as "Chinese / English"."""
    zh, _, en = text.partition(" / ")
    return Bilingual(zh, en or zh)


def rows_of(
    frames: Frames, table: str, context: ChartContext, population: str | None = None
) -> pl.DataFrame:
    """The month's rows of a table, if asked of one population; none if the table is missing."""
    frame = frames.get(table)
    if frame is None:
        return pl.DataFrame()
    rows = frame.filter(pl.col("crawl_month") == context.crawl_month)
    return rows if population is None else rows.filter(pl.col("population") == population)
