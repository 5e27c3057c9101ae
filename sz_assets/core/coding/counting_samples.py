"""Which samples' probabilities and parts count: those that people have coded, not only drawn.

Here: the rule, from tasks and which of them are coded. Not here: what follows for weights and
learning (`training_set`), for judging (`machine_words`) or for shares (`prevalence_table`).

The rule, the oldest sample first: a sample counts if at least four fifths of its own tasks are
coded, where its own are those of no older sample that counts or is begun. Begun means that at least
5 % of the tasks that no other sample has are coded. If none of a crawl month's samples counts so,
that one does in which most of its own tasks are coded, times the share of all its tasks that are.
So a sample that was only drawn changes nothing, whatever tasks it shares with a coded one, and
neither does one that lies within another. Whose code was given for which sample is not asked:
sheets don't say it.

Nothing is learnt from the `evaluate` part of a sample that counts or is begun: it will count one
day.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from sz_assets.core.statistics.prevalence import MAXIMUM_MISSING_RATIO

BEGUN_RATIO = 0.05

_KEY = ["account_id", "video_id"]


def of_counting_samples(tasks: pl.DataFrame, coded: pl.DataFrame) -> pl.DataFrame:
    """The tasks of samples that count, in order.

    `tasks` are those of all samples, the oldest first (sample_id, sample_crawl_month, account_id,
    video_id), `coded` has account_id and video_id of every video that somebody coded.
    """
    return _of(tasks, _counting(_with_coded(tasks, coded)))


def of_keeping_samples(tasks: pl.DataFrame, coded: pl.DataFrame) -> pl.DataFrame:
    """The tasks of samples that count or are begun, from whose `evaluate` part nothing is learnt.

    `tasks` and `coded` as for `of_counting_samples`.
    """
    known = _with_coded(tasks, coded)
    return _of(tasks, _counting(known) | _begun(known))


def _with_coded(tasks: pl.DataFrame, coded: pl.DataFrame) -> pl.DataFrame:
    some = coded.select(_KEY).unique().with_columns(pl.lit(True).alias("is_coded"))
    return (
        tasks.select("sample_id", "sample_crawl_month", *_KEY)
        .join(some, on=_KEY, how="left", maintain_order="left")
        .with_columns(pl.col("is_coded").fill_null(False))
    )


def _begun(known: pl.DataFrame) -> set[str]:
    alone = known.filter(pl.col("sample_id").n_unique().over(_KEY) == 1)
    ratios = alone.group_by("sample_id").agg(pl.col("is_coded").mean().alias("ratio"))
    return set(ratios.filter(pl.col("ratio") >= BEGUN_RATIO)["sample_id"])


def _counting(known: pl.DataFrame) -> set[str]:
    found: set[str] = set()
    begun = _begun(known)
    for month in known.partition_by("sample_crawl_month", maintain_order=True):
        older = month.clear()
        counting: list[str] = []
        scores: dict[str, float] = {}
        for sample in month.partition_by("sample_id", maintain_order=True):
            name: str = sample["sample_id"][0]
            own = sample.join(older, on=_KEY, how="anti")
            done = int(own["is_coded"].sum())
            if len(own) and done >= (1 - MAXIMUM_MISSING_RATIO) * len(own):
                counting.append(name)
            if counting[-1:] == [name] or name in begun:
                older = pl.concat([older, sample])
            if done:
                scores[name] = done * int(sample["is_coded"].sum()) / len(sample)
        if not counting and scores:
            counting = [max(scores, key=lambda name: scores[name])]
        found |= set(counting)
    return found


def _of(tasks: pl.DataFrame, samples: Iterable[str]) -> pl.DataFrame:
    names = pl.Series(sorted(samples), dtype=pl.String)
    return tasks.filter(pl.col("sample_id").is_in(names.implode()))
