"""Files of raw Douyin answers: items or pages, or profiles, as JSON or NDJSON.

Here: telling what a file holds. Not here: reading it from disk or giving it to an account
(`crawl.import_files`).
"""

from __future__ import annotations

import polars as pl
from msgspec import Raw

from sz_assets.sources import douyin_columns, douyin_items, douyin_profiles
from sz_assets.sources.douyin_json import NotJson, slice_body, without_mark
from sz_assets.sources.protocol import Decoded, FileReading, ImportedProfile, UnreadableFile


class DouyinFiles:
    """The import format `douyin`."""

    name = "douyin"
    platform = "douyin"

    def read_file(self, body: bytes) -> FileReading:
        """What the file holds. UnreadableFile says why it is neither items nor profiles."""
        if not body.strip():
            raise UnreadableFile("is empty")
        try:
            sliced = slice_body(body)
        except NotJson as error:
            raise UnreadableFile(f"is not JSON ({error})") from None
        parts = [Raw(without_mark(body))] if sliced.items is None else sliced.items
        if not parts:
            raise UnreadableFile("holds no videos and no profiles")
        profiles = [_profile(part) for part in parts]
        if all(profile is not None for profile in profiles):
            return FileReading(0, (), tuple(profile for profile in profiles if profile))
        if sliced.items is None or any(profile is not None for profile in profiles):
            raise UnreadableFile("holds something else than a list of videos or of profiles")
        found = [douyin_items.identify(part) for part in parts]
        if not any(is_item for is_item, _ in found):
            raise UnreadableFile("holds something else than a list of videos or of profiles")
        return FileReading(len(parts), tuple(author for _, author in found if author), ())

    def decode_pages(self, pages: pl.DataFrame) -> Decoded:
        return douyin_columns.decode_pages(pages)

    def decode_profiles(self, profiles: pl.DataFrame) -> pl.DataFrame:
        return douyin_profiles.decode_profiles(profiles)


def _profile(part: Raw) -> ImportedProfile | None:
    body = bytes(part)
    user = douyin_profiles.read_user(body)
    return ImportedProfile(body, douyin_profiles.user_ids(user)) if user else None
