"""English notes of the tables, said in Chinese as well.

Here: how a note is matched with what is known of it, sentence by sentence, and numbers and names
carried over. Not here: the Chinese itself (`told_*`), or where a note stands (`tables`, the
templates).
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report import (
    told_accounts,
    told_audit,
    told_claims,
    told_coding,
    told_effects,
    told_indexes,
    told_statistics,
    told_study,
)

Names = Mapping[str, Bilingual]
_PARTS = (
    told_accounts,
    told_audit,
    told_claims,
    told_coding,
    told_effects,
    told_indexes,
    told_statistics,
    told_study,
)
# Where one sentence ends and another begins; "et al. 2009" is no end.
_END = re.compile(r"(?<!\bal)\. (?=[A-Z0-9“]|[a-z]+_)")
_LETTERS = re.compile(r"[A-Za-z]{2}")
# An address, and a formula of the names of its inputs: the same in any language.
_WORDLESS = re.compile(r"https?://\S+|[a-z_]+ / [a-z_]+|[a-z]+_[a-z_]+")
# What stands in a phrase: `{n}`, `{n1}` numbers, `{c}` ids and `{x}` names, all carried over as
# they are; other words are phrases themselves.
_KEPT = re.compile(r"[ncx]\d*")
_HOLES = {
    "n": r"[-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?",
    "c": r"[\w.:`-]+",
    "x": r"(?:(?!; ).)+?",
}


class _Phrase(NamedTuple):
    """One kind of sentence; `sign` is its longest piece of fixed text."""

    sign: str
    pattern: re.Pattern[str]
    zh: str


def told(text: str, names: Names | None = None) -> Bilingual:
    """The note in both languages; the English stands for both where no Chinese is known.

    `names` are what ids in the note are called, such as those of `names_of`.
    """
    return _told(text.strip(), names or {}) or Bilingual(text, text)


def is_told(text: str, names: Names | None = None) -> bool:
    """Whether all of the note is known; a text without words needs no Chinese."""
    return _told(text.strip(), names or {}) is not None


def names_of(context: ChartContext) -> dict[str, Bilingual]:
    """What the ids of categories and accounts are called."""
    return {
        **{id_: label.name for id_, label in context.accounts.items()},
        **{one.primary_id: one.primary for one in context.categories},
        **{one.secondary_id: one.secondary for one in context.categories},
    }


def _told(text: str, names: Names) -> Bilingual | None:
    if text in names:
        return names[text]
    sentences = _split(text, _END)
    if len(sentences) > 1:
        ended = [*(f"{sentence}." for sentence in sentences[:-1]), sentences[-1]]
        return _joined([_sentence(each, names) for each in ended], "", " ")
    return _sentence(text, names)


def _sentence(text: str, names: Names) -> Bilingual | None:
    if _WORDLESS.fullmatch(text) or not _LETTERS.search(text):
        return Bilingual(text, text)
    body = text.removesuffix(".")
    said = _phrase(body, names)
    if said is None:
        return None
    return said if body == text else Bilingual(f"{said.zh}。", f"{said.en}.")


def _phrase(text: str, names: Names) -> Bilingual | None:
    """A sentence without its full stop, part of one, or a list of such parts."""
    if text in names:
        return names[text]
    if _WORDLESS.fullmatch(text) or not _LETTERS.search(text):
        return Bilingual(text, text)
    for phrase in _phrases():
        if phrase.sign in text or phrase.sign.lower() in text.lower():
            found = phrase.pattern.fullmatch(text)
            filled = None if found is None else _filled(phrase, found, names)
            if filled is not None:
                return filled
    for mark, zh in (("; ", "；"), (", ", "、"), (" and ", " 和 ")):
        parts = _split(text, re.compile(re.escape(mark)))
        if len(parts) > 1:
            said = _joined([_phrase(each, names) for each in parts], zh, mark)
            if said is not None:
                return said
    return None


def _filled(phrase: _Phrase, found: re.Match[str], names: Names) -> Bilingual | None:
    """The Chinese with what was found, and the English with its ids named; None if a part fails."""
    parts: dict[str, str] = {}
    english, at = "", 0
    for name, held in found.groupdict().items():
        is_kept = _KEPT.fullmatch(name)
        said = names.get(held, Bilingual(held, held)) if is_kept else _told(held, names)
        if said is None:
            return None
        parts[name] = said.zh
        english += found.string[at : found.start(name)] + said.en
        at = found.end(name)
    return Bilingual(phrase.zh.format(**parts), english + found.string[at:])


def _joined(parts: Iterable[Bilingual | None], zh: str, en: str) -> Bilingual | None:
    known = []
    for part in parts:
        if part is None:
            return None
        known.append(part)
    return Bilingual(zh.join(part.zh for part in known), en.join(part.en for part in known))


def _split(text: str, mark: re.Pattern[str]) -> list[str]:
    """The text between the marks, those within brackets or quotation marks left alone."""
    parts, start = [], 0
    for found in mark.finditer(text):
        before = text[start : found.start()]
        if before.count("(") == before.count(")") and before.count("“") == before.count("”"):
            parts.append(before)
            start = found.end()
    return [*parts, text[start:]]


@cache
def _phrases() -> tuple[_Phrase, ...]:
    """What is known, the longest first, so that a short phrase can't take part of a long one."""
    known = [(en, zh) for part in _PARTS for en, zh in part.PHRASES.items()]
    return tuple(_compiled(en, zh) for en, zh in sorted(known, key=lambda one: -_fixed(one[0])))


def _hole(name: str) -> str:
    return _HOLES[name[0]] if _KEPT.fullmatch(name) else ".+?"


def _fixed(en: str) -> int:
    return sum(len(literal) for literal, *_ in string.Formatter().parse(en))


def _compiled(en: str, zh: str) -> _Phrase:
    pieces = list(string.Formatter().parse(en))
    pattern = "".join(
        re.escape(literal) + ("" if name is None else f"(?P<{name}>{_hole(name)})")
        for literal, name, *_ in pieces
    )
    # A sentence may begin what elsewhere goes on within another one.
    if en[0].isalpha():
        pattern = f"(?i:{en[0]}){pattern[1:]}"
    sign = max((literal for literal, *_ in pieces), key=len)
    return _Phrase(sign, re.compile(pattern, re.DOTALL), zh)
