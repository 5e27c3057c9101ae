"""Years of publication: the sample as it is counted, and likes corrected for the videos' age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.further_rows import Frames, trend_rows
from sz_assets.charts.layout import MAIN, Part, data, empty, finish
from sz_assets.charts.reasons import NO_TREND
from sz_assets.charts.wording import ratio_text

_NOT_CORRECTED = Bilingual(
    "无法校正：还没有观测到足够多的视频年龄。",
    "It can't be corrected: too few ages of videos have been observed yet.",
)


def age_trend(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    """Bars of the sample's videos above, the corrected ratio with its interval below.

    Reads `publishing_trend`; where a year can't be corrected, the place of its ratio says so.
    """
    rows = trend_rows(frames, context)
    if not rows:
        return empty(heading, context, NO_TREND)
    years = list(range(rows[0]["published_year"], rows[-1]["published_year"] + 1))
    total = sum(row["sample_video_count"] for row in rows)
    corrected = [row for row in rows if row["age_corrected_multiplier"] is not None]
    lower = _ratios(corrected, rows, years) if corrected else _not_corrected()
    reading = [
        "上：样本视频数，未校正 above: videos of the sample, uncorrected"
        + (
            " · ◇ 校正后 corrected"
            if any(row["corrected_video_count"] is not None for row in rows)
            else ""
        ),
        "下：按视频年龄校正后的点赞，与参照年之比及 95% 区间 below: likes corrected for age, "
        "relative to the reference year, 95% interval"
        if corrected
        else str(_NOT_CORRECTED),
    ]
    return finish([_counts(rows, years), lower], heading, context, [f"n = {total:,}", *reading])


def _year(years: Sequence[int]) -> alt.X:
    return alt.X(
        "year:O",
        title="发布年份 Year of publication",
        scale=alt.Scale(domain=list(years), paddingInner=0.35),
        axis=alt.Axis(labelAngle=0),
    )


def _counts(rows: Sequence[Mapping[str, Any]], years: Sequence[int]) -> alt.LayerChart:
    drawn = [{"year": row["published_year"], "videos": row["sample_video_count"]} for row in rows]
    y = alt.Y(
        "videos:Q",
        title="样本视频数（条） Sample videos (count)",
        axis=alt.Axis(format=",d", tickCount=5, tickMinStep=1),
    )
    base = alt.Chart(data(drawn, MAIN)).encode(x=_year(years), y=y)
    corrected = [
        {"year": row["published_year"], "videos": row["corrected_video_count"]}
        for row in rows
        if row["corrected_video_count"] is not None
    ]
    diamonds = (
        alt.Chart(data(corrected, "corrected_counts"))
        .mark_point(
            shape="diamond",
            size=90,
            strokeWidth=2,
            color=theme.MEAN,
            opacity=1,
            # Beside the number above the bar, not on it.
            xOffset=0.27 * theme.WIDTH / len(years),
        )
        .encode(x=_year(years), y=y)
    )
    return alt.layer(
        base.mark_bar(color=theme.BAR).properties(name=MAIN),
        base.mark_text(dy=-8).encode(text=alt.Text("videos:Q", format=",d")),
        *([diamonds] if corrected else []),
    ).properties(width=theme.WIDTH, height=220)


def _ratios(
    corrected: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    years: Sequence[int],
) -> alt.LayerChart:
    points = [
        {
            "year": row["published_year"],
            "ratio": row["age_corrected_multiplier"],
            # A logarithmic axis has no place for 0 or less.
            "low": row["interval_low"] if (row["interval_low"] or 0) > 0 else None,
            "high": row["interval_high"],
            "text": ratio_text(row["age_corrected_multiplier"]),
        }
        for row in corrected
        if row["age_corrected_multiplier"] > 0
    ]
    bounds = [row[name] for row in points for name in ("ratio", "low", "high") if row[name]]
    low, high = min([*bounds, 0.5]) / 1.25, max([*bounds, 2.0]) * 1.25
    scale = alt.Scale(type="log", domain=[low, high], nice=False)

    def y(field: str) -> alt.Y:
        ticks = [t * 10.0**e for e in range(-3, 4) for t in (1, 2, 5)]
        return alt.Y(
            f"{field}:Q",
            scale=scale,
            title="校正后的点赞比 Corrected ratio",
            axis=alt.Axis(
                values=[tick for tick in ticks if low <= tick <= high],
                labelExpr="'×' + format(datum.value, '~r')",
            ),
        )

    intervals = [row for row in points if row["low"] is not None and row["high"] is not None]
    unknown = [
        {"year": row["published_year"], "text": "无法校正\nnot known"}
        for row in rows
        if row["age_corrected_multiplier"] is None
    ]
    one = alt.Chart(data([{"ratio": 1.0}], "one")).mark_rule(color=theme.MUTED, strokeDash=[4, 3])
    base = alt.Chart(data(points, "ratios")).encode(x=_year(years), y=y("ratio"))
    bars = alt.Chart(data(intervals, "intervals")).mark_rule(color=theme.HIGHER, strokeWidth=2)
    missing = alt.Chart(data(unknown, "unknown")).mark_text(
        color=theme.MUTED, lineBreak="\n", baseline="middle"
    )
    return alt.layer(
        one.encode(y=y("ratio")),
        bars.encode(x=_year(years), y=y("low"), y2=alt.Y2("high:Q")),
        base.mark_point(filled=True, size=80, opacity=1, color=theme.HIGHER),
        base.mark_text(align="left", dx=9).encode(text=alt.Text("text:N")),
        missing.encode(x=_year(years), y=alt.YValue(170), text=alt.Text("text:N")),
    ).properties(width=theme.WIDTH, height=200)


def _not_corrected() -> Part:
    lines = [{"line": row, "text": text} for row, text in enumerate(_NOT_CORRECTED)]
    return (
        alt.Chart(data(lines, "not_corrected"))
        .mark_text(align="center", baseline="middle", color=theme.MUTED, fontSize=14)
        .encode(
            x=alt.XValue(theme.WIDTH / 2),
            y=alt.Y("line:Q", axis=None, scale=alt.Scale(domain=[-1, 2], reverse=True)),
            text=alt.Text("text:N"),
        )
        .properties(width=theme.WIDTH, height=80)
    )
