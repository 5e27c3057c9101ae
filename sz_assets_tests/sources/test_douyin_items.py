"""Items from bytes to columns: every quirk, once on the fast path and once beside a broken item."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from sz_assets.sources import douyin_columns
from sz_assets.sources.protocol import ITEM_SCHEMA, REJECT_SCHEMA
from sz_assets.sources.registry import decode_pages

GOOD = {"aweme_id": "7345057414233836850", "create_time": 1_710_154_458}
WHOLE = {
    **GOOD,
    "desc": "  春天 #深圳 \n<b>",
    "duration": 13734,
    "is_top": 1,
    "aweme_type": 0,
    "images": None,
    "text_extra": [{"hashtag_name": "深圳"}, {"hashtag_name": ""}, {"user_id": "5"}],
    "statistics": {
        "digg_count": 251490, "comment_count": 1329, "collect_count": 5211,
        "share_count": 11870, "play_count": 0,
    },
    "author": {"uid": "62790495105"},
    "author_user_id": 62790495106,
}  # fmt: skip


def decode(kit, item, *, beside_broken=False):
    """The one item as a row; beside a broken item the whole page is read item by item."""
    elements = [item, "broken"] if beside_broken else [item]
    body = json.dumps({"aweme_list": elements}).encode()
    decoded = decode_pages(kit.rows(body))
    assert decoded.items.schema == ITEM_SCHEMA
    assert decoded.rejected.schema == REJECT_SCHEMA
    assert decoded.items.height + decoded.rejected.height == len(elements)
    return decoded.items.row(0, named=True) if decoded.items.height else None


@pytest.fixture(params=[False, True], ids=["fast", "tolerant"])
def read(request, kit):
    return lambda item: decode(kit, item, beside_broken=request.param)


def test_a_whole_item(kit, read):
    row = read(WHOLE)
    assert row["raw_page_sha256"] is not None
    del row["raw_page_sha256"]
    assert row == {
        "account_id": "one",
        "video_id": "7345057414233836850",
        "author_platform_uid": "62790495105",
        "observed_at": kit.observed_at,
        "published_at": datetime(2024, 3, 11, 10, 54, 18),
        "title": "  春天 #深圳 \n<b>",
        "hashtags": ["深圳"],
        "media_type": "video",
        "duration_seconds": 13.734,
        "like_count": 251490,
        "favorite_count": 5211,
        "share_count": 11870,
        "comment_count": 1329,
        "play_count": None,
        "is_pinned": True,
        "url": "https://www.douyin.com/video/7345057414233836850",
        "page_number": 1,
        "raw_item_index": 0,
        "data_origin": "import:douyin",
    }


def test_an_item_with_nothing_but_id_and_time(read):
    row = read(GOOD)
    for name in ("title", "hashtags", "duration_seconds", "author_platform_uid"):
        assert row[name] is None
    for name in ("like_count", "favorite_count", "share_count", "comment_count", "play_count"):
        assert row[name] is None
    assert (row["media_type"], row["is_pinned"]) == ("video", False)


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"aweme_id": 7345057414233836850}, "video_id", "7345057414233836850"),
        ({"create_time": "1710154458"}, "published_at", datetime(2024, 3, 11, 10, 54, 18)),
        ({"desc": ""}, "title", ""),
        ({"desc": 5}, "title", None),
        ({"text_extra": []}, "hashtags", []),
        ({"text_extra": [5, None, {"hashtag_name": 5}, {"hashtag_name": "a"}]}, "hashtags", ["a"]),
        ({"images": [{"uri": "x"}]}, "media_type", "photo"),
        ({"images": []}, "media_type", "video"),
        ({"images": "x"}, "media_type", "video"),
        ({"aweme_type": 68}, "media_type", "photo"),
        ({"aweme_type": 68, "duration": 5000}, "duration_seconds", None),
        ({"aweme_type": 68}, "url", "https://www.douyin.com/note/7345057414233836850"),
        ({"duration": 0}, "duration_seconds", None),
        ({"duration": -1}, "duration_seconds", None),
        ({"duration": 0, "video": {"duration": 4110}}, "duration_seconds", 4.11),
        ({"duration": None, "video": {"duration": 4110}}, "duration_seconds", 4.11),
        ({"duration": 5000, "video": {"duration": 4110}}, "duration_seconds", 5.0),
        ({"duration": 5000, "video": "gone"}, "duration_seconds", 5.0),
        ({"is_top": True}, "is_pinned", True),
        ({"is_top": 0}, "is_pinned", False),
        ({"is_top": "1"}, "is_pinned", True),
        ({"is_top": 7}, "is_pinned", False),
        ({"statistics": None}, "like_count", None),
        ({"statistics": "none"}, "like_count", None),
        ({"statistics": {"digg_count": 0}}, "like_count", 0),
        ({"statistics": {"digg_count": "12"}}, "like_count", 12),
        ({"statistics": {"digg_count": "1.2万"}}, "like_count", None),
        ({"statistics": {"digg_count": -1}}, "like_count", None),
        ({"statistics": {"digg_count": True}}, "like_count", None),
        ({"statistics": {"digg_count": 1.5}}, "like_count", None),
        ({"statistics": {"digg_count": 10**30}}, "like_count", None),
        ({"statistics": {"digg_count": "9" * 5000}}, "like_count", None),
        ({"statistics": {"digg_count": -1, "share_count": 5}}, "share_count", 5),
        ({"statistics": {"play_count": 9}}, "play_count", 9),
        ({"statistics": {"digg_count": 5}}, "favorite_count", None),
        ({"author": {"uid": 62790495105}}, "author_platform_uid", "62790495105"),
        ({"author": None, "author_user_id": 5}, "author_platform_uid", "5"),
        ({"author": {"uid": ""}, "author_user_id": 5}, "author_platform_uid", "5"),
        ({"author_user_id": 0}, "author_platform_uid", None),
        ({"author_user_id": "x"}, "author_platform_uid", None),
    ],
)
def test_quirks(read, changes, column, value):
    assert read({**GOOD, **changes})[column] == value


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"create_time": 1_710_154_458}, "id: "),
        ({**GOOD, "aweme_id": None}, "id: "),
        ({**GOOD, "aweme_id": ""}, "id: "),
        ({**GOOD, "aweme_id": "7a"}, "id: "),
        ({**GOOD, "aweme_id": "7\n"}, "id: "),
        ({**GOOD, "aweme_id": 0}, "id: "),
        ({**GOOD, "aweme_id": -7}, "id: "),
        ({**GOOD, "aweme_id": 7.345e18}, "id: "),
        ({**GOOD, "aweme_id": True}, "id: "),
        ({"aweme_id": "7"}, "time: "),
        ({**GOOD, "create_time": 0}, "time: "),
        ({**GOOD, "create_time": -1}, "time: "),
        ({**GOOD, "create_time": "yesterday"}, "time: "),
        ({**GOOD, "create_time": 1_000_000_000}, "time: "),
        ({**GOOD, "create_time": 1_711_987_200 + 1}, "time: "),
        ({**GOOD, "create_time": 1_710_154_458_000}, "time: "),
        ({**GOOD, "create_time": 10**40}, "time: "),
        (None, "unreadable: "),
        ("text", "unreadable: "),
        ([GOOD], "unreadable: "),
    ],
)
def test_rejects_keep_their_reason_and_bytes(kit, item, reason):
    body = json.dumps({"aweme_list": [GOOD, item, GOOD]}, indent=1).encode()
    decoded = decode_pages(kit.rows(body))
    assert decoded.items["raw_item_index"].to_list() == [0, 2]
    [reject] = decoded.rejected.iter_rows(named=True)
    assert reject["reason"].startswith(reason)
    assert reject["raw_item_index"] == 1
    assert reject["item_body"] in body
    assert json.loads(reject["item_body"]) == item


def test_a_post_dated_up_to_a_day_ahead_is_kept(read):
    assert read({**GOOD, "create_time": 1_711_900_799 + 86_400})["video_id"] == GOOD["aweme_id"]


def test_half_an_emoji_does_not_cost_the_page(kit):
    good = rb'{"aweme_id":"7345057414233836850","create_time":1710154458,"desc":"a\ud83d b\\ud83d"}'
    bad = rb'{ "desc":"\ude00"}'
    decoded = decode_pages(kit.rows(b'{"aweme_list":[' + good + b" , " + bad + b"]}"))
    assert decoded.items["title"].to_list() == ["a\ufffd b\\ud83d"]
    assert decoded.rejected["item_body"].to_list() == [bad]


def test_bytes_that_are_not_utf8_cost_one_field(kit):
    body = b'{"aweme_list":[{"aweme_id":"7","create_time":1710154458,"desc":"\xb5\xe3"}]}'
    assert decode_pages(kit.rows(body)).items["title"].to_list() == [None]


@pytest.mark.parametrize("name", ["aweme_id", "create_time", "digg_count", "is_top", "uid"])
def test_a_number_of_any_length_costs_one_item_at_most(kit, name):
    number = b"9" * 5000
    body = b'{"aweme_list":[{"aweme_id":"7","create_time":1710154458,"%s":%s},%s]}' % (
        name.encode(), number, json.dumps(GOOD).encode(),
    )  # fmt: skip
    for text in (body, body.replace(number, b'"%s"' % number), body.replace(number, b"1e999")):
        decoded = decode_pages(kit.rows(text))
        assert decoded.items.height + decoded.rejected.height == 2
        assert decoded.items["video_id"].to_list()[-1] == GOOD["aweme_id"]


def test_bodies_of_every_shape(kit):
    item = json.dumps(GOOD).encode()
    shapes = [
        b'{"aweme_list":[' + item + b"," + item + b"]}",
        b" [" + item + b"," + item + b"]\n",
        b"\xef\xbb\xbf[" + item + b"," + item + b"]",
        item + b"\r\n\n" + item + b"\n",
        b'{"aweme_list":[' + item + b']}\n{"aweme_list":[' + item + b"]}",
    ]
    decoded = decode_pages(kit.rows(*shapes, item))
    assert decoded.items["page_number"].to_list() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert decoded.items["raw_item_index"].to_list() == [0, 1] * 5 + [0]
    assert set(decoded.items["video_id"]) == {GOOD["aweme_id"]}


def test_refused_answers_hold_no_items(kit):
    import polars as pl

    rows = kit.rows(b'{"aweme_list":[{}]}').with_columns(outcome=pl.lit("refused"))
    decoded = decode_pages(rows)
    assert decoded.items.height + decoded.rejected.height == 0


def test_a_stored_page_that_has_become_unreadable_is_an_error(kit):
    with pytest.raises(ValueError, match="malformed"):
        decode_pages(kit.rows(b'{"aweme_list":[,]}'))


def test_both_paths_agree(kit):
    """The tolerant path reads a whole item exactly as the fast one does."""
    body = json.dumps({"aweme_list": [WHOLE, GOOD]}).encode()
    loose = json.dumps({"aweme_list": [{**WHOLE, "aweme_type": "0"}, GOOD]}).encode()
    fast, tolerant = (
        douyin_columns.decode_pages(kit.rows(text)).items.drop("raw_page_sha256")
        for text in (body, loose)
    )
    assert fast.equals(tolerant)


@pytest.mark.real_data
def test_a_real_page(kit, real_data):
    body = (real_data / "douyin/api/aweme_post_page.json").read_bytes()
    [row] = decode_pages(kit.rows(body)).items.iter_rows(named=True)
    assert row["video_id"] == "7188795449468259623"
    assert (row["like_count"], row["favorite_count"], row["share_count"]) == (48559, 2611, 41916)
    assert row["duration_seconds"] == 13.095
    assert row["author_platform_uid"] == "3734384759022542"


@pytest.mark.real_data
def test_real_photo_posts(kit, real_data):
    """Cards of a search answer, whose photo posts have their own type."""
    cards = json.loads((real_data / "douyin/api/search_page_with_photo_posts.json").read_bytes())
    cards = cards["data"]["data"] if isinstance(cards["data"], dict) else cards["data"]
    found = [card["aweme_info"] for card in cards if card.get("aweme_info")]
    late = kit.rows(json.dumps(found).encode()).with_columns(received_at=datetime(2026, 11, 1))
    items = decode_pages(late).items
    assert items["media_type"].value_counts().sort("media_type")["count"].to_list() == [8, 8]
    assert items["duration_seconds"].null_count() == 8
