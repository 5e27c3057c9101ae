"""Generated studies in which a video's quality does not depend on its year, unless told so.

Counts grow with age towards an end, a · quality/(a + τ), τ drawn per video around its account's;
accounts differ in level, growth and luck from year to year. Every crawl sees every video
published before it. Tables have only the columns that the trend reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from sz_assets.core.month_data import MonthData
from sz_assets.study import Study

ACCOUNTS = 13
CRAWLS = tuple(datetime(2023, month, 28, 4) for month in (6, 7, 8, 9, 10))
START = datetime(2018, 1, 1)
TOP = 200


def constant_quality(
    study: Study,
    seed: int,
    *,
    videos: int = 360,
    crawls: tuple[datetime, ...] = CRAWLS,
    quality_by_year: Mapping[int, float] | None = None,
    published: Callable[[datetime], bool] = lambda at: True,
) -> MonthData:
    """The newest crawl's month; `quality_by_year` multiplies the counts of a year's videos."""
    rng = np.random.default_rng(seed)
    days = (crawls[-1] - START).days
    frames = []
    for number in range(ACCOUNTS):
        offsets = np.sort(rng.uniform(0, days, videos))
        at = [START + timedelta(seconds=round(day * 86_400)) for day in offsets.tolist()]
        years = np.array([moment.year for moment in at])
        luck = rng.normal(0, 0.15, 10)[years - START.year]
        planted = np.log([(quality_by_year or {}).get(year, 1.0) for year in years.tolist()])
        level = rng.normal(9, 1) + luck + planted + rng.normal(0, 1.3, videos)
        half = np.exp(rng.normal(np.log(400), 0.3) + rng.normal(0, 0.4, videos))
        frames.append(
            pl.DataFrame(
                {
                    "account_id": f"account_{number}",
                    "video_id": [f"{number}_{k}" for k in range(videos)],
                    "published_at": at,
                    "published_year": years,
                    "level": level,
                    "half": half,
                }
            ).filter([published(moment) for moment in at])
        )
    catalogue = pl.concat(frames)
    seen = pl.concat([_observe(catalogue, crawl) for crawl in crawls])
    return month_of(study, seen)


def month_of(study: Study, seen: pl.DataFrame) -> MonthData:
    """The newest of the crawls in `seen`, one row per video and crawl."""
    last = seen["crawl_month"].max()
    now = seen.filter(crawl_month=last).with_columns(
        is_in_sample=pl.struct(-pl.col("like_count"), "published_at")
        .rank("ordinal")
        .over("account_id")
        <= TOP
    )
    return MonthData(
        study=study,
        crawl_month=last,
        tables={
            "fct_video_month": now,
            "engagement_summary": pl.DataFrame(
                {"population": ["all"], "incomplete_accounts": [None]},
                schema={"population": pl.String, "incomplete_accounts": pl.String},
            ),
        },
        history={"video_growth": _growth(seen)},
    )


def _observe(catalogue: pl.DataFrame, crawl: datetime) -> pl.DataFrame:
    age = (pl.lit(crawl) - pl.col("published_at")).dt.total_microseconds() / 86_400e6
    return (
        catalogue.filter(pl.col("published_at") < crawl)
        .with_columns(
            crawl_month=pl.lit(date(crawl.year, crawl.month, 1)),
            observed_at=pl.lit(crawl),
            data_origin=pl.lit("simulated"),
            age_days=age,
        )
        .with_columns(
            like_count=(pl.col("level").exp() * pl.col("age_days"))
            .truediv(pl.col("age_days") + pl.col("half"))
            .floor()
            .cast(pl.Int64)
        )
        .drop("level", "half")
    )


def _growth(seen: pl.DataFrame) -> pl.DataFrame:
    before = [pl.col(name).shift().over("video_id", order_by="crawl_month") for name in (
        "like_count", "age_days"
    )]  # fmt: skip
    first = pl.col("crawl_month").min()
    return seen.with_columns(
        like_growth=pl.col("like_count") - before[0],
        days_between=pl.col("age_days") - before[1],
    ).filter(pl.col("crawl_month") > first)
