"""Texts of tasks as tools for annotation can hold and show them.

Here: what stands for a missing title, and characters that no database or XML takes. Not here: any
format. Titles are shown only; nothing of them is read back.
"""

from __future__ import annotations

import re

NO_TITLE = "（无标题 / no title）"

# NUL and halves of characters: no database and no UTF-8 file can hold them.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# All that XML 1.0 forbids besides.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REPLACEMENT = "\ufffd"


def storable(text: str) -> str:
    """The text with U+FFFD for each NUL and each half of a character; all else unchanged."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def shown_title(title: str | None) -> str:
    """The title to show: a stand-in where there is none, since tools refuse empty texts."""
    return storable(title) if title and title.strip() else NO_TITLE


def xml_text(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 forbids."""
    return _NOT_XML.sub(_REPLACEMENT, text)
