"""Whether an account's list was obtained in full, judged from the stored answers alone.

Here: the verdict with its evidence, and the table `core/crawl_coverage`. Not here: which attempt
counts (`core.attempts`) or what the crawl does about a fault (`crawl.rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from sz_assets.contracts.core import CRAWL_COVERAGE
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.normalize import Items

# The columns of `raw/account_pages` that the verdict rests on.
EVIDENCE_COLUMNS = (
    "request_number",
    "outcome",
    "outcome_reason",
    "page_number",
    "cursor_in",
    "cursor_out",
    "has_more",
    "item_count",
    "data_origin",
)


@dataclass(frozen=True)
class Answer:
    """One stored answer to a page request: a row of `EVIDENCE_COLUMNS`."""

    request_number: int
    outcome: str
    outcome_reason: str | None
    page_number: int | None
    cursor_in: str | None
    cursor_out: str | None
    has_more: bool | None
    item_count: int | None
    data_origin: str


@dataclass(frozen=True)
class Verdict:
    """One of `complete`, `truncated`, `refused`, `unknown`, with the evidence in a sentence."""

    verdict: str
    reason: str


def judge(
    answers: Sequence[Answer],
    *,
    profile_fault: tuple[str, str] | None = None,
    platform_count: int | None = None,
) -> Verdict:
    """The verdict on one attempt.

    `complete` only if the last answer is a page that says that no more follow, the pages are
    numbered without a gap and each was asked for with the cursor that the page before it gave.
    `profile_fault` is outcome and reason of the profile's last answer, if that kept the list from
    being asked for;
    `platform_count` is the platform's own count of videos, which is mentioned but decides nothing.
    """
    answers = sorted(answers, key=lambda answer: answer.request_number)
    if not answers:
        if profile_fault is None:
            return Verdict("unknown", "No page of the account's list was asked for in this month.")
        outcome, reason = profile_fault
        if outcome == "refused":
            return Verdict("refused", f"The profile was refused ({reason}).")
        return Verdict("truncated", f"The profile could not be obtained ({reason}).")
    pages = [answer for answer in answers if answer.outcome == "ok"]
    items = sum(page.item_count or 0 for page in pages)
    seen = f"{_count(len(pages), 'page')} with {_count(items, 'item')}"
    if platform_count is not None:
        seen += f" (the platform counts {platform_count})"
    last = answers[-1]
    if last.outcome != "ok":
        verdict = "refused" if last.outcome == "refused" else "truncated"
        return Verdict(verdict, f"After {seen} the crawl ended with {last.outcome_reason}.")
    if gap := _gap(pages):
        return Verdict("truncated", f"{seen}, but {gap}.")
    if last.has_more is None:
        if last.data_origin.startswith("import:"):
            return Verdict("unknown", f"{seen}; imported files do not say whether more follow.")
        return Verdict("unknown", f"{seen}; the last page did not say whether more follow.")
    if not last.has_more:
        return Verdict("complete", f"{seen}; the last page said that no more follow.")
    if last.cursor_out is None:
        return Verdict("truncated", f"{seen}; more follow, but the last page gave no cursor.")
    if last.cursor_out in {page.cursor_in for page in pages}:
        return Verdict("truncated", f"{seen}; more follow, but cursor {last.cursor_out} repeats.")
    return Verdict("truncated", f"{seen}; more follow, but the crawl stopped there.")


def build_coverage(
    account_ids: Iterable[str],
    crawl_month: date,
    data_origin: str,
    pages: pl.DataFrame,
    profiles: pl.DataFrame,
    accounts: pl.DataFrame,
    items: Items,
) -> pl.DataFrame:
    """`core/crawl_coverage`: one row for each account of the study, crawled or not.

    `pages` and `profiles` are rows of the raw tables (bodies are not needed) of the one attempt
    per account that counts; `accounts` and `items` are the tables of `core` made from them.
    `data_origin` is the month's, for accounts without any answer.
    """
    counts = [
        dict(frame.group_by("account_id").len().iter_rows())
        for frame in (items.videos, items.duplicates, items.rejected)
    ]
    platform_counts = dict(accounts.select("account_id", "platform_video_count").iter_rows())
    rows = []
    for account_id in account_ids:
        own = pages.filter(pl.col("account_id") == account_id).sort("request_number")
        own_profiles = profiles.filter(pl.col("account_id") == account_id).sort("request_number")
        faults = own_profiles.filter(pl.col("outcome") != "ok")
        told = faults.select("outcome", "outcome_reason").rows()
        profile_fault = told[-1] if told else None
        platform_count = platform_counts.get(account_id)
        answers = [Answer(*row) for row in own.select(EVIDENCE_COLUMNS).iter_rows()]
        verdict = judge(
            answers,
            profile_fault=profile_fault,
            platform_count=platform_count,
        )
        obtained = own.filter(pl.col("outcome") == "ok")
        common = ["attempt_id", "data_origin", "requested_at", "received_at"]
        attempt = pl.concat([own_profiles.select(common), own.select(common)])
        rows.append(
            {
                "crawl_month": crawl_month,
                "account_id": account_id,
                "attempt_id": attempt["attempt_id"][-1] if attempt.height else None,
                "coverage_verdict": verdict.verdict,
                "coverage_reason": verdict.reason,
                "request_count": own.height,
                "page_count": obtained.height,
                "item_count": obtained["item_count"].sum(),
                "video_count": counts[0].get(account_id, 0),
                "duplicate_count": counts[1].get(account_id, 0),
                "rejected_count": counts[2].get(account_id, 0),
                "platform_video_count": platform_count,
                "last_cursor": obtained["cursor_out"][-1] if obtained.height else None,
                "has_more": obtained["has_more"][-1] if obtained.height else None,
                "refusal_reason": _refusal(answers, profile_fault),
                "started_at": attempt["requested_at"].min(),
                "finished_at": attempt["received_at"].max(),
                "data_origin": attempt["data_origin"][-1] if attempt.height else data_origin,
            }
        )
    return conform(pl.DataFrame(rows, schema=polars_schema(CRAWL_COVERAGE)), CRAWL_COVERAGE)


def _refusal(answers: Sequence[Answer], profile_fault: tuple[str, str] | None) -> str | None:
    """The refusal with which the attempt ended, be it of a page or, before any, of the profile."""
    last = (answers[-1].outcome, answers[-1].outcome_reason) if answers else profile_fault
    return last[1] if last is not None and last[0] == "refused" else None


def _gap(pages: Sequence[Answer]) -> str | None:
    for expected, page in enumerate(pages, start=1):
        if page.page_number != expected:
            return f"page {expected} is missing"
    for before, page in pairwise(pages):
        # Imported files have no cursors to compare.
        if page.cursor_in is not None and page.cursor_in != before.cursor_out:
            return f"page {page.page_number} does not follow from the page before it"
    return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
