"""Douyin's account profiles as typed, neutral columns.

Here: what each field of a profile means. Not here: whether an account is eligible
(`core.eligibility`).
"""

from __future__ import annotations

import msgspec
import polars as pl
from msgspec import Raw

from sz_assets.sources.douyin_json import (
    DECODE_ERRORS,
    NULL,
    is_present,
    mend_surrogates,
    read_count,
    read_flag,
    read_id,
    read_text,
)
from sz_assets.sources.protocol import PROFILE_SCHEMA


class User(msgspec.Struct):
    """A profile object with every field left as its bytes; it is one small object per account."""

    uid: Raw = NULL
    sec_uid: Raw = NULL
    unique_id: Raw = NULL
    nickname: Raw = NULL
    follower_count: Raw = NULL
    mplatform_followers_count: Raw = NULL
    aweme_count: Raw = NULL
    total_favorited: Raw = NULL
    custom_verify: Raw = NULL
    enterprise_verify_reason: Raw = NULL
    is_gov_media_vip: Raw = NULL
    user: Raw = NULL


_USER = msgspec.json.Decoder(User)


def read_user(body: bytes) -> User | None:
    """The profile in a whole answer (`{user: {…}}`) or a bare profile object; None if neither."""
    try:
        user = _USER.decode(mend_surrogates(body))
        if is_present(user.user):
            user = _USER.decode(user.user)
    except DECODE_ERRORS:
        return None
    return user if user_ids(user) else None


def user_ids(user: User) -> frozenset[str]:
    """The ids by which a study may know the account: number, list id and the public one."""
    ids = (read_id(user.uid), read_text(user.sec_uid), read_text(user.unique_id))
    return frozenset(identity for identity in ids if identity)


def decode_profiles(profiles: pl.DataFrame) -> pl.DataFrame:
    """Rows of `raw/account_profiles` with outcome ok as `PROFILE_SCHEMA`, in order.

    Raises ValueError for a stored profile that has become unreadable.
    """
    rows = []
    stored = profiles.select("account_id", "body", "received_at", "body_sha256", "data_origin")
    for account_id, body, received_at, sha256, origin in stored.iter_rows():
        user = read_user(body)
        if user is None:
            raise ValueError(f"The stored profile {sha256} of {account_id} is not a profile.")
        rows.append((account_id, *_fields(user), received_at, sha256, origin))
    return pl.DataFrame(rows, schema=PROFILE_SCHEMA, orient="row")


def _fields(user: User) -> tuple[str | int | bool | None, ...]:
    # Followers of all of the company's apps stand in for those of this one only if these are
    # missing; an account that is studied has some, so 0 means that the number was withheld.
    followers = read_count(user.follower_count) or read_count(user.mplatform_followers_count)
    organisation = read_text(user.enterprise_verify_reason)
    return (
        read_text(user.nickname),
        followers or None,
        read_count(user.aweme_count),
        read_count(user.total_favorited),
        # `verification_type` is not used: it was seen with 0 and 1 for the same account.
        None if organisation is None else bool(organisation.strip()),
        read_flag(user.is_gov_media_vip),
        organisation or read_text(user.custom_verify) or None,
    )
