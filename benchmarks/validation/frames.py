"""A drawn study in the shape of the published tables, as the analyses are given them.

Here: arrays to frames, and the study with its simulated calendar. Not here: drawing (`studies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl

from benchmarks.validation.studies import CRAWL_DAYS, FIRST_DAY, METRICS, Videos
from sz_assets.contracts.growth import PASSAGE_AGES, VIDEO_AGE_PASSAGE, VIDEO_GROWTH
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.study import Study, load_study

CRAWL_MONTH = date(2023, 10, 1)
TOP = 200
_UTC_OFFSET = timedelta(hours=8)
_SHA256 = "0" * 64
_NUMBERED = tuple(enumerate(METRICS))


class CompleteMonth(MonthData):
    """A month in which every list is complete, which needs no `engagement_summary` to say so."""

    def incomplete_accounts(self, population: str) -> str | None:
        return None


@cache
def simulated_study() -> Study:
    """The bundled study, whose accounts and codebook the frames use."""
    return load_study("shenzhen")


@cache
def _pools() -> dict[str, pl.Series]:
    topics = [(first.id, second.id) for first, second in simulated_study().codebook.secondary]
    return {
        "account_id": pl.Series([account.id for account in simulated_study().accounts]),
        "primary_category": pl.Series([first for first, _ in topics]),
        "secondary_category": pl.Series([second for _, second in topics]),
        "title": pl.Series(
            ["字" * length for length in range(200)]
            + [f"第{number % 90 + 1}集" + "字" * number for number in range(200)]
        ),
        "hashtags": pl.Series(
            [[f"标签{i}" for i in range(count)] for count in range(60)], dtype=pl.List(pl.String)
        ),
    }


def like_ranks(videos: Videos, likes: np.ndarray) -> np.ndarray:
    """Rank by likes within the account, from 1; ties by earlier publication."""
    order = np.lexsort((videos.hour, videos.day, -likes, videos.account))
    starts = np.searchsorted(videos.account, videos.account[order])
    ranks = np.empty(len(likes), dtype=np.int64)
    ranks[order] = np.arange(len(likes)) - starts + 1
    return ranks


def video_frame(videos: Videos, crawl_month: date = CRAWL_MONTH) -> pl.DataFrame:
    """Rows of `fct_video_month` as seen on the last day of `crawl_month`; later ones are absent."""
    crawl_day = _last_day(crawl_month)
    counters = videos.counters((crawl_day - FIRST_DAY).days)
    ranks = like_ranks(videos, counters[:, 0])
    midnight = np.datetime64(FIRST_DAY, "us") + videos.day.astype("timedelta64[D]")
    published = (
        midnight
        + videos.hour.astype("timedelta64[h]")
        + _minute(videos).astype("timedelta64[m]")
        - np.timedelta64(_UTC_OFFSET)
    )
    pools = _pools()
    observed = datetime(crawl_day.year, crawl_day.month, crawl_day.day, 12) - _UTC_OFFSET
    frame = pl.DataFrame(
        {
            "account_id": pools["account_id"].gather(videos.account),
            "video_id": pl.Series(np.arange(len(videos.day))).cast(pl.String),
            "published_at": pl.Series(published).cast(pl.Datetime("us")),
            "published_year": videos.year,
            "weekday": (videos.day + 6) % 7 + 1,
            "hour": videos.hour,
            "title": pools["title"].gather(videos.title_length + 200 * videos.series),
            "hashtags": pools["hashtags"].gather(np.minimum(videos.hashtags, 59)),
            "duration_seconds": videos.duration,
            **{metric: counters[:, i] for i, metric in enumerate(METRICS)},
            "is_pinned": videos.pinned,
            "like_rank": ranks,
            "is_in_sample": ranks <= TOP,
            "primary_category": pools["primary_category"].gather(videos.topic),
            "secondary_category": pools["secondary_category"].gather(videos.topic),
        }
    ).with_columns(
        crawl_month=pl.lit(crawl_month),
        observed_at=pl.lit(observed).cast(pl.Datetime("us")),
        media_type=pl.lit("video"),
        play_count=pl.lit(None, dtype=pl.Int64),
        coding_method=pl.lit("simulated"),
        secondary_categories=pl.concat_list("secondary_category"),
        coding_confidence=pl.lit(None, dtype=pl.Float64),
        codebook_version=pl.lit(None, dtype=pl.String),
        url=pl.lit("https://example.org/"),
        raw_page_sha256=pl.lit(_SHA256),
        raw_item_index=pl.lit(0, dtype=pl.Int64),
        coverage_verdict=pl.lit("complete"),
        data_origin=pl.lit("simulated"),
    )
    return frame.select(polars_schema(FCT_VIDEO_MONTH).names()).filter(
        pl.col("published_at") < pl.col("observed_at")
    )


def month_data(
    videos: Videos, seed: int, history: Mapping[str, pl.DataFrame] | None = None
) -> CompleteMonth:
    """What an analysis of the crawl month is given."""
    tables = {"fct_video_month": video_frame(videos)}
    return CompleteMonth(simulated_study(), CRAWL_MONTH, tables, history or {}, seed)


def crawl_history(videos: Videos, months: int = 13) -> dict[str, pl.DataFrame]:
    """`video_growth` and `video_age_passage` of so many monthly crawls, the last one included."""
    crawl_months = [_earlier(CRAWL_MONTH, back) for back in range(months - 1, -1, -1)]
    days = [(_last_day(month) - FIRST_DAY).days for month in crawl_months]
    born = videos.day + (videos.hour + _minute(videos) / 60) / 24
    ages = np.array([day + 0.5 - born for day in days])
    counters = np.array([videos.counters(day) for day in days])
    account_ids = _pools()["account_id"].gather(videos.account)
    video_ids = pl.Series(np.arange(len(videos.day))).cast(pl.String)
    growth, passages = [], []

    def ids(rows: np.ndarray) -> dict[str, pl.Series]:
        return {"account_id": account_ids.filter(rows), "video_id": video_ids.filter(rows)}

    for now in range(1, months):
        rows = ages[now] > 0
        change = counters[now][rows] - counters[now - 1][rows]
        columns = {
            **ids(rows),
            "age_days": ages[now][rows],
            "days_between": np.full(int(rows.sum()), float(days[now] - days[now - 1])),
            "like_count": counters[now][rows, 0],
            **{name.replace("_count", "_growth"): change[:, i] for i, name in enumerate(METRICS)},
            "is_new": ages[now - 1][rows] <= 0,
        }
        changes = [name for name in columns if name.endswith("_growth")] + ["days_between"]
        growth.append(
            pl.DataFrame(columns).with_columns(
                pl.when(~pl.col("is_new")).then(pl.col(changes)),
                crawl_month=pl.lit(crawl_months[now]),
                previous_crawl_month=pl.lit(crawl_months[now - 1]),
                is_gone=pl.lit(False),
                is_fallen=pl.when(~pl.col("is_new")).then(False),
            )
        )
    for now in range(months):
        for age in PASSAGE_AGES:
            rows = (ages[now] >= age) & ((ages[now - 1] < age) if now else True)
            passages.append(
                pl.DataFrame(
                    {
                        **ids(rows),
                        "published_year": videos.year[rows],
                        "is_seen": (ages[now - 1] > 0)[rows] & (now > 0),
                        "age_before_days": ages[now - 1][rows],
                        "age_after_days": ages[now][rows],
                        **{f"{n}_before": counters[now - 1][rows, i] for i, n in _NUMBERED},
                        **{f"{n}_after": counters[now][rows, i] for i, n in _NUMBERED},
                    }
                ).with_columns(
                    pl.when("is_seen").then(pl.col("^.*_before.*$")),
                    crawl_month=pl.lit(crawl_months[now]),
                    age_days=pl.lit(age, dtype=pl.Int64),
                    previous_crawl_month=pl.when("is_seen").then(pl.lit(crawl_months[now - 1])),
                )
            )
    return {
        table.name: pl.concat(frames)
        .with_columns(coverage_verdict=pl.lit("complete"), data_origin=pl.lit("simulated"))
        .select(polars_schema(table).names())
        for table, frames in ((VIDEO_GROWTH, growth), (VIDEO_AGE_PASSAGE, passages))
    }


def _minute(videos: Videos) -> np.ndarray:
    """A minute of publication for each video, so that instants differ."""
    return np.arange(len(videos.day)) % 60


def _earlier(month: date, back: int) -> date:
    index = month.year * 12 + month.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


def _last_day(month: date) -> date:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return following - timedelta(days=1)


if _last_day(CRAWL_MONTH) != FIRST_DAY + timedelta(days=CRAWL_DAYS):
    raise ValueError("The crawl month of the frames is not that of the drawn studies.")
