"""What all parts of a study are made of: immutable Structs, filled-in texts, bilingual names.

Here: these three shapes. Not here: any part of a study (`study_model`, `study_published`).
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Immutable, and a misspelt field is an error."""


class Name(Part, frozen=True, kw_only=True):
    """A text in Chinese and in English."""

    zh: Text
    en: Text
