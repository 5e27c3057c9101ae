"""The facts of a release's months, as its index lists them."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import duckdb

from sz_assets.publish.months import report_links, reports_made_before
from sz_assets.report.data import ReportLink
from sz_assets.storage import Home


def test_each_month_with_a_page_has_its_facts(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table fct_account_month (crawl_month date, coverage_verdict text, "
            "video_count bigint, published_in_month_count bigint, data_origin text)"
        )
        connection.execute(
            "insert into fct_account_month values "
            "('2023-09-01', 'complete', 10, 1, 'simulated'), "
            "('2023-10-01', 'complete', 11, 2, 'simulated'), "
            "('2023-10-01', 'truncated', 5, 0, 'live:douyin'), "
            "('2023-11-01', 'complete', 12, 3, 'simulated')"
        )
    months = [date(2023, 10, 1), date(2023, 11, 1), date(2024, 1, 1)]
    october, earlier = date(2023, 10, 1), date(2023, 9, 1)
    assert report_links(warehouse, months, {october: earlier}) == [
        ReportLink(october, "live:douyin, simulated", 2, 1, 16, 2, earlier),
        ReportLink(date(2023, 11, 1), "simulated", 1, 1, 12, 3),
    ]


def test_a_report_that_is_older_than_the_month_before_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    august, september, october = (date(2023, month, 1) for month in (8, 9, 10))
    for second, month in enumerate((august, september, october)):
        page = home.report_of(month)
        page.parent.mkdir(parents=True)
        page.write_text("a page")
        os.utime(page, (second, second))
    assert reports_made_before(home) == {}
    os.utime(home.report_of(september), (9, 9))
    assert reports_made_before(home) == {october: september}
    os.utime(home.report_of(october), (10, 10))
    assert reports_made_before(home) == {}
