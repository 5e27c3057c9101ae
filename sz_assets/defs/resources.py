"""Resources by role: where tables are read, and how the warehouse is opened.

Here: thin adapters that checks and assets ask for rows. Not here: paths (`storage`) or platforms
(`defs.platforms`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from dagster_duckdb import DuckDBResource

from sz_assets.contracts.table import Table, Type
from sz_assets.defs.frames import Frames
from sz_assets.defs.months import crawl_months
from sz_assets.storage import Lake

# A dozen steps of a run read the same months of the same tables, one step after the other.
_read_before = Frames()


class LakeTables:
    """Rows of raw, core and analysis tables, from Parquet."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def opened(self) -> AbstractContextManager[None]:
        """Files need not be held open; this is for what reads lake and warehouse alike."""
        return nullcontext()

    def rows(self, table: Table, crawl_month: date) -> pl.DataFrame:
        """The month's rows; raw tables come without their bodies, which no rule speaks of."""
        if table.layer != "raw":
            return self.lake.read(table, crawl_month)
        paths = [
            path
            for account_id in self.lake.accounts(table, crawl_month)
            for path in self.lake.attempts(table, crawl_month, account_id)
        ]
        return self.lake.read_attempts(table, paths, with_bodies=False)

    def previous_row_count(self, table: Table, crawl_month: date) -> int | None:
        """Rows of the newest earlier month, simulated or not like this one; None without one."""
        if table.layer == "raw":
            return None
        months = self.lake.months(table)
        kind = self._kind(table, crawl_month) if crawl_month in months else None
        # The newest first: what lies before the one that is found is not opened.
        for month in reversed([month for month in months if month < crawl_month]):
            if self._kind(table, month) == kind:
                path = self.lake.path(table, month)
                return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
        return None

    def _kind(self, table: Table, crawl_month: date) -> bool | None:
        """Whether the month's rows are simulated; None if they don't say."""
        if "data_origin" not in table.column_names:
            return None
        path = self.lake.path(table, crawl_month)
        first = pl.scan_parquet(path, glob=False).select("data_origin").head(1).collect()
        return None if first.is_empty() else bool(first.item() == "simulated")


class WarehouseTables:
    """Rows of the marts, from the working database, which is opened only while reading."""

    def __init__(self, database: DuckDBResource) -> None:
        self.database = database
        self._held: ExitStack | None = None
        self._open: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process opens the database itself."""
        return _tables_of, (self.database.database,)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """What the first read opens stays open for all others inside the outermost `with`.

        Where all was read before, nothing is opened: to open costs as much as to read a month.
        """
        if self._held is not None:
            yield
            return
        with ExitStack() as self._held:
            try:
                yield
            finally:
                self._held = self._open = None

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with self.opened():
            if self._open is None and self._held is not None:
                # The resource does not close its connection after an error, and one that stays
                # open keeps the next build from writing.
                connection = self._held.enter_context(self.database.get_connection())
                self._open = self._held.enter_context(closing(connection))
            yield self._open

    def rows(self, table: Table, crawl_month: date | None) -> pl.DataFrame:
        """The month's rows, or all of them for a table that has no months.

        What was read a moment ago is not read again unless the database has changed.
        """
        return _read_before.get(
            (self._state(), table.name, crawl_month), lambda: self._read(table, crawl_month)
        )

    def _state(self) -> tuple[Any, ...]:
        """What tells one state of the database file from another."""
        path = Path(self.database.database)
        files = (path, path.with_name(f"{path.name}.wal"))
        found = [file.stat() if file.exists() else None for file in files]
        return (
            str(path),
            *((at.st_ino, at.st_mtime_ns, at.st_size) if at else None for at in found),
        )

    def _read(self, table: Table, crawl_month: date | None) -> pl.DataFrame:
        partitioned = crawl_month is not None and "crawl_month" in table.column_names
        # Names come from the contract, never from data.
        columns = ", ".join(
            column.name for column in table.columns if column.type is not Type.BINARY
        )
        where = " where crawl_month = ?" if partitioned else ""
        order = ", ".join(table.key)
        with self._connection() as connection:
            result = connection.sql(
                f"select {columns} from main.{table.name}{where} order by {order}",
                params=[crawl_month] if partitioned else [],
            )
            frame: pl.DataFrame = result.pl()
        return frame

    def rows_until(
        self, table: Table, crawl_month: date, months_back: int | None = None
    ) -> pl.DataFrame:
        """The rows of this month and of so many before it (None: of all), ordered by the key."""
        columns = ", ".join(table.column_names)
        since = (
            ""
            if months_back is None
            else f"and crawl_month > cast(? as date) - interval {months_back:d} month"
        )
        with self._connection() as connection:
            frame: pl.DataFrame = connection.sql(
                f"select {columns} from main.{table.name} where crawl_month <= ? "
                f"{since} "
                f"order by {', '.join(table.key)}",
                params=[crawl_month] * (1 if months_back is None else 2),
            ).pl()
        return frame

    def row_counts(self, table: Table) -> dict[date | None, int]:
        """Rows per crawl month; under None for a table that has no months."""
        month = "crawl_month" if "crawl_month" in table.column_names else "null"
        with self._connection() as connection:
            rows = connection.execute(
                f"select {month}, count(*) from main.{table.name} group by all"
            ).fetchall()
        return dict(rows)

    def previous_row_count(self, table: Table, crawl_month: date) -> int | None:
        """Rows of the newest stored month before this one; None if there is none."""
        if "crawl_month" not in table.column_names:
            return None
        is_simulated = (
            "any_value(data_origin = 'simulated')"
            if "data_origin" in table.column_names
            else "null"
        )
        with self._connection() as connection:
            rows = connection.execute(
                f"select crawl_month, count(*), {is_simulated} from main.{table.name} "
                "where crawl_month <= ? group by all order by all",
                [crawl_month],
            ).fetchall()
        kinds = {month: kind for month, _, kind in rows}
        alike = [n for m, n, kind in rows if m < crawl_month and kind == kinds.get(crawl_month)]
        return alike[-1] if alike else None


def open_for_reading(path: Path) -> DuckDBResource:
    """The working database, opened so that nothing can be written by mistake."""
    return DuckDBResource(database=str(path), connection_config={"access_mode": "READ_ONLY"})


def _tables_of(database: str) -> WarehouseTables:
    return WarehouseTables(open_for_reading(Path(database)))


def months_with_marts(context: Any) -> Iterator[date]:
    """The crawl months of a run, with the warehouse open from the first to the last."""
    with context.resources.marts.opened():
        yield from crawl_months(context)
