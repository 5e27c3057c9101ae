"""Figure 2: how long the sample's videos are, as histogram and box plot on one log axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext, summary_of
from sz_assets.charts.distribution import (
    center_lines,
    histogram,
    histogram_rows,
    number_text,
    summary_text,
    value_axis,
    value_scale,
)
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_METRIC
from sz_assets.charts.scales import LogAxis, log_axis

_TITLE = "时长（秒，对数刻度） Duration (seconds, log scale)"
_STATISTICS = {
    "min": "最小 min",
    "p10": "P10",
    "q1": "Q1",
    "median": "中位数 median",
    "q3": "Q3",
    "p90": "P90",
    "max": "最大 max",
    "mean": "平均 mean",
}


def figure_2(
    frames: Mapping[str, pl.DataFrame], context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """Box from Q1 to Q3 with median, whiskers to P10 and P90, points for extremes and mean.

    Reads the row `duration_seconds` of `engagement_summary` and the bins of
    `engagement_histogram`, population `sample`; all in seconds.
    """
    summary = summary_of(frames, context, "duration_seconds")
    bins = histogram_rows(frames, context, "duration_seconds")
    if summary is None or bins.is_empty():
        return empty(heading, context, NO_METRIC)
    lines = center_lines(summary, " s")
    axis = log_axis(
        bins.select("bin_lower", "bin_upper").iter_rows(), (line.value for line in lines)
    )
    numbers = " · ".join(
        f"{label} {number_text(summary[name])}" for name, label in _STATISTICS.items()
    )
    reading = (
        "箱 box Q1–Q3 · 竖线 bar: 中位数 median · 须 whiskers: P10–P90 · "
        "圆点 dots: 最小、最大 min, max · 菱形 diamond: 平均 mean"
    )
    bars = histogram(bins, axis, "", lines, 230, "bins")
    return finish(
        [bars, _box(summary, axis)],
        heading,
        context,
        [summary_text(summary), f"{numbers}（秒 seconds）", reading],
    )


def _box(summary: Mapping[str, Any], axis: LogAxis) -> alt.LayerChart:
    at = {name: axis.position(summary[name]) for name in _STATISTICS}
    middle = alt.YValue(38)
    base = alt.Chart(data([at], "box"))

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=value_scale(axis), title=_TITLE, axis=value_axis(axis))

    whisker = base.mark_rule(color=theme.INK).encode(x=x("p10"), x2=alt.X2("p90:Q"), y=middle)
    ends = [
        base.mark_rule(color=theme.INK).encode(x=x(name), y=alt.YValue(28), y2=alt.Y2Value(48))
        for name in ("p10", "p90")
    ]
    box = base.mark_rect(fill=theme.BOX, stroke=theme.INK).encode(
        x=x("q1"), x2=alt.X2("q3:Q"), y=alt.YValue(18), y2=alt.Y2Value(58)
    )
    median = base.mark_rule(color=theme.MEDIAN, strokeWidth=3).encode(
        x=x("median"), y=alt.YValue(18), y2=alt.Y2Value(58)
    )
    # One mark per row, the five numbers that stand apart from box and whiskers.
    points = [
        {
            "statistic": _STATISTICS[name],
            "position": at[name],
            "value": summary[name],
            "shape": "diamond" if name == "mean" else "circle",
            "color": theme.MEAN if name == "mean" else theme.INK,
        }
        for name in ("min", "mean", "max")
    ]
    marks = (
        alt.Chart(data(points, MAIN), name=MAIN)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=x("position"),
            y=middle,
            shape=alt.Shape("shape:N", scale=None),
            color=alt.Color("color:N", scale=None),
            tooltip=[
                alt.Tooltip("statistic:N", title="统计量 Statistic"),
                alt.Tooltip("value:Q", title="秒 Seconds", format=",.1f"),
            ],
        )
    )
    return alt.layer(whisker, *ends, box, median, marks).properties(width=theme.WIDTH, height=76)
