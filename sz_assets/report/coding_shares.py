"""What share each category has: the machine's count, the human sample, and the count corrected.

Here: sentences and tables from `category_prevalence`. Not here: how a share is estimated.
"""

from __future__ import annotations

from collections.abc import Callable

from sz_assets.charts.coding_rows import (
    MOST_SILENT,
    category_name,
    prevalence_rows,
    reliability_of,
    silent_ratio,
)
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import (
    COMPUTED_ONLY,
    NOT_ESTABLISHING,
    RELIABILITY,
    SAME_POINT,
    TAKEN_AS_TRUE,
    share_text,
)
from sz_assets.report import formats
from sz_assets.report.coding_machines import LEVELS, Rows, share_with_interval
from sz_assets.report.section import POPULATIONS, Frames, Part
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, Content, DataTable, data_table, field, row_id
from sz_assets.report.told import names_of

_PREVALENCE = "category_prevalence"
_TOLD = 5


def shares(frames: Frames, context: ChartContext) -> Part:
    """The three estimates of each category's share, and where the machine's count misleads."""
    if _PREVALENCE not in frames:
        return Part()
    tables, said = [], []
    for population, level in (
        ("sample", "secondary"),
        ("sample", "primary"),
        ("all", "secondary"),
        ("all", "primary"),
    ):
        estimates = prevalence_rows(frames, context, population, level)
        rows = [
            (row_id(_PREVALENCE, population, level, row["category"]), _flat(row))
            for row in estimates
        ]
        if not rows:
            continue
        is_main = (population, level) == ("sample", "secondary")
        tables.append(_share_table(rows, population, level, context, is_folded=not is_main))
        if is_main:
            silent = silent_ratio(estimates)
            told = [
                (place, {**row, "reliability": _reliability(frames, context, row)})
                for place, row in rows
            ]
            said = _estimated(told, silent, context)
    return Part(known(said), tables)


def _reliability(frames: Frames, context: ChartContext, row: Row) -> str:
    """Of the estimate that is told: what is corrected does not rest on the machine's agreement."""
    is_corrected = row["corrected_share_ratio"] is not None
    return reliability_of(frames, context, row["category"], of_people_alone=is_corrected)


def _flat(row: Row) -> Row:
    """The three estimates of a category in one row, each column with the estimator's name."""
    flat = {"category": row["category"], "human_code_count": None}
    for estimator in ("uncorrected", "human_only", "corrected"):
        found = row.get(estimator, {})
        for name in ("share_ratio", "share_low_ratio", "share_high_ratio", "note"):
            flat[f"{estimator}_{name}"] = found.get(name)
    for estimator in ("human_only", "corrected"):
        if estimator in row:
            flat["human_code_count"] = row[estimator]["human_code_count"]
    return flat


def _share_table(
    rows: Rows,
    population: str,
    level: str,
    context: ChartContext,
    *,
    is_folded: bool,
) -> DataTable:
    columns = (
        Column(
            Bilingual("类目", "Category"),
            lambda row: category_name(context, level, row["category"]),
        ),
        Column(Bilingual("机器计数", "Machine's count"), _estimate("uncorrected"), "n"),
        Column(Bilingual("仅人工样本", "Human sample alone"), _estimate("human_only"), "n"),
        Column(Bilingual("经校正", "Corrected"), _estimate("corrected"), "n"),
        Column(Bilingual("人工编码", "Human codes"), field("human_code_count", formats.count), "n"),
    )
    videos, kind = POPULATIONS[population], LEVELS[level]
    words = Bilingual(f"占比：{videos.zh}，{kind.zh}", f"Shares: {videos.en.lower()}, {kind.en}")
    caption = Bilingual(
        f"{words.zh}。机器计数未计误差；人工样本按抽样概率加权；校正即用人工样本修正机器的计数。"
        f"{SAME_POINT.zh}。{TAKEN_AS_TRUE.zh}。"
        "小字为 95% 区间；“—”为不予估计，原因见注。",
        f"{words.en}. The machine's count ignores its errors; the human sample is weighted by "
        "sampling probabilities; corrected is the machine's count mended by the human sample. "
        f"{SAME_POINT.en}. {TAKEN_AS_TRUE.en}. "
        "Small: 95% interval; “—”: refused, for the reason in the note.",
    )
    notes = [f"{estimator}_note" for estimator in ("uncorrected", "human_only", "corrected")]
    folded = words if is_folded else None
    return data_table(caption, columns, rows, folded, notes, names_of(context), True)


def _estimate(estimator: str) -> Callable[[Row], Content]:
    def shown(row: Row) -> Content:
        names = ("share_ratio", "share_low_ratio", "share_high_ratio")
        value, low, high = (row[f"{estimator}_{name}"] for name in names)
        return share_with_interval(value, low, high, share_text)

    return shown


def _estimated(rows: Rows, silent: float | None, context: ChartContext) -> list[Sentence | None]:
    """Where the corrected interval leaves out the machine's count; without it the counts alone.

    A machine that says nothing of almost all videos has no count that could be told.
    """
    is_silent = silent is not None and silent > MOST_SILENT
    corrected = [one for one in rows if one[1]["corrected_share_ratio"] is not None]
    if not corrected:
        if is_silent:
            return [_silent(silent, rows[0][0])]
        counted = [one for one in rows if one[1]["uncorrected_share_ratio"]]
        most = sorted(counted, key=lambda one: -one[1]["uncorrected_share_ratio"])[:3]
        return [_counted(row, place, context) for place, row in most]
    misled = [] if is_silent else [one for one in corrected if _is_misleading(one[1])]
    largest = sorted(misled, key=lambda one: -_difference(one[1]))[:_TOLD]
    most = sorted(corrected, key=lambda one: -one[1]["corrected_share_ratio"])[:1]
    return [
        *([_silent(silent, rows[0][0])] if is_silent else []),
        *(_corrected(row, place, context, is_misled=False) for place, row in most),
        *(_corrected(row, place, context, is_misled=True) for place, row in largest),
    ]


def _difference(row: Row) -> float:
    return float(abs(row["corrected_share_ratio"] - row["uncorrected_share_ratio"]))


def _is_misleading(row: Row) -> bool:
    counted, low, high = (
        row[name]
        for name in ("uncorrected_share_ratio", "corrected_share_low_ratio",
                     "corrected_share_high_ratio")
    )  # fmt: skip
    return None not in (counted, low, high) and not low <= counted <= high


def _silent(ratio: float | None, place: str) -> Sentence | None:
    return say(
        Bilingual(
            "机器对 {share} 的样本视频不作判断：它的计数说明不了占比。",
            "The machine says nothing of {share} of the sample's videos: its count tells no "
            "shares.",
        ),
        {"share": value_of({"share": ratio}, "share", place, share_text)},
    )


def _worded(words: Bilingual, row: Row) -> Bilingual:
    """The sentence, and after it what the reliability of the category's codes makes of it."""
    verdict = row["reliability"]
    if verdict == "reliable":
        return words
    is_open = verdict in NOT_ESTABLISHING
    zh, en = COMPUTED_ONLY if is_open else Bilingual("只是暂时的结论", "tentative only")
    named = RELIABILITY[verdict]
    return Bilingual(
        f"{words.zh}{zh}：该类目编码的信度{named.zh}。",
        f"{words.en} {en.capitalize()}: the reliability of the category's codes is {named.en}.",
    )


def _counted(row: Row, place: str, context: ChartContext) -> Sentence | None:
    words = Bilingual(
        "仅按机器的计数，{category}占样本视频的 {share}；机器的误差未计。",
        "By the machine's count alone, {category} has {share} of the sample's videos; its "
        "errors are not accounted for.",
    )
    return say(
        _worded(words, row),
        {"share": value_of(row, "uncorrected_share_ratio", place, share_text)},
        category=category_name(context, "secondary", row["category"]),
    )


def _corrected(row: Row, place: str, context: ChartContext, *, is_misled: bool) -> Sentence | None:
    names = {"corrected": "share_ratio", "low": "share_low_ratio", "high": "share_high_ratio"}
    values = {
        name: value_of(row, f"corrected_{column}", place, share_text)
        for name, column in names.items()
    }
    values["counted"] = value_of(row, "uncorrected_share_ratio", place, share_text)
    if is_misled:
        words = Bilingual(
            "{category}：机器计数为 {counted}，经校正为 {corrected}（95% 区间 {low} 至 {high}）："
            "机器的计数在区间之外。",
            "{category}: the machine counts {counted}, corrected it is {corrected} (95% interval "
            "{low} to {high}): the machine's count lies outside.",
        )
    else:
        words = Bilingual(
            "校正后占比最大的是{category}，占样本视频的 {corrected}（95% 区间 {low} 至 {high}）。",
            "Corrected, {category} has the largest share of the sample's videos: {corrected} (95% "
            "interval {low} to {high}).",
        )
    return say(
        _worded(words, row), values, category=category_name(context, "secondary", row["category"])
    )
