"""What inference says of the claims that it decides: verdict, effect and reasoning of each.

Here: the rule that turns estimated effects into verdicts on claims. Not here: the estimates
(`core.statistics`, `core.events`), the claims (a study's data), or the comparison of numbers
(`core.claims`).

An effect is an association within accounts, not a cause: nobody decided by lot how long a video
is, what it shows or when it appears.

Verdicts:

- A claim that something **works** is supported by an effect in its direction that stands after
  Holm's correction, contradicted by one in the other direction, and otherwise undecided.
- A claim that something **does not matter** is supported only if the effect's 95 % interval lies
  within the equivalence bounds [1/e, e], and no effect of `unless` has an uncorrected p-value below
  0.10. The first is the procedure of two one-sided tests (Schuirmann 1987, Journal of
  Pharmacokinetics and Biopharmaceutics 15, 657-680), each at 2.5 %. Without a significant effect
  alone nothing follows. It is contradicted if a corrected effect is significant and its whole
  interval outside the bounds, or if an effect of `unless` is significant; otherwise undecided.
- A claim about **key events** is supported if any event stands out after correction, contradicted
  if each that could be tested is found to be without effect, or below its surroundings, and
  otherwise undecided.

Only all videos decide. Where they give no estimate, that of the most liked ones (the sample) is
shown, and the claim is undecided: keeping the most liked distorts effects in either direction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from sz_assets.contracts.analysis import CLAIM_TESTS
from sz_assets.contracts.coding import CODING_RELIABILITY
from sz_assets.contracts.development import EVENT_EFFECTS
from sz_assets.contracts.inference import ENGAGEMENT_EFFECTS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.claim_gate import coding_word
from sz_assets.core.month_data import MonthData
from sz_assets.study import Claim, Inferred, Scalar

SUSPECT = 0.10
"""Uncorrected p-value of an `unless` effect from which on it does not stand in the way."""

_Row = dict[str, Any]


class _Judgement(NamedTuple):
    """`note` is a sentence without its full stop; `effect` is the row that decides, if one does."""

    verdict: str
    note: str
    effect: _Row | None = None
    population: str = "all"


def judge_claims(month: MonthData) -> pl.DataFrame:
    """One row of `analysis/claim_tests` per claim that inference decides, in the claims' order.

    Reads `engagement_effects`, `event_effects` and `engagement_summary` of the month; KeyError if
    one is missing. A study without such claims reads nothing. Without `coding_reliability` that of
    the codes behind topics is unknown.
    """
    rows = []
    for claim in month.study.claims:
        if isinstance(claim.measure, Inferred):
            rows.append(_judge(claim, claim.measure, month))
    frame = pl.DataFrame(rows, schema=polars_schema(CLAIM_TESTS), orient="row")
    return conform(frame, CLAIM_TESTS)


def _judge(claim: Claim, measure: Inferred, month: MonthData) -> _Row:
    if measure.table == EVENT_EFFECTS.name:
        judged = _events(measure, month)
        filters = [measure.where]
    else:
        judged = _effects(measure, month)
        population: dict[str, Scalar] = {"population": judged.population}
        filters = [{**population, **where} for where in (measure.where, *measure.unless)]
    effect = judged.effect or {}
    coding = coding_word(claim, month.tables.get(CODING_RELIABILITY.name))
    is_decided = judged.verdict in ("supported", "contradicted")
    return {
        "crawl_month": month.crawl_month,
        "claim_id": claim.id,
        "section": claim.section,
        "statement_en": claim.statement.en,
        "statement_zh": claim.statement.zh,
        "population": judged.population,
        "tested_by": "; ".join(f"{measure.table} where {_and(where)}" for where in filters),
        **{
            name: effect.get(name)
            for name in ("effect_multiplier", "interval_low", "interval_high", "p_value_holm")
        },
        "verdict": judged.verdict,
        "coding_reliability": coding and coding.verdict,
        "note": " ".join(
            [f"{judged.note}.", *([coding.sentence(is_decided=is_decided)] if coding else [])]
        ),
        "incomplete_accounts": month.incomplete_accounts(judged.population),
    }


# --- effects of a property ---


class _Estimate(NamedTuple):
    """A row of `engagement_effects`, or None with the reason why there is no estimate."""

    row: _Row | None
    why_not: str


def _effects(measure: Inferred, month: MonthData) -> _Judgement:
    """All videos decide; the sample's estimate stands beside, and alone decides nothing."""
    top = f"among the top {month.study.sample.top}"
    of_all = _estimate(month, measure.where, "all")
    of_sample = _estimate(month, measure.where, "sample")
    beside = of_sample.why_not if of_sample.row is None else _tell(of_sample.row)
    if of_all.row is not None:
        verdict, reason = _decide(measure, of_all.row, _unless(measure, month))
        told = f"{_contrast(of_all.row)}: among all videos {_tell(of_all.row)}"
        return _Judgement(verdict, f"{told}; {reason}; {top} {beside}", of_all.row, "all")
    missing = f"among all videos {of_all.why_not}"
    if of_sample.row is None:
        return _Judgement("not_testable", f"A{missing[1:]}; {top} {beside}")
    reason = "keeping the most liked videos distorts effects in either direction, so it's undecided"
    note = f"{_contrast(of_sample.row)}: only {top} {beside}; {reason}; {missing}"
    return _Judgement("undecided", note, of_sample.row, "sample")


_Unless = list[tuple[str, _Estimate]]
"""Effects that contradict a claim of none as well, each with the words for it."""


def _unless(measure: Inferred, month: MonthData) -> _Unless:
    return [(_and(where), _estimate(month, where, "all")) for where in measure.unless]


def _decide(measure: Inferred, row: _Row, unless: _Unless) -> tuple[str, str]:
    """Verdict and reason of an effect that is estimated."""
    if measure.expects == "none":
        return _decide_none(measure.equivalence, row, unless)
    direction = row["verdict"]
    if direction == "undecided":
        return "undecided", "after Holm's correction the direction is undecided"
    verdict = "supported" if direction == measure.expects else "contradicted"
    return verdict, f"after Holm's correction the effect is {direction}"


def _decide_none(equivalence: float | None, row: _Row, unless: _Unless) -> tuple[str, str]:
    for place, other in unless:
        if other.row is not None and other.row["verdict"] != "undecided":
            return "contradicted", f"an effect is found where {place}: {_tell(other.row)}"
    highest = equivalence or 1.0  # loading makes sure that it is given
    lowest = 1 / highest
    bounds = f"{_show(lowest)} to {_show(highest)}"
    low, high = row["interval_low"], row["interval_high"]
    if low is None or high is None:
        return "undecided", "without an interval it is undecided whether the effect matters"
    if (high < lowest or low > highest) and row["verdict"] != "undecided":
        return (
            "contradicted",
            f"after Holm's correction an effect is found, its interval outside {bounds}",
        )
    if low < lowest or high > highest:
        return "undecided", f"the interval reaches beyond {bounds}, so this is undecided"
    inside = f"the interval lies within {bounds}, where an effect does not matter"
    if unknown := [place for place, other in unless if other.row is None]:
        return "undecided", f"{inside}, but nothing is estimated where {unknown[0]}"
    for place, other in unless:
        if doubt := _doubt(place, other.row):
            return "undecided", f"{inside}, but {doubt}"
    return "supported", inside


def _doubt(place: str, row: _Row | None) -> str | None:
    """Why an `unless` effect that is not found may be there nevertheless."""
    if row is None or (row["p_value"] is not None and row["p_value"] >= SUSPECT):
        return None
    what = "a U shape" if row["level"] == "u_shape" else f"an effect where {place}"
    shown = "unknown" if row["p_value"] is None else _show(row["p_value"])
    return f"{what} can't be ruled out: uncorrected p {shown}"


def _estimate(month: MonthData, where: Mapping[str, Scalar], population: str) -> _Estimate:
    rows = _rows(month, ENGAGEMENT_EFFECTS.name, {"population": population, **where})
    if rows and rows[0]["verdict"] != "not_estimable":
        return _Estimate(rows[0], "")
    told = rows[0]["note"] if rows else "this month has no such row"
    return _Estimate(None, "no effect is estimated" + (f" ({told.rstrip('.')})" if told else ""))


def _contrast(row: _Row) -> str:
    return str(row["contrast"]).rstrip(".")


def _tell(row: _Row) -> str:
    low, high, holm = row["interval_low"], row["interval_high"], row["p_value_holm"]
    has_interval = low is not None and high is not None
    parts = [
        *([f"95 % interval {_show(low)} to {_show(high)}"] if has_interval else []),
        *([f"Holm p = {_show(holm)}"] if holm is not None else []),
        "direction undecided" if row["verdict"] == "undecided" else str(row["verdict"]),
    ]
    ratio = (
        "no ratio"
        if row["effect_multiplier"] is None
        else f"ratio {_show(row['effect_multiplier'])}"
    )
    return f"{ratio} ({', '.join(parts)})"


# --- events ---


def _events(measure: Inferred, month: MonthData) -> _Judgement:
    rows = _rows(month, EVENT_EFFECTS.name, measure.where)
    found = Counter(row["verdict"] for row in rows)
    tested = len(rows) - found["not_testable"]
    if not tested:
        return _Judgement("not_testable", f"None of {len(rows)} events could be tested")
    counts = (
        f"Of {tested} events that could be tested {found['spike']} stand out after Holm's "
        f"correction, {found['drop']} fall below, {found['none']} do not matter and "
        f"{found['undecided']} are undecided"
    )
    if not found["spike"]:
        return _Judgement("undecided" if found["undecided"] else "contradicted", counts)
    spikes = [row for row in rows if row["verdict"] == "spike"]
    strongest = min(spikes, key=lambda row: (_last(row["p_value_holm"]), row["event_id"]))
    ratio = strongest["effect_multiplier"]
    shown = "" if ratio is None else f", ratio {_show(ratio)}"
    note = f"{counts}; most clearly {strongest['event_id']}{shown}"
    return _Judgement("supported", note, strongest)


def _last(p_value: float | None) -> float:
    return 2.0 if p_value is None else p_value


# --- shared ---


def _rows(month: MonthData, table: str, where: Mapping[str, Scalar]) -> list[_Row]:
    """The month's rows that the filter leaves, in their own order."""
    conditions = [pl.col(name) == value for name, value in where.items()]
    of_month = pl.col("crawl_month") == month.crawl_month
    return month.tables[table].filter(of_month, *conditions).to_dicts()


def _and(where: Mapping[str, Scalar]) -> str:
    return " and ".join(f"{name} = {value}" for name, value in where.items())


def _show(value: float) -> str:
    """Four significant digits, as few as the number needs."""
    return f"{value:.4g}"
