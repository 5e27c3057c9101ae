"""When a host is left alone: after several requests in a row that ended with a fault of its own.

Here: counting, one trial after a pause, and the reason. Not here: which faults count
(`crawl.rules`) or asking (`crawl.asking`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sz_assets.crawl.rules import BREAKER_FAULTS, RULES
from sz_assets.sources.protocol import Fault, Problem


class Breaker:
    """One host's breaker for one crawl.

    Tell it with `settle` how each request ended after its retries, and ask `admit` before the
    next. Once open it lets one trial through after `cool_down` seconds, if the last fault is of a
    kind that may pass; a host that refuses, fails the trial, or asks to be left alone (`leave`) is
    not asked again.
    """

    def __init__(
        self, cool_down: float, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._cool_down, self._sleep = cool_down, sleep
        self._faults = 0
        self._reason: str | None = None
        self._is_final = self._has_trial = False
        self._trial_ended = asyncio.Event()

    @property
    def is_open(self) -> bool:
        return self._reason is not None

    async def admit(self) -> Problem | None:
        """None if the host may be asked, at once or as the trial; else why not."""
        while self._reason is not None and not self._is_final:
            if self._has_trial:
                await self._trial_ended.wait()
            else:
                self._has_trial = True
                await self._sleep(self._cool_down)
                return None
        return None if self._reason is None else Problem(Fault.PARKED, self._reason)

    def leave(self, reason: str) -> None:
        """Open for good."""
        self._reason, self._is_final = reason, True
        self._trial_ended.set()

    def settle(
        self, problem: Problem | None, *, is_page: bool = True, is_trial: bool = False
    ) -> None:
        """Take how a request ended. Once open, only the trial decides what follows.

        A profile (`is_page` False) proves that the host is there, not that it shows lists: it
        passes the trial, but does not undo what refused lists have counted.
        """
        if self._is_final or (self.is_open and not is_trial):
            return
        rule = None if problem is None else RULES[problem.fault]
        if problem is None or rule is None or not rule.of_host:
            if is_page and problem is None:
                self._faults = 0
            if is_trial:
                self._faults = 0
                self._reason = None
                self._trial_ended.set()
            return
        self._faults += 1
        if self._faults < BREAKER_FAULTS:
            return
        reason = f"the host failed {self._faults} requests in a row, last with {problem}"
        if self._has_trial or not rule.is_retried:
            # A second opening is final as well: patience is spent once.
            self.leave(reason)
        self._reason = reason
