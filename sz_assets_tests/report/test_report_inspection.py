"""The check of a written report finds what it is for."""

from __future__ import annotations

import fake_marts
import pytest

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import SIMULATED_MARK
from sz_assets.report.data import Method, Provenance, ReportData
from sz_assets.report.inspection import inspect_report
from sz_assets.report.page import build_report

MAIN = '<main id="main" tabindex="-1">'
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>'


def built(*, is_empty: bool = False, data_origin: str = "simulated") -> str:
    return build_report(
        ReportData(
            context=fake_marts.context(data_origin),
            frames=fake_marts.empty_marts() if is_empty else fake_marts.marts(),
            figures={spec.name: PICTURE for spec in CATALOGUE},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run", "1", "release"),
        )
    )


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_whole_report_passes_full_or_empty(is_empty: bool) -> None:
    assert inspect_report(built(is_empty=is_empty), badges=[SIMULATED_MARK]) is None


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("</html>", "", "The page is cut short."),
        ('id="coverage"', "", "The page lacks the section coverage."),
        ('id="method"', 'id="method"><i id="method"', "The page uses an id twice."),
        ('aria-label="图 3', 'aria-label="', "The page does not show: Figure 3. Likes"),
        ("表 2", "", "The page does not show: Table 2. Content"),
        (MAIN, MAIN + '<img src="https://x.test/a.png">', "something outside: img src=https"),
        (MAIN, MAIN + "x" * 3_000_000, "The page is larger than 3,000,000 bytes."),
    ],
)
def test_a_page_that_lost_or_gained_something_is_found(
    before: str, after: str, problem: str
) -> None:
    page = built()
    assert before in page
    assert problem in (inspect_report(page.replace(before, after), badges=[SIMULATED_MARK]) or "")


def test_a_page_of_simulated_data_that_does_not_say_so_is_found() -> None:
    page = built(data_origin="live:douyin")
    assert inspect_report(page, badges=[]) is None
    assert inspect_report(page, badges=[SIMULATED_MARK]) == (
        "The page does not say: 模拟数据 Simulated data."
    )
