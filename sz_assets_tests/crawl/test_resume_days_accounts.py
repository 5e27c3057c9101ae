"""All accounts on a small budget: the tables of a crawl at once, on as many days as it needs."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from core_of_month import core_of
from crashes import Crash
from in_process import in_process

from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.core.attempts import complete_accounts
from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.plan import CrawlPlan
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.settings import PlatformSettings
from sz_assets.simulation import answers
from sz_assets.simulation.catalogue import build_catalogue
from sz_assets.storage import Lake
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)


def month_tables(lake):
    """The tables of `core` without instants and names of attempts, which differ by nature."""
    study = shenzhen()
    ids = [account.id for account in study.accounts]
    stored = load_month(lake, MONTH, ids)
    accounts, items, coverage = core_of(stored, study, MONTH, ids)
    assert items.videos.height + items.duplicates.height + items.rejected.height == (
        coverage["item_count"].sum()
    )
    names = {"observed_at", "started_at", "finished_at", "attempt_id"}
    found = [items.videos, items.duplicates, items.rejected, accounts, coverage]
    return [frame.drop(names & set(frame.columns)) for frame in found]


@pytest.fixture(scope="module")
def handler():
    """The embedded platform, without a socket."""
    snapshot = build_catalogue("default").as_of(datetime(2023, 9, 30, 4, tzinfo=UTC))

    def answer(path, query):
        name = query["sec_user_id"]
        if "max_cursor" in query:
            body = answers.page(snapshot, name, int(query["max_cursor"]), int(query["count"]))
        else:
            body = answers.profile(snapshot, name)
        return 200, body

    return answer


def run_for_days(handler, folder, limit, concurrency, crash_rate=0.0):
    """The plan run once a day, or again after a crash, until all is complete.

    Returns the lake, how often each request came on each day, the days, and the crashes.
    """
    study = shenzhen()
    lake = Lake(folder / "lake")
    today = MONTH
    budget = DailyBudget(folder / "requests", limit, lambda: today) if limit else None

    def now():
        return datetime.combine(today, time(4), UTC)

    requests: Counter[tuple[date, str, str | None]] = Counter()
    chance = random.Random(1)
    crashes = 0

    def counted(path, query):
        nonlocal crashes
        requests[today, query["sec_user_id"], query.get("max_cursor")] += 1
        if chance.random() < crash_rate:
            crashes += 1
            raise Crash
        return handler(path, query)

    def left():
        rows = [
            lake.read_attempts(
                table,
                [p for account in study.accounts for p in lake.attempts(table, MONTH, account.id)],
                with_bodies=False,
            )
            for table in RAW_TABLES
        ]
        complete = complete_accounts(rows[1], rows[0])
        return tuple(account for account in study.accounts if account.id not in complete)

    with in_process(counted):
        while accounts := left():
            plan = CrawlPlan(
                crawl_month=MONTH,
                accounts=accounts,
                origin="simulated",
                platforms={"douyin": PlatformSettings("http://127.0.0.1:9")},
                clock=now,
                requests_per_second=None,
                concurrency=concurrency,
                budget=budget,
            )
            try:
                results = crawl_month(plan, lake, lambda progress: None)
            except Crash:
                continue
            reasons = [result.reason for result in results if result.verdict != "complete"]
            assert all("goes on from there" in reason for reason in reasons)
            today += timedelta(days=1)
    return lake, requests, (today - MONTH).days, crashes


@pytest.mark.parametrize("concurrency", [1, 4])
def test_thirteen_accounts_take_the_days_that_they_need(handler, tmp_path, concurrency):
    at_once, undisturbed, days, _ = run_for_days(handler, tmp_path / "once", None, concurrency)
    assert days == 1
    total = undisturbed.total()
    lake, requests, days, _ = run_for_days(handler, tmp_path / "days", 30, concurrency)
    assert days == -(-total // 30)
    per_page = Counter((name, cursor) for _, name, cursor in requests.elements())
    assert per_page == Counter((name, cursor) for _, name, cursor in undisturbed.elements())
    assert set(per_page.values()) == {1}
    per_day = Counter(day for day, _, _ in requests.elements())
    assert list(per_day.values())[:-1] == [30] * (days - 1)
    for found, wanted in zip(month_tables(lake), month_tables(at_once), strict=True):
        assert found.equals(wanted)
    assert not list(lake.root.rglob("*.journal*"))


def test_thirteen_accounts_survive_crashes_on_many_days(handler, tmp_path):
    at_once, undisturbed, _, _ = run_for_days(handler, tmp_path / "once", None, 4)
    lake, requests, _, crashes = run_for_days(handler, tmp_path / "days", 30, 4, crash_rate=0.05)
    assert crashes >= 5
    # What was in flight is asked again: of each account that was being crawled.
    assert undisturbed.total() <= requests.total() <= undisturbed.total() + 4 * crashes
    for found, wanted in zip(month_tables(lake), month_tables(at_once), strict=True):
        assert found.equals(wanted)
    assert not list(lake.root.rglob("*.journal*"))
