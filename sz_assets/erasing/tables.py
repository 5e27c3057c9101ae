"""Files that hold tables: what texts and bytes are in them.

Here: Parquet, databases, arrays, files of statistics programs, journals of a crawl. Not here: files
that pack other files, and telling a format (`opening`).
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet

from sz_assets.contracts.sql import quoted
from sz_assets.crawl.journal import UnusableJournal, read_journal

_ROWS = 20_000
_PLAIN = ("INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "FLOAT", "HUGEINT")


class Readable(Protocol):
    """What bytes can be read from, in order."""

    def read(self, size: int, /) -> bytes: ...


class Into(Protocol):
    """Who is given what a file holds; `place` is where it stands, for a person."""

    def texts(self, place: str, texts: pl.Series) -> None: ...

    def inside(self, place: str, content: Readable) -> None: ...


def parquet_file(into: Into, path: Path, place: str) -> None:
    """Texts and bytes of every column, nested ones too."""
    with pyarrow.parquet.ParquetFile(path) as file:
        has_bytes = any("binary" in str(field.type) for field in file.schema_arrow)
        for batch in file.iter_batches(batch_size=64 if has_bytes else _ROWS):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                _arrow(into, column, f"{place} (column {name})")


def _arrow(into: Into, column: pa.Array, place: str) -> None:
    kind = column.type
    if pa.types.is_dictionary(kind):
        _arrow(into, column.dictionary, place)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        into.texts(place, pl.Series(pl.from_arrow(column), dtype=pl.String))
    elif "binary" in str(kind) and not pa.types.is_nested(kind):
        _values(into, column.to_pylist(), place)
    elif pa.types.is_map(kind):
        _arrow(into, column.keys, place)
        _arrow(into, column.items, place)
    elif pa.types.is_struct(kind):
        for part in column.flatten():
            _arrow(into, part, place)
    elif pa.types.is_nested(kind):
        _arrow(into, column.flatten(), place)


def duckdb_file(into: Into, path: Path, place: str) -> None:
    """The catalogue with its comments, and every column that is no number or time, as text."""
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        ours = "where not internal and database_name = current_database()"
        for told in (
            f"select table_name, comment, sql from duckdb_tables() {ours}",
            f"select view_name, comment, sql from duckdb_views() {ours}",
            f"select column_name, comment, column_default from duckdb_columns() {ours}",
            f"select type_name, comment, labels::varchar from duckdb_types() {ours}",
        ):
            rows = connection.execute(told).fetchall()
            _values(into, (text for row in rows for text in row), f"{place} (catalogue)")
        columns = connection.execute(
            f"select schema_name, table_name, column_name, data_type from duckdb_columns() {ours} "
            f"and table_oid in (select table_oid from duckdb_tables() {ours})"
        ).fetchall()
        for schema, table, column, kind in columns:
            if kind in _PLAIN:
                continue
            name = quoted(column)
            cursor = connection.execute(
                f"select {name if kind == 'BLOB' else f'{name}::varchar'} "
                f"from {quoted(schema)}.{quoted(table)} where {name} is not null"
            )
            while rows := cursor.fetchmany(_ROWS):
                where = f"{place} (table {table}, column {column})"
                _values(into, (value for (value,) in rows), where)


def sqlite_file(into: Into, path: Path, place: str) -> None:
    """The catalogue, and every text and run of bytes of every table."""
    # By an address: a path with a question mark would be cut there.
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        stored = connection.execute("select type, name, sql from sqlite_master").fetchall()
        _values(into, (text for row in stored for text in row), f"{place} (catalogue)")
        for kind, name, sql in stored:
            if kind != "table" or "virtual table" in str(sql).lower():
                continue
            cursor = connection.execute(f"select * from {quoted(name)}")
            while rows := cursor.fetchmany(_ROWS):
                _values(into, (value for row in rows for value in row), f"{place} (table {name})")


def numpy_file(into: Into, path: Path, place: str) -> None:
    """The texts of an array, which are four bytes a letter; numbers were searched as bytes."""
    import numpy as np

    array = np.load(path, allow_pickle=False)
    if array.dtype.kind == "U":
        _values(into, map(str, array.ravel().tolist()), place)


def statistics_file(into: Into, path: Path, place: str) -> None:
    """A file of SPSS or Stata: its texts, which SPSS packs; labels were searched as bytes."""
    import pyreadstat

    with path.open("rb") as file:
        is_spss = file.read(3) == b"$FL"
    with tempfile.TemporaryDirectory(prefix="sz-assets-") as folder:
        # The library goes by the name's ending, which a file within a file has lost.
        named = Path(folder) / ("file.sav" if is_spss else "file.dta")
        named.symlink_to(path.resolve())
        read = pyreadstat.read_sav if is_spss else pyreadstat.read_dta
        try:
            frame, _ = read(str(named))
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
            raise ValueError(str(error)) from error
    for name in frame.columns:
        _values(into, frame[name].tolist(), f"{place} (column {name})")


def journal_file(into: Into, path: Path, place: str) -> None:
    """The rows of an attempt under way; of one that can't be read the bytes were searched."""
    try:
        records = read_journal(path).records
    except UnusableJournal:
        return
    for record in records:
        _values(into, record.row.values(), place)


def _values(into: Into, values: Iterable[Any], place: str) -> None:
    texts = []
    for value in values:
        if isinstance(value, bytes) and value:
            into.inside(place, _Bytes(value))
        elif isinstance(value, str):
            texts.append(value)
    if texts:
        into.texts(place, pl.Series(texts, dtype=pl.String))


class _Bytes:
    """Bytes as a stream."""

    def __init__(self, content: bytes) -> None:
        self._left = memoryview(content)

    def read(self, size: int, /) -> bytes:
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)
