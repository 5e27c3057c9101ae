"""The published claims against our marts: computed value, difference and verdict of each.

Here: how a claim's measure is computed and judged. Not here: the claims (a study's data), whether
they name marts that exist (`study_claims`, at loading), or statistical inference (`claim_tests`:
its verdicts are taken over).

Verdicts: a number within its tolerance, or a claim in words that holds, is `reproduced`; a number
beyond it `differs`; a claim in words that is false in the data is `contradicted`; what the data
can't decide, or have no rows for, is `not_testable`. What inference decides is `reproduced` if it
is supported: an association within accounts, not a cause. What it leaves undecided is
`not_testable`, and its note says undecided. What rests on content codes says how reliable those
are; without reliability its verdict is computed, not established (`core.coding.claim_gate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from sz_assets.contracts.analysis import CLAIM_TESTS, PAPER_COMPARISON
from sz_assets.contracts.coding import CODING_RELIABILITY
from sz_assets.contracts.development import PUBLISHING_TREND
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.claim_gate import CodingWord, coding_word
from sz_assets.core.month_data import MonthData
from sz_assets.study import (
    AtLeast,
    Claim,
    Comparison,
    Inferred,
    NotTestable,
    Reading,
    Scalar,
    Trend,
    Value,
    Within,
)

Marts = Mapping[str, pl.DataFrame]

OPTIONAL_TABLES = (CLAIM_TESTS.name, FCT_VIDEO_MONTH.name, PUBLISHING_TREND.name)
"""Tables that may be left out: the claims that read them are then not testable."""

_AGGREGATES = {"sum": pl.Expr.sum, "min": pl.Expr.min, "max": pl.Expr.max}


class _Finding(NamedTuple):
    """`holds` is None if the data can't tell; `note` is one sentence without its full stop."""

    holds: bool | None
    computed: float | None
    note: str


class _Number(NamedTuple):
    """A value read from a mart, or None; `source` says where it stands and what it is."""

    value: float | None
    source: str


def marts_needed(claims: Iterable[Claim]) -> list[str]:
    """Names of the tables that computing these claims reads, sorted."""
    names = set()
    for claim in claims:
        measure = claim.measure
        if isinstance(measure, NotTestable):
            continue
        if isinstance(measure, Inferred):
            names.add(CLAIM_TESTS.name)
            continue
        names.add(measure.table)
        if isinstance(measure, Comparison):
            names.update(other.table for other in measure.than)
    return sorted(names)


def compare_with_paper(month: MonthData) -> pl.DataFrame:
    """`compute_claims` of the month's own study and tables, `engagement_summary` among them."""
    return compute_claims(
        month.study.claims, month.tables, month.crawl_month, month.incomplete_accounts("all")
    )


def compute_claims(
    claims: Sequence[Claim],
    marts: Marts,
    crawl_month: date,
    incomplete_accounts: str | None = None,
) -> pl.DataFrame:
    """One row of `analysis/paper_comparison` per claim, in the claims' order.

    `marts` holds at least the tables of `marts_needed(claims)`, with rows of any crawl months; only
    those of `crawl_month` are read. The claims speak of the publication's own month: for another
    one the table says what that month gives. `incomplete_accounts` is the marts' word on the
    accounts that the month lacks in part. Without `coding_reliability` that of the codes is
    unknown. KeyError if a mart is missing that is none of `OPTIONAL_TABLES`.
    """
    of_month = {
        name: marts[name].filter(pl.col("crawl_month") == crawl_month)
        for name in marts_needed(claims)
        if name in marts or name not in OPTIONAL_TABLES
    }
    reliability = marts.get(CODING_RELIABILITY.name)
    if reliability is not None:
        reliability = reliability.filter(pl.col("crawl_month") == crawl_month)
    rows = [
        {
            **_row(claim, _compute(claim, of_month), coding_word(claim, reliability), crawl_month),
            "incomplete_accounts": incomplete_accounts,
        }
        for claim in claims
    ]
    frame = pl.DataFrame(rows, schema=polars_schema(PAPER_COMPARISON), orient="row")
    return conform(frame, PAPER_COMPARISON)


def _row(
    claim: Claim, finding: _Finding, coding: CodingWord | None, crawl_month: date
) -> dict[str, object]:
    is_number = isinstance(claim.measure, Value | AtLeast)
    if finding.holds is None:
        verdict = "not_testable"
    elif finding.holds:
        verdict = "reproduced"
    else:
        verdict = "differs" if is_number else "contradicted"
    published, computed = claim.published_value, finding.computed
    # What inference decides has the sentence in its own note.
    told = (
        [coding.sentence(is_decided=finding.holds is not None)]
        if coding and not isinstance(claim.measure, Inferred)
        else []
    )
    difference = None if published is None or computed is None else computed - published
    return {
        "crawl_month": crawl_month,
        "claim_id": claim.id,
        "section": claim.section,
        "statement": claim.statement.en,
        "published_value": published,
        "computed_value": computed,
        "unit": claim.unit,
        "difference": difference,
        "verdict": verdict,
        "coding_reliability": coding and coding.verdict,
        "note": " ".join([f"{finding.note}.", *told, *([claim.remark] if claim.remark else [])]),
    }


def _compute(claim: Claim, marts: Marts) -> _Finding:
    measure = claim.measure
    if isinstance(measure, NotTestable):
        return _Finding(None, None, measure.reason.rstrip("."))
    if isinstance(measure, Inferred):
        return _inferred(claim.id, marts)
    if isinstance(measure, Trend):
        return _follow(measure, marts)
    number = _read(measure, marts)
    if number.value is None:
        return _Finding(None, None, number.source)
    if isinstance(measure, Comparison):
        return _compare(measure, number.value, number.source, marts)
    if isinstance(measure, Within):
        low, high = measure.minimum, measure.maximum
        holds = (low is None or number.value >= low) and (high is None or number.value <= high)
        bounds = [
            *([f"at least {_show(low)}"] if low is not None else []),
            *([f"at most {_show(high)}"] if high is not None else []),
        ]
        return _Finding(holds, number.value, f"{number.source}; claimed {' and '.join(bounds)}")
    # Loading makes sure that these two kinds have their numbers.
    published, tolerance = claim.published_value or 0.0, claim.tolerance or 0.0
    if isinstance(measure, AtLeast):
        return _Finding(
            number.value >= published,
            number.value,
            f"{number.source}; the published value is a lower bound",
        )
    # The slack keeps a difference of exactly the tolerance inside it in binary fractions.
    slack = 1e-9 * max(1.0, abs(published))
    return _Finding(
        abs(number.value - published) <= tolerance + slack,
        number.value,
        f"{number.source}; tolerance {_show(tolerance)}",
    )


def _inferred(claim_id: str, marts: Marts) -> _Finding:
    """The verdict of `claim_tests` in the words of this table."""
    table = marts.get(CLAIM_TESTS.name)
    if table is None:
        return _Finding(None, None, f"{CLAIM_TESTS.name}: not computed")
    rows = table.filter(claim_id=claim_id)
    if rows.is_empty():
        return _Finding(None, None, f"{CLAIM_TESTS.name}: this month has no such row")
    row = rows.row(0, named=True)
    holds = {"supported": True, "contradicted": False}.get(row["verdict"])
    verdict = str(row["verdict"]).replace("_", " ")
    return _Finding(
        holds, row["effect_multiplier"], f"Inference: {verdict}. {row['note'].rstrip('.')}"
    )


def _read(reading: Reading, marts: Marts) -> _Number:
    if reading.table not in marts:
        return _Number(None, f"{reading.table}: not computed")
    rows = _where(marts[reading.table], reading.where)
    filtered = _filter_text(reading.where)
    if reading.take == "rows":
        return _known(rows.height, f"rows of {reading.table}{filtered}")
    column = rows[str(reading.column)]
    name = f"{reading.table}.{reading.column}{filtered}"
    if reading.take == "only":
        if rows.is_empty():
            return _Number(None, f"{name}: this month has no such row")
        value = column.item()
        return _Number(None, f"{name}: missing") if value is None else _known(value, name)
    name = f"{reading.take} of {name}"
    if reading.take == "distinct":
        return _known(column.drop_nulls().n_unique(), name)
    if rows.is_empty():
        return _Number(None, f"{name}: this month has no such row")
    if missing := column.null_count():
        # A sum or an extreme of what is left would pass for the whole.
        return _Number(None, f"{name}: the value is missing in {missing:,} of {rows.height:,} rows")
    return _known(rows.select(_AGGREGATES[reading.take](pl.col(column.name))).item(), name)


def _known(value: float, name: str) -> _Number:
    return _Number(float(value), f"{name} is {_show(value)}")


def _compare(measure: Comparison, value: float, source: str, marts: Marts) -> _Finding:
    verdicts, texts = [], []
    for other in measure.than:
        number = _read(other, marts)
        if number.value is None:
            return _Finding(None, value, number.source)
        holds = value < number.value if measure.relation == "less" else value > number.value
        verdicts.append(holds)
        texts.append(f"{number.source} ({'holds' if holds else 'does not hold'})")
    return _Finding(
        all(verdicts), value, f"{source}; claimed {measure.relation} than {', '.join(texts)}"
    )


def _follow(measure: Trend, marts: Marts) -> _Finding:
    if measure.table not in marts:
        return _Finding(None, None, f"{measure.table}: not computed")
    rows = _where(marts[measure.table], measure.where)
    rows = rows.filter(pl.col(measure.over).is_between(measure.first, measure.last))
    found = dict(rows.select(measure.over, measure.column).iter_rows())
    name = f"{measure.table}.{measure.column} by {measure.over}{_filter_text(measure.where)}"
    if not found:
        return _Finding(None, None, f"{name}: this month has no such row")
    series = [
        (step, found.get(step, measure.absent)) for step in range(measure.first, measure.last + 1)
    ]
    values = [value for _, value in series if value is not None]
    shown = ", ".join(f"{step}: {'missing' if v is None else _show(v)}" for step, v in series)
    if len(values) < len(series):
        return _Finding(None, None, f"{name}: {shown}")
    sign = 1 if measure.direction == "rising" else -1
    pairs = list(pairwise(values))
    following = sum(sign * (after - before) > 0 for before, after in pairs)
    return _Finding(
        following == len(pairs),
        float(following),
        f"{name}: {shown}; {following} of {len(pairs)} steps are {measure.direction}",
    )


def _where(frame: pl.DataFrame, where: Mapping[str, Scalar]) -> pl.DataFrame:
    return frame.filter(*(pl.col(name) == value for name, value in where.items()))


def _filter_text(where: Mapping[str, Scalar]) -> str:
    conditions = [
        f"{name} = {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in where.items()
    ]
    return f" where {' and '.join(conditions)}" if conditions else ""


def _show(value: float) -> str:
    """A number for a sentence: whole numbers whole, others with up to four decimals."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")
