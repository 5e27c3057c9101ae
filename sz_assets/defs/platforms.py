"""Where accounts are crawled: the embedded platform, as of any month, or the live ones, today.

Here: what a crawl plan needs to know of each. Not here: the crawl (`crawl`), or the embedded
platform itself (`simulation`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.pause import HostPauses
from sz_assets.crawl.plan import CrawlPlan, default_user_agent
from sz_assets.defs.months import current_month, to_key
from sz_assets.errors import UserError
from sz_assets.settings import PlatformSettings, Settings
from sz_assets.storage import Home
from sz_assets.study import Account, Study

if TYPE_CHECKING:
    from sz_assets.simulation.catalogue import Catalogue

_SIMULATED_CONCURRENCY = 4


class Platforms(Protocol):
    """The role: who can be asked for the accounts of a crawl month."""

    def can_show(self, crawl_month: date) -> bool:
        """Whether counters of that month can be observed now."""
        ...

    @contextmanager
    def plan(self, crawl_month: date, accounts: Sequence[Account]) -> Iterator[CrawlPlan]:
        """A plan that can be carried out while the context is open; UserError if there is none."""
        ...


class EmbeddedPlatform:
    """The embedded platform: its own server and clock, so that any month can be crawled."""

    def __init__(self, scale: str, time_zone: str, *, obey_robots: bool = True) -> None:
        self._scale = scale
        self._time_zone = time_zone
        self._obey_robots = obey_robots

    def can_show(self, crawl_month: date) -> bool:
        return True

    @cached_property
    def _catalogue(self) -> Catalogue:
        from sz_assets.simulation.catalogue import build_catalogue

        return build_catalogue(self._scale)

    @contextmanager
    def plan(self, crawl_month: date, accounts: Sequence[Account]) -> Iterator[CrawlPlan]:
        from sz_assets.simulation.clock import observation_instant
        from sz_assets.simulation.server import serve

        unknown = [a.id for a in accounts if not a.is_placeholder]
        if unknown:
            raise UserError(
                f"The embedded platform does not know {', '.join(unknown)}: set SZ_SOURCE=live to "
                "crawl a real platform, or import files of responses."
            )
        instant = observation_instant(crawl_month, self._time_zone)
        with serve(self._catalogue.as_of(instant)) as base_url:
            yield CrawlPlan(
                crawl_month=crawl_month,
                accounts=tuple(accounts),
                origin="simulated",
                platforms={"douyin": PlatformSettings(base_url=base_url)},
                clock=lambda: instant,
                requests_per_second=None,
                concurrency=_SIMULATED_CONCURRENCY,
                obey_robots=self._obey_robots,
                edition=self._scale,
            )


class LivePlatforms:
    """The real platforms, which show only today's counters."""

    def __init__(self, settings: Settings, study: Study, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._study = study
        self._now = now

    def can_show(self, crawl_month: date) -> bool:
        return crawl_month == current_month(self._study, self._now())

    @contextmanager
    def plan(self, crawl_month: date, accounts: Sequence[Account]) -> Iterator[CrawlPlan]:
        if not self.can_show(crawl_month):
            raise UserError(
                f"{to_key(crawl_month)} can't be fetched, because a live platform shows only "
                "today's counters: import pages that were saved then, or run "
                f"{to_key(current_month(self._study, self._now()))}."
            )
        placeholders = [a.id for a in accounts if a.is_placeholder]
        if placeholders:
            raise UserError(
                "The study has no platform id for "
                f"{', '.join(placeholders)}: put each account's own into a study file and set "
                "SZ_STUDY to it."
            )
        yield CrawlPlan(
            crawl_month=crawl_month,
            accounts=tuple(accounts),
            origin="live",
            platforms=self._settings.platforms,
            clock=self._now,
            requests_per_second=self._settings.requests_per_second,
            concurrency=self._settings.concurrency,
            user_agent=self._settings.user_agent or default_user_agent(),
            budget=DailyBudget(
                Home(self._settings.home).request_counts,
                self._settings.daily_request_limit,
                lambda: self._now().astimezone(ZoneInfo(self._study.time_zone)).date(),
            ),
            time_zone=self._study.time_zone,
            pauses=HostPauses(Home(self._settings.home).request_counts),
            obey_robots=self._study.obey_robots,
        )


def open_platforms(settings: Settings, study: Study) -> Platforms:
    """The platforms that the settings name."""
    if settings.source == "simulated":
        return EmbeddedPlatform(
            settings.simulation_scale, study.time_zone, obey_robots=study.obey_robots
        )
    return LivePlatforms(settings, study, lambda: datetime.now(tz=UTC))
