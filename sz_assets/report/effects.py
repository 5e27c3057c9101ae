"""The section on what goes with engagement: effects within accounts, and claims tested by them.

Here: its order, and what `engagement_effects` says. Not here: the claims (`claims`), or how an
effect is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sz_assets.charts.coding_rows import reliability_of
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.further_rows import effects_on
from sz_assets.charts.wording import (
    EFFECT_VERDICTS,
    MEASURES,
    NOT_ESTABLISHING,
    effect_label,
    named,
)
from sz_assets.report import formats
from sz_assets.report.claims import claims_of
from sz_assets.report.section import ESTIMANDS, Frames, Section, rows_of
from sz_assets.report.sentences import Row, Sentence, Value, known, say, value_of
from sz_assets.report.tables import (
    Column,
    Content,
    DataTable,
    Tally,
    data_table,
    field,
    interval,
    note,
    row_id,
    tally,
    with_small,
)
from sz_assets.report.told import names_of

_TABLE = "engagement_effects"
_NOTES = ("estimand", "method", "note")
_U_SHAPES = {
    **EFFECT_VERDICTS,
    "positive": Bilingual("呈 U 形", "a U"),
    "negative": Bilingual("呈倒 U 形", "an inverted U"),
}
_METRICS = ("like_count", "favorite_count", "share_count", "comment_count")
Rows = Sequence[tuple[str, Row]]
_UNKNOWN = Bilingual(
    "本月没有估计任何效应：不知道什么与互动相关。",
    "No effect is estimated this month: what goes with engagement is not known.",
)

_PINNED = Bilingual(
    "账号置顶的本就是表现好的视频，置顶后又更易被看到，故此处不能说明置顶的作用。",
    " Accounts pin what did well, and what is pinned is seen more: this says nothing of what "
    "pinning does.",
)

_TOPIC = Bilingual(
    "题材编码的信度未知或不足：此效应是算出而未确立的。",
    " The reliability of the codes behind the topic is unknown or insufficient: this is computed, "
    "not established.",
)


def effects(frames: Frames, context: ChartContext, claims_heading: Bilingual) -> Section:
    """Effects on likes among all videos beside the sample's, then the claims they decide."""
    by_metric = {metric: _effects(frames, context, metric) for metric in _METRICS}
    likes = by_metric["like_count"]
    found = tally(
        _TABLE,
        EFFECT_VERDICTS,
        [row["verdict"] for _, row in likes],
        Bilingual("点赞效应的结论", "Verdicts on effects on likes"),
    )
    claims = claims_of(frames, context, claims_heading)
    sentences = [
        _counted(found) if likes else None,
        *(_duration(row, place) for place, row in likes if row["factor"] == "duration"),
        *(_decided(row, place, context) for place, row in likes),
        *claims.sentences,
    ]
    tables = [found.table, _table(likes, context, "like_count")] if likes else []
    tables += claims.tables
    tables += [
        _table(rows, context, metric)
        for metric, rows in by_metric.items()
        if rows and metric != "like_count"
    ]
    said = known(sentences)
    return Section(
        "effects",
        Bilingual("与互动相关的因素", "What goes with engagement"),
        said,
        tables,
        [] if said else [_UNKNOWN],
    )


def _effects(frames: Frames, context: ChartContext, metric: str) -> Rows:
    """Effects among all videos, each with the sample's ratio and verdict, with their ids."""
    if rows_of(frames, _TABLE, context).is_empty():
        return []
    rows = effects_on(frames, context, metric)
    sample = {
        (row["factor"], row["level"]): row
        for row in rows_of(frames, _TABLE, context, "sample")
        .filter(pl.col("metric") == metric)
        .iter_rows(named=True)
    }
    return [
        (
            row_id(_TABLE, metric, row["factor"], row["level"]),
            {
                **row,
                "coding_reliability": reliability_of(frames, context, row["level"])
                if row["factor"] == "topic"
                else None,
                **{
                    f"sample_{name}": sample.get((row["factor"], row["level"]), {}).get(name)
                    for name in ("effect_multiplier", "verdict")
                },
            },
        )
        for row in rows.iter_rows(named=True)
    ]


def _table(rows: Rows, context: ChartContext, metric: str) -> DataTable:
    columns = (
        Column(Bilingual("因素", "Property"), lambda row: _label(row, context)),
        Column(Bilingual("比较", "Contrast"), note("contrast", names_of(context)), "small"),
        Column(Bilingual("倍数", "Ratio"), field("effect_multiplier", formats.ratio), "n"),
        Column(
            Bilingual("95% 区间（未校正）", "95% interval (uncorrected)"),
            interval(formats.ratio),
            "n",
        ),
        Column(Bilingual("p（Holm）", "p (Holm)"), field("p_value_holm", formats.p_value), "n"),
        Column(Bilingual("结论", "Verdict"), _verdict),
        Column(Bilingual("样本中", "In the sample"), _in_sample, "n"),
        Column(Bilingual("视频；账号", "Videos; accounts"), _numbers, "n"),
    )
    measure = MEASURES[metric]
    words = Bilingual(f"对{measure.zh}的效应", f"Effects on {measure.en}")
    caption = Bilingual(
        f"{words.zh}：全部视频，账号之内；旁列样本所得。只留最受欢迎的视频会使效应偏小，"
        "所以“样本中”只说最受欢迎的视频。",
        f"{words.en}: all videos, within accounts, beside what the sample gives. Keeping only the "
        "most liked videos shrinks an effect: “in the sample” speaks of the most liked alone.",
    )
    folded = None if metric == "like_count" else words
    return data_table(caption, columns, rows, folded, _NOTES, {**names_of(context), **ESTIMANDS})


def _label(row: Row, context: ChartContext) -> Bilingual:
    return effect_label(row["factor"], row["level"], row["contrast"], context.categories)


def _verdict(row: Row) -> Bilingual:
    """The verdict in words; the test of a U has no ratio, and a direction of its own."""
    words = _U_SHAPES if row["level"] == "u_shape" else EFFECT_VERDICTS
    return named(words, row["verdict"])


def _in_sample(row: Row) -> Content:
    verdict = row["sample_verdict"]
    ratio = formats.ratio(row["sample_effect_multiplier"])
    return with_small(ratio, *([] if verdict is None else [EFFECT_VERDICTS[verdict]]))


def _numbers(row: Row) -> str:
    return f"{row['video_count']:,}; {row['account_count']}"


def _counted(found: Tally) -> Sentence | None:
    return say(
        Bilingual(
            "在全部视频的点赞上，效应较高的有 {positive} 个，较低的 {negative} 个，"
            "未定的 {undecided} 个，无法估计的 {not_estimable} 个。",
            "Effects on likes among all videos: {positive} higher, {negative} lower, "
            "{undecided} undecided, {not_estimable} not estimable.",
        ),
        found.values,
    )


def _interval_values(row: Row, place: str) -> dict[str, Value | None]:
    names = ("effect_multiplier", "interval_low", "interval_high", "sample_effect_multiplier")
    return {name: value_of(row, name, place, formats.ratio) for name in names if name in row}


def _decided(row: Row, place: str, context: ChartContext) -> Sentence | None:
    """A sentence for an effect whose direction stands after correction."""
    if row["verdict"] not in ("positive", "negative"):
        return None
    values = {
        **_interval_values(row, place),
        "p": value_of(row, "p_value_holm", place, formats.p_value),
        "verdict": value_of(row, "verdict", place, lambda _: _verdict(row)),
        "videos": value_of(row, "video_count", place, formats.count),
        "accounts": value_of(row, "account_count", place, formats.count),
    }
    caution = _PINNED if row["factor"] == "pinned" else Bilingual("", "")
    if row["factor"] == "topic" and row["coding_reliability"] in NOT_ESTABLISHING:
        caution = _TOPIC
    label = _label(row, context)
    return say(
        Bilingual(
            "{label}：点赞{verdict}，为 {effect_multiplier}（95% 区间 {interval_low} 至 "
            "{interval_high}，Holm 校正后 p 值 {p}；{videos} 条视频，{accounts} 个账号）。"
            "{caution}",
            "{label}: likes are {verdict}, {effect_multiplier} (95% interval {interval_low} to "
            "{interval_high}, p-value {p} after Holm's correction; videos: {videos}, accounts: "
            "{accounts}).{caution}",
        ),
        values,
        label=label,
        caution=caution,
    ) or say(
        Bilingual(
            "{label}：点赞{verdict}（Holm 校正后 p 值 {p}）。",
            "{label}: likes show {verdict} (p-value {p} after Holm's correction).",
        ),
        values,
        label=label,
    )


def _duration(row: Row, place: str) -> Sentence | None:
    """What the crawl's own videos say of duration, beside what the sample would have said."""
    if row["level"] != "per_doubling":
        return None
    return say(
        Bilingual(
            "时长每翻一倍，点赞在全部视频中为 {effect_multiplier}（95% 区间 {interval_low} 至 "
            "{interval_high}），在最受欢迎的样本中为 {sample_effect_multiplier}。",
            "With twice the duration likes are {effect_multiplier} among all videos (95% interval "
            "{interval_low} to {interval_high}), and {sample_effect_multiplier} in the sample of "
            "the most liked.",
        ),
        _interval_values(row, place),
    )
