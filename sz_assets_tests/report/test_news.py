"""The first page's news from hand-made frames, one case each."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import unescape
from typing import Any

import fake_marts
import polars as pl
import pytest

from sz_assets.charts.context import ChartContext
from sz_assets.report.news import news
from sz_assets.report.section import Section

NOW, BEFORE = date(2023, 10, 1), date(2023, 9, 1)
FIRST, OTHER, THIRD = "shenzhen_news_network", "first_scene", "shenzhen_traffic_police"
CONTEXT = fake_marts.context(data_origin="live:douyin", incomplete=())


def account(id_: str, month: date = NOW, **values: Any) -> dict[str, Any]:
    return {
        "crawl_month": month,
        "account_id": id_,
        "follower_count": 1000,
        "total_like_count": 50,
        "video_count": 10,
        "published_in_month_count": 2,
        "coverage_verdict": "complete",
        "coverage_reason": "The last page said that nothing follows.",
        "data_origin": "live:douyin",
    } | values


def breakout(rank: int, **values: Any) -> dict[str, Any]:
    return {
        "crawl_month": NOW,
        "account_id": FIRST,
        "video_id": f"v{rank}",
        "breakout_rank": rank,
        "breakout_kind": "new",
        "published_at": datetime(2023, 10, 5),
        "title": "无人机",
        "url": "https://www.example.test/1",
        "like_count": 300,
        "like_growth": None,
        "previous_crawl_month": BEFORE,
        "account_median_like_count": 100.0,
        "other_video_count": 30,
        "like_multiple": 3.0,
        "coverage_verdict": "complete",
        "data_origin": "live:douyin",
    } | values


def sections(
    accounts: list[dict[str, Any]], context: ChartContext = CONTEXT, **tables: Any
) -> dict[str, Section]:
    frames = {"fct_account_month": accounts, **tables}
    made = news({name: fake_marts.frame(name, rows) for name, rows in frames.items()}, context)
    return {section.id: section for section in made}


def said(section: Section) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", "", str(sentence.en))) for sentence in section.sentences]


def lines(section: Section, place: int = 0) -> list[list[str]]:
    """The texts of a table's cells in English; missing ones are —."""
    return [
        [re.sub(r"<[^>]*>", "", str(getattr(cell.content, "en", cell.content))) for cell in cells]
        for _, cells in section.tables[place].rows
    ]


def test_every_linked_row_stands_in_its_section() -> None:
    summary = fake_marts.marts()["engagement_summary"].to_dicts()
    made = sections(
        [
            account(FIRST, published_in_month_count=0),
            account(FIRST, BEFORE, follower_count=1),
            account(OTHER, coverage_verdict="refused"),
        ],
        breakout_videos=[breakout(1)],
        engagement_summary=summary,
    )
    assert list(made) == ["changes", "breakouts", "silent", "gaps"]
    ids = [id_ for section in made.values() for t in section.tables for id_, _ in t.rows]
    assert len(ids) == len(set(ids))
    for section in made.values():
        assert section.sentences
        own = {id_ for table in section.tables for id_, _ in table.rows}
        assert all(set(sentence.row_ids) <= own for sentence in section.sentences)


def test_the_first_month_has_no_changes_and_says_so() -> None:
    changes = sections([account(FIRST)])["changes"]
    assert (changes.tables, changes.sentences) == ([], [])
    assert "first crawl" in changes.unknown[0].en


def test_changes_are_those_between_the_two_crawls_and_are_summed() -> None:
    changes = sections(
        [
            account(FIRST, BEFORE, follower_count=2000, total_like_count=40),
            account(FIRST, follower_count=2100, total_like_count=50, video_count=9),
            account(OTHER, BEFORE, follower_count=1900),
            account(OTHER, follower_count=2900),
        ]
    )["changes"]
    assert lines(changes) == [
        ["First Scene", "1,900", "2,900", "+1,000", "10", "10", "0", "50", "50", "0", "1", "+1",
         "comparable"],
        ["Shenzhen News Network", "2,000", "2,100", "+100", "10", "9", "−1", "40", "50", "+10",
         "2", "−1", "comparable"],
        ["All that can be compared", "3,900", "5,000", "+1,100", "20", "19", "−1", "90", "100",
         "+10", "", "", ""],
    ]  # fmt: skip
    found = said(changes)
    assert found[0].endswith("went from 3,900 to 5,000 in all (+1,100).")
    assert "upwards is First Scene: +1,000." in found[3]
    assert found[4] == "First Scene moved +1 in the order by followers, to place 1."
    assert not changes.warnings


def test_accounts_added_or_removed_have_no_difference() -> None:
    changes = sections(
        [account(FIRST), account(FIRST, BEFORE), account(OTHER), account(THIRD, BEFORE)]
    )["changes"]
    by_name = {cells[0]: cells for cells in lines(changes)}
    assert by_name["First Scene"][1:4] == ["—", "1,000", "—"]
    assert by_name["First Scene"][-1] == "not in the previous crawl"
    assert by_name["Shenzhen Traffic Police"][1:4] == ["1,000", "—", "—"]
    assert by_name["Shenzhen Traffic Police"][-1] == "not in this crawl"
    assert by_name["All that can be compared"][1:4] == ["1,000", "1,000", "0"]


@pytest.mark.parametrize("month", [NOW, BEFORE])
def test_an_incomplete_list_gives_no_difference_of_videos(month: date) -> None:
    rows = [account(FIRST, BEFORE, video_count=4), account(FIRST, follower_count=1500)]
    for row in rows:
        if row["crawl_month"] == month:
            row["coverage_verdict"] = "truncated"
    changes = sections(rows)["changes"]
    # The profile was read all the same.
    assert lines(changes)[0][3:7] == ["+500", "4", "10", "—"]
    assert "incomplete in one of the crawls" in changes.warnings[0].en
    assert not any(sentence.startswith("Videos") for sentence in said(changes))


def test_null_counters_are_missing_and_never_zero() -> None:
    changes = sections(
        [account(FIRST, follower_count=None), account(FIRST, BEFORE, total_like_count=None)]
    )["changes"]
    assert lines(changes)[-1] == [
        "All that can be compared", "—", "—", "—", "10", "10", "0", "—", "—", "—", "", "", ""
    ]  # fmt: skip
    assert [sentence.split()[0] for sentence in said(changes)] == ["Videos"]


def test_a_gap_between_the_crawls_is_told() -> None:
    changes = sections([account(FIRST), account(FIRST, date(2023, 7, 1))])["changes"]
    assert changes.warnings[0].en == (
        "The previous crawl is that of 2023-07, 3 months before, not last month."
    )


def test_simulated_and_observed_crawls_are_not_compared() -> None:
    changes = sections([account(FIRST), account(FIRST, BEFORE, data_origin="simulated")])["changes"]
    assert changes.tables == []
    assert "never compared" in changes.unknown[0].en


def test_equal_growth_is_ordered_by_account_and_no_rank_changes() -> None:
    rows = [account(id_, month) for id_ in (THIRD, FIRST, OTHER) for month in (NOW, BEFORE)]
    changes = sections(rows)["changes"]
    names = [cells[0] for cells in lines(changes)]
    assert names[:3] == ["First Scene", "Shenzhen News Network", "Shenzhen Traffic Police"]
    assert {cells[-3] for cells in lines(changes)[:3]} == {"1"}
    assert not any("moved" in sentence for sentence in said(changes))


def test_breakouts_are_linked_escaped_and_in_their_order() -> None:
    section = sections(
        [account(FIRST)],
        breakout_videos=[
            breakout(2, title=fake_marts.HOSTILE, breakout_kind="grown", like_growth=200),
            breakout(1),
            breakout(3, url=None),
        ],
    )["breakouts"]
    titles = [cells[1].content for _, cells in section.tables[0].rows]
    assert 'href="https://www.example.test/1"' in str(titles[0])
    assert "<script" not in str(titles[1])
    assert "&lt;script&gt;" in str(titles[1])
    assert titles[2] == "无人机"
    assert [cells[-1] for cells in lines(section)] == [
        "published lately", "likes at least doubled", "published lately",
    ]  # fmt: skip
    assert [cells[5] for cells in lines(section)] == ["—", "+200", "—"]


def test_a_simulated_breakout_is_not_linked_and_none_is_said() -> None:
    context = fake_marts.context(incomplete=())
    section = sections([account(FIRST)], context, breakout_videos=[breakout(1)])["breakouts"]
    assert "href" not in str(section.tables[0].rows[0][1][1].content)
    none = sections([account(FIRST)], breakout_videos=[])["breakouts"].unknown
    assert none[0].en == "No video broke out this month."
    assert "not known" in sections([account(FIRST)])["breakouts"].unknown[0].en


def test_silence_is_known_only_of_complete_lists() -> None:
    section = sections(
        [
            account(OTHER, published_in_month_count=0, coverage_verdict="truncated"),
            account(FIRST, published_in_month_count=0),
            account(THIRD, published_in_month_count=0, crawl_month=BEFORE),
        ]
    )["silent"]
    assert lines(section) == [
        ["Shenzhen News Network", "0", "silent"],
        ["First Scene", "—", "not known: list incomplete"],
    ]
    assert said(section) == ["Shenzhen News Network published 0 this month."]
    assert sections([account(FIRST)])["silent"].unknown[0].en == "No account was silent."


def test_gaps_say_which_why_and_since_when() -> None:
    section = sections(
        [
            account(FIRST, coverage_verdict="refused", coverage_reason="<b>Status 403.</b>"),
            account(FIRST, BEFORE, coverage_verdict="truncated"),
            account(OTHER, coverage_verdict="truncated"),
            account(OTHER, BEFORE),
            account(THIRD, coverage_verdict="unknown"),
        ]
    )["gaps"]
    by_name = {cells[0]: cells[1:] for cells in lines(section)}
    assert by_name["Shenzhen News Network"][0] == "refused"
    assert by_name["Shenzhen News Network"][2] == "since 2023-09 at least"
    assert by_name["First Scene"][2] == "since this crawl"
    assert by_name["Shenzhen Traffic Police"][2] == "—"
    assert "The list of First Scene: truncated." in said(section)


def test_missing_counters_are_told_with_their_share() -> None:
    summary = fake_marts.marts()["engagement_summary"].with_columns(
        pl.when(pl.col("metric") == "favorite_count")
        .then(pl.lit(600))
        .otherwise("missing_count")
        .cast(pl.Int64)
        .alias("missing_count")
    )
    section = sections([account(FIRST)], engagement_summary=summary.to_dicts())["gaps"]
    assert said(section) == ["600 videos (25.0 %) lack favorites."]
    assert lines(section) == [["favorites", "600", "25.0 %"]]
    assert section.unknown[0].en == "The lists of all accounts are complete."


def test_no_rows_at_all_claim_nothing() -> None:
    made = sections([])
    assert all(not section.sentences and not section.tables for section in made.values())
    assert "Nothing is known" in made["silent"].unknown[0].en
    assert "Nothing is known" in made["gaps"].unknown[0].en
