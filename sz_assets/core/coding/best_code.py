"""Which code of a video counts: what people decided, else what they agree on, else a machine's.

Here: choosing among codes. Not here: keeping them (`coding.store`), or coding (`cue_words`).

The rule: an adjudicated code counts before everything; else the code of the independent coders if
all of them, or more than half, name the same main category (or that none fits); else a trained
machine's, unless it abstained; else the cue words'. Of several adjudications the last one counts.
Codes of people count only while each of their categories still means the same in the present
codebook; a coder whose code does not count is one more coder who agrees with nobody. That no
category fits is a judgement: it counts before any machine's category.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from sz_assets.contracts.coding import HUMAN_CODES
from sz_assets.contracts.core import VIDEO_CODES
from sz_assets.contracts.validate import conform
from sz_assets.core.coding.codebook_changes import same_meaning
from sz_assets.study import Codebook

ADJUDICATED = "adjudicated"
HUMAN = "human"

_KEY = ["account_id", "video_id"]
_ALL = "secondary_categories"


def human_codes(
    codes: pl.DataFrame,
    tasks: pl.DataFrame,
    videos: pl.DataFrame,
    codebook: Codebook,
    codebooks: Mapping[str, Codebook],
) -> pl.DataFrame:
    """What people said about the month's videos, as the contract `core/human_codes` says.

    `codes` are those that count (`coding.store.newest`; contract coding/codes), `tasks` those of
    all samples (as `CodingStore.sample_tasks` gives them), `videos` at least crawl_month,
    account_id and video_id of one month; `codebook` is the present one, `codebooks` has every
    version of a code.
    """
    versions = codes["codebook_version"].unique().to_list()
    current = codebook.version
    meanings = pl.DataFrame(
        [
            (version, identifier)
            for version in versions
            for identifier in ("none", *(category.id for _, category in codebook.secondary))
            if version == current or same_meaning(identifier, codebooks[version], codebook)
        ],
        schema={"codebook_version": pl.String, "category": pl.String},
        orient="row",
    )
    usable = (
        codes.lazy()
        .with_row_index("row")
        .select("row", "codebook_version", _or_none().alias("category"))
        .explode("category", empty_as_null=False, keep_nulls=False)
        .join(
            meanings.lazy().with_columns(pl.lit(True).alias("is_known")),
            on=["codebook_version", "category"],
            how="left",
        )
        .group_by("row")
        .agg(pl.col("is_known").fill_null(False).all().alias("is_usable"))
    )
    found = (
        codes.lazy()
        .with_row_index("row")
        .join(usable, on="row", how="left", maintain_order="left")
        .with_columns((pl.col("codebook_version") == current).alias("is_current_codebook"))
        .join(videos.lazy().select("crawl_month", *_KEY), on=_KEY, maintain_order="left")
        .join(
            tasks.lazy().select(
                "sample_id", *_KEY, "inclusion_probability", "part", "is_reliability"
            ),
            on=["sample_id", *_KEY],
            how="left",
            maintain_order="left",
        )
        .select(HUMAN_CODES.column_names)
        .collect()
    )
    return conform(found, HUMAN_CODES)


def decided_by_people(human: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """What people decided, or agree on, of each video: one row per video of which that is so.

    `human` is of `human_codes`. The columns are account_id, video_id, secondary_categories (empty:
    no category fits), coding_confidence (null), coding_method and codebook_version.
    """
    usable = human.filter("is_usable")
    return pl.concat([_adjudicated(usable), _agreed(human, codebook)]).unique(
        _KEY, keep="first", maintain_order=True
    )


def best_codes(
    videos: pl.DataFrame,
    cue_codes: pl.DataFrame,
    machine_codes: pl.DataFrame | None,
    human: pl.DataFrame,
    codebook: Codebook,
) -> pl.DataFrame:
    """The code of each video, as the contract `core/video_codes` says, in the order of `videos`.

    `cue_codes` are of `cue_words.code_videos`, `human` of `human_codes`, both of the same month.
    `machine_codes`, of the trained coder in use, have account_id, video_id, secondary_categories
    (list; empty: none fits; null: it abstains), coding_confidence (0 to 1), coding_method and
    codebook_version. The primary category is that of the present codebook.
    """
    by_people = decided_by_people(human, codebook)
    machine = pl.DataFrame(schema=by_people.schema)
    if machine_codes is not None:
        machine = machine_codes.filter(pl.col(_ALL).is_not_null())
    machine = _as_codes(machine)
    cues = cue_codes.select(
        *_KEY,
        pl.col(_ALL).alias("cue_categories"),
        pl.col("coding_method").alias("cue_method"),
        pl.col("codebook_version").alias("cue_version"),
        "matched_cues",
    )
    primary = pl.DataFrame(
        [(category.id, primary.id) for primary, category in codebook.secondary],
        schema={"secondary_category": pl.String, "primary_category": pl.String},
        orient="row",
    )
    most = 1 if codebook.codes_per_video == "one" else len(primary)
    chosen = (
        videos.select("crawl_month", *_KEY)
        .lazy()
        .join(by_people.lazy(), on=_KEY, how="left", maintain_order="left")
        .join(machine.lazy(), on=_KEY, how="left", maintain_order="left", suffix="_machine")
        .join(cues.lazy(), on=_KEY, how="left", maintain_order="left")
        .with_columns(
            pl.coalesce(_ALL, f"{_ALL}_machine", "cue_categories").list.head(most),
            # The machine's certainty says nothing about another's code.
            pl.when(pl.col("coding_method").is_null())
            .then("coding_confidence_machine")
            .alias("coding_confidence"),
            pl.coalesce("coding_method", "coding_method_machine", "cue_method"),
            pl.coalesce("codebook_version", "codebook_version_machine", "cue_version"),
        )
        .with_columns(pl.col(_ALL).list.first().alias("secondary_category"))
        .join(primary.lazy(), on="secondary_category", how="left", maintain_order="left")
        .select(VIDEO_CODES.column_names)
        .collect()
    )
    return conform(chosen, VIDEO_CODES)


def _or_none() -> pl.Expr:
    """The categories, or the word for none where none fits."""
    return pl.when(pl.col(_ALL).list.len() == 0).then(pl.lit(["none"])).otherwise(pl.col(_ALL))


def _as_codes(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(*_KEY, _ALL, "coding_confidence", "coding_method", "codebook_version")


def _by_people(frame: pl.DataFrame, method: str) -> pl.DataFrame:
    return _as_codes(
        frame.with_columns(
            pl.lit(None, dtype=pl.Float64).alias("coding_confidence"),
            pl.lit(method).alias("coding_method"),
        )
    )


def _adjudicated(usable: pl.DataFrame) -> pl.DataFrame:
    """Of each video the adjudication that was imported last."""
    last = (
        usable.filter(pl.col("code_round") == "adjudicated")
        .sort("imported_at", "coded_at", "coder_id", nulls_last=False)
        .unique(_KEY, keep="last", maintain_order=True)
    )
    return _by_people(last, ADJUDICATED)


def _agreed(human: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Of each video the main category that more than half of its independent coders gave.

    Further categories are those that more than half gave, in the order of the codebook.
    """
    independent = human.filter(pl.col("code_round") == "independent")
    coders = independent.group_by(_KEY).agg(pl.len().alias("coders"))
    codes = independent.filter("is_usable").select(
        *_KEY, "imported_at", "codebook_version", _or_none().alias(_ALL)
    )
    majority = 2 * pl.col("votes") > pl.col("coders")
    main = (
        codes.with_columns(pl.col(_ALL).list.first().alias("main"))
        .sort("imported_at", "codebook_version")
        .group_by(*_KEY, "main", maintain_order=True)
        .agg(pl.len().alias("votes"), pl.col("codebook_version").last())
        .join(coders, on=_KEY, maintain_order="left")
        .filter(majority)
        .drop("votes", "coders")
    )
    order = pl.DataFrame(
        {"category": [category.id for _, category in codebook.secondary]}
    ).with_row_index("place")
    further = (
        codes.explode(_ALL, empty_as_null=False, keep_nulls=False)
        .rename({_ALL: "category"})
        .group_by(*_KEY, "category")
        .agg(pl.len().alias("votes"))
        .join(coders, on=_KEY)
        .filter(majority)
        .join(main, on=_KEY)
        # `none` is nobody's second category, and nothing goes with it.
        .filter((pl.col("category") != pl.col("main")) & (pl.col("main") != "none"))
        .join(order, on="category")
        .sort("place")
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("category").alias("further"))
    )
    agreed = main.join(further, on=_KEY, how="left", maintain_order="left").with_columns(
        pl.when(pl.col("main") == "none")
        .then(pl.lit([], dtype=pl.List(pl.String)))
        .otherwise(
            pl.concat_list(
                "main", pl.col("further").fill_null(pl.lit([], dtype=pl.List(pl.String)))
            )
        )
        .alias(_ALL)
    )
    return _by_people(agreed, HUMAN)
