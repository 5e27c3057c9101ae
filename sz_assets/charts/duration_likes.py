"""Duration against likes: the middle half of each bin of duration, shaded by its videos."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import polars as pl

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.distribution import number_text, value_axis, value_scale
from sz_assets.charts.further_rows import Frames, duration_bins
from sz_assets.charts.hours import short_count
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_LIKES
from sz_assets.charts.scales import LogAxis, log_axis, whole_powers

_HEIGHT = 380
_DURATION = "时长（秒，对数刻度） Duration (seconds, log scale)"
_LIKES = "点赞（次，对数刻度） Likes (count, log scale)"


def duration_likes(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    """Quartiles and median of `duration_engagement`, all videos, with the sample's median."""
    bins = duration_bins(frames, context, "all")
    if bins.is_empty():
        return empty(heading, context, NO_LIKES)
    sample = duration_bins(frames, context, "sample")
    x_axis = log_axis(bins.select("bin_lower", "bin_upper").iter_rows())
    values = [
        value
        for frame in (bins, sample)
        for name in ("q1_like_count", "q3_like_count")
        for value in frame[name].to_list()
    ]
    y_axis = whole_powers(values)
    boxes = _rows(bins, x_axis, y_axis)
    shades = [row["shade"] for row in boxes]
    x = alt.X("left:Q", scale=value_scale(x_axis), axis=value_axis(x_axis), title=_DURATION)
    rects = (
        alt.Chart(data(boxes, MAIN), name=MAIN)
        .mark_rect(stroke=theme.BAR, strokeWidth=1)
        .encode(
            x=x,
            x2=alt.X2("right:Q"),
            y=_y("q1", y_axis),
            y2=alt.Y2("q3:Q"),
            color=alt.Color(
                "shade:Q",
                scale=alt.Scale(domain=[0, max(*shades, 1.0)], range=[theme.SHADES[0], theme.BAR]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("bin:N", title="时长 Duration (s)"),
                alt.Tooltip("videos:Q", title="视频数 Videos", format=",d"),
                alt.Tooltip("likes:Q", title="点赞中位数 Median likes", format=",.0f"),
            ],
        )
    )
    counts = (
        alt.Chart(data(boxes, "counts"))
        .mark_text(fontSize=10, color=theme.MUTED)
        .encode(
            x=alt.X("middle:Q", scale=value_scale(x_axis)),
            y=alt.YValue(8),
            text=alt.Text("videos:Q", format=",d"),
        )
    )
    layers: list[Any] = [rects, counts, *_line(boxes, "all", x_axis, y_axis, theme.MEDIAN, (1, 0))]
    if sample.height:
        rows = _rows(sample, x_axis, y_axis)
        layers += _line(rows, "sample", x_axis, y_axis, theme.MEAN, (6, 3))
    return finish(
        [alt.layer(*layers).properties(width=theme.WIDTH, height=_HEIGHT)],
        heading,
        context,
        [
            f"n = {bins['video_count'].sum():,}，全部视频 all videos",
            "格 box: 点赞 likes Q1–Q3，越深视频越多 the darker, the more videos · "
            "上方数字 number above: 视频数 videos",
            "实线 ● 全部视频中位数 solid: median of all videos · 虚线 ◇ 样本中位数 dashed: median "
            "of the sample, cut off at the most liked",
        ],
    )


def _y(field: str, axis: LogAxis) -> alt.Y:
    return alt.Y(
        f"{field}:Q", scale=value_scale(axis), axis=value_axis(axis, grid=True), title=_LIKES
    )


def _rows(bins: pl.DataFrame, x_axis: LogAxis, y_axis: LogAxis) -> list[dict[str, Any]]:
    rows = []
    for row in bins.iter_rows(named=True):
        left, right = x_axis.bin_span(row["bin_lower"], row["bin_upper"])
        rows.append(
            {
                "left": left,
                "right": right,
                "middle": math.sqrt(left * right),
                "q1": y_axis.position(row["q1_like_count"]),
                "q3": y_axis.position(row["q3_like_count"]),
                "median": y_axis.position(row["median_like_count"]),
                "likes": row["median_like_count"],
                "text": short_count(row["median_like_count"]),
                "bin": f"{number_text(row['bin_lower'])} – {number_text(row['bin_upper'])}",
                "videos": row["video_count"],
                "shade": math.log1p(row["video_count"]),
            }
        )
    return rows


def _line(
    rows: list[dict[str, Any]],
    name: str,
    x_axis: LogAxis,
    y_axis: LogAxis,
    color: str,
    dash: tuple[int, int],
) -> list[alt.Chart]:
    base = alt.Chart(data(rows, f"median_{name}")).encode(
        x=alt.X("middle:Q", scale=value_scale(x_axis)), y=_y("median", y_axis)
    )
    shape = "circle" if name == "all" else "diamond"
    return [
        base.mark_line(color=color, strokeWidth=2, strokeDash=list(dash)),
        base.mark_point(color=color, shape=shape, filled=name == "all", size=50, opacity=1),
    ]
