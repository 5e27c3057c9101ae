"""Lorenz curves: which share of a counter's total the least engaged videos have."""

from __future__ import annotations

from typing import Any

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext, summary_of
from sz_assets.charts.further_rows import MARKED_RATIO, Frames, curve_at, lorenz_curves
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_CURVES
from sz_assets.charts.wording import METRICS, MISSING

_HEIGHT = 460
_DASHES = ((1, 0), (8, 3), (2, 3), (9, 3, 2, 3))
_SHAPES = ("circle", "square", "triangle-up", "diamond")


def lorenz(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    """A curve of `lorenz_curve` per counter of the sample, marked at the most engaged tenth."""
    curves = lorenz_curves(frames, context)
    if not curves:
        return empty(heading, context, NO_CURVES)
    layers: list[Any] = [_equality()]
    marks, legend = [], []
    video_count = 0
    for number, (metric, curve) in enumerate(curves.items()):
        points = [{"x": x, "y": y} for x, y in sorted({(0.0, 0.0), *curve, (1.0, 1.0)})]
        style = {"color": theme.SERIES[number], "strokeDash": list(_DASHES[number])}
        line = alt.Chart(data(points, f"curve_{metric}")).mark_line(strokeWidth=2, **style)
        layers.append(line.encode(x=_axis("x"), y=_axis("y"), order=alt.Order("x:Q")))
        summary = summary_of(frames, context, metric) or {}
        gini, height = summary.get("gini"), curve_at(curve, MARKED_RATIO)
        video_count = max(video_count, int(summary.get("video_count") or 0))
        label = METRICS[metric]
        legend.append(
            (
                style,
                f"{label.zh} {label.en.removesuffix(' (count)')} · "
                f"基尼系数 Gini {MISSING if gini is None else f'{gini:.3f}'} · "
                f"前 top 10%: {1 - height:.1%}",
            )
        )
        marks.append(
            {"x": MARKED_RATIO, "y": height, "shape": _SHAPES[number], "color": style["color"]}
        )
    layers += [layer for row, entry in enumerate(legend) for layer in _entry(row, *entry)]
    shown = {"shape": alt.Shape("shape:N", scale=None), "color": alt.Color("color:N", scale=None)}
    layers += [
        alt.Chart(data(marks, MAIN), name=MAIN)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(x=_axis("x"), y=_axis("y"), **shown),
        alt.Chart(data(_legend_marks(marks), "legend_marks"))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x=alt.X("left:Q", scale=None), y=alt.Y("top:Q", scale=None), **shown),
    ]
    return finish(
        [alt.layer(*layers).properties(width=theme.WIDTH, height=_HEIGHT)],
        heading,
        context,
        [
            f"n = {video_count:,}，样本 sample",
            "灰线：各视频互动相同 Grey line: all videos alike · 曲线越低越集中 The lower the "
            "curve, the more concentrated",
            "曲线上的点：互动最多的 10% 视频之外各视频合计所占 Mark: what all but the most "
            "engaged 10% of the videos have together",
        ],
    )


def _axis(channel: str) -> Any:
    titles = {
        "x": "视频累计占比（互动由少到多） Share of videos, least engaged first",
        "y": "互动累计占比 Share of the total",
    }
    kind = alt.X if channel == "x" else alt.Y
    return kind(
        f"{channel}:Q",
        title=titles[channel],
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", tickCount=10),
    )


def _equality() -> alt.Chart:
    diagonal = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
    line = alt.Chart(data(diagonal, "equality")).mark_line(color=theme.UNDECIDED, strokeWidth=1)
    return line.encode(x=_axis("x"), y=_axis("y"))


def _legend_marks(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**mark, "left": 32, "top": _top(row)} for row, mark in enumerate(marks)]


def _top(row: int) -> int:
    return 18 + 24 * row


def _entry(row: int, style: dict[str, Any], text: str) -> list[alt.Chart]:
    """A line of the legend in the empty corner above the line of equality."""
    base = alt.Chart(data([{"text": text}], f"legend_{row}"))
    top = alt.YValue(_top(row))
    return [
        base.mark_rule(strokeWidth=2, **style).encode(x=alt.XValue(14), x2=alt.X2Value(50), y=top),
        base.mark_text(
            align="left", baseline="middle", fontSize=12, stroke=theme.BACKGROUND, strokeWidth=4
        ).encode(x=alt.XValue(58), y=top, text=alt.Text("text:N")),
        base.mark_text(align="left", baseline="middle", fontSize=12).encode(
            x=alt.XValue(58), y=top, text=alt.Text("text:N")
        ),
    ]
