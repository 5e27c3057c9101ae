"""How a crawl is told: its progress as a few events of its run, its open lists as a table.

Here: how often, and in which words. Not here: counting (`crawl.session`) or drawing (`progress`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

import polars as pl

from sz_assets.crawl.plan import AttemptResult, Progress

_GAP_SECONDS = 5.0


class CrawlEvents:
    """Gives `tell` a sentence at most every five seconds, and one at the end.

    Call it with each `Progress` of one crawl, then `finish` it.
    """

    def __init__(
        self, month: str, tell: Callable[[str], None], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._month, self._tell, self._now = month, tell, now
        self._started = self._last = now()

    def __call__(self, progress: Progress) -> None:
        now = self._now()
        if now - self._last < _GAP_SECONDS:
            return
        self._last = now
        done, total = progress.accounts_done, progress.accounts_total
        seconds = now - self._started
        # Lists differ in length, so this is a guess, and before the first has ended there is none.
        left = f", about {_duration(seconds * (total - done) / done)} left" if done else ""
        self._tell(
            f"{self._month}: {done} of {total} accounts, {progress.pages:,} pages, "
            f"{progress.items:,} items, {progress.pages / seconds:.1f} pages a second{left}"
        )

    def finish(self, results: Sequence[AttemptResult]) -> None:
        """Tell how the crawl ended."""
        verdicts = Counter(result.verdict for result in results)
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        pages = sum(result.page_count for result in results)
        items = sum(result.item_count for result in results)
        self._tell(
            f"{self._month}: lists crawled: {told}; {pages:,} pages with {items:,} items in "
            f"{_duration(self._now() - self._started)}"
        )


def open_lists(month: str, coverage: pl.DataFrame) -> list[str]:
    """Lines of a table of those rows of `core/crawl_coverage` whose lists are not complete."""
    open_ = coverage.filter(pl.col("coverage_verdict") != "complete").select(
        "account_id", "coverage_verdict", "page_count", "item_count"
    )
    if open_.is_empty():
        return []
    rows = [("account", "verdict", "pages", "items"), *open_.iter_rows()]
    return [
        f"{open_.height} of {coverage.height} lists of {month} are not complete:",
        *(
            f"  {name:<32} {verdict:<10} {pages:>6} {items:>8}"
            for name, verdict, pages, items in rows
        ),
    ]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
