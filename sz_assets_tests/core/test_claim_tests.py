"""What inference makes of claims: each verdict from each kind of estimate, and what is missing.

Longer than 300 lines: the estimates of its first part serve all verdicts.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import polars as pl
import pytest

from sz_assets.contracts.analysis import CLAIM_TESTS
from sz_assets.contracts.development import EVENT_EFFECTS
from sz_assets.contracts.inference import ENGAGEMENT_EFFECTS
from sz_assets.contracts.summaries import ENGAGEMENT_SUMMARY
from sz_assets.contracts.table import Table, Type
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.claim_tests import judge_claims
from sz_assets.core.claims import compare_with_paper
from sz_assets.core.month_data import MonthData
from sz_assets.study import Claim, Inferred, Measure, Name, NotTestable
from sz_assets_tests.bundled import shenzhen

MONTH, OTHER = date(2023, 10, 1), date(2023, 9, 1)
STUDY = shenzhen()
FILLERS: dict[Type, Any] = {Type.TEXT: "x", Type.INTEGER: 1, Type.DATE: MONTH}
LONGER = {"metric": "like_count", "factor": "duration", "level": "per_doubling"}
BENT = {**LONGER, "level": "u_shape"}
CITY = {"metric": "like_count", "factor": "topic", "level": "general_core"}
WORKS = Inferred(table="engagement_effects", where={**CITY}, expects="positive")
HARMS = Inferred(table="engagement_effects", where={**CITY}, expects="negative")
NO_MATTER = Inferred(table="engagement_effects", where={**LONGER}, expects="none", equivalence=1.25)
NOR_BENT = msgspec.structs.replace(NO_MATTER, unless=({**BENT},))
EVENTS = Inferred(table="event_effects", where={"metric": "like_count"}, expects="positive")


def frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    filled = [
        {c.name: row.get(c.name, None if c.nullable else FILLERS[c.type]) for c in table.columns}
        for row in rows
    ]
    return conform(pl.DataFrame(filled, schema=polars_schema(table), orient="row"), table)


def effect(
    where: dict[str, str],
    verdict: str,
    low: float | None = None,
    ratio: float | None = None,
    high: float | None = None,
    population: str = "all",
    **more: Any,
) -> dict[str, Any]:
    return {
        **where, "population": population, "verdict": verdict, "contrast": "One against another.",
        "effect_multiplier": ratio, "interval_low": low, "interval_high": high,
        "p_value_holm": None if ratio is None else 0.04, "estimand": "accounts_like_these",
        **more,
    }  # fmt: skip


def event(event_id: str, verdict: str, **more: Any) -> dict[str, Any]:
    return {"event_id": event_id, "metric": "like_count", "verdict": verdict, **more}


def claim(measure: Measure, claim_id: str = "it") -> Claim:
    statement = Name(zh="话", en="Said.")
    return Claim(id=claim_id, section="5.1", statement=statement, unit="ratio", measure=measure)


def month(*claims: Claim, effects: Any = (), events: Any = ()) -> MonthData:
    summaries = [
        {"population": "all", "metric": "like_count", "incomplete_accounts": "a, b"},
        {"population": "sample", "metric": "like_count", "incomplete_accounts": "a"},
    ]
    tables = {
        "engagement_summary": frame(ENGAGEMENT_SUMMARY, summaries),
        "engagement_effects": frame(ENGAGEMENT_EFFECTS, list(effects)),
        "event_effects": frame(EVENT_EFFECTS, list(events)),
    }
    return MonthData(msgspec.structs.replace(STUDY, claims=claims), MONTH, tables)


def judged(measure: Measure, *effects: dict[str, Any], events: Any = ()) -> dict[str, Any]:
    data = month(claim(measure), effects=effects, events=events)
    return judge_claims(data).row(0, named=True)


@pytest.mark.parametrize(
    ("measure", "direction", "verdict"),
    [
        (WORKS, "positive", "supported"),
        (WORKS, "negative", "contradicted"),
        (WORKS, "undecided", "undecided"),
        (WORKS, "not_estimable", "not_testable"),
        (HARMS, "negative", "supported"),
        (HARMS, "positive", "contradicted"),
        (HARMS, "undecided", "undecided"),
    ],
)
def test_what_works(measure: Inferred, direction: str, verdict: str) -> None:
    assert judged(measure, effect(CITY, direction, 1.1, 1.5, 2.0))["verdict"] == verdict


@pytest.mark.parametrize(
    ("low", "ratio", "high", "direction", "verdict"),
    [
        (0.9, 1.0, 1.1, "undecided", "supported"),
        (0.8, 1.0, 1.25, "undecided", "supported"),  # the bounds belong to the region
        (0.799, 1.0, 1.2, "undecided", "undecided"),
        (0.9, 1.0, 1.251, "undecided", "undecided"),
        (0.5, 1.4, 3.0, "undecided", "undecided"),  # outside, but not significant
        (1.05, 1.1, 1.2, "positive", "supported"),  # significant, but too small to matter
        (1.05, 1.2, 1.4, "positive", "undecided"),  # significant, may be too small to matter
        (1.1, 1.3, 1.5, "positive", "undecided"),
        (1.25, 1.3, 1.5, "positive", "undecided"),  # the bounds belong to the region
        (1.251, 1.3, 1.5, "positive", "contradicted"),
        (1.251, 1.3, 1.5, "undecided", "undecided"),  # wholly outside, but not once corrected
        (0.5, 0.7, 0.9, "negative", "undecided"),
        (0.5, 0.7, 0.799, "negative", "contradicted"),
        (None, 1.0, None, "undecided", "undecided"),
        (None, None, None, "undecided", "undecided"),
        (None, 1.3, None, "positive", "undecided"),
    ],
)
def test_what_does_not_matter(
    low: float | None, ratio: float | None, high: float | None, direction: str, verdict: str
) -> None:
    row = judged(NO_MATTER, effect(LONGER, direction, low, ratio, high))
    assert row["verdict"] == verdict
    assert (row["effect_multiplier"], row["interval_low"], row["interval_high"]) == (
        ratio,
        low,
        high,
    )


def test_the_bounds_are_those_of_two_one_sided_t_tests() -> None:
    """The interval lies inside if and only if both one-sided tests reject at 2.5 %."""
    import numpy as np
    from scipy import stats

    bound, random = np.log(1.25), np.random.default_rng(5)
    supported = 0
    for spread in np.linspace(0.1, 0.8, 200):
        slopes = random.normal(0.03, spread, 13)
        low, high = stats.t.interval(0.95, 12, slopes.mean(), stats.sem(slopes))
        p_values = (
            stats.ttest_1samp(slopes, -bound, alternative="greater").pvalue,
            stats.ttest_1samp(slopes, bound, alternative="less").pvalue,
        )
        low, ratio, high = (float(np.exp(value)) for value in (low, slopes.mean(), high))
        verdict = judged(NO_MATTER, effect(LONGER, "undecided", low, ratio, high))["verdict"]
        assert (verdict == "supported") == (max(p_values) <= 0.025)
        supported += verdict == "supported"
    assert 20 < supported < 180


@pytest.mark.parametrize(
    ("bent", "verdict"),
    [("undecided", "supported"), ("positive", "contradicted"), ("negative", "contradicted"),
     ("not_estimable", "undecided"), (None, "undecided")],
)  # fmt: skip
def test_a_curve_contradicts_that_it_does_not_matter(bent: str | None, verdict: str) -> None:
    curves = [effect(BENT, bent, p_value=0.5)] if bent else []
    row = judged(NOR_BENT, effect(LONGER, "undecided", 0.9, 1.0, 1.1), *curves)
    assert row["verdict"] == verdict
    assert "level = u_shape" in row["tested_by"]
    # A curve of the sample says nothing of all videos.
    calm = effect(BENT, "undecided", p_value=0.5)
    of_sample = effect(BENT, "positive", population="sample")
    straight = effect(LONGER, "undecided", 0.9, 1.0, 1.1)
    assert judged(NOR_BENT, straight, calm, of_sample)["verdict"] == "supported"


@pytest.mark.parametrize(
    ("p_value", "verdict"),
    [(0.1, "supported"), (0.0999, "undecided"), (0.004, "undecided"), (None, "undecided")],
)
def test_an_undecided_curve_is_no_clearance(p_value: float | None, verdict: str) -> None:
    curve = effect(BENT, "undecided", p_value=p_value)
    row = judged(NOR_BENT, effect(LONGER, "undecided", 0.9, 1.0, 1.1), curve)
    assert row["verdict"] == verdict
    shown = "unknown" if p_value is None else p_value
    doubt = f"a U shape can't be ruled out: uncorrected p {shown}"
    assert (doubt in row["note"]) == (verdict == "undecided")
    # A doubt takes nothing from what the straight effect contradicts.
    outside = effect(LONGER, "positive", 1.3, 1.5, 1.8)
    assert judged(NOR_BENT, outside, curve)["verdict"] == "contradicted"


def test_a_doubtful_effect_that_is_no_curve_is_named() -> None:
    either = msgspec.structs.replace(NO_MATTER, unless=({**CITY},))
    told = effect(CITY, "undecided", p_value=0.05)
    row = judged(either, effect(LONGER, "undecided", 0.9, 1.0, 1.1), told)
    assert row["verdict"] == "undecided"
    assert "an effect where metric = like_count and factor = topic" in row["note"]


def test_all_videos_decide_and_the_sample_stands_beside() -> None:
    row = judged(
        WORKS,
        effect(CITY, "positive", 1.1, 1.5, 2.0),
        effect(CITY, "undecided", 0.9, 1.02345, 1.2, population="sample"),
    )
    assert (row["verdict"], row["population"]) == ("supported", "all")
    assert (row["effect_multiplier"], row["p_value_holm"]) == (1.5, 0.04)
    assert row["tested_by"] == (
        "engagement_effects where population = all and metric = like_count and factor = topic "
        "and level = general_core"
    )
    assert row["note"] == (
        "One against another: among all videos ratio 1.5 (95 % interval 1.1 to 2, Holm p = 0.04, "
        "positive); after Holm's correction the effect is positive; among the top 200 "
        "ratio 1.023 (95 % interval 0.9 to 1.2, Holm p = 0.04, direction undecided). "
        "The coding was not checked by people: computed, not established."
    )
    assert row["coding_reliability"] == "unknown"
    assert row["incomplete_accounts"] == "a, b"
    assert (row["statement_en"], row["statement_zh"], row["section"]) == ("Said.", "话", "5.1")


def test_without_an_estimate_of_all_videos_the_sample_is_shown() -> None:
    lacking = effect(CITY, "not_estimable", note="Too few.")
    row = judged(WORKS, lacking, effect(CITY, "positive", 1.1, 1.5, 2.0, population="sample"))
    assert (row["verdict"], row["population"]) == ("undecided", "sample")
    assert row["effect_multiplier"] == 1.5
    assert row["incomplete_accounts"] == "a"
    assert "population = sample" in row["tested_by"]
    assert "only among the top 200 ratio 1.5" in row["note"]
    assert row["note"].endswith(
        "among all videos no effect is estimated (Too few). The coding was not checked by people."
    )


@pytest.mark.parametrize("measure", [WORKS, HARMS, NO_MATTER, NOR_BENT])
@pytest.mark.parametrize(
    ("direction", "low", "ratio", "high"),
    [("undecided", 0.95, 1.0, 1.05), ("positive", 1.3, 1.5, 1.8), ("negative", 0.4, 0.5, 0.6)],
)
def test_the_sample_alone_decides_nothing(
    measure: Inferred, direction: str, low: float, ratio: float, high: float
) -> None:
    of_sample = effect(dict(measure.where), direction, low, ratio, high, population="sample")  # type: ignore[arg-type]
    bent = effect(BENT, "positive", population="sample")
    row = judged(measure, of_sample, bent)
    assert (row["verdict"], row["population"]) == ("undecided", "sample")
    assert "keeping the most liked videos distorts effects in either direction" in row["note"]


@pytest.mark.parametrize("measure", [WORKS, NO_MATTER, NOR_BENT])
def test_nothing_estimated_can_not_be_tested(measure: Inferred) -> None:
    row = judged(measure)
    assert (row["verdict"], row["effect_multiplier"], row["population"]) == (
        "not_testable",
        None,
        "all",
    )
    rests_on_codes = measure.where["factor"] == "topic"
    assert row["note"] == (
        "Among all videos no effect is estimated (this month has no such row); among the top 200 "
        "no effect is estimated (this month has no such row)."
    ) + (" The coding was not checked by people." if rests_on_codes else "")
    assert row["coding_reliability"] == ("unknown" if rests_on_codes else None)
    # Nor do other effects or months stand in.
    others = (
        effect({**LONGER, "metric": "share_count"}, "positive", 1.3, 1.5, 1.8),
        effect({**CITY, "level": "visual"}, "positive", 1.3, 1.5, 1.8),
        effect(LONGER, "positive", 1.3, 1.5, 1.8, crawl_month=OTHER),
        effect(CITY, "positive", 1.3, 1.5, 1.8, crawl_month=OTHER),
    )
    assert judged(measure, *others)["verdict"] == "not_testable"


@pytest.mark.parametrize(
    ("found", "verdict", "counts"),
    [
        ("", "not_testable", "None of 0 events could be tested"),
        ("not_testable not_testable", "not_testable", "None of 2 events could be tested"),
        ("spike undecided none", "supported", "Of 3 events that could be tested 1 stand out"),
        ("undecided none not_testable", "undecided", "Of 2 events that could be tested 0"),
        ("undecided drop", "undecided", "1 fall below, 0 do not matter and 1 are undecided"),
        ("none drop none", "contradicted", "1 fall below, 2 do not matter and 0 are undecided"),
    ],
)
def test_key_events(found: str, verdict: str, counts: str) -> None:
    events = [event(f"e{number}", word) for number, word in enumerate(found.split())]
    row = judged(EVENTS, events=events)
    assert row["verdict"] == verdict
    assert counts in row["note"]
    assert row["tested_by"] == "event_effects where metric = like_count"


def test_the_clearest_event_is_shown() -> None:
    events = [
        event("late", "spike", effect_multiplier=1.3, p_value_holm=0.04),
        event("clear", "spike", effect_multiplier=1.8, interval_low=1.4, p_value_holm=0.001),
        event("other", "spike", metric="share_count", effect_multiplier=9.0, p_value_holm=0.0),
        event("past", "spike", effect_multiplier=9.0, p_value_holm=0.0, crawl_month=OTHER),
    ]
    row = judged(EVENTS, events=events)
    assert (row["effect_multiplier"], row["interval_low"], row["p_value_holm"]) == (1.8, 1.4, 0.001)
    assert row["note"].endswith("most clearly clear, ratio 1.8.")


def test_only_claims_for_inference_have_rows_in_their_order() -> None:
    claims = (claim(EVENTS, "b"), claim(NotTestable(reason="No."), "c"), claim(WORKS, "a"))
    assert judge_claims(month(*claims))["claim_id"].to_list() == ["b", "a"]
    nothing = MonthData(msgspec.structs.replace(STUDY, claims=claims[1:2]), MONTH, {})
    assert judge_claims(nothing).schema == polars_schema(CLAIM_TESTS)
    with pytest.raises(KeyError, match="event_effects"):
        judge_claims(MonthData(msgspec.structs.replace(STUDY, claims=claims), MONTH, {}))


def test_claims_may_name_just_the_effects_that_are_estimated() -> None:
    from sz_assets.core.statistics.factors import properties
    from sz_assets.study_claims import LEVELS

    categories = [category.id for _, category in STUDY.codebook.secondary]
    nameable = {(f, v) for f, levels in LEVELS.items() for v in levels or categories}
    assert nameable == {(one.factor, one.level) for one in properties(STUDY.codebook)}


def test_bundled_claims_are_judged_and_reach_the_comparison() -> None:
    """Every effect positive: what works is supported, what does not matter is contradicted."""
    asked = [c.measure.where for c in STUDY.claims if isinstance(c.measure, Inferred)]
    keys = {(w["metric"], w["factor"], w["level"]) for w in asked if "factor" in w}
    effects = [
        effect({"metric": m, "factor": f, "level": v}, "positive", 1.4, 1.6, 1.8)  # type: ignore[dict-item]
        for m, f, v in sorted(keys)
    ]
    spikes = [
        event("e", "spike", metric=m, effect_multiplier=2.0) for m in ("like_count", "share_count")
    ]
    inferred = [c for c in STUDY.claims if isinstance(c.measure, Inferred)]
    data = month(*inferred, effects=effects, events=spikes)
    tests = judge_claims(data)
    comparison = compare_with_paper(
        MonthData(data.study, MONTH, {**data.tables, "claim_tests": tests})
    )
    expected = {
        c.id: "contradicted" if c.measure.expects == "none" else "supported"  # type: ignore[union-attr]
        for c in inferred
    }
    assert dict(tests.select("claim_id", "verdict").iter_rows()) == expected
    assert set(expected.values()) == {"contradicted", "supported"}
    words = {"supported": "reproduced", "contradicted": "contradicted"}
    assert dict(comparison.select("claim_id", "verdict").iter_rows()) == {
        name: words[verdict] for name, verdict in expected.items()
    }
