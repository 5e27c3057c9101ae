"""One way from bytes to columns, in a process of its own: `decoding` starts it.

Here: our way and the others. Not here: which pages, or what the figures mean (`decoding`).
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import re
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import polars as pl

from benchmarks.decoding import FROM_FILES, IN_MEMORY, MONTH
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.core.normalize import normalize
from sz_assets.crawl.stored import load_month
from sz_assets.crew import cores
from sz_assets.sources.protocol import Decoded
from sz_assets.sources.registry import decode_batches, decode_pages
from sz_assets.storage import Lake
from sz_assets.verify import changed_answers

_NEEDS = {"pysimdjson": "simdjson", "orjson": "orjson", "pandas": "pandas"}
_COUNTERS = ("digg_count", "collect_count", "share_count", "comment_count")
_FIELDS = ("aweme_id", "desc", "create_time", "duration")
_SCHEMA = pl.Schema(
    {
        "aweme_id": pl.String(),
        "desc": pl.String(),
        "create_time": pl.Int64(),
        "duration": pl.Int64(),
        "statistics": pl.Struct(dict.fromkeys(_COUNTERS, pl.Int64())),
    }
)
_PAGE_SCHEMA = pl.Schema({"aweme_list": pl.List(pl.Struct(_SCHEMA))})


class _Statistics(msgspec.Struct, gc=False):
    digg_count: int | None = None
    collect_count: int | None = None
    share_count: int | None = None
    comment_count: int | None = None


class _Item(msgspec.Struct, gc=False):
    aweme_id: str
    create_time: int
    desc: str | None = None
    duration: int | None = None
    statistics: _Statistics | None = None


class _Page(msgspec.Struct, gc=False):
    aweme_list: list[_Item]


_TYPED = msgspec.json.Decoder(_Page)


def _rows_of_dictionaries(loads: Callable[[bytes], Any], bodies: list[bytes]) -> list[Any]:
    rows = []
    for body in bodies:
        for item in loads(body)["aweme_list"]:
            counts = item.get("statistics") or {}
            rows.append((*map(item.get, _FIELDS), *map(counts.get, _COUNTERS)))
    return rows


def _msgspec_columns(bodies: list[bytes]) -> pl.DataFrame:
    items = [item for body in bodies for item in _TYPED.decode(body).aweme_list]
    counts = [item.statistics or _Statistics() for item in items]
    return pl.DataFrame(
        {name: [getattr(item, name) for item in items] for name in _FIELDS}
        | {name: [getattr(count, name) for count in counts] for name in _COUNTERS}
    )


def _simdjson_rows(parser: Any, body: Any, rows: list[Any]) -> None:
    page = parser.parse(body)
    for item in page["aweme_list"]:
        counts = item.get("statistics") or {}
        rows.append(
            (
                item.get("aweme_id"), item.get("desc"), item.get("create_time"),
                item.get("duration"), counts.get("digg_count"), counts.get("collect_count"),
                counts.get("share_count"), counts.get("comment_count"),
            )
        )  # fmt: skip
    # The parser refuses another page as long as a part of the last one lives.
    del page, item, counts


def _simdjson(bodies: list[bytes]) -> list[Any]:
    import simdjson

    parser, rows = simdjson.Parser(), []
    for body in bodies:
        _simdjson_rows(parser, body, rows)
    return rows


def _simdjson_files(paths: list[Path]) -> list[Any]:
    """What one would write first: a file whole, then one page after the other, on one core."""
    import simdjson

    parser, rows = simdjson.Parser(), []
    for path in paths:
        frame = pl.read_parquet(path, columns=["body", "body_sha256"], glob=False)
        for body, digest in frame.iter_rows():
            assert hashlib.sha256(body).hexdigest() == digest
            _simdjson_rows(parser, body, rows)
    return rows


def _simdjson_batches(lake: Lake) -> list[Any]:
    """With our reading and hashing, and our views of the bytes."""
    import simdjson

    from sz_assets.sources.bodies import body_views

    parser, rows = simdjson.Parser(), []

    def use(batch: pl.DataFrame) -> None:
        for body in body_views(batch["body"]):
            _simdjson_rows(parser, body, rows)

    assert changed_answers(lake, ACCOUNT_PAGES, MONTH, use)[1] == []
    return rows


def _pandas_files(paths: list[Path]) -> Any:
    bodies = []
    for path in paths:
        frame = pl.read_parquet(path, columns=["body", "body_sha256"], glob=False)
        for body, digest in frame.iter_rows():
            assert hashlib.sha256(body).hexdigest() == digest
            bodies.append(body)
    return _pandas(bodies)


def _hashing(bodies: list[bytes]) -> list[bytes]:
    """The limit of whatever hashes every page."""
    with ThreadPoolExecutor(cores()) as hashers:
        return list(hashers.map(lambda body: hashlib.sha256(body).digest(), bodies))


def _ours_hashed_before(lake: Lake) -> Any:
    """As a run does it, whose check of hashes comes before."""
    pages = load_month(lake, MONTH, lake.accounts(ACCOUNT_PAGES, MONTH)).page_batches()
    return _tables(decode_batches(pages))


def _ours_from_files(lake: Lake) -> Any:
    """As `verify` and a run do it together: read, hashed, decoded, and made into the tables."""
    parts: list[Decoded] = []
    changed = changed_answers(
        lake, ACCOUNT_PAGES, MONTH, lambda batch: parts.append(decode_pages(batch))
    )[1]
    assert changed == []
    items = pl.concat(part.items for part in parts)
    return _tables(Decoded(items, pl.concat(part.rejected for part in parts)))


def _tables(decoded: Decoded) -> Any:
    return normalize(decoded.items, decoded.rejected, crawl_month=MONTH, time_zone="Asia/Shanghai")


def _pandas(bodies: list[bytes]) -> Any:
    import pandas as pd

    return pd.json_normalize([item for body in bodies for item in json.loads(body)["aweme_list"]])


def _orjson(bodies: list[bytes]) -> Any:
    import orjson

    return _rows_of_dictionaries(orjson.loads, bodies)


def _json_decode(bodies: list[bytes]) -> pl.DataFrame:
    texts = pl.Series(bodies, dtype=pl.Binary).cast(pl.String)
    return texts.str.json_decode(pl.Struct(_PAGE_SCHEMA)).struct.unnest()


def _way(name: str, lake: Lake) -> Callable[[], object]:
    paths = [
        path
        for account in lake.accounts(ACCOUNT_PAGES, MONTH)
        for path in lake.attempts(ACCOUNT_PAGES, MONTH, account)
    ]
    if name == FROM_FILES[-1]:
        stored = lake.read_attempts(ACCOUNT_PAGES, paths)["body"].to_list()
        return lambda: _hashing(stored)
    if name in FROM_FILES:
        ways: tuple[Callable[[], object], ...] = (
            lambda: _ours_from_files(lake),
            lambda: _simdjson_files(paths),
            lambda: _simdjson_batches(lake),
            lambda: _pandas_files(paths),
            lambda: _ours_hashed_before(lake),
        )
        return dict(zip(FROM_FILES[:-1], ways, strict=True))[name]
    if name == IN_MEMORY[0]:
        pages = lake.read_attempts(ACCOUNT_PAGES, paths)
        return lambda: decode_pages(pages)
    bodies = lake.read_attempts(ACCOUNT_PAGES, paths)["body"].to_list()
    others: tuple[Callable[[], object], ...] = (
        lambda: _simdjson(bodies),
        lambda: [_TYPED.decode(body) for body in bodies],
        lambda: _msgspec_columns(bodies),
        lambda: pl.read_ndjson(io.BytesIO(b"\n".join(bodies)), schema=_PAGE_SCHEMA),
        lambda: _json_decode(bodies),
        lambda: _orjson(bodies),
        lambda: _rows_of_dictionaries(json.loads, bodies),
        lambda: _pandas(bodies),
    )
    return dict(zip(IN_MEMORY[1:], others, strict=True))[name]


def _memory(line: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [kib] = re.findall(rf"^{line}:\s+(\d+) kB$", status, re.MULTILINE)
    return float(kib) / 1024


def main() -> None:
    name, root, repeats = sys.argv[1:]
    needed = _NEEDS.get(re.split(r"\W", name)[0])
    if needed is not None and importlib.util.find_spec(needed) is None:
        print("not installed")
        return
    lake = Lake(Path(root))
    stored = lake.read_attempts(
        ACCOUNT_PAGES,
        [
            path
            for account in lake.accounts(ACCOUNT_PAGES, MONTH)
            for path in lake.attempts(ACCOUNT_PAGES, MONTH, account)
        ],
        with_bodies=False,
    )
    items = int(stored["item_count"].sum())
    way = _way(name, lake)
    before = _memory("VmRSS")
    seconds, cpu = [], []
    for _ in range(int(repeats) + 1):
        started, computed = time.perf_counter(), time.process_time()
        way()
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - computed)
    # The first time loads what is loaded once.
    took = median(seconds[1:])
    size = _size(lake)
    print(
        json.dumps(
            {
                "megabytes": size / took,
                "items": items / took,
                "cpu_seconds": median(cpu[1:]),
                "peak_mb": max(0.0, _memory("VmHWM") - before),
            }
        )
    )


def _size(lake: Lake) -> float:
    """Megabytes of all bodies."""
    files = f"{lake.root}/raw/account_pages/**/*.parquet"
    scan = pl.scan_parquet(files, hive_partitioning=False)
    return float(scan.select(pl.col("body").bin.size().sum()).collect().item()) / 1e6


if __name__ == "__main__":
    main()
