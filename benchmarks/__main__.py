"""Measure, print every figure with its ratio, keep it, and write docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.figures import RESULTS, Found, Result, Table, keep, shown
from benchmarks.machine import commit, machine, versions, yardstick
from benchmarks.page import write_page
from benchmarks.sections import NAMED, SECTIONS
from sz_assets.errors import UserError


def main() -> None:
    names = [section.name for section in SECTIONS if section.measure]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure, print and write docs/performance.md.",
    )
    parser.add_argument("sections", nargs="*", help=f"some of {', '.join(names)}; or all")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts")
    parser.add_argument(
        "--scale",
        type=count_of,
        metavar="VIDEOS",
        help="instead, one crawl month of so many videos through everything, such as 10^8: "
        "an extra that takes hours and most of a disk",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="with --scale: the months are made and kept in this folder, and called again after an "
        "interruption it goes on with the step that was interrupted",
    )
    parser.add_argument("--page", action="store_true", help="only write the page from what is kept")
    asked = parser.parse_args()
    if unknown := [name for name in asked.sections if name not in NAMED]:
        parser.error(f"there is no section {unknown[0]}: choose of {', '.join(names)}")
    if asked.repeats < 1:
        parser.error("--repeats must be 1 or more")
    failed = False
    wanted = [] if asked.page or asked.scale else asked.sections or names
    if asked.scale or "scale" in wanted:
        videos = asked.scale or 1_000_000
        failed |= measure("scale", lambda repeats: _whole_month(videos, asked.keep), 1)
    for name in wanted:
        if name != "scale":
            failed |= measure(name, NAMED[name].load(), asked.repeats)
    print(f"\nWritten: {write_page()}")
    sys.exit(failed)


def count_of(text: str) -> int:
    """A count written out or as a power: 100000000 or 10^8; ValueError if it is neither."""
    base, _, power = text.partition("^")
    count: int = int(base) ** int(power or 1)
    if count < 1:
        raise ValueError(text)
    return count


def measure(name: str, work: Callable[[int], Found], repeats: int, folder: Path = RESULTS) -> bool:
    """Run, print and keep one section; True if it could not be run, which the page says."""
    print(f"\n== {NAMED[name].title}", flush=True)
    seen = yardstick()
    started = time.perf_counter()
    found, failure = None, None
    try:
        found = work(repeats)
    except Exception as error:  # whatever it is, the page says it and the other sections follow
        if not isinstance(error, UserError):
            traceback.print_exc()
        failure = " ".join(str(error).split())[-500:] or type(error).__name__
    result = Result(
        section=name,
        day=str(date.today()),
        machine=machine(),
        yardstick=seen,
        versions=versions(),
        commit=commit(),
        repeats=repeats,
        took_seconds=round(time.perf_counter() - started, 1),
        found=found,
        failure=failure,
    )
    keep(result, folder)
    print(f"{result.day}, {result.machine}, {result.yardstick}")
    if found is None:
        print(f"Could not be run: {failure}", flush=True)
        return True
    for table in found.tables:
        print(f"\n{text_of(table)}")
    for remark in found.remarks:
        print(remark)
    for target in found.targets:
        verdict = "met" if target.is_met else "missed"
        print(f"{target.what}: {shown(target.figure)} {target.unit}, "
              f"{target.sense} {shown(target.limit)}: {verdict}")  # fmt: skip
    print(f"took {result.took_seconds:.0f} s", flush=True)
    return False


def text_of(table: Table) -> str:
    """The table in columns of equal width, names to the left and figures to the right."""
    lines = [table.columns, *(tuple(map(shown, row)) for row in table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    texts = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join((table.title, *texts))


def _whole_month(videos: int, kept: Path | None) -> Found:
    from benchmarks.scaling import measure_whole_month

    return measure_whole_month(videos, kept)


if __name__ == "__main__":
    main()
