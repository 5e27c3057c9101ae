"""What people are told of unattended runs, in Chinese and English.

Here: what is worth a notice, and its words. Not here: sensors (`defs.unattended`), or how a notice
is delivered (`notify`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from sz_assets.defs.months import to_key
from sz_assets.errors import IncompleteCrawl
from sz_assets.notify import Notice
from sz_assets.study import Study

_MOST_LINES = 30


def of_run(
    study: Study,
    months: Sequence[date],
    exit_code: int,
    sentences: Sequence[str],
    open_lists: Sequence[str] = (),
    silent: Mapping[date, Sequence[str]] | None = None,
) -> Notice | None:
    """The notice of a run that has ended; None if there is nothing to tell.

    `sentences` say what failed or was warned of, `silent` has names of accounts that published
    nothing in a month.
    """
    quiet = {month: names for month, names in (silent or {}).items() if names}
    if exit_code == IncompleteCrawl.exit_code:
        told = (
            "列表不完整或被拒绝，未发布",
            "lists are refused or incomplete, nothing is published",
        )
    elif exit_code:
        told = ("失败", "failed")
    elif open_lists:
        told = ("已发布，但列表不完整", "published with gaps")
    elif quiet:
        told = ("有账号沉默", "accounts were silent")
    else:
        return None
    lines = [*sentences, *open_lists]
    lines += [
        f"{to_key(month)} · 未发布视频的账号 / accounts that published no video: {', '.join(names)}"
        for month, names in quiet.items()
    ]
    return _notice(study, _span(months), told, lines)


def of_overdue(study: Study, months: Sequence[date], *, can_be_fetched: Sequence[date]) -> Notice:
    """The notice of months that were not crawled by their due day."""
    still = [to_key(month) for month in months if month in can_be_fetched]
    gone = [to_key(month) for month in months if month not in can_be_fetched]
    lines = []
    if gone:
        lines.append(
            f"{', '.join(gone)}: not crawled, and a live platform shows only today's counters, so "
            "nothing can stand for it now. If answers were saved elsewhere, sz-assets import "
            f"--month {gone[0]} FILES stores them."
        )
    if still:
        lines.append(f"{still[0]}: not crawled yet. sz-assets run --month {still[0]} crawls it.")
    return _notice(study, _span(months), ("未按期抓取", "not crawled by the due day"), lines)


def silent_names(study: Study, accounts: pl.DataFrame) -> list[str]:
    """Names of the accounts of a month's `fct_account_month` that published nothing in it.

    Those whose list is not complete are left out: of them it is not known.
    """
    quiet = accounts.filter(
        pl.col("published_in_month_count") == 0, pl.col("coverage_verdict") == "complete"
    )
    names = {account.id: account.name for account in study.accounts}
    return [
        f"{names[each].zh} ({names[each].en})" if each in names else each
        for each in quiet["account_id"].sort()
    ]


def _span(months: Sequence[date]) -> str:
    return " – ".join(dict.fromkeys((to_key(months[0]), to_key(months[-1])))) if months else "?"


def _notice(study: Study, span: str, told: tuple[str, str], lines: Sequence[str]) -> Notice:
    zh, en = told
    shown = list(lines[:_MOST_LINES])
    if left := len(lines) - len(shown):
        shown.append(f"… {left} more / 还有 {left} 条")
    return Notice(f"{study.name.zh} {span}：{zh} · {study.name.en} {span}: {en}", "\n".join(shown))
