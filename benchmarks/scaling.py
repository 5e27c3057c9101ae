"""The marts at growing sizes of one crawl month, beside bare sums over the same files.

Here: the curve and its slope. Not here: the steps themselves (`scale`).
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
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


def sizes_up_to(videos: int) -> list[int]:
    """Powers of ten from the smallest size on, and the size itself as the last one."""
    sizes = [SIZES[0]]
    while sizes[-1] * 10 < videos:
        sizes.append(sizes[-1] * 10)
    return [size for size in sizes if size < videos] + [videos]


def measure_whole_month(videos: int, kept: Path | None = None) -> Found:
    """The sizes up to this one through marts, sample, summaries and release, once each.

    In `kept`, if it is given, an interrupted call is gone on with. UserError if the disk is too
    small for the largest.
    """
    found = []
    for size in sizes_up_to(videos):
        with tempfile.TemporaryDirectory(prefix="sz-bench-") as temporary:
            folder = kept / str(size) if kept else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            found.append(measure_scale(folder, size))
    scaled = found[-1]
    peak = max(cost.peak_mb for cost in scaled.costs.values())
    where: tuple[tuple[Value, ...], ...] = tuple(
        (place, size, size * 1e6 / videos, size / scaled.megabytes["lake"])
        for place, size in scaled.megabytes.items()
    )
    return Found(
        tables=(
            _steps(found, ("build", "sums", "publish")),
            _slopes(found),
            _slowest(scaled),
            Table("Where it lies", ("", "MB", "bytes a video", "ratio to the lake"), where),
        ),
        targets=(Target(f"peak memory at {videos:,} rows", peak, LIMIT_MB, "MB"),),
        remarks=("Each size was run once: `--repeats` does not count here.",),
    )


_NAMES = {
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


def _slopes(found: list[Scaled]) -> Table:
    """From each size to the next; no rows for one size alone."""
    rows: list[tuple[Value, ...]] = []
    for pair in pairwise(found):
        slopes = [
            slope([(float(each.videos), getattr(each.costs[step], what)) for each in pair])
            for step in ("build", "publish")
            for what in ("seconds", "cpu_seconds")
        ]
        before, after = pair
        rows.append((f"{before.videos:,} to {after.videos:,}", *slopes))
    columns = ("videos", "marts: seconds", "marts: CPU s", "release: seconds", "release: CPU s")
    return Table("Slope of log time on log rows (1 is proportional)", columns, tuple(rows))


def _slowest(scaled: Scaled) -> Table:
    total = scaled.costs["build"].seconds
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (name, seconds, seconds / total) for name, seconds in scaled.slowest
    )
    columns = ("node of dbt", "seconds", "part of the build")
    return Table(f"The slowest of {scaled.videos:,} videos", columns, rows)
