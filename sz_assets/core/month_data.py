"""What an analysis is given: one crawl month's tables with the study they belong to.

Here: plain values and look-ups that several analyses share. Not here: reading tables (`defs`) or
any statistic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from sz_assets.study import Study


@dataclass(frozen=True)
class MonthData:
    """The rows of one crawl month, by table.

    `tables` holds rows of `crawl_month` only, each frame as its contract says; `history` rows of
    every crawl month up to this one, for the few analyses that look back. `seed` makes whatever
    is drawn at random the same in every run.
    """

    study: Study
    crawl_month: date
    tables: Mapping[str, pl.DataFrame]
    history: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    seed: int = 0

    def videos(self, population: str) -> pl.DataFrame:
        """Rows of `fct_video_month` of a population: `sample` or `all`."""
        videos = self.tables["fct_video_month"]
        return videos.filter("is_in_sample") if population == "sample" else videos

    def incomplete_accounts(self, population: str) -> str | None:
        """The accounts that the population lacks in part, as `engagement_summary` names them."""
        rows = self.tables["engagement_summary"].filter(pl.col("population") == population)
        told = rows["incomplete_accounts"].drop_nulls()
        return str(told[0]) if len(told) else None
