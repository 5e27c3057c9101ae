"""One process, measured: how long it took, how much it computed, and how much memory it held.

Here: starting it and reading what the system says of it. Not here: what is started (the sections).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# The benchmarks are not installed: their modules are found from here.
ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).with_name("sz-assets"))

# What the system tells of a process's memory includes the process that started it, so a small one
# starts the command: it notes CPU seconds and the peak in KiB, and ends as the command does.
_STARTER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as note:
    note.write(f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """One finished process: wall-clock and CPU seconds, peak memory in MB, and what it printed.

    CPU seconds hold those of its own children; the peak is that of the largest of them.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    told: str = ""


def measured(command: Iterable[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run the command to its end; RuntimeError with its last words if it fails."""
    arguments = list(command)
    with tempfile.NamedTemporaryFile("r", prefix="sz-bench-") as note:
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-S", "-c", _STARTER, note.name, *arguments],
            env={**os.environ, **(environment or {})},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            name = Path(arguments[0]).name
            words = " ".join([name, *arguments[1:]])
            raise RuntimeError(f"{words} failed: {done.stderr[-2000:]}")
        cpu, peak = note.read().split()
    return Cost(seconds, float(cpu), float(peak) / 1024, done.stdout)


def sz_assets(home: Path, *arguments: str) -> Cost:
    """One of our commands in this home."""
    return measured([COMMAND, *arguments], {"SZ_HOME": str(home)})


def python(*arguments: str, **environment: str) -> Cost:
    """This Python with these arguments."""
    return measured([sys.executable, *arguments], environment)


def middle(costs: list[Cost]) -> Cost:
    """The median of each time, and the largest memory."""
    return Cost(
        median(cost.seconds for cost in costs),
        median(cost.cpu_seconds for cost in costs),
        max(cost.peak_mb for cost in costs),
        costs[-1].told,
    )
