"""Many identifiers looked for at once, in texts and in bytes, in JSON, HTML or XML as well.

Here: the search and the masking of what it finds. Not here: what is looked for (`planning`), or
what is behind a file's format (`opening`).

Ids and names count where they stand alone: `swat` is not found in `swat_team`, nor 12345678 in a
longer number. Titles count wherever they stand.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

ACCOUNT_ID, PLATFORM_ID, NAME = "account id", "platform id", "name"
VIDEO_ID, TITLE = "video id", "title"
KINDS = (ACCOUNT_ID, PLATFORM_ID, NAME, VIDEO_ID, TITLE)
# Stands in the place of what is masked: one for each UTF-16 unit, by which platforms count places.
MASK = "＊"

# The automaton need not hold whole titles: what begins like one is compared in full.
_BEGINNING = 24
_WORD = "[A-Za-z0-9_]"
# The end of an escape is no letter of the text: \n, \u6df1, %2F.
_AFTER_ESCAPE = r"(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})"


@dataclass(frozen=True)
class _Spelling:
    """One way in which an identifier may be written."""

    written: str
    identifier: str
    kind: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        found = re.escape(self.written)
        if self.kind == TITLE:
            return re.compile(found)
        sign = "[0-9]" if self.identifier.isdecimal() else _WORD
        before = f"(?:(?<!{sign})|{_AFTER_ESCAPE})" if re.match(_WORD, self.identifier) else ""
        after = f"(?!{sign})" if re.match(_WORD, self.identifier[-1]) else ""
        return re.compile(before + found + after)


class Finder:
    """Looks for identifiers, given with the kind of each."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._wanted = dict(wanted)
        self._in_texts: dict[str, list[_Spelling]] = {}
        self._in_bytes: dict[str, list[_Spelling]] = {}
        for identifier, kind in wanted.items():
            # A text may be its own JSON spelling: it is counted once.
            for written, beginning in _spellings(identifier).items():
                self._in_texts.setdefault(beginning, []).append(
                    _Spelling(written, identifier, kind)
                )
                self._in_bytes.setdefault(_as_latin(beginning), []).append(
                    _Spelling(_as_latin(written), identifier, kind)
                )
        #: So many bytes may one identifier take: pieces of a content must overlap by as much.
        self.longest = max(
            (len(one.written) for group in self._in_bytes.values() for one in group), default=0
        )

    def kind(self, identifier: str) -> str:
        return self._wanted[identifier]

    def in_texts(self, texts: pl.Series) -> dict[int, Counter[str]]:
        """The identifiers in each text that has any, with how often, by its place in the series."""
        return _found(texts, self._in_texts, None)

    def in_bytes(
        self, contents: Sequence[bytes | memoryview], counted: Sequence[range] | None = None
    ) -> dict[int, Counter[str]]:
        """The same for bytes, read as UTF-8; `counted` says where a find in each must begin."""
        # Latin-1 gives each byte a character of its own, so any bytes are a text.
        texts = pl.Series([str(content, "latin-1") for content in contents], dtype=pl.String)
        return _found(texts, self._in_bytes, counted)

    def masked(self, text: str, identifiers: Iterable[str]) -> str:
        """The text with each of these identifiers masked, in letters of the same number.

        A text may be JSON itself: what is escaped in it is masked by escapes.
        """
        for identifier in sorted(identifiers, key=len, reverse=True):
            mask = MASK * (len(identifier.encode("utf-16-le")) // 2)
            for written, put in {write(identifier): write(mask) for write in _WRITERS}.items():
                own = _Spelling(written, identifier, self._wanted[identifier])
                # As a function: what is put has backslashes that mean nothing.
                text = own.pattern.sub(lambda _, put=put: put, text)  # type: ignore[misc]
        return text

    def masked_bytes(self, content: bytes, identifiers: Iterable[str]) -> bytes:
        """The same for bytes that are no JSON, in every spelling, with asterisks."""
        text = content.decode("latin-1")
        wanted = set(identifiers)
        spelt = [
            one for group in self._in_bytes.values() for one in group if one.identifier in wanted
        ]
        for one in sorted(spelt, key=lambda one: len(one.written), reverse=True):
            text = one.pattern.sub("*" * len(one.written), text)
        return text.encode("latin-1")


def _found(
    texts: pl.Series, table: Mapping[str, list[_Spelling]], counted: Sequence[range] | None
) -> dict[int, Counter[str]]:
    if not table or texts.is_empty():
        return {}
    beginnings = list(table)
    places = texts.str.contains_any(beginnings).fill_null(False).arg_true()
    if places.is_empty():
        return {}
    chosen = texts.gather(places)
    # Both tell of the same finds in the same order.
    parts = chosen.str.extract_many(beginnings, overlapping=True).to_list()
    starts = chosen.str.find_many(beginnings, overlapping=True).to_list()
    found: dict[int, Counter[str]] = {}
    for row, place in enumerate(places.to_list()):
        text, counts = chosen[row], Counter[str]()
        within = counted[place] if counted else range(len(text))
        for part, start in zip(parts[row], _letters(text, starts[row]), strict=True):
            counts.update(
                one.identifier
                for one in table[part]
                if start in within and one.pattern.match(text, start)
            )
        if counts:
            found[place] = counts
    return found


def _letters(text: str, starts: list[int]) -> list[int]:
    """The numbers of the letters that begin at these bytes of the text in UTF-8."""
    if text.isascii():
        return starts
    encoded = np.frombuffer(text.encode(), dtype=np.uint8)
    letters = np.cumsum((encoded & 0xC0) != 0x80) - 1
    found: list[int] = letters[starts].tolist()
    return found


def _spellings(identifier: str) -> dict[str, str]:
    """Each way of writing it, with how that begins."""
    begins = identifier[:_BEGINNING]
    return {write(identifier): write(begins) for write in _WRITERS}


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _escaped_upper(text: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}", lambda m: "\\u" + m[0][2:].upper(), _escaped(text))


def _referred(text: str, form: str) -> str:
    """With references of XML in the place of all but ASCII."""
    return "".join(
        one if one.isascii() else f"&#{ord(one):{form}};" for one in html.escape(text, quote=False)
    )


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


# JSON as text within JSON is escaped twice; some writers escape the slash as well.
_WRITERS: tuple[Callable[[str], str], ...] = (
    str,
    _in_json,
    lambda text: _in_json(_in_json(text)),
    lambda text: _in_json(text).replace("/", "\\/"),
    _escaped,
    _escaped_upper,
    lambda text: _escaped(text).replace("/", "\\/"),
    lambda text: _escaped(_escaped(text)),
    html.escape,
    lambda text: html.escape(text, quote=False),
    lambda text: html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    lambda text: _referred(text, "d"),
    lambda text: _referred(text, "x").replace("&#", "&#x"),
    lambda text: _referred(text, "X").replace("&#", "&#x"),
    lambda text: text.replace('"', '""'),
)


def _as_latin(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
