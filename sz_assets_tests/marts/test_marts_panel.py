"""Four real crawls of a popular list: what dbt says of them, and what twenty lines count.

The list is taken for an account's, its view counts for likes, the places that a video stands above
the list's end for favorites, and each crawl for that of a month of its own: real repetition, with
videos that appear, vanish and fall. (Views never fall here; places do.)
"""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sz_assets.contracts.core import ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS
from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import polars_schema
from sz_assets.storage import Lake

pytestmark = pytest.mark.real_data

MONTHS = tuple(date(2026, month, 1) for month in (4, 5, 6, 7))


@pytest.fixture(scope="module")
def crawls(real_data: Path) -> list[list[dict[str, str]]]:
    """The rows of the four files, oldest first."""
    paths = sorted((real_data / "panel").glob("daily_hot-*.csv"))
    assert len(paths) == 4
    return [list(csv.DictReader(path.open(encoding="utf-8-sig"))) for path in paths]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.utcoffset() == timedelta(0)
    return moment.replace(tzinfo=None)


def _write(lake: Lake, table: Table, month: date, rows: list[dict[str, Any]]) -> None:
    full = [dict.fromkeys(table.column_names) | row for row in rows]
    lake.write(table, month, pl.DataFrame(full, schema=polars_schema(table), orient="row"))


def _import(lake: Lake, month: date, crawl: list[dict[str, str]]) -> None:
    """Store one crawl as the core layer would."""
    shared = {"crawl_month": month, "account_id": "popular", "data_origin": "import:panel"}
    videos = []
    for index, row in enumerate(crawl):
        local = _instant(row["pubdate"]) + timedelta(hours=8)
        videos.append(
            shared
            | {
                "video_id": row["bvid"],
                "observed_at": _instant(row["last_seen_at"]),
                "published_at": _instant(row["pubdate"]),
                "published_year": local.year,
                "published_month": local.date().replace(day=1),
                "weekday": local.isoweekday(),
                "hour": local.hour,
                "media_type": "video",
                "duration_seconds": float(row["duration_seconds"]),
                "like_count": int(float(row["seed_score"])),
                "favorite_count": len(crawl) - index,
                "is_pinned": False,
                "raw_page_sha256": "0" * 64,
                "page_number": 1,
                "raw_item_index": index,
            }
        )
    _write(lake, VIDEOS, month, videos)
    _write(lake, VIDEO_CODES, month, [])
    account = {"platform": "bilibili", "platform_account_id": "popular", "is_eligible": True}
    names = {"name_zh": "热门", "name_en": "Popular", "eligibility_reason": "for the test"}
    _write(lake, ACCOUNTS, month, [shared | account | names])
    zeros = ("request_count", "page_count", "duplicate_count", "rejected_count")
    counts = dict.fromkeys(zeros, 0) | dict.fromkeys(("item_count", "video_count"), len(videos))
    verdict = {"coverage_verdict": "complete", "coverage_reason": "for the test"}
    _write(lake, CRAWL_COVERAGE, month, [shared | counts | verdict])


@pytest.fixture(scope="module")
def marts(
    dbt: Any, crawls: Any, read_marts: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("panel")
    lake, warehouse = Lake(folder / "lake"), folder / "warehouse.duckdb"
    for month, crawl in zip(MONTHS, crawls, strict=True):
        _import(lake, month, crawl)
        # Month by month, as a study goes on.
        assert set(dbt.build(lake, warehouse, [month]).values()) == {"success", "pass"}
    marts: dict[str, pl.DataFrame] = read_marts(warehouse)
    return marts


def test_appeared_vanished_and_falling_videos_are_counted(marts: Any, crawls: Any) -> None:
    counted = []
    for month, earlier, later in zip(MONTHS[1:], crawls, crawls[1:], strict=False):
        before = {row["bvid"]: (int(float(row["seed_score"])), -i) for i, row in enumerate(earlier)}
        after = {row["bvid"]: (int(float(row["seed_score"])), -i) for i, row in enumerate(later)}
        appeared = after.keys() - before.keys()
        vanished = before.keys() - after.keys()
        both = before.keys() & after.keys()
        fewer = {video for video in both if after[video][0] < before[video][0]}
        lower = {video for video in both if after[video][1] < before[video][1]}
        gained = sum(after[video][0] - before[video][0] for video in both)
        counted.append((month, len(both), len(appeared), len(vanished), len(fewer | lower),
                        len(fewer), len(lower), gained))  # fmt: skip
    assert all(row[index] for row in counted for index in (1, 2, 3, 4, 6))

    flags = (
        marts["video_growth"]
        .group_by("crawl_month", maintain_order=True)
        .agg(pl.col("days_between").count(), pl.col("is_new", "is_gone", "is_fallen").sum())
    )
    assert flags.rows() == [row[:5] for row in counted]
    names = ["crawl_month", "compared_video_count", "new_video_count", "gone_video_count",
             "fallen_like_count", "fallen_favorite_count", "total_like_growth"]  # fmt: skip
    assert marts["growth_summary"].select(names).rows() == [(*row[:4], *row[5:]) for row in counted]


def test_each_video_passes_an_age_once(marts: Any, crawls: Any) -> None:
    first_seen: dict[tuple[str, int], tuple[date, int | None, int]] = {}
    younger: dict[str, int] = {}
    for month, crawl in zip(MONTHS, crawls, strict=True):
        for row in crawl:
            age = _instant(row["last_seen_at"]) - _instant(row["pubdate"])
            views = int(float(row["seed_score"]))
            for days in (30, 90, 365):
                if age >= timedelta(days) and (row["bvid"], days) not in first_seen:
                    first_seen[row["bvid"], days] = (month, younger.get(row["bvid"]), views)
            younger[row["bvid"]] = views
    passages = marts["video_age_passage"]
    columns = ["crawl_month", "like_count_before", "like_count_after"]
    assert first_seen == {
        key: row
        for key, row in zip(
            passages.select("video_id", "age_days").rows(), passages.select(columns).rows(),
            strict=True,
        )
    }  # fmt: skip
