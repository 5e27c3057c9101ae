"""Figures 3 to 6, and the histogram of figure 2: how a metric is distributed in the sample.

Here: histograms on a log axis with labelled lines for mean, median and threshold. Not here: the
bins, which the mart `engagement_histogram` makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext, month_rows, summary_of
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_METRIC
from sz_assets.charts.scales import LogAxis, log_axis

THRESHOLD = 500
_LABEL_HEIGHT = 17
_HEADROOM = 10
_COUNT_AXIS = "视频数（条） Videos (count)"


@dataclass(frozen=True)
class Line:
    """A vertical line at `value` (metric's unit) with its label."""

    value: float
    label: str
    color: str
    dash: tuple[int, int] = (1, 0)


def number_text(value: float | int | None) -> str:
    """A number for a label: thousands separated, decimals only where they matter."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"


def summary_text(summary: Mapping[str, Any]) -> str:
    """`n` of a figure, with the number of missing values if there are any."""
    missing = summary["missing_count"]
    return f"n = {summary['video_count']:,}" + (f"（缺失 missing {missing:,}）" if missing else "")


def histogram_rows(
    frames: Mapping[str, pl.DataFrame], context: ChartContext, metric: str
) -> pl.DataFrame:
    """The sample's bins of one metric, ascending: `bin_lower`, `bin_upper`, `video_count`."""
    return (
        month_rows(frames, "engagement_histogram", context, "sample")
        .filter(pl.col("metric") == metric)
        .sort("bin_lower")
        .select("bin_lower", "bin_upper", "video_count")
    )


def value_scale(axis: LogAxis) -> alt.Scale:
    return alt.Scale(type="log", domain=axis.domain, nice=False)


def value_axis(axis: LogAxis, *, grid: bool = False) -> alt.Axis:
    return alt.Axis(values=axis.ticks, labelExpr=axis.label_expression, grid=grid)


def histogram(
    bins: pl.DataFrame, axis: LogAxis, axis_title: str, lines: list[Line], height: int, name: str
) -> alt.LayerChart:
    """Bars of the bins and the labelled lines above them, on the log axis."""
    rows: list[dict[str, Any]] = []
    for lower, upper, count in bins.iter_rows():
        left, right = axis.bin_span(lower, upper)
        described = "0" if lower <= 0 else f"{number_text(lower)} – {number_text(upper)}"
        rows.append(
            {"left": left, "right": right, "count": count, "bin": described, "is_zero": lower <= 0}
        )
    top = max(row["count"] for row in rows)
    label_space = _HEADROOM + _LABEL_HEIGHT * len(lines)
    # Above the highest bar stays room for the labels.
    y_scale = alt.Scale(domain=[0, top * height / (height - label_space)], nice=False)
    x = alt.X("left:Q", scale=value_scale(axis), title=axis_title, axis=value_axis(axis))
    count_axis = alt.Axis(format=",d", tickCount=6, tickMinStep=1)
    y = alt.Y("count:Q", scale=y_scale, title=_COUNT_AXIS, axis=count_axis)
    base = alt.Chart(data(rows, name))
    bars = (
        base.mark_rect(stroke=theme.BACKGROUND, strokeWidth=1)
        .encode(
            x=x,
            x2=alt.X2("right:Q"),
            y=y,
            y2=alt.Y2Datum(0),
            color=alt.condition("datum.is_zero", alt.value(theme.BAR_ZERO), alt.value(theme.BAR)),
            tooltip=[
                alt.Tooltip("bin:N", title="区间 Bin"),
                alt.Tooltip("count:Q", title="视频数 Videos", format=",d"),
            ],
        )
        .properties(name=name)
    )
    zero_label = (
        base.transform_filter("datum.is_zero")
        .transform_calculate(middle=repr(axis.zero_position))
        .mark_text(dy=-7, color=theme.MUTED)
        .encode(
            x=alt.X("middle:Q", scale=value_scale(axis)), y=y, text=alt.Text("count:Q", format=",d")
        )
    )
    layers: list[alt.Chart] = [bars, zero_label, *_lines(axis, lines, height)]
    return alt.layer(*layers).properties(width=theme.WIDTH, height=height)


def _lines(axis: LogAxis, lines: list[Line], height: int) -> list[alt.Chart]:
    """Rules with labels, one label per row, placed so that no rule runs through a label.

    Labels stand right of their rules, the leftmost on top; where the rightmost would leave the
    plot, they stand left of them, the rightmost on top.
    """
    ordered = sorted(lines, key=lambda line: line.value)
    leftward = bool(ordered) and axis.is_in_right_part(ordered[-1].value)
    if leftward:
        ordered.reverse()
    layers: list[alt.Chart] = []
    for row, line in enumerate(ordered):
        top = 8 + row * _LABEL_HEIGHT
        base = alt.Chart(
            data([{"x": axis.position(line.value), "label": line.label}], f"line_{row}")
        ).encode(x=alt.X("x:Q", scale=value_scale(axis)))
        rule = base.mark_rule(color=line.color, strokeWidth=1.5, strokeDash=list(line.dash))
        text = {
            "align": "right" if leftward else "left",
            "dx": -6 if leftward else 6,
            "baseline": "middle",
            "fontSize": 12,
        }
        halo = base.mark_text(**text, stroke=theme.BACKGROUND, strokeWidth=4)
        label = base.mark_text(**text, color=line.color)
        layers += [
            rule.encode(y=alt.YValue(top - 7), y2=alt.Y2Value(height)),
            halo.encode(y=alt.YValue(top), text=alt.Text("label:N")),
            label.encode(y=alt.YValue(top), text=alt.Text("label:N")),
        ]
    return layers


def center_lines(summary: Mapping[str, Any], unit: str = "") -> list[Line]:
    """Lines for median and mean."""
    return [
        Line(
            summary["median"], f"中位数 Median {number_text(summary['median'])}{unit}", theme.MEDIAN
        ),
        Line(
            summary["mean"], f"平均 Mean {number_text(summary['mean'])}{unit}", theme.MEAN, (6, 3)
        ),
    ]


def distribution(
    frames: Mapping[str, pl.DataFrame],
    context: ChartContext,
    heading: Bilingual,
    metric: str,
    axis_title: str,
    *,
    with_threshold: bool,
) -> alt.VConcatChart:
    """Histogram of one counter (count per video) with mean and median, and 500 if asked for.

    Reads `engagement_histogram` and `engagement_summary`, population `sample`.
    """
    summary = summary_of(frames, context, metric)
    bins = histogram_rows(frames, context, metric)
    if summary is None or bins.is_empty():
        return empty(heading, context, NO_METRIC)
    lines = center_lines(summary)
    if with_threshold:
        share = summary["below_500_ratio"]
        percent = "" if share is None else f" = {share:.1%}"
        lines.append(
            Line(
                THRESHOLD,
                f"低于 {THRESHOLD} Below {THRESHOLD}: "
                f"{number_text(summary['below_500_count'])}{percent}",
                theme.THRESHOLD,
                (2, 3),
            )
        )
    axis = log_axis(
        bins.select("bin_lower", "bin_upper").iter_rows(), (line.value for line in lines)
    )
    chart = histogram(bins, axis, axis_title, lines, 340, MAIN)
    extremes = f"最小 min {number_text(summary['min'])} · 最大 max {number_text(summary['max'])}"
    reading = "横轴为对数刻度 Logarithmic axis"
    if axis.has_zero:
        reading += " · 灰色柱为 0 次的视频 grey bar: videos with 0"
    return finish([chart], heading, context, [f"{summary_text(summary)} · {extremes}", reading])
