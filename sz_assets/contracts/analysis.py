"""Tables of the analysis layer: what is computed from the marts and published beside them."""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.coding import RELIABILITY_VERDICTS
from sz_assets.contracts.inference import TEST_VERDICTS
from sz_assets.contracts.table import (
    Matches,
    OneOf,
    Severity,
    SteadyRows,
    Table,
)

FINDING_SEVERITIES = ("impossible", "contradictory", "improbable", "unclear")
PAPER_VERDICTS = ("reproduced", "differs", "contradicted", "not_testable")

CODING_RELIABILITY_OF_CLAIM = c.text(
    "coding_reliability",
    "How reliable the content codes are on which the claim rests, null if it rests on none: with "
    "`insufficient` or `unknown` the verdict is computed, not established.",
    OneOf(RELIABILITY_VERDICTS),
)

PAPER_COMPARISON = Table(
    layer="analysis",
    name="paper_comparison",
    grain="one row per crawl month and published claim",
    description="Each claim of the published study with its value, ours, and the verdict.",
    key=("crawl_month", "claim_id"),
    columns=(
        c.CRAWL_MONTH,
        c.text(
            "claim_id", "Id of the claim in the study.", Matches("^[a-z0-9_]+$"), nullable=False
        ),
        c.text("section", "Section, figure or table of the publication.", nullable=False),
        c.text("statement", "What is claimed.", nullable=False),
        c.number(
            "published_value", "The value as printed; null if the claim is in words.", "see unit"
        ),
        c.number("computed_value", "The value computed here; null if it can't be.", "see unit"),
        c.text("unit", "Unit of both values."),
        c.number("difference", "Computed minus published.", "see unit"),
        c.text(
            "verdict", "Whether the data bear the claim out.", OneOf(PAPER_VERDICTS), nullable=False
        ),
        CODING_RELIABILITY_OF_CLAIM,
        c.text("note", "How it was computed, or why it could not be.", nullable=False),
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(SteadyRows(maximum_change_ratio=0, severity=Severity.WARN),),
)

CONSISTENCY_FINDINGS = Table(
    layer="analysis",
    name="consistency_findings",
    grain="one row per crawl month and finding",
    description=(
        "What can't all be true, or is improbable, among the published summaries themselves, with "
        "the arithmetic. The same for each crawl month: no observed data are used."
    ),
    key=("crawl_month", "finding_id"),
    columns=(
        c.CRAWL_MONTH,
        c.text("finding_id", "Rule and subject.", Matches("^[a-z0-9_]+$"), nullable=False),
        c.text("rule", "Which rule found it.", Matches("^[a-z0-9_]+$"), nullable=False),
        c.text("severity", "How serious it is.", OneOf(FINDING_SEVERITIES), nullable=False),
        c.text("section", "Where the publication prints it.", nullable=False),
        c.text("statement_en", "What is wrong, in English.", nullable=False),
        c.text("statement_zh", "What is wrong, in Chinese.", nullable=False),
        c.text("arithmetic", "The computation, step by step.", nullable=False),
        c.text("suggestion", "What the slip may have been; null if nothing suggests itself."),
    ),
    rules=(SteadyRows(maximum_change_ratio=0, severity=Severity.WARN),),
)

CLAIM_TESTS = Table(
    layer="analysis",
    name="claim_tests",
    grain="one row per crawl month and claim that inference can test",
    description="The publication's claims about what works, against the estimated effects.",
    key=("crawl_month", "claim_id"),
    columns=(
        c.CRAWL_MONTH,
        c.text(
            "claim_id", "Id of the claim in the study.", Matches("^[a-z0-9_]+$"), nullable=False
        ),
        c.text("section", "Section of the publication.", nullable=False),
        c.text("statement_en", "What is claimed, in English.", nullable=False),
        c.text("statement_zh", "What is claimed, in Chinese.", nullable=False),
        c.text("population", "`all`, or `sample` where the crawl has no more.", nullable=False),
        c.text("tested_by", "The rows of other tables that decide.", nullable=False),
        c.number("effect_multiplier", "The effect that decides, if it is one.", "ratio"),
        c.number("interval_low", "Lower end of its 95 % interval.", "ratio"),
        c.number("interval_high", "Upper end of its 95 % interval.", "ratio"),
        c.ratio("p_value_holm", "Its p-value after correction."),
        c.text("verdict", "What the data say.", OneOf(TEST_VERDICTS), nullable=False),
        CODING_RELIABILITY_OF_CLAIM,
        c.text("note", "The reasoning, in one sentence.", nullable=False),
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(SteadyRows(maximum_change_ratio=0, severity=Severity.WARN),),
)
