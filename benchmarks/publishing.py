"""Releases of simulated videos: how long publishing them takes, beside copying the bare file.

The videos are made in the working database itself, so that ten million take a minute. All of it
is simulated, and says so.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from benchmarks.processes import python

MONTH = date(2023, 10, 1)
SIZES = (2_580, 1_000_000, 10_000_000)


@dataclass(frozen=True)
class Publishing:
    """One release: seconds until it is current, CPU seconds, its bytes, a bare copy's time, memory.

    `peak_mb` is the process's largest resident memory.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float
    copy_seconds: float
    peak_mb: float


def simulated_home(root: Path, videos: int) -> None:
    """A home whose working database holds so many simulated videos, and little else.

    They lie month by month in the order of their key, as the pipeline leaves them.
    """
    import duckdb

    from sz_assets.contracts import PUBLISHED_TABLES
    from sz_assets.contracts.marts import FCT_ACCOUNT_MONTH, FCT_VIDEO_MONTH
    from sz_assets.contracts.sql import DUCKDB_TYPES, quoted
    from sz_assets.contracts.table import Column, Type
    from sz_assets.contracts.validate import polars_schema
    from sz_assets.storage import Home, Lake

    home = Home(root)
    home.warehouse.parent.mkdir(parents=True)
    known = {
        "crawl_month": "date '2023-01-01' + to_months((i * 10 // {count})::integer)",
        "account_id": "'account_' || lpad((i * 970 // {count} % 97)::varchar, 2, '0')",
        "video_id": "(7300000000000000000 + i)::varchar",
        "title": "'深圳交警提醒您：平安出行，' || md5(i::varchar) || ' #深圳 #安全'",
        "raw_page_sha256": "sha256((i // 20)::varchar)",
        "url": "'https://www.example.org/video/' || i",
        "data_origin": "'simulated'",
    }
    by_type = {
        Type.TEXT: "'word ' || i % 11",
        Type.INTEGER: "(hash(i, {seed}) % 100000)::bigint",
        Type.FLOAT: "(hash(i, {seed}) % 100000) / 7.0",
        Type.BOOLEAN: "i % 3 = 0",
        Type.DATE: "date '2023-10-01'",
        Type.TIMESTAMP: "timestamp '2023-01-01' + to_seconds((hash(i) % 20000000)::bigint)",
        Type.TEXT_LIST: "['深圳', '安全 ' || i % 50]",
    }

    def expression(seed: int, column: Column) -> str:
        return known.get(column.name) or by_type[column.type].replace("{seed}", str(seed))

    with closing(duckdb.connect(str(home.warehouse))) as connection:
        for table in PUBLISHED_TABLES:
            if table.layer != "engagement":
                Lake(home.lake).write(table, MONTH, pl.DataFrame(schema=polars_schema(table)))
                continue
            columns = ", ".join(f"{quoted(c.name)} {DUCKDB_TYPES[c.type]}" for c in table.columns)
            values = ", ".join(expression(*numbered) for numbered in enumerate(table.columns))
            count = {FCT_VIDEO_MONTH: videos, FCT_ACCOUNT_MONTH: 970}.get(table, 0)
            values = values.replace("{count}", str(count or 1))
            connection.execute(f"create table {quoted(table.name)} ({columns})")
            connection.execute(
                f"insert into {quoted(table.name)} select {values} from range({count}) as t(i)"
            )


def measure_publishing(sizes: tuple[int, ...] = SIZES) -> Iterator[tuple[str, Publishing]]:
    """Each size once, made and published in processes of their own; imports are not counted."""
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="sz-bench-") as folder:
            python("-m", "benchmarks.publishing", "make", folder, str(size))
            cost = python("-m", "benchmarks.publishing", "publish", folder)
        seconds, cpu, megabytes, copied = map(float, cost.told.splitlines()[-1].split())
        yield f"{size:,} videos", Publishing(seconds, cpu, megabytes, copied, cost.peak_mb)


def _publish(root: Path) -> tuple[float, ...]:
    from sz_assets.publish.release import publish
    from sz_assets.storage import Home
    from sz_assets.study import load_study

    home, study = Home(root / "home"), load_study("shenzhen")
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    release = publish(home, study, "benchmark", datetime(2026, 11, 24, tzinfo=UTC))
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    shutil.copytree(release.folder, root / "copy")
    copied = time.perf_counter() - started
    size = sum(path.stat().st_size for path in release.folder.rglob("*") if path.is_file())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, size / 1e6, copied


def _main() -> None:
    step, folder, *rest = sys.argv[1:]
    if step == "make":
        simulated_home(Path(folder) / "home", int(rest[0]))
    else:
        print(*_publish(Path(folder)))


if __name__ == "__main__":
    _main()
