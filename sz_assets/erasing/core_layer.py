"""The account out of the core layer: tables that are made again, and those that can't be.

Here: a month whose answers are stored loses its core tables, since a run makes them of the answers;
one whose answers were removed because of their age loses the account's rows. Not here: the answers
(`raw_layer`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from sz_assets.contracts.core import (
    ACCOUNTS,
    CRAWL_COVERAGE,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    VIDEOS,
)
from sz_assets.disk import remove_folder
from sz_assets.erasing.bodies import Whose, cut, masked_frame
from sz_assets.erasing.stored import months_of
from sz_assets.retention import months_with_answers
from sz_assets.storage import Lake

_KEPT = (ACCOUNTS, VIDEOS, DUPLICATE_ITEMS, REJECTED_ITEMS, CRAWL_COVERAGE)
_COUNTED = {
    VIDEOS: "video_count",
    DUPLICATE_ITEMS: "duplicate_count",
    REJECTED_ITEMS: "rejected_count",
}


def erase_core(lake: Lake, account_id: str, whose: Whose) -> list[str]:
    """Remove the account from every month's core tables; sentences on what else had to go."""
    notes = []
    raw = set(months_with_answers(lake))
    for month in months_of(lake):
        folders = sorted((lake.root / "core").glob(f"*/crawl_month={month}"))
        kept: Mapping[str, pl.DataFrame] = {}
        if month not in raw and all(lake.path(table, month).exists() for table in _KEPT):
            kept = _without(lake, month, account_id, whose)
        if month not in raw and kept and kept[VIDEOS.name].is_empty():
            notes.append(f"{month:%Y-%m} held nothing but the account: nothing is left of it.")
            lake.month_record("retired", month).unlink(missing_ok=True)
            kept = {}
        elif kept and not lake.is_retired(month):
            notes.append(
                f"{month:%Y-%m} has tables but no answers: it can't be built again, and is not "
                "published any more."
            )
        # First what remains, so that whatever interrupts this finds all of the month or none.
        for table in _KEPT:
            if table.name in kept:
                lake.write(table, month, kept[table.name])
        for folder in folders:
            if folder.parent.name not in kept:
                remove_folder(folder)
    return notes


def months_to_build(lake: Lake) -> list[date]:
    """Crawl months of which enough is stored to build them, ascending."""
    raw = set(months_with_answers(lake))
    kept = {month for month in lake.months(VIDEOS) if lake.is_retired(month)}
    return sorted(raw | kept)


def _without(lake: Lake, month: date, account_id: str, whose: Whose) -> dict[str, pl.DataFrame]:
    """The month's tables without the account; its videos go out of every list."""
    tables = {}
    for table in _KEPT:
        frame = lake.read(table, month).filter(pl.col("account_id") != account_id)
        if "video_id" in frame.columns:
            frame = frame.filter(~pl.col("video_id").is_in(sorted(whose.video_ids)))
        if table is REJECTED_ITEMS:
            bodies = frame["item_body"].to_list()
            left = [cut(body, whose).removed_items == 0 for body in bodies]
            frame = frame.filter(pl.Series(left, dtype=pl.Boolean))
        tables[table.name] = masked_frame(frame, whose)
    coverage = tables[CRAWL_COVERAGE.name]
    for table, column in _COUNTED.items():
        counts = tables[table.name].group_by("account_id").agg(pl.len().alias("left"))
        coverage = (
            coverage.join(counts, on="account_id", how="left", maintain_order="left")
            .with_columns(pl.col("left").fill_null(0).cast(pl.Int64).alias(column))
            .drop("left")
        )
    tables[CRAWL_COVERAGE.name] = coverage.with_columns(
        pl.sum_horizontal(*_COUNTED.values()).alias("item_count")
    )
    return tables
