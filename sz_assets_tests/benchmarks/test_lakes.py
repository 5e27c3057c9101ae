"""The simulated lake of any size: as many videos as asked, the same every time, in order."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.hashes import home_lines
from benchmarks.lakes import MONTH, make_lake
from benchmarks.scale import refuse_without_room
from sz_assets.contracts.core import ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS
from sz_assets.contracts.validate import conform
from sz_assets.errors import UserError
from sz_assets.storage import Home, Lake

COUNT = 20_011


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    home = Home(tmp_path_factory.mktemp("lake"))
    assert make_lake(home, COUNT) == 13
    return Lake(home.lake)


def test_every_table_keeps_its_contract_and_has_its_rows(lake: Lake) -> None:
    rows = {
        table.name: conform(lake.read(table, MONTH), table).height
        for table in (ACCOUNTS, CRAWL_COVERAGE, VIDEOS, VIDEO_CODES)
    }
    assert rows == {"accounts": 13, "crawl_coverage": 13, "videos": COUNT, "video_codes": COUNT}


def test_videos_lie_in_the_order_of_their_key_and_their_codes_belong_to_them(lake: Lake) -> None:
    key = ["account_id", "video_id"]
    videos = lake.read(VIDEOS, MONTH).select(key)
    assert videos.equals(videos.sort(key))
    assert videos.n_unique() == COUNT
    assert lake.read(VIDEO_CODES, MONTH).select(key).equals(videos)


def test_accounts_know_how_many_videos_they_have(lake: Lake) -> None:
    counted = dict(lake.read(VIDEOS, MONTH).group_by("account_id").len().iter_rows())
    told = lake.read(CRAWL_COVERAGE, MONTH)
    assert counted == dict(told.select("account_id", "video_count").iter_rows())


def test_times_agree_with_each_other_in_the_zone_of_the_study(lake: Lake) -> None:
    local = pl.col("published_at") + pl.duration(hours=8)
    videos = lake.read(VIDEOS, MONTH).filter(
        (local.dt.year() != pl.col("published_year"))
        | (local.dt.hour() != pl.col("hour"))
        | (local.dt.weekday() != pl.col("weekday"))
        | (local.dt.month_start().dt.date() != pl.col("published_month"))
    )
    assert videos.is_empty()


def test_likes_are_as_skewed_as_likes_are(lake: Lake) -> None:
    likes = lake.read(VIDEOS, MONTH)["like_count"]
    assert 0 < likes.null_count() < COUNT / 100
    mean, median = likes.mean(), likes.median()
    assert isinstance(mean, float)
    assert isinstance(median, float)
    assert mean > 3 * median


def test_the_size_of_its_parts_changes_nothing(lake: Lake, tmp_path: Path) -> None:
    home = Home(tmp_path)
    make_lake(home, COUNT, part_videos=1)
    assert list(home_lines(home)) == list(home_lines(Home(lake.root.parent)))


def test_a_month_that_the_disk_cannot_hold_is_refused_in_one_sentence(tmp_path: Path) -> None:
    refuse_without_room(tmp_path, 1_000)
    with pytest.raises(UserError, match=r"needs about .* GB .* are free: set TMPDIR"):
        refuse_without_room(tmp_path, 10**15)
