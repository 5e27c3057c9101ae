"""Cue words chosen from coded titles, so that the cue-word rule can be tried without a codebook.

Here: the choice, and the codebook that holds it. Not here: the rule (`core.coding.cue_words`).

Candidates are Latin words and every two to four Chinese characters in a row. Each is measured, in
each class against all others, by the log-odds ratio with an informative Dirichlet prior, divided
by its standard error (Monroe, Colaresi and Quinn 2008, equations 15, 16, 20 and 22); a title counts
a candidate once, and the prior is the candidates' own counts times PRIOR_SHARE. A candidate
belongs to the class where this z is highest; the CUES_PER_CLASS highest above LEAST_Z are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from sz_assets.coding.machine.ngrams import normalized
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.study import Codebook, Name, PrimaryCategory, SecondaryCategory

CUES_PER_CLASS = 40
# Of 0.003 to 1 the best cross-checked macro-F1 within training halves of Chinese news titles.
PRIOR_SHARE = 0.3
LEAST_Z = 1.96
RULE = (
    f"the {CUES_PER_CLASS} Latin words and strings of 2-4 Chinese characters a class with the "
    "highest z of the log-odds ratio with an informative Dirichlet prior (Monroe et al. 2008), "
    "from the training half only"
)

_LENGTHS = range(2, 5)


def choose_cues(
    titles: pl.Series, categories: pl.Series, classes: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The cue words of each class, strongest first; a class may have none."""
    found = pl.DataFrame(
        {"cue": [_candidates(text) for text in normalized(titles)], "class": categories},
        schema={"cue": pl.List(pl.String), "class": pl.String},
    ).explode("cue", empty_as_null=False, keep_nulls=False)
    counts = found.group_by("cue", "class").agg(pl.len().cast(pl.Float64).alias("inside"))
    in_all = counts.group_by("cue").agg(pl.col("inside").sum().alias("all"))
    in_class = counts.group_by("class").agg(pl.col("inside").sum().alias("class_total"))
    total = float(len(found))
    prior = pl.col("all") * PRIOR_SHARE

    def log_odds(count: pl.Expr, size: pl.Expr) -> pl.Expr:
        return ((count + prior) / (size + total * PRIOR_SHARE - count - prior)).log()

    outside, outside_total = pl.col("all") - pl.col("inside"), total - pl.col("class_total")
    difference = log_odds(pl.col("inside"), pl.col("class_total")) - log_odds(
        outside, outside_total
    )
    variance = 1 / (pl.col("inside") + prior) + 1 / (outside + prior)
    ranked = (
        counts.join(in_all, on="cue")
        .join(in_class, on="class")
        .select("cue", "class", (difference / variance.sqrt()).alias("z"))
        .sort("z", "cue", "class", descending=[True, False, False])
        .unique("cue", keep="first", maintain_order=True)
        .filter(pl.col("z") >= LEAST_Z)
    )
    return {
        name: tuple(ranked.filter(pl.col("class") == name)["cue"].head(CUES_PER_CLASS))
        for name in classes
    }


def code_with_cues(titles: pl.Series, cues: dict[str, tuple[str, ...]]) -> pl.Series:
    """The class that the cue-word rule gives each title; null without any cue word."""
    if not any(cues.values()):
        return pl.repeat(None, len(titles), dtype=pl.String, eager=True)
    names = list(cues)
    ids = [f"class_{k}" for k in range(len(names))]
    codebook = Codebook(
        version_label="chosen",
        primary=tuple(
            PrimaryCategory(
                id=identifier,
                name=Name(zh=name, en=name),
                definition=Name(zh=name, en=name),
                secondary=(
                    SecondaryCategory(
                        id=identifier,
                        name=Name(zh=name, en=name),
                        definition=Name(zh=name, en=name),
                        cues_zh=cues[name],
                        cues_en=(),
                    ),
                ),
            )
            for identifier, name in zip(ids, names, strict=True)
        ),
    )
    coded = code_with_codebook(titles, codebook)["secondary_category"]
    return coded.replace_strict(ids, names, return_dtype=pl.String)


def code_with_codebook(titles: pl.Series, codebook: Codebook) -> pl.DataFrame:
    """`primary_category` and `secondary_category` that the codebook's cue words give each title."""
    videos = pl.DataFrame(
        {
            "crawl_month": pl.repeat(date(2000, 1, 1), len(titles), eager=True),
            "account_id": pl.repeat("corpus", len(titles), eager=True),
            "video_id": np.arange(len(titles)).astype(str),
            "title": titles.cast(pl.String),
        }
    )
    return code_videos(videos, codebook).select("primary_category", "secondary_category")


def _candidates(text: str) -> list[str]:
    words = pl.Series([text])
    latin = words.str.extract_all(r"\p{Latin}{2,}").to_list()[0]
    runs = words.str.extract_all(r"\p{Han}{2,}").to_list()[0]
    pieces = {
        run[start : start + length]
        for run in runs
        for length in _LENGTHS
        for start in range(len(run) - length + 1)
    }
    return sorted(pieces | set(latin))
