"""The lines by which two homes are compared: equal for equal content, whatever its order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks.hashes import Line, home_lines
from benchmarks.lakes import MONTH, make_lake
from sz_assets.contracts.core import ACCOUNTS
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.contracts.validate import polars_schema
from sz_assets.storage import Home, Lake


def _lines(home: Home) -> dict[tuple[str, str], Line]:
    return {(line.place, line.table): line for line in home_lines(home)}


def _accounts_changed(
    tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[Line, Line]:
    """The line of the accounts before and after their file is changed."""
    home = Home(tmp_path)
    make_lake(home, 100)
    before = _lines(home)["core", "accounts"]
    path = Lake(home.lake).path(ACCOUNTS, MONTH)
    change(pl.read_parquet(path, glob=False, hive_partitioning=False)).write_parquet(path)
    return before, _lines(home)["core", "accounts"]


def test_order_and_row_groups_do_not_count(tmp_path: Path) -> None:
    before, after = _accounts_changed(tmp_path, lambda rows: rows.reverse())
    assert (before.rows, before.month) == (13, "2023-10-01")
    assert after == before


@pytest.mark.parametrize(
    "change",
    [
        pl.col("follower_count") + (pl.col("account_id") == "account_000007").cast(pl.Int64),
        pl.col("follower_count").cast(pl.Int32),
        pl.when(pl.col("account_id") != "account_000007").then("name_en").alias("name_en"),
    ],
    ids=["a value", "a type", "a missing value"],
)
def test_a_change_shows(tmp_path: Path, change: pl.Expr) -> None:
    before, after = _accounts_changed(tmp_path, lambda rows: rows.with_columns(change))
    assert after.rows == before.rows
    assert after.digest != before.digest


def _page(tmp_path: Path, url: str) -> Line:
    home = Home(tmp_path / url.translate(str.maketrans("/:?", "___")))
    row = {
        "crawl_month": MONTH, "account_id": "a", "attempt_id": "20231031T040000Z-0001",
        "request_number": 1, "platform": "douyin", "outcome": "ok", "url": url,
        "body_sha256": "0" * 64, "body": b"{}", "data_origin": "simulated",
    }  # fmt: skip
    path = Lake(home.lake).attempt_path(ACCOUNT_PAGES, MONTH, "a", "20231031T040000Z-0001")
    path.parent.mkdir(parents=True)
    pl.DataFrame([row], schema=polars_schema(ACCOUNT_PAGES)).write_parquet(path)
    return _lines(home)["raw", "account_pages"]


def test_the_port_of_the_embedded_platform_does_not_count_but_the_rest_does(tmp_path: Path) -> None:
    one, other, third, live = (
        _page(tmp_path, url)
        for url in (
            "http://127.0.0.1:1001/list?c=0",
            "http://127.0.0.1:1002/list?c=0",
            "http://127.0.0.1:1002/list?c=1",
            "https://www.douyin.com/list?c=0",
        )
    )
    assert one.rows == 1
    assert one == other
    assert len({one.digest, third.digest, live.digest}) == 3


def test_working_database_and_release_are_told_month_by_month(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for path in (home.warehouse, home.current / "warehouse.duckdb"):
        path.parent.mkdir(parents=True)
        with closing(duckdb.connect(str(path))) as connection:
            from sz_assets.contracts import PUBLISHED_TABLES
            from sz_assets.contracts.sql import DUCKDB_TYPES

            for table in PUBLISHED_TABLES:
                columns = ", ".join(f"{c.name} {DUCKDB_TYPES[c.type]}" for c in table.columns)
                connection.execute(f"create table {table.name} ({columns})")
            connection.execute(
                "insert into publishing_by_year (crawl_month, population, published_year) "
                "values ('2023-09-01', 'all', 2020), ('2023-10-01', 'all', 2020)"
            )
    told = [line for line in home_lines(home) if line.table == "publishing_by_year"]
    assert [(line.place, line.month, line.rows) for line in told] == [
        ("warehouse", "2023-09-01", 1),
        ("warehouse", "2023-10-01", 1),
        ("release", "2023-09-01", 1),
        ("release", "2023-10-01", 1),
    ]
    assert told[0].digest == told[2].digest != told[1].digest
    empty = [line for line in home_lines(home) if line.table == "video_growth"]
    assert [(line.month, line.rows) for line in empty] == [("all", 0), ("all", 0)]
