"""A reader that queries what is published without pause, and proves each answer.

    python stamped_reader.py HOME fresh|held|both

Its way is a new connection for each query, one connection for all, or both in one process. It ends
when its standard input does, or at the first error, and prints one line of JSON: how many queries,
how many stamps it saw, and that error. It gives way to the publisher where cores are few.

Each answer must have one stamp in all tables. That of a new connection must be no older than the
release to which the link led before it was opened, and no newer than that after: so a new release
is seen at once, also where an old one is held open.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.storage import Home
from sz_assets_tests.publish.stamped import stamps

QUERY = stamps()


def led_to(home: Home) -> int:
    return int(home.current.readlink().name.removeprefix("stamp-"))


def answer(connection: Any) -> int:
    """The one stamp of all tables; ValueError if they are not of one release."""
    rows = connection.execute(QUERY).fetchall()
    found = {stamp for _, _, least, greatest in rows for stamp in (least, greatest)}
    if len(rows) != len(PUBLISHED_TABLES) or {n for _, n, _, _ in rows} != {1} or len(found) != 1:
        raise ValueError(f"not one release: {rows}")
    return int(found.pop())


def fresh(home: Home, path: str) -> int:
    before = led_to(home)
    with closing(duckdb.connect(path, read_only=True)) as connection:
        # Opening it has found the file; what the link does afterwards changes nothing.
        after, stamp = led_to(home), answer(connection)
    if not before <= stamp <= after:
        raise ValueError(f"{stamp} was read while the link led to {before} and then {after}")
    return stamp


def held(connection: Any, first: int) -> int:
    stamp = answer(connection)
    if stamp != first:
        raise ValueError(f"{stamp} was read by a connection that was opened to {first}")
    return stamp


def answers(home: Home, way: str) -> Iterator[int]:
    path = str(home.current / "warehouse.duckdb")
    if way == "fresh":
        while True:
            yield fresh(home, path)
    with closing(duckdb.connect(path, read_only=True)) as connection:
        first = answer(connection)
        while True:
            yield held(connection, first)
            if way == "both":
                yield fresh(home, path)


def main() -> None:
    home, way = Home(Path(sys.argv[1])), sys.argv[2]
    os.nice(10)
    count, seen, problem = 0, set(), None
    running = answers(home, way)
    print("reading", flush=True)
    while problem is None and not select.select([sys.stdin], [], [], 0)[0]:
        try:
            seen.add(next(running))
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        count += 1
    print(json.dumps({"queries": count, "stamps": len(seen), "error": problem}), flush=True)


if __name__ == "__main__":
    main()
