"""The reliability of the codes stands beside every claim and table that rests on them."""

from __future__ import annotations

import polars as pl
import pytest
from coding_reading import CONTEXT, MARTS, english, page, part, reliability, text_of

from sz_assets.charts.context import Bilingual
from sz_assets.report.effects import effects


def claims(reliability: str | None) -> list[str]:
    tests = MARTS["claim_tests"].with_columns(
        pl.lit(reliability, pl.String).alias("coding_reliability")
    )
    found = effects({**MARTS, "claim_tests": tests}, CONTEXT, Bilingual("主张", "Claims"))
    return [one for one in english(list(found.sentences)) if one.startswith("“")]


@pytest.mark.parametrize("word", ["unknown", "insufficient"])
def test_a_claim_on_unreliable_codes_is_computed_and_not_established(word: str) -> None:
    found = claims(word)
    assert found[0].endswith(
        "computed as supported, not established: the reliability of the codes that it rests on is "
        f"{word}."
    )
    assert "contradicted, not established" in found[1]


def test_a_claim_shows_the_reliability_of_its_codes_and_one_without_codes_shows_none() -> None:
    assert claims("tentative")[0].endswith(
        "supported (reliability of the codes that it rests on: tentative)."
    )
    assert claims(None)[0].endswith("supported.")


def test_claims_are_counted_by_the_reliability_of_their_codes() -> None:
    found = effects(MARTS, CONTEXT, Bilingual("主张", "Claims"))
    assert any(
        "0 reliable, 1 tentative, 0 insufficient, 1 unknown" in one
        for one in english(list(found.sentences))
    )


def test_an_effect_of_a_topic_says_what_its_codes_are_worth() -> None:
    is_topic = pl.col("factor") == "topic"
    decided = MARTS["engagement_effects"].with_columns(
        pl.when(is_topic).then(pl.lit("positive")).otherwise("verdict").alias("verdict"),
        pl.when(is_topic).then(1.1).otherwise("interval_low").alias("interval_low"),
        pl.when(is_topic).then(1.4).otherwise("interval_high").alias("interval_high"),
    )
    for by_people, is_open in ((0.1, True), (1.0, False)):
        frames = {
            **MARTS,
            "engagement_effects": decided,
            "coding_reliability": reliability(human_coded_ratio=by_people),
        }
        found = effects(frames, CONTEXT, Bilingual("主张", "Claims"))
        topic = next(one for one in english(list(found.sentences)) if one.startswith("Topic:"))
        assert topic.endswith("this is computed, not established.") == is_open


def test_the_comparison_shows_the_codes_reliability_beside_each_verdict() -> None:
    compared = MARTS["paper_comparison"].with_columns(pl.lit("unknown").alias("coding_reliability"))
    html = part(page(paper_comparison=compared), "comparison")
    shown = text_of(html)
    assert "Its codes' reliability" in shown
    # One claim is reproduced by numbers; the other can't be tested, and has nothing to establish.
    assert shown.count("算出而未确立 computed, not established") == 1
    assert "of unknown or insufficient reliability, computed and not established: 1." in shown
    assert 'class="tag good"' not in html
    plain = part(page(), "comparison")
    assert 'class="tag good"' in plain
    assert "computed, not established" not in plain


def test_table_2_adds_up_in_the_page() -> None:
    shown = text_of(part(page(), "tables"))
    assert "不属任何类目，或未编码 None fits, or no code 389 0 43.2 % 50.0 %" in shown
    assert "全部样本视频 All videos of the sample 900 84 100.0 % 100.0 %" in shown
    assert "the exemplar is the category's most liked video" in shown
    assert "Coded by people" in shown


def test_the_method_no_longer_calls_all_codes_those_of_cue_words() -> None:
    shown = text_of(part(page(), "method"))
    assert "Method: human, cue_words:1." in shown
    assert "Reliability and errors stand under “Content coding”" in shown
