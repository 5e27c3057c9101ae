"""What goes with likes: the effects of `engagement_effects` as dots with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.further_rows import Frames, effects_on, estimated_effects
from sz_assets.charts.labels import row_labels, row_position, stripes
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_EFFECTS
from sz_assets.charts.wording import EFFECT_VERDICTS, effect_label, ratio_text

_ROW, _LABELS, _NUMBERS = 32, 250, 48
_LOOKS = {
    "positive": ("triangle-right", theme.HIGHER, True),
    "negative": ("triangle-left", theme.LOWER, True),
    "undecided": ("circle", theme.UNDECIDED, False),
}


def effects(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    """A row per effect on likes among all videos, on a log axis about the ratio 1."""
    rows = list(estimated_effects(frames, context).iter_rows(named=True))
    if not rows:
        return empty(heading, context, NO_EFFECTS)
    width, height = theme.WIDTH - _LABELS - _NUMBERS, _ROW * len(rows)
    drawn = [_drawn(row, place) for place, row in enumerate(rows)]
    bounds = [row[name] for row in drawn for name in ("ratio", "low", "high") if row[name]]
    low, high = min([*bounds, 0.5]) / 1.1, max([*bounds, 2.0]) * 1.1
    x, y = _x("ratio", low, high), row_position(len(rows))
    intervals = [row for row in drawn if row["low"] and row["high"]]
    looks = {"color": alt.Color("color:N", scale=None)}
    one = (
        alt.Chart(data([{"ratio": 1.0}], "one"))
        .mark_rule(color=theme.MUTED, strokeDash=[4, 3])
        .encode(x=x)
    )
    lines = (
        alt.Chart(data(intervals, "intervals"))
        .mark_rule(strokeWidth=2)
        .encode(x=_x("low", low, high), x2=alt.X2("high:Q"), y=y, **looks)
    )
    dots = (
        alt.Chart(data(drawn, MAIN), name=MAIN)
        .mark_point(size=80, strokeWidth=2, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            tooltip=[
                alt.Tooltip("contrast:N", title="比较 Contrast"),
                alt.Tooltip("ratio:Q", title="倍数 Ratio", format=".3f"),
                alt.Tooltip("verdict:N", title="结论 Verdict"),
            ],
            **looks,
        )
    )
    numbers = (
        alt.Chart(data(drawn, "numbers"))
        .mark_text(align="right", baseline="middle", fontSize=11.5)
        .encode(x=alt.XValue(_NUMBERS), y=y, text=alt.Text("text:N"))
        .properties(width=_NUMBERS, height=height)
    )
    panel = alt.layer(stripes(len(rows), "bands"), one, lines, dots).properties(
        width=width, height=height
    )
    labels = [
        effect_label(row["factor"], row["level"], row["contrast"], context.categories)
        for row in rows
    ]
    return finish(
        [alt.hconcat(row_labels(labels, _LABELS - 12, height), panel, numbers, spacing=6)],
        heading,
        context,
        _reading(rows, effects_on(frames, context, "like_count")),
    )


def _drawn(row: Mapping[str, Any], place: int) -> dict[str, Any]:
    shape, color, is_filled = _LOOKS.get(row["verdict"], _LOOKS["undecided"])
    low = row["interval_low"]
    return {
        "row": place,
        "ratio": row["effect_multiplier"],
        # A logarithmic axis has no place for 0 or less.
        "low": low if low is not None and low > 0 else None,
        "high": row["interval_high"],
        "shape": shape,
        "color": color,
        "fill": color if is_filled else theme.BACKGROUND,
        "contrast": row["contrast"],
        "verdict": str(EFFECT_VERDICTS[row["verdict"]]),
        "text": ratio_text(row["effect_multiplier"]),
    }


def _x(field: str, low: float, high: float) -> alt.X:
    ticks = [step * 10.0**power for power in range(-4, 5) for step in (1, 2, 5)]
    return alt.X(
        f"{field}:Q",
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        title="点赞倍数（对数刻度） Likes multiplied by (log scale)",
        axis=alt.Axis(
            values=[tick for tick in ticks if low <= tick <= high],
            labelExpr="'×' + format(datum.value, '~r')",
            labelOverlap=True,
        ),
    )


def _reading(rows: Sequence[Mapping[str, Any]], of_all: pl.DataFrame) -> list[str]:
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in _LOOKS}
    videos = max(row["video_count"] for row in rows)
    without = of_all.filter(pl.col("effect_multiplier").is_null())["verdict"].to_list()
    not_estimable = without.count("not_estimable")
    # The test of a U has a verdict and no ratio.
    no_ratio = len(without) - not_estimable
    return [
        f"n = {videos:,}，全部视频 all videos",
        f"▶ 较高 higher {counts['positive']} · ◀ 较低 lower {counts['negative']} · "
        f"○ 未定 undecided {counts['undecided']} · 无法估计 not estimable {not_estimable} · "
        f"无倍数 without a ratio {no_ratio}",
        "线：95% 区间，未校正多重比较 line: 95% interval, not corrected · 结论按 Holm 校正 verdict "
        "after Holm's correction",
    ]
