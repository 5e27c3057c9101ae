"""Columns that stand in many tables, described once so that they mean the same everywhere."""

from __future__ import annotations

from dataclasses import replace

from sz_assets.contracts.table import Between, Column, ColumnRule, Matches, OneOf, Type

METRICS = ("duration_seconds", "like_count", "favorite_count", "share_count", "comment_count")
POPULATIONS = ("sample", "all")
VERDICTS = ("complete", "truncated", "refused", "unknown")
PRIMARY_CATEGORIES = ("main", "functional", "environmental", "cultural", "identification")

_SHA256 = (Matches("^[0-9a-f]{64}$"),)


def required(column: Column) -> Column:
    """The same column where a value must be present."""
    return replace(column, nullable=False)


def count(name: str, description: str, *, nullable: bool = False, unit: str = "count") -> Column:
    """A non-negative whole number."""
    return Column(name, Type.INTEGER, description, unit, nullable, (Between(minimum=0),))


def ratio(name: str, description: str, *, nullable: bool = True) -> Column:
    """A share between 0 and 1."""
    return Column(name, Type.FLOAT, description, "ratio 0 to 1", nullable, (Between(0, 1),))


def text(
    name: str, description: str, *rules: ColumnRule, nullable: bool = True, unit: str | None = None
) -> Column:
    return Column(name, Type.TEXT, description, unit, nullable, rules)


def number(
    name: str, description: str, unit: str, *rules: ColumnRule, nullable: bool = True
) -> Column:
    return Column(name, Type.FLOAT, description, unit, nullable, rules)


def flag(name: str, description: str, *, nullable: bool = False) -> Column:
    return Column(name, Type.BOOLEAN, description, None, nullable)


def instant(name: str, description: str, *, nullable: bool = False) -> Column:
    return Column(name, Type.TIMESTAMP, description, "UTC", nullable)


CRAWL_MONTH = Column(
    "crawl_month",
    Type.DATE,
    "First day of the month in which the counters were observed.",
    "month",
    False,
)
ACCOUNT_ID = text(
    "account_id",
    "The study's own stable id of the account.",
    Matches("^[a-z0-9_]+$"),
    nullable=False,
)
VIDEO_ID = text(
    "video_id", "The platform's id of the video, as text.", Matches("^.+$"), nullable=False
)
ATTEMPT_ID = text(
    "attempt_id", "The crawl attempt: its start in UTC and a serial number.", nullable=False
)
PLATFORM = text("platform", "The platform on which the account publishes.", nullable=False)
DATA_ORIGIN = text(
    "data_origin",
    "Where the data come from: `simulated`, `live:<platform>` or `import:<format>`.",
    Matches("^(?:simulated|live:[a-z0-9_]+|import:[a-z0-9_]+)$"),
    nullable=False,
)
OBSERVED_AT = instant("observed_at", "When the counters were observed.")
RAW_PAGE_SHA256 = text(
    "raw_page_sha256",
    "SHA-256 of the stored page that holds the item.",
    *_SHA256,
    nullable=False,
)
RAW_ITEM_INDEX = count("raw_item_index", "Position of the item in its page, from 0.", unit="index")
PAGE_NUMBER = count("page_number", "Number of the page within the attempt, from 1.", unit="index")

PUBLISHED_AT = instant("published_at", "When the video was published.")
PUBLISHED_YEAR = count(
    "published_year", "Year of publication in the study's time zone.", unit="year"
)
WEEKDAY = Column(
    "weekday",
    Type.INTEGER,
    "Day of the week of publication in the study's time zone: 1 is Monday, 7 is Sunday.",
    "weekday",
    False,
    (Between(1, 7),),
)
HOUR = Column(
    "hour",
    Type.INTEGER,
    "Hour of publication in the study's time zone.",
    "hour 0 to 23",
    False,
    (Between(0, 23),),
)
TITLE = text("title", "The caption as published, unchanged.")
HASHTAGS = Column("hashtags", Type.TEXT_LIST, "Hashtags of the caption, without the sign.")
MEDIA_TYPE = text(
    "media_type", "`video` or `photo` (a photo post).", OneOf(("video", "photo")), nullable=False
)
DURATION_SECONDS = number(
    "duration_seconds",
    "Length of the video; null for photo posts.",
    "seconds",
    Between(minimum=0),
)
LIKE_COUNT = count("like_count", "Likes; null if the platform gave none.", nullable=True)
FAVORITE_COUNT = count(
    "favorite_count", "Favorites (saves); null if the platform gave none.", nullable=True
)
SHARE_COUNT = count("share_count", "Shares; null if the platform gave none.", nullable=True)
COMMENT_COUNT = count("comment_count", "Comments; null if the platform gave none.", nullable=True)
PLAY_COUNT = count("play_count", "Plays; null where the platform hides them.", nullable=True)
IS_PINNED = flag("is_pinned", "Pinned to the top of the account's list when observed.")
URL = text("url", "Public page of the video.", Matches("^https://"))
PRIMARY_CATEGORY = text(
    "primary_category",
    "Primary category of the codebook; null if the video could not be coded.",
    Matches("^[a-z0-9_]+$"),
)
SECONDARY_CATEGORY = text(
    "secondary_category",
    "Secondary category of the codebook; null if the video could not be coded.",
    Matches("^[a-z0-9_]+$"),
)
CODING_METHOD = text("coding_method", "How the code was assigned, with the method's version.")
COVERAGE_VERDICT = text(
    "coverage_verdict", "Whether the account's list was obtained in full.", OneOf(VERDICTS)
)
COVERAGE_REASON = text("coverage_reason", "The evidence for the verdict, in one sentence.")
INCOMPLETE_ACCOUNTS = text(
    "incomplete_accounts",
    "Accounts of the population whose list is not known to be complete: their ids, separated by "
    "commas; null if there are none.",
    Matches("^[a-z0-9_]+(?:, [a-z0-9_]+)*$"),
)
POPULATION = text(
    "population",
    "`sample` (the study's sample rule) or `all` (every observed video).",
    OneOf(POPULATIONS),
    nullable=False,
)
METRIC = text("metric", "The measure that is summarised.", OneOf(METRICS), nullable=False)
VIDEO_COUNT = count("video_count", "Number of videos.")

FOLLOWER_COUNT = count("follower_count", "Followers, from the account's profile.", nullable=True)
PLATFORM_VIDEO_COUNT = count(
    "platform_video_count",
    "Videos according to the platform's own profile counter (only roughly right).",
    nullable=True,
)
TOTAL_LIKE_COUNT = count(
    "total_like_count", "Likes received in all, from the account's profile.", nullable=True
)
