"""Crawls in processes of their own, each killed after a given time, if it lives that long.

    python killable.py LAKE BASE_URL CONCURRENCY ACCOUNT…

reads a number of seconds per line, and answers each with `killed` or the crawl's exit code. The
processes are forked from one that has loaded everything and done nothing, so that each costs
milliseconds.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.core.attempts import complete_accounts
from sz_assets.crawl.plan import CrawlPlan
from sz_assets.crawl.session import crawl_month
from sz_assets.settings import PlatformSettings
from sz_assets.storage import Lake
from sz_assets.study import load_study


def plan(base_url: str, concurrency: int, account_ids: list[str]) -> CrawlPlan:
    known = {account.id: account for account in load_study("shenzhen").accounts}
    return CrawlPlan(
        crawl_month=date(2023, 10, 1),
        accounts=tuple(known[name] for name in account_ids),
        origin="simulated",
        platforms={"douyin": PlatformSettings(base_url=base_url)},
        clock=lambda: datetime(2023, 10, 31, 4, 0, tzinfo=UTC),
        requests_per_second=None,
        concurrency=concurrency,
    )


def left(asked: CrawlPlan, lake: Lake) -> CrawlPlan:
    """The same without accounts that are complete and have nothing left, as a run asks."""
    answers = [
        lake.read_attempts(
            table,
            [
                path
                for account in asked.accounts
                for path in lake.attempts(table, asked.crawl_month, account.id)
            ],
            with_bodies=False,
        )
        for table in (ACCOUNT_PAGES, ACCOUNT_PROFILES)
    ]
    complete = complete_accounts(*answers)
    wanted = (
        account
        for account in asked.accounts
        if account.id not in complete or lake.journals(asked.crawl_month, account.id)
    )
    return replace(asked, accounts=tuple(wanted))


def main() -> None:
    lake, base_url, concurrency, *account_ids = sys.argv[1:]
    asked = plan(base_url, int(concurrency), account_ids)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 1
            try:
                home = Lake(Path(lake))
                crawl_month(left(asked, home), home, lambda progress: None)
                code = 0
            finally:
                os._exit(code)
        until = time.monotonic() + float(line)
        ended, status = 0, 0
        while not ended and time.monotonic() < until:
            time.sleep(0.001)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        was_killed = os.WIFSIGNALED(status)
        print("killed" if was_killed else os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
