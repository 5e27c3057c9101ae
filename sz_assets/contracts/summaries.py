"""Marts that summarise many videos: distributions, years, hours, accounts, categories."""

from __future__ import annotations

from dataclasses import replace

from sz_assets.contracts import columns as c
from sz_assets.contracts.table import (
    Between,
    Column,
    NotLess,
    SteadyRows,
    Table,
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
        c.INCOMPLETE_ACCOUNTS,
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
        c.INCOMPLETE_ACCOUNTS,
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
        c.INCOMPLETE_ACCOUNTS,
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
        c.INCOMPLETE_ACCOUNTS,
    ),
)

DURATION_ENGAGEMENT = Table(
    layer="engagement",
    name="duration_engagement",
    grain="one row per crawl month, population and bin of duration that is not empty",
    description=(
        "Engagement by length of the video. Bins are five per power of ten, as in "
        "engagement_histogram; videos without a duration, such as photo posts, are in none."
    ),
    key=("crawl_month", "population", "bin_lower"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.required(c.number("bin_lower", "Lower bound of the bin, included.", "seconds")),
        c.required(c.number("bin_upper", "Upper bound of the bin, not included.", "seconds")),
        c.VIDEO_COUNT,
        *(
            c.number(
                f"{statistic}_{metric}",
                f"{words} of `{metric}`; null if none is known.",
                "count",
                Between(minimum=0),
            )
            for statistic, words, metric in (
                *(("median", "Median", metric) for metric in c.METRICS[1:]),
                ("q1", "25 % quantile", "like_count"),
                ("q3", "75 % quantile", "like_count"),
            )
        ),
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("bin_upper", "bin_lower"), NotLess("q3_like_count", "q1_like_count")),
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
        c.required(c.COVERAGE_VERDICT),
    ),
)

CATEGORY_ENGAGEMENT = Table(
    layer="engagement",
    name="category_engagement",
    grain="one row per crawl month and category that occurs in the sample",
    description=(
        "Share and engagement of each content category in the sample; videos without a code "
        "stay in the denominator; of several codes of a video the first counts. The exemplar is "
        "the category's most liked video, of equals the one published first."
    ),
    key=("crawl_month", "primary_category", "secondary_category"),
    columns=(
        c.CRAWL_MONTH,
        c.required(c.PRIMARY_CATEGORY),
        c.required(c.SECONDARY_CATEGORY),
        c.VIDEO_COUNT,
        c.count(
            "human_coded_count",
            "Those of them whose code comes from people, adjudicated or not.",
        ),
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
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("video_count", "human_coded_count"),),
)

CATEGORY_SPECIALISATION = Table(
    layer="engagement",
    name="category_specialisation",
    grain="one row per crawl month, population, account and category that occurs in its videos",
    description=(
        "What an account publishes more, or less, than all accounts together: its share of each "
        "content category over the share of all. Counted by the best code of each video, a "
        "person's or a machine's: `coding_method` of `fct_video_month` says whose."
    ),
    key=("crawl_month", "population", "account_id", "primary_category", "secondary_category"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.ACCOUNT_ID,
        c.required(c.PRIMARY_CATEGORY),
        c.required(c.SECONDARY_CATEGORY),
        c.VIDEO_COUNT,
        c.count("account_video_count", "Videos of the account, coded or not."),
        c.ratio("video_share_ratio", "Videos of the category over all of the account."),
        c.ratio("population_share_ratio", "The same over all accounts of the population."),
        c.number(
            "location_quotient",
            "The account's share over that of all; above 1: more than all accounts together; "
            "errors of coding are not in it.",
            "ratio",
        ),
        c.required(c.COVERAGE_VERDICT),
    ),
)
