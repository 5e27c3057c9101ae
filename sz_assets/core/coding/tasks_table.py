"""Which of a month's videos people were given to code, as `core/coding_tasks`.

Here: the table. Not here: drawing (`sampling`), or keeping samples (`coding.store`).
"""

from __future__ import annotations

import polars as pl

from sz_assets.contracts.coding import CODING_TASKS
from sz_assets.contracts.validate import conform


def coding_tasks(tasks: pl.DataFrame, videos: pl.DataFrame) -> pl.DataFrame:
    """The tasks of all samples (as `CodingStore.sample_tasks` gives them) among the videos.

    `videos` has at least crawl_month, account_id and video_id of one month.
    """
    key = ["account_id", "video_id"]
    found = tasks.join(videos.select("crawl_month", *key), on=key, maintain_order="left")
    return conform(found.select(CODING_TASKS.column_names), CODING_TASKS)
