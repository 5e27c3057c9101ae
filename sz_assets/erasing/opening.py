"""What is behind a file's format: its texts and bytes, handed to a search.

Here: telling a format, and files that pack others. Not here: what files of tables hold (`tables`),
what is looked for (`finding`), or which files are read (`proof`).

Every file is searched as the bytes that it is; one that packs or compresses its content is opened
as well, and what is inside of it in turn. A format is told by the file's first bytes, not its name.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl
import pyarrow as pa

from sz_assets.erasing import tables
from sz_assets.erasing.tables import Into, Readable
from sz_assets.errors import UserError

_DEEPEST = 6
_HEAD = 16
_PIECE = 1 << 20
# Formats that pack their content and that nothing here can open.
_CLOSED = {
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"ARROW1": "an Arrow file",
    b"Obj\x01": "Avro",
    b"\x89HDF\r\n": "HDF5",
    b"\x80\x04\x95": "a pickle",
    b"\x80\x05\x95": "a pickle",
}


class Search(Protocol):
    """Who is given what files hold; `place` is where it stands, for a person."""

    def texts(self, place: str, texts: pl.Series) -> None: ...

    def stream(self, place: str, content: Readable) -> None: ...


def open_file(search: Search, path: Path, place: str) -> None:
    """Hand over the file's bytes and what is behind them; UserError if it can't be opened."""
    try:
        _Opened(search, 0).file(path, place)
    except _UNREADABLE as error:
        raise UserError(
            f"{place} can't be looked into ({' '.join(str(error).split())[:200]}): mend or remove "
            "it, then run the same command again."
        ) from error


@dataclass(frozen=True)
class _Opened:
    """So many files within files deep."""

    search: Search
    depth: int

    def texts(self, place: str, texts: pl.Series) -> None:
        self.search.texts(place, texts)

    def file(self, path: Path, place: str) -> None:
        with path.open("rb") as content:
            head = content.read(_HEAD)
            content.seek(0)
            self.search.stream(place, content)
        opener = _opener(head)
        if opener is None and path.suffix == ".journal":
            opener = tables.journal_file
        if opener is not None:
            opener(self, path, place)

    def inside(self, place: str, content: Readable) -> None:
        """What was packed: searched as it comes, or set down if it must be opened itself."""
        head = content.read(_HEAD)
        rest = _Joined(head, content)
        if _opener(head) is None:
            self.search.stream(place, rest)
            return
        if self.depth >= _DEEPEST:
            raise ValueError("too many files within files")
        with tempfile.NamedTemporaryFile(prefix="sz-assets-") as file:
            while piece := rest.read(_PIECE):
                file.write(piece)
            file.flush()
            _Opened(self.search, self.depth + 1).file(Path(file.name), place)


def _opener(head: bytes) -> _Opener | None:
    for start, name in _CLOSED.items():
        if head.startswith(start):
            raise ValueError(f"it is {name}, which can't be opened here")
    if head[8:12] == b"DUCK":
        return tables.duckdb_file
    return next((opener for start, opener in _OPENERS.items() if head.startswith(start)), None)


class _Joined:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int, /) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._rest.read(size)


def _zip(into: Into, path: Path, place: str) -> None:
    with zipfile.ZipFile(path) as archive:
        into.texts(f"{place} (names of files)", pl.Series(archive.namelist(), dtype=pl.String))
        for member in archive.infolist():
            if not member.is_dir():
                with archive.open(member) as content:
                    into.inside(f"{place} ({member.filename})", content)


def _gzip(into: Into, path: Path, place: str) -> None:
    with gzip.open(path) as content:
        into.inside(f"{place} (unpacked)", content)


def _zstd(into: Into, path: Path, place: str) -> None:
    with pa.OSFile(str(path)) as file, pa.CompressedInputStream(file, "zstd") as content:
        into.inside(f"{place} (unpacked)", content)


def _bzip2(into: Into, path: Path, place: str) -> None:
    with bz2.open(path) as content:
        into.inside(f"{place} (unpacked)", content)


def _xz(into: Into, path: Path, place: str) -> None:
    with lzma.open(path) as content:
        into.inside(f"{place} (unpacked)", content)


_Opener = Callable[[Into, Path, str], None]
_OPENERS: dict[bytes, _Opener] = {
    b"PAR1": tables.parquet_file,
    b"SQLite format 3\0": tables.sqlite_file,
    b"\x93NUMPY": tables.numpy_file,
    b"$FL2": tables.statistics_file,
    b"$FL3": tables.statistics_file,
    b"<stata_dta>": tables.statistics_file,
    b"PK\x03\x04": _zip,
    b"PK\x05\x06": _zip,
    b"\x1f\x8b": _gzip,
    b"\x28\xb5\x2f\xfd": _zstd,
    b"BZh": _bzip2,
    b"\xfd7zXZ\0": _xz,
}
# What these libraries raise on files that are damaged or not what they begin like.
_UNREADABLE = (
    OSError, ValueError, EOFError, KeyError, NotImplementedError, RuntimeError, zlib.error,
    lzma.LZMAError, zipfile.BadZipFile, sqlite3.Error, duckdb.Error, pa.ArrowException,
)  # fmt: skip
