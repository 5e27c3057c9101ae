"""From the bytes of pages to typed columns, beside other ways to do it, on the same pages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median

import msgspec
import polars as pl

from benchmarks.commands import fresh_home
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.defs.platforms import EmbeddedPlatform
from sz_assets.sources.registry import decode_pages
from sz_assets.storage import Lake
from sz_assets.study import load_study

MONTH = date(2023, 10, 1)


@dataclass(frozen=True)
class Speed:
    """Throughput of one way of decoding: megabytes (10^6) and items per second."""

    megabytes: float
    items: float


def simulated_pages() -> pl.DataFrame:
    """The stored pages of the embedded platform's 2023-10, bodies included."""
    study = load_study("shenzhen")
    with fresh_home() as home:
        lake = Lake(home)
        platform = EmbeddedPlatform("default", study.time_zone)
        with platform.plan(MONTH, study.accounts) as plan:
            crawl_month(plan, lake, lambda progress: None)
        return load_month(lake, MONTH, lake.accounts(ACCOUNT_PAGES, MONTH)).pages


def _with_dictionaries(loads: Callable[[bytes], object], bodies: list[bytes]) -> pl.DataFrame:
    rows = []
    for body in bodies:
        page = loads(body)
        assert isinstance(page, dict)
        for item in page["aweme_list"]:
            counts = item.get("statistics") or {}
            rows.append(
                (
                    item["aweme_id"], item["desc"], item["create_time"], item.get("duration"),
                    counts.get("digg_count"), counts.get("collect_count"),
                    counts.get("share_count"), counts.get("comment_count"),
                )
            )  # fmt: skip
    return pl.DataFrame(rows, orient="row", infer_schema_length=None)


def measure_decoding(repeats: int) -> Iterator[tuple[str, Speed]]:
    """Ours first (all fields, hashes, rejects), then dictionaries of eight fields."""
    pages = simulated_pages()
    bodies = pages["body"].to_list()
    size = sum(map(len, bodies)) / 1e6
    items = int(pages["item_count"].sum())
    ways: dict[str, Callable[[], object]] = {
        "sz_assets (typed, all columns)": lambda: decode_pages(pages),
        "msgspec to dictionaries": lambda: _with_dictionaries(msgspec.json.decode, bodies),
        "json.loads to dictionaries": lambda: _with_dictionaries(json.loads, bodies),
    }
    for name, way in ways.items():
        way()
        seconds = []
        for _ in range(repeats):
            started = time.perf_counter()
            way()
            seconds.append(time.perf_counter() - started)
        yield name, Speed(size / median(seconds), items / median(seconds))
