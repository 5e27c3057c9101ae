"""Whether a crawl month holds every account's list in full.

Here: what the verdicts of all accounts mean for the month. Not here: the verdict on one account
(`core.coverage`), or what a run does about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Completeness:
    """What is known of a month's lists.

    `is_complete`: every list is known to be complete. `is_partial`: at least one is known not to
    be, or was never obtained. Imported files are neither: they can't say.
    """

    is_complete: bool
    is_partial: bool
    open_count: int
    sentence: str


def judge_completeness(coverage: pl.DataFrame) -> Completeness:
    """Judge the rows of `core/crawl_coverage` of one month."""
    open_lists = coverage.filter(pl.col("coverage_verdict") != "complete")
    if open_lists.is_empty():
        return Completeness(True, False, 0, f"All {coverage.height} lists are complete.")
    told = "; ".join(
        f"{account} {verdict} ({reason.rstrip('.')})"
        for account, verdict, reason in open_lists.select(
            "account_id", "coverage_verdict", "coverage_reason"
        ).rows()
    )
    imported = (
        (pl.col("coverage_verdict") == "unknown")
        & (pl.col("page_count") > 0)
        & pl.col("data_origin").str.starts_with("import:")
    )
    is_partial = open_lists.filter(~imported).height > 0
    remedy = " Run the month again to complete it, or allow partial months." if is_partial else ""
    return Completeness(
        False,
        is_partial,
        open_lists.height,
        f"{open_lists.height} of {coverage.height} lists are not known to be complete: "
        f"{told}.{remedy}",
    )
