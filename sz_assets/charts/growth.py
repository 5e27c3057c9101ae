"""What changed since the previous crawl, account by account: new, gone, and growing likes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.distribution import number_text
from sz_assets.charts.further_rows import Frames, growth_rows
from sz_assets.charts.labels import row_labels, row_position, stripes
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_EARLIER_CRAWL
from sz_assets.charts.wording import MISSING

_ROW, _LABELS = 34, 216
_PANEL = (theme.WIDTH - _LABELS) // 3 - 10


def growth(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    """New and gone videos, and the median likes gained a day, of `growth_summary`."""
    rows = growth_rows(frames, context)
    if rows.is_empty():
        return empty(heading, context, NO_EARLIER_CRAWL)
    height = _ROW * rows.height
    labels = [context.account_name(account_id) for account_id in rows["account_id"]]
    panels = alt.hconcat(
        row_labels(labels, _LABELS - 12, height),
        _panel(rows, "new_video_count", "新视频（条）", "New videos", theme.HIGHER, MAIN),
        _panel(rows, "gone_video_count", "消失（条）", "Gone videos", theme.LOWER, "gone"),
        _panel(
            rows,
            "median_like_growth_per_day",
            "每日增赞中位数",
            "Median likes gained a day",
            theme.THRESHOLD,
            "likes",
        ),
        spacing=10,
    )
    months = sorted({f"{month:%Y-%m}" for month in rows["previous_crawl_month"]})
    fallen = rows["fallen_like_count"].sum()
    unknown = sum(
        sum(rows[name]) for name in ("unknown_new_video_count", "unknown_gone_video_count")
    )
    return finish(
        [panels],
        heading,
        context,
        [
            f"n = {rows['compared_video_count'].sum():,} 条两次均见 videos seen twice · "
            f"上次采集 previous crawl {', '.join(months)}",
            f"点赞减少 likes fell: {fallen:,} 条 videos · 因采集不完整而不明 new or gone not "
            f"known, a list being incomplete: {unknown:,} 条 videos",
            f"{MISSING} 无可比视频 no video to compare",
        ],
    )


def _panel(
    rows: pl.DataFrame, field: str, zh: str, en: str, color: str, name: str
) -> alt.LayerChart:
    values: Sequence[Any] = rows[field].to_list()
    known = [value for value in values if value is not None]
    low, high = min([*known, 0]), max([*known, 0])
    span = (high - low) or 1
    # Room for the number beside the longest bar, on the side to which the bars point.
    domain = [low - (0.42 * span if low < 0 else 0), high + (0.42 * span if high > 0 else span)]
    drawn = [
        {
            "row": row,
            "from": 0,
            "value": value or 0,
            "text": MISSING if value is None else number_text(value),
        }
        for row, value in enumerate(values)
    ]
    scale = alt.Scale(domain=domain, nice=False)
    base = alt.Chart(data(drawn, name)).encode(y=row_position(rows.height))
    bars = (
        base.mark_bar(color=color, size=14)
        .encode(x=alt.X("from:Q", scale=scale, axis=None), x2=alt.X2("value:Q"))
        .properties(name=name)
    )
    texts = base.mark_text(
        align=alt.expr("datum.value < 0 ? 'right' : 'left'"),
        baseline="middle",
        dx=alt.expr("datum.value < 0 ? -5 : 5"),
        fontSize=11.5,
    ).encode(x=alt.X("value:Q", scale=scale, axis=None), text=alt.Text("text:N"))
    zero = (
        alt.Chart(data([{"value": 0}], f"zero_{name}"))
        .mark_rule(color=theme.MUTED)
        .encode(x=alt.X("value:Q", scale=scale, axis=None))
    )
    return alt.layer(stripes(rows.height, f"bands_{name}"), bars, zero, texts).properties(
        width=_PANEL,
        height=_ROW * rows.height,
        title=alt.TitleParams([zh, en], fontSize=11.5, lineHeight=15, offset=4),
    )
