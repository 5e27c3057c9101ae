"""That nothing of an account is left in a home: every file is read and searched.

Here: which files are read, and what was found. Not here: what is behind a format (`opening`), or
what is looked for (`planning`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sz_assets.erasing.finding import Finder
from sz_assets.erasing.opening import open_file
from sz_assets.erasing.tables import Readable

# What is searched in one go: the automaton is made anew each time.
_AT_ONCE = 32 * 1024**2
_PIECE = 1024**2
_TOLD_EVERY = 200


@dataclass(frozen=True)
class Hit:
    """So many finds of one kind of identifier in one place: a file, and where in it."""

    place: str
    kind: str
    count: int


@dataclass(frozen=True)
class Proof:
    """What was read, and what was found in it. Nothing was, if `hits` is empty.

    `file_count` counts names of files, `byte_count` the bytes of files on the disk.
    """

    file_count: int
    byte_count: int
    hits: tuple[Hit, ...]

    def line(self) -> str:
        """In one sentence."""
        read = f"{self.file_count:,} files ({self.byte_count / 1e6:,.1f} MB)"
        if not self.hits:
            return f"{read} were read: nothing of the account is in any of them."
        kinds: Counter[str] = Counter()
        for hit in self.hits:
            kinds[hit.kind] += hit.count
        told = ", ".join(f"{kind} {count:,} times" for kind, count in sorted(kinds.items()))
        return f"{read} were read: found were {told}, first in {self.hits[0].place}."


def prove(
    root: Path,
    wanted: Mapping[str, str],
    *,
    ignored: Collection[Path] = (),
    told: Callable[[str], object] = lambda sentence: None,
) -> Proof:
    """Look for the identifiers (with the kind of each) in every file below `root`.

    Names of files and what links lead to are searched as well. UserError names a file that can't be
    opened. `told` gets sentences on how far it is.
    """
    search = _Search(Finder(wanted))
    files = size = 0
    seen: set[tuple[int, int]] = set()
    for path in _files(root):
        if path in ignored:
            continue
        place = str(path.relative_to(root))
        search.texts(f"the name of {place}", pl.Series([place]))
        files += 1
        if path.is_symlink():
            search.texts(f"the link {place}", pl.Series([str(path.readlink())]))
            continue
        facts = path.stat()
        # Releases share files that have not changed.
        if not path.is_file() or (facts.st_dev, facts.st_ino) in seen:
            continue
        seen.add((facts.st_dev, facts.st_ino))
        size += facts.st_size
        open_file(search, path, place)
        if files % _TOLD_EVERY == 0:
            told(f"{files:,} files ({size / 1e6:,.0f} MB) read")
    return Proof(files, size, search.hits())


def _files(root: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(root, onerror=_refuse):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        found += [Path(folder) / name for name in (*names, *links)]
        # An empty folder may have a name, too.
        found += [
            Path(folder) / name for name in folders if not any((Path(folder) / name).iterdir())
        ]
    return sorted(set(found))


def _refuse(error: OSError) -> None:
    raise error


class _Search:
    """Collects what files hold, and searches it when there is enough."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._overlap = finder.longest + 8
        self._hits: Counter[tuple[str, str]] = Counter()
        self._contents: list[bytes] = []
        self._counted: list[range] = []
        self._content_places: list[str] = []
        self._texts: list[pl.Series] = []
        self._text_places: list[tuple[int, str]] = []
        self._held = 0

    def texts(self, place: str, texts: pl.Series) -> None:
        texts = texts.drop_nulls()
        if texts.is_empty():
            return
        self._texts.append(texts.alias("text"))
        self._text_places.append((texts.len(), place))
        self._hold(int(texts.estimated_size()))

    def stream(self, place: str, content: Readable) -> None:
        """Cut into pieces that overlap, so that what lies across an end is found, and once."""
        before, held = b"", b""
        while piece := content.read(_PIECE):
            held += piece
            if len(held) >= _PIECE + self._overlap:
                self._piece(place, before + held, range(len(before), len(before) + _PIECE))
                before, held = held[_PIECE - self._overlap : _PIECE], held[_PIECE:]
        self._piece(place, before + held, range(len(before), len(before) + len(held)))

    def _piece(self, place: str, content: bytes, counted: range) -> None:
        if counted:
            self._contents.append(content)
            self._counted.append(counted)
            self._content_places.append(place)
            self._hold(len(content))

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        for row, counts in self._finder.in_bytes(self._contents, self._counted).items():
            self._add(self._content_places[row], counts)
        if self._texts:
            places = [place for length, place in self._text_places for _ in range(length)]
            for row, counts in self._finder.in_texts(pl.concat(self._texts)).items():
                self._add(places[row], counts)
        self._contents, self._counted, self._content_places = [], [], []
        self._texts, self._text_places, self._held = [], [], 0

    def _add(self, place: str, counts: Mapping[str, int]) -> None:
        for identifier, count in counts.items():
            self._hits[place, self._finder.kind(identifier)] += count

    def hits(self) -> tuple[Hit, ...]:
        self._flush()
        return tuple(Hit(place, kind, count) for (place, kind), count in sorted(self._hits.items()))
