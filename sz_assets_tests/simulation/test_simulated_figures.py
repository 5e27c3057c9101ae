"""The published figures, recomputed from what the embedded platform serves over HTTP."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any

import pytest

ITEMS = list[dict[str, Any]]


@pytest.fixture(scope="module")
def sample(crawl_month: Any) -> ITEMS:
    return crawl_month("2023-10").sample()


def column(items: ITEMS, name: str) -> list[int]:
    if name == "duration":
        return [item["duration"] for item in items]
    return [item["statistics"][name] for item in items]


def test_the_sample_has_2580_videos(sample: ITEMS, crawl_month: Any) -> None:
    by_account = Counter(item["author"]["sec_uid"] for item in sample)
    assert len(sample) == 2_580
    assert by_account.pop("SIMULATED-shenzhen_health_commission") == 180
    assert set(by_account.values()) == {200}
    assert len(by_account) == 12
    assert len(crawl_month("2023-10").items("shenzhen_health_commission")) == 180


@pytest.mark.parametrize(
    ("name", "average", "least", "most", "below_500"),
    [
        ("duration", 56_000, 4_000, 640_000, None),
        ("digg_count", 116_000, 122, 73_450_000, None),
        ("collect_count", 989, 0, 108_000, 1_647),
        ("share_count", 6_552, 0, 385_000, None),
        ("comment_count", 8_103, 0, 714_000, 1_560),
    ],
)
def test_published_figures(
    sample: ITEMS, name: str, average: int, least: int, most: int, below_500: int | None
) -> None:
    values = column(sample, name)
    assert sum(values) == average * 2_580
    assert (min(values), max(values)) == (least, most)
    if below_500 is not None:
        assert sum(value < 500 for value in values) == below_500


@pytest.mark.parametrize(
    "name", ["duration", "digg_count", "collect_count", "share_count", "comment_count"]
)
def test_no_value_carries_the_remainder(sample: ITEMS, name: str) -> None:
    values = sorted(column(sample, name))
    _, repeats = Counter(value for value in values if value >= 500).most_common(1)[0]
    assert repeats < 12
    assert mean(values) > 1.5 * median(values)  # heavy-tailed, not evened out
    second = values[-2]
    assert second < values[-1]
    assert sum(value > 0.9 * second for value in values) < 26  # nothing piles up under the top


def test_most_durations_lie_between_4_and_20_seconds(sample: ITEMS) -> None:
    seconds = [value / 1_000 for value in column(sample, "duration")]
    assert sum(4 <= s <= 20 for s in seconds) > 0.6 * len(seconds)
    assert median(seconds) < 16


def test_years_rise_to_2021_and_fall(sample: ITEMS) -> None:
    shanghai = timedelta(hours=8)
    years = Counter((datetime.fromtimestamp(i["create_time"], UTC) + shanghai).year for i in sample)
    counts = [years[year] for year in range(2017, 2024)]
    assert sum(counts) == 2_580
    assert counts[0] < counts[1] < counts[2] < counts[3] < counts[4] > counts[5] > counts[6] > 0


def test_sampling_has_to_choose(crawl_month: Any, sample: ITEMS) -> None:
    everything = crawl_month("2023-10").items()
    assert 4_800 <= len(everything) <= 5_200
    # The tie-break decides in some account: the 201st has as many likes as the 200th.
    chosen = {item["aweme_id"] for item in sample}
    least: dict[str, int] = {}
    for item in sample:
        account = item["author"]["sec_uid"]
        value = item["statistics"]["digg_count"]
        least[account] = min(value, least.get(account, value))
    tied = [
        item
        for item in everything
        if item["aweme_id"] not in chosen
        and item.get("statistics", {}).get("digg_count") == least[item["author"]["sec_uid"]]
    ]
    assert {item["author"]["sec_uid"] for item in tied} >= {"SIMULATED-shenzhen_traffic_police"}


def test_followers_are_table_1(crawl_month: Any) -> None:
    followers = {a: u["follower_count"] for a, u in crawl_month("2023-10").users.items()}
    printed = {
        "shenzhen_news_network": 1_005_000, "first_scene": 5_948_000,
        "shenzhen_satellite_tv": 2_680_000, "shenzhen_traffic_police": 9_598_000,
        "shenzhen_health_commission": 1_230_000, "shenzhen_cyber_police": 1_577_000,
        "shenzhen_swat": 3_442_000, "noon_30_minutes": 2_856_000,
        "iyou_shenzhen": 1_158_000, "shenzhen_tv_news": 1_179_000,
    }  # fmt: skip
    assert {account: followers[account] for account in printed} == printed
    assert min(followers.values()) >= 1_000_000


@pytest.mark.slow
def test_full_scale_has_table_1_and_the_same_sample(crawl_month: Any, sample: ITEMS) -> None:
    full = crawl_month("2023-10", "full")
    counts = {account: len(full.items(account)) for account in full.pages}
    assert counts["noon_30_minutes"] == 35_000
    assert (counts["shenzhen_news_network"], counts["first_scene"]) == (2_700, 4_100)
    assert (counts["shenzhen_satellite_tv"], counts["shenzhen_traffic_police"]) == (5_700, 1_900)
    assert (counts["shenzhen_health_commission"], counts["shenzhen_cyber_police"]) == (180, 1_400)
    assert (counts["shenzhen_swat"], counts["iyou_shenzhen"]) == (350, 1_160)
    assert counts["shenzhen_tv_news"] == 5_660

    def numbers(items: ITEMS) -> list[tuple[str, dict[str, int]]]:
        return sorted((item["aweme_id"], item["statistics"]) for item in items)

    assert numbers(full.sample()) == numbers(sample)
