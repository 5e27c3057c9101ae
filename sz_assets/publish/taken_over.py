"""What a new release takes over from an earlier one: its database, but for what has changed.

Here: which months of which tables differ from those of the release that was made last, and the
record of it. Not here: filling the database (`warehouse`), or whether it keeps its contracts
(`inspection`), which is asked of all of it, whoever wrote it.

To write all months anew would make each month dearer than the one before; to see that they are the
same takes a fiftieth of that. A record that is missing, or a database that is no longer as it was
published, only means that everything is written anew. So does one that has become twice as large
as it was when all was written: where rows were replaced, DuckDB leaves room for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.sql import literal, quoted
from sz_assets.contracts.table import Table
from sz_assets.kept import Kept, digest_of, file_digest
from sz_assets.publish.place import WAREHOUSE
from sz_assets.storage import Home, Lake

# Of each table something of each crawl month (2023-10-01); under "" of a table without months.
ByMonth = dict[str, dict[str, str]]
_RECORD = "release/database"
_MOST_SLACK = 2


@dataclass(frozen=True)
class TakenOver:
    """A database to begin with, and of each table the first month that is not the same in it.

    None if all of a table is the same, "" if it has no months. `longer` are the tables of which
    nothing has changed but that months may have been added. `row_md5` and `data_origins` are those
    of the database; `compact_bytes` is how large it was when all of it was written last.
    """

    database: Path
    changed: Mapping[str, str | None]
    longer: frozenset[str]
    row_md5: ByMonth
    data_origins: tuple[str, ...]
    compact_bytes: int


def digests(home: Home, lake: Lake) -> ByMonth:
    """A digest of the rows of each published table and month, as they are to be published."""
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute(f"attach {literal(str(home.warehouse))} as working (read_only)")
        found: ByMonth = {}
        for table in PUBLISHED_TABLES:
            if table.layer != "engagement":
                found[table.name] = {
                    f"{month}": file_digest(lake.path(table, month)) for month in lake.months(table)
                }
                continue
            columns = ", ".join(quoted(column.name) for column in table.columns)
            rows = connection.execute(
                f"select {month_of(table)}, count(*), bit_xor(hash({columns})) "
                f"from working.main.{quoted(table.name)} group by all"
            ).fetchall()
            found[table.name] = {month: f"{count} {digest}" for month, count, digest in rows}
    return found


def month_of(table: Table) -> str:
    """SQL for the month under which a row's digest stands."""
    return "crawl_month::text" if table.key[0] == "crawl_month" else "''"


def taken_over(home: Home, storage_version: str, now: ByMonth) -> TakenOver | None:
    """What the release that was made last can give to one of `now` (`digests`); None if nothing."""
    record = Kept(home.kept).found(_RECORD, _made_of(storage_version))
    if record is None:
        return None
    before, compact_bytes = record.value["digests"], record.value["compact_bytes"]
    database = home.releases / record.value["release"] / WAREHOUSE
    if database.stat().st_size > _MOST_SLACK * compact_bytes:
        return None
    changed = {name: _first_change(before.get(name, {}), now[name]) for name in now}
    return TakenOver(
        database,
        changed,
        frozenset(
            table.name
            for table in PUBLISHED_TABLES
            if (since := changed[table.name]) is None
            or (
                table.key[0] == "crawl_month"
                and since > max(before.get(table.name, {}), default="")
            )
        ),
        record.value["row_md5"],
        tuple(record.value["data_origins"]),
        compact_bytes,
    )


def remember(
    home: Home,
    folder: Path,
    storage_version: str,
    run_id: str,
    now: ByMonth,
    row_md5: ByMonth,
    data_origins: list[str],
    start: TakenOver | None,
) -> None:
    """Record what the release in this folder holds, for the next one."""
    value = {
        "release": folder.name,
        "digests": now,
        "row_md5": row_md5,
        "data_origins": data_origins,
        "compact_bytes": start.compact_bytes if start else (folder / WAREHOUSE).stat().st_size,
    }
    Kept(home.kept).remember(
        _RECORD, _made_of(storage_version), [folder / WAREHOUSE], run_id, value
    )


def _first_change(before: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    return min((m for m in {*before, *now} if before.get(m) != now.get(m)), default=None)


def _made_of(storage_version: str) -> str:
    return digest_of(storage_version, duckdb.__version__)
