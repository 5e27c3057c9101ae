"""What machines get wrong: each against people, in sentences and tables of `machine_evaluation`.

Here: also how a share is shown with its interval. Not here: how anything is estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
from markupsafe import Markup

from sz_assets.charts.coding_rows import category_name, in_codebook_order
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report import formats
from sz_assets.report.coding_sources import method_name
from sz_assets.report.section import Frames, Part, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, Content, DataTable, data_table, field, row_id

_EVALUATION = "machine_evaluation"
LEVELS = {
    "primary": Bilingual("一级类目", "primary categories"),
    "secondary": Bilingual("二级类目", "secondary categories"),
}
Rows = Sequence[tuple[str, Row]]


def has_evaluation(found: pl.DataFrame) -> bool:
    """Whether people coded any video by which a machine can be judged."""
    return not found.is_empty() and bool((found["human_count"] > 0).any())


def machines(frames: Frames, context: ChartContext) -> Part:
    """Each machine against people: all in all, then precision, recall and F1 of each category."""
    found = rows_of(frames, _EVALUATION, context)
    if not has_evaluation(found):
        return Part()
    rows = [
        (row_id(_EVALUATION, row["coding_method"], row["category_level"], row["category"]), row)
        for row in in_codebook_order(found, context).iter_rows(named=True)
    ]
    overall = [one for one in rows if one[1]["category_level"] == "overall"]
    tables = [_overall_table(overall)] if overall else []
    for method in dict.fromkeys(row["coding_method"] for _, row in rows):
        for level, words in LEVELS.items():
            chosen = [
                one
                for one in rows
                if (one[1]["coding_method"], one[1]["category_level"]) == (method, level)
            ]
            if chosen:
                tables.append(_category_table(chosen, method_name(method), words, context))
    return Part(known([_evaluated(row, place) for place, row in overall]), tables)


def _evaluated(row: Row, place: str) -> Sentence | None:
    return say(
        Bilingual(
            "与人工相比，{method}的宏平均 F1 为 {f1}，准确率 {accuracy}，对 {abstained} "
            "的视频不作判断（人工编码 {videos} 条，均未用于训练）。",
            "Against people, {method} has a macro F1 of {f1} and an accuracy of {accuracy}, and "
            "says nothing of {abstained} of the videos (coded by people and not used in training: "
            "{videos}).",
        ),
        {
            "f1": value_of(row, "f1_ratio", place, formats.percent),
            "accuracy": value_of(row, "accuracy_ratio", place, formats.percent),
            "abstained": value_of(row, "abstained_ratio", place, formats.percent),
            "videos": value_of(row, "human_count", place, formats.count),
        },
        method=method_name(row["coding_method"]),
    )


def _overall_table(rows: Rows) -> DataTable:
    columns = (
        Column(Bilingual("编码方法", "Method"), lambda row: method_name(row["coding_method"])),
        Column(Bilingual("宏平均 F1", "Macro F1"), field("f1_ratio", formats.percent), "n"),
        Column(Bilingual("准确率", "Accuracy"), field("accuracy_ratio", formats.percent), "n"),
        Column(
            Bilingual("不作判断", "Says nothing"), field("abstained_ratio", formats.percent), "n"
        ),
        Column(Bilingual("人工编码", "By people"), field("human_count", formats.count), "n"),
        Column(Bilingual("机器给出", "By the machine"), field("machine_count", formats.count), "n"),
    )
    caption = Bilingual(
        "机器编码与人工编码相比：只用机器未见过的视频，按已知的抽样概率加权。",
        "Machines against people: on videos that the machine has not seen, weighted by their known "
        "sampling probabilities.",
    )
    return data_table(caption, columns, rows, notes=["method", "note"])


def _category_table(
    rows: Rows, method: Bilingual, level: Bilingual, context: ChartContext
) -> DataTable:
    columns = (
        Column(
            Bilingual("类目", "Category"),
            lambda row: category_name(context, row["category_level"], row["category"]),
        ),
        *(
            Column(words, _with_interval(name), "n")
            for name, words in (
                ("precision", Bilingual("查准率", "Precision")),
                ("recall", Bilingual("查全率", "Recall")),
                ("f1", Bilingual("F1", "F1")),
            )
        ),
        Column(Bilingual("人工", "People's"), field("human_count", formats.count), "n"),
        Column(Bilingual("机器", "Machine's"), field("machine_count", formats.count), "n"),
    )
    words = Bilingual(
        f"{method.zh}逐类的对错（{level.zh}）", f"Right and wrong of {method.en}: {level.en}"
    )
    caption = Bilingual(
        f"{words.zh}：查准率是机器所给中人也给的，查全率是人所给中机器也给的；小字为 95% 区间。",
        f"{words.en}. Precision: of the machine's, what people gave too; recall: of people's, what "
        "the machine gave too; small: 95% interval.",
    )
    return data_table(caption, columns, rows, words, ["method", "note"])


def _with_interval(name: str) -> Callable[[Row], Content]:
    def shown(row: Row) -> Content:
        return share_with_interval(
            row[f"{name}_ratio"],
            row[f"{name}_low_ratio"],
            row[f"{name}_high_ratio"],
            formats.percent,
        )

    return shown


def share_with_interval(
    value: float | None,
    low: float | None,
    high: float | None,
    show: Callable[[float | None], str | Markup],
) -> str | Markup:
    """A share with its interval on a line below it, where there is one."""
    if value is None:
        return formats.missing()
    if low is None or high is None:
        return show(value)
    return formats.with_small(show(value), f"{show(low)} – {show(high)}")
