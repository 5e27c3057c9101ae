"""What a crawl is asked to do, and what it tells while and after doing it.

Here: plain data. Not here: doing it (`crawl.session`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.pause import HostPauses
from sz_assets.crawl.rules import RetryRule
from sz_assets.crawl.transport import TransportLimits
from sz_assets.settings import PlatformSettings
from sz_assets.study import Account


def default_user_agent() -> str:
    """How the crawler introduces itself."""
    return f"sz-assets/{version('sz-assets')} (+research crawler)"


@dataclass(frozen=True)
class CrawlPlan:
    """One crawl of one month.

    `origin` is the setting `SZ_SOURCE`. `clock` gives the platform's present as an aware
    datetime: the real one for a live platform, the embedded platform's own for simulated data.
    `requests_per_second` (None: as fast as possible) and `concurrency` (accounts at a time) hold
    for each platform's host. Without a `budget` requests are not counted, without `pauses` no
    `Retry-After` outlasts the crawl. `obey_robots` False goes on whatever robots.txt says; None
    does not even read it, which suits our own servers. With a `time_zone` no account is begun once
    the month is over there. `edition` names what the platform shows, where that can be known.
    """

    crawl_month: date
    accounts: tuple[Account, ...]
    origin: Literal["simulated", "live"]
    platforms: Mapping[str, PlatformSettings]
    clock: Callable[[], datetime]
    requests_per_second: float | None = 1.0
    concurrency: int = 1
    user_agent: str = field(default_factory=default_user_agent)
    retry: RetryRule = field(default_factory=RetryRule)
    limits: TransportLimits = field(default_factory=TransportLimits)
    budget: DailyBudget | None = None
    pauses: HostPauses | None = None
    obey_robots: bool | None = None
    time_zone: str | None = None
    edition: str = ""

    def data_origin(self, platform: str) -> str:
        """`data_origin` of what this crawl stores from the platform."""
        return "simulated" if self.origin == "simulated" else f"live:{platform}"

    def is_over(self) -> bool:
        """Whether what the platform shows now belongs to a later month."""
        if self.time_zone is None:
            return False
        today = self.clock().astimezone(ZoneInfo(self.time_zone)).date()
        return today.replace(day=1) > self.crawl_month

    def has_spent(self, account: Account, day: date) -> bool:
        """Whether it is still the day, and its budget for the account's host still spent."""
        if self.budget is None or self.budget.today() != day:
            return False
        return self.budget.is_spent(urlsplit(self.platforms[account.platform].base_url).netloc)

    def fingerprint(self, account: Account) -> str:
        """The same for two crawls of which one can go on with what the other began."""
        # The embedded platform gets a new port each time.
        live = self.platforms[account.platform].base_url if self.origin == "live" else ""
        asked = (
            self.crawl_month.isoformat(),
            account.id,
            account.platform,
            account.platform_account_id,
            self.origin,
            live,
            self.edition,
        )
        return hashlib.sha256("\n".join(asked).encode()).hexdigest()


@dataclass(frozen=True)
class Progress:
    """How far a crawl is; `current_account` is the account that was heard of last."""

    accounts_done: int
    accounts_total: int
    pages: int
    items: int
    current_account: str | None


@dataclass(frozen=True)
class AttemptResult:
    """How the attempt at one account ended: the verdict of `core.coverage` with its evidence.

    `notes` are sentences on what an earlier crawl that was broken off had left.
    """

    account_id: str
    attempt_id: str
    verdict: str
    reason: str
    request_count: int
    page_count: int
    item_count: int
    notes: tuple[str, ...] = ()
