"""Frames kept in memory: read once, never more than there is room for, never of an older file."""

from __future__ import annotations

import pickle
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl

from sz_assets.contracts.marts import DIM_ACCOUNT
from sz_assets.contracts.sql import DUCKDB_TYPES
from sz_assets.defs.frames import Frames
from sz_assets.defs.resources import WarehouseTables, open_for_reading


def frame(rows: int) -> pl.DataFrame:
    return pl.DataFrame({"value": pl.Series(range(rows), dtype=pl.Int64)})


def test_what_was_read_is_not_read_again() -> None:
    reads: list[int] = []
    frames = Frames()
    for _ in range(2):
        found = frames.get("key", lambda: reads.append(1) or frame(3))
    assert (found.height, reads) == (3, [1])


def test_the_oldest_goes_where_room_is_short_and_a_large_one_never_stays() -> None:
    reads: list[str] = []
    frames = Frames(most_bytes=800)

    def ask(key: str, rows: int) -> None:
        frames.get(key, lambda: reads.append(key) or frame(rows))

    for key in ("a", "b", "c", "d"):  # 200 bytes each: all there is room for
        ask(key, 25)
    ask("a", 25)
    ask("e", 25)
    ask("a", 25)
    ask("b", 25)
    ask("large", 26)
    ask("large", 26)
    assert reads == ["a", "b", "c", "d", "e", "b", "large", "large"]


def test_a_changed_database_is_read_anew_also_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    columns = ", ".join(f"{c.name} {DUCKDB_TYPES[c.type]}" for c in DIM_ACCOUNT.columns)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"create table dim_account ({columns})")
    tables = pickle.loads(pickle.dumps(WarehouseTables(open_for_reading(path))))
    with tables.opened():
        assert tables.rows(DIM_ACCOUNT, None).height == 0
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("insert into dim_account (account_id) values ('a')")
    assert tables.rows(DIM_ACCOUNT, None)["account_id"].to_list() == ["a"]
