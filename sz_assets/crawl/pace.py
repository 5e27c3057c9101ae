"""The pace of requests to one host.

Here: the least time between two requests. Not here: waits after a failure (`crawl.rules`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

# A share of the gap that is added at random, so that requests do not come like clockwork.
_JITTER_RATIO = 0.2


class Pacer:
    """Lets requests pass one after the other, at least 1 / `requests_per_second` apart.

    `requests_per_second` None lets them pass at once, which only our own embedded platform gets.
    """

    def __init__(
        self,
        requests_per_second: float | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._gap = 1 / requests_per_second if requests_per_second else 0.0
        self._now, self._sleep, self._jitter = now, sleep, jitter
        self._next = -float("inf")
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for the next turn. Turns are given out in the order in which they are asked for."""
        async with self._queue:
            # Timers may fire early by their resolution; a turn never does.
            while (left := self._next - self._now()) > 0:
                await self._sleep(left)
            # Counted from the turn that was given, not from the one that was due: a late timer
            # must not bring the next request closer.
            self._next = self._now() + self._gap * (1 + _JITTER_RATIO * self._jitter())

    def hold(self, seconds: float) -> None:
        """Give no turn for so long, because the host has asked for it."""
        self._next = max(self._next, self._now() + seconds)
