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
    # Accounts of which the same is to be said stand together.
    alike: dict[tuple[str, str], list[str]] = {}
    for account, verdict, reason in open_lists.select(
        "account_id", "coverage_verdict", "coverage_reason"
    ).rows():
        alike.setdefault((verdict, reason.rstrip(".")), []).append(account)
    told = "; ".join(
        f"{', '.join(accounts)} {verdict} ({reason})"
        for (verdict, reason), accounts in alike.items()
    )
    imported = (
        (pl.col("coverage_verdict") == "unknown")
        & (pl.col("page_count") > 0)
        & pl.col("data_origin").str.starts_with("import:")
    )
    is_partial = open_lists.filter(~imported).height > 0
    return Completeness(
        False,
        is_partial,
        open_lists.height,
        f"{open_lists.height} of {coverage.height} lists are not known to be complete: {told}.",
    )
