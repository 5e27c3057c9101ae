"""Random lists that change while they are crawled: no video that was there throughout is lost."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_process import in_process
from listing import DEAD_ENDS, GAP, MAX_PINS, START, Answer, Change, Listing, video_id

from sz_assets.core.normalize import normalize
from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.plan import CrawlPlan
from sz_assets.crawl.rules import RetryRule
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.settings import PlatformSettings
from sz_assets.sources.registry import decode_batches
from sz_assets.storage import Lake
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
NOON = time(4, tzinfo=UTC)
ATTEMPTS = 4
# Thousands of crawls wait long for a disk, and no test here is about disks.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
PROFILE = b'{"status_code":0,"user":{"uid":"1","follower_count":5,"aweme_count":3}}'

changes = st.lists(
    st.builds(
        Change,
        kind=st.sampled_from(["insert", "delete", "pin", "unpin"]),
        place=st.integers(0, 30),
    ),
    max_size=3,
).map(tuple)
rarely = st.integers(0, 30).map(lambda number: number == 30)
answers = st.builds(
    Answer,
    size=st.integers(0, 5),
    changes=changes,
    again=st.sampled_from([0, 0, 0, 1, 4]),
    failures=st.sampled_from([0] * 8 + [1, ATTEMPTS - 1]),
    is_refused=rarely,
    more=st.sampled_from([0, 1, 2, 0, 1, 2, -1, -2, -3, -4, -5]),
    is_for_strangers=rarely,
    is_cursor_text=st.booleans(),
)
ENDLESS = ([Answer(size=0)] * 10, [Answer(size=0, again=3)] * 11)


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    times = [START + GAP * number for number in range(draw(st.integers(0, 25)))]
    some = st.lists(st.sampled_from(times), unique=True) if times else st.just([])
    schedule = draw(st.lists(answers, max_size=12))
    if draw(rarely):
        schedule[1:1] = draw(st.sampled_from(ENDLESS))
    dead_end = draw(st.one_of(st.none(), st.sampled_from(DEAD_ENDS)))
    if dead_end and schedule:
        place = draw(st.integers(0, len(schedule) - 1))
        schedule[place] = replace(schedule[place], dead_end=dead_end)
    return Listing(times, draw(some)[:MAX_PINS], set(draw(some)), schedule)


def crawl_and_judge(listing: Listing, requests_a_day: int | None = None) -> None:
    """Crawl the list and compare what landed and was said with what the model knows.

    With `requests_a_day` the same command is run day after day, until the list has ended.
    """
    today = MONTH

    def handler(path, query):
        if path.endswith("/profile/other/"):
            return 200, PROFILE
        return listing.page(query["max_cursor"]) if "max_cursor" in query else (404, b"")

    plan = CrawlPlan(
        crawl_month=MONTH,
        accounts=shenzhen().accounts[:1],
        origin="simulated",
        platforms={"douyin": PlatformSettings("http://127.0.0.1:9")},
        clock=lambda: datetime.combine(today, NOON),
        requests_per_second=None,
        retry=RetryRule(attempts=ATTEMPTS, first_wait=0.0),
    )
    [account] = plan.accounts
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, in_process(handler):
        lake = Lake(Path(folder) / "lake")
        if requests_a_day:
            budget = DailyBudget(Path(folder) / "requests", requests_a_day, lambda: today)
            plan = replace(plan, budget=budget)
        [result] = crawl_month(plan, lake, lambda progress: None)
        while "budget:" in result.reason:
            today += timedelta(days=1)
            [result] = crawl_month(plan, lake, lambda progress: None)
        assert not lake.journals(MONTH, account.id)
        decoded = decode_batches(load_month(lake, MONTH, [account.id]).page_batches())
    found = normalize(decoded.items, decoded.rejected, crawl_month=MONTH, time_zone="Asia/Shanghai")
    landed = found.videos["video_id"].to_list()
    assert result.verdict == listing.verdict, result.reason
    assert len(landed) == len(set(landed))
    assert set(landed) == {str(video_id(at)) for at in listing.served}
    assert found.rejected.height == 0
    assert len(landed) + found.duplicates.height == result.item_count
    if result.verdict == "complete":
        assert listing.constant <= listing.served
    assert result.page_count == listing.pages
    assert len(set(listing.asked)) == len(listing.asked), "a page was asked for twice"


def listing_of(*answers: Answer) -> Listing:
    """Ten videos, of which two are pinned."""
    times = [START + GAP * number for number in range(10)]
    return Listing(times, times[4:6], set(times[:2]), list(answers))


FORMS = (0, 1, 2, -1, -2, -3, -4, -5)


@pytest.mark.parametrize("dead_end", DEAD_ENDS)
def test_each_dead_end_on_the_first_page_and_later(dead_end):
    for more, pages_before in product(FORMS, (0, 1, 2)):
        before = [Answer()] * pages_before
        crawl_and_judge(listing_of(*before, Answer(dead_end=dead_end, more=more)))


@pytest.mark.parametrize("more", FORMS)
@pytest.mark.parametrize("is_for_strangers", [False, True])
def test_each_way_to_say_that_more_or_no_more_follow(more, is_for_strangers):
    each = Answer(more=more, is_for_strangers=is_for_strangers, is_cursor_text=True)
    listing = listing_of(*[each] * 4)
    crawl_and_judge(listing)
    assert listing.served == listing.constant
    # An empty page at the end says it as well.
    last = Answer(size=9, more=more, is_for_strangers=is_for_strangers)
    gone = tuple(Change("delete", 0) for _ in range(10))
    crawl_and_judge(listing_of(Answer(), replace(last, changes=gone)))


@pytest.mark.parametrize("again", [0, 2])
def test_nine_pages_without_a_new_video_are_passed_and_ten_are_not(again):
    idle = Answer(size=0, again=again)
    passed, stopped = (listing_of(*[idle] * n, Answer(size=9)) for n in (10, 11))
    for listing in (passed, stopped):
        # Pinned videos lead page 1, so the idle pages begin with page 2.
        crawl_and_judge(listing)
    assert (passed.verdict, stopped.verdict) == ("complete", "truncated")


quick = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@quick
@given(listings())
def test_lists_that_change_while_they_are_crawled(listing):
    crawl_and_judge(listing)


@pytest.mark.slow
@settings(quick, max_examples=2_000)
@given(listings())
def test_two_thousand_lists_that_change_while_they_are_crawled(listing):
    crawl_and_judge(listing)


# A day's budget may end between any two requests, and in the middle of retries.
budgets = st.integers(2, 8)


@settings(quick, max_examples=40)
@given(listings(), budgets)
def test_lists_that_change_while_they_are_crawled_on_many_days(listing, requests_a_day):
    crawl_and_judge(listing, requests_a_day)


@pytest.mark.slow
@settings(quick, max_examples=2_000)
@given(listings(), budgets)
def test_two_thousand_lists_that_change_while_they_are_crawled_on_many_days(
    listing, requests_a_day
):
    crawl_and_judge(listing, requests_a_day)


@pytest.mark.parametrize("requests_a_day", [1, 2, 7, 11])
def test_a_list_that_goes_round_in_circles_ends_on_any_day(requests_a_day):
    listing = listing_of(*[Answer(size=0, again=2)] * 11, Answer(size=9))
    crawl_and_judge(listing, requests_a_day)
    assert listing.verdict == "truncated"
