"""When nothing is sent: the day's budget, and what robots.txt disallows."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from fault_server import FaultServer, answer, encode

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.pause import HostPauses
from sz_assets.crawl.robots import read_robots

# --- the day's budget ---


def test_the_budget_ends_a_crawl_quietly_and_holds_across_crawls(kit, lake, tmp_path):
    today = date(2026, 11, 1)
    budget = DailyBudget(tmp_path / "requests", 5, lambda: today)
    with FaultServer(kit.one_video) as server:
        first = kit.crawl(lake, server, "a0", "a1", "a2", budget=budget)
        assert len(server.requests) == 5
        again = kit.crawl(lake, server, "a2", budget=DailyBudget(budget.folder, 5, lambda: today))
        assert len(server.requests) == 5
        today += timedelta(days=1)
        tomorrow = kit.crawl(lake, server, "a2", budget=budget)
        # The profile was obtained the day before.
        assert len(server.requests) == 6
    assert [result.verdict for result in first] == ["complete", "complete", "truncated"]
    assert "budget: the 5 requests of the day to 127.0.0.1" in first[-1].reason
    assert [again[0].verdict, tomorrow[0].verdict] == ["truncated", "complete"]
    assert [path.name for path in budget.folder.rglob("2*")] == ["2026-11-02"]


def test_a_long_retry_after_holds_for_later_crawls_until_its_time(kit, lake, tmp_path):
    """The host is left alone by other accounts, other crawls, and not a second longer."""
    now = datetime(2023, 10, 31, 4, 0, tzinfo=UTC)
    pauses = HostPauses(tmp_path / "requests")

    def handler(request):
        return answer(b"", 429, {"Retry-After": "3600"}) if refuses else kit.one_video(request)

    def crawl(*names):
        return kit.crawl(lake, server, *names, pauses=pauses, clock=lambda: now)

    refuses = True
    with FaultServer(handler) as server:
        first = crawl("one", "two")
        assert len(server.requests) == 1
        refuses = False
        now += timedelta(seconds=3500)
        second = crawl("three")
        assert len(server.requests) == 1
        now += timedelta(seconds=101)
        third = crawl("three")
    assert [result.verdict for result in (*first, *second, *third)] == [
        *("refused", "truncated", "truncated", "complete")
    ]
    assert "asked to be left alone until 2023-10-31 05:00:00 UTC" in second[0].reason


def test_no_account_is_begun_once_the_month_is_over(kit, lake):
    """One that is under way is finished: its counters belong together."""
    now = datetime(2023, 10, 31, 15, 59, tzinfo=UTC)

    def handler(request):
        nonlocal now
        now = datetime(2023, 10, 31, 16, 0, tzinfo=UTC)
        return kit.one_video(request)

    with FaultServer(handler) as server:
        results = kit.crawl(
            lake, server, "one", "two", clock=lambda: now, time_zone="Asia/Shanghai"
        )
        assert len(server.requests) == 2
    assert [result.verdict for result in results] == ["complete", "truncated"]
    assert "month_over: 2023-10 ended before it was this account's turn" in results[1].reason


SPEND = """
import sys
from datetime import date
from pathlib import Path
from sz_assets.crawl.budget import DailyBudget

budget = DailyBudget(Path(sys.argv[1]), 500, lambda: date(2023, 10, 1))
print(sum(budget.spend("host") for _ in range(300)))
"""


def test_processes_share_the_budget(tmp_path):
    command = [sys.executable, "-c", SPEND, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    spent = [int(process.communicate(timeout=60)[0]) for process in running]
    assert sum(spent) == 500


def test_retries_count(kit, lake, tmp_path):
    budget = DailyBudget(tmp_path, 3, lambda: kit.month)

    def handler(request):
        return answer(b"", 500) if "max_cursor" in request.query else kit.one_video(request)

    with FaultServer(handler) as server:
        kit.crawl(lake, server, budget=budget)
    assert len(server.requests) == 3
    assert kit.rows(lake, ACCOUNT_PAGES)["http_status"].to_list() == [500, 500, None]


# --- robots.txt ---

POSTS = "/aweme/v1/web/aweme/post/?count=20"


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("", True),
        ("<!doctype html><p>Disallow: /", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nAllow: /aweme/", True),
        ("User-agent: *\nAllow: /aweme/\nDisallow: /aweme/v1/", False),
        ("User-agent: *\nDisallow: /aweme/\nAllow: /aweme/", True),
        ("USER-AGENT : *\r\n disallow : /aweme # no\r\n", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: other\nUser-agent: *\nDisallow: /", False),
        ("User-agent: SZ-Assets\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: sz-assets\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: sz\nDisallow: /", True),
        ("User-agent: *\nDisallow: /x\n\nUser-agent: *\nDisallow: /aweme", False),
        ("Disallow: /", True),
        ("User-agent: *\nCrawl-delay: 1\nDisallow: /", False),
        ("User-agent: *\nDisallow: /*/web/", False),
        ("User-agent: *\nDisallow: /*?count=", False),
        ("User-agent: *\nDisallow: /*post/$", True),
        ("User-agent: *\nDisallow: /*=20$", False),
        ("User-agent: *\nDisallow: *", False),
        ("User-agent: *\nDisallow: /aweme/*/aweme/*/aweme", True),
        ("User-agent: *\nDisallow: " + "/*a" * 5000, True),
    ],
)
def test_robots_txt_is_read_as_the_standard_says(text, is_allowed):
    text = text.encode().decode("utf-8-sig")
    assert read_robots(text, "sz-assets/1.0 (+me)").allows(POSTS) is is_allowed


def robots(kit, text, status=200):
    def handler(request):
        if request.path == "/robots.txt":
            return [encode(text.encode(), status, {"Content-Type": "text/plain"})]
        return kit.one_video(request)

    return handler


def test_robots_txt_is_read_once_without_the_cookie_and_recorded(kit, lake):
    text = "User-agent: *\nDisallow: /admin\n"
    with FaultServer(robots(kit, text)) as server:
        results = kit.crawl(lake, server, "a0", "a1", cookie="a=12345678", obey_robots=True)
        asked = [request for request in server.requests if request.path == "/robots.txt"]
        assert len(asked) == 1
        assert "cookie" not in asked[0].headers
        assert asked[0].headers["user-agent"].startswith("sz-assets/")
        assert server.requests[0] is asked[0]
    assert {result.verdict for result in results} == {"complete"}
    for name in ("a0", "a1"):
        assert kit.rows(lake, ACCOUNT_PROFILES, name)["robots_txt"].to_list() == [text]


@pytest.mark.parametrize("path", ["/", "/aweme/v1/web/aweme/post/"])
def test_a_disallowed_address_is_not_asked_for(kit, lake, path):
    with FaultServer(robots(kit, f"User-agent: *\nDisallow: {path}\n")) as server:
        [result] = kit.crawl(lake, server, obey_robots=True)
        asked = Counter(request.path for request in server.requests)
    assert asked["/aweme/v1/web/aweme/post/"] == 0
    assert sum(asked.values()) == (1 if path == "/" else 2)
    assert result.verdict == "refused"
    assert "robots: robots.txt of 127.0.0.1" in result.reason


def test_the_study_may_go_on_all_the_same(kit, lake):
    text = "User-agent: *\nDisallow: /\n"
    with FaultServer(robots(kit, text)) as server:
        [result] = kit.crawl(lake, server, obey_robots=False)
    assert result.verdict == "complete"
    assert kit.rows(lake, ACCOUNT_PROFILES)["robots_txt"].to_list() == [text]


@pytest.mark.parametrize(
    ("status", "verdict", "recorded"),
    [(404, "complete", ""), (403, "complete", ""), (302, "complete", ""), (500, "truncated", None)],
)
def test_no_robots_txt_allows_all_and_an_unreadable_one_nothing(
    kit, lake, status, verdict, recorded
):
    with FaultServer(robots(kit, "User-agent: *\nDisallow: /", status)) as server:
        [result] = kit.crawl(lake, server, obey_robots=True)
        others = [request for request in server.requests if request.path != "/robots.txt"]
    assert result.verdict == verdict
    assert kit.rows(lake, ACCOUNT_PROFILES)["robots_txt"].to_list() == [recorded]
    assert bool(others) is (verdict == "complete")
    if not others:
        assert result.reason == (
            "The profile could not be obtained (server_error: HTTP status 500, for robots.txt, "
            "without which nothing else is asked)."
        )
