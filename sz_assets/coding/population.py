"""The videos of a crawl month that can be drawn for coding, with the machine's word on each.

Here: reading them from the current release and the lake. Not here: drawing (`export`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from sz_assets.contracts.coding import MACHINE_CODES
from sz_assets.errors import UserError
from sz_assets.storage import Home, Lake

_VIDEO = ("crawl_month", "account_id", "video_id", "title", "url")


def month_population(
    home: Home, crawl_month: date, population: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The month's published videos of a population (`sample` or `all`), and their machine codes.

    The videos have crawl_month, account_id, video_id, title and url; the codes account_id,
    video_id, secondary_category (null: the machine says nothing) and coding_method, of the trained
    coder where there is one and of the cue words else. UserError if the month is not published.
    """
    videos = _published_videos(home, crawl_month)
    if population == "sample":
        videos = videos.filter("is_in_sample")
    if videos.is_empty():
        raise UserError(
            f"No video of {crawl_month:%Y-%m} ({population}) is published in {home.root}: run "
            f"sz-assets run --month {crawl_month:%Y-%m} first."
        )
    codes = Lake(home.lake).read(MACHINE_CODES, crawl_month)
    trained = pl.col("machine_method").is_not_null()
    words = codes.select(
        "account_id",
        "video_id",
        pl.when(trained)
        .then("machine_category")
        .otherwise("cue_word_category")
        .alias("secondary_category"),
        pl.coalesce("machine_method", "cue_word_method").alias("coding_method"),
    )
    return videos.select(_VIDEO), words


def _published_videos(home: Home, crawl_month: date) -> pl.DataFrame:
    import duckdb

    warehouse = home.current / "warehouse.duckdb"
    if not warehouse.exists():
        return pl.DataFrame(schema={name: pl.String for name in (*_VIDEO, "is_in_sample")}).cast(
            {"is_in_sample": pl.Boolean}
        )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        frame: pl.DataFrame = connection.sql(
            f"select {', '.join(_VIDEO)}, is_in_sample from fct_video_month "
            "where crawl_month = ? order by account_id, video_id",
            params=[crawl_month],
        ).pl()
    return frame
