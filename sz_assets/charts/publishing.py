"""Figure 1: the sample's videos by year of publication."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext, month_rows
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_SAMPLE


def figure_1(
    frames: Mapping[str, pl.DataFrame], context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """Bars of `publishing_by_year` (videos per year), with the number on each bar."""
    years = month_rows(frames, "publishing_by_year", context, "sample").sort("published_year")
    if years.is_empty():
        return empty(heading, context, NO_SAMPLE)
    rows = years.select("published_year", "video_count").to_dicts()
    first, last = rows[0]["published_year"], rows[-1]["published_year"]
    base = alt.Chart(data(rows, MAIN)).encode(
        # A year without videos keeps its place on the axis.
        x=alt.X(
            "published_year:O",
            title="发布年份 Year of publication",
            scale=alt.Scale(domain=list(range(first, last + 1)), paddingInner=0.35),
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y(
            "video_count:Q",
            title="视频数（条） Videos (count)",
            axis=alt.Axis(format=",d", tickCount=6, tickMinStep=1),
        ),
    )
    bars = base.mark_bar(color=theme.BAR).properties(name=MAIN)
    numbers = base.mark_text(dy=-8).encode(text=alt.Text("video_count:Q", format=",d"))
    total = sum(row["video_count"] for row in rows)
    return finish(
        [alt.layer(bars, numbers).properties(width=theme.WIDTH, height=320)],
        heading,
        context,
        [f"n = {total:,}"],
    )
