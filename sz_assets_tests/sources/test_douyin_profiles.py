"""Profiles from bytes to columns."""

from __future__ import annotations

import json

import pytest

from sz_assets.sources.protocol import PROFILE_SCHEMA
from sz_assets.sources.registry import decode_profiles


def decode(kit, body):
    frame = decode_profiles(kit.rows(body))
    assert frame.schema == PROFILE_SCHEMA
    [row] = frame.iter_rows(named=True)
    return row


def user(**fields):
    return json.dumps({"uid": "1", **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"nickname": "深圳"}, "nickname", "深圳"),
        ({"follower_count": 5, "mplatform_followers_count": 9}, "follower_count", 5),
        ({"follower_count": 0, "mplatform_followers_count": 9}, "follower_count", 9),
        ({"mplatform_followers_count": 9}, "follower_count", 9),
        ({"follower_count": 0}, "follower_count", None),
        ({"follower_count": -1}, "follower_count", None),
        ({"follower_count": "7"}, "follower_count", 7),
        ({"aweme_count": 0}, "platform_video_count", 0),
        ({"aweme_count": -1}, "platform_video_count", None),
        ({"total_favorited": 7810192431}, "total_like_count", 7810192431),
        ({}, "is_enterprise_verified", None),
        ({"enterprise_verify_reason": ""}, "is_enterprise_verified", False),
        ({"enterprise_verify_reason": "官方"}, "is_enterprise_verified", True),
        ({"enterprise_verify_reason": "官方"}, "verification_reason", "官方"),
        ({"custom_verify": "演员"}, "verification_reason", "演员"),
        ({"custom_verify": "", "enterprise_verify_reason": ""}, "verification_reason", None),
        ({"is_gov_media_vip": True}, "is_government_verified", True),
        ({"is_gov_media_vip": 0}, "is_government_verified", False),
        ({}, "is_government_verified", None),
    ],
)
def test_fields(kit, fields, column, value):
    assert decode(kit, user(**fields))[column] == value
    assert decode(kit, b'{"status_code":0,"user":' + user(**fields) + b"}")[column] == value


def test_a_stored_profile_that_has_become_unreadable_is_an_error(kit):
    with pytest.raises(ValueError, match="is not a profile"):
        decode_profiles(kit.rows(b"{}"))


@pytest.mark.real_data
def test_real_profiles(kit, real_data):
    row = decode(kit, (real_data / "douyin/api/profile_other.json").read_bytes())
    assert (row["follower_count"], row["platform_video_count"]) == (324722, 735)
    assert row["total_like_count"] == 14051911
    assert (row["is_enterprise_verified"], row["is_government_verified"]) == (False, False)
    text = (real_data / "douyin/api/gov_media_profiles_transcribed.json").read_bytes()
    users = [json.dumps(one).encode() for one in json.loads(text)["profiles"]]
    decoded = decode_profiles(kit.rows(*users))
    assert decoded["is_government_verified"].to_list() == [True, True, True]
    assert decoded["follower_count"].to_list() == [153036243, 95769103, None]
    assert decoded["is_enterprise_verified"].to_list() == [True, None, None]
