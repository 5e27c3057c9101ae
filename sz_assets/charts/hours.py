"""When videos are published, and how they are liked: weekday by hour as two heat maps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.further_rows import Frames, hours
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.placed_texts import PLACED
from sz_assets.charts.reasons import NO_VIDEOS
from sz_assets.charts.wording import WEEKDAYS

# Below this many videos a median is a matter of chance: shown, but not shaded.
FEWEST = 5
_HEIGHT = 196


def publishing_heatmap(
    frames: Frames, context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """Numbers of videos above, their median likes below; from `publishing_by_hour`, all videos."""
    rows = list(hours(frames, context).iter_rows(named=True))
    if not rows:
        return empty(heading, context, NO_VIDEOS)
    counted = [_cell(row, row["video_count"], str(row["video_count"])) for row in rows]
    liked = [
        _cell(
            row,
            row["median_like_count"] if row["video_count"] >= FEWEST else None,
            short_count(row["median_like_count"]),
        )
        for row in rows
    ]
    total = sum(row["video_count"] for row in rows)
    return finish(
        [
            _heat_map(counted, MAIN, "视频数（条） Videos (count)"),
            _heat_map(liked, "likes", "点赞中位数（次） Median likes (count)"),
        ],
        heading,
        context,
        [
            f"n = {total:,}，全部视频 all videos",
            "数字即数值，颜色越深越大 The number is the value; the darker, the larger · "
            "k = 1,000 · 空白 blank: 无视频 no video",
            f"不足 {FEWEST} 条视频的中位数不着色 A median of fewer than {FEWEST} videos "
            "is not shaded",
        ],
    )


def short_count(value: float | None) -> str:
    """A count in at most four characters: 850, 8.5k, 850k, 8.5M; nothing if missing."""
    if value is None:
        return ""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        # What would round up to the next unit is written in that one.
        if value >= size * 0.9995:
            scaled = value / size
            return f"{scaled:.1f}{unit}" if scaled < 9.95 else f"{scaled:.0f}{unit}"
    return f"{value:.0f}"


def _cell(row: Mapping[str, Any], shade: float | None, text: str) -> dict[str, Any]:
    return {
        "left": row["hour"],
        "right": row["hour"] + 1,
        "middle": row["hour"] + 0.5,
        "day": WEEKDAYS[row["weekday"] - 1],
        "shade": None if shade is None else math.log1p(shade),
        "text": text,
        "videos": row["video_count"],
        "likes": row["median_like_count"],
    }


def _heat_map(cells: Sequence[Mapping[str, Any]], name: str, title: str) -> alt.LayerChart:
    shades = [cell["shade"] for cell in cells if cell["shade"] is not None] or [0.0]
    low, high = min(shades), max(shades)
    dark = low + 0.6 * (high - low)
    shown = [
        {
            **cell,
            # Equal values have nothing to tell apart, and stay light.
            "ink": theme.BACKGROUND
            if cell["shade"] is not None and cell["shade"] > dark and high > low
            else theme.INK
            if cell["shade"] is not None
            else theme.MUTED,
        }
        for cell in cells
    ]
    base = alt.Chart(data(shown, name)).encode(
        y=alt.Y(
            "day:O",
            sort=None,
            scale=alt.Scale(domain=list(WEEKDAYS)),
            axis=alt.Axis(title=None, domain=False, ticks=False, grid=False),
        )
    )
    scale = alt.Scale(domain=[0, 24], nice=False)
    axis = alt.Axis(values=list(range(0, 25, 3)), labelExpr="datum.value + ':00'", grid=False)
    rects = (
        base.mark_rect(stroke=theme.LINE, strokeWidth=0.5)
        .encode(
            x=alt.X("left:Q", scale=scale, axis=axis, title="发布时刻 Hour of publication"),
            x2=alt.X2("right:Q"),
            color=alt.condition(
                "datum.shade === null",
                alt.value(theme.BACKGROUND),
                alt.Color(
                    "shade:Q",
                    scale=alt.Scale(domain=[low, max(high, low + 1e-9)], range=list(theme.SHADES)),
                    legend=None,
                ),
            ),
            tooltip=[
                alt.Tooltip("day:N", title="星期 Weekday"),
                alt.Tooltip("left:Q", title="时 Hour"),
                alt.Tooltip("videos:Q", title="视频数 Videos", format=",d"),
                alt.Tooltip("likes:Q", title="点赞中位数 Median likes", format=",.0f"),
            ],
        )
        .properties(name=name)
    )
    texts = base.mark_text(style=PLACED, fontSize=9.5).encode(
        x=alt.X("middle:Q", scale=scale),
        text=alt.Text("text:N"),
        color=alt.Color("ink:N", scale=None),
    )
    return (
        alt.layer(rects, texts)
        .resolve_scale(color="independent")
        .properties(
            width=theme.WIDTH - 60,
            height=_HEIGHT,
            title=alt.TitleParams(title, fontSize=12, offset=6),
        )
    )
