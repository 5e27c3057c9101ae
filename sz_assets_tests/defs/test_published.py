"""Looking at what was published: a page found whole stands until it or its words change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sz_assets import kept
from sz_assets.charts.context import Bilingual
from sz_assets.defs import published
from sz_assets.defs.published import ReportLook, look_at_all
from sz_assets.storage import Home

SIMULATED = Bilingual("模拟数据", "Simulated data")


@pytest.fixture
def look(tmp_path: Path) -> ReportLook:
    """At a page of two words, by the first run."""
    found = ReportLook(Home(tmp_path), date(2023, 10, 1), [SIMULATED], "first")
    page = found.home.report_of(found.crawl_month)
    page.parent.mkdir(parents=True)
    page.write_text("all well")
    return found


@pytest.fixture(autouse=True)
def inspected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are really inspected; one is well if it says so."""
    pages: list[str] = []

    def inspect_report(page: str, *, badges: list[Bilingual]) -> str | None:
        pages.append(page)
        return None if "well" in page else f"It says {page}."

    monkeypatch.setattr(published, "inspect_report", inspect_report)
    return pages


def test_the_same_page_is_inspected_once(look: ReportLook, inspected: list[str]) -> None:
    assert look.found() == (None, None)
    assert replace(look, run_id="second").found() == (None, "first")
    assert inspected == ["all well"]


def test_another_page_other_words_and_other_code_are_inspected(
    look: ReportLook, inspected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look.found()
    assert replace(look, badges=[]).found() == (None, None)
    look.found()
    look.home.report_of(look.crawl_month).write_text("well again")
    assert look.found() == (None, None)
    monkeypatch.setattr(kept, "code_digest", lambda: "another")
    assert look.found() == (None, None)
    assert inspected == ["all well", "all well", "all well", "well again", "well again"]


def test_what_is_wrong_is_looked_at_each_time(look: ReportLook, inspected: list[str]) -> None:
    look.home.report_of(look.crawl_month).write_text("broken")
    assert look.found() == look.found() == ("It says broken.", None)
    assert inspected == ["broken"] * 2


def test_each_answer_stands_where_its_look_stood(look: ReportLook) -> None:
    november = replace(look, crawl_month=date(2023, 11, 1))
    page = look.home.report_of(november.crawl_month)
    page.parent.mkdir(parents=True)
    page.write_text("torn")
    found = look_at_all({"pages": [look, november], "none": [], "again": [november]})
    wrong = ("It says torn.", None)
    assert found == {"pages": [(None, None), wrong], "none": [], "again": [wrong]}
