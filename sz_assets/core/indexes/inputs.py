"""The named inputs of the formulas: what is counted per account.

Here: their definitions and values. Not here: the formulas.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.core.local_days import local_day
from sz_assets.core.month_data import MonthData

COUNTERS = ("like", "comment", "share", "favorite", "play")
PAIRS = (("like", "play"), ("comment", "like"), ("share", "like"))
H_UNIT = 1_000
_STATISTICS = {
    "sum": "{} of all the account's observed videos",
    "mean": "mean {} per video that has the counter",
    "max": "{} of the video that has most",
}

DEFINITIONS: dict[str, str] = {
    "posts": "videos of the account's list as observed",
    "days": "days from the first of these videos to the observation, both included",
    "followers": "followers, from the account's profile",
    "h_likes_thousand": f"the largest h with h videos of at least h × {H_UNIT:,} likes each",
    **{
        f"{counter}_{name}": meaning.format(f"{counter}s")
        for counter in COUNTERS
        for name, meaning in _STATISTICS.items()
    },
    "interaction_mean": "mean of likes + comments + shares + favorites per video that has all four",
    "play_interaction_sum": "the same summed over videos that have these and plays",
    "play_with_interaction_sum": "plays of these videos",
    **{
        f"{one}_with_{other}_sum": f"{one}s of the observed videos that also have {other}s"
        for pair in PAIRS
        for one, other in (pair, pair[::-1])
    },
    # What WeChat has and no video platform.
    **{f"wow_{name}": "“wow” marks, which only WeChat has" for name in _STATISTICS},
    **{
        f"headline_{counter}_sum": "of headline posts, which only WeChat has"
        for counter in ("play", "wow", "like", "share")
    },
}
"""What each input is. All are of one account in one crawl month."""


def account_inputs(
    month: MonthData,
) -> tuple[list[str], dict[str, NDArray[np.float64]], dict[str, str]]:
    """Account ids, sorted; an array per input in their order, NaN where it is not available; and
    of accounts with missing counters how many videos lack which.
    """
    videos = month.videos("all")
    profiles = month.tables["fct_account_month"].select("account_id", "follower_count")
    four = pl.sum_horizontal(
        "like_count", "comment_count", "share_count", "favorite_count", ignore_nulls=False
    )
    both = four + 0 * pl.col("play_count")
    zone = month.study.time_zone
    found = videos.group_by("account_id").agg(
        pl.len().alias("posts"),
        (
            (
                local_day("observed_at", zone).max() - local_day("published_at", zone).min()
            ).dt.total_days()
            + 1
        ).alias("days"),
        four.mean().alias("interaction_mean"),
        _sum(both).alias("play_interaction_sum"),
        _sum(pl.col("play_count") + 0 * four).alias("play_with_interaction_sum"),
        *(
            expression.alias(f"{counter}_{name}")
            for counter in COUNTERS
            for name, expression in (
                ("sum", _sum(pl.col(f"{counter}_count"))),
                ("mean", pl.col(f"{counter}_count").mean()),
                ("max", pl.col(f"{counter}_count").max()),
            )
        ),
        *(
            _sum(pl.col(f"{one}_count") + 0 * pl.col(f"{other}_count")).alias(
                f"{one}_with_{other}_sum"
            )
            for pair in PAIRS
            for one, other in (pair, pair[::-1])
        ),
        _h_index(pl.col("like_count")).alias("h_likes_thousand"),
        *(pl.col(f"{counter}_count").null_count().alias(f"no_{counter}") for counter in COUNTERS),
    )
    frame = (
        profiles.rename({"follower_count": "followers"})
        .join(found, on="account_id", how="left")
        .sort("account_id")
    )
    accounts = frame["account_id"].to_list()
    nothing = np.full(len(accounts), np.nan)
    inputs = {
        name: (
            frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
            if name in frame.columns
            else nothing
        )
        for name in DEFINITIONS
    }
    inputs["posts"] = np.nan_to_num(inputs["posts"])
    return accounts, inputs, _missing(frame)


def _sum(values: pl.Expr) -> pl.Expr:
    """The sum of what is known; null if nothing is."""
    return pl.when(values.count() > 0).then(values.sum())


def _h_index(likes: pl.Expr) -> pl.Expr:
    """Hovden 2013 (arXiv 1303.0766), by likes in units of `H_UNIT`."""
    known = likes.drop_nulls().sort(descending=True)
    reached = (known >= H_UNIT * known.cum_count()).sum()
    return pl.when(likes.count() > 0).then(reached)


def _missing(frame: pl.DataFrame) -> dict[str, str]:
    """Counters that some videos of an account lack; one that all lack is missing as an input."""
    told = {}
    for row in frame.iter_rows(named=True):
        posts = row["posts"] or 0
        some = [
            f"no {counter} count: {row[f'no_{counter}']} of {posts} videos"
            for counter in COUNTERS
            if 0 < (row[f"no_{counter}"] or 0) < posts
        ]
        if some:
            told[row["account_id"]] = f"Left out: {'; '.join(some)}."
    return told
