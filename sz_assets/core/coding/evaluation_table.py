"""Both machines of a month against people, as `analysis/machine_evaluation`.

Here: what is handed to the evaluation. Not here: which tasks count, or the arithmetic
(`machine_evaluation`, `evaluation`).
"""

from __future__ import annotations

import polars as pl

from sz_assets.core.coding.machine_evaluation import machine_evaluation
from sz_assets.core.month_data import MonthData


def evaluate_machines(month: MonthData) -> pl.DataFrame:
    """The trained coder, if there is one, and the cue words.

    Reads human_codes, coding_tasks and machine_codes of the month.
    """
    codes = month.tables["machine_codes"]
    learnt = codes.filter("is_learnt_from").select(
        pl.concat_str("account_id", "video_id", separator=":")
    )
    machines, seen = {}, {}
    for name in ("machine", "cue_word"):
        methods = codes[f"{name}_method"].drop_nulls()
        if len(methods):
            machines[methods[0]] = codes.select(
                "account_id", "video_id", pl.col(f"{name}_category").alias("category")
            )
            seen[methods[0]] = frozenset(learnt.to_series() if name == "machine" else ())
    return machine_evaluation(
        month.tables["human_codes"],
        month.tables["coding_tasks"],
        machines,
        seen,
        month.study.codebook,
        month.crawl_month,
    )
