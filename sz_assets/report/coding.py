"""The section on content coding: who coded, how far that can be relied on, and what follows.

Here: the order, and what must be said before all else. Not here: where codes come from
(`coding_sources`), how far coders agree (`coding_agreement`), what machines get wrong
(`coding_machines`), or what is estimated nevertheless (`coding_shares`, `coding_specialities`).
"""

from __future__ import annotations

from sz_assets.charts.coding_rows import alpha_rows
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import NOT_ESTABLISHING
from sz_assets.contracts.coding import MACHINE_COEFFICIENT
from sz_assets.report.coding_agreement import agreement
from sz_assets.report.coding_machines import has_evaluation, machines
from sz_assets.report.coding_shares import shares
from sz_assets.report.coding_sources import people, sources
from sz_assets.report.coding_specialities import specialities
from sz_assets.report.section import Frames, Section, rows_of

_NOTHING = Bilingual("本月没有编码。", "Nothing is coded this month.")
_GUESS = Bilingual(
    "没有人检查过这些编码：请把每个类目数字都当作机器的猜测。",
    "No person has checked these codes: treat every number about categories as the machine's "
    "guess.",
)
_ONE_CODER = Bilingual(
    "没有两人编过同一条视频：编码的信度未知，类目数字是算出而未确立的。",
    "No two people coded the same video: the reliability of the codes is not known, and numbers "
    "about categories are computed, not established.",
)
_FEW = Bilingual(
    "两人以上编过的视频太少：编码的信度未知，类目数字是算出而未确立的。",
    "Too few videos were coded by two people or more: the reliability of the codes is not known, "
    "and numbers about categories are computed, not established.",
)
_TOO_LITTLE = Bilingual(
    "编码员之间不够一致：类目数字是算出而未确立的，不可倚赖。",
    "Coders agree too little: numbers about categories are computed, not established, and not to "
    "be relied on.",
)
_MACHINE = Bilingual(
    "多数或部分样本视频的编码来自机器，而机器与人是否一致未知或不足：编码员之间一致，"
    "说明不了机器的编码。",
    "Some or most videos of the sample have their code from a machine, whose agreement with people "
    "is unknown or insufficient: that coders agree says nothing of the machine's codes.",
)
_NO_ERRORS = Bilingual(
    "机器编码的误差未知：没有人编过它未用于训练的视频。",
    "How often the machine errs is not known: nobody coded videos that it was not trained on.",
)
_NO_SHARES = Bilingual(
    "各类目真正的占比未知：没有人工样本，或样本不足以估计；原因见占比表下的注。",
    "The true share of each category is not known: the human sample is missing or does not "
    "suffice; the reason stands below the table of shares.",
)


def coding(frames: Frames, context: ChartContext) -> Section:
    """Everything that bears on how far a number about content categories can be believed."""
    parts = [
        part(frames, context)
        for part in (sources, people, agreement, machines, shares, specialities)
    ]
    tables = [table for part in parts for table in part.tables]
    return Section(
        "coding",
        Bilingual("内容编码", "Content coding"),
        [sentence for part in parts for sentence in part.sentences],
        tables,
        _unknown(frames, context) if tables else [_NOTHING],
        _warnings(frames, context) if tables else [],
    )


def begin(context: ChartContext) -> Bilingual:
    """How people begin to code the month."""
    export = f"sz-assets coding export --month {context.month_text} --coder A --coder B"
    return Bilingual(
        f"开始人工编码：{export} 抽取样本并给每名编码员一份文件，编完后用 "
        "sz-assets coding import 收回。",
        f"To begin: {export} draws a sample and gives each coder a file; sz-assets coding import "
        "takes them back.",
    )


def _warnings(frames: Frames, context: ChartContext) -> list[Bilingual]:
    if "coding_reliability" not in frames:
        return []
    rows = alpha_rows(frames, context)
    overall = next((row for row in rows if row["category_level"] == "overall"), None)
    if overall is None or overall["value"] is None:
        is_anybody = not rows_of(frames, "human_code_counts", context).is_empty()
        return [_ONE_CODER if is_anybody else _GUESS, begin(context)]
    if overall["verdict"] == "unknown":
        return [_FEW]
    if overall["verdict"] == "insufficient":
        return [_TOO_LITTLE]
    by_people = overall["human_coded_ratio"]
    words = [row["verdict"] for row in rows if row["coefficient"] == MACHINE_COEFFICIENT]
    is_doubtful = not words or words[0] in NOT_ESTABLISHING
    return [_MACHINE] if by_people is not None and by_people < 1 and is_doubtful else []


def _unknown(frames: Frames, context: ChartContext) -> list[Bilingual]:
    is_evaluated = has_evaluation(rows_of(frames, "machine_evaluation", context))
    estimated = rows_of(frames, "category_prevalence", context)
    has_shares = not estimated.is_empty() and (
        estimated.filter(estimated["estimator"] == "corrected")["share_ratio"].count() > 0
    )
    return [
        *([] if is_evaluated else [_NO_ERRORS]),
        *([] if has_shares else [_NO_SHARES]),
    ]
