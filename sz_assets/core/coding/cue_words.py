"""The transparent cue-word coder: which content category a caption's words point to.

Here: the rule and its vectorised form. Not here: the words (the study's codebook), or coding by
people.

The rule, version 1: captions and cue words are compared in Unicode form NFKC and in small letters.
Reading from left to right, the longest cue word at each place counts, and its characters count for
no other; Chinese words match anywhere, Latin words and digits only as whole words. The secondary
category with the most different cue words wins; of equals the one that stands first in the
codebook. A caption without any cue word has no category.
"""

from __future__ import annotations

import polars as pl

from sz_assets.contracts.core import VIDEO_CODES
from sz_assets.contracts.validate import conform
from sz_assets.study import Codebook

CODING_METHOD = "cue_words:1"

_KEY = ("crawl_month", "account_id", "video_id")


def code_videos(videos: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """The code of each video, as the contract `core/video_codes` says, in the order of `videos`.

    `videos` has at least the columns crawl_month, account_id, video_id and title (null titles have
    no code).
    """
    cues = _cue_table(codebook)
    # Longest first: with leftmost matching the first pattern that fits at a place wins.
    patterns = cues.sort(pl.col("pattern").str.len_bytes(), descending=True)["pattern"].to_list()
    rows = videos.select(*_KEY, "title").with_row_index("row")
    found = (
        rows.select("row", _normal(pl.col("title")).alias("text"))
        .select(
            "row",
            pl.col("text").str.extract_many(patterns, leftmost=True).alias("pattern"),
        )
        # Captions share few words but repeat them: the same cue counts once.
        .with_columns(pl.col("pattern").list.unique(maintain_order=True))
        .explode("pattern", empty_as_null=False, keep_nulls=False)
        .join(cues, on="pattern", how="left", maintain_order="left")
    )
    winners = (
        found.group_by("row", "category")
        .agg(pl.len().alias("matches"))
        .sort("row", "matches", "category", descending=[False, True, False])
        .unique("row", keep="first", maintain_order=True)
        .join(_category_table(codebook), on="category")
    )
    matched = found.group_by("row", maintain_order=True).agg(pl.col("cue").alias("matched_cues"))
    coded = (
        rows.join(winners, on="row", how="left", maintain_order="left")
        .join(matched, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.col("matched_cues").fill_null(pl.lit([], dtype=pl.List(pl.String))),
            pl.concat_list("secondary_category").list.drop_nulls().alias("secondary_categories"),
            pl.lit(CODING_METHOD).alias("coding_method"),
            pl.lit(None, dtype=pl.Float64).alias("coding_confidence"),
            pl.lit(codebook.version).alias("codebook_version"),
        )
        .select(VIDEO_CODES.column_names)
    )
    return conform(coded, VIDEO_CODES)


def _normal(text: pl.Expr) -> pl.Expr:
    """Comparable text: each Latin word or number between blanks of its own.

    Between two words stand two blanks, so that " a " and " b " are both found in "  a  b  ".
    """
    return (
        text.str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all("[’ʼ]", "'")
        .str.replace_all(r"[\p{Latin}\p{Nd}]+(?:'[\p{Latin}\p{Nd}]+)*", " $0 ")
        .str.replace_all(r"\s+", "  ")
    )


def _cue_table(codebook: Codebook) -> pl.DataFrame:
    """One row per cue word: `cue` as written, `pattern` to look for, `category` (its position)."""
    return pl.DataFrame(
        [
            (cue, position)
            for position, (_, category) in enumerate(codebook.secondary)
            for cue in category.cues
        ],
        schema={"cue": pl.String, "category": pl.Int32},
        orient="row",
    ).with_columns(
        _normal(pl.col("cue")).str.replace("^  ", " ").str.replace("  $", " ").alias("pattern")
    )


def _category_table(codebook: Codebook) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (position, primary.id, category.id)
            for position, (primary, category) in enumerate(codebook.secondary)
        ],
        schema={
            "category": pl.Int32,
            "primary_category": pl.String,
            "secondary_category": pl.String,
        },
        orient="row",
    )
