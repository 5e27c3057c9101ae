"""Tables of the core layer: one row per account, video or refused item of a crawl month."""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.coding import CODING_TASKS, HUMAN_CODES, MACHINE_CODES
from sz_assets.contracts.table import (
    Column,
    Matches,
    MostlyPresent,
    NotLess,
    RowsBetween,
    Severity,
    SteadyRows,
    SumsTo,
    Table,
    Type,
)

_LINEAGE = (c.RAW_PAGE_SHA256, c.PAGE_NUMBER, c.RAW_ITEM_INDEX)

ACCOUNT_COLUMNS = (
    c.PLATFORM,
    c.text(
        "platform_account_id",
        "The id by which the platform lists the account's videos.",
        nullable=False,
    ),
    c.text("name_zh", "Chinese name.", nullable=False),
    c.text("name_en", "English name.", nullable=False),
    c.text("field", "The account's field of work, in English."),
    c.flag(
        "is_enterprise_verified",
        "Verified as an organisation; null if not observed.",
        nullable=True,
    ),
    c.flag(
        "is_government_verified",
        "Verified as government or media; null if not observed.",
        nullable=True,
    ),
    c.text("verification_reason", "The platform's words about the verification."),
    c.flag("is_eligible", "Whether the study's selection rule admits the account."),
    c.text("eligibility_reason", "The numbers behind `is_eligible`.", nullable=False),
)

ACCOUNTS = Table(
    layer="core",
    name="accounts",
    grain="one row per account and crawl month",
    description="The study's accounts with what their profiles said in the crawl month.",
    key=("crawl_month", "account_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        *ACCOUNT_COLUMNS,
        c.text("platform_uid", "The account's number in its items, where it differs."),
        c.text("nickname", "The name shown on the platform when observed."),
        c.FOLLOWER_COUNT,
        c.PLATFORM_VIDEO_COUNT,
        c.TOTAL_LIKE_COUNT,
        c.instant(
            "observed_at", "When the profile was observed; null if it was not.", nullable=True
        ),
        c.text(
            "raw_profile_sha256", "SHA-256 of the stored profile answer.", Matches("^[0-9a-f]{64}$")
        ),
        c.DATA_ORIGIN,
    ),
    rules=(RowsBetween(minimum=1),),
)

VIDEOS = Table(
    layer="core",
    name="videos",
    grain="one row per video in an account's list and crawl month",
    description=(
        "Typed videos. A co-authored video stands in each account's list; of several "
        "observations of one video the latest counts."
    ),
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.text("author_platform_uid", "The platform's number of the author; null if not given."),
        c.OBSERVED_AT,
        c.PUBLISHED_AT,
        c.PUBLISHED_YEAR,
        Column(
            "published_month",
            Type.DATE,
            "First day of the month of publication in the study's time zone.",
            "month",
            False,
        ),
        c.WEEKDAY,
        c.HOUR,
        c.TITLE,
        c.HASHTAGS,
        c.MEDIA_TYPE,
        c.DURATION_SECONDS,
        Column(
            c.LIKE_COUNT.name,
            Type.INTEGER,
            c.LIKE_COUNT.description,
            "count",
            True,
            (*c.LIKE_COUNT.rules, MostlyPresent(0.95)),
        ),
        c.FAVORITE_COUNT,
        c.SHARE_COUNT,
        c.COMMENT_COUNT,
        c.PLAY_COUNT,
        c.IS_PINNED,
        c.URL,
        *_LINEAGE,
        c.DATA_ORIGIN,
    ),
    rules=(
        RowsBetween(minimum=1),
        # A platform's clock may be ahead of ours.
        NotLess("observed_at", "published_at", Severity.WARN),
        SteadyRows(maximum_change_ratio=0.5),
    ),
)

DUPLICATE_ITEMS = Table(
    layer="core",
    name="duplicate_items",
    grain="one row per item that another observation of the same video replaces",
    description="Items seen more than once in an account's list, with the item that was kept.",
    key=("crawl_month", "account_id", "page_number", "raw_item_index"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        *_LINEAGE,
        c.count("kept_page_number", "Page of the item that was kept.", unit="index"),
        c.count("kept_item_index", "Position of the item that was kept.", unit="index"),
        c.DATA_ORIGIN,
    ),
)

REJECTED_ITEMS = Table(
    layer="core",
    name="rejected_items",
    grain="one row per item that could not be read as a video",
    description="Items without a usable id or time, or that could not be read, with their bytes.",
    key=("crawl_month", "account_id", "page_number", "raw_item_index"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        *_LINEAGE,
        c.text("reason", "Why the item is not a video.", nullable=False),
        Column("item_body", Type.BINARY, "The item's bytes, unchanged.", "bytes", False),
        c.DATA_ORIGIN,
    ),
)

CRAWL_COVERAGE = Table(
    layer="core",
    name="crawl_coverage",
    grain="one row per account and crawl month",
    description="How complete the account's list is, with the evidence, and where each item went.",
    key=("crawl_month", "account_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.text("attempt_id", "The attempt that counts; null if there was none."),
        c.required(c.COVERAGE_VERDICT),
        c.required(c.COVERAGE_REASON),
        c.count("request_count", "Requests for pages, retries included."),
        c.count("page_count", "Pages obtained."),
        c.count("item_count", "Items in those pages, as counted when they were received."),
        c.count("video_count", "Items that became videos."),
        c.count("duplicate_count", "Items that a later observation replaced."),
        c.count("rejected_count", "Items that could not be read."),
        c.PLATFORM_VIDEO_COUNT,
        c.text("last_cursor", "Cursor of the last page."),
        c.flag(
            "has_more",
            "Whether the last page said that more follow; null if it did not say.",
            nullable=True,
        ),
        c.text("refusal_reason", "The refusal that ended the attempt; null if there was none."),
        c.instant("started_at", "First request of the attempt.", nullable=True),
        c.instant("finished_at", "Last answer of the attempt.", nullable=True),
        c.DATA_ORIGIN,
    ),
    rules=(
        RowsBetween(minimum=1),
        SumsTo("item_count", ("video_count", "duplicate_count", "rejected_count")),
    ),
)

VIDEO_CODES = Table(
    layer="core",
    name="video_codes",
    grain="one row per video in an account's list and crawl month",
    description="The content code of each video and how it was assigned.",
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        c.PRIMARY_CATEGORY,
        c.SECONDARY_CATEGORY,
        Column(
            "secondary_categories",
            Type.TEXT_LIST,
            "All secondary categories of the video, the main one first; empty if there is none.",
            None,
            False,
        ),
        c.required(c.CODING_METHOD),
        c.ratio("coding_confidence", "How sure the machine is; null unless a trained one coded."),
        c.text(
            "codebook_version", "Content hash of the codebook that the code is of.", nullable=False
        ),
        Column("matched_cues", Type.TEXT_LIST, "Cue words found in the title.", None, False),
    ),
    rules=(RowsBetween(minimum=1),),
)

CORE_TABLES = (
    ACCOUNTS,
    VIDEOS,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    CRAWL_COVERAGE,
    CODING_TASKS,
    HUMAN_CODES,
    MACHINE_CODES,
    VIDEO_CODES,
)
