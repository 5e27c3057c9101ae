"""The release's tables in other formats: for spreadsheets, for statistics, and to be cited.

Here: which formats there are, and writing those that are asked for. Not here: any of them (the
modules beside this one), or where a release lies (`publish.release`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.table import Table
from sz_assets.errors import UserError
from sz_assets.publish.about import About
from sz_assets.publish.formats.bundle import write_bundle
from sz_assets.publish.formats.continued import Continued
from sz_assets.publish.formats.csv import write_csv
from sz_assets.publish.formats.parquet import write_parquet
from sz_assets.publish.formats.source import Source, errors_of_the_disk, opened
from sz_assets.publish.formats.spss import write_spss
from sz_assets.publish.formats.stata import write_stata
from sz_assets.publish.formats.xlsx import write_xlsx

__all__ = ["FORMATS", "write_formats"]


def _write_superset(source: Source, data: Path) -> list[Path]:
    from sz_assets.publish.superset import write_superset

    about = source.about
    made = write_superset(
        data / "superset.zip",
        warehouse=str(source.address),
        study=about.study,
        simulated=bool(about.simulated),
    )
    return [made]


# The bundle takes what the two before it have written.
FORMATS: dict[str, Callable[[Source, Path], list[Path]]] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "spss": write_spss,
    "stata": write_stata,
    "bundle": write_bundle,
    "superset": _write_superset,
}


def _chosen(connection: Any, names: Sequence[str]) -> tuple[Table, ...]:
    """The tables of these names, all without any, with the columns that the release has of them.

    It may have been published before a table or column came to be.
    """
    found = connection.execute(
        "select table_name, list(column_name) from duckdb_columns() where schema_name = 'main' "
        "group by all"
    ).fetchall()
    there = dict(found)
    known = {
        table.name: replace(
            table,
            columns=tuple(c for c in table.columns if c.name in there[table.name]),
            key=tuple(name for name in table.key if name in there[table.name]),
        )
        for table in PUBLISHED_TABLES
        if table.name in there
    }
    if unknown := [name for name in names if name not in known]:
        raise UserError(f"The release has no table {unknown[0]!r}: it has {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(names or known))


def _of_months(connection: Any, about: About, months: Sequence[date]) -> About:
    """What is said of these months alone: a release may be simulated in some and live in others."""
    if not months:
        return about
    found = connection.execute(
        "select distinct data_origin from fct_account_month "
        "where list_contains($1, crawl_month) order by all",
        [list(months)],
    ).fetchall()
    origins = tuple(origin for (origin,) in found) or about.data_origins
    return replace(about, months=tuple(sorted({*months})), data_origins=origins)


def write_formats(
    warehouse: Path,
    folder: Path,
    formats: Sequence[str],
    about: About,
    tables: Sequence[str] = (),
    months: Sequence[date] = (),
    note: Callable[[str], None] = lambda _: None,
    address: Path | None = None,
    continued: Continued | None = None,
) -> list[Path]:
    """Write these formats of one release's database under `folder`/data; returns the files.

    No tables or months: all. `note` is told what is being written; `address` is
    where readers find the newest release's database (`warehouse` unless given). `continued` is what
    of an earlier release's files can be gone on with. UserError for a
    table or month that the release does not have, and where a format can't hold a table; OSError
    if the disk refuses. The database is only read.
    """
    if missing := [month for month in months if month not in about.months]:
        has = ", ".join(f"{month:%Y-%m}" for month in about.months)
        raise UserError(f"The release has no month {missing[0]:%Y-%m}: it has {has}.")
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with (
        errors_of_the_disk(),
        tempfile.TemporaryDirectory(prefix=".spill-", dir=folder) as spill,
        opened(warehouse, Path(spill)) as connection,
    ):
        address = (address or warehouse).absolute()
        source = Source(
            connection,
            address,
            _of_months(connection, about, months),
            _chosen(connection, tables),
            tuple(months),
            note,
            continued,
        )
        # One after the other: each keeps both cores busy, and together they take longer.
        for name, write in FORMATS.items():
            if name in formats:
                note(name)
                paths += write(source, data)
    return paths
