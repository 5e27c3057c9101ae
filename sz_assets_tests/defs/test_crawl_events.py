"""How a crawl is told in the run's log and on the terminal."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import msgspec
import polars as pl
import pytest

from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.crawl.plan import AttemptResult, Progress
from sz_assets.crawl.resume import open_attempt
from sz_assets.defs.assets.raw import raw_assets
from sz_assets.defs.crawl_events import CrawlEvents, open_lists
from sz_assets.defs.months import month_partitions
from sz_assets.defs.platforms import EmbeddedPlatform
from sz_assets.defs.resources import LakeTables
from sz_assets.storage import Home, Lake
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)


def test_a_crawl_is_told_every_five_seconds_and_at_its_end() -> None:
    now = 0.0
    told: list[str] = []
    events = CrawlEvents("2023-10", told.append, now=lambda: now)
    for tick in range(1, 121):
        now = tick / 10
        events(Progress(tick // 60, 4, tick * 10, tick * 200, "one"))
    assert told == [
        "2023-10: 0 of 4 accounts, 500 pages, 10,000 items, 100.0 pages a second",
        "2023-10: 1 of 4 accounts, 1,000 pages, 20,000 items, 100.0 pages a second, "
        "about 30 s left",
    ]
    now = 5400.0
    events(Progress(3, 4, 1200, 24000, "one"))
    assert told[-1].endswith("0.2 pages a second, about 30 min left")
    now = 7500.0
    result = AttemptResult("one", "a", "complete", "", 3, 600, 12000)
    events.finish([result, result, replace(result, verdict="refused", page_count=1)])
    assert told[-1] == (
        "2023-10: lists crawled: 2 complete, 1 refused; 1,201 pages with 36,000 items in 2 h 05 min"
    )


def test_open_lists_are_a_table() -> None:
    coverage = pl.DataFrame(
        {
            "account_id": ["one", "two"],
            "coverage_verdict": ["complete", "refused"],
            "page_count": [20, 3],
            "item_count": [400, 60],
        }
    )
    assert open_lists("2023-10", coverage[:1]) == []
    title, head, line = open_lists("2023-10", coverage)
    assert title == "1 of 2 lists of 2023-10 are not complete:"
    assert line.split() == ["two", "refused", "3", "60"]
    assert len(head) == len(line)


ACCOUNTS = shenzhen().accounts[:1]
# A page of nothing before the list: the cursor asks for all that is not newer.
NEWEST = "1698800000000"
FIRST_PAGE = {
    "request_number": 1,
    "outcome": "ok",
    "outcome_reason": None,
    "url": "http://127.0.0.1/",
    "http_status": 200,
    "content_type": "application/json",
    "requested_at": datetime(2023, 10, 31, 4),
    "received_at": datetime(2023, 10, 31, 4),
    "body_sha256": hashlib.sha256(b"{}").hexdigest(),
    "body": b"{}",
    "page_number": 1,
    "cursor_in": "0",
    "cursor_out": NEWEST,
    "has_more": True,
    "item_count": 0,
}


class Past(EmbeddedPlatform):
    def can_show(self, crawl_month: date) -> bool:
        return False


@pytest.mark.parametrize("platform", [EmbeddedPlatform, Past])
def test_an_attempt_that_was_broken_off_is_gone_on_with_or_stored(
    tmp_path: Path, platform: type[EmbeddedPlatform]
) -> None:
    study = msgspec.structs.replace(shenzhen(), accounts=ACCOUNTS)
    lake = Lake(tmp_path / "home" / "lake")
    platforms = platform("default", study.time_zone)
    with platforms.plan(MONTH, study.accounts) as plan:
        left = open_attempt(plan, lake, study.accounts[0])
    asyncio.run(left.record(ACCOUNT_PAGES.name, FIRST_PAGE, is_last=False, retry_after=None))
    left.journal.close()
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [raw_assets(month_partitions(study))],
            partition_key="2023-10",
            instance=instance,
            resources={
                "study": study,
                "home": Home(tmp_path / "home"),
                "lake": LakeTables(lake),
                "platforms": platforms,
            },
        )
        logged = [
            entry.user_message
            for entry in instance.all_logs(result.run_id)
            if entry.dagster_event is None and entry.step_key
        ]
    assert result.success
    [path] = lake.attempts(ACCOUNT_PAGES, MONTH, study.accounts[0].id)
    stored = lake.read_attempts(ACCOUNT_PAGES, [path])
    assert stored["cursor_in"][0] == "0"
    if platform is Past:
        assert stored.height == 1
        assert "it is stored as far as it came (answers: 1)" in logged[0]
        assert logged[-1] == "2023-10: every list is stored; nothing is fetched"
    else:
        assert stored.height > 1
        assert "went on with attempt" in logged[0]
        assert logged[-1].startswith("2023-10: lists crawled: 1 complete; ")
