"""What the machines say of every video, and the videos of which people said it as well.

Here: the table of both machines' words and what is read from it. Not here: the machines
(`cue_words`, `coding.machine`), which code counts (`best_code`), or statistics.

The machine *in use* is the trained coder, and the cue words where there is none. A trained coder
may be judged only by videos drawn for evaluation, in whichever sample that counts
(`counting_samples`), that it has not learnt from (before a later sample drew them). The cue words
were trained on nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from sz_assets.contracts.coding import MACHINE_CODES
from sz_assets.contracts.validate import conform
from sz_assets.core.coding.counting_samples import of_counting_samples
from sz_assets.core.month_data import MonthData

NONE = "none"
"""The word for: no category fits."""

HUMAN_METHODS = ("adjudicated", "human")

MAXIMUM_UNDECIDED_RATIO = 0.01
"""So few undecided videos can't move a figure beyond what its interval allows."""

_KEY = ("account_id", "video_id")
_NO_CODES = pl.lit([], dtype=pl.List(pl.String))


class MachineWord(NamedTuple):
    """Codes of a trained coder: `category` and `confidence` (0 to 1), one row per video in order.

    The category is null where the coder abstains, the confidence where it has none. `seen` are the
    ids (account_id:video_id) of the videos that it has learnt from, or as good as.
    """

    method: str
    codebook_version: str
    codes: pl.DataFrame
    seen: frozenset[str] = frozenset()


def machine_codes(cue_codes: pl.DataFrame, trained: MachineWord | None) -> pl.DataFrame:
    """`core/machine_codes` from the videos' codes by cue words, in their order."""
    codes = trained.codes if trained else None
    seen = pl.Series(sorted(trained.seen if trained else ()), dtype=pl.String)
    frame = cue_codes.select(
        "crawl_month",
        *_KEY,
        pl.col("secondary_category").alias("cue_word_category"),
        "matched_cues",
        pl.col("coding_method").alias("cue_word_method"),
        _said(codes, "category", pl.String()),
        _said(codes, "confidence", pl.Float64()),
        pl.lit(trained and trained.method, pl.String).alias("machine_method"),
        pl.lit(trained and trained.codebook_version, pl.String).alias("machine_codebook_version"),
        pl.concat_str(_KEY, separator=":").is_in(seen.implode()).alias("is_learnt_from"),
        "codebook_version",
    )
    return conform(frame, MACHINE_CODES)


def _said(codes: pl.DataFrame | None, name: str, type_: pl.DataType) -> pl.Series | pl.Expr:
    words = pl.lit(None, type_) if codes is None else codes[name]
    return words.alias(f"machine_{name}")


def of_cue_words(machine_codes: pl.DataFrame) -> pl.DataFrame:
    """The cue words' codes as `best_code.best_codes` takes them."""
    return machine_codes.select(
        *_KEY,
        pl.concat_list("cue_word_category").list.drop_nulls().alias("secondary_categories"),
        pl.col("cue_word_method").alias("coding_method"),
        "codebook_version",
        "matched_cues",
    )


def of_trained(machine_codes: pl.DataFrame) -> pl.DataFrame | None:
    """The trained coder's codes as `best_code.best_codes` takes them; None without one."""
    codes = machine_codes.filter(pl.col("machine_method").is_not_null())
    if codes.is_empty():
        return None
    word = pl.col("machine_category")
    return codes.select(
        *_KEY,
        pl.when(word == NONE)
        .then(_NO_CODES)
        .when(word.is_not_null())
        .then(pl.concat_list(word))
        .alias("secondary_categories"),
        pl.col("machine_confidence").alias("coding_confidence"),
        pl.col("machine_method").alias("coding_method"),
        pl.col("machine_codebook_version").alias("codebook_version"),
    )


class Judged(NamedTuple):
    """The month's videos with the word of the machine in use, and of people where that counts.

    Columns: account_id, video_id, is_in_sample; `machine_category` (a secondary one, `none`, or
    null where it abstains); `human_categories` (the main one first, empty if none fits; null if
    nobody coded it, the coders disagree, or the machine may have learnt from it).
    """

    method: str
    is_trained: bool
    videos: pl.DataFrame


def judged_videos(month: MonthData) -> Judged:
    """From fct_video_month, machine_codes, human_codes and coding_tasks of the month."""
    codes, tasks = month.tables["machine_codes"], counting_tasks(month)
    trained = codes["machine_method"].drop_nulls()
    is_trained = len(trained) > 0
    said = "machine" if is_trained else "cue_word"
    may_count = pl.lit(True)
    if is_trained:
        kept = tasks.group_by(_KEY).agg((pl.col("part") == "evaluate").any().alias("is_kept"))
        codes = codes.join(kept, on=_KEY, how="left", maintain_order="left")
        may_count = pl.col("is_kept").fill_null(False) & ~pl.col("is_learnt_from")
    videos = (
        month.tables["fct_video_month"]
        .join(
            codes.select(
                *_KEY,
                pl.col(f"{said}_category").alias("machine_category"),
                may_count.alias("may_count"),
            ),
            on=_KEY,
            maintain_order="left",
        )
        .select(
            *_KEY,
            "is_in_sample",
            "machine_category",
            pl.when(pl.col("coding_method").is_in(HUMAN_METHODS) & pl.col("may_count"))
            .then(pl.col("secondary_categories"))
            .alias("human_categories"),
        )
    )
    method = str(codes[f"{said}_method"].drop_nulls().first())
    return Judged(method, is_trained, videos)


def counting_tasks(month: MonthData) -> pl.DataFrame:
    """Those of coding_tasks whose samples count. Reads human_codes and fct_video_month as well."""
    videos = month.tables["fct_video_month"]
    by_people = videos.filter(pl.col("coding_method").is_in(HUMAN_METHODS))
    coded = pl.concat([month.tables["human_codes"].select(_KEY), by_people.select(_KEY)])
    return of_counting_samples(month.tables["coding_tasks"], coded)


def undecided_videos(month: MonthData) -> pl.DataFrame:
    """account_id and video_id of what people coded without a decision, once each.

    Their coders differ and nobody adjudicated, or a category has changed its meaning since: they
    are harder than the decided ones, or all of one category. Reads human_codes and fct_video_month.
    """
    by_people = pl.col("coding_method").is_in(HUMAN_METHODS)
    return (
        month.tables["human_codes"]
        .select(_KEY)
        .unique(maintain_order=True)
        .join(month.tables["fct_video_month"].filter(by_people), on=_KEY, how="anti")
    )


def halved_videos(month: MonthData) -> pl.DataFrame:
    """account_id and video_id, once each, of which half of the coders gave some category.

    With several codes per video the main one can be decided and a further one open: `best_code`
    leaves it out, but to count it as absent would make further categories rarer the more coders a
    video has. Nobody adjudicated these. Reads human_codes and fct_video_month.
    """
    codes = month.tables["human_codes"].filter(
        pl.col("code_round") == "independent", pl.col("is_usable")
    )
    coders = codes.group_by(_KEY).agg(pl.len().alias("coders"))
    adjudicated = month.tables["fct_video_month"].filter(coding_method="adjudicated")
    return (
        codes.explode("secondary_categories", empty_as_null=False, keep_nulls=False)
        .group_by(*_KEY, "secondary_categories")
        .agg(pl.len().alias("votes"))
        .join(coders, on=_KEY)
        .filter(2 * pl.col("votes") == pl.col("coders"))
        .select(_KEY)
        .unique()
        .join(adjudicated, on=_KEY, how="anti")
        .sort(_KEY)
    )
