"""What each account publishes more, or less, than all: account by category as a heat map."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.coding_rows import (
    FEWEST,
    Frames,
    Row,
    category_name,
    reliability_of,
    specialisation_cells,
)
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.labels import row_labels, row_position, row_scale
from sz_assets.charts.layout import MAIN, Part, data, empty, finish
from sz_assets.charts.placed_texts import PLACED
from sz_assets.charts.reasons import NO_CODES
from sz_assets.charts.wording import RELIABILITY_KEY, RELIABILITY_SIGNS

_ROW, _LABELS, _HEAD, _SIGN, _KEY = 34, 214, 150, 18, 16
# Beyond eight times, or an eighth, the colour does not change any more.
_FULL = 3.0
_STEPS = {1 / 8: "≤ 1/8", 1 / 4: "1/4", 1 / 2: "1/2", 1.0: "1", 2.0: "2", 4.0: "4", 8.0: "≥ 8"}


def category_specialisation(
    frames: Frames, context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """The location quotient of `category_specialisation` in the sample, each in its cell."""
    cells = specialisation_cells(frames, context)
    if not cells:
        return empty(heading, context, NO_CODES)
    accounts = list(dict.fromkeys(cell["account_id"] for cell in cells))
    categories = list(dict.fromkeys(cell["category"] for cell in cells))
    width, height = theme.WIDTH - _LABELS, _ROW * len(accounts)
    drawn = [
        _drawn(cell, accounts.index(cell["account_id"]), categories.index(cell["category"]))
        for cell in cells
    ]
    names = [
        (
            category_name(context, "secondary", category),
            RELIABILITY_SIGNS[reliability_of(frames, context, category)],
        )
        for category in categories
    ]
    labels = row_labels(
        [context.account_name(account) for account in accounts], _LABELS - 12, height
    )
    left = alt.vconcat(_blank(_LABELS - 12, _HEAD + _SIGN), labels, spacing=4)
    right = alt.vconcat(
        _head(names, width), _heat_map(drawn, len(accounts), len(categories), width), spacing=4
    )
    videos = {cell["account_id"]: cell["account_video_count"] for cell in cells}
    return finish(
        [alt.hconcat(left, right, spacing=6), _key(width)],
        heading,
        context,
        [
            f"n = {sum(videos.values()):,} 条样本视频 sample videos",
            "数字：该类目在账号中的占比 ÷ 在全部账号中的占比 Number: the category's share in the "
            "account ÷ its share in all accounts",
            f"编码信度 Reliability of codes: {RELIABILITY_KEY}",
            f"白底 white: 实有与应有都不足 {FEWEST} 条 fewer than {FEWEST} videos, both seen and "
            "expected · 0: 一条也没有 none at all",
        ],
    )


def quotient_text(value: float) -> str:
    """A quotient in at most four characters: 0.03, 0.4, 2.5, 12."""
    if value == 0:
        return "0"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.095 else f"{value:.2f}"


def _shade(value: float) -> float:
    """The binary logarithm within the colours' range."""
    return max(-_FULL, min(_FULL, math.log2(value))) if value > 0 else -_FULL


def _drawn(cell: Row, row: int, column: int) -> Row:
    shade = None if cell["is_few"] else _shade(cell["location_quotient"])
    return {
        "row": row,
        "top": row - 0.5,
        "bottom": row + 0.5,
        "left": column - 0.5,
        "right": column + 0.5,
        "column": column,
        "shade": shade,
        # Without a video and without one to be expected there is nothing to say.
        "text": ""
        if cell["is_few"] and not cell["video_count"]
        else quotient_text(cell["location_quotient"]),
        "ink": theme.MUTED if shade is None else _ink(shade),
        "videos": cell["video_count"],
        "expected": cell["expected_count"],
    }


def _ink(shade: float) -> str:
    return theme.BACKGROUND if abs(shade) > 0.6 * _FULL else theme.INK


def _colour(field: str = "shade") -> alt.Color:
    return alt.Color(
        f"{field}:Q",
        scale=alt.Scale(domain=[-_FULL, 0, _FULL], range=list(theme.DIVERGING), interpolate="rgb"),
        legend=None,
    )


def _heat_map(cells: Sequence[Row], rows: int, columns: int, width: int) -> alt.LayerChart:
    scale = alt.Scale(domain=[-0.5, columns - 0.5], nice=False, zero=False)
    shown = alt.Chart(data(cells, MAIN))
    rects = (
        shown.mark_rect(stroke=theme.LINE, strokeWidth=0.5, invalid=None)
        .encode(
            x=alt.X("left:Q", scale=scale, axis=None),
            x2=alt.X2("right:Q"),
            y=alt.Y("top:Q", scale=row_scale(rows), axis=None),
            y2=alt.Y2("bottom:Q"),
            color=alt.condition("datum.shade === null", alt.value(theme.BACKGROUND), _colour()),
            tooltip=[
                alt.Tooltip("videos:Q", title="视频数 Videos", format=",d"),
                alt.Tooltip("expected:Q", title="应有 Expected", format=",.1f"),
            ],
        )
        .properties(name=MAIN)
    )
    texts = shown.mark_text(style=PLACED, fontSize=10.5, baseline="middle").encode(
        x=alt.X("column:Q", scale=scale, axis=None),
        y=row_position(rows),
        text=alt.Text("text:N"),
        color=alt.Color("ink:N", scale=None),
    )
    return (
        alt.layer(rects, texts)
        .resolve_scale(color="independent")
        .properties(width=width, height=_ROW * rows)
    )


def _head(names: Sequence[tuple[Bilingual, str]], width: int) -> alt.LayerChart:
    """Above each column the category's name, turned, and the sign of its codes' reliability."""
    columns = [
        {
            "column": place,
            "zh": theme.fit(name.zh, _HEAD, 11.5),
            "en": theme.fit(name.en, _HEAD, 10.5) if name.en != name.zh else "",
            "sign": sign,
        }
        for place, (name, sign) in enumerate(names)
    ]
    base = alt.Chart(data(columns, "column_labels")).encode(
        x=alt.X(
            "column:Q",
            scale=alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False, zero=False),
            axis=None,
        ),
        y=alt.YValue(_HEAD),
    )
    signs = base.mark_text(fontSize=11.5, baseline="middle", color=theme.INK).encode(
        text=alt.Text("sign:N"), y=alt.YValue(_HEAD + _SIGN / 2)
    )
    style = {"style": PLACED, "angle": 270, "align": "left", "baseline": "middle"}
    return alt.layer(
        base.mark_text(**style, fontSize=11.5, dy=-6, color=theme.INK).encode(
            text=alt.Text("zh:N")
        ),
        base.mark_text(**style, fontSize=10.5, dy=7, color=theme.MUTED).encode(
            text=alt.Text("en:N")
        ),
        signs,
    ).properties(width=width, height=_HEAD + _SIGN)


def _blank(width: int, height: int) -> alt.Chart:
    """Room above the rows' labels, as high as the columns' names."""
    return (
        alt.Chart(data([{"text": ""}], "corner"))
        .mark_text()
        .encode(text=alt.Text("text:N"))
        .properties(width=width, height=height)
    )


def _key(width: int) -> Part:
    """The colours with the quotients that they stand for."""
    steps = [
        {
            "place": place,
            "left": place - 0.5,
            "right": place + 0.5,
            "shade": _shade(step),
            "ink": _ink(_shade(step)),
            "text": text,
        }
        for place, (step, text) in enumerate(_STEPS.items())
    ]
    scale = alt.Scale(domain=[-0.5, len(steps) - 0.5], nice=False, zero=False)
    base = alt.Chart(data(steps, "key"))
    boxes = base.mark_rect().encode(
        x=alt.X("left:Q", scale=scale, axis=None), x2=alt.X2("right:Q"), color=_colour()
    )
    texts = base.mark_text(fontSize=10, baseline="middle").encode(
        x=alt.X("place:Q", scale=scale, axis=None),
        text=alt.Text("text:N"),
        color=alt.Color("ink:N", scale=None),
    )
    return (
        alt.layer(boxes, texts)
        .resolve_scale(color="independent")
        .properties(
            width=width // 2,
            height=_KEY,
            title=alt.TitleParams(
                "比值：1 与全部账号相同 Quotient: 1 is like all accounts", fontSize=11.5, offset=4
            ),
        )
    )
