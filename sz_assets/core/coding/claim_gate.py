"""What a claim about content categories is worth: no more than the coding that it rests on.

Here: which claims rest on codes, and how reliable those are. Not here: reliability itself
(`reliability_table`), the verdicts on claims (`core.claims`, `core.claim_tests`), or a report's
words.

A claim rests on the codes as a whole, on each category that it names and, as far as people did not
code the sample's videos, on a machine's agreement with people: the least reliable of them decides.
The verdict on the claim stays what the data say; with codes whose reliability is
`insufficient` or `unknown` it is computed, not established.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from sz_assets.contracts.coding import DECIDING_COEFFICIENTS, MACHINE_COEFFICIENT
from sz_assets.contracts.coding import RELIABILITY_VERDICTS as _BEST_FIRST
from sz_assets.study import Claim, Comparison, Inferred, NotTestable, Scalar

ESTABLISHING = ("reliable", "tentative")
"""Verdicts on the coding with which a claim may be called established, or tentatively so."""

_TABLES = ("category_engagement", "category_specialisation")
_LEVELS = {"primary_category": "primary", "secondary_category": "secondary"}
_OVERALL = ("overall", "overall")
_MACHINE = ("overall", MACHINE_COEFFICIENT)

_Row = dict[str, Any]


class CodingWord(NamedTuple):
    """How reliable the codes behind a claim are; `reason` has no full stop."""

    verdict: str
    reason: str

    def sentence(self, *, is_decided: bool) -> str:
        """For the claim's note; `is_decided`: the data bear the claim out, or contradict it."""
        is_open = is_decided and self.verdict not in ESTABLISHING
        return f"{self.reason}{': computed, not established' if is_open else ''}."


def categories_of(claim: Claim) -> list[tuple[str, str]] | None:
    """Level and id of each category that the claim names; None if it rests on no codes."""
    measure = claim.measure
    if isinstance(measure, NotTestable):
        return None
    if isinstance(measure, Inferred):
        wheres = [where for where in (measure.where, *measure.unless) if _is_topic(where)]
        named = [("secondary", str(where["level"])) for where in wheres if "level" in where]
        return list(dict.fromkeys(named)) if wheres else None
    readings = [measure, *(measure.than if isinstance(measure, Comparison) else ())]
    rests = any(
        reading.table in _TABLES or _LEVELS.keys() & {*reading.where, reading.column}
        for reading in readings
    )
    named = [
        (level, str(reading.where[name]))
        for reading in readings
        for name, level in _LEVELS.items()
        if name in reading.where
    ]
    return list(dict.fromkeys(named)) if rests else None


def coding_word(claim: Claim, reliability: pl.DataFrame | None) -> CodingWord | None:
    """How reliable the codes behind the claim are; None if it rests on none.

    `reliability` holds rows of `analysis/coding_reliability` of one month; without any, nothing is
    known.
    """
    named = categories_of(claim)
    if named is None:
        return None
    rows = {} if reliability is None else _deciding_rows(reliability)
    overall = rows.get(_OVERALL)
    if overall is None or overall["value"] is None:
        return CodingWord("unknown", "The coding was not checked by people")
    used = [("", overall), *((f"on {place[1]} ", rows.get(place)) for place in named)]
    by_people = overall["human_coded_ratio"]
    if by_people != 1:
        share = "" if by_people is None else f", which coded {1 - by_people:.0%} of the sample,"
        used.append((f"with the machine{share} ", rows.get(_MACHINE)))
    verdict = max((_verdict(row) for _, row in used), key=_BEST_FIRST.index)
    return CodingWord(verdict, f"People agree {'; '.join(f'{a}{_agreed(b)}' for a, b in used)}")


def _is_topic(where: Mapping[str, Scalar]) -> bool:
    return where.get("factor") == "topic"


def _deciding_rows(reliability: pl.DataFrame) -> dict[tuple[str, str], _Row]:
    """The row that decides of each level and category, and the machine's."""
    found: dict[tuple[str, str], _Row] = {}
    for coefficient in DECIDING_COEFFICIENTS:
        for row in reliability.filter(coefficient=coefficient).iter_rows(named=True):
            found.setdefault((row["category_level"], row["category"]), row)
    for row in reliability.filter(coefficient=MACHINE_COEFFICIENT).iter_rows(named=True):
        found[_MACHINE] = row
    return found


def _verdict(row: _Row | None) -> str:
    return "unknown" if row is None else str(row["verdict"])


def _agreed(row: _Row | None) -> str:
    if row is None or row["value"] is None:
        return "to an unknown degree"
    low, high = row["interval_low"], row["interval_high"]
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    word = "not judged" if row["verdict"] == "unknown" else row["verdict"]
    return f"with α = {row['value']:.2f}{interval}, {word}"
