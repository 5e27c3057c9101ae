"""A stored answer of another account, without what it says of the erased one.

Here: cutting items and objects out of a body, and masking what is left. Not here: which rows are
cut (`raw_layer`), or what a platform's item means (`sources`).

An item whose author is the erased account is its video, in whoever's list it stands: it goes. Other
items stay; what they say of the account (an object with its id: a second author, a mention, a piece
of music) goes, and its names and ids in other texts are masked.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from sz_assets.erasing import douyin_answers
from sz_assets.erasing.finding import Finder
from sz_assets.sources.douyin_json import without_mark

# An id that is shorter may be any other number or word.
LEAST_ID = 8
_GONE = object()


@dataclass(frozen=True)
class Whose:
    """The erased account: its ids on the platform, its videos, and what is looked for of it."""

    platform_ids: frozenset[str]
    video_ids: frozenset[str]
    finder: Finder

    @cached_property
    def _plain_ids(self) -> frozenset[str]:
        return frozenset(one for one in self.platform_ids if len(one) >= LEAST_ID)

    def is_author_of(self, item: Any) -> bool:
        """Whether an item of a list is a video of the account."""
        ids = douyin_answers.author_ids(item)
        return not self.platform_ids.isdisjoint(ids) or (
            douyin_answers.video_id(item) in self.video_ids
        )

    def is_meant_by(self, value: Any) -> bool:
        """Whether an object within an item bears one of the account's ids."""
        return isinstance(value, dict) and any(
            str(one) in self._plain_ids for one in value.values() if douyin_answers.is_id(one)
        )

    def is_id(self, number: int) -> bool:
        return str(number) in self._plain_ids or str(number) in self.video_ids


@dataclass(frozen=True)
class Cut:
    """What is left of a body, and how many items were taken out of it."""

    body: bytes
    removed_items: int


def cut(body: bytes, whose: Whose) -> Cut:
    """The body without the account. What is no JSON keeps its form, and is only masked."""
    text = without_mark(body)
    try:
        parts, is_lines = [_loaded(text)], False
    except (ValueError, RecursionError):
        try:
            parts, is_lines = [_loaded(line) for line in text.split(b"\n") if line.strip()], True
        except (ValueError, RecursionError):
            found = whose.finder.in_bytes([body]).get(0, ())
            return Cut(whose.finder.masked_bytes(body, found), 0)
    walker = _Walker(whose, whose.finder.in_bytes([body]).get(0, ()))
    left = [one for part in parts if (one := walker.part(part)) is not _GONE]
    if is_lines:
        return Cut(b"\n".join(map(_dumped, left)), walker.removed)
    return Cut(_dumped(left[0]) if left else b"[]", walker.removed)


class _Walker:
    def __init__(self, whose: Whose, found: Collection[str]) -> None:
        self.removed = 0
        self._whose = whose
        # A title that stands in another's words is not only this account's; see `planning`.
        self._found = found

    def part(self, value: Any) -> Any:
        """A whole answer, a list of items, or one item; `_GONE` if nothing of it is left."""
        if isinstance(value, list):
            return self._items(value)
        if (items := douyin_answers.items_of(value)) is not None:
            kept = self._items(items)
            rest = self._inside(douyin_answers.with_items(value, []))
            return douyin_answers.with_items(rest, kept)
        if self._whose.is_author_of(value):
            self.removed += 1
            return _GONE
        return self._inside(value)

    def _items(self, items: list[Any]) -> list[Any]:
        kept = [item for item in items if not self._whose.is_author_of(item)]
        self.removed += len(items) - len(kept)
        return [self._inside(item) for item in kept]

    def _inside(self, value: Any) -> Any:
        whose = self._whose
        if isinstance(value, dict):
            return {
                self._inside(name): None if whose.is_meant_by(one) else self._inside(one)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self._inside(one) for one in value if not whose.is_meant_by(one)]
        if isinstance(value, str):
            return whose.finder.masked(value, self._found) if self._found else value
        if isinstance(value, int) and not isinstance(value, bool) and whose.is_id(value):
            return 0
        return value


def masked_frame(frame: pl.DataFrame, whose: Whose) -> pl.DataFrame:
    """The rows with names and ids masked in every text and list of texts; bytes are cut."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    if texts:
        # In one go: the search costs the same for one column as for all.
        joined = masked_texts(pl.concat([frame[name].alias("text") for name in texts]), whose)
        frame = frame.with_columns(
            joined.slice(number * frame.height, frame.height).alias(name)
            for number, name in enumerate(texts)
        )
    for name, kind in frame.schema.items():
        if kind == pl.List(pl.String):
            frame = frame.with_columns(_masked_lists(frame[name], whose))
        elif kind == pl.Binary:
            bodies = frame[name].to_list()
            for row in whose.finder.in_bytes(bodies):
                bodies[row] = cut(bodies[row], whose).body
            frame = frame.with_columns(pl.Series(name, bodies, pl.Binary))
    return frame


def masked_texts(texts: pl.Series, whose: Whose) -> pl.Series:
    """The texts with the account's names and ids masked."""
    found = whose.finder.in_texts(texts)
    if not found:
        return texts
    changed = texts.to_list()
    for row, counts in found.items():
        changed[row] = whose.finder.masked(changed[row], counts)
    return pl.Series(texts.name, changed, pl.String)


def _masked_lists(lists: pl.Series, whose: Whose) -> pl.Series:
    values = lists.to_list()
    flat = pl.Series([one for each in values for one in each or ()], dtype=pl.String)
    masked = iter(masked_texts(flat, whose).to_list())
    made = [None if each is None else [next(masked) for _ in each] for each in values]
    return pl.Series(lists.name, made, pl.List(pl.String))


def _loaded(text: bytes) -> Any:
    return json.loads(text)


def _dumped(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # The platform cuts names in the middle of an emoji; half of one has no UTF-8.
        return json.dumps(value, separators=(",", ":")).encode()
