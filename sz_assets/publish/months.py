"""The months of a release as its index lists them: each with its key facts.

Here: reading them from the release's database. Not here: the page (`report.page`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb

from sz_assets.report.data import ReportLink
from sz_assets.storage import Home

_FACTS = """
    select crawl_month, string_agg(distinct data_origin, ', ' order by data_origin), count(*),
        count(*) filter (coverage_verdict = 'complete'), sum(video_count)::bigint,
        sum(published_in_month_count)::bigint
    from fct_account_month group by crawl_month order by crawl_month
"""


def reports_made_before(home: Home) -> dict[date, date]:
    """Months whose report is older than that of the month before: month → the month before.

    A report compares with the month before, so it may no longer say what the tables say.
    """
    made = [(month, path.stat().st_mtime_ns) for month, path in sorted(home.reports().items())]
    return {month: before for (before, earlier), (month, own) in pairwise(made) if own < earlier}


def report_links(
    warehouse: Path, months: Collection[date], made_before: Mapping[date, date]
) -> list[ReportLink]:
    """Of `months`, those that the database at `warehouse` knows, with their facts, oldest first.

    `made_before` is what `reports_made_before` found.
    """
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        found = connection.execute(_FACTS).fetchall()
    return [
        replace(ReportLink(month, *facts), made_before=made_before.get(month))
        for month, *facts in found
        if month in months
    ]
