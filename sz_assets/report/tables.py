"""Tables of the analysis as they stand in the page: columns, cells, and an id for each row.

Here: their shape. Not here: what a column holds (the sections' modules), or HTML (`templates`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from sz_assets.charts.context import Bilingual
from sz_assets.report import formats
from sz_assets.report.sentences import Row, Value, value_of
from sz_assets.report.told import Names, told

Content = str | Markup | Bilingual


class Cell(NamedTuple):
    """What stands in a cell; `row_id` where the cell alone holds a row of the published table."""

    content: Content
    row_id: str | None = None


@dataclass(frozen=True)
class Column:
    """A column; `kind` is a class of the style sheet: `n` numbers, `tag` a word, `small` notes."""

    title: Bilingual
    show: Callable[[Row], Content]
    kind: str = ""


@dataclass(frozen=True)
class DataTable:
    """A table; with `folded` it is shut away under these words until a reader opens it.

    `lacking` are columns that were left out.
    """

    caption: Bilingual
    titles: Sequence[tuple[Bilingual, str]]
    rows: Sequence[tuple[str | None, Sequence[Cell]]]
    folded: Bilingual | None = None
    notes: Sequence[Bilingual] = ()
    lacking: Sequence[Bilingual] = ()


class Notes:
    """Texts that many rows share, each said once below the table under a number.

    `names` are what ids in the texts are called.
    """

    title = (Bilingual("注", "Note"), "n")

    def __init__(self, names: Names | None = None) -> None:
        self._names = names
        self._numbers: dict[str, int] = {}

    def number(self, texts: Iterable[str | None]) -> Cell:
        """The numbers of these texts; missing ones have none."""
        known = dict.fromkeys(text for text in texts if text)
        numbers = [self._numbers.setdefault(text, len(self._numbers) + 1) for text in known]
        return Cell(", ".join(str(number) for number in numbers))

    @property
    def texts(self) -> list[Bilingual]:
        """The texts in both languages, the first under 1."""
        return [told(text, self._names) for text in self._numbers]


def data_table(
    caption: Bilingual,
    columns: Sequence[Column],
    rows: Iterable[tuple[str | None, Row]],
    folded: Bilingual | None = None,
    notes: Sequence[str] = (),
    names: Names | None = None,
    leaves_out_empty: bool = False,
) -> DataTable:
    """A table with one line per row, each row with its id; `notes` are columns of long texts.

    `names` are what ids in those texts are called. With `leaves_out_empty` a column that
    has no value in any of several rows is left out and named below.
    """
    said = Notes(names)
    titles = [(column.title, column.kind) for column in columns]
    lines = [
        (
            place,
            [
                *(Cell(column.show(row)) for column in columns),
                *([said.number(row[name] for name in notes)] if notes else []),
            ],
        )
        for place, row in rows
    ]
    empty = {
        at
        for at in range(1, len(columns))
        if leaves_out_empty
        and len(lines) > 1
        and all(cells[at].content == formats.missing() for _, cells in lines)
    }
    kept = [at for at in range(len(titles) + bool(notes)) if at not in empty]
    titles += [Notes.title] if notes else []
    return DataTable(
        caption,
        [titles[at] for at in kept],
        [(place, [cells[at] for at in kept]) for place, cells in lines],
        folded,
        said.texts,
        [titles[at][0] for at in sorted(empty)],
    )


def row_id(table: str, *key: Any) -> str:
    """The id of a row: its table and key, other characters than `[a-z0-9_]` written as numbers."""
    parts = (
        "".join(c if c in _PLAIN else f".{ord(c):x}." for c in f"{part}".lower()) for part in key
    )
    return "--".join((table, *parts))


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def field(name: str, show: Callable[[Any], Content] = formats.text) -> Callable[[Row], Content]:
    """Shows one column of the row."""
    return lambda row: show(row[name])


def note(name: str, names: Names | None = None) -> Callable[[Row], Content]:
    """Shows an English text of the row in both languages, its ids by their names."""

    def shown(row: Row) -> Content:
        text = row[name]
        return formats.missing() if text is None or not text.strip() else told(text, names)

    return shown


def with_small(value: str | Markup, *lines: str | Bilingual) -> Markup:
    """A value with smaller lines below it, each in both languages where it has both."""
    shown = Markup("{}").format(value)
    for line in lines:
        small = _BOTH.format(*line) if isinstance(line, Bilingual) else line
        shown = Markup('{}<br><span class="small">{}</span>').format(shown, small)
    return shown


_BOTH = Markup('<span class="zh" lang="zh">{}</span> <span class="en" lang="en">{}</span>')


def interval(show: Callable[[Any], str | Markup]) -> Callable[[Row], Content]:
    """Shows `interval_low` and `interval_high`, or that there is none."""

    def shown(row: Row) -> Content:
        low, high = row["interval_low"], row["interval_high"]
        return formats.missing() if low is None or high is None else f"{show(low)} – {show(high)}"

    return shown


@dataclass(frozen=True)
class Tally:
    """How often each verdict was reached, as a table and as values for a sentence."""

    table: DataTable
    values: Mapping[str, Value | None]


def tally(
    table: str, words: Mapping[str, Bilingual], found: Sequence[str], caption: Bilingual
) -> Tally:
    """Counts the verdicts of a table's rows, in one line; a word that does not occur counts 0."""
    rows = [(word, row_id(table, "count", word), {"count": found.count(word)}) for word in words]
    cells = [Cell(Bilingual("个数", "Number"))]
    cells += [Cell(formats.count(row["count"]), place) for _, place, row in rows]
    titles = [(Bilingual("结论", "Verdict"), ""), *((label, "n") for label in words.values())]
    return Tally(
        DataTable(caption, titles, [(None, cells)]),
        {word: value_of(row, "count", place, formats.count) for word, place, row in rows},
    )
