"""The marts at growing sizes of one crawl month, beside bare sums over the same files.

Here: the curve and its slope. Not here: the steps themselves (`scale`).
"""

from __future__ import annotations

import tempfile
from math import log
from pathlib import Path

from benchmarks.figures import Found, Table, Target, Value
from benchmarks.scale import Scaled, measure_scale

SIZES = (100_000, 1_000_000, 10_000_000)
LIMIT_MB = 24 * 1024.0


def slope(points: list[tuple[float, float]]) -> float:
    """Least squares of log seconds on log rows: 1 is proportional to the rows."""
    xs, ys = [log(x) for x, _ in points], [log(y) for _, y in points]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - middle_x) ** 2 for x in xs)


def measure_marts(repeats: int) -> Found:
    """The project's own dbt build and its tests at three sizes, once each."""
    found = []
    for videos in SIZES:
        with tempfile.TemporaryDirectory(prefix="sz-bench-") as folder:
            found.append(measure_scale(Path(folder), videos, ("make", "build", "sums")))
    builds = [(float(each.videos), each.costs["build"].seconds) for each in found]
    last = slope(builds[-2:])
    return Found(
        tables=(_steps(found, ("build", "sums")), _slowest(found[-1])),
        targets=(Target("slope of the marts' time from 10^6 to 10^7 rows", last, 1.1),),
        remarks=(
            f"Slope of log seconds on log rows: {slope(builds):.2f} over all sizes (the smallest "
            f"pays for start-up), {last:.2f} between the two largest.",
            "Each size was run once: `--repeats` does not count here.",
        ),
    )


def measure_whole_month(videos: int) -> Found:
    """One size through marts, sample, summaries and release; UserError if the disk is too small."""
    with tempfile.TemporaryDirectory(prefix="sz-bench-") as folder:
        scaled = measure_scale(Path(folder), videos)
    peak = max(cost.peak_mb for cost in scaled.costs.values())
    sizes: tuple[tuple[Value, ...], ...] = tuple(
        (place, size, size * 1e6 / videos, size / scaled.megabytes["lake"])
        for place, size in scaled.megabytes.items()
    )
    return Found(
        tables=(
            _steps([scaled], ("make", "build", "sums", "publish")),
            _slowest(scaled),
            Table("Where it lies", ("", "MB", "bytes a video", "ratio to the lake"), sizes),
        ),
        targets=(Target(f"peak memory at {videos:,} rows", peak, LIMIT_MB, "MB"),),
    )


_NAMES = {
    "make": "making the lake",
    "build": "marts: dbt build with its tests",
    "sums": "bare DuckDB sums by account",
    "publish": "release, database alone",
}


def _steps(found: list[Scaled], steps: tuple[str, ...]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for scaled in found:
        bare = scaled.costs["sums"]
        for step in steps:
            cost = scaled.costs[step]
            rows.append(
                (f"{scaled.videos:,} videos: {_NAMES[step]}", cost.seconds, cost.cpu_seconds,
                 scaled.videos / cost.seconds, cost.peak_mb, cost.seconds / bare.seconds)
            )  # fmt: skip
    columns = ("", "seconds", "CPU s", "rows/s", "peak MB", "ratio to bare DuckDB sums")
    return Table("One crawl month", columns, tuple(rows))


def _slowest(scaled: Scaled) -> Table:
    total = scaled.costs["build"].seconds
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (name, seconds, seconds / total) for name, seconds in scaled.slowest
    )
    columns = ("node of dbt", "seconds", "part of the build")
    return Table(f"The slowest of {scaled.videos:,} videos", columns, rows)
