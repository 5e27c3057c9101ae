"""What a home holds, as one line a table and month: compare two homes by comparing their lines.

    python -m benchmarks.hashes HOME > before.txt

Here: a digest of the typed content of every table of the lake, of every mart of the working
database and of every table of the current release, in whatever order their rows lie. Not here:
what follows from them (charts, pages), and whether they keep their contracts (`sz-assets verify`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.contracts import ALL_TABLES, ENGAGEMENT_TABLES, PUBLISHED_TABLES
from sz_assets.contracts.sql import literal, quoted
from sz_assets.contracts.table import Table
from sz_assets.storage import Home, Lake

# What differs between two crawls of the same month by nature, and what is compared in its place:
# the embedded platform answers at another port each time.
BY_NATURE = {"url": "regexp_replace(url, '^http://127\\.0\\.0\\.1:[0-9]+/', 'http://embedded/')"}
EVERY_MONTH = "all"


@dataclass(frozen=True)
class Line:
    """The content of a table in a month: where it lies, its rows, and their digest."""

    place: str
    table: str
    month: str
    rows: int
    digest: str

    def __str__(self) -> str:
        return f"{self.place:9} {self.table:26} {self.month:10} {self.rows:9} {self.digest}"


def home_lines(home: Home) -> Iterator[Line]:
    """Every table of the lake, the working database and the current release, in a fixed order."""
    yield from _lake_lines(Lake(home.lake))
    if home.warehouse.exists():
        yield from _database_lines(home.warehouse, "warehouse", ENGAGEMENT_TABLES)
    release = home.current / "warehouse.duckdb"
    if release.exists():
        yield from _database_lines(release, "release", PUBLISHED_TABLES)


def _lake_lines(lake: Lake) -> Iterator[Line]:
    with closing(duckdb.connect(":memory:")) as connection:
        for table in ALL_TABLES:
            if table.layer == "engagement":
                continue
            for month in lake.months(table):
                folder = lake.path(table, month).parent
                files = sorted(folder.rglob("[!.]*.parquet"))
                names = ", ".join(literal(_pattern(file)) for file in files)
                origin = f"read_parquet([{names}], hive_partitioning = false)"
                yield _line(connection, table.layer, table, str(month), origin, "true")


def _pattern(path: Path) -> str:
    """DuckDB takes a path for a pattern: this one matches that path alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _database_lines(path: Path, place: str, tables: tuple[Table, ...]) -> Iterator[Line]:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        for table in tables:
            months = [EVERY_MONTH]
            if "crawl_month" in table.column_names:
                rows = connection.execute(
                    f"select distinct crawl_month from {quoted(table.name)} order by all"
                ).fetchall()
                months = [str(month) for (month,) in rows] or [EVERY_MONTH]
            for month in months:
                where = "true" if month == EVERY_MONTH else f"crawl_month = date '{month}'"
                yield _line(connection, place, table, month, quoted(table.name), where)


def _line(connection: Any, place: str, table: Table, month: str, origin: str, where: str) -> Line:
    """The exclusive or of the rows' MD5 sums: no two rows share a key, so none cancels another."""
    found = connection.execute(f"describe select * from {origin}").fetchall()
    types = {name: kind for name, kind, *_ in found}
    columns = [column.name for column in table.columns if column.name in types]
    shape = literal(", ".join(f"{name} {types[name]}" for name in columns))
    values = ", ".join(BY_NATURE.get(name, quoted(name)) for name in columns)
    [(count, digest)] = connection.execute(
        f"select count(*), xor(coalesce(bit_xor(md5_number(row({values})::text)), 0), "
        f"md5_number({shape})) from {origin} where {where}"
    ).fetchall()
    return Line(place, table.name, month, count, f"{digest:032x}")


def _main() -> None:
    for line in home_lines(Home(Path(sys.argv[1]))):
        print(line)


if __name__ == "__main__":
    _main()
