"""Sentences are made from values alone, and every value of every sentence links to its row.

Longer than 300 lines: one page is built and all its sentences are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import fake_marts
import polars as pl
import pytest
from page_reading import without_own_code

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report import formats
from sz_assets.report.analysis import SECTIONS, analysis_sections
from sz_assets.report.data import Method, Provenance, ReportData
from sz_assets.report.page import build_report
from sz_assets.report.sentences import Sentence, Value, say, value_of
from sz_assets.report.tables import row_id

MARTS = fake_marts.marts()
ANALYSED = set(MARTS) - {"dim_account", "fct_account_month"}


def sentences(
    marts: dict[str, pl.DataFrame] | None = None, context: ChartContext | None = None
) -> dict[str, list[Sentence]]:
    """All sentences by section."""
    made = analysis_sections(MARTS if marts is None else marts, context or fake_marts.context())
    return {section.id: list(section.sentences) for section in made}


def english(found: list[Sentence]) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", "", str(sentence.en))) for sentence in found]


def page(marts: dict[str, pl.DataFrame]) -> str:
    return build_report(
        ReportData(
            context=fake_marts.context(),
            frames=marts,
            figures={},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run", "1", "release"),
        )
    )


class _Page(HTMLParser):
    """Texts of the rows and cells with ids, and the links of each sentence."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.links: list[list[tuple[str, str]]] = []
        self._open: list[tuple[str, str]] = []
        self._link: str | None = None
        self._is_said = False
        self.folded: set[str] = set()
        self._is_folded = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("tr", "td"):
            self._open.append((tag, given.get("id") or ""))
            if given.get("id"):
                self.texts[str(given["id"])] = ""
                if self._is_folded:
                    self.folded.add(str(given["id"]))
        if tag == "details":
            self._is_folded = True
        if tag == "ul":
            self._is_said = given.get("class") == "said"
        if tag == "li" and self._is_said:
            self.links.append([])
        if tag == "a" and self._is_said:
            self._link = str(given["href"])
            self.links[-1].append((self._link, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "td"):
            self._open.pop()
        if tag == "details":
            self._is_folded = False
        if tag == "a":
            self._link = None
        if tag == "ul":
            self._is_said = False

    def handle_data(self, data: str) -> None:
        for _, id_ in self._open:
            if id_:
                self.texts[id_] += data
        if self._link and self._is_said:
            href, text = self.links[-1][-1]
            self.links[-1][-1] = (href, text + data)


@pytest.fixture(scope="module")
def read() -> _Page:
    return _Page(page(MARTS))


def test_a_sentence_is_filled_in_both_languages_and_links_to_the_row() -> None:
    row = {"mean": 1234.5, "verdict": "up"}
    said = say(
        Bilingual("{who}的平均数为 {mean}，{verdict}。", "The mean of {who} is {mean}, {verdict}."),
        {
            "mean": value_of(row, "mean", "row-1"),
            "verdict": value_of(row, "verdict", "row-2", lambda _: Bilingual("升", "rising")),
        },
        who=Bilingual("<甲>", "A & B"),
    )
    assert said is not None
    assert said.zh == ('&lt;甲&gt;的平均数为 <a href="#row-1">1,234</a>，<a href="#row-2">升</a>。')
    assert said.en == (
        'The mean of A &amp; B is <a href="#row-1">1,234</a>, <a href="#row-2">rising</a>.'
    )
    assert said.row_ids == ("row-1", "row-2")


def test_a_missing_value_makes_no_sentence_and_none_at_all_is_an_error() -> None:
    template = Bilingual("{a}和{b}", "{a} and {b}")
    known, missing = Value("1", "row"), value_of({"b": None}, "b", "row")
    assert missing is None
    assert value_of(None, "b", "row") is None
    assert say(template, {"a": known, "b": missing}) is None
    # A value that the sentence does not use may be missing.
    assert say(Bilingual("{a}", "{a}"), {"a": known, "b": missing}) is not None
    with pytest.raises(ValueError, match="without a value can't be said: All is well"):
        say(Bilingual("一切都好。", "All is well."), {"a": known})
    with pytest.raises(ValueError, match="without a value"):
        say(Bilingual("{who}", "{who}"), {}, who=Bilingual("甲", "A"))


def test_a_value_shown_as_text_is_escaped() -> None:
    said = say(Bilingual("{a}", "{a}"), {"a": Value("<b>", "row")})
    assert said is not None
    assert said.en == '<a href="#row">&lt;b&gt;</a>'


def test_ids_of_rows_are_safe_and_never_meet() -> None:
    assert row_id("effects", "like_count", "a") == "effects--like_count--a"
    levels = ["A", "a b", "a-b", "a.b", "a--b", "18–23 时", '"><script>', "a\tb", "a_b"]
    ids = [row_id("effects", level) for level in levels]
    assert len(set(ids)) == len(levels)
    assert all(re.fullmatch(r"[a-z0-9_.-]+", id_) for id_ in ids)


def test_every_section_says_something_of_its_values() -> None:
    found = sentences()
    assert list(found) == list(SECTIONS)
    assert all(len(said) >= 2 for said in found.values())


def test_every_link_leads_to_the_row_that_holds_the_value(read: _Page) -> None:
    assert len(read.links) > 40
    for links in read.links:
        assert links
        for href, shown in links:
            assert href.startswith("#")
            assert shown
            assert shown in read.texts[href[1:]], (href, shown)


def test_no_link_leads_into_a_table_that_is_shut(read: _Page) -> None:
    assert read.folded
    assert not read.folded & {href[1:] for links in read.links for href, _ in links}


def test_every_number_of_a_sentence_is_a_linked_value_or_stands_in_its_words() -> None:
    """What is left without links is the same whatever the values are."""
    other = {
        name: frame.with_columns(
            (pl.col(c) * 0.5).cast(frame.schema[c])
            for c, kind in frame.schema.items()
            if kind in (pl.Float64, pl.Int64) and c not in ("published_year", "age_days")
        )
        if name in ANALYSED
        else frame
        for name, frame in MARTS.items()
    }

    def words(marts: dict[str, pl.DataFrame]) -> Iterator[tuple[str, list[str]]]:
        for section, said in sentences(marts).items():
            if section != "description":
                for sentence in said:
                    rest = re.sub(r"<a [^>]*>.*?</a>", "", str(sentence.en))
                    yield section, re.findall(r"[0-9][0-9,.]*", rest)

    assert list(words(MARTS)) == list(words(other))


def test_sentences_of_the_description_show_the_tables_values() -> None:
    found = english(sentences()["description"])
    assert found[0] == (
        "In the sample the median of likes per video is 2,470 and the mean 2,469; "
        "without the largest video the mean is 2,473."
    )
    assert found[1] == (
        "Of accounts like these, the typical account's median of likes in the sample is 2,479 "
        "(95% interval 2,231 to "
        "2,727)."
    )
    # Where no interval holds, none is told.
    assert "median of comments in the sample is 6,182; no interval holds." in found[7]
    assert found[-1].endswith("Military Newsroom (5,000), that with the lowest Shenzhen News "
                              "Network (1,000).")  # fmt: skip


def test_an_unknown_share_makes_no_sentence() -> None:
    found = english(sentences()["concentration"])
    assert sum(said.startswith("Of the sample's") for said in found) == 3
    assert not any(said.startswith("Of the sample's favorites") for said in found)
    # A tail without a p-value is not spoken of.
    assert [said for said in found if "shares, " in said] == []
    assert "a lognormal distribution fits better (p-value < 0.001)" in " ".join(found)


def test_only_effects_that_are_decided_are_told_one_by_one() -> None:
    found = english(sentences()["effects"])
    assert found[0] == (
        "Effects on likes among all videos: 1 higher, 1 lower, 3 undecided, 1 not estimable."
    )
    assert found[1] == (
        "With twice the duration likes are ×1.08 among all videos (95% interval ×0.90 to ×1.30), "
        "and ×1.04 in the sample of the most liked."
    )
    assert found[2].startswith("Published 18–23 h: likes are higher, ×1.61 (95% interval ×1.25")
    assert found[3].startswith("Published at the weekend: likes are lower, ×0.55")
    assert found[4].startswith("The publication's claims on what works: 1 supported, 1 ")
    assert found[5].startswith("Of these, claims resting on content codes, by the codes'")
    assert [said.rsplit("” ", 1)[1] for said in found[6:]] == [
        "supported.",
        "contradicted (reliability of the codes that it rests on: tentative).",
    ]


def test_growth_is_summed_and_what_is_not_known_is_said() -> None:
    found = english(sentences()["growth"])
    assert (
        found[0]
        == "Since the previous crawl 70 videos are new and 4 gone; 1,510 were seen in both."
    )
    assert "it is not known of 0 more whether they are new, and of 3" in found[1]
    assert found[2].endswith("those seen in both crawls gained -900 likes in all.")
    assert found[3].endswith("a day is Shenzhen News Network: 1.5.")
    assert found[4] == (
        "Of the videos of 2020, 100 are in the sample; of all videos of that year the likes "
        "corrected for age are not known."
    )
    assert found[5].endswith("are ×1.15 those of the reference year, without an interval.")
    assert found[6].endswith("(95% interval ×0.63 to ×1.83).")
    assert sum("have a median of" in said for said in found) == 2


def test_all_growth_unknown_is_no_zero() -> None:
    summary = MARTS["growth_summary"].with_columns(
        pl.lit(None, pl.Int64).alias("total_like_growth"),
        pl.lit(None, pl.Float64).alias("median_like_growth_per_day"),
    )
    found = english(sentences({**MARTS, "growth_summary": summary})["growth"])
    assert not any("gained" in said for said in found)


def test_events_indexes_and_findings_are_told_with_their_status() -> None:
    found = {name: english(said) for name, said in sentences().items()}
    assert found["events"][1].endswith(
        "videos published: stands out upwards, ×3.21 the usual (p-value 0.012 after Holm's "
        "correction)."
    )
    assert found["events"][-1] == (
        "From the videos of 2021-05 on, the monthly number of videos published changes from "
        "1,500 to 750 (all accounts together, not corrected for age)."
    )
    assert found["indexes"][0].endswith(
        "Shenzhen News Network has the highest value, 812.5; under other weights its rank lies "
        "between 1 and 3 (✓ formula found at its source)."
    )
    assert found["indexes"][-1].endswith("not known (⚠ no source of the formula found).")
    assert found["consistency"][0].startswith(
        "Findings among the publication's own numbers: 1 impossible, 0 contradictory"
    )
    assert found["consistency"][1].startswith("impossible: One video has 25 % of all likes.")


@pytest.mark.parametrize("table", sorted(ANALYSED - {"engagement_summary"}))
def test_a_missing_table_takes_its_sentences_with_it_and_no_more(table: str) -> None:
    without = {name: frame for name, frame in MARTS.items() if name != table}
    before, after = sentences(), sentences(without)
    for section, said in after.items():
        # Without reliability what stays is worded with more caution.
        same = [
            s.en for s in said if table != "coding_reliability" or "not established" not in s.en
        ]
        assert set(same) <= {s.en for s in before[section]}


def test_a_month_without_rows_says_nothing_and_says_so() -> None:
    for section in analysis_sections(fake_marts.empty_marts(), fake_marts.context()):
        assert not section.sentences
        assert section.unknown
    for section in analysis_sections({}, fake_marts.context()):
        assert not section.sentences
        assert section.unknown


def test_hostile_text_in_a_sentence_or_table_stays_text() -> None:
    shown = page(fake_marts.marts(title=fake_marts.HOSTILE))
    assert "<script" not in without_own_code(shown)
    assert "<img" not in shown
    assert shown.count("&lt;script&gt;") > 60


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "—"), (0.00042, "< 0.001"), (0.0126, "0.013"), (1.0, "1.000")]
)
def test_a_p_value_is_never_zero(value: float | None, shown: str) -> None:
    assert re.sub("<[^>]*>", "", str(formats.p_value(value))) == shown
    assert formats.number(0.00042) == "0.00042"


@pytest.mark.parametrize(("verdict", "shape"), [("positive", "a U"), ("negative", "an inverted U")])
def test_an_established_u_is_told_though_it_has_no_ratio(verdict: str, shape: str) -> None:
    is_u = pl.col("level") == "u_shape"
    effects = MARTS["engagement_effects"].with_columns(
        pl.when(is_u).then(pl.lit(verdict)).otherwise("verdict").alias("verdict"),
        pl.when(is_u).then(0.0321).otherwise("p_value_holm").alias("p_value_holm"),
    )
    found = english(sentences({**MARTS, "engagement_effects": effects})["effects"])
    assert (
        f"Short and long against between: likes show {shape} (p-value 0.032 after Holm's "
        "correction)."
    ) in found
