"""The share of each category: as the machine counts it, as people say, and corrected by them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.coding_rows import (
    MOST_SILENT,
    Frames,
    Row,
    category_name,
    known_shares,
    prevalence_rows,
    silent_ratio,
)
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.labels import row_labels, row_position, stripes
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_PREVALENCE
from sz_assets.charts.wording import ESTIMATORS, MISSING, SAME_POINT, TAKEN_AS_TRUE, share_text

_LABELS, _NUMBERS = 200, 72
# Shape, colour, whether filled, and place within the category's row.
_LOOKS = {
    "uncorrected": ("circle", theme.UNDECIDED, False, -0.28),
    "human_only": ("square", theme.LOWER, True, 0.0),
    "corrected": ("diamond", theme.HIGHER, True, 0.28),
}
_SIGNS = {"uncorrected": "○", "human_only": "■", "corrected": "◆"}
_TICKS = (0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1)


def category_prevalence(
    frames: Frames, context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """A row per category with up to three estimates, on a square-root axis, where 0 has a place."""
    rows = prevalence_rows(frames, context)
    shares = known_shares(rows)
    if not shares:
        return empty(heading, context, NO_PREVALENCE)
    is_alone = len({estimator for _, estimator, _ in shares}) == 1
    width = theme.WIDTH - _LABELS - _NUMBERS
    height = (30 if is_alone else 40) * len(rows)
    drawn = [_drawn(place, estimator, row, is_alone=is_alone) for place, estimator, row in shares]
    high = min(1.0, max(max(row["share"], row["high"] or 0) for row in drawn) * 1.08)
    y, looks = row_position(len(rows)), {"color": alt.Color("color:N", scale=None)}
    lines = (
        alt.Chart(data([row for row in drawn if row["high"] is not None], "intervals"))
        .mark_rule(strokeWidth=2)
        .encode(x=_x("low", high), x2=alt.X2("high:Q"), y=y, **looks)
    )
    dots = (
        alt.Chart(data(drawn, MAIN), name=MAIN)
        .mark_point(size=60, strokeWidth=1.75, opacity=1)
        .encode(
            x=_x("share", high),
            y=y,
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            tooltip=[
                alt.Tooltip("estimator:N", title="估计 Estimate"),
                alt.Tooltip("share:Q", title="占比 Share", format=".2%"),
            ],
            **looks,
        )
    )
    numbers = (
        alt.Chart(data([_number(place, row) for place, row in enumerate(rows)], "numbers"))
        .mark_text(align="right", baseline="middle", fontSize=11.5)
        .encode(x=alt.XValue(_NUMBERS), y=y, text=alt.Text("text:N"))
        .properties(width=_NUMBERS, height=height)
    )
    panel = alt.layer(stripes(len(rows), "bands"), lines, dots).properties(
        width=width, height=height
    )
    labels = [category_name(context, "secondary", row["category"]) for row in rows]
    return finish(
        [alt.hconcat(row_labels(labels, _LABELS - 12, height), panel, numbers, spacing=6)],
        heading,
        context,
        _reading(shares, silent_ratio(rows)),
    )


def _drawn(place: int, estimator: str, row: Row, *, is_alone: bool) -> Row:
    shape, color, is_filled, offset = _LOOKS[estimator]
    has_interval = row["share_low_ratio"] is not None and row["share_high_ratio"] is not None
    return {
        "row": place if is_alone else place + offset,
        "share": row["share_ratio"],
        "low": row["share_low_ratio"] if has_interval else None,
        "high": row["share_high_ratio"] if has_interval else None,
        "shape": shape,
        "color": color,
        "fill": color if is_filled else theme.BACKGROUND,
        "estimator": str(ESTIMATORS[estimator]),
    }


def _number(place: int, row: Row) -> Row:
    """The best estimate in figures, the corrected one if there is one."""
    for estimator in ("corrected", "human_only", "uncorrected"):
        found = row.get(estimator)
        if found and found["share_ratio"] is not None:
            return {
                "row": place,
                "text": f"{_SIGNS[estimator]} {share_text(found['share_ratio'])}",
            }
    return {"row": place, "text": MISSING}


def _x(field: str, high: float) -> alt.X:
    return alt.X(
        f"{field}:Q",
        scale=alt.Scale(type="sqrt", domain=[0, high], nice=False),
        title="占样本视频（平方根刻度） Share of the sample's videos (square-root scale)",
        axis=alt.Axis(
            values=[tick for tick in _TICKS if tick <= high],
            labelExpr="format(datum.value * 100, '~r') + ' %'",
            labelOverlap=True,
        ),
    )


def _reading(shares: Sequence[tuple[int, str, Row]], silent: float | None) -> list[str]:
    found = {estimator for _, estimator, _ in shares}
    videos = max(row["video_count"] for _, _, row in shares)
    people = max((row["human_code_count"] for _, name, row in shares if name != "uncorrected"),
                 default=0)  # fmt: skip
    words = " · ".join(
        f"{_SIGNS[name]} {words}" for name, words in ESTIMATORS.items() if name in found
    )
    if people:
        checked = (
            f"人工编码 {people:,} 条 videos coded by people · 线：95% 区间 line: 95% interval · "
            "机器计数没有区间 the machine's count has none"
        )
    else:
        checked = (
            "未以人工编码校正：没有区间，只是机器的计数 Not corrected by people's codes: no "
            "interval, a machine's count alone"
        )
    lines = [f"n = {videos:,} 条样本视频 sample videos", words, checked]
    if people:
        lines += [*SAME_POINT, str(TAKEN_AS_TRUE)]
    if silent is not None and silent > MOST_SILENT:
        lines.append(
            f"机器对 {share_text(silent)} 的视频不作判断：其计数不是占比 The machine says nothing "
            f"of {share_text(silent)} of the videos: its count is no share"
        )
    return lines
