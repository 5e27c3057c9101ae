"""A release's database as a reader finds it, held against the contracts.

Here: opening it read-only and looking at everything in it. Not here: filling it (`warehouse`), or
whether its bytes are still those that were published (`manifest`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.sql import DUCKDB_TYPES, literal, quoted
from sz_assets.contracts.table import Table
from sz_assets.publish.taken_over import ByMonth, TakenOver, month_of
from sz_assets.publish.warehouse import comments, data_origins, misplaced

# What a database may hold beside tables; a release holds none of it.
_OTHER_OBJECTS = {
    "view": "select view_name from duckdb_views() where not internal",
    "index": "select index_name from duckdb_indexes()",
    "sequence": "select sequence_name from duckdb_sequences()",
    "type": "select type_name from duckdb_types() where not internal",
    "function": "select function_name from duckdb_functions() where not internal",
    "schema": "select schema_name from duckdb_schemas() where not internal "
    "and schema_name <> 'main' and database_name = current_database()",
}


class ReleaseInvalid(Exception):
    """A release that was built does not keep its contracts; it is not published."""


def inspect_warehouse(path: Path) -> dict[str, Any]:
    """Open a release's database as a reader would and hold it against the contracts.

    Returns `tables` (of each its rows, key and columns), `origins` (the data origins of each
    month), `data_origins`, and `videos_by_month`. ReleaseInvalid says what is wrong.
    """
    if (log := path.with_name(f"{path.name}.wal")).exists():
        raise ReleaseInvalid(f"{log.name} lies beside the database.")
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        _refuse_other_objects(connection)
        origins = data_origins(connection)
        tables = {}
        for table in PUBLISHED_TABLES:
            _refuse_other_columns(connection, table, origins)
            tables[table.name] = {
                "rows": _rows_of_unique_keys(connection, table),
                "key": list(table.key),
                "columns": {column.name: DUCKDB_TYPES[column.type] for column in table.columns},
            }
        by_month = (
            "select crawl_month, string_agg(distinct data_origin, ', ' order by data_origin) "
            "from fct_account_month group by all order by all"
        )
        videos = (
            f"select crawl_month, count(*) from {FCT_VIDEO_MONTH.name} group by all order by all"
        )
        return {
            "tables": tables,
            "origins": dict(connection.execute(by_month).fetchall()),
            "data_origins": origins,
            "videos_by_month": dict(connection.execute(videos).fetchall()),
        }


def month_hashes(path: Path, start: TakenOver | None = None) -> ByMonth:
    """Of each table of a release's database the hash of each crawl month's rows.

    What was taken over without a change was hashed when it was written.
    """
    found: ByMonth = {}
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        for table in PUBLISHED_TABLES:
            since = start.changed[table.name] if start else ""
            before = start.row_md5[table.name] if start else {}
            found[table.name] = {m: h for m, h in before.items() if since is None or m < since}
            if since is not None:
                found[table.name] |= _month_hashes(connection, table, since)
    return found


def of_all_months(hashes: Mapping[str, str]) -> str:
    """The hash of a table from those of its months."""
    digest = 0
    for each in hashes.values():
        digest ^= int(each, 16)
    return f"{digest:032x}"


def table_hash(connection: Any, table: Table) -> str:
    """The exclusive or of the rows' MD5 sums, in hexadecimal; the same in whatever order they lie.

    Each row is hashed as DuckDB's text of all its columns, which quotes what could be mistaken. No
    two rows have the same key, so none can cancel another one.
    """
    return of_all_months(_month_hashes(connection, table, ""))


def _month_hashes(connection: Any, table: Table, since: str) -> dict[str, str]:
    columns = ", ".join(quoted(column.name) for column in table.columns)
    where = f"where crawl_month >= date {literal(since)}" if since else ""
    rows = connection.execute(
        f"select {month_of(table)}, bit_xor(md5_number(row({columns})::text)) "
        # A table without months is one group even if it holds nothing, of which there is no hash.
        f"from {quoted(table.name)} {where} group by all having count(*) > 0"
    ).fetchall()
    return {month: f"{digest:032x}" for month, digest in rows}


def _rows_of_unique_keys(connection: Any, table: Table) -> int:
    """How many rows a table has. Only where they don't lie in order is each key looked for."""
    name = quoted(table.name)
    [(rows, wrong)] = connection.execute(
        f"select (select count(*) from {name}), ({misplaced(table, name)})"
    ).fetchall()
    if wrong:
        key = ", ".join(quoted(column) for column in table.key)
        [(keys,)] = connection.execute(
            f"select count(*) from (select 1 from {name} group by {key})"
        ).fetchall()
        if rows != keys:
            raise ReleaseInvalid(f"{table.name} has {rows} rows but {keys} keys.")
    return int(rows)


def _refuse_other_objects(connection: Any) -> None:
    expected = {table.name for table in PUBLISHED_TABLES}
    found = connection.execute("select table_name from duckdb_tables() where not internal")
    if more := sorted({name for (name,) in found.fetchall()} - expected):
        raise ReleaseInvalid(f"It holds tables {more}, of which no contract knows.")
    for kind, query in _OTHER_OBJECTS.items():
        if names := sorted({name for (name,) in connection.execute(query).fetchall()}):
            raise ReleaseInvalid(f"It holds a {kind}: {names}.")


def _refuse_other_columns(connection: Any, table: Table, origins: list[str]) -> None:
    """Names, types, order, nullability and comments must be those of the contract."""
    actual = connection.execute(
        "select column_name, data_type, is_nullable, comment from duckdb_columns() "
        "where schema_name = 'main' and table_name = ? order by column_index",
        [table.name],
    ).fetchall()
    found = [(name, data_type) for name, data_type, _, _ in actual]
    expected = [(column.name, DUCKDB_TYPES[column.type]) for column in table.columns]
    if found != expected:
        raise ReleaseInvalid(f"{table.name} has columns {found}, not {expected}.")
    may_lack = {column.name for column in table.columns if column.nullable}
    if loose := [name for name, _, is_nullable, _ in actual if is_nullable != (name in may_lack)]:
        raise ReleaseInvalid(f"{table.name}: columns {loose} differ in whether they may be null.")
    about, of_columns = comments(table, origins)
    [(said,)] = connection.execute(
        "select comment from duckdb_tables() where schema_name = 'main' and table_name = ?",
        [table.name],
    ).fetchall()
    if said != about:
        raise ReleaseInvalid(f"{table.name} does not have the comment of its contract.")
    if bare := [name for name, _, _, comment in actual if comment != of_columns[name]]:
        raise ReleaseInvalid(f"{table.name}: columns {bare} have no comment of the contract.")
