"""Decoded items as the tables of `core`: local times, one row per video, duplicates and rejects.

Here: what holds for every platform. Not here: a platform's own fields (`sources`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from sz_assets.contracts.core import DUPLICATE_ITEMS, REJECTED_ITEMS, VIDEOS
from sz_assets.contracts.validate import conform

_VIDEO = ["account_id", "video_id"]
_ORDER = ["observed_at", "page_number", "raw_item_index"]


@dataclass(frozen=True)
class Items:
    """Where every item of a month's pages went; the three tables together are all items."""

    videos: pl.DataFrame
    duplicates: pl.DataFrame
    rejected: pl.DataFrame


def normalize(
    items: pl.DataFrame, rejected: pl.DataFrame, *, crawl_month: date, time_zone: str
) -> Items:
    """`core/videos`, `core/duplicate_items` and `core/rejected_items` of one crawl month.

    `items` and `rejected` are what `sources` decoded. Of several items of one video in one
    account's list the latest observation is kept: the later instant, then the later page, then
    the later place in the page. Years, weekdays and hours are those of `time_zone` (IANA name).
    Raises ContractViolation if a table would break its contract.
    """
    month = pl.lit(crawl_month).alias("crawl_month")
    local = pl.col("published_at").dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    ordered = items.sort(*_VIDEO, *_ORDER).with_columns(
        month,
        is_kept=pl.int_range(pl.len()).over(_VIDEO) == pl.len().over(_VIDEO) - 1,
        kept_page_number=pl.col("page_number").last().over(_VIDEO),
        kept_item_index=pl.col("raw_item_index").last().over(_VIDEO),
    )
    videos = ordered.filter("is_kept").with_columns(
        published_year=local.dt.year().cast(pl.Int64),
        published_month=local.dt.date().dt.month_start(),
        weekday=local.dt.weekday().cast(pl.Int64),
        hour=local.dt.hour().cast(pl.Int64),
    )
    duplicates = ordered.filter(~pl.col("is_kept"))
    return Items(
        videos=conform(videos.select(VIDEOS.column_names), VIDEOS),
        duplicates=conform(duplicates.select(DUPLICATE_ITEMS.column_names), DUPLICATE_ITEMS),
        rejected=conform(
            rejected.with_columns(month)
            .sort("account_id", "page_number", "raw_item_index")
            .select(REJECTED_ITEMS.column_names),
            REJECTED_ITEMS,
        ),
    )
