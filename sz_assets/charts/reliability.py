"""How far coders agree: Krippendorff's alpha per category with its interval and the thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.coding_rows import Frames, Row, alpha_name, drawn_alphas
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.labels import row_labels, row_position, stripes
from sz_assets.charts.layout import MAIN, data, empty, finish
from sz_assets.charts.reasons import NO_HUMAN_CODES
from sz_assets.charts.wording import MISSING, RELIABILITY, RELIABILITY_SIGNS
from sz_assets.contracts.coding import MACHINE_COEFFICIENT

_ROW, _LABELS, _NUMBERS = 34, 216, 40
_LOOKS = {
    "reliable": ("circle", theme.HIGHER, True),
    "tentative": ("diamond", theme.SERIES[3], True),
    "insufficient": ("triangle-down", theme.LOWER, True),
    "unknown": ("circle", theme.UNDECIDED, False),
}


def coding_reliability(
    frames: Frames, context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """A row per category of `coding_reliability`, all categories together first."""
    rows = drawn_alphas(frames, context)
    if not rows:
        return empty(heading, context, NO_HUMAN_CODES)
    width, height = theme.WIDTH - _LABELS - _NUMBERS, _ROW * len(rows)
    drawn = [_drawn(place, row) for place, row in enumerate(rows) if row["value"] is not None]
    low = min(0.0, *(row[name] for row in drawn for name in ("value", "low") if row[name]))
    y, looks = row_position(len(rows)), {"color": alt.Color("color:N", scale=None)}
    limits = [{"alpha": alpha} for alpha in context.alpha_thresholds]
    thresholds = (
        alt.Chart(data(limits, "thresholds"))
        .mark_rule(color=theme.THRESHOLD, strokeDash=[4, 3])
        .encode(x=_x("alpha", low, context))
    )
    lines = (
        alt.Chart(data([row for row in drawn if row["low"] is not None], "intervals"))
        .mark_rule(strokeWidth=2)
        .encode(x=_x("low", low, context), x2=alt.X2("high:Q"), y=y, **looks)
    )
    dots = (
        alt.Chart(data(drawn, MAIN), name=MAIN)
        .mark_point(size=70, strokeWidth=2, opacity=1)
        .encode(
            x=_x("value", low, context),
            y=y,
            shape=alt.Shape("shape:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            tooltip=[
                alt.Tooltip("value:Q", title="α", format=".3f"),
                alt.Tooltip("verdict:N", title="结论 Verdict"),
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
    panel = alt.layer(stripes(len(rows), "bands"), thresholds, lines, dots).properties(
        width=width, height=height
    )
    labels = [_label(row, context) for row in rows]
    return finish(
        [alt.hconcat(row_labels(labels, _LABELS - 12, height), panel, numbers, spacing=6)],
        heading,
        context,
        _reading(rows, context),
    )


def _label(row: Row, context: ChartContext) -> Bilingual:
    """The row's name; the machine's with its own number of videos, which is not the others'."""
    name = alpha_name(context, row)
    if row["coefficient"] != MACHINE_COEFFICIENT:
        return name
    videos = f"(n = {row['unit_count']:,})"
    return Bilingual(f"{name.zh} {videos}", f"{name.en} {videos}")


def _drawn(place: int, row: Row) -> Row:
    shape, color, is_filled = _LOOKS[row["verdict"]]
    low, high = row["interval_low"], row["interval_high"]
    has_interval = low is not None and high is not None
    return {
        "row": place,
        "value": row["value"],
        "low": low if has_interval else None,
        "high": high if has_interval else None,
        "shape": shape,
        "color": color,
        "fill": color if is_filled else theme.BACKGROUND,
        "verdict": str(RELIABILITY[row["verdict"]]),
    }


def _number(place: int, row: Row) -> Row:
    return {"row": place, "text": MISSING if row["value"] is None else f"{row['value']:.2f}"}


def _x(field: str, low: float, context: ChartContext) -> alt.X:
    limits = context.alpha_thresholds
    ticks = [tick / 10 for tick in range(-10, 11, 2) if low <= tick / 10]
    # A number that a threshold's own label would cover is left out.
    ticks = [tick for tick in ticks if all(abs(tick - limit) > 0.05 for limit in limits)]
    return alt.X(
        f"{field}:Q",
        scale=alt.Scale(domain=[low, 1], nice=False, zero=False),
        title="Krippendorff α（1 为完全一致） Krippendorff's α (1 is perfect agreement)",
        axis=alt.Axis(values=sorted([*ticks, *limits]), labelExpr="format(datum.value, '~r')"),
    )


def _reading(rows: Sequence[Row], context: ChartContext) -> list[str]:
    tentative, reliable = context.alpha_thresholds
    found = [row["verdict"] for row in rows if row["category_level"] == "secondary"]
    verdicts = " · ".join(
        f"{RELIABILITY_SIGNS[verdict]} {words} {found.count(verdict)}"
        for verdict, words in RELIABILITY.items()
    )
    people = [row for row in rows if row["coefficient"] != MACHINE_COEFFICIENT]
    compared = people[0] if people else {"unit_count": 0, "coder_count": 0}
    return [
        f"n = {compared['unit_count']:,} 条视频 videos（人与人 among people）, "
        f"编码员 coders: {compared['coder_count']}",
        f"类目 categories: {verdicts}",
        f"虚线 dashed: α ≥ {tentative:g} 暂可 tentative, ≥ {reliable:g} 可靠 reliable · "
        "线：95% 区间 line: 95% interval",
    ]
