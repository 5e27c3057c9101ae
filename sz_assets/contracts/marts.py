"""The published tables, and those of them with a row per account or video.

Here: dimensions, facts, and the list of all marts. Not here: summaries over many videos
(`contracts.summaries`), growth between crawls (`contracts.growth`) or the comparison with the
publication (`contracts.analysis`).
"""

from __future__ import annotations

from dataclasses import replace

from sz_assets.contracts import columns as c
from sz_assets.contracts.analysis import CLAIM_TESTS, CONSISTENCY_FINDINGS, PAPER_COMPARISON
from sz_assets.contracts.coding import (
    CATEGORY_PREVALENCE,
    CODING_RELIABILITY,
    MACHINE_EVALUATION,
)
from sz_assets.contracts.core import ACCOUNT_COLUMNS, VIDEO_CODES
from sz_assets.contracts.development import (
    ACCOUNT_INDEXES,
    CHANGEPOINTS,
    ENGAGEMENT_AT_AGE,
    EVENT_EFFECTS,
    PUBLISHING_TREND,
)
from sz_assets.contracts.growth import (
    BREAKOUT_VIDEOS,
    GROWTH_SUMMARY,
    VIDEO_AGE_PASSAGE,
    VIDEO_GROWTH,
)
from sz_assets.contracts.inference import (
    ENGAGEMENT_DESCRIPTION,
    ENGAGEMENT_EFFECTS,
    LORENZ_CURVE,
    TAIL_FITS,
)
from sz_assets.contracts.summaries import (
    ACCOUNT_ENGAGEMENT,
    CATEGORY_ENGAGEMENT,
    CATEGORY_SPECIALISATION,
    DURATION_ENGAGEMENT,
    ENGAGEMENT_HISTOGRAM,
    ENGAGEMENT_SUMMARY,
    PUBLISHING_BY_HOUR,
    PUBLISHING_BY_YEAR,
)
from sz_assets.contracts.table import (
    Between,
    Column,
    NotLess,
    RowsBetween,
    Severity,
    SteadyRows,
    Table,
    Type,
)

DIM_ACCOUNT = Table(
    layer="engagement",
    name="dim_account",
    grain="one row per account",
    description="The study's accounts, as their profiles said in the newest crawl month.",
    key=("account_id",),
    columns=(c.ACCOUNT_ID, *ACCOUNT_COLUMNS),
    rules=(RowsBetween(minimum=1),),
)

FCT_ACCOUNT_MONTH = Table(
    layer="engagement",
    name="fct_account_month",
    grain="one row per account and crawl month",
    description="What each account's profile and list said in the crawl month.",
    key=("crawl_month", "account_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.FOLLOWER_COUNT,
        c.PLATFORM_VIDEO_COUNT,
        c.TOTAL_LIKE_COUNT,
        c.VIDEO_COUNT,
        c.count("published_in_month_count", "Videos published within the crawl month."),
        c.required(c.COVERAGE_VERDICT),
        c.required(c.COVERAGE_REASON),
        c.DATA_ORIGIN,
    ),
    rules=(RowsBetween(minimum=1),),
)

FCT_VIDEO_MONTH = Table(
    layer="engagement",
    name="fct_video_month",
    grain="one row per video in an account's list and crawl month",
    description="Videos with their counters as observed in the crawl month, rank and code.",
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.OBSERVED_AT,
        c.PUBLISHED_AT,
        c.PUBLISHED_YEAR,
        c.WEEKDAY,
        c.HOUR,
        c.TITLE,
        c.HASHTAGS,
        c.MEDIA_TYPE,
        c.DURATION_SECONDS,
        c.LIKE_COUNT,
        c.FAVORITE_COUNT,
        c.SHARE_COUNT,
        c.COMMENT_COUNT,
        c.PLAY_COUNT,
        c.IS_PINNED,
        Column(
            "like_rank",
            Type.INTEGER,
            "Rank by likes within the account's list, ties by earlier publication, then id; "
            "null if the likes are missing.",
            "rank",
            True,
            (Between(minimum=1),),
        ),
        c.flag("is_in_sample", "Whether the study's sample rule takes the video."),
        c.PRIMARY_CATEGORY,
        c.SECONDARY_CATEGORY,
        replace(VIDEO_CODES.column("secondary_categories"), nullable=True),
        c.CODING_METHOD,
        VIDEO_CODES.column("coding_confidence"),
        replace(VIDEO_CODES.column("codebook_version"), nullable=True),
        c.URL,
        c.RAW_PAGE_SHA256,
        c.RAW_ITEM_INDEX,
        c.required(c.COVERAGE_VERDICT),
        c.DATA_ORIGIN,
    ),
    rules=(
        RowsBetween(minimum=1),
        # A platform's clock may be ahead of ours.
        NotLess("observed_at", "published_at", Severity.WARN),
        SteadyRows(maximum_change_ratio=0.5),
    ),
)


ENGAGEMENT_TABLES = (
    DIM_ACCOUNT,
    FCT_ACCOUNT_MONTH,
    FCT_VIDEO_MONTH,
    ENGAGEMENT_SUMMARY,
    ENGAGEMENT_HISTOGRAM,
    PUBLISHING_BY_YEAR,
    PUBLISHING_BY_HOUR,
    DURATION_ENGAGEMENT,
    ACCOUNT_ENGAGEMENT,
    CATEGORY_ENGAGEMENT,
    CATEGORY_SPECIALISATION,
    VIDEO_GROWTH,
    GROWTH_SUMMARY,
    VIDEO_AGE_PASSAGE,
    BREAKOUT_VIDEOS,
)
ANALYSIS_TABLES = (
    ENGAGEMENT_DESCRIPTION,
    LORENZ_CURVE,
    TAIL_FITS,
    ENGAGEMENT_EFFECTS,
    ENGAGEMENT_AT_AGE,
    PUBLISHING_TREND,
    EVENT_EFFECTS,
    CHANGEPOINTS,
    ACCOUNT_INDEXES,
    CONSISTENCY_FINDINGS,
    CODING_RELIABILITY,
    MACHINE_EVALUATION,
    CATEGORY_PREVALENCE,
    CLAIM_TESTS,
    PAPER_COMPARISON,
)
PUBLISHED_TABLES = (*ENGAGEMENT_TABLES, *ANALYSIS_TABLES)

__all__ = [
    "ACCOUNT_ENGAGEMENT",
    "ANALYSIS_TABLES",
    "BREAKOUT_VIDEOS",
    "CATEGORY_ENGAGEMENT",
    "DIM_ACCOUNT",
    "DURATION_ENGAGEMENT",
    "ENGAGEMENT_HISTOGRAM",
    "ENGAGEMENT_SUMMARY",
    "ENGAGEMENT_TABLES",
    "FCT_ACCOUNT_MONTH",
    "FCT_VIDEO_MONTH",
    "GROWTH_SUMMARY",
    "PAPER_COMPARISON",
    "PUBLISHED_TABLES",
    "PUBLISHING_BY_HOUR",
    "PUBLISHING_BY_YEAR",
    "VIDEO_AGE_PASSAGE",
    "VIDEO_GROWTH",
]
