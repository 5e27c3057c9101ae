"""A small database that keeps the contracts' columns, with hostile text wherever text may stand.

Here: making it, and its rows. Not here: any test.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.sql import DUCKDB_TYPES, quoted
from sz_assets.contracts.table import Column, Table, Type
from sz_assets.contracts.validate import polars_schema
from sz_assets.publish.about import About
from sz_assets_tests.bundled import shenzhen

MONTHS = (date(2023, 9, 1), date(2023, 10, 1))
FREE = ("title", "name_zh", "name_en", "verification_reason", "exemplar_title")
BY_NAME = {table.name: table for table in PUBLISHED_TABLES}


def about(**changes: Any) -> About:
    facts: dict[str, Any] = {
        "study": shenzhen(),
        "run_id": "0f1e2d3c",
        "published_at": datetime(2023, 11, 2, 3, 4, 5, tzinfo=UTC),
        "months": MONTHS,
        "data_origins": ("simulated",),
        "versions": {"sz_assets": "0.1.0", "duckdb": "2.0.0"},
    }
    return About(**{**facts, **changes})


def _value(table: Table, column: Column, row: int, texts: Sequence[str]) -> Any:
    if column.name == "crawl_month":
        return MONTHS[row % 2]
    if column.name in FREE:
        return None if row == 3 else texts[row % len(texts)]
    if column.name == "data_origin":
        return "simulated"
    if column.name == "coverage_verdict":
        return ("complete", "truncated")[row % 2]
    if column.nullable and (row + len(column.name)) % 5 == 0:
        return None
    return {
        Type.TEXT: f"{column.name}_{row:05}",
        Type.INTEGER: 2**53 + 1 if row == 4 and column.name == "play_count" else row,
        Type.FLOAT: row / 3,
        Type.BOOLEAN: row % 2 == 0,
        Type.DATE: date(2023, 1, 1) + timedelta(row),
        Type.TIMESTAMP: datetime(2023, 9, 30, 23, 59, 59, 123456) + timedelta(hours=row),
        Type.TEXT_LIST: ["=1", texts[row % len(texts)][:50], "", 'a"b'][: row % 5],
    }[column.type]


def build(path: Path, texts: Sequence[str], rows: int | None = None) -> Path:
    """A database with all published tables, one row per text where titles or names stand.

    `video_growth` stays empty.
    """
    count = len(texts) if rows is None else rows
    with closing(duckdb.connect(str(path))) as connection:
        for table in PUBLISHED_TABLES:
            columns = ", ".join(
                f"{quoted(column.name)} {DUCKDB_TYPES[column.type]}" for column in table.columns
            )
            connection.execute(f"create table {quoted(table.name)} ({columns})")
            if table.name == "video_growth":
                continue
            few = count if {*FREE} & {*table.column_names} else min(count, 5)
            values = [
                [_value(table, column, row, texts) for column in table.columns]
                for row in range(few)
            ]
            frame = pl.DataFrame(values, schema=polars_schema(table), orient="row")
            connection.execute(f"insert into {quoted(table.name)} from frame")
            assert frame.height == few
    return path


def rows_of(warehouse: Path, table: Table) -> list[tuple[Any, ...]]:
    """The table's rows in the order of its key, lists as JSON text left as lists."""
    order = ", ".join(quoted(name) for name in table.key)
    names = ", ".join(quoted(name) for name in table.column_names)
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        return connection.execute(
            f"select {names} from {quoted(table.name)} order by {order}"
        ).fetchall()
