"""Bytes stored per video by layer, and what each compression makes of the same tables.

Here: measuring. Not here: which compression is used (`sz_assets.disk`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from benchmarks.figures import Found, Table, Value
from benchmarks.homes import MONTH, fresh_home, one_month
from benchmarks.lakes import make_lake
from sz_assets.contracts.core import VIDEOS
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.storage import Home, Lake

USED = "zstd, level 3"
COMPRESSIONS: dict[str, dict[str, Any]] = {
    "none": {"compression": "uncompressed"},
    "snappy": {"compression": "snappy"},
    "lz4": {"compression": "lz4"},
    "zstd, level 1": {"compression": "zstd", "compression_level": 1},
    USED: {"compression": "zstd", "compression_level": 3},
    "zstd, level 9": {"compression": "zstd", "compression_level": 9},
    "zstd, level 19": {"compression": "zstd", "compression_level": 19},
}
# Videos of a simulated lake (`lakes`): a city's month is too small to tell speeds by.
_CORE_VIDEOS = 100_000


def measure_bytes(repeats: int) -> Found:
    """Layers of a home of one month, then its raw pages and its videos under each compression."""
    root, _ = one_month()
    home = Home(root)
    lake = Lake(home.lake)
    accounts = lake.accounts(ACCOUNT_PAGES, MONTH)
    paths = [path for name in accounts for path in lake.attempts(ACCOUNT_PAGES, MONTH, name)]
    pages = lake.read_attempts(ACCOUNT_PAGES, paths)
    videos = lake.read(VIDEOS, MONTH)
    body_bytes = int(pages["body"].bin.size().sum())
    with fresh_home() as folder:
        make_lake(Home(folder), _CORE_VIDEOS)
        core = Lake(Home(folder).lake).read(VIDEOS, MONTH).drop("crawl_month")
    return Found(
        tables=(
            _layers(home, body_bytes, videos.height),
            _compressed("raw pages, row groups of 64", pages, videos.height, repeats,
                        row_group_size=64),
            _compressed(f"core videos, {core.height:,} rows", core, core.height, repeats),
        ),
        remarks=(
            "Of the embedded platform's pages, whose items are trimmed: "
            f"{body_bytes / videos.height:,.0f} bytes of JSON a video.",
            f"The lake is written with zstd at Polars' own level, which is {USED}'s.",
        ),
    )  # fmt: skip


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def _layers(home: Home, body_bytes: int, videos: int) -> Table:
    release = home.current.resolve()
    sizes = {
        "JSON as received": body_bytes,
        "raw": _size(home.lake / "raw"),
        "core": _size(home.lake / "core"),
        "analysis": _size(home.lake / "analysis"),
        "marts (working database)": _size(home.warehouse),
        "charts and report": _size(home.root / "artifacts"),
        "release: database": _size(release / "warehouse.duckdb"),
        "release: all": _size(release),
        "Dagster's events": _size(home.dagster),
    }
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (name, size / 1e6, size / videos, size / body_bytes) for name, size in sizes.items()
    )
    columns = ("layer", "MB", "bytes a video", "ratio to the JSON received")
    return Table(f"A month of {videos:,} videos", columns, rows)


def _compressed(what: str, frame: pl.DataFrame, videos: int, repeats: int, **options: Any) -> Table:
    memory = frame.estimated_size() / 1e6
    sizes: dict[str, float] = {}
    writes: dict[str, float] = {}
    reads: dict[str, float] = {}
    with fresh_home() as folder:
        for name, compression in COMPRESSIONS.items():
            path = folder / "table.parquet"
            how = {**compression, **options}
            writes[name] = _median(lambda: frame.write_parquet(path, **how), repeats)  # noqa: B023
            reads[name] = _median(lambda: pl.read_parquet(path, glob=False), repeats)  # noqa: B023
            sizes[name] = path.stat().st_size
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (name + (" (used)" if name == USED else ""), sizes[name] / videos, memory / writes[name],
         memory / reads[name], sizes[name] / sizes[USED])
        for name in COMPRESSIONS
    )  # fmt: skip
    columns = ("compression", "bytes a video", "write MB/s", "read MB/s", f"ratio to {USED}")
    return Table(f"Compression of {what}", columns, rows)


def _median(work: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return median(seconds)
