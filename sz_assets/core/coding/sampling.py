"""Drawing the videos that people code, with known probabilities, and who codes which.

Here: pure, seeded drawing. Not here: how many are needed (`sample_size`), or files (the exchange).

Strata are account x machine-coded category (videos without one are a category of their own).
Rare categories are oversampled: see `allocation.expected_by_category`. A category's tasks are
spread over its accounts in proportion to their videos; the whole numbers are drawn by unbiased
controlled rounding, so that each stratum, category and account has its expected number rounded up
or down, however many strata there are, and every video of a category has the same inclusion
probability: the category's expected tasks over its videos, exactly. Within a stratum the drawing is
simple random without replacement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sz_assets.core.coding.allocation import expected_by_category, rounded_at_random
from sz_assets.errors import UserError

# Enough that a precision of 100 % in a category has a lower bound above 0.7 (Wilson, 95 %).
MINIMUM_PER_CATEGORY = 10
EVALUATE_SHARE = 0.5
TRAIN, EVALUATE = "train", "evaluate"
NO_CATEGORY = "no_category"
KEY = ("account_id", "video_id")
TASK_SCHEMA = pl.Schema(
    {
        "account_id": pl.String(),
        "video_id": pl.String(),
        "machine_category": pl.String(),
        "stratum": pl.String(),
        "stratum_size": pl.Int64(),
        "stratum_sample_size": pl.Int64(),
        "inclusion_probability": pl.Float64(),
        "part": pl.String(),
        "is_reliability": pl.Boolean(),
        "coder_ids": pl.List(pl.String()),
    }
)


@dataclass(frozen=True)
class SamplePlan:
    """What is wanted. `evaluate_share`: probability of a task to be kept from training machines.

    `reliability_size` tasks are coded by `coders_per_reliability_task` coders (None: by all), the
    others by one.
    """

    size: int
    coder_ids: tuple[str, ...]
    reliability_size: int = 0
    coders_per_reliability_task: int | None = None
    evaluate_share: float = EVALUATE_SHARE
    minimum_per_category: int = MINIMUM_PER_CATEGORY
    seed: int = 0


@dataclass(frozen=True)
class CodingSample:
    """`tasks` has the columns of TASK_SCHEMA, sorted by account and video.

    `stratum_sample_size` is the number drawn; `inclusion_probability` is known before the draw and
    the same for all videos of a machine category. `notes` are sentences for the user.
    """

    tasks: pl.DataFrame
    notes: tuple[str, ...]


def draw_sample(population: pl.DataFrame, plan: SamplePlan) -> CodingSample:
    """A sample of `population` (account_id, video_id, machine_category; one row per video).

    The same seed gives the same sample, whatever the order of the rows.

    Raises: UserError for an impossible plan, no videos, or a video listed twice.
    """
    frame = population.select(
        pl.col("account_id").cast(pl.String),
        pl.col("video_id").cast(pl.String),
        pl.col("machine_category").cast(pl.String),
    ).sort(KEY)
    _check(frame, plan)
    size, notes = plan.size, []
    if size > len(frame):
        size = len(frame)
        notes.append(
            f"The sample of {plan.size:,} videos was wanted from {len(frame):,}: all are taken."
        )
    reliability_size = min(plan.reliability_size, size)
    if reliability_size < plan.reliability_size:
        notes.append(f"With all videos taken, {reliability_size:,} are coded several times.")
    rng = np.random.default_rng(plan.seed)
    tasks = _drawn(frame, size, plan.minimum_per_category, rng)
    tasks = _with_parts(tasks, plan.evaluate_share, rng)
    tasks = _with_reliability(tasks, reliability_size, rng)
    tasks = _with_coders(tasks, plan, rng)
    tasks = tasks.select(pl.col(name).cast(kind) for name, kind in TASK_SCHEMA.items())
    return CodingSample(tasks.sort(KEY), tuple(notes))


def coder_tasks(tasks: pl.DataFrame, coder_id: str, seed: int) -> pl.DataFrame:
    """The tasks of one coder in the order in which this coder sees them.

    The order is shuffled for each coder by `seed` and depends on nothing else, so that what comes
    early or late (and is coded fresh or tired) differs between coders.
    """
    own = tasks.filter(pl.col("coder_ids").list.contains(coder_id))

    def place(account_id: str, video_id: str) -> str:
        words = "\x1f".join((str(seed), coder_id, account_id, video_id))
        return hashlib.sha256(words.encode()).hexdigest()

    places = [place(*row) for row in own.select(KEY).iter_rows()]
    return own.with_columns(pl.Series("_place", places, pl.String)).sort("_place").drop("_place")


def _check(frame: pl.DataFrame, plan: SamplePlan) -> None:
    if frame.is_empty():
        raise UserError(
            "There are no videos to draw a coding sample from: crawl and build a month first."
        )
    twice = frame.filter(frame.select(KEY).is_duplicated())
    if len(twice):
        raise UserError(
            f"The video {twice['video_id'][0]} of {twice['account_id'][0]} is listed twice among "
            "the videos to draw from: give each once."
        )
    if plan.size < 1 or plan.minimum_per_category < 1:
        raise UserError("A coding sample needs at least one task, in all and per category.")
    if not 0 <= plan.evaluate_share <= 1:
        raise UserError(
            f"The evaluate share is {plan.evaluate_share:g}: it must lie between 0 and 1."
        )
    _check_coders(plan)


def _check_coders(plan: SamplePlan) -> None:
    coders = plan.coder_ids
    if not coders:
        raise UserError("No coder is named: name at least one to give the tasks to.")
    if blank := [coder for coder in coders if not coder.strip()]:
        raise UserError(f"The coder id {blank[0]!r} is empty: give every coder a name.")
    if twice := sorted({coder for coder in coders if coders.count(coder) > 1}):
        raise UserError(f"The coder {twice[0]} is named twice: name each coder once.")
    if not 0 <= plan.reliability_size <= plan.size:
        raise UserError(
            f"The reliability subsample of {plan.reliability_size:,} does not fit into the sample "
            f"of {plan.size:,}: make it smaller, or the sample larger."
        )
    several = plan.coders_per_reliability_task
    if plan.reliability_size and len(coders) < 2:
        raise UserError(
            f"{coders[0]} is the only coder, but reliability needs two: name another, or ask for "
            "no reliability subsample (--reliability 0)."
        )
    if several is not None and not 2 <= several <= max(len(coders), 2):
        raise UserError(
            f"Each reliability task was to go to {several} of {len(coders)} coders: choose between "
            "2 and the number of coders."
        )


def _drawn(frame: pl.DataFrame, size: int, minimum: int, rng: np.random.Generator) -> pl.DataFrame:
    """The drawn rows with stratum, its sizes and the inclusion probability."""
    category = frame["machine_category"].fill_null("").to_numpy()
    categories, row_of = np.unique(category.astype(str), return_inverse=True)
    accounts, column_of = np.unique(frame["account_id"].to_numpy().astype(str), return_inverse=True)
    counts = np.zeros((len(categories), len(accounts)), dtype=np.int64)
    np.add.at(counts, (row_of, column_of), 1)
    sizes = [int(n) for n in counts.sum(axis=1)]
    expected = expected_by_category(sizes, size, minimum)
    # Neighbours in the table are rounded together: shuffled, no two strata are neighbours for ever.
    row_order, column_order = rng.permutation(len(categories)), rng.permutation(len(accounts))
    rounded = np.zeros_like(counts)
    rounded[np.ix_(row_order, column_order)] = rounded_at_random(
        [[expected[i] * int(counts[i, j]) / sizes[i] for j in column_order] for i in row_order], rng
    )
    cell = row_of * len(accounts) + column_of
    order = np.lexsort((rng.random(len(frame)), cell))
    starts = np.cumsum(np.bincount(cell, minlength=counts.size)) - counts.ravel()
    place = np.empty(len(frame), dtype=np.int64)
    place[order] = np.arange(len(frame)) - starts[cell[order]]
    probabilities = np.array([float(e / n) for e, n in zip(expected, sizes, strict=True)])
    stratum = pl.concat_str(
        "account_id", pl.col("machine_category").fill_null(NO_CATEGORY), separator=" x "
    )
    return frame.with_columns(
        stratum.alias("stratum"),
        pl.Series("stratum_size", counts.ravel()[cell]),
        pl.Series("stratum_sample_size", rounded.ravel()[cell]),
        pl.Series("inclusion_probability", probabilities[row_of]),
    ).filter(pl.Series(place < rounded.ravel()[cell]))


def _with_parts(tasks: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Each task is for evaluation with probability `share`, by categories and accounts in turn."""
    tasks = _shuffled_within(tasks, ("machine_category", "account_id"), rng)
    edges = np.floor(np.arange(len(tasks) + 1) * share + rng.random())
    part = np.where(np.diff(edges) > 0, EVALUATE, TRAIN)
    return tasks.with_columns(pl.Series("part", part.astype(str).tolist(), pl.String))


def _with_reliability(tasks: pl.DataFrame, size: int, rng: np.random.Generator) -> pl.DataFrame:
    """Exactly `size` tasks with equal probability, by parts, categories and accounts in turn."""
    tasks = _shuffled_within(tasks, ("part", "machine_category", "account_id"), rng)
    edges = (np.arange(len(tasks) + 1) * size + int(rng.integers(len(tasks)))) // len(tasks)
    return tasks.with_columns(pl.Series("is_reliability", np.diff(edges) > 0))


def _with_coders(tasks: pl.DataFrame, plan: SamplePlan, rng: np.random.Generator) -> pl.DataFrame:
    """Each task goes to those coders who have the fewest so far; among equals it is chance."""
    tasks = _shuffled_within(
        tasks.with_columns(~pl.col("is_reliability").alias("_single")),
        ("_single", "part", "machine_category", "account_id"),
        rng,
    )
    coders = sorted(plan.coder_ids)
    several = plan.coders_per_reliability_task or len(coders)
    load = np.zeros(len(coders), dtype=np.int64)
    assigned = []
    for is_reliability in tasks["is_reliability"]:
        order = np.lexsort((rng.random(len(coders)), load))
        chosen = np.sort(order[: several if is_reliability else 1])
        load[chosen] += 1
        assigned.append([coders[i] for i in chosen])
    return tasks.with_columns(pl.Series("coder_ids", assigned, pl.List(pl.String)))


def _shuffled_within(
    tasks: pl.DataFrame, columns: Sequence[str], rng: np.random.Generator
) -> pl.DataFrame:
    """Sorted by `columns`, at random within them; nulls first."""
    return (
        tasks.with_columns(pl.Series("_chance", rng.random(len(tasks))))
        .sort([*columns, "_chance"])
        .drop("_chance")
    )
