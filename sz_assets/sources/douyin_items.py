"""Douyin's list items as typed structs, straight from bytes.

Here: the types of an item's fields, and when an item is refused. Whole pages are decoded at once;
only a page in which something drifts from the types is read item by item and field by field.
Not here: where items begin and end (`douyin_json`), what the fields become (`douyin_columns`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from sz_assets.sources.douyin_json import (
    DECODE_ERRORS,
    LARGEST_COUNT,
    NULL,
    elements,
    is_present,
    mend_surrogates,
    read_count,
    read_flag,
    read_id,
    read_text,
    read_whole,
    slice_body,
)

# No short video is older than this; a time before it is a placeholder.
_EARLIEST = int(datetime(2005, 1, 1, tzinfo=UTC).timestamp())

_Digits = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,31}\Z")]
_Number = Annotated[int, Meta(gt=0)]
_Count = Annotated[int, Meta(ge=0, le=LARGEST_COUNT)]


class Statistics(msgspec.Struct, gc=False):
    digg_count: _Count | None = None
    collect_count: _Count | None = None
    share_count: _Count | None = None
    comment_count: _Count | None = None
    play_count: _Count | None = None


class Hashtag(msgspec.Struct, gc=False):
    hashtag_name: str | None = None


class Author(msgspec.Struct, gc=False):
    uid: str | None = None


class Video(msgspec.Struct, gc=False):
    duration: _Count | None = None


class Item(msgspec.Struct, gc=False):
    """An item of the types that the platform normally sends; the fields keep its names."""

    aweme_id: _Digits | _Number
    create_time: Annotated[int, Meta(ge=_EARLIEST)]
    desc: str | None = None
    duration: _Count | None = None
    is_top: bool | Annotated[int, Meta(ge=0, le=1)] | None = None
    aweme_type: int | None = None
    images: list[Raw] | None = None
    text_extra: list[Hashtag] | None = None
    statistics: Statistics | None = None
    video: Video | None = None
    author: Author | None = None
    author_user_id: _Count | None = None


class _Page(msgspec.Struct, gc=False):
    aweme_list: list[Item]


class _SplitPage(msgspec.Struct, gc=False):
    aweme_list: list[Raw]


class _LooseItem(msgspec.Struct):
    """The same item with every field left as its bytes."""

    aweme_id: Raw = NULL
    create_time: Raw = NULL
    desc: Raw = NULL
    duration: Raw = NULL
    is_top: Raw = NULL
    aweme_type: Raw = NULL
    images: Raw = NULL
    text_extra: Raw = NULL
    statistics: Raw = NULL
    video: Raw = NULL
    author: Raw = NULL
    author_user_id: Raw = NULL


class _LooseParts(msgspec.Struct):
    """The fields of an item's inner objects, left as their bytes."""

    digg_count: Raw = NULL
    collect_count: Raw = NULL
    share_count: Raw = NULL
    comment_count: Raw = NULL
    play_count: Raw = NULL
    duration: Raw = NULL
    uid: Raw = NULL
    sec_uid: Raw = NULL
    hashtag_name: Raw = NULL


_PAGE = msgspec.json.Decoder(_Page)
_LIST = msgspec.json.Decoder(list[Item])
_SPLIT_PAGE = msgspec.json.Decoder(_SplitPage)
_SPLIT_LIST = msgspec.json.Decoder(list[Raw])
_ITEM = msgspec.json.Decoder(Item)
_LOOSE_ITEM = msgspec.json.Decoder(_LooseItem)
_LOOSE_PARTS = msgspec.json.Decoder(_LooseParts)


class Rejected(Exception):
    """An item that is no video; the message is the reason."""


def decode_fast(body: memoryview, latest: int) -> list[Item] | None:
    """All items of a page at once; None if any of them needs a closer look.

    `latest` (epoch seconds) is the latest time at which an item can have been published.
    """
    try:
        items = _LIST.decode(body) if _is_list(body) else _PAGE.decode(body).aweme_list
    except DECODE_ERRORS:
        return None
    return None if items and max([item.create_time for item in items]) > latest else items


def split_page(body: memoryview) -> list[Raw]:
    """The bytes of each item of a page that needs a closer look; ValueError if it is no page."""
    try:
        if _is_list(body):
            return _SPLIT_LIST.decode(body)
        return _SPLIT_PAGE.decode(body).aweme_list
    except DECODE_ERRORS:
        return slice_body(bytes(body)).items or []


def _is_list(body: memoryview) -> bool:
    return body[:1].tobytes() == b"["


def decode_item(raw: Raw, latest: int) -> Item:
    """One item with what can be read of it. Raises Rejected without a usable id or time."""
    try:
        item = _ITEM.decode(raw)
    except DECODE_ERRORS:
        item = _decode_loosely(raw)
    if item.create_time > latest:
        raise Rejected("time: create_time is later than the observation")
    return item


def _decode_loosely(raw: Raw) -> Item:
    try:
        fields = _LOOSE_ITEM.decode(mend_surrogates(bytes(raw)))
    except DECODE_ERRORS:
        raise Rejected("unreadable: not a JSON object") from None
    video_id, created = read_id(fields.aweme_id), read_whole(fields.create_time)
    if video_id is None:
        raise Rejected("id: aweme_id is missing or not a whole number")
    if created is None:
        raise Rejected("time: create_time is missing or not a whole number")
    if not _EARLIEST <= created <= LARGEST_COUNT:
        raise Rejected("time: create_time is not a plausible time")
    counters = _parts(fields.statistics)
    hashtags = elements(fields.text_extra)
    return Item(
        aweme_id=video_id,
        create_time=created,
        desc=read_text(fields.desc),
        duration=read_count(fields.duration),
        is_top=read_flag(fields.is_top),
        aweme_type=read_whole(fields.aweme_type),
        images=elements(fields.images),
        text_extra=None
        if hashtags is None
        else [Hashtag(read_text(_parts(tag).hashtag_name)) for tag in hashtags],
        statistics=Statistics(
            digg_count=read_count(counters.digg_count),
            collect_count=read_count(counters.collect_count),
            share_count=read_count(counters.share_count),
            comment_count=read_count(counters.comment_count),
            play_count=read_count(counters.play_count),
        ),
        video=Video(read_count(_parts(fields.video).duration)),
        author=Author(read_id(_parts(fields.author).uid)),
        author_user_id=read_count(fields.author_user_id),
    )


def _parts(raw: Raw) -> _LooseParts:
    """The fields of an inner object; all missing if it is no object."""
    try:
        return _LOOSE_PARTS.decode(raw)
    except DECODE_ERRORS:
        return _LooseParts()


def identify(element: Raw) -> tuple[bool, frozenset[str]]:
    """Whether an element of a list is an item at all, and the ids that it gives of its author."""
    try:
        fields = _LOOSE_ITEM.decode(mend_surrogates(bytes(element)))
    except DECODE_ERRORS:
        return False, frozenset()
    author = _parts(fields.author)
    ids = (read_id(author.uid), read_id(fields.author_user_id), read_text(author.sec_uid))
    return is_present(fields.aweme_id), frozenset(each for each in ids if each)
