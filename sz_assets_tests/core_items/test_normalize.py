"""Local times and duplicates."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from sz_assets.contracts.validate import ContractViolation
from sz_assets.core.normalize import normalize
from sz_assets.sources.protocol import ITEM_SCHEMA, REJECT_SCHEMA

MONTH = date(2024, 3, 1)
NO_REJECTS = REJECT_SCHEMA.to_frame()


def item(page: int, index: int, **changes):
    return {
        "account_id": "one",
        "video_id": "7",
        "observed_at": datetime(2024, 3, 31),
        "published_at": datetime(2024, 2, 28, 16, 30),
        "media_type": "video",
        "is_pinned": False,
        "like_count": page * 10 + index,
        "raw_page_sha256": "0" * 64,
        "page_number": page,
        "raw_item_index": index,
        "data_origin": "simulated",
        **changes,
    }


def run(*items, zone="Asia/Shanghai"):
    frame = pl.DataFrame(list(items), schema=ITEM_SCHEMA)
    return normalize(frame, NO_REJECTS, crawl_month=MONTH, time_zone=zone)


def test_times_are_local():
    [row] = run(item(1, 0)).videos.iter_rows(named=True)
    # 28 February 16:30 UTC is half past midnight on 29 February, a Thursday, in Shanghai.
    assert (row["published_year"], row["published_month"]) == (2024, date(2024, 2, 1))
    assert (row["weekday"], row["hour"]) == (4, 0)
    [row] = run(item(1, 0), zone="UTC").videos.iter_rows(named=True)
    assert (row["weekday"], row["hour"]) == (3, 16)
    late = datetime(2023, 2, 28, 16, 30)
    [row] = run(item(1, 0, published_at=late)).videos.iter_rows(named=True)
    assert (row["published_month"], row["hour"]) == (date(2023, 3, 1), 0)
    assert row["published_at"] == late


def test_the_latest_observation_is_kept():
    found = run(item(1, 0), item(2, 5), item(2, 4), item(1, 3))
    assert found.videos["like_count"].to_list() == [25]
    assert found.duplicates["page_number"].to_list() == [1, 1, 2]
    assert found.duplicates["raw_item_index"].to_list() == [0, 3, 4]
    assert set(found.duplicates["kept_page_number"]) == {2}
    assert set(found.duplicates["kept_item_index"]) == {5}
    later = datetime(2024, 3, 31, 1)
    assert run(item(1, 0, observed_at=later), item(2, 5)).videos["like_count"].to_list() == [10]


def test_a_co_authored_video_stands_in_each_list():
    found = run(item(1, 0), item(1, 0, account_id="two"))
    assert found.videos["account_id"].to_list() == ["one", "two"]
    assert found.duplicates.height == 0


def test_no_items_is_no_error():
    found = run()
    assert (found.videos.height, found.duplicates.height, found.rejected.height) == (0, 0, 0)


def test_a_broken_contract_is_an_error():
    with pytest.raises(ContractViolation, match="video_id"):
        run(item(1, 0, video_id=None))
