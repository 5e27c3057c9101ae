"""A home whose working tables all carry one number, and a server that publishes it.

    python stamped.py HOME

reads `<number> <seconds>` per line: stamps the number into every table, publishes, and kills the
publisher after so many seconds from its start, if it lives that long. It answers `killed` or the
exit code, with the seconds that it lived. Publishers are forked from one process that has loaded
everything and opened nothing, so that each costs no imports.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.sql import DUCKDB_TYPES, quoted
from sz_assets.contracts.table import Column, Table, Type
from sz_assets.publish.dictionary import write_dictionary
from sz_assets.publish.release import publish
from sz_assets.settings import ReleaseSettings
from sz_assets.storage import Home, Lake
from sz_assets.study import Study, load_study

MONTH = date(2023, 10, 1)
FIRST = datetime(2026, 11, 24, tzinfo=UTC)


def value(column: Column, stamp: int) -> str:
    """A column's stamped value as SQL: the same number in all that can hold one."""
    if column.name == "crawl_month":
        return "date '2023-10-01'"
    if column.name == "data_origin":
        return "'simulated'"
    return {
        Type.TEXT: f"'{stamp}'",
        Type.INTEGER: f"{stamp}::bigint",
        Type.FLOAT: f"{stamp}::double",
        Type.BOOLEAN: f"{stamp} % 2 = 0",
        Type.DATE: "date '2023-10-01'",
        Type.TIMESTAMP: f"timestamp '2023-10-01' + to_seconds({stamp})",
        Type.TEXT_LIST: f"['{stamp}']",
        Type.BINARY: f"'{stamp}'::blob",
    }[column.type]


def stamped_column(table: Table) -> str:
    """An SQL expression for the stamp of a table's rows."""
    for column in table.columns:
        if column.name in ("crawl_month", "data_origin"):
            continue
        if column.type in (Type.TEXT, Type.INTEGER, Type.FLOAT):
            return f"{quoted(column.name)}::bigint"
    raise AssertionError(f"{table.name} can't be stamped")


def stamps(database: str = "") -> str:
    """One query over all tables: of each its name, rows, and least and greatest stamp."""
    return " union all ".join(
        f"select '{table.name}', count(*), min({stamped_column(table)}), "
        f"max({stamped_column(table)}) from {database}{quoted(table.name)}"
        for table in PUBLISHED_TABLES
    )


def stamp_home(home: Home, number: int) -> None:
    """Fill working database and lake with one row per table, stamped with the number."""
    home.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with closing(duckdb.connect(str(home.warehouse))) as connection:
        for table in PUBLISHED_TABLES:
            row = "select " + ", ".join(
                f"({value(column, number)})::{DUCKDB_TYPES[column.type]} as {quoted(column.name)}"
                for column in table.columns
            )
            if table.layer == "engagement":
                connection.execute(f"create or replace table {quoted(table.name)} as {row}")
            else:
                frame: pl.DataFrame = connection.sql(row).pl()
                Lake(home.lake).write(table, MONTH, frame)


def publish_stamped(home: Home, study: Study, number: int) -> None:
    options = ReleaseSettings(kept=5, formats=())
    publish(home, study, f"stamp-{number}", FIRST + timedelta(minutes=number), options)


def forked(work: Callable[[], object], seconds: float) -> tuple[str, float]:
    """Do the work in a child; returns `killed` or its exit code, and how long it lived."""
    started = time.monotonic()
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)
    ended, status = 0, 0
    while not ended and time.monotonic() < started + seconds:
        time.sleep(0.001)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    lived = time.monotonic() - started
    return ("killed" if os.WIFSIGNALED(status) else str(os.waitstatus_to_exitcode(status))), lived


def main() -> None:
    home, study = Home(Path(sys.argv[1])), load_study("shenzhen")
    with tempfile.TemporaryDirectory() as folder:
        write_dictionary(Path(folder), study, ["simulated"])  # Its templates stay compiled.
    for line in sys.stdin:
        number, seconds = int(line.split()[0]), float(line.split()[1])
        stamped, _ = forked(partial(stamp_home, home, number), 60)
        assert stamped == "0", stamped
        told, lived = forked(partial(publish_stamped, home, study, number), seconds)
        print(told, lived, flush=True)


if __name__ == "__main__":
    main()
