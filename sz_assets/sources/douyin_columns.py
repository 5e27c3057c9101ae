"""Douyin's typed items as neutral columns: one frame for many pages.

Here: which neutral column each field of an item becomes. Not here: reading an item from bytes
(`douyin_items`), time zones and duplicates (`core.normalize`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from sz_assets.sources.bodies import body_views
from sz_assets.sources.douyin_items import (
    Item,
    Rejected,
    Statistics,
    decode_fast,
    decode_item,
    split_page,
)
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


@dataclass
class _Places:
    """Where items come from: the row of the page, and the place within it."""

    rows: list[int] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)

    def add(self, row: int, indexes: range) -> None:
        self.rows += [row] * len(indexes)
        self.indexes += indexes


def decode_pages(pages: pl.DataFrame) -> Decoded:
    """Items of stored pages (rows of `raw/account_pages` with outcome ok), in order.

    Raises ValueError for a page that is not one: what was stored as a page has become unreadable.
    """
    kept: list[Item] = []
    rejected: list[tuple[str, bytes]] = []
    kept_at, rejected_at = _Places(), _Places()
    observed = pages["received_at"].dt.epoch("s").to_list()
    for row, (body, second) in enumerate(zip(body_views(pages["body"]), observed, strict=True)):
        latest = second + _CLOCK_TOLERANCE_SECONDS
        items = decode_fast(body, latest)
        if items is not None:
            kept += items
            kept_at.add(row, range(len(items)))
            continue
        for index, raw in enumerate(split_page(body)):
            try:
                item = decode_item(raw, latest)
            except Rejected as reason:
                rejected.append((str(reason), bytes(raw)))
                rejected_at.add(row, range(index, index + 1))
            else:
                kept.append(item)
                kept_at.add(row, range(index, index + 1))
    return Decoded(
        items=_columns(kept, kept_at, pages),
        rejected=_reject_columns(rejected, rejected_at, pages),
    )


def _author(item: Item) -> str | None:
    # The text is preferred: tools that rewrite pages round large numbers.
    if item.author is not None and item.author.uid:
        return item.author.uid
    return str(item.author_user_id) if item.author_user_id else None


def _hashtags(items: list[Item]) -> pl.Series:
    """The names of each item's tags; one flat array and where each list ends.

    Polars takes thirty times as long to make a column of Python's lists.
    """
    names: list[str] = []
    ends = [0]
    for item in items:
        if item.text_extra:
            names += [tag.hashtag_name for tag in item.text_extra if tag.hashtag_name]
        ends.append(len(names))
    lists = pa.LargeListArray.from_arrays(
        pa.array(ends, pa.int64()),
        pa.array(names, pa.large_string()),
        mask=pa.array([item.text_extra is None for item in items], pa.bool_()),
    )
    return pl.Series(lists)


def _lineage(places: _Places, pages: pl.DataFrame) -> pl.DataFrame:
    page_columns = pages.select(
        "account_id",
        "page_number",
        "data_origin",
        raw_page_sha256="body_sha256",
        observed_at="received_at",
    )
    indexes = pl.Series("raw_item_index", places.indexes, pl.Int64)
    return page_columns[pl.Series(places.rows, dtype=pl.UInt32)].with_columns(indexes)


def _columns(items: list[Item], places: _Places, pages: pl.DataFrame) -> pl.DataFrame:
    statistics = [item.statistics or _NO_STATISTICS for item in items]
    typed = pl.DataFrame(
        {
            "video_id": [str(item.aweme_id) for item in items],
            "author_platform_uid": [_author(item) for item in items],
            "created": [item.create_time for item in items],
            "title": [item.desc for item in items],
            "hashtags": _hashtags(items),
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
    lineage = _lineage(places, pages)
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
    rejected: list[tuple[str, bytes]], places: _Places, pages: pl.DataFrame
) -> pl.DataFrame:
    reasons = pl.DataFrame(
        rejected, schema={"reason": pl.String(), "item_body": pl.Binary()}, orient="row"
    )
    lineage = _lineage(places, pages)
    return pl.concat([lineage, reasons], how="horizontal").select(REJECT_SCHEMA.names())
