"""A fifth of all answers broken: the crawl ends with exactly what an undisturbed one stores."""

from __future__ import annotations

import gzip
import json
import random
import threading
from collections import Counter
from types import SimpleNamespace

import polars as pl
import pytest
from fault_server import GARBAGE, End, FaultServer, answer, cut, encode

from sz_assets.crawl.rules import RetryRule
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.crawl.transport import TransportLimits
from sz_assets.sources.registry import decode_pages
from sz_assets.storage import Lake

ACCOUNTS, PAGES, PER_PAGE = 10, 300, 20
ATTEMPTS = 5
PROFILE = json.dumps({"status_code": 0, "user": {"uid": "1", "follower_count": 5}}).encode()


def page(account: int, number: int) -> bytes:
    """Page `number` from 0 of an account; cursors fall from page to page."""
    source = random.Random(account * PAGES + number)
    first = (account * PAGES + number) * PER_PAGE
    items = [
        {
            "aweme_id": str(7_000_000_000_000_000_000 + first + index),
            "create_time": 1_600_000_000 - first - index,
            "desc": f"深圳 {first + index}",
            "statistics": {
                name: source.randrange(10**6)
                for name in ("digg_count", "comment_count", "collect_count", "share_count")
            },
        }
        for index in range(PER_PAGE)
    ]
    return json.dumps(
        {
            "status_code": 0,
            "aweme_list": items,
            "has_more": int(number < PAGES - 1),
            "max_cursor": (PAGES - 1 - number) * 1000,
        },
        ensure_ascii=False,
    ).encode()


FAULTS = (
    lambda whole, body: [End.CLOSE],
    lambda whole, body: [End.RESET],
    lambda whole, body: GARBAGE,
    lambda whole, body: cut(whole, len(whole) // 2),
    lambda whole, body: [encode(body, framing="chunked")[:-5], End.CLOSE],
    lambda whole, body: answer(gzip.compress(body)[:-4], headers={"Content-Encoding": "gzip"}),
    lambda whole, body: answer(body, headers={"Content-Encoding": "gzip"}),
    lambda whole, body: answer(body[:-1], framing="close"),
    lambda whole, body: answer(body, headers={"Content-Type": "image/png"}),
    lambda whole, body: answer(b"", 500),
    lambda whole, body: answer(b"", 502),
    lambda whole, body: answer(b"", 503, {"Retry-After": "0"}),
    lambda whole, body: answer(b"", 429, {"Retry-After": "0"}),
)


class Storm:
    """A platform that breaks the given share of its answers, but no page for ever."""

    def __init__(self, fault_ratio: float) -> None:
        self._ratio = fault_ratio
        self._random = random.Random(3)
        self._guard = threading.Lock()
        self.asked: Counter[tuple[str, str]] = Counter()
        self.broken = 0

    def __call__(self, request):
        name = request.query["sec_user_id"]
        cursor = request.query.get("max_cursor", "profile")
        with self._guard:
            self.asked[name, cursor] += 1
            is_broken = self.asked[name, cursor] < ATTEMPTS and self._random.random() < self._ratio
            self.broken += is_broken
            fault = self._random.choice(FAULTS)
        if cursor == "profile":
            body = PROFILE
        else:
            number = PAGES - int(cursor) // 1000 if cursor != "0" else 0
            body = page(int(name.removeprefix("SEC-a")), number)
        whole = encode(body, coding="gzip")
        return fault(whole, body) if is_broken else [whole]


def crawl(kit, folder, storm):
    accounts = [kit.account(f"a{number}") for number in range(ACCOUNTS)]
    lake = Lake(folder)
    with FaultServer(storm, max_requests=20_000) as server:
        plan = kit.plan(
            SimpleNamespace(base_url=server.base_url),
            *accounts,
            retry=RetryRule(attempts=ATTEMPTS, first_wait=0.001, longest_wait=0.01),
            limits=TransportLimits(deadline=10.0),
        )
        results = crawl_month(plan, lake, lambda progress: None)
    month = load_month(lake, kit.month, [account.id for account in accounts])
    pages = pl.concat(month.page_batches())
    decoded = decode_pages(pages)
    assert decoded.rejected.is_empty()
    return results, pages, decoded.items


@pytest.mark.slow
def test_a_fifth_of_faults_over_3000_pages_changes_nothing(kit, tmp_path):
    calm, storm = Storm(0.0), Storm(0.2)
    results, pages, items = crawl(kit, tmp_path / "calm", calm)
    assert {result.verdict for result in results} == {"complete"}
    assert (pages.height, items["video_id"].n_unique()) == (3_000, 60_000)
    stormy_results, stormy_pages, stormy_items = crawl(kit, tmp_path / "storm", storm)
    assert {result.verdict for result in stormy_results} == {"complete"}
    requests = sum(storm.asked.values())
    assert 0.18 < storm.broken / requests < 0.22
    assert max(storm.asked.values()) <= ATTEMPTS
    assert requests == storm.broken + 3_000 + ACCOUNTS
    assert stormy_items.equals(items)
    hashes = ["account_id", "page_number", "cursor_in", "body_sha256"]
    assert stormy_pages.select(hashes).equals(pages.select(hashes))
