"""Sentences of the report: made from values, each value a link to the row that holds it.

Here: filling bilingual templates. Not here: which sentences there are (the sections' modules), or
the rows (`tables`). A sentence without a value can't be made; one whose value is missing is not.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from sz_assets.charts.context import Bilingual
from sz_assets.report import formats

Row = Mapping[str, Any]
Number = Callable[[Any], "str | Markup"]
Show = Callable[[Any], "str | Markup | Bilingual"]

_LINK = Markup('<a href="#{}">{}</a>')


@dataclass(frozen=True)
class Value:
    """A value as the reader sees it, and the id of the row that holds it."""

    shown: str | Bilingual
    row_id: str


@dataclass(frozen=True)
class Sentence:
    """The sentence in both languages, as HTML, and the ids of the rows that it links to."""

    zh: Markup
    en: Markup
    row_ids: tuple[str, ...]


def value_of(row: Row | None, field: str, row_id: str, show: Show = formats.number) -> Value | None:
    """The row's value, shown as its table shows it; None where it is missing."""
    held = None if row is None else row[field]
    return None if held is None else Value(show(held), row_id)


def say(
    template: Bilingual, values: Mapping[str, Value | None], **names: Bilingual
) -> Sentence | None:
    """The template with each `{name}` replaced by a linked value or by a name.

    None if a value that it uses is missing. ValueError if it uses no value at all, because then
    nothing in the tables stands behind the sentence; KeyError for a name that is not given.
    """
    used = {
        field for _, field, _, _ in string.Formatter().parse(template.zh + template.en) if field
    }
    said = {name: values[name] for name in sorted(used) if name not in names}
    if not said:
        raise ValueError(f"a sentence without a value can't be said: {template.en}")
    known = {name: value for name, value in said.items() if value is not None}
    if len(known) < len(said):
        return None
    zh, en = (
        Markup(escape(text)).format(  # noqa: S704 (escaped, and format escapes what it fills in)
            **{name: words[place] for name, words in names.items()},
            **{name: _linked(value, place) for name, value in known.items()},
        )
        for place, text in enumerate(template)
    )
    return Sentence(zh, en, tuple(dict.fromkeys(value.row_id for value in known.values())))


def _linked(value: Value, place: int) -> Markup:
    shown = value.shown[place] if isinstance(value.shown, Bilingual) else value.shown
    return _LINK.format(value.row_id, shown)


def known(sentences: list[Sentence | None]) -> list[Sentence]:
    """Those that could be said."""
    return [sentence for sentence in sentences if sentence is not None]
