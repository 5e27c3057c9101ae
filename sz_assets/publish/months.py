"""The months of a release as its index lists them: each with its key facts.

Here: reading them from the release's database. Not here: the page (`report.page`).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from sz_assets.report.data import ReportLink

_FACTS = """
    select crawl_month, string_agg(distinct data_origin, ', ' order by data_origin), count(*),
        count(*) filter (coverage_verdict = 'complete'), sum(video_count)::bigint,
        sum(published_in_month_count)::bigint
    from fct_account_month group by crawl_month order by crawl_month
"""


def report_links(warehouse: Path, months: Collection[date]) -> list[ReportLink]:
    """Of `months`, those that the database at `warehouse` knows, with their facts, oldest first."""
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        found = connection.execute(_FACTS).fetchall()
    return [ReportLink(month, *facts) for month, *facts in found if month in months]
