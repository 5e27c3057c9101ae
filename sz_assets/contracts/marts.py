"""Tables of the engagement and analysis layers: the published warehouse that BI tools read."""

from __future__ import annotations

from dataclasses import replace

from sz_assets.contracts import columns as c
from sz_assets.contracts.core import ACCOUNT_COLUMNS
from sz_assets.contracts.table import (
    Between,
    Column,
    Matches,
    NotLess,
    OneOf,
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
        c.CODING_METHOD,
        c.URL,
        c.RAW_PAGE_SHA256,
        c.RAW_ITEM_INDEX,
        c.DATA_ORIGIN,
    ),
    rules=(
        RowsBetween(minimum=1),
        # A platform's clock may be ahead of ours.
        NotLess("observed_at", "published_at", Severity.WARN),
        SteadyRows(maximum_change_ratio=0.5),
    ),
)


def _statistic(name: str, description: str) -> Column:
    return c.number(name, description, "the metric's unit", Between(minimum=0))


ENGAGEMENT_SUMMARY = Table(
    layer="engagement",
    name="engagement_summary",
    grain="one row per crawl month, population and metric",
    description=(
        "Distribution of each metric. Quantiles interpolate linearly; missing values are left "
        "out and counted."
    ),
    key=("crawl_month", "population", "metric"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.METRIC,
        c.count("video_count", "Videos of the population in which the metric is present."),
        c.count("missing_count", "Videos of the population in which the metric is missing."),
        _statistic("mean", "Arithmetic mean."),
        _statistic("std_dev", "Standard deviation of the sample (n-1)."),
        _statistic("min", "Smallest value."),
        _statistic("p10", "10 % quantile."),
        _statistic("q1", "25 % quantile."),
        _statistic("median", "Median."),
        _statistic("q3", "75 % quantile."),
        _statistic("p90", "90 % quantile."),
        _statistic("p99", "99 % quantile."),
        _statistic("max", "Largest value."),
        c.ratio(
            "gini",
            "Gini coefficient: sum((2i-n-1) x_i) / (n sum(x)), x ascending; null if all are 0.",
        ),
        c.count("below_500_count", "Videos with a value below 500."),
        c.ratio("below_500_ratio", "`below_500_count` over `video_count`."),
    ),
    rules=(
        NotLess("max", "p99"),
        NotLess("p90", "q3"),
        NotLess("q3", "median"),
        NotLess("median", "q1"),
        NotLess("q1", "min"),
        NotLess("video_count", "below_500_count"),
        SteadyRows(maximum_change_ratio=0),
    ),
)

ENGAGEMENT_HISTOGRAM = Table(
    layer="engagement",
    name="engagement_histogram",
    grain="one row per crawl month, population, metric and bin that is not empty",
    description=(
        "Counts per bin for the distribution figures. Bins are five per power of ten, from "
        "10^(k/5) up to 10^((k+1)/5); the value 0 has a bin of its own from 0 to 1."
    ),
    key=("crawl_month", "population", "metric", "bin_lower"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.METRIC,
        c.required(c.number("bin_lower", "Lower bound of the bin, included.", "the metric's unit")),
        c.required(
            c.number("bin_upper", "Upper bound of the bin, not included.", "the metric's unit")
        ),
        c.VIDEO_COUNT,
    ),
    rules=(NotLess("bin_upper", "bin_lower"),),
)

PUBLISHING_BY_YEAR = Table(
    layer="engagement",
    name="publishing_by_year",
    grain="one row per crawl month, population and year of publication",
    description="Videos by the year in which they were published.",
    key=("crawl_month", "population", "published_year"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        replace(c.PUBLISHED_YEAR, rules=(Between(2005, 2100),)),
        c.VIDEO_COUNT,
    ),
)

PUBLISHING_BY_HOUR = Table(
    layer="engagement",
    name="publishing_by_hour",
    grain="one row per crawl month, population, weekday and hour of publication",
    description="Videos and their median likes by weekday and hour of publication.",
    key=("crawl_month", "population", "weekday", "hour"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.WEEKDAY,
        c.HOUR,
        c.VIDEO_COUNT,
        c.number(
            "median_like_count", "Median likes; null if none is known.", "count", Between(minimum=0)
        ),
    ),
)

ACCOUNT_ENGAGEMENT = Table(
    layer="engagement",
    name="account_engagement",
    grain="one row per crawl month, population and account",
    description="Mean and median of each metric per account, and its h-index by likes.",
    key=("crawl_month", "population", "account_id"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.ACCOUNT_ID,
        c.VIDEO_COUNT,
        *(
            c.number(
                f"{statistic}_{metric}",
                f"{statistic.capitalize()} of `{metric}`.",
                "seconds" if metric == "duration_seconds" else "count",
                Between(minimum=0),
            )
            for metric in c.METRICS
            for statistic in ("mean", "median")
        ),
        c.count("total_like_count", "Sum of the likes of these videos.", nullable=True),
        c.count("h_index", "Largest h such that h videos have at least h x 1,000 likes."),
    ),
)

CATEGORY_ENGAGEMENT = Table(
    layer="engagement",
    name="category_engagement",
    grain="one row per crawl month and category that occurs in the sample",
    description=(
        "Share and engagement of each content category in the sample; videos without a code "
        "stay in the denominator. The exemplar is the category's most liked video."
    ),
    key=("crawl_month", "primary_category", "secondary_category"),
    columns=(
        c.CRAWL_MONTH,
        c.required(c.PRIMARY_CATEGORY),
        c.required(c.SECONDARY_CATEGORY),
        c.VIDEO_COUNT,
        c.ratio("video_share_ratio", "Videos of the category over all videos of the sample."),
        c.ratio("like_share_ratio", "Likes of the category over all likes of the sample."),
        *(
            c.number(
                f"median_{metric}",
                f"Median of `{metric}`.",
                "seconds" if metric == "duration_seconds" else "count",
                Between(minimum=0),
            )
            for metric in c.METRICS
        ),
        c.text("exemplar_video_id", "The category's most liked video.", nullable=False),
        c.text("exemplar_title", "Its caption as published."),
        c.text("exemplar_account_id", "The account in whose list it stands.", nullable=False),
    ),
)


def _growth(name: str, of: str) -> Column:
    return Column(
        name,
        Type.INTEGER,
        f"Change of `{of}` since the previous crawl; may be negative; null if new, gone or "
        "missing.",
        "count",
    )


VIDEO_GROWTH = Table(
    layer="engagement",
    name="video_growth",
    grain="one row per video seen in this crawl month or in the account's previous one",
    description=(
        "What changed since the account's previous crawl of the same kind (simulated or not). "
        "Accounts without a previous crawl have no rows."
    ),
    key=("crawl_month", "account_id", "video_id"),
    columns=(
        c.CRAWL_MONTH,
        c.ACCOUNT_ID,
        c.VIDEO_ID,
        Column("previous_crawl_month", Type.DATE, "The crawl month compared with.", "month", False),
        c.number(
            "days_between",
            "Days between the two observations; null if new or gone.",
            "days",
            Between(minimum=0),
        ),
        _growth("like_growth", "like_count"),
        _growth("favorite_growth", "favorite_count"),
        _growth("share_growth", "share_count"),
        _growth("comment_growth", "comment_count"),
        c.flag("is_new", "Not seen in the previous crawl."),
        c.flag(
            "is_gone",
            "Seen in the previous crawl and missing from this one, which was "
            "complete; null if this one was not complete.",
            nullable=True,
        ),
    ),
)

PAPER_VERDICTS = ("reproduced", "differs", "contradicted", "not_testable")

PAPER_COMPARISON = Table(
    layer="analysis",
    name="paper_comparison",
    grain="one row per crawl month and published claim",
    description="Each claim of the published study with its value, ours, and the verdict.",
    key=("crawl_month", "claim_id"),
    columns=(
        c.CRAWL_MONTH,
        c.text(
            "claim_id", "Id of the claim in the study.", Matches("^[a-z0-9_]+$"), nullable=False
        ),
        c.text("section", "Section, figure or table of the publication.", nullable=False),
        c.text("statement", "What is claimed.", nullable=False),
        c.number(
            "published_value", "The value as printed; null if the claim is in words.", "see unit"
        ),
        c.number("computed_value", "The value computed here; null if it can't be.", "see unit"),
        c.text("unit", "Unit of both values."),
        c.number("difference", "Computed minus published.", "see unit"),
        c.text(
            "verdict", "Whether the data bear the claim out.", OneOf(PAPER_VERDICTS), nullable=False
        ),
        c.text("note", "How it was computed, or why it could not be.", nullable=False),
    ),
    rules=(SteadyRows(maximum_change_ratio=0, severity=Severity.WARN),),
)

ENGAGEMENT_TABLES = (
    DIM_ACCOUNT,
    FCT_ACCOUNT_MONTH,
    FCT_VIDEO_MONTH,
    ENGAGEMENT_SUMMARY,
    ENGAGEMENT_HISTOGRAM,
    PUBLISHING_BY_YEAR,
    PUBLISHING_BY_HOUR,
    ACCOUNT_ENGAGEMENT,
    CATEGORY_ENGAGEMENT,
    VIDEO_GROWTH,
)
ANALYSIS_TABLES = (PAPER_COMPARISON,)
PUBLISHED_TABLES = (*ENGAGEMENT_TABLES, *ANALYSIS_TABLES)
