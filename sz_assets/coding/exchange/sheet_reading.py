"""Rows of a sheet that comes back, CSV or XLSX, into records.

Here: the columns, wherever and however they stand. Not here: file formats (`sheet_text`,
`sheet_excel`), cells (`sheet_values`), or whether a task, coder or category exists
(`coding.importing`).

A row is identified by its `task_id`. The `video_id` beside it may be damaged by a spreadsheet
program, but must not be another one. Columns that are not ours are left alone and told in `notes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sz_assets.coding.exchange.categories import is_no_category, plain
from sz_assets.coding.exchange.records import Coded, FileReading, Place, Problem
from sz_assets.coding.exchange.sheet_excel import looks_like_workbook, read_workbook
from sz_assets.coding.exchange.sheet_rows import (
    ADDED_COLUMN,
    COLUMNS,
    LONG_COLUMNS,
    SEPARATOR,
    SHOWN,
)
from sz_assets.coding.exchange.sheet_text import RawSheet, read_csv, unmark
from sz_assets.coding.exchange.sheet_values import (
    Unusable,
    instant_of,
    is_same_id,
    task_id_of,
    text_of,
    trimmed,
)
from sz_assets.coding.exchange.who_coded import WhoCoded
from sz_assets.coding.readable import unreadable
from sz_assets.errors import UserError

_T = TypeVar("_T")
_REQUIRED = ("task_id", "category")
_CONTINUED = re.compile(r"(\w+?)_(\d+)")
_BETWEEN = re.compile("[;；|\n]")


def read_codes(path: Path, *, coder_id: str | None = None) -> FileReading:
    """The rows of a sheet, by content CSV or XLSX.

    `coder_id` for rows that don't name a coder, or pairs that say who is meant (`WhoCoded`).

    Categories are the coder's own words, to be matched with `categories.category_id`. UserError
    if the file can't be read, or lacks the columns task_id and category.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise unreadable(path, error) from error
    sheets = read_workbook(path) if looks_like_workbook(head) else [read_csv(path)]
    found = [sheet for sheet in sheets if set(_REQUIRED) <= set(_names(sheet))]
    if len(found) > 1:
        raise UserError(f"{path.name} has more than one sheet of codes: keep the one that counts.")
    if not found:
        have = _names(sheets[0]) if sheets else []
        lacking = " and ".join(name for name in _REQUIRED if name not in have)
        raise UserError(
            f"{path.name} has no column {lacking}: its first row must name the columns, as in the "
            "sheet that the coder was given."
        )
    return _Reader(found[0], coder_id).read()


def _names(sheet: RawSheet) -> list[str]:
    return [plain(str(c)).replace(" ", "_") if c is not None else "" for c in sheet.header]


class _Reader:
    """Rows of one sheet into records."""

    def __init__(self, sheet: RawSheet, coder_id: str | None) -> None:
        self.sheet = sheet
        self.who = WhoCoded.of(coder_id)
        self.names = _names(sheet)
        # The cells of each column, by the number of the piece: a long text goes on in others.
        self.places: dict[str, dict[int, int]] = {}
        self.others: list[str] = []
        for index, name in enumerate(self.names):
            self._add_column(index, name)
        if self.who.everyone is None and "coder_id" not in self.places:
            raise UserError(
                f"{sheet.file} does not say who coded: add the column coder_id, or say who with "
                "--coder NAME."
            )

    def _add_column(self, index: int, name: str) -> None:
        part = _CONTINUED.fullmatch(name)
        if part and part[1] in LONG_COLUMNS:
            name, piece = part[1], int(part[2])
        else:
            piece = 1
        if name not in (*COLUMNS, ADDED_COLUMN):
            if name and name != SHOWN:
                shown = str(self.sheet.header[index]).strip()
                self.others.append(shown.encode(errors="backslashreplace").decode())
            return
        if piece in self.places.setdefault(name, {}):
            raise UserError(
                f"{self.sheet.file} has the column {name} twice: keep the one that counts."
            )
        self.places[name][piece] = index

    def read(self) -> FileReading:
        reading = FileReading(problems=list(self.sheet.problems), shows_codes=SHOWN in self.names)
        if self.others:
            reading.notes.append(
                f"{self.sheet.file}: columns that are not read: {', '.join(self.others)}."
            )
        for row in self.sheet.rows:
            if all(cell is None or not str(cell).strip() for cell in row.cells):
                continue
            if row.cells[: len(self.names)] == self.sheet.header:
                continue  # the header once more, where sheets were put together
            place = Place(self.sheet.file, row.line)
            try:
                result = self._coded(self._without_apostrophes(row.cells), place)
                is_commented = bool(self._as(trimmed, "comment", row.cells))
            except Unusable as error:
                reading.problems.append(Problem(place, f"{error}."))
                continue
            if isinstance(result, Coded):
                reading.codes.append(result)
            else:
                reading.uncoded.append((place, result))
                if is_commented:
                    reading.notes.append(f"{place}: a comment without a category is not imported.")
        reading.problems.sort(key=lambda problem: problem.place.line)
        return reading

    def _without_apostrophes(self, cells: list[object]) -> list[object]:
        """The cells without what the CSV got in front of them, if it is still there."""
        added = self._as(trimmed, ADDED_COLUMN, cells).split(SEPARATOR)
        return [
            cell[1:] if name in added and isinstance(cell, str) and cell.startswith("'") else cell
            for name, cell in zip(self.names, cells, strict=False)
        ] + cells[len(self.names) :]

    def _coded(self, cells: list[object], place: Place) -> Coded | str:
        """The record of a row, or the id of its task if that is not coded yet."""
        if any(cell is not None and str(cell).strip() for cell in cells[len(self.names) :]):
            raise Unusable("it has more cells than the header; put texts with separators in quotes")
        if len(cells) <= self.places["category"][1]:
            raise Unusable("it ends before the column category; put texts with line ends in quotes")
        task_id = self._as(task_id_of, "task_id", cells)
        video_id = unmark(task_id).split(":", 1)[1]
        if not self._as(lambda value: is_same_id(value, video_id), "video_id", cells):
            shown = self._as(trimmed, "video_id", cells)
            raise Unusable(
                f"video_id is {shown[:80]!r}, which is not the video of task_id {task_id}; copy "
                "both from the sheet that the coder was given"
            )
        categories = self._categories(cells)
        if categories is None:
            return unmark(task_id)
        named = unmark(self._as(trimmed, "coder_id", cells))
        coder_id = self.who.named.get(named, named) or self.who.everyone
        if not coder_id:
            raise Unusable("coder_id is empty; write who coded")
        return Coded(
            task_id=unmark(task_id),
            coder_id=coder_id,
            categories=categories,
            place=place,
            coded_at=self._as(instant_of, "coded_at", cells),
            codebook_version=self._as(trimmed, "codebook_version", cells) or None,
            sample_id=unmark(self._as(trimmed, "sample_id", cells)) or None,
            comment=unmark(self._as(text_of, "comment", cells)) or None,
        )

    def _as(self, convert: Callable[[object], _T], name: str, cells: list[object]) -> _T:
        """A column's cell as something; a text in several pieces is put together."""
        places = sorted(self.places.get(name, {}).items())
        values = [cells[index] for _, index in places if index < len(cells)]
        try:
            if len(values) == 1:
                return convert(values[0])
            return convert("".join(map(text_of, values)))
        except Unusable as error:
            raise Unusable(f"{name} {error}") from error

    def _categories(self, cells: list[object]) -> tuple[str, ...] | None:
        main = _split(self._as(text_of, "category", cells))
        further = _split(self._as(text_of, "further_categories", cells))
        if further and not main:
            raise Unusable("further_categories is filled but category is not; fill category first")
        found = main + further
        if len({plain(text) for text in found}) < len(found):
            raise Unusable("it has the same category twice; keep one")
        if any(map(is_no_category, found)):
            if len(found) > 1:
                raise Unusable("it has “none” beside a category; keep one of them")
            return ()
        return tuple(found) or None


def _split(text: str) -> list[str]:
    return [part for part in (unmark(piece).strip() for piece in _BETWEEN.split(text)) if part]
