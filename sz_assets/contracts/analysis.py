"""Tables of the analysis layer: what is computed from the marts and published beside them."""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.table import (
    Matches,
    OneOf,
    Severity,
    SteadyRows,
    Table,
)

PAPER_VERDICTS = ("reproduced", "differs", "contradicted", "not_testable")

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
        c.text("note", "How it was computed, or why it could not be.", nullable=False),
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(SteadyRows(maximum_change_ratio=0, severity=Severity.WARN),),
)
