"""A release: the BI warehouse, the reports and a manifest in one folder that never changes.

Here: building it aside, checking it, and turning the `current` link to it. Not here: what the
tables mean (`contracts`).

A reader that opens `published/current/warehouse.duckdb` sees the whole old release or the whole
new one. A crash at any moment leaves the old one in place.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

import sz_assets
from sz_assets.charts.context import Bilingual
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.sql import DUCKDB_TYPES, quoted
from sz_assets.contracts.table import Table
from sz_assets.disk import fsync_folder, remove_folder, write_bytes
from sz_assets.report.data import ReportLink
from sz_assets.report.page import build_index
from sz_assets.storage import Home, Lake
from sz_assets.study import Study

# Clients of DuckDB 1.4 and later can open files in this format.
STORAGE_VERSION = "v1.4.0"
KEPT_RELEASES = 10


class ReleaseInvalid(Exception):
    """A release that was built does not keep its contracts; it is not published."""


@dataclass(frozen=True)
class Release:
    """A published release: its folder, its months and the rows of each table."""

    folder: Path
    months: tuple[date, ...]
    data_origins: tuple[str, ...]
    row_counts: dict[str, int]

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"


def _text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _pattern(path: Path) -> str:
    """The pattern that only this path matches: DuckDB takes every path for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _comments(table: Table, origins: Collection[str]) -> list[str]:
    note = ""
    if "simulated" in origins:
        note = "Simulated data (模拟数据). "
        if len(origins) > 1:
            note = "Partly simulated data (部分为模拟数据): see data_origin. "
    description = f"{note}{table.description} Grain: {table.grain}. Key: {', '.join(table.key)}."
    statements = [f"comment on table {quoted(table.name)} is {_text(description)}"]
    for column in table.columns:
        unit = f" Unit: {column.unit}." if column.unit else ""
        statements.append(
            f"comment on column {quoted(table.name)}.{quoted(column.name)} "
            f"is {_text(column.description + unit)}"
        )
    return statements


def _origin_of(table: Table, lake: Lake) -> str:
    """Where the table's rows come from, as SQL: the working database, or the lake's Parquet."""
    if table.layer == "engagement":
        return f"working.main.{quoted(table.name)}"
    files = ", ".join(_text(_pattern(lake.path(table, month))) for month in lake.months(table))
    return (
        f"read_parquet([{files}], hive_partitioning = true, hive_types = {{'crawl_month': date}})"
    )


def _fill(path: Path, home: Home, lake: Lake) -> None:
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute(
            f"attach {_text(str(path))} as release (storage_version {_text(STORAGE_VERSION)})"
        )
        connection.execute(f"attach {_text(str(home.warehouse))} as working (read_only)")
        connection.execute("use release.main")
        for table in PUBLISHED_TABLES:
            columns = ", ".join(
                f"{quoted(column.name)} {DUCKDB_TYPES[column.type]}"
                + ("" if column.nullable else " not null")
                for column in table.columns
            )
            names = ", ".join(quoted(column.name) for column in table.columns)
            order = ", ".join(quoted(name) for name in table.key)
            connection.execute(f"create table {quoted(table.name)} ({columns})")
            connection.execute(
                f"insert into {quoted(table.name)} select {names} "
                f"from {_origin_of(table, lake)} order by {order}"
            )
        origins = _data_origins(connection)
        for table in PUBLISHED_TABLES:
            for statement in _comments(table, origins):
                connection.execute(statement)
        connection.execute("use memory.main")
        connection.execute("checkpoint release")
        connection.execute("detach release")


def _data_origins(connection: Any) -> list[str]:
    rows = connection.execute(
        "select distinct data_origin from fct_account_month order by all"
    ).fetchall()
    return [row[0] for row in rows]


def table_hash(connection: Any, table: Table) -> str:
    """MD5 over the table's rows as text, in the order of its key."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    order = ", ".join(quoted(name) for name in table.key)
    [(digest,)] = connection.execute(
        f"select md5(coalesce(string_agg(md5(row({columns})::text), '' order by {order}), '')) "
        f"from {quoted(table.name)}"
    ).fetchall()
    return str(digest)


def inspect_warehouse(path: Path) -> dict[str, Any]:
    """Open a release's database as a reader would and hold it against the contracts.

    Returns rows and hash per table, and the data origins of each month. ReleaseInvalid says what
    is wrong.
    """
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        tables: dict[str, dict[str, Any]] = {}
        for table in PUBLISHED_TABLES:
            actual = connection.execute(
                "select column_name, data_type, comment from duckdb_columns() "
                "where schema_name = 'main' and table_name = ? order by column_index",
                [table.name],
            ).fetchall()
            found = [(name, data_type) for name, data_type, _ in actual]
            expected = [(column.name, DUCKDB_TYPES[column.type]) for column in table.columns]
            if found != expected:
                raise ReleaseInvalid(f"{table.name} has columns {found}, not {expected}.")
            if bare := [name for name, _, comment in actual if not comment]:
                raise ReleaseInvalid(f"{table.name}: columns {bare} have no comment.")
            key = ", ".join(quoted(name) for name in table.key)
            [(rows, keys)] = connection.execute(
                f"select count(*), count(distinct ({key})) from {quoted(table.name)}"
            ).fetchall()
            if rows != keys:
                raise ReleaseInvalid(f"{table.name} has {rows} rows but {keys} keys.")
            tables[table.name] = {"rows": rows, "md5": table_hash(connection, table)}
        months = connection.execute(
            "select crawl_month, string_agg(distinct data_origin, ', ' order by data_origin) "
            "from fct_account_month group by all order by all"
        ).fetchall()
        return {
            "tables": tables,
            "origins": dict(months),
            "data_origins": _data_origins(connection),
        }


def _free_folder(home: Home, run_id: str) -> Path:
    """The release's folder: named by its run, with a number if the run publishes again."""
    folder, number = home.releases / run_id, 2
    while folder.exists():
        folder, number = home.releases / f"{run_id}.{number}", number + 1
    return folder


def turn_current_to(home: Home, folder: Path) -> None:
    """Point `published/current` at a release by renaming a new link over the old one."""
    link = home.published / f".current.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.relative_to(home.published))
    os.replace(link, home.current)
    fsync_folder(home.published)


def _prune(home: Home, keep: int) -> None:
    current = home.current.resolve()
    folders = sorted(
        (folder for folder in home.releases.iterdir() if not folder.name.startswith(".")),
        key=lambda folder: folder.stat().st_mtime,
        reverse=True,
    )
    for folder in folders[keep:]:
        if folder.resolve() != current:
            remove_folder(folder)


def publish(home: Home, study: Study, run_id: str, published_at: datetime) -> Release:
    """Build a release from working database, lake and report pages, and make it current.

    Raises ReleaseInvalid, and leaves the old release in place, if what was built breaks a contract.
    """
    lake = Lake(home.lake)
    home.releases.mkdir(parents=True, exist_ok=True)
    # Only one run at a time publishes, so these were left behind by killed ones.
    for left in home.releases.glob(".building-*"):
        remove_folder(left)
    building = home.releases / f".building-{run_id}"
    building.mkdir()
    try:
        warehouse = building / "warehouse.duckdb"
        _fill(warehouse, home, lake)
        facts = inspect_warehouse(warehouse)
        months = list(facts["origins"])
        with_page = _copy_reports(home, building / "reports", months)
        (building / "index.html").write_text(
            build_index(
                Bilingual(study.name.zh, study.name.en),
                [ReportLink(month, facts["origins"][month]) for month in with_page],
            ),
            encoding="utf-8",
        )
        manifest = {
            "run_id": run_id,
            "study": study.id,
            "published_at": published_at.isoformat(timespec="seconds"),
            "crawl_months": [month.isoformat() for month in months],
            "data_origins": facts["data_origins"],
            "simulated": "simulated" in facts["data_origins"],
            "versions": {"sz_assets": sz_assets.__version__, "duckdb": duckdb.__version__},
            "storage_version": STORAGE_VERSION,
            "tables": facts["tables"],
        }
        write_bytes(
            building / "manifest.json",
            json.dumps(manifest, indent=2, ensure_ascii=False).encode(),
        )
        _make_durable_and_read_only(building)
        folder = _free_folder(home, run_id)
        building.rename(folder)
        fsync_folder(home.releases)
    finally:
        remove_folder(building)
    turn_current_to(home, folder)
    _prune(home, KEPT_RELEASES)
    return Release(
        folder=folder,
        months=tuple(months),
        data_origins=tuple(facts["data_origins"]),
        row_counts={name: table["rows"] for name, table in facts["tables"].items()},
    )


def _copy_reports(home: Home, target: Path, months: Collection[date]) -> list[date]:
    """Copy the pages of these months; returns those that have one."""
    target.mkdir()
    pages = {month: page for month, page in home.reports().items() if month in months}
    for month, page in pages.items():
        shutil.copyfile(page, target / f"{month:%Y-%m}.html")
    return list(pages)


def _make_durable_and_read_only(folder: Path) -> None:
    for path in [*folder.rglob("*")]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o444)
        else:
            fsync_folder(path)
    fsync_folder(folder)
