"""The database of a release: every published table, in order, with its comments.

Here: filling it from the working database and the lake. Not here: whether it keeps its contracts
(`inspection`) or where it is put (`release`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import comment_of
from sz_assets.contracts.sql import DUCKDB_TYPES, literal, quoted
from sz_assets.contracts.table import Table
from sz_assets.storage import Home, Lake


def fill_warehouse(path: Path, home: Home, lake: Lake, storage_version: str) -> None:
    """Write the database at `path`, sorted by each table's key, without a log beside it.

    Raises duckdb.Error where a table of the working database or the lake lacks a column.
    """
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute(
            f"attach {literal(str(path))} as release (storage_version {literal(storage_version)})"
        )
        connection.execute(f"attach {literal(str(home.warehouse))} as working (read_only)")
        connection.execute("use release.main")
        # One transaction: each of the hundreds of comments alone would wait for the disk.
        connection.execute("begin transaction")
        for table in PUBLISHED_TABLES:
            columns = ", ".join(
                f"{quoted(column.name)} {DUCKDB_TYPES[column.type]}"
                + ("" if column.nullable else " not null")
                for column in table.columns
            )
            connection.execute(f"create table {quoted(table.name)} ({columns})")
            _insert_in_order(connection, table, _origin_of(table, lake))
        origins = data_origins(connection)
        for table in PUBLISHED_TABLES:
            about, of_columns = comments(table, origins)
            name = quoted(table.name)
            connection.execute(f"comment on table {name} is {literal(about)}")
            for column, words in of_columns.items():
                connection.execute(f"comment on column {name}.{quoted(column)} is {literal(words)}")
        connection.execute("commit")
        connection.execute("use memory.main")
        connection.execute("checkpoint release")
        connection.execute("detach release")


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
    """Fill a table by its key. The months that lie in order already are not sorted again."""
    names = ", ".join(quoted(column.name) for column in table.columns)
    key = ", ".join(quoted(name) for name in table.key)
    parts = [origin]
    if table.key[0] == "crawl_month":
        months = connection.execute(
            f"select distinct crawl_month from {origin} order by all"
        ).fetchall()
        if len(months) > 1:
            parts = [f"{origin} where crawl_month = date '{month}'" for (month,) in months]
    for rows in parts:
        [(count,)] = connection.execute(misplaced(table, rows)).fetchall()
        order = f" order by {key}" if count else ""
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


def _origin_of(table: Table, lake: Lake) -> str:
    """Where the table's rows come from, as SQL: the working database, or the lake's Parquet."""
    if table.layer == "engagement":
        return f"working.main.{quoted(table.name)}"
    files = ", ".join(literal(_pattern(lake.path(table, month))) for month in lake.months(table))
    return (
        f"read_parquet([{files}], hive_partitioning = true, hive_types = {{'crawl_month': date}})"
    )
