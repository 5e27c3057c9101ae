"""Which platforms and import formats exist, and the decoding of stored rows of any of them.

Here: look-up and dispatch. Not here: what a single platform says (see its module).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from sz_assets.errors import UserError
from sz_assets.sources.douyin import Douyin
from sz_assets.sources.douyin_files import DouyinFiles
from sz_assets.sources.protocol import (
    ITEM_SCHEMA,
    PROFILE_SCHEMA,
    REJECT_SCHEMA,
    Decoded,
    Decoder,
    ImportFormat,
    Source,
)

SOURCES: Mapping[str, Source] = {"douyin": Douyin()}
IMPORT_FORMATS: Mapping[str, ImportFormat] = {"douyin": DouyinFiles()}
_IMPORT = "import:"


def get_source(platform: str) -> Source:
    """The platform's source; UserError names the platforms that exist."""
    if platform not in SOURCES:
        raise UserError(
            f"The platform {platform!r} can't be crawled yet: use accounts of "
            f"{', '.join(SOURCES)}, or take the account out of the study."
        )
    return SOURCES[platform]


def get_format(name: str) -> ImportFormat:
    """The import format; UserError names the formats that exist."""
    if name not in IMPORT_FORMATS:
        raise UserError(
            f"The import format {name!r} is unknown: use one of {', '.join(IMPORT_FORMATS)}."
        )
    return IMPORT_FORMATS[name]


def import_origin(name: str) -> str:
    """`data_origin` of what was imported in this format."""
    return _IMPORT + name


def decode_pages(pages: pl.DataFrame) -> Decoded:
    """Items of rows of `raw/account_pages`, of any platform and format.

    Only rows whose outcome is ok hold items. The order is that of the rows within a platform.
    """
    return _joined(decoder.decode_pages(rows) for decoder, rows in _by_decoder(pages))


def decode_batches(batches: Iterable[pl.DataFrame]) -> Decoded:
    """`decode_pages` of many batches of rows, of which only the columns are kept."""
    return _joined(map(decode_pages, batches))


def decode_profiles(profiles: pl.DataFrame) -> pl.DataFrame:
    """Rows of `raw/account_profiles` whose outcome is ok, as `PROFILE_SCHEMA`."""
    parts = [decoder.decode_profiles(rows) for decoder, rows in _by_decoder(profiles)]
    return pl.concat([PROFILE_SCHEMA.to_frame(), *parts])


def _joined(parts: Iterable[Decoded]) -> Decoded:
    found = list(parts)
    return Decoded(
        items=pl.concat([ITEM_SCHEMA.to_frame(), *(part.items for part in found)]),
        rejected=pl.concat([REJECT_SCHEMA.to_frame(), *(part.rejected for part in found)]),
    )


def _by_decoder(rows: pl.DataFrame) -> Iterator[tuple[Decoder, pl.DataFrame]]:
    counted = rows.filter(pl.col("outcome") == "ok")
    groups = counted.partition_by("platform", "data_origin", as_dict=True, maintain_order=True)
    for (platform, origin), part in groups.items():
        if origin.startswith(_IMPORT):
            yield get_format(origin.removeprefix(_IMPORT)), part
        else:
            yield get_source(platform), part
