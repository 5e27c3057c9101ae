"""The requests of a day to one host, counted across crawls and processes.

Here: the count on the disk, and when a crawl can go on. Not here: where it lies (`storage`) or
what happens at its end (`crawl.asking`, `crawl.resume`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sz_assets.disk import refusal


@dataclass(frozen=True)
class DailyBudget:
    """At most `limit` requests to each host a day; `today` gives the day.

    `folder` holds one file for each host and day, whose length is the number of requests: adding
    a byte at the end is one step for the operating system, so neither a kill nor a second process
    can lose a count.
    """

    folder: Path
    limit: int
    today: Callable[[], date]

    def spend(self, host: str) -> bool:
        """Count one request that is about to be sent; False if it may not be sent any more.

        Raises UserError if the disk refuses.
        """
        path = self.folder / host / self.today().isoformat()
        try:
            if not path.exists():
                self._begin_day(path)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                if os.fstat(file).st_size >= self.limit:
                    return False
                os.write(file, b".")
                # Where this byte ended: two processes that count at once get different numbers.
                return os.lseek(file, 0, os.SEEK_CUR) <= self.limit
            finally:
                os.close(file)
        except OSError as error:
            raise refusal(error, path) from error

    def is_spent(self, host: str) -> bool:
        """Whether nothing more may be sent today; UserError if the disk refuses."""
        path = self.folder / host / self.today().isoformat()
        try:
            return path.exists() and path.stat().st_size >= self.limit
        except OSError as error:
            raise refusal(error, path) from error

    def remedy(self, crawl_month: date) -> str:
        """When and with what command a crawl of that month goes on, as a clause."""
        tomorrow = self.today() + timedelta(days=1)
        if tomorrow.replace(day=1) != crawl_month:
            return f"{crawl_month:%Y-%m} ends before more are allowed"
        return f"from {tomorrow} on, sz-assets run --month {crawl_month:%Y-%m} goes on from there"

    def _begin_day(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.iterdir():
            if old.name < path.name:
                old.unlink(missing_ok=True)
