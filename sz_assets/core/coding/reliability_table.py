"""How far the coders agree on a month's videos, as the table that gates what claims may say.

Here: which codes are compared, and which verdict follows. Not here: the coefficients and their
intervals (`core.statistics.agreement`), or what a claim makes of the verdict (`claim_gate`).

Compared are codes given independently, before adjudication, of videos that two coders or more
coded. Of a codebook in which a category that they used means something else now no code is
compared: to leave out that category alone would leave out whatever it was mistaken for, and make
coders look better than they are. `none` (no category fits) is a category like any other. The value
of Krippendorff's alpha decides the verdict, as is the convention; its interval stands beside it
(Krippendorff, Content Analysis, advises to look at it as well). From fewer than ten videos no
verdict follows; for one category these are the videos that a coder put into it (or, if those are
fewer, left out): coders who agree on the one video of a rare category have α = 1, and that others
are not of it tells nothing.

Where machines coded the rest, people agreeing among themselves says nothing of those codes:
`machine_alpha` takes the machine for one more coder, beside people's code of the same videos. Where
no machine says anything the tables have no category: that counts as `none`, and is noted. The
bootstrap's seed is SEED, as it is for `sz-assets coding reliability`: the same codes have the same
interval everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from sz_assets.contracts.coding import (
    CODING_RELIABILITY,
    COEFFICIENTS,
    DECIDING_COEFFICIENTS,
    MACHINE_COEFFICIENT,
)
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.machine_words import (
    HUMAN_METHODS,
    MAXIMUM_UNDECIDED_RATIO,
    NONE,
    judged_videos,
    undecided_videos,
)
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.agreement import (
    Coefficient,
    Level,
    agreement,
    agreement_by_category,
    verdict,
)
from sz_assets.core.statistics.agreement_resampling import MINIMUM_UNITS
from sz_assets.study import Codebook, CodingRules

NOBODY = (
    "Nobody coded a video that somebody else coded as well, with the categories as they are now: "
    "sz-assets coding export draws a sample and gives the same videos to several coders."
)
CHANGED = (
    "Codes made with an older codebook no longer compare: a category among them means something "
    "else now, and to leave out that one would hide what it was mistaken for. Have the videos "
    "coded again with the present codebook."
)
SEED = 0
_METHOD = "Independent codes of the same videos; 95 % bootstrap over videos (BCa)."
_MACHINE_METHOD = (
    "Main code of people against that of {machine}, which was not trained on these videos; each "
    "video counts the same, however likely it was to be drawn; 95 % bootstrap over videos (BCa)."
)
_UNIT = ["account_id", "video_id"]
_OVERALL = ("overall", "overall")

_Row = dict[str, Any]
_Codes = Sequence[tuple[str, ...]]


def code_reliability(month: MonthData) -> pl.DataFrame:
    """`analysis/coding_reliability` of the month, of its human_codes, coding_tasks,
    machine_codes and fct_video_month.

    Without codes to compare the overall rows say so and how to begin.
    """
    sample = month.videos("sample")
    human = sample["coding_method"].is_in(HUMAN_METHODS).sum() if len(sample) else 0
    shared: _Row = {
        "crawl_month": month.crawl_month,
        "human_coded_ratio": human / len(sample) if len(sample) else None,
    }
    rows = [
        {**shared, **row}
        for row in (
            *people_agreement(
                compared_codes(month.tables["human_codes"]),
                month.study.codebook,
                month.study.coding,
                nothing=why_nothing(month.tables["human_codes"]),
            ),
            *_machine(month),
        )
    ]
    for row in rows:
        if row["category_level"] != "overall":
            row["human_coded_ratio"] = None
    frame = pl.DataFrame(rows, schema=polars_schema(CODING_RELIABILITY), orient="row")
    return conform(frame, CODING_RELIABILITY)


def compared_codes(human_codes: pl.DataFrame) -> pl.DataFrame:
    """The rows of `core/human_codes` that are compared: of each video at least two."""
    is_shared = pl.len().over(_UNIT) > 1
    return (
        _shared_codes(human_codes)
        .filter(pl.col("is_usable").all().over("codebook_version"))
        .filter(is_shared)
    )


def _shared_codes(human_codes: pl.DataFrame) -> pl.DataFrame:
    asked_several = pl.col("is_reliability").fill_null(True)
    blind = human_codes.filter(pl.col("code_round") == "independent", asked_several)
    return blind.filter(pl.len().over(_UNIT) > 1)


def why_nothing(human_codes: pl.DataFrame) -> str:
    """Why no codes are compared, where `compared_codes` finds none."""
    return NOBODY if _shared_codes(human_codes).is_empty() else CHANGED


def people_agreement(
    codes: pl.DataFrame,
    codebook: Codebook,
    rules: CodingRules,
    seed: int = SEED,
    nothing: str = NOBODY,
) -> Iterator[dict[str, Any]]:
    """Rows of the table, without month and share, for codes that `compared_codes` chose.

    `nothing` is the note where there are none.
    """
    if codes.is_empty():
        for name in COEFFICIENTS:
            empty = Coefficient(name, None, None, None, 0, 0, 0, 0, 0, None)
            yield _row(_OVERALL, empty, "unknown", _METHOD, nothing)
        return
    primary_of = {second.id: primary.id for primary, second in codebook.secondary}
    said: dict[str, _Codes] = {"secondary": [tuple(s) for s in codes["secondary_categories"]]}
    said["primary"] = [tuple(dict.fromkeys(primary_of[c] for c in s)) for s in said["secondary"]]
    for level, category_level in (("secondary", "overall"), ("primary", "primary")):
        matrix, values, scale = _matrix(codes, said[level], codebook, level)
        yield from _judged(
            (category_level, "overall"), agreement(matrix, values, scale, seed=seed), rules
        )
    for level in ("primary", "secondary"):
        matrix, values, scale = _matrix(codes, said[level], codebook, level)
        for found in agreement_by_category(matrix, values, scale, seed=seed):
            yield from _judged(
                (level, str(found.category)), found.coefficients, rules, found.telling_unit_count
            )


def _matrix(
    codes: pl.DataFrame, said: _Codes, codebook: Codebook, level: str
) -> tuple[Any, list[Any], Level]:
    """Codes as positions in values, shape (videos, coders); a single code is the main one."""
    chosen: list[Any]
    values: list[Any]
    scale: Level
    if codebook.codes_per_video == "one":
        chosen = [categories[0] if categories else NONE for categories in said]
        values, scale = [*_categories(codebook, level), NONE], "nominal"
    else:
        chosen = [frozenset(categories or (NONE,)) for categories in said]
        values, scale = sorted(set(chosen), key=sorted), "sets"
    position = {value: index for index, value in enumerate(values)}
    units, coders = codes.select(_UNIT).unique(), codes["coder_id"].unique().sort()
    unit_at = {unit: index for index, unit in enumerate(sorted(units.rows()))}
    coder_at = {coder: index for index, coder in enumerate(coders)}
    matrix = np.full((len(unit_at), len(coder_at)), -1, dtype=np.int64)
    keys = zip(codes.select(_UNIT).rows(), codes["coder_id"], strict=True)
    for (unit, coder), value in zip(keys, chosen, strict=True):
        matrix[unit_at[unit], coder_at[coder]] = position[value]
    return matrix, values, scale


def _categories(codebook: Codebook, level: str) -> Iterable[str]:
    if level == "primary":
        return (primary.id for primary in codebook.primary)
    return (second.id for _, second in codebook.secondary)


def _machine(month: MonthData) -> Iterator[_Row]:
    """The machine's words against people's codes, where there are both.

    Where a trained machine abstains the cue words code (`best_code`), so their words count there.
    """
    judged = judged_videos(month)
    cues = month.tables["machine_codes"].select(*_UNIT, "cue_word_category")
    both = (
        judged.videos.join(cues, on=_UNIT, how="left", maintain_order="left")
        .select(
            pl.col("human_categories").list.first().fill_null(NONE).alias("by_people"),
            pl.coalesce("machine_category", "cue_word_category").alias("by_machine"),
            pl.col("human_categories").is_not_null().alias("is_coded"),
            pl.col("machine_category").is_null().alias("is_abstained"),
        )
        .filter("is_coded")
    )
    silent = both["by_machine"].null_count()
    if silent == len(both):
        return
    both = both.with_columns(pl.col("by_machine").fill_null(NONE))
    values = [*_categories(month.study.codebook, "secondary"), NONE]
    at = {value: index for index, value in enumerate(values)}
    pairs = both.select("by_people", "by_machine").rows()
    matrix = np.array([[at[word] for word in pair] for pair in pairs], dtype=np.int64)
    found = agreement(matrix, values, "nominal", seed=SEED)[0]
    said = (
        f"On {silent:,} of {len(both):,} videos no machine said anything, which counts as `none`: "
        "the tables have no category for them."
        if silent
        else None
    )
    word = _verdict(found, month.study.coding)
    note = " ".join(filter(None, (_note(found), said))) or None
    undecided, coded = len(undecided_videos(month)), month.videos("all")["coding_method"]
    decided = int(coded.is_in(HUMAN_METHODS).sum())
    if undecided > MAXIMUM_UNDECIDED_RATIO * (undecided + decided):
        word = "unknown"
        open_ = (
            f"No verdict: of {undecided + decided:,} videos that people coded {undecided:,}, "
            "likely the harder ones, are not decided."
        )
        note = " ".join(filter(None, (open_, note)))
    machine = judged.method
    if judged.is_trained and (others := both["is_abstained"].sum()):
        machine = f"{machine}, or the cue words where it abstains ({others:,} videos)"
    yield _row(
        _OVERALL,
        found._replace(name=MACHINE_COEFFICIENT),
        word,
        _MACHINE_METHOD.format(machine=machine),
        note,
    )


def _judged(
    place: tuple[str, str],
    coefficients: Iterable[Coefficient],
    rules: CodingRules,
    telling: int = MINIMUM_UNITS,
) -> Iterator[_Row]:
    found = [
        one._replace(name="krippendorff_alpha") if one.name == "krippendorff_alpha_nominal" else one
        for one in coefficients
    ]
    by_name = {one.name: one for one in found}
    decides = next(by_name[name] for name in DECIDING_COEFFICIENTS if name in by_name)
    word, few = _verdict(decides, rules), None
    if telling < MINIMUM_UNITS:
        word = "unknown"
        few = (
            f"No verdict: fewer than {MINIMUM_UNITS} videos tell, {telling:,} of them in the "
            "category, or else outside it."
        )
    return (
        _row(place, one, word, _METHOD, " ".join(filter(None, (few, _note(one)))) or None)
        for one in found
    )


def _verdict(alpha: Coefficient, rules: CodingRules) -> str:
    if alpha.pairable_unit_count < MINIMUM_UNITS:
        return "unknown"
    word = verdict(alpha.value, rules.tentative_alpha, rules.reliable_alpha)
    return "unknown" if word == "undefined" else word


def _note(found: Coefficient) -> str | None:
    return None if found.note is None else f"{found.note[0].upper()}{found.note[1:]}."


def _row(
    place: tuple[str, str], found: Coefficient, word: str, method: str, note: str | None
) -> _Row:
    return {
        "category_level": place[0],
        "category": place[1],
        "coefficient": found.name,
        "value": found.value,
        "interval_low": found.ci_lower,
        "interval_high": found.ci_upper,
        "unit_count": found.pairable_unit_count,
        "coder_count": found.coder_count,
        "code_count": found.code_count,
        "verdict": word,
        "method": method,
        "note": note,
    }
