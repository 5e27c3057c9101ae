"""Tables of the analysis layer about time: age, trend, events, and indexes of accounts."""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.inference import ACCOUNT_COUNT, INTERVAL, METHOD, NOTE
from sz_assets.contracts.table import Between, Column, Matches, NotLess, OneOf, Table, Type

_WORD = Matches("^[a-z0-9_]+$")
INDEX_STATUSES = ("verified", "unverified")
EVENT_VERDICTS = ("spike", "drop", "none", "undecided", "not_testable")

ENGAGEMENT_AT_AGE = Table(
    layer="analysis",
    name="engagement_at_age",
    grain="one row per crawl month, year of publication, metric and age",
    description=(
        "Engagement at a fixed age, from all crawls up to the month. A value between two crawls is "
        "known only to lie between their counters; a video that no crawl saw at that age or older "
        "is counted, never extrapolated."
    ),
    key=("crawl_month", "published_year", "metric", "age_days"),
    columns=(
        c.CRAWL_MONTH,
        c.PUBLISHED_YEAR,
        c.METRIC,
        c.count("age_days", "Age of the video.", unit="days"),
        c.count("bracketed_count", "Videos seen before and after that age."),
        c.count("bounded_count", "Videos first seen after that age: known from above only."),
        c.count("unreached_count", "Videos that no crawl has seen at that age yet."),
        c.number("median_low", "Lower bound of the median.", "the metric's unit"),
        c.number("median_high", "Upper bound of the median.", "the metric's unit"),
        c.number(
            "median",
            "Median of the interval-censored values; null if its bounds are far apart.",
            "the metric's unit",
        ),
        METHOD,
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("median_high", "median_low"),),
)

PUBLISHING_TREND = Table(
    layer="analysis",
    name="publishing_trend",
    grain="one row per crawl month and year of publication",
    description=(
        "Popular videos by year of publication as the study counts them, and corrected for the "
        "age at which each was observed and for the part of the year that the crawl covers."
    ),
    key=("crawl_month", "published_year"),
    columns=(
        c.CRAWL_MONTH,
        c.PUBLISHED_YEAR,
        c.count("sample_video_count", "Videos of the sample, uncorrected."),
        c.VIDEO_COUNT,
        c.number("median_like_count", "Median likes of all videos, uncorrected.", "count"),
        c.number("observed_days", "Days of the year before the crawl.", "days", Between(0, 366)),
        c.number(
            "age_corrected_multiplier",
            "Likes relative to the reference year after correction for age.",
            "ratio",
            Between(minimum=0),
        ),
        *INTERVAL,
        c.number(
            "corrected_video_count",
            "Videos that would be in the sample had all been observed at the same age over whole "
            "years; null if that can't be told.",
            "count",
        ),
        METHOD,
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("interval_high", "interval_low"),),
)

EVENT_EFFECTS = Table(
    layer="analysis",
    name="event_effects",
    grain="one row per crawl month, event and metric",
    description="Whether videos around a dated event were engaged with more than others then.",
    key=("crawl_month", "event_id", "metric"),
    columns=(
        c.CRAWL_MONTH,
        c.text("event_id", "Id of the event in the study.", _WORD, nullable=False),
        c.text("event_name", "Its name, in Chinese and English.", nullable=False),
        Column("starts_on", Type.DATE, "First day of the event.", "day", False),
        Column("ends_on", Type.DATE, "Last day of the event.", "day", False),
        c.text(
            "metric",
            "`video_count` (videos published a day) or a measure of engagement.",
            OneOf(("video_count", *c.METRICS)),
            nullable=False,
        ),
        c.count("event_video_count", "Videos published in the event's window."),
        c.count("comparison_video_count", "Videos published in the comparison window."),
        c.number(
            "effect_multiplier", "Event over comparison, geometric.", "ratio", Between(minimum=0)
        ),
        *INTERVAL,
        c.ratio("p_value", "Two-sided p-value before correction."),
        c.ratio("p_value_holm", "The same after Holm's correction within its family."),
        c.text(
            "verdict",
            "Whether the event stands out: its corrected p-value is below 0.05/3.",
            OneOf(EVENT_VERDICTS),
            nullable=False,
        ),
        METHOD,
        ACCOUNT_COUNT,
        c.text("source", "Where the event's date comes from.", nullable=False),
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("ends_on", "starts_on"), NotLess("interval_high", "interval_low")),
)

CHANGEPOINTS = Table(
    layer="analysis",
    name="changepoints",
    grain="one row per crawl month, metric and changepoint",
    description="Months of publication at which the level of a metric's monthly series changes.",
    key=("crawl_month", "metric", "published_month"),
    columns=(
        c.CRAWL_MONTH,
        c.text(
            "metric",
            "`video_count` or a measure of engagement (median per month).",
            OneOf(("video_count", *c.METRICS)),
            nullable=False,
        ),
        Column("published_month", Type.DATE, "First month of the new level.", "month", False),
        c.number("level_before", "Median level before.", "the metric's unit"),
        c.number("level_after", "Median level after.", "the metric's unit"),
        c.number("change_multiplier", "After over before.", "ratio", Between(minimum=0)),
        c.text(
            "nearest_event_id",
            "The event that begins in the month or up to 45 days before, if any.",
            _WORD,
        ),
        METHOD,
        c.INCOMPLETE_ACCOUNTS,
    ),
)

ACCOUNT_INDEXES = Table(
    layer="analysis",
    name="account_indexes",
    grain="one row per crawl month, account and index",
    description=(
        "Published indexes of influence per account, with the ranks that other weights would give."
    ),
    key=("crawl_month", "account_id", "index_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.text("index_id", "Id of the index, with its version.", _WORD, nullable=False),
        c.text("index_name", "Its name, in Chinese and English.", nullable=False),
        c.number("value", "Its value; null where an input is not available.", "see unit"),
        c.text("unit", "Unit of the value, for a rate numerator and denominator.", nullable=False),
        c.count("rank", "Rank by value, 1 is the highest; null without a value.", nullable=True),
        c.count("rank_low", "Best rank under other weights.", nullable=True),
        c.count("rank_high", "Worst rank under other weights.", nullable=True),
        c.text("status", "Whether a source was found.", OneOf(INDEX_STATUSES), nullable=False),
        c.text("formula", "The formula as it is computed.", nullable=False),
        c.text("source", "Where the formula was found.", nullable=False),
        NOTE,
        c.COVERAGE_VERDICT,
    ),
    rules=(NotLess("rank_high", "rank_low"),),
)
