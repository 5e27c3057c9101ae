"""When nothing is sent: the day's budget, and what robots.txt disallows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from fault_server import FaultServer, answer, encode

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.robots import read_robots
from sz_assets.crawl.session import crawl_month

MONTH = date(2023, 10, 1)
PROFILE = json.dumps({"status_code": 0, "user": {"uid": "1", "follower_count": 5}}).encode()
PAGE = json.dumps(
    {"status_code": 0, "aweme_list": [{"aweme_id": "7000000000000000001"}], "has_more": 0}
).encode()


def platform(request):
    if request.path == "/robots.txt":
        return answer(b"", 404)
    return answer(PAGE if "max_cursor" in request.query else PROFILE)


def crawl(kit, lake, server, *names, **changes):
    accounts = [kit.account(name) for name in names or ("one",)]
    values = {"concurrency": 1} | changes
    plan = kit.plan(SimpleNamespace(base_url=server.base_url), *accounts, **values)
    return crawl_month(plan, lake, lambda progress: None)


def rows(lake, table, name="one"):
    return lake.read_attempts(table, lake.attempts(table, MONTH, name))


# --- the day's budget ---


def test_the_budget_ends_a_crawl_quietly_and_holds_across_crawls(kit, lake, tmp_path):
    today = date(2026, 11, 1)
    budget = DailyBudget(tmp_path / "requests", 5, lambda: today)
    with FaultServer(platform) as server:
        first = crawl(kit, lake, server, "a0", "a1", "a2", budget=budget)
        assert len(server.requests) == 5
        again = crawl(kit, lake, server, "a2", budget=DailyBudget(budget.folder, 5, lambda: today))
        assert len(server.requests) == 5
        today += timedelta(days=1)
        tomorrow = crawl(kit, lake, server, "a2", budget=budget)
        assert len(server.requests) == 7
    assert [result.verdict for result in first] == ["complete", "complete", "truncated"]
    assert "budget: the 5 requests of the day to 127.0.0.1" in first[-1].reason
    assert [again[0].verdict, tomorrow[0].verdict] == ["truncated", "complete"]
    assert [path.name for path in budget.folder.rglob("2*")] == ["2026-11-02"]


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
    budget = DailyBudget(tmp_path, 3, lambda: MONTH)

    def handler(request):
        return answer(b"", 500) if "max_cursor" in request.query else answer(PROFILE)

    with FaultServer(handler) as server:
        crawl(kit, lake, server, budget=budget)
    assert len(server.requests) == 3
    assert rows(lake, ACCOUNT_PAGES)["http_status"].to_list() == [500, 500, None]


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


def robots(text, status=200):
    def handler(request):
        if request.path == "/robots.txt":
            return [encode(text.encode(), status, {"Content-Type": "text/plain"})]
        return platform(request)

    return handler


def test_robots_txt_is_read_once_without_the_cookie_and_recorded(kit, lake):
    text = "User-agent: *\nDisallow: /admin\n"
    with FaultServer(robots(text)) as server:
        results = crawl(kit, lake, server, "a0", "a1", cookie="a=12345678", obey_robots=True)
        asked = [request for request in server.requests if request.path == "/robots.txt"]
        assert len(asked) == 1
        assert "cookie" not in asked[0].headers
        assert asked[0].headers["user-agent"].startswith("sz-assets/")
        assert server.requests[0] is asked[0]
    assert {result.verdict for result in results} == {"complete"}
    for name in ("a0", "a1"):
        assert rows(lake, ACCOUNT_PROFILES, name)["robots_txt"].to_list() == [text]


@pytest.mark.parametrize("path", ["/", "/aweme/v1/web/aweme/post/"])
def test_a_disallowed_address_is_not_asked_for(kit, lake, path):
    with FaultServer(robots(f"User-agent: *\nDisallow: {path}\n")) as server:
        [result] = crawl(kit, lake, server, obey_robots=True)
        asked = Counter(request.path for request in server.requests)
    assert asked["/aweme/v1/web/aweme/post/"] == 0
    assert sum(asked.values()) == (1 if path == "/" else 2)
    assert result.verdict == "refused"
    assert "robots: robots.txt of 127.0.0.1" in result.reason


def test_the_study_may_go_on_all_the_same(kit, lake):
    text = "User-agent: *\nDisallow: /\n"
    with FaultServer(robots(text)) as server:
        [result] = crawl(kit, lake, server, obey_robots=False)
    assert result.verdict == "complete"
    assert rows(lake, ACCOUNT_PROFILES)["robots_txt"].to_list() == [text]


@pytest.mark.parametrize(
    ("status", "verdict", "recorded"),
    [(404, "complete", ""), (403, "complete", ""), (302, "complete", ""), (500, "truncated", None)],
)
def test_no_robots_txt_allows_all_and_an_unreadable_one_nothing(
    kit, lake, status, verdict, recorded
):
    with FaultServer(robots("User-agent: *\nDisallow: /", status)) as server:
        [result] = crawl(kit, lake, server, obey_robots=True)
        others = [request for request in server.requests if request.path != "/robots.txt"]
    assert result.verdict == verdict
    assert rows(lake, ACCOUNT_PROFILES)["robots_txt"].to_list() == [recorded]
    assert bool(others) is (verdict == "complete")
    if not others:
        assert result.reason.endswith(
            "server_error: HTTP status 500, for robots.txt, without which nothing else is asked."
        )
