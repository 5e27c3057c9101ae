"""The section on the publication's own consistency: what can't all be true, with the arithmetic.

Here: its sentences and table, from `consistency_findings`. Not here: how a finding is made.
"""

from __future__ import annotations

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report.section import Frames, Section, rows_of
from sz_assets.report.sentences import known, say, value_of
from sz_assets.report.tables import Column, data_table, note, row_id, tally
from sz_assets.report.told import names_of

_SEVERITIES = {
    "impossible": Bilingual("不可能", "impossible"),
    "contradictory": Bilingual("自相矛盾", "contradictory"),
    "improbable": Bilingual("不大可能", "improbable"),
    "unclear": Bilingual("不明确", "unclear"),
}


def consistency(frames: Frames, context: ChartContext) -> Section:
    """The findings, the most serious first; no observed data are behind them."""
    order = list(_SEVERITIES)
    findings = sorted(
        rows_of(frames, "consistency_findings", context).iter_rows(named=True),
        key=lambda row: (order.index(row["severity"]), row["finding_id"]),
    )
    rows = [(row_id("consistency_findings", row["finding_id"]), row) for row in findings]
    found = tally(
        "consistency_findings",
        _SEVERITIES,
        [row["severity"] for row in findings],
        Bilingual("发现的种类", "Kinds of findings"),
    )
    counted = say(
        Bilingual(
            "论文自身的数字中，不可能的有 {impossible} 处，自相矛盾的 {contradictory} 处，"
            "不大可能的 {improbable} 处，不明确的 {unclear} 处。",
            "Findings among the publication's own numbers: {impossible} impossible, "
            "{contradictory} contradictory, {improbable} improbable, {unclear} unclear.",
        ),
        found.values,
    )
    sentences = [
        say(
            Bilingual("{severity}：{statement}", "{severity}: {statement}"),
            {"severity": value_of(row, "severity", place, lambda word: _SEVERITIES[word])},
            statement=Bilingual(row["statement_zh"], row["statement_en"]),
        )
        for place, row in rows
        if row["severity"] in ("impossible", "contradictory")
    ]
    names = names_of(context)
    columns = (
        Column(
            Bilingual("发现", "Finding"), lambda r: Bilingual(r["statement_zh"], r["statement_en"])
        ),
        Column(Bilingual("程度", "Severity"), lambda row: _SEVERITIES[row["severity"]], "tag"),
        Column(Bilingual("章节", "Section"), note("section")),
        Column(Bilingual("算式", "Arithmetic"), note("arithmetic", names), "small"),
        Column(Bilingual("或为笔误", "Perhaps a slip for"), note("suggestion", names), "small"),
    )
    caption = Bilingual(
        "论文刊出的数字之间的矛盾，只用论文自己的数字算出。",
        "Contradictions among the published numbers, computed from the publication alone.",
    )
    nothing = Bilingual(
        "论文自身的数字之间没有发现矛盾，或没有可核对的数字。",
        "No contradiction was found among the publication's own numbers, or none can be checked.",
    )
    return Section(
        "consistency",
        Bilingual("论文自身是否一致", "Consistency of the publication"),
        known([counted, *sentences]) if rows else [],
        [found.table, data_table(caption, columns, rows)] if rows else [],
        [] if rows else [nothing],
    )
