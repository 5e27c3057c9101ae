"""Print every figure with its ratio to a named alternative."""

from __future__ import annotations

import argparse
from datetime import date

from benchmarks.coding import TITLES, measure_coding
from benchmarks.commands import machine, measure_commands
from benchmarks.crawling import measure_crawling
from benchmarks.decoding import measure_decoding
from benchmarks.publishing import measure_publishing


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts")
    repeats = parser.parse_args().repeats
    print(f"{date.today()}, {machine()}, medians of {repeats}\n")
    print(f"{'bytes to columns':36} {'MB/s':>8} {'items/s':>10}  ratio to json.loads")
    speeds = dict(measure_decoding(repeats))
    base = speeds["json.loads to dictionaries"]
    for name, speed in speeds.items():
        ratio = speed.megabytes / base.megabytes
        print(f"{name:36} {speed.megabytes:8.0f} {speed.items:10,.0f}  {ratio:.1f}")
    print(f"\n{'a crawl, 50 ms of latency':36} {'pages/s':>8} {'CPU ms':>10}  ratio to bare httpx")
    crawls = dict(measure_crawling(repeats))
    bare = crawls["a bare httpx loop"]
    for name, crawl in crawls.items():
        if crawl is None or bare is None:
            print(f"{name:36} is not installed: add the dependency group bench")
            continue
        ratio = crawl.pages_per_second / bare.pages_per_second
        print(f"{name:36} {crawl.pages_per_second:8.0f} {crawl.cpu_ms:10.2f}  {ratio:.2f}")
    print(
        f"\n{f'{TITLES:,} titles coded':36} {'seconds':>8} {'peak MB':>10}  ratio to scikit-learn"
    )
    codings = dict(measure_coding())
    library = codings["scikit-learn's analyser and model"]
    for name, coding in codings.items():
        ratio = coding.titles_per_second / library.titles_per_second
        seconds = TITLES / coding.titles_per_second
        print(f"{name:36} {seconds:8.1f} {coding.peak_mb:10.0f}  {ratio:.1f}")
    print(f"\n{'sz-assets …':36} {'seconds':>8} {'peak MB':>10}  ratio to one crawled month")
    runs = dict(measure_commands(repeats))
    month = runs["run, one month, crawled"]
    for name, run in runs.items():
        ratio = run.seconds / month.seconds
        print(f"{name:36} {run.seconds:8.2f} {run.peak_mb:10.0f}  {ratio:.2f}")
    print(f"\n{'a release, simulated':36} {'seconds':>8} {'CPU s':>10}  ratio to copying it")
    for name, made in measure_publishing():
        ratio = made.seconds / made.copy_seconds
        print(f"{name:36} {made.seconds:8.2f} {made.cpu_seconds:10.2f}  {ratio:.1f}")


if __name__ == "__main__":
    main()
