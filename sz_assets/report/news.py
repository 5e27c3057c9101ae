"""The first page's news: what changed, what broke out, who was silent, and what is not known.

Here: the order of the sections. Not here: what they say (`news_changes`, `news_lists`).
"""

from __future__ import annotations

from sz_assets.charts.context import ChartContext
from sz_assets.report.news_changes import changes
from sz_assets.report.news_lists import breakouts, gaps, silent
from sz_assets.report.section import Frames, Section


def news(frames: Frames, context: ChartContext) -> list[Section]:
    """The sections `changes`, `breakouts`, `silent` and `gaps`, each also if it knows nothing.

    `frames` may hold the previous crawl month's rows of `fct_account_month` beside the month's own.
    """
    return [make(frames, context) for make in (changes, breakouts, silent, gaps)]
