"""What all formats are written from: the chosen tables and months of one release, read only.

Here: the query of a table, its frame, what a format loses, and errors of the disk. Not here: any
format (the modules beside this one).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sz_assets.contracts.sql import literal, quoted
from sz_assets.contracts.table import Column, Table, Type
from sz_assets.errors import UserError
from sz_assets.publish.about import About
from sz_assets.publish.formats.continued import Continued

if TYPE_CHECKING:
    import polars as pl

# Beyond this a double no longer holds every whole number.
LARGEST_EXACT_INTEGER = 2**53


@dataclass(frozen=True)
class Loss:
    """Something that a format does not keep, or keeps otherwise, in one sentence."""

    code: str
    zh: str
    en: str


def described(column: Column) -> str:
    """What a column means, with its unit."""
    return column.description + (f" Unit: {column.unit}." if column.unit else "")


@dataclass(frozen=True)
class Source:
    """Tables and months of a release's open database; no months: all of them.

    `address` is where readers find the newest release's database; `continued` is what of an earlier
    release's files can be gone on with.
    """

    connection: Any
    address: Path
    about: About
    tables: tuple[Table, ...]
    months: tuple[date, ...]
    note: Callable[[str], None]
    continued: Continued | None = None
    _unsorted: dict[str, bool] = field(default_factory=dict, init=False)

    def query(
        self, table: Table, expression: Callable[[Column], str] | None = None, since: str = ""
    ) -> str:
        """SQL for the rows in the order of the key; `expression` writes each column.

        With `since` (2023-10-01) those of that crawl month and of later ones.
        """
        write = expression or (lambda column: quoted(column.name))
        columns = ", ".join(write(column) for column in table.columns)
        rows = f"from {quoted(table.name)} t{self._where(table)}"
        if since:
            rows = f"from (select * {rows}) t where crawl_month >= date {literal(since)}"
        return f"select {columns} {rows}{self._order(table)}"

    def _order(self, table: Table) -> str:
        """Nothing for a table that lies in the order of its key, as releases are written.

        To sort ten million rows takes half of the time, to see that they are sorted next to none.
        """
        key = ", ".join(f"t.{quoted(name)}" for name in table.key)
        if table.name not in self._unsorted:
            [(unsorted,)] = self.connection.execute(
                "select count(*) > 0 from "
                f"(select row({key}) as k, lag(row({key})) over () as before "
                f"from {quoted(table.name)} t) where before > k"
            ).fetchall()
            self._unsorted[table.name] = unsorted
        return f" order by {key}" if self._unsorted[table.name] else ""

    def _where(self, table: Table) -> str:
        if not self.months or "crawl_month" not in table.column_names:
            return ""
        months = ", ".join(f"date '{month}'" for month in self.months)
        return f" where crawl_month in ({months})"

    def row_count(self, table: Table) -> int:
        [(rows,)] = self.connection.execute(
            f"select count(*) from {quoted(table.name)}{self._where(table)}"
        ).fetchall()
        return int(rows)

    def frame(self, table: Table) -> pl.DataFrame:
        """The rows, with lists as JSON text: neither SPSS, Stata nor Excel has any."""
        return self.connection.sql(self.query(table, lists_as_json)).pl()  # type: ignore[no-any-return]


def lists_as_json(column: Column) -> str:
    """A list as JSON text, everything else as it is."""
    if column.type is not Type.TEXT_LIST:
        return quoted(column.name)
    return f"to_json({quoted(column.name)})::varchar as {quoted(column.name)}"


@contextmanager
def opened(warehouse: Path, spill: Path) -> Iterator[Any]:
    """The release's database, read only; what does not fit into memory goes to `spill`.

    By default it would go beside the database, into a release that nobody may change. UserError if
    it is no database, or gone.
    """
    import duckdb

    try:
        database = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.Error as error:
        name, why = warehouse.parent.name, " ".join(str(error).split())
        raise UserError(
            f"The database of release {name} can't be opened ({why}): sz-assets releases show "
            f"{name} --verify says what is wrong with it."
        ) from error
    with closing(database) as connection:
        connection.execute(f"set temp_directory = {literal(str(spill))}")
        yield connection


_REFUSALS = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
)


@contextmanager
def errors_of_the_disk() -> Iterator[None]:
    """Turn a library's own error for what the disk refuses into the system's OSError."""
    import duckdb
    from xlsxwriter.exceptions import FileCreateError

    try:
        yield
    except (duckdb.Error, FileCreateError) as error:
        if isinstance(cause := error.__context__, OSError):
            raise cause from error
        for number in _REFUSALS:
            if os.strerror(number) in str(error):
                raise OSError(number, os.strerror(number)) from error
        raise
