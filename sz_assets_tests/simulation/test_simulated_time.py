"""The embedded platform through time: growth, new and vanished videos, determinism."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sz_assets.errors import UserError
from sz_assets.simulation.catalogue import build_catalogue
from sz_assets.simulation.clock import observation_instant

COUNTERS = ("digg_count", "collect_count", "share_count", "comment_count")


@pytest.mark.parametrize(
    ("month", "zone", "instant"),
    [
        (date(2023, 10, 1), "Asia/Shanghai", datetime(2023, 10, 31, 4, tzinfo=UTC)),
        (date(2024, 2, 1), "Asia/Shanghai", datetime(2024, 2, 29, 4, tzinfo=UTC)),
        (date(2023, 2, 1), "UTC", datetime(2023, 2, 28, 12, tzinfo=UTC)),
    ],
)
def test_observation_is_noon_of_the_last_day(month: date, zone: str, instant: datetime) -> None:
    assert observation_instant(month, zone) == instant


@pytest.mark.parametrize(
    "when", [datetime(2022, 12, 31, tzinfo=UTC), datetime(2031, 2, 1, tzinfo=UTC)]
)
def test_outside_the_known_years_is_a_user_error(when: datetime) -> None:
    with pytest.raises(UserError, match="choose a crawl month from 2023-01 to 2030-12"):
        build_catalogue("default").as_of(when)


@pytest.mark.parametrize(
    ("before", "after"), [("2023-01", "2023-09"), ("2023-09", "2023-10"), ("2023-10", "2024-06")]
)
def test_counters_grow_and_nothing_else_changes(crawl_month: Any, before: str, after: str) -> None:
    old = {item["aweme_id"]: item for item in crawl_month(before).items()}
    new = {item["aweme_id"]: item for item in crawl_month(after).items()}
    common = old.keys() & new.keys()
    assert len(common) > 4_000
    grown = 0
    for key in common:
        earlier, later = old[key].get("statistics", {}), new[key].get("statistics", {})
        assert earlier.keys() == later.keys()
        assert all(earlier[name] <= later[name] for name in COUNTERS if name in earlier)
        grown += earlier != later
        assert {**old[key], "statistics": later} == {**new[key], "statistics": later}
    assert grown > 0.6 * len(common)


def test_videos_appear_and_vanish(crawl_month: Any) -> None:
    months = ("2023-01", "2023-10", "2024-06")
    ids = [{item["aweme_id"] for item in crawl_month(month).items()} for month in months]
    sample = {item["aweme_id"] for item in crawl_month("2023-10").sample()}
    assert 24 <= len(ids[0] - ids[1]) <= 60
    assert 10 <= len(ids[1] - ids[2]) <= 80
    assert len(ids[1] - ids[0]) > 100
    assert 250 < len(ids[2] - ids[1]) < 400  # eight months of about 40
    assert sample <= ids[1]
    for month, known in zip(months, ids, strict=True):
        instant = observation_instant(date.fromisoformat(f"{month}-01"), "Asia/Shanghai")
        created = [i["create_time"] for i in crawl_month(month).items()]
        assert max(created) < instant.timestamp()
        assert len(known) == len(created)


def test_every_later_month_brings_videos_and_loses_some() -> None:
    catalogue = build_catalogue("default")
    videos = catalogue.videos
    for year in range(2023, 2031):
        for month in range(11 if year == 2023 else 1, 13):
            start = datetime(year, month, 1, tzinfo=UTC).timestamp()
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()
            new = (videos.create_time >= start) & (videos.create_time < end)
            gone = (videos.vanish_time >= start) & (videos.vanish_time < end)
            assert 30 <= new.sum() <= 50
            assert gone.sum() <= 20
    assert 6_000 < videos.create_time.size < 10_000


def test_profiles_evolve(crawl_month: Any) -> None:
    before, after = crawl_month("2023-01").users, crawl_month("2024-06").users
    for account in before:
        assert before[account]["follower_count"] >= 1_000_000
        assert before[account]["follower_count"] < after[account]["follower_count"]
        assert before[account]["total_favorited"] < after[account]["total_favorited"]
        shown = len(crawl_month("2024-06").items(account))
        assert shown <= after[account]["aweme_count"] <= shown + 2


HASH = """
import hashlib
from datetime import UTC, datetime
from dataclasses import fields
from sz_assets.simulation import answers
from sz_assets.simulation.accounts import ACCOUNTS
from sz_assets.simulation.catalogue import build_catalogue
catalogue = build_catalogue("default")
digest = hashlib.sha256()
for field in fields(catalogue.videos):
    digest.update(getattr(catalogue.videos, field.name).tobytes())
snapshot = catalogue.as_of(datetime(2025, 3, 31, 4, tzinfo=UTC))
for account in ACCOUNTS:
    digest.update(answers.profile(snapshot, account.sec_uid))
    digest.update(answers.page(snapshot, account.sec_uid, 0, 50))
print(digest.hexdigest())
"""


def test_two_processes_make_the_same_bytes() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", HASH],
            env={"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(hashes) == 1
    assert len(hashes.pop().strip()) == 64
