"""Items as large as a live platform sends them: made by rule, with no answer of anyone in them.

Here: the nesting, the number of fields and the lengths that such items have (some 43 KB: bit
rates, addresses with signatures, avatars). Not here: what is measured with them (`decoding`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

ITEMS_PER_PAGE = 20
_WORDS = (
    "深圳", "今天", "我们", "一起", "看海", "地铁", "新线", "开通", "台风", "提醒", "市民", "注意",
    "安全", "春天", "公园", "花开", "了", "🌸",
)  # fmt: skip
_BEGAN = 1_600_000_000
_AUTHOR_FLAGS = (
    "accept_private_policy", "can_set_geofencing", "enable_nearby_visible", "has_email",
    "has_insights", "has_orders", "hide_search", "is_binded_weibo", "is_blocked_v2",
    "is_blocking_v2", "is_not_show", "is_phone_binded", "live_commerce", "prevent_download",
    "show_image_bubble", "show_nearby_active", "story_open", "user_canceled", "with_dou_entry",
    "with_fusion_shop_entry", "with_shop_entry",
)  # fmt: skip
_AUTHOR_NUMBERS = (
    "apple_account", "aweme_count", "aweme_hotsoon_auth", "close_friend_type", "constellation",
    "contacts_status", "create_time", "favoriting_count", "follow_status", "follower_count",
    "follower_status", "following_count", "is_cf", "live_agreement", "live_verify",
    "max_follower_count", "need_points", "react_setting", "school_category", "secret",
    "shield_comment_notice", "shield_digg_notice", "shield_follow_notice", "special_lock",
    "status", "total_favorited", "unique_id_modify_time", "user_age", "user_mode", "user_period",
    "user_rate", "verification_type",
)  # fmt: skip
_AUTHOR_TEXTS = (
    "account_region", "bind_phone", "custom_verify", "cv_level", "enterprise_verify_reason",
    "google_account", "ins_id", "risk_notice_text", "twitter_id", "twitter_name", "weibo_name",
    "weibo_schema", "weibo_url", "weibo_verify", "youtube_channel_id", "youtube_channel_title",
)  # fmt: skip
_NOTHING = (
    "anchors", "challenge_position", "chapter_list", "comment_list", "commerce_config_data",
    "cover_labels", "dislike_dimension_list", "geofencing_regions", "hybrid_label", "image_infos",
    "image_list", "images", "img_bitrate", "interaction_stickers", "label_top_text", "long_video",
    "nickname_position", "origin_comment_ids", "original_images", "packed_clips", "position",
    "ref_tts_id_list", "ref_voice_modify_id_list", "relation_labels", "social_tag_list",
    "standard_bar_info_list", "tts_id_list", "uniqid_position", "voice_modify_id_list",
)  # fmt: skip


def full_pages(count: int, *, seed: int, drift_ratio: float = 0.0) -> Iterator[bytes]:
    """Pages of 20 full items; of all items, `drift_ratio` have a counter of another type."""
    chance = Random(seed)
    for page in range(count):
        items = [_item(chance, page * ITEMS_PER_PAGE + place) for place in range(ITEMS_PER_PAGE)]
        for item in items:
            if chance.random() < drift_ratio:
                item["statistics"]["digg_count"] = str(item["statistics"]["digg_count"])
        cursor = items[-1]["create_time"] * 1000
        page = {
            "status_code": 0, "min_cursor": cursor, "max_cursor": cursor, "has_more": 1,
            "aweme_list": items,
        }  # fmt: skip
        yield msgspec.json.encode(page)


def _item(chance: Random, number: int) -> dict[str, Any]:
    identity, author = str(7_100_000_000_000_000_000 + number), str(3_700_000_000_000_000 + number)
    text = "".join(chance.choices(_WORDS, k=12))
    tags = chance.sample(_WORDS, k=2)
    duration = chance.randrange(5_000, 300_000)
    likes = int(chance.lognormvariate(7, 2))
    return {
        **dict.fromkeys(_NOTHING),
        "authentication_token": _noise(chance, 245),
        "author": _author(chance, author),
        "author_mask_tag": 0,
        "author_user_id": int(author),
        "aweme_control": _controls(),
        "aweme_id": identity,
        "aweme_type": 0,
        "comment_permission_info": {**_controls(), "comment_permission_status": 0},
        "common_bar_info": "[]",
        "component_info_v2": '{"desc_lines_limit":0,"hide_marquee":false}',
        "create_time": _BEGAN + 3_600 * number,
        "desc": f"{text} #{tags[0]} #{tags[1]}",
        "duration": duration,
        "geofencing": [],
        "group_id": identity,
        "impression_data": {"group_id_list_a": [int(identity)], "similar_id_list_b": [int(author)]},
        "is_story": 0,
        "is_top": int(number < 3),
        "music": _music(chance),
        "preview_title": text,
        "region": "CN",
        "search_impr": {"entity_id": identity, "entity_type": "GENERAL"},
        "share_info": {"share_link_desc": text, "share_url": _address(chance, 290)},
        "share_url": _address(chance, 300),
        "statistics": {
            "admire_count": 0, "aweme_id": identity, "collect_count": likes // 20,
            "comment_count": likes // 30, "digg_count": likes, "play_count": 0,
            "share_count": likes // 10,
        },
        "status": {
            "allow_share": True, "aweme_id": identity, "in_reviewing": False, "is_delete": False,
            "is_prohibited": False, "part_see": 0, "private_status": 0,
            "review_result": {"review_status": 0},
        },
        "suggest_words": {
            "suggest_words": [
                {"extra_info": "{}", "hint_text": word, "scene": "search",
                 "words": [{"info": _noise(chance, 150), "word": word, "word_id": identity}]}
                for word in chance.sample(_WORDS, k=3)
            ]
        },
        "text_extra": [
            {"start": at, "end": at + 3, "type": 1, "hashtag_name": tag, "hashtag_id": identity}
            for at, tag in enumerate(tags)
        ],
        "video": _video(chance, duration),
        "video_tag": [{"level": level, "tag_id": 2_000 + level, "tag_name": "生活"}
                      for level in (1, 2, 3)],
    }  # fmt: skip


def _author(chance: Random, uid: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(_AUTHOR_FLAGS, False),
        **{name: chance.randrange(9) for name in _AUTHOR_NUMBERS},
        **dict.fromkeys(_AUTHOR_TEXTS, ""),
        **dict.fromkeys(f"{name}_{kind}" for name in _AUTHOR_TEXTS for kind in ("list", "info")),
        "avatar_thumb": _picture(chance, 1, 120),
        "cover_url": [_picture(chance, 3, 138)],
        "nickname": "深圳发布",
        "sec_uid": _noise(chance, 76),
        "share_info": {"share_desc": "", "share_qrcode_url": _picture(chance, 3, 138)},
        "signature": "".join(chance.choices(_WORDS, k=20)),
        "uid": uid,
        "unique_id": _noise(chance, 8),
    }


def _music(chance: Random) -> dict[str, Any]:
    sizes = ("avatar_large", "avatar_medium", "avatar_thumb")
    covers = ("cover_hd", "cover_large", "cover_medium", "cover_thumb")
    return {
        **{name: _picture(chance, 1, 125) for name in (*sizes, *covers)},
        **dict.fromkeys((f"is_{name}" for name in (*_AUTHOR_TEXTS, *_AUTHOR_NUMBERS)), False),
        "artists": [],
        "author": "深圳发布",
        "duration": 28,
        "extra": '{"is_aed_music":1,"with_aed_model":1,"note":"' + _noise(chance, 850) + '"}',
        "id": chance.randrange(10**18),
        "matched_pgc_sound": {"author": "深圳", "cover_medium": _picture(chance, 3, 94)},
        "play_url": {"uri": _address(chance, 88), "url_list": [_address(chance, 88)] * 2},
        "sec_uid": _noise(chance, 55),
        "strong_beat_url": {"uri": _address(chance, 96), "url_list": [_address(chance, 96)] * 2},
        "title": "创作的原声",
    }


def _video(chance: Random, duration: int) -> dict[str, Any]:
    uri = "v0300fg10000" + _noise(chance, 20)
    rates = [
        {
            "FPS": 30, "HDR_bit": "", "HDR_type": "", "bit_rate": chance.randrange(10**5, 10**7),
            "gear_name": f"adapt_{height}_{place}", "is_bytevc1": place % 2, "is_h265": place % 2,
            "play_addr": _stream(chance, uri, height), "quality_type": place,
            "video_extra": '{"PktOffsetMap":""}',
        }
        for place, height in enumerate((1080,) * 4 + (720,) * 4 + (540,) * 3 + (480, 360))
    ]  # fmt: skip
    return {
        "animated_cover": _picture(chance, 3, 182),
        "big_thumbs": None,
        "bit_rate": rates,
        "cover": _picture(chance, 4, 282),
        "download_addr": _stream(chance, uri, 720),
        "duration": duration,
        "dynamic_cover": _picture(chance, 3, 182),
        "height": 1440,
        "meta": '{"bright_ratio_mean":"0.0525","note":"' + _noise(chance, 450) + '"}',
        "origin_cover": _picture(chance, 3, 254),
        **{name: _stream(chance, uri, 1080) for name in ("play_addr", "play_addr_265")},
        "play_addr_h264": _stream(chance, uri, 1080),
        "ratio": "1080p",
        "width": 1080,
    }


def _stream(chance: Random, uri: str, height: int) -> dict[str, Any]:
    return {
        "data_size": chance.randrange(10**6, 10**7),
        "file_cs": "c:0-14924-075e|d:0-1632962-e8c3,1632963-3265926-40b1|a:" + uri,
        "file_hash": f"{chance.getrandbits(128):032x}",
        "height": height,
        "uri": uri,
        "url_key": f"{uri}_h264_{height}p_{chance.randrange(10**7)}",
        "url_list": [*_addresses(chance, 2, 470), _address(chance, 230)],
        "width": height * 3 // 4,
    }


def _picture(chance: Random, count: int, length: int) -> dict[str, Any]:
    return {
        "height": 720,
        "uri": "tos-cn-p-0015/" + _noise(chance, 40),
        "url_list": _addresses(chance, count, length),
        "width": 720,
    }


def _address(chance: Random, length: int) -> str:
    """An address with a signature; what does not change from one to the next is most of it."""
    fixed = (
        f"https://p{chance.randrange(9)}-sign.example/obj/tos-cn/{chance.getrandbits(128):032x}/"
        "?a=6383&ch=0&cr=0&dr=0&lr=all&cd=0%7C0%7C0%7C0&cv=1&br=1965&bt=1965&cs=0&ds=4&ft=rVWEerwwZ"
        "Rf9s&mime_type=video_mp4&qs=0&biz_tag=aweme_video&from=3213915784_large&s=PackSource&se=F"
        "&sc=cover&x-expires=1681434000&l=2023040110&tk=webapp&feature=all&net=4g&codec=2&v=1&sig="
    )
    signature = _noise(chance, 60)
    return fixed[: length - len(signature)] + signature


def _addresses(chance: Random, count: int, length: int) -> list[str]:
    """The same file on several hosts: what follows the host differs little."""
    one = _address(chance, length)
    return [one.replace("://p", f"://p{chance.randrange(9)}", 1) for _ in range(count)]


def _controls() -> dict[str, bool]:
    return {f"can_{name}": True for name in ("comment", "forward", "share", "show_comment")}


def _noise(chance: Random, length: int) -> str:
    return base64.urlsafe_b64encode(chance.randbytes(length)).decode()[:length]
