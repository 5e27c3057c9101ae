"""Which rows the charts of content coding draw, and what categories are called.

Here: filters, order and names, without Altair, for charts, counts of marks, and report alike.
Missing stays None; what has no value is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext, month_rows
from sz_assets.contracts.coding import (
    DECIDING_COEFFICIENTS,
    MACHINE_COEFFICIENT,
    RELIABILITY_VERDICTS,
)

Frames = Mapping[str, pl.DataFrame]
Row = dict[str, Any]
NONE, OVERALL = "none", "overall"
_UNKNOWN = "unknown"
_NOT_JUDGED: Row = {"verdict": _UNKNOWN}
# A machine that says nothing of more videos has no count of its own.
MOST_SILENT = 0.95
# With fewer videos, seen and expected, a quotient is a matter of chance.
FEWEST = 5
_WORDS = {
    NONE: Bilingual("不属任何类目", "No category fits"),
    OVERALL: Bilingual("全部类目", "All categories"),
}


def category_name(context: ChartContext, level: str, category: str) -> Bilingual:
    """What the codebook calls a category of the level; its id where it no longer lists it."""
    if category in _WORDS:
        return _WORDS[category]
    for known in context.categories:
        if level == "primary" and known.primary_id == category:
            return known.primary
        if level != "primary" and known.secondary_id == category:
            return known.secondary
    return Bilingual(category, category)


def in_codebook_order(rows: pl.DataFrame, context: ChartContext) -> pl.DataFrame:
    """Rows with `category_level` and `category`: overall first, then as the codebook has them."""
    primary = list(dict.fromkeys(known.primary_id for known in context.categories))
    levels = {"overall": 0, "primary": 1, "secondary": 2}
    order = [OVERALL, *primary, *(known.secondary_id for known in context.categories)]
    place = {category: number for number, category in enumerate(order)}
    return rows.sort(
        pl.col("category_level").replace_strict(levels, return_dtype=pl.Int64),
        pl.col("category") == NONE,
        pl.col("category").replace_strict(place, default=len(order), return_dtype=pl.Int64),
        "category",
        maintain_order=True,
    )


def alpha_rows(frames: Frames, context: ChartContext) -> list[Row]:
    """The coefficient that decides, of each level and category; with them the machine's.

    Its order: overall, the machine as one more coder, then the categories. Several codes per video
    have a coefficient of sets, which goes before the nominal one.
    """
    rows = month_rows(frames, "coding_reliability", context)
    places = {name: number for number, name in enumerate(DECIDING_COEFFICIENTS)}
    deciding = (
        rows.filter(pl.col("coefficient").is_in(DECIDING_COEFFICIENTS))
        .sort(pl.col("coefficient").replace_strict(places, return_dtype=pl.Int64))
        .unique(["category_level", "category"], keep="first", maintain_order=True)
    )
    found = in_codebook_order(deciding, context).to_dicts()
    machine = rows.filter(pl.col("coefficient") == MACHINE_COEFFICIENT).to_dicts()
    return [*found[:1], *machine, *found[1:]] if found else machine


def alpha_name(context: ChartContext, row: Mapping[str, Any]) -> Bilingual:
    """What an alpha is about, in words."""
    if row["coefficient"] == MACHINE_COEFFICIENT:
        return Bilingual("机器与人工", "Machine against people")
    if row["category_level"] == "primary" and row["category"] == OVERALL:
        return Bilingual("全部一级类目", "All primary categories")
    return category_name(context, row["category_level"], row["category"])


def reliability_of(
    frames: Frames,
    context: ChartContext,
    category: str | None = None,
    *,
    of_people_alone: bool = False,
) -> str:
    """How reliable the codes are as a whole, and of a secondary category if one is named.

    The rule is that of claims: the least reliable decides, and as far as people did not code the
    sample's videos, a machine's agreement with them counts as well; but not for what is corrected
    for the machine's errors, which rests on people's codes alone.
    """
    if "coding_reliability" not in frames:
        return _UNKNOWN
    rows = alpha_rows(frames, context)
    people = {
        (row["category_level"], row["category"]): row
        for row in rows
        if row["coefficient"] != MACHINE_COEFFICIENT
    }
    overall = people.get((OVERALL, OVERALL))
    if overall is None or overall["value"] is None:
        return _UNKNOWN
    used = [overall]
    if category is not None:
        used.append(people.get(("secondary", category), _NOT_JUDGED))
    if overall["human_coded_ratio"] != 1 and not of_people_alone:
        machine = [row for row in rows if row["coefficient"] == MACHINE_COEFFICIENT]
        used += machine or [_NOT_JUDGED]
    return max((str(row["verdict"]) for row in used), key=RELIABILITY_VERDICTS.index)


def coded_by_people(frames: Frames, context: ChartContext) -> float | None:
    """Share of the sample's videos whose code comes from people; None if that is not told."""
    if "coding_reliability" not in frames:
        return None
    rows = month_rows(frames, "coding_reliability", context).filter(category_level=OVERALL)
    known = rows["human_coded_ratio"].drop_nulls()
    return float(known[0]) if len(known) else None


def drawn_alphas(frames: Frames, context: ChartContext) -> list[Row]:
    """The rows of the chart, without single primary categories; none if nothing is known."""
    rows = [
        row
        for row in alpha_rows(frames, context)
        if row["category_level"] != "primary" or row["category"] == OVERALL
    ]
    return rows if any(row["value"] is not None for row in rows) else []


def prevalence_rows(
    frames: Frames, context: ChartContext, population: str = "sample", level: str = "secondary"
) -> list[Row]:
    """Of each category its estimates as `uncorrected`, `human_only` and `corrected`, each a row."""
    rows = in_codebook_order(
        month_rows(frames, "category_prevalence", context, population).filter(
            pl.col("category_level") == level
        ),
        context,
    )
    found: dict[str, Row] = {}
    for row in rows.iter_rows(named=True):
        one = found.setdefault(row["category"], {"category": row["category"]})
        one[row["estimator"]] = row
    return list(found.values())


def silent_ratio(rows: list[Row]) -> float | None:
    """Share of the videos of which the machine says nothing; None if it counted none at all."""
    counted = [
        row["uncorrected"]["share_ratio"]
        for row in rows
        if row.get("uncorrected", {}).get("share_ratio") is not None
    ]
    return max(0.0, 1.0 - math.fsum(counted)) if counted else None


def known_shares(rows: list[Row]) -> list[tuple[int, str, Row]]:
    """The estimates that have a value: place of the category, estimator, row."""
    return [
        (place, estimator, row[estimator])
        for place, row in enumerate(rows)
        for estimator in ("uncorrected", "human_only", "corrected")
        if estimator in row and row[estimator]["share_ratio"] is not None
    ]


def specialisation_cells(
    frames: Frames, context: ChartContext, population: str = "sample"
) -> list[Row]:
    """Every account with every category that occurs, in the orders of study and codebook.

    `expected_count` is what the account would have with the share of all accounts; `is_few` tells
    that a quotient says little. The table has no row where an account has none: that is 0 videos.
    """
    rows = month_rows(frames, "category_specialisation", context, population)
    known = {row["account_id"]: row["account_video_count"] for row in rows.to_dicts()}
    shares = {row["secondary_category"]: row["population_share_ratio"] for row in rows.to_dicts()}
    seen = {(row["account_id"], row["secondary_category"]): row for row in rows.to_dicts()}
    studied = {id_: place for place, id_ in enumerate(context.accounts)}
    coded = {known.secondary_id: place for place, known in enumerate(context.categories)}
    cells = []
    for account in sorted(known, key=lambda id_: (studied.get(id_, len(studied)), id_)):
        for category in sorted(shares, key=lambda id_: (coded.get(id_, len(coded)), id_)):
            row = seen.get((account, category))
            expected = known[account] * shares[category]
            count = row["video_count"] if row else 0
            cells.append(
                {
                    "account_id": account,
                    "category": category,
                    "video_count": count,
                    "expected_count": expected,
                    "account_video_count": known[account],
                    "video_share_ratio": row["video_share_ratio"] if row else 0.0,
                    "population_share_ratio": shares[category],
                    "location_quotient": row["location_quotient"] if row else 0.0,
                    "is_few": max(count, expected) < FEWEST,
                }
            )
    return cells
