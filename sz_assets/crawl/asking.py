"""Asking one host: in its pace, within the day's budget, as its robots.txt allows, with patience.

Here: whether and when a request is sent, and how often. Not here: the transfer
(`crawl.transport`), the rules themselves (`crawl.rules`), what to ask (`crawl.session`).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sz_assets.crawl.breaker import Breaker
from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.pace import Pacer
from sz_assets.crawl.pause import HostPauses
from sz_assets.crawl.robots import Robots, read_robots
from sz_assets.crawl.rules import RULES, RetryRule
from sz_assets.crawl.transport import Answer, Transport
from sz_assets.sources.protocol import Fault, Problem, Query

# Takes an answer, makes it durable, and tells what is wrong with it.
Take = Callable[[Answer], Awaitable[Problem | None]]

_ROBOTS_PATH = "/robots.txt"
# As much as the standard asks a crawler to read (RFC 9309, 2.5).
_ROBOTS_BYTES = 500 * 1024


@dataclass(frozen=True)
class RobotsReading:
    """What became of reading robots.txt.

    `text` is empty if there is none. `problem` is set if it could not be read, so that nothing
    may be asked.
    """

    text: str | None
    robots: Robots = field(default_factory=Robots)
    problem: Problem | None = None


class Asker:
    """One host in one crawl.

    `obey_robots` None leaves robots.txt unread, which only our own tests and servers get; False
    reads it and goes on whatever it says.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        pacer: Pacer,
        retry: RetryRule,
        budget: DailyBudget | None = None,
        pauses: HostPauses | None = None,
        obey_robots: bool | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._transport, self._pacer, self._retry = transport, pacer, retry
        self._budget, self._pauses = budget, pauses
        self._obey_robots = obey_robots
        self._sleep, self._jitter = sleep, jitter
        self._breaker = Breaker(retry.longest_wait, sleep=sleep)
        self._reading: RobotsReading | None = None
        self._reads_robots = asyncio.Lock()

    @property
    def robots_txt(self) -> str | None:
        """The host's robots.txt; empty if it has none, None if it was not read."""
        return None if self._reading is None else self._reading.text

    async def ask(
        self,
        query: Query,
        take: Take,
        *,
        is_page: bool = True,
        forbidden: Problem | None = None,
    ) -> None:
        """Ask until an answer counts, can't be repeated, or the retries are used up.

        `take` gets every answer. A request that may not be sent is one too: without a status, and
        with the problem that forbids it, be it `forbidden` or found here. Raises UserError as
        `Transport.get` does.
        """
        url = self._transport.address(query)
        self._recall_pause(url)
        problem = forbidden or await self._forbidden(url) or await self._breaker.admit()
        if problem:
            await take(self._transport.unsent(url, problem))
            return
        is_trial = self._breaker.is_open
        last = await self._repeat(
            url,
            lambda: self._transport.get(query),
            take,
            1 if is_trial else self._retry.attempts,
            is_stopped=lambda: self._breaker.is_open,
        )
        self._breaker.settle(last, is_page=is_page, is_trial=is_trial)

    async def _repeat(
        self,
        url: str,
        get: Callable[[], Awaitable[Answer]],
        take: Take,
        attempts: int,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Problem | None:
        """Get and take until it is well or patience ends; what was wrong at last."""
        host = urlsplit(url).netloc
        failures = 0
        while True:
            await self._pacer.turn()
            if self._budget and not self._budget.spend(host):
                detail = f"the {self._budget.limit:,} requests of the day to {host} are used up"
                return await take(self._transport.unsent(url, Problem(Fault.BUDGET, detail)))
            answer = await get()
            problem = await take(answer)
            if problem is None or not RULES[problem.fault].is_retried:
                return problem
            if answer.retry_after:
                self._hold(host, answer)
            failures += 1
            wait = self._retry.wait(failures, answer.retry_after, self._jitter())
            if wait is None or failures >= attempts or is_stopped():
                return problem
            await self._sleep(wait)

    def _hold(self, host: str, answer: Answer) -> None:
        """Leave the host alone for as long as it asks: its other accounts come no sooner either."""
        seconds = answer.retry_after or 0.0
        until = answer.received_at + timedelta(seconds=seconds)
        if self._pauses:
            self._pauses.keep(host, until)
        if seconds <= self._retry.longest_wait:
            self._pacer.hold(seconds)
        else:
            self._breaker.leave(_left_alone(host, until))

    def _recall_pause(self, url: str) -> None:
        """What the host asked of an earlier crawl holds for this one."""
        host = urlsplit(url).netloc
        now = self._transport.now()
        until = self._pauses.until(host) if self._pauses else None
        if until is None or until <= now:
            return
        left = (until - now).total_seconds()
        if left <= self._retry.longest_wait:
            self._pacer.hold(left)
        else:
            self._breaker.leave(_left_alone(host, until))

    async def _forbidden(self, url: str) -> Problem | None:
        """Why robots.txt forbids the address; read once, when the first address is asked for."""
        if self._obey_robots is None:
            return None
        async with self._reads_robots:
            if self._reading is None:
                self._reading = await self._read_robots()
        if not self._obey_robots:
            return None
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if self._reading.problem or self._reading.robots.allows(path):
            return self._reading.problem
        return Problem(Fault.ROBOTS, f"robots.txt of {parts.netloc} disallows {parts.path}")

    async def _read_robots(self) -> RobotsReading:
        """RFC 9309, 2.3.1: a 4xx means that there is none; without any answer nothing is allowed.

        A redirect is not followed, and counts as none, as the standard allows.
        """
        taken: list[Answer] = []

        async def take(answer: Answer) -> Problem | None:
            taken.append(answer)
            return answer.problem

        problem = await self._repeat(
            self._transport.root_address(_ROBOTS_PATH),
            lambda: self._transport.get_openly(_ROBOTS_PATH),
            take,
            self._retry.attempts,
        )
        if problem is None:
            text = taken[-1].body[:_ROBOTS_BYTES].decode("utf-8-sig", errors="replace")
            return RobotsReading(text, read_robots(text, self._transport.user_agent))
        status = taken[-1].status
        if status is not None and 300 <= status < 500 and problem.fault is not Fault.RATE_LIMIT:
            return RobotsReading("")
        detail = f"{problem.detail}, for robots.txt, without which nothing else is asked"
        return RobotsReading(None, problem=Problem(problem.fault, detail))


def _left_alone(host: str, until: datetime) -> str:
    return f"{host} asked to be left alone until {until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
