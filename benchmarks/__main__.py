"""Print every figure with its ratio to a named alternative."""

from __future__ import annotations

import argparse
from datetime import date

from benchmarks.commands import machine, measure_commands
from benchmarks.decoding import measure_decoding


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
    print(f"\n{'sz-assets …':36} {'seconds':>8} {'peak MB':>10}  ratio to one crawled month")
    runs = dict(measure_commands(repeats))
    month = runs["run, one month, crawled"]
    for name, run in runs.items():
        ratio = run.seconds / month.seconds
        print(f"{name:36} {run.seconds:8.2f} {run.peak_mb:10.0f}  {ratio:.2f}")


if __name__ == "__main__":
    main()
