"""The embedded platform's JSON, field for field as Douyin's web endpoints answer.

Here: from a snapshot and a request's parameters to bytes. Not here: HTTP (`server`). Addresses
of media end in the reserved domain `.invalid`: nothing simulated leads to a real page.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from sz_assets.simulation.accounts import ACCOUNTS, uid
from sz_assets.simulation.calibrate import Integers
from sz_assets.simulation.catalogue import Snapshot
from sz_assets.simulation.columns import COUNTERS, MISSING_COUNTER, MISSING_STATISTICS

MAX_PAGE_SIZE = 50
# status_code 5 is how the platform refuses parameters that it can't read.
INVALID_PARAMETER = {"status_code": 5, "status_msg": "参数不合法", "simulated": True}

_HOST = "https://simulated.invalid"
_INDEX = {account.sec_uid: index for index, account in enumerate(ACCOUNTS)}
_CONTROL = msgspec.Raw(
    msgspec.json.encode(
        {"can_forward": True, "can_share": True, "can_comment": True, "can_show_comment": True}
    )
)
_RISK = msgspec.Raw(
    msgspec.json.encode(
        {"vote": False, "warn": False, "risk_sink": False, "type": 0, "content": ""}
    )
)


def profile(snapshot: Snapshot, sec_user_id: str) -> bytes:
    """Answer to `user/profile/other`; of an unknown account `user` is null."""
    index = _INDEX.get(sec_user_id)
    extra = {"fatal_item_ids": [], "logid": _log_id(snapshot), "now": snapshot.second * 1_000}
    answer: dict[str, Any] = {
        "status_code": 0,
        "status_msg": None,
        "extra": extra,
        "log_pb": {"impr_id": extra["logid"]},
        "user": None if index is None else _user(snapshot, index),
        "simulated": True,
    }
    return msgspec.json.encode(answer)


def page(snapshot: Snapshot, sec_user_id: str, max_cursor: int, count: int) -> bytes:
    """Answer to `aweme/post`: the items published before `max_cursor` (epoch ms; 0: from now).

    Page 1 opens with the pinned items, which later pages leave out. Some pages are shorter
    than `count`, without being the last. An unknown account has an empty list.
    """
    index = _INDEX.get(sec_user_id)
    rows, cursors, has_more = np.zeros(0, np.int64), (0, 0), False
    if index is not None:
        rows, cursors, has_more = _page_rows(snapshot, index, max_cursor, count)
    as_number = index is None or index % 3 != 2  # some accounts' pages say true or false
    answer: dict[str, Any] = {
        "status_code": 0,
        "min_cursor": cursors[0],
        "max_cursor": cursors[1],
        "has_more": int(has_more) if as_number else has_more,
        "aweme_list": [] if index is None else _items(snapshot, index, rows),
        "post_serial": 2,
        "replace_series_cover": 1,
        "request_item_cursor": max_cursor,
        "log_pb": {"impr_id": _log_id(snapshot)},
        "simulated": True,
    }
    return msgspec.json.encode(answer)


def _page_rows(
    snapshot: Snapshot, index: int, max_cursor: int, count: int
) -> tuple[Integers, tuple[int, int], bool]:
    """Rows of a page, its (min, max) cursor, and whether more follow."""
    view, times = snapshot.accounts[index], snapshot.catalogue.videos.create_time
    pinned, start = view.pinned_rows, 0
    if max_cursor > 0:
        pinned = pinned[:0]
        start = int(np.searchsorted(-1_000 * times[view.rows], -max_cursor, side="right"))
    size = max(1, min(count, MAX_PAGE_SIZE) - pinned.size)
    if start < view.rows.size:
        # A property of the first item decides: the same request has the same answer.
        first_id = int(snapshot.catalogue.videos.aweme_id[view.rows[start]])
        if first_id % 5 == 0:
            size = max(1, size - 1 - first_id % 3)
    dated = view.rows[start : start + size]
    ends = times[dated[[0, -1]]] * 1_000 if dated.size else np.zeros(2, np.int64)
    more = start + size < view.rows.size
    return np.concatenate([pinned, dated]), (int(ends[0]), int(ends[1])), more


def _items(snapshot: Snapshot, index: int, rows: Integers) -> list[dict[str, Any]]:
    author = msgspec.Raw(msgspec.json.encode(_author(index)))
    videos = snapshot.catalogue.videos
    columns = (
        rows, videos.aweme_id[rows], videos.create_time[rows], videos.duration_ms[rows],
        videos.missing[rows], videos.image_count[rows], videos.pinned_rank[rows],
        *(snapshot.counters[name][rows] for name in COUNTERS),
    )  # fmt: skip
    items = []
    for row, number, created, duration, missing, images, rank, *counts in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        caption, hashtags = snapshot.catalogue.caption(row)
        aweme_id = str(number)
        kind = "note" if images else "video"
        share_url = f"{_HOST}/share/{kind}/{aweme_id}/?region=CN&mid={number ^ 1}&from_ssr=1"
        item: dict[str, Any] = {
            "aweme_id": aweme_id,
            "desc": caption,
            "create_time": created,
            "author": author,
            "author_user_id": int(uid(index)),
            "music": _music(index, number ^ 1, duration),
            "video": _video(aweme_id, duration, created),
            "share_url": share_url,
            "share_info": {
                "share_url": share_url,
                "share_link_desc": f"（模拟）{caption}  %s 复制此链接，直接观看！",
            },
            "status": _status(aweme_id),
            "text_extra": _text_extra(caption, hashtags),
            "is_top": int(rank > 0),
            "aweme_type": 68 if images else 0,
            "media_type": 2 if images else 4,
            "duration": duration,
            "images": [_picture(f"{aweme_id}-{n}", 1_440, 1_080) for n in range(images)] or None,
            "image_infos": None,
            "group_id": aweme_id,
            "preview_title": caption,
            "aweme_control": _CONTROL,
            "risk_infos": _RISK,
            "is_story": 0,
            "user_digged": 0,
            "position": None,
            "long_video": None,
            "region": "CN",
            "prevent_download": False,
        }
        if missing != MISSING_STATISTICS:
            statistics = dict(zip(COUNTERS, counts, strict=True))
            statistics.pop(MISSING_COUNTER.get(missing, ""), None)
            item["statistics"] = {
                "aweme_id": aweme_id, **statistics, "play_count": 0, "admire_count": 0,
            }  # fmt: skip
        items.append(item)
    return items


def _text_extra(caption: str, hashtags: tuple[str, ...]) -> list[dict[str, Any]]:
    """Places of the hashtags, which end the caption, in UTF-16 units as the platform counts."""
    end = len(caption.encode("utf-16-le")) // 2
    places = []
    for hashtag in reversed(hashtags):
        start = end - 1 - len(hashtag)  # hashtags have no character beyond the first plane
        places.append({
            "start": start, "end": end, "type": 1, "hashtag_name": hashtag,
            "hashtag_id": str(1_500_000_000_000_000 + sum(map(ord, hashtag))),
            "is_commerce": False, "caption_start": start, "caption_end": end,
        })  # fmt: skip
        end = start - 1  # a space stands between them
    return places[::-1]


def _picture(uri: str, height: int = 720, width: int = 720) -> dict[str, Any]:
    uri = f"simulated/{uri}"
    return {"uri": uri, "url_list": [f"{_HOST}/{uri}.jpeg"], "height": height, "width": width}


def _music(index: int, number: int, duration: int) -> dict[str, Any]:
    name = ACCOUNTS[index].nickname
    avatar = _picture(f"avatar/{ACCOUNTS[index].id}")
    return {
        "id": number, "id_str": str(number), "title": f"@{name}创作的原声", "author": name,
        "cover_medium": avatar, "cover_thumb": avatar,
        "play_url": _picture(f"music/{number}"), "duration": duration // 1_000,
        "user_count": 0, "owner_id": uid(index), "owner_nickname": name, "is_original": False,
    }  # fmt: skip


def _video(aweme_id: str, duration: int, created: int) -> dict[str, Any]:
    width, height = ((720, 1_280), (1_080, 1_920), (1_920, 1_080))[created % 3]
    play = {
        **_picture(f"play/{aweme_id}", height, width),
        "url_key": f"{aweme_id}_h264_{min(width, height)}p",
        "data_size": duration * 240,
    }
    cover = _picture(f"cover/{aweme_id}")
    return {
        "play_addr": play, "cover": cover, "origin_cover": cover, "dynamic_cover": cover,
        "height": height, "width": width, "duration": duration, "bit_rate": [],
        "ratio": f"{min(width, height)}p" if duration else "default", "is_h265": 0,
    }  # fmt: skip


def _status(aweme_id: str) -> dict[str, Any]:
    return {
        "aweme_id": aweme_id, "listen_video_status": 0, "is_delete": False, "allow_share": True,
        "is_prohibited": False, "in_reviewing": False, "part_see": 0, "private_status": 0,
        "review_result": {"review_status": 0},
    }  # fmt: skip


def _author(index: int) -> dict[str, Any]:
    """The short form inside items: its follower_count is 0, as on the real platform."""
    account = ACCOUNTS[index]
    return {
        "uid": uid(index),
        "sec_uid": account.sec_uid,
        "nickname": account.nickname,
        "unique_id": f"simulated_{account.id}",
        "avatar_thumb": _picture(f"avatar/{account.id}"),
        "follower_count": 0,
        "aweme_count": 0,
        "total_favorited": 0,
        "follow_status": 0,
        "custom_verify": "",
        "enterprise_verify_reason": _verify_reason(index),
        "verification_type": 1,
        "is_gov_media_vip": account.is_media,
        "status": 1,
    }


def _user(snapshot: Snapshot, index: int) -> dict[str, Any]:
    account, view = ACCOUNTS[index], snapshot.accounts[index]
    avatar = _picture(f"avatar/{account.id}")
    return {
        **_author(index),
        "avatar_larger": avatar,
        "avatar_medium": avatar,
        "short_id": "0",
        "signature": "模拟账号：数据由程序生成，与真实账号无关。",
        "follower_count": view.follower_count,
        "mplatform_followers_count": view.follower_count + view.follower_count // 20,
        "max_follower_count": view.follower_count,
        "following_count": 10 + 7 * index,
        # Only roughly the list's length: some accounts count posts that the list does not show.
        "aweme_count": view.video_count + index % 3,
        "total_favorited": view.like_count,
        "favoriting_count": 0,
        "forward_count": 0,
        "dongtai_count": 0,
        "mix_count": index % 5,
        "country": "中国",
        "province": "广东",
        "city": "深圳",
        "ip_location": "IP属地：广东",
        "iso_country_code": "CN",
        "live_status": 0,
        "secret": 0,
        "share_info": {"share_url": f"{_HOST}/share/user/{account.sec_uid}"},
    }


def _verify_reason(index: int) -> str:
    return f"{ACCOUNTS[index].name}官方账号（模拟）"


def _log_id(snapshot: Snapshot) -> str:
    return f"SIMULATED{snapshot.second}"
