"""The machine and the code that figures belong to, and a yardstick of how fast both cores are.

Here: what is printed beside figures, because machines differ. Not here: any figure of ours.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

from sz_assets.crew import cores

_VERSIONS = ("dagster", "dbt-core", "duckdb", "polars", "great-expectations", "altair")
_LOOPS = 2_000_000
_HASHED = bytes(16_000_000)


def machine() -> str:
    """The machine in a line: processor, cores, memory, system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{_processor()}, {cores()} cores, {memory:.0f} GiB, {platform.system()}"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> str:
    """Python and the libraries that matter, in a line."""
    libraries = (f"{name} {version(name)}" for name in _VERSIONS)
    return ", ".join((f"Python {platform.python_version()}", *libraries))


def commit() -> str:
    """The commit that was measured, with a plus sign if files differ from it."""
    try:
        told = [
            subprocess.run(
                ["git", *words],
                cwd=Path(__file__).parent,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for words in (
                ("rev-parse", "--short", "HEAD"),
                (
                    "status",
                    "--porcelain",
                    "--",
                    "../sz_assets",
                    "../dbt_project",
                    "../pyproject.toml",
                ),
            )
        ]
    except (OSError, subprocess.CalledProcessError):
        return "no git checkout"
    return told[0] + ("+" if told[1] else "")


def loop_seconds() -> float:
    """Wall-clock seconds of a fixed loop of pure Python."""
    started = time.perf_counter()
    total = 0
    for number in range(_LOOPS):
        total = (total * 31 + number) % 1_000_003
    if total < 0:
        raise AssertionError(total)
    return time.perf_counter() - started


def hash_speed() -> float:
    """MB a second of SHA-256 on one core."""
    started = time.perf_counter()
    hashlib.sha256(_HASHED).digest()
    return len(_HASHED) / 1e6 / (time.perf_counter() - started)


def yardstick() -> str:
    """Both, medians of five, in a line."""
    loop = median(loop_seconds() for _ in range(5))
    speed = median(hash_speed() for _ in range(5))
    return (
        f"{_LOOPS:,} rounds of a Python loop in {loop:.2f} s, SHA-256 at {speed:,.0f} MB/s, "
        f"load {os.getloadavg()[0]:.1f}"
    )
