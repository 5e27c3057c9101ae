"""Reports that are kept: the same page by its first maker's name, made again when it must be."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sz_assets import kept
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.defs import reporting
from sz_assets.defs.reporting import Page, make_reports
from sz_assets.publish.months import reports_made_before
from sz_assets.report.data import Method, Provenance, ReportData
from sz_assets.storage import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs for which a page is really made; a page is its data in one line."""
    runs: list[str] = []

    def build(data: ReportData) -> str:
        runs.append(data.provenance.run_id)
        return repr(data)

    monkeypatch.setattr(reporting, "build_report", build)
    return runs


def page(home: Home, run: str, month: date = date(2023, 10, 1), **changes: object) -> Page:
    context = ChartContext(Bilingual("深圳", "Shenzhen"), month, "simulated")
    method = Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "1")
    figures = {"figure_1": "<svg/>"}
    data = ReportData(context, {}, figures, method, Provenance(run, "0.1.0", run))
    return Page(replace(data, **changes), home.report_of(month), home.kept)  # type: ignore[arg-type]


def test_a_report_of_the_same_is_kept_with_the_run_that_made_it(
    home: Home, made: list[str]
) -> None:
    assert make_reports([page(home, "first")]) == [None]
    text = home.report_of(date(2023, 10, 1)).read_text()
    assert "run_id='first'" in text
    assert make_reports([page(home, "second")]) == ["first"]
    assert make_reports([page(home, "third")]) == ["first"]
    assert home.report_of(date(2023, 10, 1)).read_text() == text
    assert made == ["first"]


@pytest.mark.parametrize(
    "change",
    [
        {"figures": {"figure_1": "<svg> </svg>"}},
        {"specs": {"figure_1": "{}"}},
        {"statements": {"a": Bilingual("甲", "A")}},
        {"coding_methods": ("rules",)},
        {"provenance": Provenance("second", "0.2.0", "second")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_report_of_anything_else_is_made(
    home: Home, made: list[str], change: dict[str, object]
) -> None:
    make_reports([page(home, "first")])
    assert make_reports([page(home, "second", **change)]) == [None]
    assert made == ["first", "second"]


def test_a_damaged_or_deleted_report_is_made_again(home: Home, made: list[str]) -> None:
    make_reports([page(home, "first")])
    path = home.report_of(date(2023, 10, 1))
    path.write_text("cut")
    assert make_reports([page(home, "second")]) == [None]
    assert "run_id='second'" in path.read_text()
    path.unlink()
    assert make_reports([page(home, "third")]) == [None]
    assert made == ["first", "second", "third"]


def test_other_code_makes_it_again(
    home: Home, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_reports([page(home, "first")])
    monkeypatch.setattr(kept, "code_digest", lambda: "another")
    assert make_reports([page(home, "second")]) == [None]
    assert made == ["first", "second"]


def test_a_kept_report_does_not_pass_for_one_older_than_the_month_before(
    home: Home, made: list[str]
) -> None:
    september, october = date(2023, 9, 1), date(2023, 10, 1)
    make_reports([page(home, "first", september), page(home, "first", october)])
    old = home.report_of(october)
    os.utime(old, (1, 1))
    assert reports_made_before(home) == {october: september}
    again = [page(home, "second", each) for each in (september, october)]
    assert make_reports(again) == ["first", "first"]
    assert reports_made_before(home) == {}
