"""The verdict on an account's list, and the attempt that counts."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from sz_assets.contracts.core import ACCOUNTS
from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.attempts import choose_attempts, choose_profiles, of_attempts
from sz_assets.core.coverage import Answer, build_coverage, judge
from sz_assets.core.normalize import normalize
from sz_assets.sources.protocol import ITEM_SCHEMA, REJECT_SCHEMA

MONTH = date(2023, 10, 1)


def page(number, cursor_in, cursor_out, more, **changes):
    values = {
        "request_number": number + 1,
        "outcome": "ok",
        "outcome_reason": None,
        "page_number": number,
        "cursor_in": cursor_in,
        "cursor_out": cursor_out,
        "has_more": more,
        "item_count": 20,
        "data_origin": "simulated",
    }
    return Answer(**(values | changes))


def fault(number, outcome, reason="empty: an empty answer"):
    return page(
        number, "9", None, None, outcome=outcome, outcome_reason=reason, page_number=None,
        item_count=None,
    )  # fmt: skip


FIRST, SECOND, LAST = page(1, "0", "9", True), page(2, "9", "8", True), page(3, "8", "8", False)


@pytest.mark.parametrize(
    ("answers", "verdict", "words"),
    [
        ([FIRST, SECOND, LAST], "complete", "3 pages with 60 items; the last page said"),
        ([LAST, FIRST, SECOND], "complete", "3 pages"),
        ([page(1, "0", "0", False, item_count=0)], "complete", "1 page with 0 items"),
        ([], "unknown", "No page"),
        ([FIRST], "truncated", "the crawl stopped"),
        ([FIRST, page(2, "9", "0", True)], "truncated", "cursor 0 repeats"),
        ([FIRST, page(2, "9", None, True)], "truncated", "gave no cursor"),
        ([FIRST, page(2, "9", "8", None)], "unknown", "did not say"),
        ([FIRST, fault(2, "failed")], "truncated", "After 1 page with 20 items .* empty answer"),
        ([FIRST, fault(2, "refused")], "refused", "ended with empty: an empty answer"),
        ([fault(1, "failed")], "truncated", "After 0 pages"),
        ([FIRST, LAST], "truncated", "page 2 is missing"),
        ([FIRST, page(2, "7", "6", False)], "truncated", "page 2 does not follow"),
        ([SECOND, LAST], "truncated", "page 1 is missing"),
    ],
)
def test_verdicts(answers, verdict, words):
    import re

    found = judge(answers)
    assert found.verdict == verdict
    assert re.search(words, found.reason)


def test_a_failure_that_was_made_good_does_not_count_against_the_list():
    retried = fault(1, "failed")
    pages = [FIRST, page(2, "9", "8", False, request_number=9)]
    assert judge([retried, *pages]).verdict == "complete"


def test_the_platforms_own_count_is_told_and_decides_nothing():
    verdict = judge([FIRST, SECOND, LAST], platform_count=75)
    assert verdict.verdict == "complete"
    assert "the platform counts 75" in verdict.reason


def raw(table, account_id, attempt_id, **changes):
    values = {
        "crawl_month": MONTH,
        "account_id": account_id,
        "attempt_id": attempt_id,
        "request_number": 2,
        "platform": "douyin",
        "outcome": "ok",
        "requested_at": datetime(2023, 10, 31),
        "received_at": datetime(2023, 10, 31, 0, 1),
        "body_sha256": "0" * 64,
        "data_origin": "simulated",
    }
    if table is ACCOUNT_PAGES:
        values |= {
            "page_number": 1, "cursor_in": "0", "cursor_out": "9", "has_more": False,
            "item_count": 2,
        }  # fmt: skip
    return values | changes


def frames(pages=(), profiles=()):
    return tuple(
        pl.DataFrame(
            [raw(table, *row[:2], **(row[2] if len(row) > 2 else {})) for row in rows],
            schema=polars_schema(table),
        ).drop("body")
        for table, rows in ((ACCOUNT_PAGES, pages), (ACCOUNT_PROFILES, profiles))
    )


REFUSED = {
    "outcome": "refused", "outcome_reason": "login: x", "page_number": None, "has_more": None,
    "item_count": None,
}  # fmt: skip
MORE = {"has_more": True}
IMPORTED = {"has_more": None, "data_origin": "import:douyin"}


@pytest.mark.parametrize(
    ("attempts", "chosen"),
    [
        ({"a1": {}, "a2": {}}, "a2"),
        ({"a1": {}, "a2": MORE}, "a1"),
        ({"a1": {}, "a2": REFUSED}, "a1"),
        ({"a1": MORE, "a2": MORE}, "a2"),
        ({"a1": MORE, "a2": REFUSED}, "a1"),
        ({"a1": [MORE, MORE], "a2": MORE}, "a1"),
        ({"a1": MORE, "a2": [MORE, MORE]}, "a2"),
        ({"a1": [IMPORTED, IMPORTED], "a2": IMPORTED}, "a2"),
        ({"a1": [IMPORTED, IMPORTED], "a2": {}}, "a2"),
        ({"a1": REFUSED, "a2": REFUSED}, "a2"),
    ],
)
def test_the_newest_complete_attempt_counts_or_else_the_longest(attempts, chosen):
    answers = [
        ("one", name, changes)
        for name, several in attempts.items()
        for changes in (several if isinstance(several, list) else [several])
    ]
    pages, profiles = frames(pages=answers)
    assert choose_attempts(pages, profiles) == {"one": chosen}
    assert set(of_attempts(pages, {"one": chosen})["attempt_id"]) == {chosen}


def test_a_profile_is_taken_from_the_attempt_that_counts_or_else_the_newest():
    pages, profiles = frames(
        pages=[("one", "a1"), ("two", "a1")],
        profiles=[
            ("one", "a1", {"request_number": 1}),
            ("one", "a1", {"request_number": 2}),
            ("one", "a2"),
            ("two", "a2"),
            ("two", "a3", {"outcome": "refused"}),
        ],
    )
    chosen = choose_attempts(pages, profiles)
    assert chosen == {"one": "a1", "two": "a1"}
    taken = choose_profiles(profiles, chosen)
    assert taken.select("account_id", "attempt_id", "request_number").rows() == [
        ("one", "a1", 2),
        ("two", "a2", 2),
    ]


def test_coverage_has_a_row_for_every_account_of_the_study():
    pages, profiles = frames(
        pages=[
            ("one", "a1", {"request_number": 2}),
            ("three", "a1", {**MORE}),
            ("three", "a1", {**REFUSED, "request_number": 3}),
        ],
        profiles=[
            ("one", "a1", {"request_number": 1}),
            ("two", "a1", {"outcome": "refused", "outcome_reason": "login: x"}),
        ],
    )
    accounts = pl.DataFrame(
        {"account_id": ["one", "two", "three", "four"], "platform_video_count": [3, None, 9, None]},
        schema_overrides={"platform_video_count": polars_schema(ACCOUNTS)["platform_video_count"]},
    )
    nothing = normalize(
        ITEM_SCHEMA.to_frame(), REJECT_SCHEMA.to_frame(), crawl_month=MONTH, time_zone="UTC"
    )
    coverage = build_coverage(
        ["one", "two", "three", "four"], MONTH, "simulated", pages, profiles, accounts, nothing
    )
    assert coverage["coverage_verdict"].to_list() == ["complete", "refused", "refused", "unknown"]
    assert coverage["attempt_id"].to_list() == ["a1", "a1", "a1", None]
    assert coverage["request_count"].to_list() == [1, 0, 2, 0]
    assert coverage["page_count"].to_list() == [1, 0, 1, 0]
    assert coverage["item_count"].to_list() == [2, 0, 2, 0]
    assert coverage["last_cursor"].to_list() == ["9", None, "9", None]
    assert coverage["started_at"].null_count() == 1
