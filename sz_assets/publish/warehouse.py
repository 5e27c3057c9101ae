"""The database of a release: every published table, in order, with its comments.

Here: filling it from the working database and the lake. Not here: whether it keeps its contracts
(`inspection`) or where it is put (`release`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import comment_of
from sz_assets.contracts.sql import DUCKDB_TYPES, literal, quoted
from sz_assets.contracts.table import Table
from sz_assets.publish.taken_over import TakenOver
from sz_assets.storage import Home, Lake

# Rows that are sorted by one statement: of the widest table, with its titles, some 500 MB.
_SORTED_AT_ONCE = 500_000


def fill_warehouse(
    path: Path, home: Home, lake: Lake, storage_version: str, start: TakenOver | None = None
) -> None:
    """Write the database at `path`, sorted by each table's key, without a log beside it.

    With `start` only what has changed since is written. Raises duckdb.Error where a table of the
    working database or the lake lacks a column.
    """
    if start:
        shutil.copyfile(start.database, path)
    with (
        # What does not fit into memory while it is sorted goes there.
        tempfile.TemporaryDirectory(prefix=".spill-", dir=path.parent) as spill,
        closing(duckdb.connect(":memory:")) as connection,
    ):
        connection.execute(f"set temp_directory = {literal(spill)}")
        connection.execute(
            f"attach {literal(str(path))} as release (storage_version {literal(storage_version)})"
        )
        connection.execute(f"attach {literal(str(home.warehouse))} as working (read_only)")
        connection.execute("use release.main")
        # One transaction: each of the hundreds of comments alone would wait for the disk.
        connection.execute("begin transaction")
        for table in PUBLISHED_TABLES:
            if start is None:
                _create(connection, table)
                since: str | None = ""
            elif (since := start.changed[table.name]) is not None:
                connection.execute(f"delete from {quoted(table.name)}{_from_month(since)}")
            if since is not None and (origin := _origin_of(table, lake, since)):
                _insert_in_order(connection, table, origin)
        origins = data_origins(connection)
        if start is None or list(start.data_origins) != origins:
            _write_comments(connection, origins)
        connection.execute("commit")
        connection.execute("use memory.main")
        connection.execute("checkpoint release")
        connection.execute("detach release")


def _create(connection: Any, table: Table) -> None:
    columns = ", ".join(
        f"{quoted(column.name)} {DUCKDB_TYPES[column.type]}"
        + ("" if column.nullable else " not null")
        for column in table.columns
    )
    connection.execute(f"create table {quoted(table.name)} ({columns})")


def _write_comments(connection: Any, origins: Collection[str]) -> None:
    for table in PUBLISHED_TABLES:
        about, of_columns = comments(table, origins)
        name = quoted(table.name)
        connection.execute(f"comment on table {name} is {literal(about)}")
        for column, words in of_columns.items():
            connection.execute(f"comment on column {name}.{quoted(column)} is {literal(words)}")


def misplaced(table: Table, rows: str) -> str:
    """SQL that counts those of `rows` (after `from`) that don't come after the one before them.

    That none does proves the key unique, too. To see it takes a fiftieth of the time of sorting.
    """
    key = ", ".join(quoted(name) for name in table.key)
    return (
        "select count(*) filter (before >= key) "
        f"from (select row({key}) as key, lag(row({key})) over () as before from {rows})"
    )


def _insert_in_order(connection: Any, table: Table, origin: str) -> None:
    """Fill a table by its key. What lies in order already is not sorted again.

    A statement for each of hundreds of months costs more than their rows: months are sorted one by
    one only where all of them at once might not fit into memory.
    """
    names = ", ".join(quoted(column.name) for column in table.columns)
    key = ", ".join(quoted(name) for name in table.key)
    [(count, wrong)] = connection.execute(
        f"select (select count(*) from {origin}), ({misplaced(table, origin)})"
    ).fetchall()
    parts = [origin]
    if wrong and count > _SORTED_AT_ONCE and table.key[0] == "crawl_month":
        months = connection.execute(
            f"select distinct crawl_month from {origin} order by all"
        ).fetchall()
        parts = [f"{origin} where crawl_month = date '{month}'" for (month,) in months]
    for rows in parts:
        if len(parts) > 1:
            [(wrong,)] = connection.execute(misplaced(table, rows)).fetchall()
        order = f" order by {key}" if wrong else ""
        connection.execute(f"insert into {quoted(table.name)} select {names} from {rows}{order}")


def comments(table: Table, origins: Collection[str]) -> tuple[str, dict[str, str]]:
    """What the database says of a table and of each of its columns, in English and Chinese."""
    note = ""
    if "simulated" in origins:
        note = "Simulated data (模拟数据). "
        if len(origins) > 1:
            note = "Partly simulated data (部分为模拟数据): see data_origin. "
    about = note + comment_of(table)
    of_columns = {column.name: comment_of(column) for column in table.columns}
    return about, of_columns


def data_origins(connection: Any) -> list[str]:
    """Where the data of the connection's current database come from, sorted."""
    rows = connection.execute(
        "select distinct data_origin from fct_account_month order by all"
    ).fetchall()
    return [row[0] for row in rows]


def _pattern(path: Path) -> str:
    """The pattern that only this path matches: DuckDB takes every path for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _from_month(since: str) -> str:
    """The condition for that month and all later ones; none at all for no month."""
    return f" where crawl_month >= date {literal(since)}" if since else ""


def _origin_of(table: Table, lake: Lake, since: str) -> str | None:
    """Where the table's rows of these months come from, as SQL; None if there are no such months.

    The working database, or the lake's Parquet.
    """
    if table.layer == "engagement":
        rows = f"working.main.{quoted(table.name)}"
        return f"(from {rows}{_from_month(since)})" if since else rows
    months = [month for month in lake.months(table) if f"{month}" >= since]
    if not months and since:
        return None
    files = ", ".join(literal(_pattern(lake.path(table, month))) for month in months)
    return (
        f"read_parquet([{files}], hive_partitioning = true, hive_types = {{'crawl_month': date}})"
    )
