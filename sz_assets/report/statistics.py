"""The statistics of `engagement_description` as a matrix, and as values for sentences.

Here: one line per statistic, one column per metric. Not here: which statistics a section shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from sz_assets.charts.context import Bilingual
from sz_assets.charts.wording import METRICS, named
from sz_assets.report import formats
from sz_assets.report.section import ESTIMANDS, POPULATIONS
from sz_assets.report.sentences import Number, Row, Value, value_of
from sz_assets.report.tables import Cell, DataTable, Notes, row_id

TABLE = "engagement_description"
COUNTERS = ("like_count", "favorite_count", "share_count", "comment_count")
Statistics = Mapping[tuple[str, str], Row]


def statistics_of(rows: pl.DataFrame) -> Statistics:
    """Rows by metric and statistic."""
    return {(row["metric"], row["statistic"]): row for row in rows.iter_rows(named=True)}


def _id(row: Row) -> str:
    return row_id(TABLE, row["population"], row["metric"], row["statistic"])


def _show(statistic: str) -> Number:
    return formats.percent if statistic.endswith("_ratio") else formats.number


def statistic_value(
    statistics: Statistics, metric: str, statistic: str, name: str = "value"
) -> Value | None:
    row = statistics.get((metric, statistic))
    return None if row is None else value_of(row, name, _id(row), _show(statistic))


def matrix(
    statistics: Statistics, population: str, words: Mapping[str, Bilingual]
) -> list[DataTable]:
    """One line per statistic and one column per metric; each cell is a row of the table."""
    lines: list[tuple[str | None, Sequence[Cell]]] = []
    notes = Notes()
    for statistic, label in words.items():
        found = [statistics.get((metric, statistic)) for metric in METRICS]
        some = next((row for row in found if row is not None), None)
        if some is not None:
            about = [
                Cell(label),
                Cell(named(ESTIMANDS, some["estimand"])),
                *(_cell(row, statistic) for row in found),
                notes.number(dict.fromkeys(row["method"] for row in found if row is not None)),
            ]
            lines.append((None, about))
    titles = [
        (Bilingual("统计量", "Statistic"), ""),
        (Bilingual("说的是", "Speaks of"), "small"),
        *((label, "n") for label in METRICS.values()),
        Notes.title,
    ]
    population_words = POPULATIONS[population]
    caption = Bilingual(
        f"{population_words.zh}。方括号内为 95% 区间；没有适用方法时不给区间。",
        f"{population_words.en}. In brackets the 95% interval; none where no method holds.",
    )
    folded = None if population == "sample" else population_words
    return [DataTable(caption, titles, lines, folded, notes.texts)] if lines else []


def _cell(row: Row | None, statistic: str) -> Cell:
    if row is None:
        return Cell("")
    show = _show(statistic)
    value = show(row["value"])
    low, high = row["interval_low"], row["interval_high"]
    has_interval = low is not None and high is not None
    return Cell(
        formats.with_small(value, f"[{show(low)}, {show(high)}]") if has_interval else value,
        _id(row),
    )
