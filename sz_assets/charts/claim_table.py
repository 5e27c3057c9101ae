"""The publication's claims that inference can test, with their verdicts, as a table."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext, month_rows
from sz_assets.charts.further_rows import Frames
from sz_assets.charts.layout import empty, finish
from sz_assets.charts.reasons import NO_CLAIM_TESTS
from sz_assets.charts.text_table import Cell, TextColumn, table_width, text_table
from sz_assets.charts.wording import (
    COMPUTED_ONLY,
    DECIDED,
    MISSING,
    NOT_ESTABLISHING,
    PAPER_VERDICTS,
    RELIABILITY,
    TEST_VERDICTS,
    ratio_text,
)

_COLUMNS = (
    TextColumn(Bilingual("主张", "Claim"), 440),
    TextColumn(Bilingual("章节", "Section"), 90),
    TextColumn(Bilingual("效应与 95% 区间", "Effect, 95% interval"), 160, "right"),
    TextColumn(Bilingual("结论", "Verdict"), 105, "right"),
    TextColumn(Bilingual("所据编码的信度", "Its codes' reliability"), 235, "right"),
)


def claims(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    """A row per claim of `claim_tests`, with the counts of `paper_comparison` above."""
    tests = month_rows(frames, "claim_tests", context).sort("section", "claim_id")
    if tests.is_empty():
        return empty(heading, context, NO_CLAIM_TESTS)
    rows = [
        [
            Cell(row["statement_zh"], row["statement_en"]),
            Cell(row["section"]),
            _effect(row),
            Cell(*TEST_VERDICTS[row["verdict"]]),
            _reliability(row["coding_reliability"], row["verdict"]),
        ]
        for row in tests.iter_rows(named=True)
    ]
    compared = month_rows(frames, "paper_comparison", context)
    return finish(
        [text_table(_COLUMNS, rows)],
        heading,
        context,
        [
            f"n = {tests.height} 条主张 claims",
            f"推断 Tested: {counted(tests, TEST_VERDICTS)}",
            f"逐项对照 Compared: {counted(compared, PAPER_VERDICTS)}",
        ],
        width=table_width(_COLUMNS),
    )


def counted(rows: pl.DataFrame, words: Mapping[str, Bilingual]) -> str:
    """How many rows have each verdict, in the order of the words."""
    found = rows["verdict"].to_list()
    return " · ".join(f"{label} {found.count(verdict)}" for verdict, label in words.items())


def _reliability(coding: str | None, verdict: str) -> Cell:
    """How reliable the content codes are that the claim rests on; nothing if on none."""
    if coding is None:
        return Cell("")
    words = RELIABILITY[coding]
    if coding in NOT_ESTABLISHING and verdict in DECIDED:
        return Cell(f"{words.zh}：{COMPUTED_ONLY.zh}", f"{words.en}: {COMPUTED_ONLY.en}")
    return Cell(*words)


def _effect(row: Mapping[str, float | None]) -> Cell:
    if row["effect_multiplier"] is None:
        return Cell(MISSING)
    low, high = row["interval_low"], row["interval_high"]
    interval = "" if low is None or high is None else f"{ratio_text(low)} – {ratio_text(high)}"
    return Cell(ratio_text(row["effect_multiplier"]), interval)
