"""All rules of the audit, and their findings as a table.

Here: the order of the rules and the rows. Not here: any rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import polars as pl

from sz_assets.contracts.analysis import CONSISTENCY_FINDINGS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.audit.extremes import check_largest
from sz_assets.core.audit.finding import Finding
from sz_assets.core.audit.names import check_names
from sz_assets.core.audit.numbers import (
    check_counts,
    check_means,
    check_percentages,
    check_whole_sums,
)
from sz_assets.core.audit.orders import check_orders
from sz_assets.core.audit.tables import check_tables
from sz_assets.core.audit.totals import check_quantities, check_totals
from sz_assets.core.month_data import MonthData
from sz_assets.study import Study

RULES: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    check_means,
    check_counts,
    check_whole_sums,
    check_percentages,
    check_largest,
    check_orders,
    check_totals,
    check_quantities,
    check_tables,
    check_names,
)


def audit(study: Study) -> list[Finding]:
    """What is wrong with the summaries that the study's publication prints, rule by rule.

    Each finding has another id: a subject printed wrongly twice is numbered.
    """
    found: list[Finding] = []
    times: Counter[str] = Counter()
    for finding in (finding for rule in RULES for finding in rule(study)):
        times[finding.id] += 1
        again = times[finding.id]
        subject = finding.subject if again == 1 else f"{finding.subject}_no_{again}"
        found.append(replace(finding, subject=subject))
    return found


def audit_published(month: MonthData) -> pl.DataFrame:
    """`analysis/consistency_findings`: the audit's findings, the same for every crawl month.

    No rows if the study has no published summaries, or if they are consistent.
    """
    rows = [
        {
            "crawl_month": month.crawl_month,
            "finding_id": finding.id,
            "rule": finding.rule,
            "severity": finding.severity,
            "section": finding.section,
            "statement_en": finding.en,
            "statement_zh": finding.zh,
            "arithmetic": finding.arithmetic,
            "suggestion": finding.suggestion,
        }
        for finding in audit(month.study)
    ]
    frame = pl.DataFrame(rows, schema=polars_schema(CONSISTENCY_FINDINGS), orient="row")
    return conform(frame, CONSISTENCY_FINDINGS)
