"""What checks compare a month with: the newest earlier month of the same kind of data."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl

from sz_assets.contracts.core import DUPLICATE_ITEMS
from sz_assets.contracts.validate import polars_schema
from sz_assets.defs.resources import LakeTables
from sz_assets.storage import Lake


def write(lake: Lake, month: date, rows: int, origin: str) -> None:
    values = {
        pl.String(): "a",
        pl.Int64(): 1,
        pl.Datetime("us"): datetime(2023, 1, 1),
        pl.Date(): month,
    }
    schema = polars_schema(DUPLICATE_ITEMS)
    frame = pl.DataFrame(
        [
            {
                name: row
                if name == "raw_item_index"
                else origin
                if name == "data_origin"
                else values[kind]
                for name, kind in schema.items()
            }
            for row in range(rows)
        ],
        schema=schema,
    )
    lake.write(DUPLICATE_ITEMS, month, frame)


def test_simulated_and_real_months_are_not_compared(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "home [1]")
    write(lake, date(2023, 1, 1), 2, "import:douyin")
    write(lake, date(2023, 2, 1), 3, "simulated")
    write(lake, date(2023, 3, 1), 4, "live:douyin")
    write(lake, date(2023, 4, 1), 5, "simulated")
    counts = [
        LakeTables(lake).previous_row_count(DUPLICATE_ITEMS, date(2023, month, 1))
        for month in (1, 2, 3, 4)
    ]
    assert counts == [None, None, 2, 3]
