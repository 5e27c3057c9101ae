"""What is cut out of another account's answer, and that everything else stays."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from small_home import (
    BY_GONE_ELSEWHERE,
    GARDEN,
    GONE,
    HARBOUR,
    NAMES,
    NICKNAME,
    TITLE_ELSEWHERE,
    UIDS,
    item,
    lists,
    profile,
    sec_uid,
    video_id,
)

from sz_assets.erasing.bodies import Whose, cut, masked_frame
from sz_assets.erasing.finding import NAME, PLATFORM_ID, Finder

WHOSE = Whose(
    frozenset({str(UIDS[GONE]), sec_uid(GONE)}),
    frozenset({video_id(BY_GONE_ELSEWHERE)}),
    Finder(
        {
            str(UIDS[GONE]): PLATFORM_ID, sec_uid(GONE): PLATFORM_ID,
            NAMES[GONE][0]: NAME, NICKNAME: NAME,
        }
    ),
)  # fmt: skip
STAYS = item(5, HARBOUR, "港口", 3, ratio=1.5, share=None, big=2**60)


def cut_json(content: Any) -> tuple[Any, int]:
    made = cut(json.dumps(content).encode(), WHOSE)
    return json.loads(made.body), made.removed_items


def test_its_items_go_and_others_stay_as_they_are() -> None:
    its = [item(6, GONE, "水", 1), item(BY_GONE_ELSEWHERE, HARBOUR, "同", 1)]
    assert cut_json([its[0], STAYS, its[1]]) == ([STAYS], 2)
    page = {"status_code": 0, "aweme_list": [STAYS, *its], "has_more": 1}
    assert cut_json(page) == ({**page, "aweme_list": [STAYS]}, 2)
    bare = {"aweme_id": "1", "author_user_id": UIDS[GONE]}
    assert cut_json([bare]) == ([], 1)
    assert cut_json(bare) == ([], 1)


def test_lines_of_items_stay_lines() -> None:
    lines = b"\n".join(json.dumps(one).encode() for one in (STAYS, item(6, GONE, "水", 1), STAYS))
    made = cut(b"\xef\xbb\xbf" + lines + b"\n", WHOSE)
    assert [json.loads(line) for line in made.body.splitlines()] == [STAYS, STAYS]
    assert made.removed_items == 1


def test_what_items_of_others_say_of_it_goes() -> None:
    [helped] = [one for one in lists(0, 1)[HARBOUR] if "cooperation_info" in one]
    [speaks] = [one for one in lists(0, 1)[GARDEN] if "music" in one]
    made, removed = cut_json([helped, speaks])
    assert removed == 0
    creators = made[0]["cooperation_info"]["co_creators"]
    assert [one["uid"] for one in creators] == [str(UIDS[HARBOUR])]
    assert made[1] == {
        **speaks, "desc": f"感谢@{'＊' * len(NICKNAME)} 帮忙浇水", "text_extra": [], "music": None,
    }  # fmt: skip


def test_ids_as_numbers_and_in_names_of_fields_go() -> None:
    content = [{**STAYS, "seen_by": [UIDS[GONE], 7], f"of_{NICKNAME}": f"/user/{sec_uid(GONE)}?x"}]
    [made], _ = cut_json(content)
    assert made["seen_by"] == [0, 7]
    assert str(made).count("＊") == len(NICKNAME) + len(sec_uid(GONE))
    assert not WHOSE.finder.in_bytes([json.dumps(made).encode()])


def test_a_short_number_is_only_an_author() -> None:
    short = Whose(frozenset({"22"}), frozenset(), Finder({}))
    content = [{"aweme_id": "1", "author_user_id": 22}, {"aweme_id": "2", "likes": {"n": 22}}]
    made = cut(json.dumps(content).encode(), short)
    assert json.loads(made.body) == content[1:]


def test_halves_of_emoji_stay(finder_free: Whose) -> None:
    body = b'{"aweme_list": [{"aweme_id": "1", "desc": "\\ud83d"}]}'
    assert json.loads(cut(body, finder_free).body) == json.loads(body)


@pytest.fixture
def finder_free() -> Whose:
    return Whose(frozenset(), frozenset(), Finder({}))


def test_what_is_no_json_is_masked_as_bytes() -> None:
    body = f"<html>{NAMES[GONE][0]} {sec_uid(GONE)}".encode() + b"\xff"
    made = cut(body, WHOSE)
    assert made.body == b"<html>" + b"*" * 18 + b" " + b"*" * len(sec_uid(GONE)) + b"\xff"


def test_a_profile_of_another_loses_only_the_mention() -> None:
    other = {"user": {**profile(HARBOUR), "signature": f"我们和{NAMES[GONE][0]}一起"}}
    made, removed = cut_json(other)
    assert made == {"user": {**other["user"], "signature": "我们和＊＊＊＊＊＊一起"}}
    assert removed == 0


def test_frames_are_masked_in_texts_lists_and_bytes() -> None:
    frame = pl.DataFrame(
        {
            "title": [f"@{NICKNAME}", None, "海"],
            "hashtags": [["a", NAMES[GONE][0]], None, []],
            "item_body": [json.dumps({"x": TITLE_ELSEWHERE}).encode(), b"{", NICKNAME.encode()],
            "likes": [1, 2, 3],
        }
    )
    made = masked_frame(frame, WHOSE)
    assert made.schema == frame.schema
    assert made["title"].to_list() == ["@＊＊＊＊＊＊", None, "海"]
    assert made["hashtags"].to_list() == [["a", "＊＊＊＊＊＊"], None, []]
    assert made["item_body"].to_list() == [*frame["item_body"][:2], b"*" * 18]
    assert made["likes"].equals(frame["likes"])
