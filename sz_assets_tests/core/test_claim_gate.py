"""Claims about categories are worth no more than the coding that they rest on."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import polars as pl
import pytest

from sz_assets.contracts.coding import CODING_RELIABILITY
from sz_assets.contracts.marts import CATEGORY_ENGAGEMENT, FCT_VIDEO_MONTH
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.claims import compute_claims
from sz_assets.core.coding.claim_gate import categories_of, coding_word
from sz_assets.study import (
    AtLeast,
    Claim,
    Comparison,
    Inferred,
    Name,
    NotTestable,
    Reading,
    Value,
    Within,
)
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
COUNT = AtLeast(table="category_engagement", column="primary_category", take="distinct")
NAMED = Within(
    table="fct_video_month", where={"secondary_category": "natural"}, take="rows", minimum=1
)
TOPIC = Inferred(
    table="engagement_effects",
    where={"metric": "like_count", "factor": "topic", "level": "natural"},
    expects="positive",
)


def claim(measure: Any) -> Claim:
    return Claim(
        id="said",
        section="4",
        statement=Name(zh="话", en="Said."),
        published_value=1.0 if isinstance(measure, AtLeast | Value) else None,
        unit="count",
        measure=measure,
    )


def alpha(
    verdict: str,
    value: float | None = 0.7,
    place: tuple[str, str] = ("overall", "overall"),
    coefficient: str = "krippendorff_alpha",
    human: float | None = 1.0,
    interval: tuple[float | None, float | None] = (None, None),
) -> dict[str, Any]:
    return {
        "crawl_month": MONTH,
        "category_level": place[0],
        "category": place[1],
        "coefficient": coefficient,
        "value": value,
        "interval_low": interval[0],
        "interval_high": interval[1],
        **dict.fromkeys(("unit_count", "coder_count", "code_count"), 10),
        "human_coded_ratio": human if place[0] == "overall" else None,
        "verdict": verdict,
        "method": "for the test",
        "note": None,
    }


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=polars_schema(CODING_RELIABILITY), orient="row")
    return conform(frame, CODING_RELIABILITY)


@pytest.mark.parametrize(
    ("measure", "named"),
    [
        (COUNT, []),
        (NAMED, [("secondary", "natural")]),
        (TOPIC, [("secondary", "natural")]),
        (
            Comparison(
                table="fct_video_month",
                where={"primary_category": "cultural"},
                take="rows",
                relation="less",
                than=(Reading(table="fct_video_month", where={"primary_category": "main"}),),
            ),
            [("primary", "cultural"), ("primary", "main")],
        ),
        (
            Inferred(
                table="engagement_effects",
                where={"metric": "like_count", "factor": "duration", "level": "u_shape"},
                expects="none",
                equivalence=1.2,
                unless=(dict(TOPIC.where),),
            ),
            [("secondary", "natural")],
        ),
        (
            Inferred(
                table="engagement_effects",
                where={"metric": "like_count", "factor": "duration", "level": "u_shape"},
                expects="positive",
            ),
            None,
        ),
        (AtLeast(table="engagement_summary", column="mean", where={"metric": "like_count"}), None),
        (NotTestable(reason="No."), None),
    ],
)
def test_which_categories_a_claim_rests_on(measure: Any, named: Any) -> None:
    assert categories_of(claim(measure)) == named


def test_every_claim_of_the_study_about_categories_is_found() -> None:
    rests = {each.id for each in shenzhen().claims if categories_of(each) is not None}
    assert {"categories_primary", "categories_secondary", "category_natural"} <= rests
    assert {"topic_history", "topic_innovation", "topic_bay_area"} <= rests
    assert not any(name.startswith(("like_", "mean_", "account")) for name in rests)


@pytest.mark.parametrize("reliability", [None, table(), table(alpha("unknown", None))])
def test_nobody_coded(reliability: pl.DataFrame | None) -> None:
    word = coding_word(claim(COUNT), reliability)
    assert word is not None
    assert word.verdict == "unknown"
    assert word.sentence(is_decided=True) == (
        "The coding was not checked by people: computed, not established."
    )
    assert word.sentence(is_decided=False) == "The coding was not checked by people."


@pytest.mark.parametrize(
    ("rows", "measure", "verdict", "sentence"),
    [
        (
            [alpha("tentative", 0.712, interval=(0.6, 0.8))],
            COUNT,
            "tentative",
            "People agree with α = 0.71 (0.60 to 0.80), tentative.",
        ),
        (
            [alpha("insufficient", 0.4)],
            COUNT,
            "insufficient",
            "People agree with α = 0.40, insufficient: computed, not established.",
        ),
        # A category that is less reliable than the whole decides.
        (
            [alpha("reliable", 0.9), alpha("tentative", 0.7, ("secondary", "natural"))],
            NAMED,
            "tentative",
            "People agree with α = 0.90, reliable; on natural with α = 0.70, tentative.",
        ),
        (
            [alpha("reliable", 0.9)],
            TOPIC,
            "unknown",
            "People agree with α = 0.90, reliable; on natural to an unknown degree: computed, not "
            "established.",
        ),
        # From too few videos no verdict follows, whatever the number.
        (
            [alpha("unknown", 1.0)],
            COUNT,
            "unknown",
            "People agree with α = 1.00, not judged: computed, not established.",
        ),
        # Agreement among people says nothing of what a machine coded.
        (
            [
                alpha("reliable", 0.9, human=0.2),
                alpha("insufficient", 0.5, coefficient="machine_alpha", human=0.2),
            ],
            COUNT,
            "insufficient",
            "People agree with α = 0.90, reliable; with the machine, which coded 80% of the "
            "sample, with α = 0.50, insufficient: computed, not established.",
        ),
        (
            [alpha("reliable", 0.9, human=0.2)],
            COUNT,
            "unknown",
            "People agree with α = 0.90, reliable; with the machine, which coded 80% of the "
            "sample, to an unknown degree: computed, not established.",
        ),
        # Of sets of codes the distance between sets decides.
        (
            [
                alpha("tentative", 0.5),
                alpha("tentative", 0.7, coefficient="krippendorff_alpha_masi"),
            ],
            COUNT,
            "tentative",
            "People agree with α = 0.70, tentative.",
        ),
    ],
)
def test_the_least_reliable_decides(rows: Any, measure: Any, verdict: str, sentence: str) -> None:
    word = coding_word(claim(measure), table(*rows))
    assert word is not None
    assert (word.verdict, word.sentence(is_decided=True)) == (verdict, sentence)


def marts(reliability: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    category = {
        **{column.name: None for column in CATEGORY_ENGAGEMENT.columns},
        "crawl_month": MONTH,
        "primary_category": "main",
        "secondary_category": "citizen_entity",
        "video_count": 3,
        "human_coded_count": 0,
        "exemplar_video_id": "1",
        "exemplar_account_id": "one",
    }
    found = {
        "category_engagement": pl.DataFrame(
            [category], schema=polars_schema(CATEGORY_ENGAGEMENT), orient="row"
        ),
        "fct_video_month": pl.DataFrame(schema=polars_schema(FCT_VIDEO_MONTH)),
    }
    return found if reliability is None else {**found, "coding_reliability": reliability}


@pytest.mark.parametrize("known", [True, False])
def test_the_comparison_says_how_reliable_the_codes_are(known: bool) -> None:
    """The verdict stays what the data say; what it rests on stands beside it."""
    reliability = table(alpha("reliable", 0.85)) if known else None
    claims = [claim(COUNT), msgspec.structs.replace(claim(NotTestable(reason="No.")), id="other")]
    rows = compute_claims(claims, marts(reliability), MONTH).to_dicts()
    assert [row["verdict"] for row in rows] == ["reproduced", "not_testable"]
    assert [row["coding_reliability"] for row in rows] == ["reliable" if known else "unknown", None]
    assert ("computed, not established" in rows[0]["note"]) is not known
    assert ("α = 0.85, reliable" in rows[0]["note"]) is known
    assert rows[1]["note"] == "No."


def test_another_months_reliability_does_not_count() -> None:
    other = table({**alpha("reliable", 0.85), "crawl_month": date(2023, 9, 1)})
    [row] = compute_claims([claim(COUNT)], marts(other), MONTH).to_dicts()
    assert row["coding_reliability"] == "unknown"
