"""How many tasks several coders must code, and what a sample with fewer will not allow.

Here: the number for a sample, and sentences on it. Not here: the formula (`core.coding`), or
measuring agreement (`reliability`).
"""

from __future__ import annotations

from collections import Counter

import polars as pl

from sz_assets.core.coding.sample_size import required_units
from sz_assets.study import Study


def required_reliability_size(study: Study, categories: pl.Series) -> int | None:
    """Doubly coded tasks that the study's alpha needs in the rarest category; null if unknown.

    `categories` are the machine's (null: none) of the drawn tasks, since rare ones are drawn more
    often; a category without any task sets no number.
    """
    _, count = _rarest(categories)
    if count in (0, len(categories)):
        return None
    return required_units(study.coding.reliable_alpha, count / len(categories))


def _rarest(categories: pl.Series) -> tuple[str, int]:
    """The rarest category and its number; of equally rare ones the first by name."""
    counts = sorted((count, name) for name, count in Counter(categories.drop_nulls()).items())
    return (counts[0][1], counts[0][0]) if counts else ("", 0)


def notes_on_reliability(
    study: Study, categories: pl.Series, reliability_size: int, population_size: int
) -> list[str]:
    """What the number of doubly coded tasks will not allow, in sentences for the user."""
    if not reliability_size:
        return [
            "No video goes to several coders (--reliability 0): how well they agree will never be "
            "known from this sample, so that nothing that rests on it alone is claimed."
        ]
    required = required_reliability_size(study, categories)
    if required is None or reliability_size >= required:
        return []
    name, count = _rarest(categories)
    said = (
        f"{reliability_size:,} videos are coded by several coders; for Krippendorff's alpha of "
        f"{study.coding.reliable_alpha:g} in the sample's rarest category ({name}, {count:,} of "
        f"{len(categories):,}) {required:,} are needed"
    )
    if required > population_size:
        said += ", more than there are: no verdict on that category can be expected"
    elif required > len(categories):
        said += (
            ", more than the sample has: no verdict on that category can be expected; draw a "
            "larger one with --size and --reliability"
        )
    return [f"{said}."]
