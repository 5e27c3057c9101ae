"""What the embedded platform answers: pages, cursors, fields, quirks, headers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sz_assets.simulation.accounts import ACCOUNTS
from sz_assets.simulation.captions import HOSTILE_COUNT
from sz_assets.simulation.catalogue import Snapshot, build_catalogue
from sz_assets.simulation.phrases import HOSTILE
from sz_assets.simulation.server import POSTS_PATH, PROFILE_PATH, serve

NOON = datetime(2023, 10, 31, 4, tzinfo=UTC)
POLICE = "SIMULATED-shenzhen_traffic_police"


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return build_catalogue("default").as_of(NOON)


@pytest.fixture(scope="module")
def client(snapshot: Snapshot) -> Iterator[httpx.Client]:
    with serve(snapshot) as url, httpx.Client(base_url=url, trust_env=False) as http:
        yield http


def test_all_pages_together_are_the_snapshot(crawl_month: Any, snapshot: Snapshot) -> None:
    ids = snapshot.catalogue.videos.aweme_id
    for account, view in zip(ACCOUNTS, snapshot.accounts, strict=True):
        served = [item["aweme_id"] for item in crawl_month("2023-10").items(account.id)]
        expected = [str(i) for i in ids[view.pinned_rows]] + [str(i) for i in ids[view.rows]]
        assert served == expected
        assert len(set(served)) == len(served) == view.video_count


def test_order_pins_and_cursors(crawl_month: Any) -> None:
    pinned_accounts = 0
    for pages in crawl_month("2023-10").pages.values():
        first = pages[0]["aweme_list"]
        pinned = [item for item in first if item["is_top"]]
        assert first[: len(pinned)] == pinned
        assert len(pinned) <= 3
        pinned_accounts += bool(pinned)
        if pinned:  # out of date order
            assert pinned[0]["create_time"] < first[len(pinned)]["create_time"]
        dated = [i for page in pages for i in page["aweme_list"] if not i["is_top"]]
        assert all(not item["is_top"] for page in pages[1:] for item in page["aweme_list"])
        times = [item["create_time"] for item in dated]
        assert times == sorted(set(times), reverse=True)
        for page in pages:
            own = [i["create_time"] * 1_000 for i in page["aweme_list"] if not i["is_top"]]
            assert (page["min_cursor"], page["max_cursor"]) == (own[0], own[-1])
            assert 0 < len(page["aweme_list"]) <= 20
    assert pinned_accounts >= 8


def test_some_pages_are_short_and_has_more_comes_in_two_types(crawl_month: Any) -> None:
    pages = [page for pages in crawl_month("2023-10").pages.values() for page in pages]
    inner = [len(page["aweme_list"]) for page in pages if page["has_more"]]
    assert 10 < sum(size < 20 for size in inner) < len(inner) / 2
    kinds = Counter(type(page["has_more"]) for page in pages)
    assert kinds[int] > kinds[bool] > 0
    assert all(page["simulated"] is True and page["status_code"] == 0 for page in pages)


def test_ids_are_like_real_ones(crawl_month: Any) -> None:
    items = crawl_month("2023-10").items()
    numbers = [int(item["aweme_id"]) for item in items]
    assert len(set(numbers)) == len(numbers)
    assert all(len(item["aweme_id"]) == 19 for item in items)
    delays = [item["create_time"] - (n >> 32) for item, n in zip(items, numbers, strict=True)]
    assert min(delays) >= 1
    assert max(delays) < 13 * 86_400


def test_missing_counters_and_photo_posts_stay_out_of_the_sample(crawl_month: Any) -> None:
    items = crawl_month("2023-10").items()
    names = ("digg_count", "collect_count", "share_count", "comment_count")
    lacking = Counter(
        tuple(n for n in names if n not in item.get("statistics", {})) for item in items
    )
    complete = lacking.pop(())
    assert lacking.keys() == {names, *((n,) for n in names)}
    assert 0.003 * complete < lacking.total() < 0.02 * complete
    photos = [item for item in items if item["images"]]
    assert len(photos) > 30
    assert all(
        (p["duration"], p["video"]["duration"], p["aweme_type"]) == (0, 0, 68) for p in photos
    )
    for item in crawl_month("2023-10").sample():
        assert item["images"] is None
        assert item["duration"] == item["video"]["duration"] > 0
        assert set(names) <= item["statistics"].keys()
        assert item["statistics"]["play_count"] == 0


def test_captions_say_that_they_are_simulated(crawl_month: Any) -> None:
    items = crawl_month("2023-10").items()
    assert all(item["desc"].endswith("#模拟数据") for item in items)
    for item in items:
        units = item["desc"].encode("utf-16-le")
        for tag in item["text_extra"]:
            text = units[2 * tag["start"] : 2 * tag["end"]].decode("utf-16-le")
            assert text == f"#{tag['hashtag_name']}"
        assert item["text_extra"][-1]["hashtag_name"] == "模拟数据"
    assert len({item["desc"] for item in items}) > 0.9 * len(items)


def test_hostile_titles_are_served_unchanged_outside_the_sample(crawl_month: Any) -> None:
    crawl = crawl_month("2023-10")
    titles = {item["desc"]: item["aweme_id"] for item in crawl.items()}
    hostile = {titles[f"{text} #模拟数据"] for text in HOSTILE}
    assert len(hostile) == HOSTILE_COUNT == 8
    assert not hostile & {item["aweme_id"] for item in crawl.sample()}


def test_planted_categories_are_complete_and_not_served(
    crawl_month: Any, snapshot: Snapshot
) -> None:
    catalogue = snapshot.catalogue
    planted = {catalogue.planted_category(row) for row in range(catalogue.videos.account.size)}
    assert len(planted) == 16
    assert "planted" not in json.dumps(crawl_month("2023-10").pages)


def test_profile_fields(client: httpx.Client) -> None:
    user = client.get(PROFILE_PATH, params={"sec_user_id": POLICE}).json()["user"]
    assert user["uid"] == "9000000000004"
    assert user["sec_uid"] == POLICE
    assert user["follower_count"] == 9_598_000
    assert "官方账号" in user["enterprise_verify_reason"]
    item = client.get(POSTS_PATH, params={"sec_user_id": POLICE}).json()["aweme_list"][0]
    assert item["author"]["follower_count"] == 0
    assert str(item["author_user_id"]) == item["author"]["uid"] == user["uid"]
    assert 2_000 < len(json.dumps(item, ensure_ascii=False).encode()) < 5_000


def test_every_answer_says_simulated_and_tells_its_own_time(client: httpx.Client) -> None:
    for path in (
        f"{PROFILE_PATH}?sec_user_id={POLICE}",
        f"{POSTS_PATH}?sec_user_id={POLICE}",
        POSTS_PATH,
        "/robots.txt",
        "/nothing",
    ):
        answer = client.get(path)
        assert answer.headers["X-Simulated"] == "true"
        assert answer.headers["Date"] == "Tue, 31 Oct 2023 04:00:00 GMT"
        if path != "/robots.txt":
            assert answer.headers["Content-Type"].startswith("application/json")
            assert answer.json()["simulated"] is True
    assert client.get("/nothing").status_code == 404
    assert "Disallow" not in client.get("/robots.txt").text


def test_gzip_only_if_asked_for(client: httpx.Client) -> None:
    params = {"sec_user_id": POLICE}
    packed = client.get(POSTS_PATH, params=params, headers={"Accept-Encoding": "gzip"})
    plain = client.get(POSTS_PATH, params=params, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content


def test_unknown_account_and_unreadable_parameters(client: httpx.Client) -> None:
    unknown = {"sec_user_id": "SIMULATED-nobody"}
    assert client.get(PROFILE_PATH, params=unknown).json()["user"] is None
    page = client.get(POSTS_PATH, params=unknown).json()
    assert (page["aweme_list"], page["has_more"], page["status_code"]) == ([], 0, 0)
    for wrong in ({"max_cursor": "x"}, {"count": "-1"}, {"max_cursor": "9" * 30}):
        answer = client.get(POSTS_PATH, params={"sec_user_id": POLICE, **wrong}).json()
        assert answer["status_code"] == 5
        assert "aweme_list" not in answer


def test_a_cursor_before_the_first_video_ends_the_list(client: httpx.Client) -> None:
    page = client.get(POSTS_PATH, params={"sec_user_id": POLICE, "max_cursor": "1000"}).json()
    assert (page["aweme_list"], bool(page["has_more"])) == ([], False)


def test_concurrent_answers_are_the_same(client: httpx.Client) -> None:
    def get(account: str) -> bytes:
        return client.get(POSTS_PATH, params={"sec_user_id": f"SIMULATED-{account}"}).content

    accounts = [account.id for account in ACCOUNTS] * 4
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(get, accounts))
    assert together == [get(account) for account in accounts]


def test_the_server_stops_with_its_context(snapshot: Snapshot) -> None:
    with serve(snapshot) as url:
        assert httpx.get(f"{url}/robots.txt", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/robots.txt", trust_env=False)
