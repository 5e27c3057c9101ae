"""How many of the videos a category has, from a machine's codes and a human sample.

Here: frames, refusals and words. Not here: the arithmetic (`prevalence_intervals`), or which codes
of people may be used: a machine's training items are the caller's to leave out.

The estimand is the share of *these videos* (a finite population): if all are coded by people the
intervals have no width. A machine's errors do not cancel out, and counting its words says nothing
of them; a human sample alone is honest and wide. `corrected` splits the videos for each category
into those of which the machine says it and all others, estimates the category's share in both from
people's codes (each word of the machine weighing as in the population), and adds them up: Wilson's
intervals with an effective number of codes and finite population correction, combined by MOVER. In
simulated studies with shares from 0.5 to 50 % that held, while Wald's intervals and plain
prediction-powered ones did not hold for rare shares.

A machine's word is one category, or none (null). People may give several: each category is then a
question of its own, and shares may sum to more than 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from sz_assets.core.statistics.prevalence_intervals import Floats, Sample, Shares
from sz_assets.errors import UserError

# Below it a share of 2 % has on average fewer than two positive codes, and nothing is worth saying.
MINIMUM_CODES = 100
# Assigned tasks without a code may be the hard ones: with more, the sample is not what was drawn.
MAXIMUM_MISSING_RATIO = 0.2
NONE = "none"
UNCORRECTED, HUMAN_ONLY, CORRECTED = "uncorrected", "human_only", "corrected"
METHODS = {
    UNCORRECTED: "Share of the machine's codes.",
    HUMAN_ONLY: (
        "Human sample weighted by 1 / inclusion probability (Hájek); Wilson with effective size "
        "and finite population correction."
    ),
    CORRECTED: (
        "Human sample post-stratified on the machine's code; Wilson with effective size and "
        "finite population correction in the videos that the machine puts into the category and "
        "in all others, combined by MOVER."
    ),
}
SCHEMA = pl.Schema(
    {
        "category": pl.String(),
        "estimator": pl.String(),
        "share_ratio": pl.Float64(),
        "share_low_ratio": pl.Float64(),
        "share_high_ratio": pl.Float64(),
        "video_count": pl.Int64(),
        "human_code_count": pl.Int64(),
        "method": pl.String(),
        "note": pl.String(),
    }
)


def prevalence(
    population: pl.DataFrame,
    coded: pl.DataFrame,
    categories: Sequence[str],
    *,
    minimum_codes: int = MINIMUM_CODES,
    maximum_missing_ratio: float = MAXIMUM_MISSING_RATIO,
    level: float = 0.95,
) -> pl.DataFrame:
    """Three estimates of each category's share of the videos: frame of SCHEMA.

    `population`: one row per video with `machine_category` (null: none). `coded`: one row per
    video given to people, with `machine_category`, `categories` (list of text; empty: no category
    fits; null: not coded) and `inclusion_probability`, the known one of having been given to people
    for this purpose. `categories` may contain `none`: no category fits, or the machine says none.

    `human_only` and `corrected` are null with the reason in `note` below `minimum_codes` codes, or
    if more than `maximum_missing_ratio` of the tasks have no code. Fewer missing ones are taken to
    be like the coded ones of the same word of the machine. `uncorrected` has no interval: sampling
    is not where its error comes from.

    Raises: UserError for a code that is none of the categories, a probability that is none, or a
    sample that cannot come from the population.
    """
    everything = population.select(_word("machine_category"))
    tasks = coded.select(
        _word("machine_category"),
        pl.col("categories").cast(pl.List(pl.String)),
        pl.col("inclusion_probability").cast(pl.Float64),
    )
    _check(everything, tasks, categories)
    answered = tasks.drop_nulls("categories")
    reason = _refusal(tasks, answered, minimum_codes, maximum_missing_ratio)
    sizes = everything.group_by("machine_category").len("videos").sort("machine_category")
    estimates: dict[str, Shares | None] = {UNCORRECTED: None, HUMAN_ONLY: None, CORRECTED: None}
    notes: dict[str, list[str]] = {name: [] for name in estimates}
    if reason is None:
        sample = _sample(sizes, tasks, answered, categories)
        own = sizes["machine_category"].to_numpy()[:, None] == np.array([*categories])
        estimates[HUMAN_ONLY] = sample.bounded(sample.weighted(level))
        estimates[CORRECTED] = sample.bounded(sample.corrected(own, level))
        unseen = sizes.filter(pl.Series(~sample.is_seen))
        notes[HUMAN_ONLY], notes[CORRECTED] = _notes(len(tasks) - len(answered), len(tasks), unseen)
    else:
        notes[HUMAN_ONLY] = notes[CORRECTED] = [reason]
    said = dict(sizes.iter_rows())
    counted = np.array([said.get(category, 0) / len(everything) for category in categories])
    nothing = np.full(len(categories), np.nan)
    estimates[UNCORRECTED] = Shares(counted, nothing, nothing)
    notes[UNCORRECTED] = ["No interval: the machine's errors are in it, and counting shows none."]
    rows = (
        (*row, len(everything), codes, METHODS[name], " ".join(notes[name]) or None)
        for name, shares in estimates.items()
        for codes in [0 if name == UNCORRECTED else len(answered)]
        for row in _rows(categories, name, shares)
    )
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


def _word(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null(NONE).alias(column)


def _rows(
    categories: Sequence[str], estimator: str, shares: Shares | None
) -> Iterator[tuple[str, str, float | None, float | None, float | None]]:
    for place, category in enumerate(categories):
        if shares is None:
            yield category, estimator, None, None, None
        else:
            value, low, high = (_number(ends, place) for ends in shares)
            yield category, estimator, value, low, high


def _number(values: Floats, place: int) -> float | None:
    value = float(values[place])
    return None if np.isnan(value) else value


def _check(population: pl.DataFrame, tasks: pl.DataFrame, categories: Sequence[str]) -> None:
    if population.is_empty():
        raise UserError("There are no videos whose categories could be counted: build a month.")
    known = {*categories, NONE}
    for words, who in (
        (tasks["categories"].explode(), "People"),
        (population["machine_category"], "The machine"),
    ):
        if strange := sorted(set(words.drop_nulls().unique()) - known):
            raise UserError(
                f"{who} gave the code {strange[0]}, which is not among the categories: estimate "
                "shares with the codebook that the codes were made with."
            )
    wrong = tasks.filter(~pl.col("inclusion_probability").is_between(0, 1, closed="right"))
    if len(wrong) or tasks["inclusion_probability"].null_count():
        raise UserError(
            "A task has no inclusion probability above 0 and up to 1: prevalence needs a sample "
            "whose probabilities are known, as the coding export draws it."
        )
    sizes = population.group_by("machine_category").len("videos")
    drawn = tasks.group_by("machine_category").len("tasks")
    more = drawn.join(sizes, on="machine_category", how="left").filter(
        pl.col("tasks") > pl.col("videos").fill_null(0)
    )
    if len(more):
        raise UserError(
            f"People were given {more['tasks'][0]:,} videos that the machine calls "
            f"{more['machine_category'][0]}, more than there are: estimate shares of the videos "
            "that the sample was drawn from, with the machine's codes of the same run."
        )


def _refusal(
    tasks: pl.DataFrame, answered: pl.DataFrame, minimum_codes: int, maximum_missing_ratio: float
) -> str | None:
    """Why the human codes do not suffice; None if they do."""
    if len(answered) < max(minimum_codes, 1):
        return f"Refused: {len(answered):,} human codes, {max(minimum_codes, 1):,} are needed."
    missing = 1 - len(answered) / len(tasks)
    if missing > maximum_missing_ratio:
        return (
            f"Refused: {len(tasks) - len(answered):,} of {len(tasks):,} tasks ({missing:.0%}) have "
            f"no human code, at most {maximum_missing_ratio:.0%} may."
        )
    return None


def _sample(
    sizes: pl.DataFrame, tasks: pl.DataFrame, answered: pl.DataFrame, categories: Sequence[str]
) -> Sample:
    """The codes as arrays, weighing for the missing ones of the same word too."""
    words = sizes["machine_category"].to_list()
    number = {word: place for place, word in enumerate(words)}

    def numbered(frame: pl.DataFrame) -> tuple[np.ndarray, Floats]:
        places = [number[word] for word in frame["machine_category"]]
        return np.array(places, dtype=np.int64), 1 / frame["inclusion_probability"].to_numpy()

    given, given_weights = numbered(tasks)
    word, weights = numbered(answered)
    of_given = np.bincount(given, given_weights, len(words))
    of_answered = np.bincount(word, weights, len(words))
    weights = weights * (of_given[word] / of_answered[word])
    chosen = answered["categories"]
    said = np.stack(
        [
            (chosen.list.len() == 0 if name == NONE else chosen.list.contains(name)).to_numpy()
            for name in categories
        ],
        axis=1,
    )
    return Sample(sizes["videos"].to_numpy().astype(np.int64), word, weights, said)


def _notes(missing: int, tasks: int, unseen: pl.DataFrame) -> tuple[list[str], list[str]]:
    """For `human_only` and `corrected`."""
    human = []
    if missing:
        human.append(
            f"{missing:,} of {tasks:,} tasks have no human code: taken to be like the coded ones "
            "of the same machine code."
        )
    if unseen.is_empty():
        return human, human
    videos, words = unseen["videos"].sum(), ", ".join(unseen["machine_category"])
    return human, [
        *human,
        f"No human code for the {videos:,} videos with the machine code {words}: the share is "
        "taken from the others, the interval allows for none and for all of them.",
    ]
