"""What the crawl does about each fault, in one table, and how long it waits before it asks again.

Here: rules and pure arithmetic. Not here: recognising a fault (`crawl.transport` for status and
transfer, `sources` for what a body says).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sz_assets.sources.protocol import Fault


@dataclass(frozen=True)
class Rule:
    """`outcome` goes into the raw row; `is_retried` says whether to ask the same again.

    An account whose request still fails after its retries is left: the others go on.
    """

    outcome: str
    is_retried: bool


_FAILED_RETRY = Rule("failed", is_retried=True)
_FAILED = Rule("failed", is_retried=False)
_REFUSED = Rule("refused", is_retried=False)

RULES: Mapping[Fault, Rule] = {
    Fault.CONNECT: _FAILED_RETRY,
    Fault.INTERRUPTED: _FAILED_RETRY,
    Fault.DEADLINE: _FAILED_RETRY,
    Fault.TOO_LARGE: _FAILED,
    Fault.ENCODING: _FAILED_RETRY,
    Fault.REDIRECT: _REFUSED,
    Fault.FORBIDDEN: _REFUSED,
    Fault.RATE_LIMIT: Rule("refused", is_retried=True),
    Fault.UNAVAILABLE: _FAILED_RETRY,
    Fault.SERVER_ERROR: _FAILED_RETRY,
    Fault.UNEXPECTED_STATUS: _FAILED,
    Fault.EMPTY: _REFUSED,
    Fault.BLOCKED: _REFUSED,
    Fault.HTML: _REFUSED,
    Fault.INVALID_JSON: _FAILED_RETRY,
    Fault.LOGIN: _REFUSED,
    Fault.VERIFICATION: _REFUSED,
    Fault.PLATFORM_STATUS: _REFUSED,
    Fault.NO_CONTENT: _REFUSED,
}


@dataclass(frozen=True)
class RetryRule:
    """How often and how patiently a request is repeated; times in seconds."""

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def wait(self, failures: int, retry_after: float | None, jitter: float) -> float | None:
        """Seconds to wait after so many failures in a row; None if it is time to give up.

        The wait doubles with each failure, and `jitter` (0 to 1) lengthens it by up to as much
        again. It is never shorter than the platform's own `retry_after`; a platform that asks
        for more than `longest_wait` is left alone.
        """
        if failures >= self.attempts:
            return None
        wait = min(self.first_wait * 2.0 ** (failures - 1) * (1 + jitter), self.longest_wait)
        if retry_after is None:
            return wait
        return None if retry_after > self.longest_wait else max(wait, retry_after)


def fault_of_status(status: int) -> Fault | None:
    """What the HTTP status alone says; None for 200."""
    if status == 200:
        return None
    if 300 <= status < 400:
        return Fault.REDIRECT
    special = {
        401: Fault.FORBIDDEN,
        403: Fault.FORBIDDEN,
        429: Fault.RATE_LIMIT,
        503: Fault.UNAVAILABLE,
    }
    if status in special:
        return special[status]
    return Fault.SERVER_ERROR if status >= 500 else Fault.UNEXPECTED_STATUS


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date).

    None if there is no header or it can't be read; 0 for a date that has passed.
    """
    text = (value or "").strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
