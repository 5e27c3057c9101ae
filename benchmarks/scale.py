"""One crawl month of many videos through the project: marts, sample, summaries, release.

Here: its steps, each as a process of its own with its peak memory, and whether the disk can hold
it. Not here: the lake itself (`lakes`).

    python -m benchmarks.scale make|build|sums|publish HOME [VIDEOS]
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.lakes import MONTH, make_analyses, make_lake
from benchmarks.processes import Cost, python
from sz_assets.errors import UserError
from sz_assets.storage import Home

STEPS = ("make", "build", "sums", "publish")
# Measured at a million: 400 of lake, working database and release. The rest is room for what DuckDB
# puts aside while it sorts.
BYTES_PER_VIDEO = 650


@dataclass(frozen=True)
class Scaled:
    """What each step cost at a size, the slowest nodes of dbt with their seconds, and bytes."""

    videos: int
    costs: dict[str, Cost]
    slowest: list[tuple[str, float]]
    megabytes: dict[str, float]


def refuse_without_room(folder: Path, videos: int) -> None:
    """UserError if the disk of `folder` can't hold a month of so many videos."""
    free = shutil.disk_usage(folder).free
    wanted = videos * BYTES_PER_VIDEO
    if wanted > free:
        raise UserError(
            f"A month of {videos:,} videos needs about {wanted / 1e9:.0f} GB in {folder}, and "
            f"{free / 1e9:.0f} GB are free: set TMPDIR to a larger disk, or choose fewer videos."
        )


def measure_scale(folder: Path, videos: int, steps: tuple[str, ...] = STEPS) -> Scaled:
    """Make the month in `folder` and take it through these steps; UserError without room.

    What each step cost is noted in the folder, and a step that is noted there is not run again:
    the largest size takes hours, and may be interrupted.
    """
    notes = folder / "costs.json"
    costs: dict[str, Cost] = {}
    if notes.exists():
        noted = json.loads(notes.read_bytes())
        costs = {step: Cost(**cost) for step, cost in noted.items()}
    else:
        refuse_without_room(folder, videos)
    home = Home(folder / "home")
    for step in steps:
        if step not in costs:
            # Its own record of each node's time costs a build little; a run does without it.
            costs[step] = python(
                "-m", "benchmarks.scale", step, str(home.root), str(videos), DBT_WRITE_JSON="true"
            )
            notes.write_text(json.dumps({name: asdict(cost) for name, cost in costs.items()}))
    places = {"lake": home.lake, "working database": home.warehouse, "release": home.releases}
    slowest = _slowest(home) if "build" in costs else []
    return Scaled(videos, costs, slowest, {n: _megabytes(p) for n, p in places.items()})


def _megabytes(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _slowest(home: Home, count: int = 8) -> list[tuple[str, float]]:
    results = json.loads((home.dbt_target / "run_results.json").read_bytes())["results"]
    times = [(node["unique_id"].split(".")[2], node["execution_time"]) for node in results]
    return sorted(times, key=lambda node: -node[1])[:count]


def bare_sums(home: Home) -> int:
    """What DuckDB needs to read the same files: counts and sums of every counter by account."""
    import duckdb

    from sz_assets.contracts.core import VIDEOS
    from sz_assets.storage import Lake

    path = str(Lake(home.lake).path(VIDEOS, MONTH))
    counters = ("like_count", "favorite_count", "share_count", "comment_count", "duration_seconds")
    sums = ", ".join(f"sum({name}), avg({name}), max({name})" for name in counters)
    with closing(duckdb.connect(":memory:")) as connection:
        rows = connection.execute(
            f"select account_id, count(*), {sums} from read_parquet($1) group by all", [path]
        ).fetchall()
    return len(rows)


def build_marts(home: Home) -> None:
    """The project's own build of the month, tests included; RuntimeError if it fails."""
    from sz_assets.defs.dbt import Task, build
    from sz_assets.study import load_study

    if failure := build(Task(home, (MONTH,), load_study("shenzhen").sample.top)).failure:
        raise failure


def publish_database(home: Home) -> None:
    """A release of the database alone: other formats are options."""
    from sz_assets.publish.release import publish
    from sz_assets.settings import ReleaseSettings
    from sz_assets.study import load_study

    make_analyses(home)
    published_at = datetime(2023, 11, 1, tzinfo=UTC)
    options = ReleaseSettings(formats=())
    publish(home, load_study("shenzhen"), "scale", published_at, options)


def _main() -> None:
    step, folder, *rest = sys.argv[1:]
    home = Home(Path(folder))
    started = time.perf_counter()
    if step == "make":
        make_lake(home, int(rest[0]))
    else:
        {"build": build_marts, "sums": bare_sums, "publish": publish_database}[step](home)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    _main()
