"""A month and ranges of months by our own commands: cold, again, beside the floor, by step.

Here: the sections month, backfill and growth. Not here: the floor itself (`floor`).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from benchmarks.figures import Found, Table, Target, Value
from benchmarks.homes import MONTH, copy_of, fresh_home, two_years
from benchmarks.processes import Cost, middle, python, sz_assets
from sz_assets.storage import Home

BEFORE, AFTER = "before the first step", "after the last step"
# Steps shorter than this are told together.
_SHORT_SECONDS = 0.2


def steps_of(home: Home, started: float, ended: float) -> dict[str, float]:
    """Seconds of each step of the home's newest run, as Dagster's events tell.

    `started` and `ended` are the process's, in seconds since the epoch.
    """
    import dagster as dg

    from sz_assets.defs.instance import open_instance

    with open_instance(home) as instance:
        (run,) = instance.get_runs(limit=1)
        events = instance.all_logs(run.run_id, of_type=set(dg.DagsterEventType))
    told = [
        (entry.timestamp, entry.dagster_event.event_type_value, str(entry.step_key))
        for entry in events
        if entry.dagster_event
    ]
    return split_by_step(told, started, ended)


def split_by_step(
    events: Iterable[tuple[float, str, str]], started: float, ended: float
) -> dict[str, float]:
    """All the time from `started` to `ended`, by step, and what lies before and after them.

    Events are instants with their kind and step. Steps follow each other, so the time from one's
    end to the next one's start belongs to the next.
    """
    times: dict[str, float] = {}
    last = started
    for instant, kind, step in sorted(events):
        if kind == "STEP_START" and not times:
            times[BEFORE] = instant - started
            last = instant
        if kind in ("STEP_SUCCESS", "STEP_FAILURE"):
            times[step] = instant - last
            last = instant
    times[AFTER] = ended - last
    return times


def _timed_run(home: Path) -> tuple[Cost, dict[str, float]]:
    started = time.time()
    cost = sz_assets(home, "run", "--month", f"{MONTH:%Y-%m}")
    return cost, steps_of(Home(home), started, time.time())


def _floor(plan: Path, home: Path) -> tuple[Cost, dict[str, float]]:
    cost = python("-m", "benchmarks.floor", str(plan), str(home))
    return cost, json.loads(cost.told.splitlines()[-1])


def measure_month(repeats: int) -> Found:
    """Cold and again, each beside the floor, taking turns."""
    runs: dict[str, list[tuple[Cost, dict[str, float]]]] = {
        "a month, crawled into a fresh home": [],
        "the floor of that": [],
        "the same month again, unchanged": [],
        "the floor of that, from stored pages": [],
    }
    cold, cold_floor, again, again_floor = runs
    with tempfile.TemporaryDirectory(prefix="sz-bench-") as folder:
        plan = Path(folder) / "plan.json"
        for _ in range(repeats):
            with fresh_home() as home, fresh_home() as bare:
                runs[cold].append(_timed_run(home))
                if not plan.exists():
                    python("-m", "benchmarks.floor_plan", str(home), str(plan))
                runs[cold_floor].append(_floor(plan, bare / "home"))
                runs[again].append(_timed_run(home))
                runs[again_floor].append(_floor(plan, bare / "home"))
    costs = {name: middle([cost for cost, _ in each]) for name, each in runs.items()}
    floors = {cold: cold_floor, cold_floor: cold_floor, again: again_floor,
              again_floor: again_floor}  # fmt: skip
    rows = tuple(
        (name, cost.seconds, cost.cpu_seconds, cost.peak_mb,
         cost.seconds / costs[floors[name]].seconds)
        for name, cost in costs.items()
    )  # fmt: skip
    columns = ("", "seconds", "CPU s", "peak MB", "ratio to its floor")
    ratio = costs[cold].seconds / costs[cold_floor].seconds
    return Found(
        tables=(
            Table("A month", columns, rows),
            _breakdown("By step: the run", [cold, again], runs),
            _breakdown("By step: the floor", [cold_floor, again_floor], runs),
        ),
        targets=(
            Target(cold, costs[cold].seconds, 15, "s"),
            Target(again, costs[again].seconds, 15, "s"),
            Target(f"{cold}, ratio to the floor", ratio, 3),
        ),
    )


def _breakdown(
    title: str, names: list[str], runs: dict[str, list[tuple[Cost, dict[str, float]]]]
) -> Table:
    """The median seconds of each step; the ratio is the step's part of the first of `names`."""
    steps = list(dict.fromkeys(step for name in names for _, times in runs[name] for step in times))
    steps.sort(key=lambda step: step == AFTER)
    middles = {
        name: {step: median(times.get(step, 0.0) for _, times in runs[name]) for step in steps}
        for name in names
    }
    total = sum(middles[names[0]].values())
    is_long = {s: any(middles[name][s] >= _SHORT_SECONDS for name in names) for s in steps}
    rows: list[tuple[Value, ...]] = []
    for step in (step for step in steps if is_long[step]):
        rows.append((step, *(middles[n][step] for n in names), middles[names[0]][step] / total))
    short = [step for step in steps if not is_long[step]]
    if short:
        sums = [sum(middles[name][step] for step in short) for name in names]
        rows.append((f"{len(short)} steps under {_SHORT_SECONDS} s", *sums, sums[0] / total))
    return Table(title, ("step", *(f"{n}: s" for n in names), "part of the first"), tuple(rows))


def measure_backfill(repeats: int) -> Found:
    """1, 12 and 24 months by one command each: crawled, and again unchanged. Once each."""
    rows: list[tuple[Value, ...]] = []
    seconds: dict[tuple[int, str], float] = {}
    for months, last in ((1, "2023-01"), (12, "2023-12"), (24, "2024-12")):
        if months == 24:
            home, cold = two_years()
            # Growth starts from this home as it is, and a repetition changes no table of it.
            again = sz_assets(home, "backfill", "--from", "2023-01", "--to", last)
        else:
            with fresh_home() as home:
                words = ("backfill", "--from", "2023-01", "--to", last)
                cold, again = sz_assets(home, *words), sz_assets(home, *words)
        for kind, cost in (("crawled", cold), ("again, unchanged", again)):
            seconds[months, kind] = cost.seconds
            rows.append(
                (f"{months} months, {kind}", cost.seconds, cost.cpu_seconds, cost.peak_mb,
                 cost.seconds / months, cost.seconds / seconds[1, kind])
            )  # fmt: skip
    columns = ("", "seconds", "CPU s", "peak MB", "seconds a month", "ratio to one month")
    ratios = {
        kind: seconds[24, kind] / seconds[1, kind] for kind in ("crawled", "again, unchanged")
    }
    return Found(
        tables=(Table("Backfill", columns, tuple(rows)),),
        targets=tuple(
            Target(f"24 months, {kind}, ratio to one month", ratio, 3)
            for kind, ratio in ratios.items()
        ),
        remarks=("Each was run once: `--repeats` does not count here.",),
    )


def measure_growth(repeats: int) -> Found:
    """The same crawl month, 2025-01, added to a home of one month and to one of 24."""
    costs: dict[str, list[Cost]] = {"added to one month": [], "added to 24 months": []}
    with fresh_home() as young:
        sz_assets(young, "run", "--month", "2024-12")
        old, _ = two_years()
        for _ in range(repeats):
            for name, home in zip(costs, (young, old), strict=True):
                with copy_of(home) as copy:
                    costs[name].append(sz_assets(copy, "run", "--month", "2025-01"))
    middles = {name: middle(each) for name, each in costs.items()}
    first = middles["added to one month"]
    rows = tuple(
        (name, cost.seconds, cost.cpu_seconds, cost.peak_mb, cost.cpu_seconds / first.cpu_seconds,
         cost.seconds / first.seconds)
        for name, cost in middles.items()
    )  # fmt: skip
    columns = ("", "seconds", "CPU s", "peak MB", "CPU: ratio to one month before",
               "ratio to one month before")  # fmt: skip
    return Found(
        tables=(Table("A month added", columns, rows),),
        targets=(
            Target(
                "a month added to 24, ratio to the same added to one",
                middles["added to 24 months"].seconds / first.seconds,
                1.1,
            ),
        ),
        remarks=("It is the same crawl month in both, because later months have more videos.",),
    )
