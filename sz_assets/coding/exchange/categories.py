"""Which category of a codebook a coder's text means.

Here: the one rule by which names, ids and their variants are matched. Not here: files.
"""

from __future__ import annotations

import re
import unicodedata

from sz_assets.coding.exchange.records import NO_CATEGORY
from sz_assets.study import Codebook

# What the sheets and projects show beside `none`.
NO_CATEGORY_ZH = "不属于任何类别"
NO_CATEGORY_EN = "No category fits"

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GAPS = re.compile(r"[\s_\-]+")


def plain(text: str) -> str:
    """A text as it is compared: width, case, gaps and invisible characters don't count."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return _GAPS.sub(" ", folded).strip()


def is_no_category(text: str) -> bool:
    """Whether a text says that no category fits."""
    return plain(text) in {plain(NO_CATEGORY), plain(NO_CATEGORY_ZH), plain(NO_CATEGORY_EN)}


def category_id(text: str, codebook: Codebook) -> str | None:
    """The secondary category that a text means by its id, its Chinese or its English name.

    Stray spaces, full-width letters, case, `_` and `-` don't count. `none` for "no category
    fits". Null if the text means no category, or more than one.
    """
    if is_no_category(text):
        return NO_CATEGORY
    wanted = plain(text)
    categories = [second for _, second in codebook.secondary]
    by_id = [second.id for second in categories if plain(second.id) == wanted]
    named = [s.id for s in categories if wanted in (plain(s.name.zh), plain(s.name.en))]
    found = by_id or named
    return found[0] if wanted and len(found) == 1 else None
