"""What people decided, over all samples and months, for training and judging machines.

Here: reading it from the store. Not here: the rule (`core.coding.best_code`), or one crawl month.
"""

from __future__ import annotations

import polars as pl

from sz_assets.coding.store import CodingStore, newest
from sz_assets.core.coding.best_code import decided_by_people, human_codes
from sz_assets.study import Study


def all_human_codes(store: CodingStore, study: Study) -> pl.DataFrame:
    """Everything that people said (contract core/human_codes), whatever the month of the video.

    A code is of the title, so the month, which the contract asks for, is the study's first.
    """
    codes = newest(store.codes())
    videos = (
        codes.select("account_id", "video_id")
        .unique(maintain_order=True)
        .with_columns(pl.lit(study.first_crawl_month).alias("crawl_month"))
    )
    return human_codes(codes, store.sample_tasks(), videos, study.codebook, store.codebooks())


CHANGED = "coded with categories that mean something else in the present codebook"


def decided(store: CodingStore, study: Study) -> tuple[pl.DataFrame, dict[str, int]]:
    """What `best_code.decided_by_people` gives of all codes, and what it leaves out, by reason."""
    human = all_human_codes(store, study)
    found = decided_by_people(human, study.codebook)
    key = ["account_id", "video_id"]
    every = human.select(key).unique()
    usable = human.filter("is_usable").select(key).unique()
    left_out = {
        CHANGED: len(every.join(usable, on=key, how="anti")),
        "coders disagree and nobody has adjudicated": len(usable.join(found, on=key, how="anti")),
    }
    return found, {reason: number for reason, number in left_out.items() if number}
