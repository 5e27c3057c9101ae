"""Months made of plain values, for the statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import polars as pl
import pytest

from sz_assets.contracts.columns import METRICS, POPULATIONS
from sz_assets.core.month_data import MonthData
from sz_assets_tests.bundled import shenzhen

Lists = Mapping[str, Sequence[float | None]]
MONTH = date(2023, 10, 1)


@pytest.fixture(scope="session")
def month_of() -> Callable[..., MonthData]:
    """`month_of({account: values}, incomplete=…)`: every metric has these values.

    The sample lacks each account's last value.
    """

    def make(lists: Lists, incomplete: str | None = None, seed: int = 0) -> MonthData:
        rows = [
            {
                "account_id": account,
                "video_id": f"{account}_{place}",
                "is_in_sample": place < len(values) - 1,
                **dict.fromkeys(METRICS, value),
            }
            for account, values in lists.items()
            for place, value in enumerate(values)
        ]
        schema = {
            "account_id": pl.String(),
            "video_id": pl.String(),
            "is_in_sample": pl.Boolean(),
            **{metric: pl.Float64() for metric in METRICS},
        }
        videos = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
            pl.col(metric).cast(pl.Int64) for metric in METRICS if metric != "duration_seconds"
        )
        summary = pl.DataFrame(
            {"population": POPULATIONS, "incomplete_accounts": [None, incomplete]},
            schema={"population": pl.String(), "incomplete_accounts": pl.String()},
        )
        tables = {"fct_video_month": videos, "engagement_summary": summary}
        return MonthData(shenzhen(), MONTH, tables, seed=seed)

    return make
