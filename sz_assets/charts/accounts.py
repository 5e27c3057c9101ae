"""Accounts beside each other: median likes of all videos and of the sample, with the h-index."""

from __future__ import annotations

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.distribution import number_text, value_scale
from sz_assets.charts.further_rows import Frames, compared_accounts
from sz_assets.charts.labels import row_labels, row_position, stripes
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_LIKES
from sz_assets.charts.scales import whole_powers

_ROW, _LABELS, _NUMBERS = 34, 240, 96
_TITLE = "每条视频点赞（次，对数刻度） Likes per video (count, log scale)"


def account_comparison(
    frames: Frames, context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """A row per account of `account_engagement`, highest median of all videos first."""
    accounts = compared_accounts(frames, context)
    if not accounts:
        return empty(heading, context, NO_LIKES)
    width, height = theme.WIDTH - _LABELS - _NUMBERS, _ROW * len(accounts)
    bounds: list[float] = [
        account[name]
        for account in accounts
        for name in ("median_like_count", "mean_like_count", "sample_median")
        if account[name] is not None
    ]
    axis = whole_powers(bounds)
    ticks = alt.Axis(values=axis.power_ticks, labelExpr=axis.label_expression)
    x = alt.X("value:Q", scale=value_scale(axis), axis=ticks, title=_TITLE)
    y = row_position(len(accounts))
    medians = [
        {
            "row": row,
            "value": axis.position(account["median_like_count"]),
            "account": str(context.account_name(account["account_id"])),
            "median": account["median_like_count"],
        }
        for row, account in enumerate(accounts)
    ]
    others = [
        {"row": row, "value": axis.position(account[name]), "shape": shape, "color": color}
        for row, account in enumerate(accounts)
        for name, shape, color in (
            ("mean_like_count", "diamond", theme.MEAN),
            ("sample_median", "circle", theme.HIGHER),
        )
        if account[name] is not None
    ]
    shown = {"shape": alt.Shape("shape:N", scale=None), "color": alt.Color("color:N", scale=None)}
    other_marks = (
        alt.Chart(data(others, "others"))
        .mark_point(filled=False, size=60, strokeWidth=1.6, opacity=1)
        .encode(x=x, y=y, **shown)
    )
    median_marks = (
        alt.Chart(data(medians, MAIN), name=MAIN)
        .mark_point(shape="circle", filled=True, size=80, opacity=1, color=theme.HIGHER)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("account:N", title="账号 Account"),
                alt.Tooltip("median:Q", title="中位数 Median", format=",.0f"),
            ],
        )
    )
    panel = alt.layer(stripes(len(accounts), "bands"), other_marks, median_marks).properties(
        width=width, height=height
    )
    numbers = [
        {
            "row": row,
            "first": number_text(account["median_like_count"]),
            "second": f"h = {account['h_index']} · n = {account['video_count']:,}",
        }
        for row, account in enumerate(accounts)
    ]
    base = alt.Chart(data(numbers, "numbers")).encode(x=alt.XValue(_NUMBERS), y=y)
    style = {"align": "right", "baseline": "middle"}
    texts = alt.layer(
        base.mark_text(**style, fontSize=12, dy=-7).encode(text=alt.Text("first:N")),
        base.mark_text(**style, fontSize=10.5, dy=7, color=theme.MUTED).encode(
            text=alt.Text("second:N")
        ),
    ).properties(width=_NUMBERS, height=height)
    labels = [context.account_name(account["account_id"]) for account in accounts]
    return finish(
        [alt.hconcat(row_labels(labels, _LABELS - 12, height), panel, texts, spacing=6)],
        heading,
        context,
        [
            f"n = {sum(account['video_count'] for account in accounts):,}"
            f"，{len(accounts)} 个账号 accounts · 右：中位数 right: median",
            "● 全部视频中位数 median of all videos · ○ 样本中位数 median of the sample · "
            "◇ 全部视频平均 mean of all videos",
            "h：有 h 条视频各至少 h × 1,000 次点赞 h videos have at least h × 1,000 likes each",
        ],
    )
