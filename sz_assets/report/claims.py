"""The publication's claims as inference has tested them, with the reliability of their codes.

Here: sentences and tables from `claim_tests`. Not here: how a verdict is reached, or how reliable
codes are.
"""

from __future__ import annotations

from collections.abc import Sequence

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import (
    COMPUTED_ONLY,
    DECIDED,
    NOT_ESTABLISHING,
    RELIABILITY,
    TEST_VERDICTS,
)
from sz_assets.report import formats
from sz_assets.report.section import Frames, Part, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import (
    Column,
    DataTable,
    Tally,
    data_table,
    field,
    interval,
    note,
    row_id,
    tally,
)
from sz_assets.report.told import names_of

Rows = Sequence[tuple[str, Row]]


def claims_of(frames: Frames, context: ChartContext, heading: Bilingual) -> Part:
    """How many claims hold, which, and on how reliable codes; the table also without any claim."""
    claims = [
        (row_id("claim_tests", row["claim_id"]), row)
        for row in rows_of(frames, "claim_tests", context).iter_rows(named=True)
    ]
    tested = tally(
        "claim_tests",
        TEST_VERDICTS,
        [row["verdict"] for _, row in claims],
        Bilingual("主张的结论", "Verdicts on claims"),
    )
    coded = tally(
        "claim_tests_coding",
        RELIABILITY,
        [row["coding_reliability"] for _, row in claims],
        Bilingual("主张所据编码的信度", "Reliability of the codes behind claims"),
    )
    table = _claim_table(claims, heading, context)
    if not claims:
        return Part(tables=[table])
    said = [_tested(tested), _coded(coded), *(_claim(row, place) for place, row in claims)]
    return Part(known(said), [tested.table, coded.table, table])


def _tested(found: Tally) -> Sentence | None:
    return say(
        Bilingual(
            "论文的主张中，得到支持的有 {supported} 条，相悖的 {contradicted} 条，"
            "未定的 {undecided} 条，无法检验的 {not_testable} 条。",
            "The publication's claims on what works: {supported} supported, {contradicted} "
            "contradicted, {undecided} undecided, {not_testable} not testable.",
        ),
        found.values,
    )


def _coded(found: Tally) -> Sentence | None:
    return say(
        Bilingual(
            "其中依据内容编码的主张，编码信度可靠的有 {reliable} 条，暂可的 {tentative} 条，"
            "不足的 {insufficient} 条，未知的 {unknown} 条；后两种中已有结论的是算出而未确立的。",
            "Of these, claims resting on content codes, by the codes' reliability: {reliable} "
            "reliable, {tentative} tentative, {insufficient} insufficient, {unknown} unknown; with "
            "the last two what is decided is computed, not established.",
        ),
        found.values,
    )


def _claim(row: Row, place: str) -> Sentence | None:
    """A sentence for a claim that is decided, with the reliability of the codes that it rests on.

    With codes of unknown or insufficient reliability it says that nothing is established.
    """
    if row["verdict"] not in DECIDED:
        return None
    words = Bilingual("“{claim}”：{verdict}。", "“{claim}” {verdict}.")
    if row["coding_reliability"] in NOT_ESTABLISHING:
        words = Bilingual(
            "“{claim}”：按所算为{verdict}，但并未确立，因为所据编码的信度{coding}。",
            "“{claim}” computed as {verdict}, not established: the reliability of the codes that "
            "it rests on is {coding}.",
        )
    elif row["coding_reliability"] is not None:
        words = Bilingual(
            "“{claim}”：{verdict}（所据编码的信度：{coding}）。",
            "“{claim}” {verdict} (reliability of the codes that it rests on: {coding}).",
        )
    return say(
        words,
        {
            "verdict": value_of(row, "verdict", place, lambda word: TEST_VERDICTS[word]),
            "coding": value_of(row, "coding_reliability", place, lambda word: RELIABILITY[word]),
        },
        claim=Bilingual(row["statement_zh"], row["statement_en"]),
    )


def _reliability(row: Row) -> Bilingual:
    """How reliable the codes are that a claim rests on; nothing if it rests on none."""
    coding = row["coding_reliability"]
    if coding is None:
        return Bilingual("", "")
    words = RELIABILITY[coding]
    if coding not in NOT_ESTABLISHING or row["verdict"] not in DECIDED:
        return words
    return Bilingual(f"{words.zh}：{COMPUTED_ONLY.zh}", f"{words.en}: {COMPUTED_ONLY.en}")


def _claim_table(rows: Rows, heading: Bilingual, context: ChartContext) -> DataTable:
    columns = (
        Column(
            Bilingual("主张", "Claim"), lambda r: Bilingual(r["statement_zh"], r["statement_en"])
        ),
        Column(Bilingual("章节", "Section"), note("section")),
        Column(Bilingual("效应", "Effect"), field("effect_multiplier", formats.ratio), "n"),
        Column(
            Bilingual("95% 区间（未校正）", "95% interval (uncorrected)"),
            interval(formats.ratio),
            "n",
        ),
        Column(Bilingual("p（Holm）", "p (Holm)"), field("p_value_holm", formats.p_value), "n"),
        Column(Bilingual("结论", "Verdict"), lambda row: TEST_VERDICTS[row["verdict"]]),
        Column(Bilingual("所据编码的信度", "Its codes' reliability"), _reliability),
    )
    return data_table(heading, columns, rows, None, ["note"], names_of(context), True)
