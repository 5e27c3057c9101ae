"""Marts of what changed between crawls: per video, per account, and at which age it was seen.

Here: tables made from two or more crawls of the same account, and the videos that stand out
since the previous one. Not here: what one crawl saw
(`contracts.marts`), or statistics over these rows (`contracts.development`).
"""

from __future__ import annotations

from dataclasses import replace

from sz_assets.contracts import columns as c
from sz_assets.contracts.table import Between, Column, NotLess, OneOf, Table, Type

COUNTERS = ("like_count", "favorite_count", "share_count", "comment_count")
PASSAGE_AGES = (30, 90, 365)

_PREVIOUS_CRAWL_MONTH = Column(
    "previous_crawl_month", Type.DATE, "The crawl month compared with.", "month", False
)


def _growth(counter: str) -> Column:
    return Column(
        counter.replace("_count", "_growth"),
        Type.INTEGER,
        f"Change of `{counter}` since the previous crawl; may be negative; null if new, gone or "
        "missing.",
        "count",
    )


VIDEO_GROWTH = Table(
    layer="engagement",
    name="video_growth",
    grain="one row per video seen in this crawl month or in the account's previous one",
    description=(
        "What changed since the account's previous crawl of the same kind (simulated or not). "
        "Accounts without a previous crawl have no rows. Falling counters are kept and flagged."
    ),
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        _PREVIOUS_CRAWL_MONTH,
        # A platform's clock may be ahead of ours, so that a video is seen before its publication.
        c.number("age_days", "Age of the video when it was observed; null if gone.", "days"),
        c.number(
            "days_between",
            "Days between the two observations; null if new or gone.",
            "days",
            Between(minimum=0),
        ),
        replace(c.LIKE_COUNT, description="Likes now; null if gone or missing."),
        *(_growth(counter) for counter in COUNTERS),
        c.flag(
            "is_new",
            "Not seen in the previous crawl, which was complete; null if that one was not.",
            nullable=True,
        ),
        c.flag(
            "is_gone",
            "Seen in the previous crawl and missing from this one, which was "
            "complete; null if this one was not complete.",
            nullable=True,
        ),
        c.flag(
            "is_fallen",
            "Some counter is lower than in the previous crawl; null if none can be compared.",
            nullable=True,
        ),
        c.required(c.COVERAGE_VERDICT),
        c.DATA_ORIGIN,
    ),
)


def _fallen(counter: str) -> Column:
    name = f"fallen_{counter.removesuffix('_count')}_count"
    return c.count(name, f"Videos whose `{counter}` is lower than in the previous crawl.")


def _total(counter: str) -> Column:
    growth = counter.replace("_count", "_growth")
    return Column(
        f"total_{growth}",
        Type.INTEGER,
        f"Sum of `{growth}` over the videos compared; null if none has both values.",
        "count",
    )


GROWTH_SUMMARY = Table(
    layer="engagement",
    name="growth_summary",
    grain="one row per account and crawl month that has a previous crawl of the same kind",
    description="What changed in each account's list since its previous crawl, counted.",
    key=("crawl_month", "account_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        _PREVIOUS_CRAWL_MONTH,
        c.count("compared_video_count", "Videos seen in both crawls."),
        c.count("new_video_count", "Videos not seen in the previous crawl, which was complete."),
        c.count(
            "unknown_new_video_count",
            "Videos not seen in the previous crawl, which was not complete: new or missed then.",
        ),
        c.count("gone_video_count", "Videos missing from this crawl, which was complete."),
        c.count(
            "unknown_gone_video_count",
            "Videos missing from this crawl, which was not complete: gone or missed now.",
        ),
        *(_fallen(counter) for counter in COUNTERS),
        *(_total(counter) for counter in COUNTERS),
        c.number(
            "median_like_growth_per_day",
            "Median of likes gained per day between the two observations.",
            "count per day",
        ),
        c.required(c.COVERAGE_VERDICT),
    ),
)

_BEFORE = "at the last observation before that age; null if never seen younger, or missing"
_AFTER = "at the first observation at that age or older; null if missing"

VIDEO_AGE_PASSAGE = Table(
    layer="engagement",
    name="video_age_passage",
    grain=(
        "one row per video and age (30, 90 or 365 days), in the crawl month in which it was first "
        "seen at that age or older"
    ),
    description=(
        "The observations on either side of a fixed age: the counters at that age lie between "
        "them. Simulated and observed crawls are never compared."
    ),
    key=("crawl_month", "account_id", "video_id", "age_days"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.count("age_days", "The age that was reached.", unit="days"),
        c.PUBLISHED_YEAR,
        Column(
            "previous_crawl_month",
            Type.DATE,
            "Crawl month of the last observation before that age; null if never seen younger.",
            "month",
        ),
        c.number("age_before_days", f"Age {_BEFORE.removesuffix(', or missing')}.", "days"),
        c.number(
            "age_after_days", "Age when first seen at that age or older.", "days", nullable=False
        ),
        *(c.count(f"{n}_before", f"`{n}` {_BEFORE}.", nullable=True) for n in COUNTERS),
        *(c.count(f"{n}_after", f"`{n}` {_AFTER}.", nullable=True) for n in COUNTERS),
        c.required(c.COVERAGE_VERDICT),
        c.DATA_ORIGIN,
    ),
    rules=(NotLess("age_after_days", "age_days"), NotLess("age_after_days", "age_before_days")),
)

# The same numbers stand in the dbt macro `breakout_rules`.
BREAKOUT_MULTIPLE = 3
BREAKOUT_OTHER_VIDEOS = 10
BREAKOUT_NEW_DAYS = 31
BREAKOUTS_PER_ACCOUNT = 5
BREAKOUTS_PER_MONTH = 20
BREAKOUT_KINDS = ("new", "grown")

BREAKOUT_VIDEOS = Table(
    layer="engagement",
    name="breakout_videos",
    grain="one row per video that breaks out in the crawl month",
    description=(
        f"Videos with at least {BREAKOUT_MULTIPLE} times the median likes of their account's other "
        "videos, that came up lately: `new` ones were not in the account's previous crawl of the "
        "same kind and were published in its month or later (without such a crawl: at most "
        f"{BREAKOUT_NEW_DAYS} days before they were observed); `grown` ones at least doubled "
        "their likes since that crawl. Videos without likes, and accounts in which fewer than "
        f"{BREAKOUT_OTHER_VIDEOS} other videos have likes given, are left out. At most "
        f"{BREAKOUTS_PER_ACCOUNT} an account and {BREAKOUTS_PER_MONTH} a month, by the multiple, "
        "ties by earlier publication, then ids."
    ),
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        Column(
            "breakout_rank",
            Type.INTEGER,
            "Place within the crawl month, the largest multiple first.",
            "rank",
            False,
            (Between(1, BREAKOUTS_PER_MONTH),),
        ),
        c.text(
            "breakout_kind",
            "`new` (published lately) or `grown` (its likes at least doubled).",
            OneOf(BREAKOUT_KINDS),
            nullable=False,
        ),
        c.PUBLISHED_AT,
        c.TITLE,
        c.URL,
        c.required(c.LIKE_COUNT),
        _growth("like_count"),
        replace(
            _PREVIOUS_CRAWL_MONTH,
            nullable=True,
            description="The account's previous crawl month of the same kind; null without one.",
        ),
        c.number(
            "account_median_like_count",
            "Median likes of the account's other videos in the same crawl.",
            "count",
            Between(minimum=0),
            nullable=False,
        ),
        c.count(
            "other_video_count",
            "Other videos of the account with likes given, on which the median rests.",
        ),
        c.number(
            "like_multiple",
            "`like_count` over `account_median_like_count`.",
            "ratio",
            Between(minimum=BREAKOUT_MULTIPLE),
            nullable=False,
        ),
        c.required(c.COVERAGE_VERDICT),
        c.DATA_ORIGIN,
    ),
    rules=(
        NotLess("like_count", "account_median_like_count"),
        NotLess("like_count", "like_growth"),
    ),
)
