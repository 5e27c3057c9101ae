"""How long the commands take, each as a process of its own, with the memory it needs."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

COMMAND = str(Path(sys.executable).with_name("sz-assets"))


@dataclass(frozen=True)
class Run:
    """One finished process: wall-clock seconds and its largest resident memory in MB."""

    seconds: float
    peak_mb: float


# What the system tells of a process's memory includes the process that started it, so a small one
# starts the command: it prints the peak in KiB, and ends as the command does.
_STARTER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_command(home: Path, *arguments: str) -> Run:
    """Run `sz-assets` with these arguments; RuntimeError if it fails."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-S", "-c", _STARTER, COMMAND, *arguments],
        env={**os.environ, "SZ_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"sz-assets {' '.join(arguments)} failed: {done.stderr[-500:]}")
    return Run(time.perf_counter() - started, float(done.stdout) / 1024)


@contextmanager
def fresh_home() -> Iterator[Path]:
    """An empty home that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sz-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _middle(runs: list[Run]) -> Run:
    return Run(median(r.seconds for r in runs), max(r.peak_mb for r in runs))


def measure_commands(repeats: int) -> Iterator[tuple[str, Run]]:
    """The start-up of the small commands, one month, and ten months in one run."""
    with fresh_home() as home:
        for name in ("--help", "doctor"):
            yield name, _middle([run_command(home, name) for _ in range(repeats)])
    cold, warm = [], []
    for _ in range(repeats):
        with fresh_home() as home:
            cold.append(run_command(home, "run", "--month", "2023-10"))
            warm.append(run_command(home, "run", "--month", "2023-10"))
    yield "run, one month, crawled", _middle(cold)
    yield "run, one month, from stored pages", _middle(warm)
    with fresh_home() as home:
        yield (
            "backfill, ten months, crawled",
            run_command(home, "backfill", "--from", "2023-01", "--to", "2023-10"),
        )


def machine() -> str:
    """The machine in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    cores = len(os.sched_getaffinity(0))
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    capped = "" if limit == resource.RLIM_INFINITY else ", memory capped"
    return f"Python {sys.version.split()[0]}, {cores} cores, {memory:.0f} GiB{capped}"
