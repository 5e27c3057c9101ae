"""Where the codes come from: by which method each video got its code, and what people coded.

Here: sentences and tables from `code_counts` and `human_code_counts` (`data.coding_counts`).
Not here: whether the codes can be relied on (`coding_agreement`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report import formats
from sz_assets.report.section import Frames, Part, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, data_table, field, row_id

_METHODS = {
    "adjudicated": Bilingual("人工复议", "people, adjudicated"),
    "human": Bilingual("人工（一致或多数）", "people, all or most of them agreeing"),
}
_KINDS = {
    "machine": Bilingual("训练的机器", "the trained machine"),
    "cue_words": Bilingual("提示词规则", "the cue-word rule"),
}
_ROUNDS = {
    "independent": Bilingual("独立编码", "independently"),
    "adjudicated": Bilingual("复议", "in adjudication"),
}
_PRESENT = Bilingual("现行", "present")
_OLDER = Bilingual("⚠ 旧版", "⚠ older")
_STILL = Bilingual("⚠ 旧版，类目含义未变，仍计入", "⚠ older, categories unchanged, still counted")
_VERSION = Bilingual("现行编码表的版本是 {version}。", "The present codebook is {version}.")
_OLDER_VERSION = Bilingual(
    "来自{method}的编码用的是旧版编码表 {version}。",
    "The codes from {method} were made with an older codebook, {version}.",
)
_NO_MORE = Bilingual("⚠ 旧版，类目含义已变，不计入", "⚠ older, categories changed, not counted")


def method_name(method: str) -> Bilingual:
    """Words for a coding method, with the id of the machine or the version of the rule."""
    kind, _, id_ = method.partition(":")
    if kind in _KINDS:
        words = _KINDS[kind]
        return Bilingual(f"{words.zh} {id_}", f"{words.en} {id_}")
    return _METHODS.get(method, Bilingual(method, method))


def sources(frames: Frames, context: ChartContext) -> Part:
    """How many videos got their code by each method, and with which codebook."""
    rows = [
        (row_id("code_counts", row["coding_method"], row["codebook_version"]), row)
        for row in rows_of(frames, "code_counts", context).iter_rows(named=True)
    ]
    if not rows:
        return Part()
    columns = (
        Column(Bilingual("方法", "Method"), lambda row: method_name(row["coding_method"])),
        Column(Bilingual("视频", "Videos"), field("video_count", formats.count), "n"),
        Column(
            Bilingual("其中样本", "In the sample"), field("sample_video_count", formats.count), "n"
        ),
        Column(
            Bilingual("得到类目", "With a category"), field("categorised_count", formats.count), "n"
        ),
        Column(Bilingual("编码表版本", "Codebook version"), field("codebook_version")),
        Column(
            Bilingual("编码表", "Codebook"), lambda row: _PRESENT if row["is_current"] else _OLDER
        ),
    )
    caption = Bilingual(
        "每条视频的编码怎样得来：先取复议，再取编码员一致或多数的编码，再取训练的机器，最后取提示词。",
        "How each video got its code: what was adjudicated, else what all or most coders agree on, "
        "else the trained machine's, else that of the cue words.",
    )
    return Part(known(_sourced(rows)), [data_table(caption, columns, rows)])


def _sourced(rows: Sequence[tuple[str, Row]]) -> list[Sentence | None]:
    said = []
    for place, row in rows:
        values = {
            name: value_of(row, f"{name}_count", place, formats.count)
            for name in ("video", "sample_video", "categorised")
        }
        said.append(
            say(
                Bilingual(
                    "{video} 条视频的编码来自{method}，其中 {sample_video} 条在样本中；"
                    "{categorised} 条得到类目。",
                    "Videos with their code from {method}: {video}, of these in the sample: "
                    "{sample_video}, with a category: {categorised}.",
                ),
                values,
                method=method_name(row["coding_method"]),
            )
        )
    present = [(place, row) for place, row in rows if row["is_current"]][:1]
    older = [(place, row) for place, row in rows if not row["is_current"]]
    for words, chosen in ((_VERSION, present), (_OLDER_VERSION, older)):
        said += [
            say(
                words,
                {"version": value_of(row, "codebook_version", place, str)},
                method=method_name(row["coding_method"]),
            )
            for place, row in chosen
        ]
    return said


def people(frames: Frames, context: ChartContext) -> Part:
    """What people coded in each round, and with which codebook."""
    rows = [
        (
            row_id(
                "human_code_counts",
                row["code_round"],
                row["codebook_version"],
                row["is_usable"],
            ),
            row,
        )
        for row in rows_of(frames, "human_code_counts", context).iter_rows(named=True)
    ]
    if not rows:
        return Part()
    columns = (
        Column(Bilingual("轮次", "Round"), lambda row: _ROUNDS[row["code_round"]]),
        Column(Bilingual("编码员", "Coders"), field("coder_count", formats.count), "n"),
        Column(Bilingual("编码", "Codes"), field("code_count", formats.count), "n"),
        Column(Bilingual("视频", "Videos"), field("video_count", formats.count), "n"),
        Column(Bilingual("编码表版本", "Codebook version"), field("codebook_version")),
        Column(Bilingual("编码表", "Codebook"), _state),
    )
    said = [
        say(
            Bilingual(
                "{round}：{coders} 名编码员对 {videos} 条视频给出 {codes} 个编码"
                "（编码表：{state}）。",
                "People coded {round}: coders: {coders}, codes: {codes}, videos: {videos} "
                "(codebook: {state}).",
            ),
            {
                "round": value_of(row, "code_round", place, lambda word: _ROUNDS[word]),
                "coders": value_of(row, "coder_count", place, formats.count),
                "videos": value_of(row, "video_count", place, formats.count),
                "codes": value_of(row, "code_count", place, formats.count),
            },
            state=_state(row),
        )
        for place, row in rows
    ]
    caption = Bilingual(
        "人工编码：原始编码与复议都保留；用旧版编码表做的编码有标记。",
        "Codes by people: the original ones and those adjudicated are all kept; those made with an "
        "older codebook are marked.",
    )
    return Part(known(said), [data_table(caption, columns, rows)])


def _state(row: Row) -> Bilingual:
    if row["is_current_codebook"]:
        return _PRESENT
    return _STILL if row["is_usable"] else _NO_MORE
