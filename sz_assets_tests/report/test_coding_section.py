"""What the report says of content coding: who coded, how reliably, and what may be concluded."""

from __future__ import annotations

import re
from datetime import date

import fake_coding
import fake_marts
import polars as pl
import pytest
from coding_reading import (
    CONTEXT,
    MARTS,
    english,
    nobody,
    page,
    part,
    reliability,
    said,
    section,
    text_of,
    trusted,
)

from sz_assets.charts.context import Bilingual
from sz_assets.report.analysis import SECTIONS
from sz_assets.report.coding import coding
from sz_assets.report.coding_sources import method_name
from sz_assets.report.data import chart_context, coding_counts
from sz_assets.report.inspection import SECTIONS as OF_PAGE
from sz_assets_tests.bundled import shenzhen


def test_the_section_follows_the_summary_and_table_2_links_to_it() -> None:
    assert next(iter(SECTIONS)) == "coding"
    assert OF_PAGE.index("coding") == OF_PAGE.index("summary") + 1
    html = page()
    assert "编码信度：不足 Reliability of the codes: insufficient" in text_of(html)
    assert html.index('id="coding"') < html.index('id="description"')


def test_it_says_how_each_video_got_its_code_and_marks_an_older_codebook() -> None:
    found = said()
    assert found[0] == (
        "Videos with their code from people, adjudicated: 120, of these in the sample: 80, with a "
        "category: 110."
    )
    assert found[1].startswith("Videos with their code from the cue-word rule 1: 4,000, of")
    assert found[3].startswith("Videos with their code from the trained machine ab12: 900, of")
    assert found[4] == f"The present codebook is {fake_coding.VERSION}."
    assert found[5] == (
        "The codes from people, all or most of them agreeing were made with an older codebook, "
        f"{fake_coding.OLDER}."
    )
    assert "People coded independently: coders: 2, codes: 14, videos: 12 (codebook:" in found[7]
    assert "⚠ older, categories changed, not counted" in found[7]
    assert "⚠ older, categories unchanged, still counted" in found[8]
    assert "(codebook: present)" in found[9]


def test_reliability_is_told_overall_and_where_it_does_not_suffice() -> None:
    found = [one for one in said() if "Krippendorff" in one]
    assert found[0] == (
        "All categories: Krippendorff's α is 0.81 (95% interval 0.76 to 0.86; videos: 160, coders: "
        "4), reliable: conclusions may rest on them."
    )
    assert found[1] == (
        "Machine against people: Krippendorff's α is 0.52 (95% interval 0.41 to 0.63; videos: 160, "
        "people's code against the machine's), insufficient: not to be relied on."
    )
    assert [one.split(":")[0] for one in found[2:]] == [
        "All primary categories",
        "Citizen Entity",
        "Economic Environment",
    ]
    without = [one for one in said(coding_reliability=reliability(interval_low=None))
               if "All categories" in one]  # fmt: skip
    assert "(without an interval; videos: 160" in without[0]


def test_the_machines_row_does_not_show_the_coefficients_of_people() -> None:
    table = next(
        table for table in section().tables if "Agreement of independent" in table.caption.en
    )
    rows = {id_: [str(cell.content) for cell in cells] for id_, cells in table.rows}
    people = rows["coding_reliability--overall--overall--krippendorff_alpha"]
    machine = rows["coding_reliability--overall--overall--machine_alpha"]
    assert people[4:7] == ["0.90", "—; 0.90", "90.0 %"]
    assert [re.sub("<[^>]*>", "", cell) for cell in machine[4:7]] == ["—", "—; —", "—"]
    assert "α ≥ 0.8 reliable, ≥ 0.667 tentative" in table.caption.en


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"verdict": "insufficient", "value": 0.5}, "Coders agree too little"),
        ({"verdict": "unknown"}, "Too few videos were coded by two people"),
        ({"value": None, "verdict": "unknown"}, "No two people coded the same video"),
        ({"verdict": "tentative"}, "whose agreement with people is unknown or insufficient"),
        ({"human_coded_ratio": 1.0}, None),
    ],
)
def test_what_would_be_misread_is_said_before_all_else(
    changed: dict[str, object], warning: str | None
) -> None:
    warnings = section(coding_reliability=reliability(**changed)).warnings
    if warning is None:
        assert not warnings
    else:
        assert warning in warnings[0].en
        assert all(words.zh for words in warnings)


def test_with_nobody_coding_every_number_is_called_a_guess_and_how_to_begin_is_told() -> None:
    found = section(**nobody())
    assert found.warnings[0].en == (
        "No person has checked these codes: treat every number about categories as the machine's "
        "guess."
    )
    assert "sz-assets coding export --month 2023-10" in found.warnings[1].en
    assert "sz-assets coding import" in found.warnings[1].zh
    told = english(list(found.sentences))
    assert not any("Krippendorff" in one or "corrected" in one.lower() for one in told)
    assert any(one.startswith("By the machine's count alone, Natural Environment has 50.0 %")
               for one in told)  # fmt: skip
    assert [words.en.split(":")[0] for words in found.unknown] == [
        "How often the machine errs is not known",
        "The true share of each category is not known",
    ]
    shown = text_of(part(page(**nobody()), "coding"))
    assert fake_coding.REFUSED in shown
    assert shown.index("No person has checked") < shown.index("Videos with their code")


def test_shares_name_the_categories_that_the_machine_miscounts() -> None:
    found = [one for one in said(**trusted()) if "the machine counts" in one]
    assert found == [
        "Construction Entity: the machine counts 11.0 %, corrected it is 4.80 % (95% interval "
        "3.30 % to 6.30 %): the machine's count lies outside.",
        "Natural Environment: the machine counts 50.0 %, corrected it is 46.0 % (95% interval "
        "43.0 % to 49.0 %): the machine's count lies outside.",
        "Citizen Entity: the machine counts 0.50 %, corrected it is 1.10 % (95% interval 0.70 % to "
        "1.50 %): the machine's count lies outside.",
    ]
    assert any(
        one.startswith("Corrected, Natural Environment has the largest")
        for one in said(**trusted())
    )


def test_each_machine_is_held_against_people() -> None:
    found = [one for one in said() if one.startswith("Against people")]
    assert len(found) == 2
    assert found[0] == (
        "Against people, the trained machine ab12 has a macro F1 of 74.0 % and an accuracy of "
        "72.0 %, and says nothing of 13.0 % of the videos (coded by people and not used in "
        "training: 300)."
    )
    folded = [table.folded.en for table in section().tables if table.folded]
    assert "Right and wrong of the cue-word rule 1: secondary categories" in folded
    shown = text_of(part(page(), "coding"))
    assert "80.0 % 70.0 % – 90.0 %" in shown


def test_specialities_are_told_only_with_enough_videos() -> None:
    found = [one for one in said(**trusted()) if "specialises in" in one]
    assert len(found) == 5
    assert found[0] == (
        "Shenzhen Satellite TV Military Newsroom specialises in Cultural Environment: 35.6 % of "
        "its sample's videos, against 10.0 % of all accounts (×8.00)."
    )
    few = MARTS["category_specialisation"].with_columns(pl.lit(4, pl.Int64).alias("video_count"))
    assert not any("specialises" in one for one in said(**trusted(), category_specialisation=few))


def test_a_machine_that_nobody_judged_has_no_table_of_dashes() -> None:
    zero = MARTS["machine_evaluation"].with_columns(pl.lit(0, pl.Int64).alias("human_count"))
    found = section(machine_evaluation=zero)
    assert not any("Machines against people" in table.caption.en for table in found.tables)
    assert any("How often the machine errs" in words.en for words in found.unknown)


def test_a_note_that_several_cells_share_has_one_number() -> None:
    same = MARTS["category_prevalence"].with_columns(pl.lit("the same").alias("note"))
    found = section(category_prevalence=same)
    table = next(table for table in found.tables if table.caption.en.startswith("Shares: sample"))
    assert {str(cells[-1].content) for _, cells in table.rows} == {"1"}
    assert [note.en for note in table.notes] == ["the same"]


def test_every_table_and_sentence_is_in_both_languages() -> None:
    found = section()
    for sentence in found.sentences:
        assert re.search("[一-鿿]", str(sentence.zh))
    for table in found.tables:
        assert re.search("[一-鿿]", table.caption.zh)
        assert re.search("[a-z]", table.caption.en)


def test_nothing_coded_is_said() -> None:
    found = coding(fake_marts.empty_marts(), CONTEXT)
    assert found.unknown == [Bilingual("本月没有编码。", "Nothing is coded this month.")]
    assert not found.warnings


def test_hostile_notes_and_methods_stay_text() -> None:
    hostile = fake_marts.marts(title=fake_marts.HOSTILE)
    counts = MARTS["code_counts"].with_columns(
        pl.lit("<script>x</script>").alias("coding_method"),
        pl.lit("<img src=x>").alias("codebook_version"),
    )
    html = part(page(**{**hostile, "code_counts": counts[:1]}), "coding")
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") >= 4


# --- counts ---


def test_codes_are_counted_by_method_and_codebook() -> None:
    study = shenzhen()
    month, now = date(2023, 10, 1), study.codebook.version
    videos = pl.DataFrame(
        [
            (month, True, "natural", "human", now),
            (month, False, None, "human", now),
            (month, True, "natural", "cue_words:1", "old"),
            (month, True, None, None, None),
        ],
        schema=("crawl_month", "is_in_sample", "secondary_category", "coding_method",
                "codebook_version"),
        orient="row",
    )  # fmt: skip
    people = pl.DataFrame(
        [
            (month, "a", "1", "ana", "independent", now, True, True),
            (month, "a", "1", "bo", "independent", now, True, True),
            (month, "a", "2", "bo", "independent", "old", False, False),
            (month, "a", "1", "ana", "adjudicated", now, True, True),
        ],
        schema=("crawl_month", "account_id", "video_id", "coder_id", "code_round",
                "codebook_version", "is_current_codebook", "is_usable"),
        orient="row",
    )  # fmt: skip
    made = coding_counts(videos, people, study.codebook)
    assert made["code_counts"].drop("crawl_month").rows() == [
        ("cue_words:1", "old", 1, 1, 1, False),
        ("human", now, 2, 1, 1, True),
    ]
    assert made["human_code_counts"].drop("crawl_month").rows() == [
        ("adjudicated", now, True, True, 1, 1, 1),
        ("independent", "old", False, False, 1, 1, 1),
        ("independent", now, True, True, 2, 1, 2),
    ]


def test_thresholds_are_the_studys() -> None:
    study = shenzhen()
    context = chart_context(study, date(2023, 10, 1), "simulated")
    assert context.alpha_thresholds == (study.coding.tentative_alpha, study.coding.reliable_alpha)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("adjudicated", "people, adjudicated"),
        ("machine:1f0c", "the trained machine 1f0c"),
        ("cue_words:1", "the cue-word rule 1"),
        ("something", "something"),
    ],
)
def test_methods_have_words(method: str, words: str) -> None:
    assert method_name(method).en == words
