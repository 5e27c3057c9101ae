"""Douyin's typed items as neutral columns: one frame for many pages.

Here: which neutral column each field of an item becomes. Not here: reading an item from bytes
(`douyin_items`), time zones and duplicates (`core.normalize`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

import polars as pl

from sz_assets.sources.douyin_items import Item, Rejected, Statistics, decode_fast, decode_item
from sz_assets.sources.douyin_json import slice_body
from sz_assets.sources.protocol import ITEM_SCHEMA, REJECT_SCHEMA, Decoded

_PHOTO_POST = 68
# Clocks differ, and a platform may date a post ahead; more than a day is a mistake.
_CLOCK_TOLERANCE_SECONDS = 86_400
_NO_STATISTICS = Statistics()
_FROM_ITEM = (
    "video_id",
    "author_platform_uid",
    "title",
    "hashtags",
    "like_count",
    "favorite_count",
    "share_count",
    "comment_count",
    "play_count",
    "is_pinned",
)


def decode_pages(pages: pl.DataFrame) -> Decoded:
    """Items of stored pages (rows of `raw/account_pages` with outcome ok), in order.

    Raises ValueError for a page that is not one: what was stored as a page has become unreadable.
    """
    kept: list[Item] = []
    kept_at: list[tuple[int, int]] = []
    rejected: list[tuple[int, int, str, bytes]] = []
    bodies = pages["body"].to_list()
    for row, (body, received_at) in enumerate(zip(bodies, pages["received_at"], strict=True)):
        latest = int(received_at.replace(tzinfo=UTC).timestamp()) + _CLOCK_TOLERANCE_SECONDS
        items = decode_fast(body, latest)
        if items is not None:
            kept.extend(items)
            kept_at.extend((row, index) for index in range(len(items)))
            continue
        for index, raw in enumerate(slice_body(body).items or ()):
            try:
                item = decode_item(raw, latest)
            except Rejected as reason:
                rejected.append((row, index, str(reason), bytes(raw)))
            else:
                kept.append(item)
                kept_at.append((row, index))
    return Decoded(items=_columns(kept, kept_at, pages), rejected=_reject_columns(rejected, pages))


def _author(item: Item) -> str | None:
    # The text is preferred: tools that rewrite pages round large numbers.
    if item.author is not None and item.author.uid:
        return item.author.uid
    return str(item.author_user_id) if item.author_user_id else None


def _tags(item: Item) -> list[str] | None:
    if item.text_extra is None:
        return None
    return [tag.hashtag_name for tag in item.text_extra if tag.hashtag_name]


def _lineage(rows: Iterable[int], indexes: Iterable[int], pages: pl.DataFrame) -> pl.DataFrame:
    places = pl.DataFrame(
        {"row": list(rows), "raw_item_index": list(indexes)},
        schema={"row": pl.UInt32, "raw_item_index": pl.Int64},
    )
    page_columns = pages.select(
        "account_id",
        "page_number",
        "data_origin",
        raw_page_sha256="body_sha256",
        observed_at="received_at",
    )
    return pl.concat(
        [page_columns[places["row"]], places.select("raw_item_index")], how="horizontal"
    )


def _columns(items: list[Item], places: list[tuple[int, int]], pages: pl.DataFrame) -> pl.DataFrame:
    statistics = [item.statistics or _NO_STATISTICS for item in items]
    typed = pl.DataFrame(
        {
            "video_id": [str(item.aweme_id) for item in items],
            "author_platform_uid": [_author(item) for item in items],
            "created": [item.create_time for item in items],
            "title": [item.desc for item in items],
            "hashtags": [_tags(item) for item in items],
            "is_photo": [bool(item.images) or item.aweme_type == _PHOTO_POST for item in items],
            "item_ms": [item.duration for item in items],
            "video_ms": [item.video.duration if item.video else None for item in items],
            "like_count": [counters.digg_count for counters in statistics],
            "favorite_count": [counters.collect_count for counters in statistics],
            "share_count": [counters.share_count for counters in statistics],
            "comment_count": [counters.comment_count for counters in statistics],
            "play_count": [counters.play_count for counters in statistics],
            "is_pinned": [bool(item.is_top) for item in items],
        },
        schema={name: type_ for name, type_ in ITEM_SCHEMA.items() if name in _FROM_ITEM}
        | {"created": pl.Int64(), "is_photo": pl.Boolean()}
        | {"item_ms": pl.Int64(), "video_ms": pl.Int64()},
    )
    lineage = _lineage((row for row, _ in places), (index for _, index in places), pages)
    positive_ms = pl.coalesce(
        pl.when(pl.col(name) > 0).then(pl.col(name)) for name in ("item_ms", "video_ms")
    )
    kind = pl.when("is_photo")
    return (
        pl.concat([typed, lineage], how="horizontal")
        .with_columns(
            published_at=pl.from_epoch("created", time_unit="s").cast(pl.Datetime("us")),
            media_type=kind.then(pl.lit("photo")).otherwise(pl.lit("video")),
            # A length of 0 is how the platform says that it gives none.
            duration_seconds=kind.then(None).otherwise(positive_ms / 1000),
            # Plays are always 0 here, which means that the platform hides them.
            play_count=pl.when(pl.col("play_count") > 0).then("play_count"),
            url=pl.format(
                "https://www.douyin.com/{}/{}",
                kind.then(pl.lit("note")).otherwise(pl.lit("video")),
                "video_id",
            ),
        )
        .select(ITEM_SCHEMA.names())
    )


def _reject_columns(
    rejected: list[tuple[int, int, str, bytes]], pages: pl.DataFrame
) -> pl.DataFrame:
    lineage = _lineage((row for row, *_ in rejected), (place[1] for place in rejected), pages)
    reasons = pl.DataFrame(
        {"reason": [place[2] for place in rejected], "item_body": [place[3] for place in rejected]},
        schema={"reason": pl.String(), "item_body": pl.Binary()},
    )
    return pl.concat([lineage, reasons], how="horizontal").select(REJECT_SCHEMA.names())
