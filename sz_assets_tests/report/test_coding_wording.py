"""How the report words what is said of a category: by the reliability of the category's codes."""

from __future__ import annotations

import re

import polars as pl
import pytest
from coding_reading import MARTS, nobody, page, part, reliability, said, section, text_of, trusted


def coded_by_people() -> dict[str, pl.DataFrame]:
    """Only categories differ in reliability: people coded everything."""
    return {"coding_reliability": reliability(human_coded_ratio=1.0)}


def one_coder() -> dict[str, pl.DataFrame]:
    return {"coding_reliability": reliability(value=None, verdict="unknown")}


def older_codebook() -> dict[str, pl.DataFrame]:
    """All coefficients are there, and none of them judged: the codebook has changed."""
    frame = MARTS["coding_reliability"]
    return {"coding_reliability": frame.with_columns(pl.lit("unknown").alias("verdict"))}


# --- specialities ---


def test_a_speciality_is_said_only_of_codes_that_are_reliable_enough() -> None:
    found = [one for one in said(**coded_by_people()) if "specialises in" in one]
    named = [re.search("specialises in (.*?):", one) for one in found]
    assert [match[1] for match in named if match] == [
        *("Natural Environment", "Organizational Entity", "Construction Entity")
    ]
    assert ["; tentative, as its codes are." in one for one in found] == [False, True, False]
    (left_out,) = [one for one in said(**coded_by_people()) if "Of the specialities" in one]
    assert left_out == (
        "Of the specialities listed, the reliability of the category's codes is insufficient for 1 "
        "and unknown for 1: computed, not established, and not told one by one."
    )


def test_with_reliable_codes_no_speciality_is_left_out() -> None:
    assert not any("Of the specialities" in one for one in said(**trusted()))


@pytest.mark.parametrize("month", [nobody, one_coder, older_codebook])
def test_nothing_is_said_flatly_of_a_category_where_reliability_is_unknown(month: object) -> None:
    assert callable(month)
    found = said(**month())
    assert not any("specialises in" in one for one in found)
    about = [
        one
        for one in found
        if "lies outside" in one or "has the largest share" in one or "count alone" in one
    ]
    assert about
    ending = "Computed, not established: the reliability of the category's codes is unknown."
    assert all(one.endswith(ending) for one in about)


def test_the_table_of_specialities_says_each_verdict() -> None:
    shown = section(**coded_by_people()).tables
    table = next(one for one in shown if "most marked specialities" in one.caption.en)
    assert [str(cells[-1].content) for _, cells in table.rows] == [
        *("○ 未知 ○ unknown", "● 可靠 ● reliable", "▼ 不足 ▼ insufficient"),
        *("◆ 暂可 ◆ tentative", "● 可靠 ● reliable"),
    ]


# --- shares ---


@pytest.mark.parametrize(
    ("category", "ending"),
    [
        ("Construction Entity", "the machine's count lies outside."),
        ("Citizen Entity", "the reliability of the category's codes is insufficient."),
    ],
)
def test_a_misleading_count_is_said_as_reliably_as_the_codes_are(
    category: str, ending: str
) -> None:
    (found,) = [
        one
        for one in said(**coded_by_people())
        if one.startswith(category) and "the machine counts" in one
    ]
    assert found.endswith(ending)


def silent(**tables: pl.DataFrame) -> list[str]:
    """A trained machine that abstains on all videos."""
    is_counted = pl.col("estimator") == "uncorrected"
    frame = tables.get("category_prevalence", MARTS["category_prevalence"])
    shares = frame.with_columns(
        pl.when(is_counted).then(0.0).otherwise("share_ratio").alias("share_ratio")
    )
    return said(**{**tables, "category_prevalence": shares})


def test_a_machine_that_said_nothing_has_no_shares() -> None:
    for found in (silent(), silent(**nobody())):
        assert not any("0.00 %" in one or "lies outside" in one for one in found)
        assert (
            "The machine says nothing of 100.0 % of the sample's videos: its count tells no shares."
            in found
        )
    assert any("has the largest share" in one for one in silent())


def test_a_machine_that_counts_is_not_called_silent() -> None:
    assert not any("tells no shares" in one for one in [*said(), *said(**nobody())])


def test_the_caption_says_what_correction_can_and_cannot_do() -> None:
    table = next(one for one in section().tables if one.caption.en.startswith("Shares: sample"))
    assert "human sample and corrected coincide, and only the interval narrows" in table.caption.en
    assert "People's codes are taken as true" in table.caption.en
    assert "人工编码当作真值" in table.caption.zh


# --- coders ---


def test_the_machine_is_not_counted_among_the_coders() -> None:
    table = next(one for one in section().tables if "Agreement of independent" in one.caption.en)
    place = [title.en for title, _ in table.titles].index("Coders")
    coders = {id_: str(cells[place].content) for id_, cells in table.rows}
    assert coders["coding_reliability--overall--overall--machine_alpha"] == (
        "人工与机器 people, machine"
    )
    assert coders["coding_reliability--overall--overall--krippendorff_alpha"] == "4"


@pytest.mark.parametrize("number", [1, 2])
def test_numbers_of_coders_fit_their_words(number: int) -> None:
    counts = MARTS["human_code_counts"].with_columns(
        pl.lit(number, pl.Int64).alias(name)
        for name in ("coder_count", "code_count", "video_count")
    )
    found = [one for one in said(human_code_counts=counts) if one.startswith("People coded")]
    assert f"coders: {number}, codes: {number}, videos: {number}" in found[0]
    assert not any(re.search(r"\b1 (coders|codes|videos)\b", one) for one in found)


# --- table 2 ---


def test_table_2_has_corrected_shares_and_the_verdict_of_each_category() -> None:
    shown = text_of(part(page(**coded_by_people()), "tables"))
    assert "建设主体 Construction Entity 100 0 11.1 % 4.8 % 3.3 % – 6.3 % ● 可靠 reliable" in shown
    assert "▼ 不足 insufficient" in shown
    assert "the share of videos ignores errors of coding" in shown
    uncorrected = text_of(part(page(**nobody()), "tables"))
    assert "Construction Entity 100 0 11.1 % — ○ 未知 unknown" in uncorrected
