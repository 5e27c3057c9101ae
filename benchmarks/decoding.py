"""From the bytes of pages to typed columns, beside other ways to do it, on the same pages.

Here: the pages, and what is measured. Not here: the other ways (`decoding_ways`), or how full items
are made (`full_items`). Each way has a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.full_items import ITEMS_PER_PAGE, full_pages
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.contracts.validate import polars_schema
from sz_assets.storage import Lake

MONTH = date(2023, 10, 1)
FULL_ACCOUNTS, FULL_PAGES = 4, 32
IN_MEMORY = (
    "sz_assets: all columns, rejects",
    "pysimdjson: 8 fields",
    "msgspec: typed",
    "msgspec, then Polars: 8 columns",
    "polars.read_ndjson: 8 columns",
    "polars json_decode: 8 columns",
    "orjson to dictionaries: 8 fields",
    "json.loads to dictionaries",
    "pandas.json_normalize",
)
FROM_FILES = (
    "sz_assets: files, hashes, tables",
    "pysimdjson: files, hashes, 8 fields",
    "pysimdjson, read and hashed by us",
    "pandas.json_normalize: files, hashes",
    "sz_assets: files, tables; no hashes",
    "sha256 alone, every core",
)
DRIFTED = (IN_MEMORY[0], FROM_FILES[0])
_BASES = {**dict.fromkeys(IN_MEMORY, IN_MEMORY[1]), **dict.fromkeys(FROM_FILES, FROM_FILES[1])}


@dataclass(frozen=True)
class Speed:
    """Throughput of one way: megabytes (10^6) and items a second; CPU; memory beyond the pages'."""

    megabytes: float
    items: float
    cpu_seconds: float
    peak_mb: float


def measure_all(repeats: int) -> Iterator[tuple[str, dict[str, Speed]]]:
    """Each kind of pages with what each way makes of them."""
    with tempfile.TemporaryDirectory(prefix="sz-bench-") as folder:
        root = Path(folder)
        full, drifted = full_lake(root / "full"), full_lake(root / "drifted", drift_ratio=0.01)
        every = (*IN_MEMORY, *FROM_FILES)
        yield "full items", dict(_measured(full, every, repeats))
        yield "full items, 1 % drifted", dict(_measured(drifted, DRIFTED, repeats))
        yield "trimmed items", dict(_measured(trimmed_lake(root / "trimmed"), every, repeats))


def full_lake(root: Path, *, drift_ratio: float = 0.0) -> Lake:
    """A lake with a month of some accounts' full items, stored as a crawl stores them."""
    lake = Lake(root)
    for account in range(FULL_ACCOUNTS):
        bodies = full_pages(FULL_PAGES, seed=account, drift_ratio=drift_ratio)
        store_pages(lake, f"account_{account}", bodies)
    return lake


def store_pages(lake: Lake, account_id: str, bodies: Iterable[bytes]) -> None:
    """Write one attempt whose pages have these bodies."""
    moment = datetime(2023, 10, 31, 4)
    rows: list[dict[str, Any]] = [
        {
            "crawl_month": MONTH, "account_id": account_id, "attempt_id": "20231031T040000Z-0001",
            "request_number": number, "platform": "douyin", "outcome": "ok", "http_status": 200,
            "requested_at": moment, "received_at": moment, "body": body,
            "body_sha256": hashlib.sha256(body).hexdigest(), "data_origin": "simulated",
            "page_number": number, "item_count": ITEMS_PER_PAGE,
        }
        for number, body in enumerate(bodies, start=1)
    ]  # fmt: skip
    lake.write_attempt(ACCOUNT_PAGES, pl.DataFrame(rows, schema=polars_schema(ACCOUNT_PAGES)))


def trimmed_lake(root: Path) -> Lake:
    """The embedded platform's 2023-10."""
    from sz_assets.crawl.session import crawl_month
    from sz_assets.defs.platforms import EmbeddedPlatform
    from sz_assets.study import load_study

    study, lake = load_study("shenzhen"), Lake(root)
    platform = EmbeddedPlatform("default", study.time_zone)
    with platform.plan(MONTH, study.accounts) as plan:
        crawl_month(plan, lake, lambda progress: None)
    return lake


def _measured(lake: Lake, ways: Iterable[str], repeats: int) -> Iterator[tuple[str, Speed]]:
    for way in ways:
        command = ("-m", "benchmarks.decoding_ways", way, str(lake.root), str(repeats))
        told = subprocess.run(
            [sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        if told.strip() != "not installed":
            yield way, Speed(**json.loads(told))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts")
    for pages, speeds in measure_all(parser.parse_args().repeats):
        print(
            f"\n{pages:36} {'MB/s':>8} {'items/s':>10} {'CPU s':>8} {'peak MB':>8}"
            f" {'to pysimdjson':>14} {'to pandas':>10}"
        )
        pandas = speeds.get(IN_MEMORY[-1])
        for name, speed in speeds.items():
            base = speeds.get(_BASES[name])
            ratios = [
                "–" if other is None else f"{speed.megabytes / other.megabytes:.2f}"
                for other in (base, pandas)
            ]
            print(
                f"{name:36} {speed.megabytes:8.0f} {speed.items:10,.0f} {speed.cpu_seconds:8.2f}"
                f" {speed.peak_mb:8.0f} {ratios[0]:>14} {ratios[1]:>10}"
            )


if __name__ == "__main__":
    main()
