"""The sections whose measurements are modules of their own, as tables: decoding, crawl, coding,
publish.

Here: their figures beside named alternatives. Not here: the measuring.
"""

from __future__ import annotations

from benchmarks.figures import Found, Table, Target, Value


def measure_decoding(repeats: int) -> Found:
    """Every kind of pages, each way beside pysimdjson (the limit) and pandas."""
    from benchmarks.decoding import FROM_FILES, IN_MEMORY, measure_all

    ours, limit, pandas = IN_MEMORY[0], IN_MEMORY[1], IN_MEMORY[-1]
    tables, targets, lacking = [], [], []
    for pages, speeds in measure_all(repeats):
        rows: list[tuple[Value, ...]] = []
        for name, speed in speeds.items():
            base = speeds.get(FROM_FILES[1] if name in FROM_FILES else limit)
            slow = speeds.get(pandas)
            rows.append(
                (name, speed.megabytes, speed.items, speed.cpu_seconds, speed.peak_mb,
                 speed.megabytes / slow.megabytes if slow else None,
                 speed.megabytes / base.megabytes if base else None)
            )  # fmt: skip
        columns = ("way", "MB/s", "items/s", "CPU s", "peak MB", "ratio to pandas",
                   "ratio to pysimdjson, 8 fields")  # fmt: skip
        tables.append(Table(f"Pages: {pages}", columns, tuple(rows)))
        if pages == "full items":
            lacking = [name for name in (*IN_MEMORY, *FROM_FILES) if name not in speeds]
            for mine, other in ((ours, limit), (FROM_FILES[0], FROM_FILES[1])):
                if other in speeds:
                    ratio = speeds[mine].megabytes / speeds[other].megabytes
                    what = f"{mine}, ratio to {other}"
                    targets.append(Target(what, ratio, 0.7, sense="at least"))
            if pandas in speeds:
                ratio = speeds[ours].megabytes / speeds[pandas].megabytes
                targets.append(Target(f"{ours}, ratio to pandas", ratio, 10, sense="at least"))
    return Found(tuple(tables), tuple(targets), tuple(map(_not_installed, lacking)))


def _not_installed(name: str) -> str:
    return f"{name} could not be run: add the dependency group bench."


def measure_crawl(repeats: int) -> Found:
    """Pages a second beside a bare httpx loop and scrapy."""
    from benchmarks.crawling import measure_crawling

    speeds = dict(measure_crawling(repeats))
    bare = speeds["a bare httpx loop"]
    if bare is None:
        raise RuntimeError("The bare httpx loop did not run.")
    rows: list[tuple[Value, ...]] = [
        (name, speed.pages_per_second, speed.cpu_ms, speed.pages_per_second / bare.pages_per_second)
        for name, speed in speeds.items()
        if speed
    ]
    columns = ("50 ms of latency", "pages/s", "CPU ms a page", "ratio to a bare httpx loop")
    lacking = tuple(_not_installed(name) for name, speed in speeds.items() if speed is None)
    return Found(tables=(Table("A crawl", columns, tuple(rows)),), remarks=lacking)


def measure_coding(repeats: int) -> Found:
    """A million titles beside scikit-learn's own way."""
    from benchmarks.coding import TITLES
    from benchmarks.coding import measure_coding as measure

    codings = dict(measure())
    library = codings["scikit-learn's analyser and model"]
    rows: list[tuple[Value, ...]] = [
        (name, TITLES / coding.titles_per_second, coding.titles_per_second, coding.peak_mb,
         coding.titles_per_second / library.titles_per_second)
        for name, coding in codings.items()
    ]  # fmt: skip
    columns = ("way", "seconds", "titles/s", "peak MB", "ratio to scikit-learn")
    return Found(
        tables=(Table(f"{TITLES:,} titles coded", columns, tuple(rows)),),
        remarks=("Each way was run once: `--repeats` does not count here.",),
    )


def measure_publish(repeats: int) -> Found:
    """A release at three sizes beside a bare copy of its files."""
    from benchmarks.publishing import measure_publishing

    rows: list[tuple[Value, ...]] = []
    for name, made in measure_publishing():
        ratio = made.seconds / made.copy_seconds
        rows.append(
            (name, made.seconds, made.cpu_seconds, made.peak_mb, made.megabytes, made.copy_seconds,
             ratio)
        )  # fmt: skip
    columns = ("a release, all formats", "seconds", "CPU s", "peak MB", "MB", "copying it: s",
               "ratio to copying it")  # fmt: skip
    return Found(
        tables=(Table("Publish", columns, tuple(rows)),),
        remarks=("Each size was run once: `--repeats` does not count here.",),
    )
