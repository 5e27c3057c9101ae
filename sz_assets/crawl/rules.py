"""What the crawl does about each fault, in one table, and how long it waits before it asks again.

Here: rules and pure arithmetic. Not here: recognising a fault (`crawl.transport` for status and
transfer, `sources` for what a body says).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sz_assets.sources.protocol import Fault


@dataclass(frozen=True)
class Rule:
    """What follows from a fault.

    `outcome` goes into the raw row; `is_retried` says whether the same is asked again. An account
    whose request still fails after its retries is parked for this crawl: the others go on. A fault
    `of_host` is no matter of one account: after `BREAKER_FAULTS` requests in a row that ended so,
    the host's other accounts are parked too.
    """

    outcome: str
    is_retried: bool
    of_host: bool
    meaning: str


_SECONDS = re.compile(r"\+?[0-9]+(\.[0-9]*)?")
# Longer than any crawl; what a platform may write has no bound.
_LONGEST_SECONDS = 1e9
# Requests in a row that end with a fault of the host before its other accounts are parked.
BREAKER_FAULTS = 3


def _failed(meaning: str, *, is_retried: bool, of_host: bool) -> Rule:
    return Rule("failed", is_retried, of_host, meaning)


def _refused(meaning: str, *, is_retried: bool = False, of_host: bool = True) -> Rule:
    return Rule("refused", is_retried, of_host, meaning)


RULES: Mapping[Fault, Rule] = {
    Fault.ROBOTS: _refused("the host's robots.txt disallows the address", of_host=False),
    Fault.BUDGET: _failed("the day's requests are used up", is_retried=False, of_host=False),
    Fault.MONTH_OVER: _failed(
        "the crawl month ended before the account's turn came", is_retried=False, of_host=False
    ),
    Fault.PARKED: _failed(
        f"{BREAKER_FAULTS} requests to the host in a row have failed, or it asked to be left alone",
        is_retried=False,
        of_host=False,
    ),
    Fault.DNS: _failed("the host's name has no address", is_retried=True, of_host=True),
    Fault.TLS: _failed(
        "no encrypted connection that can be trusted", is_retried=False, of_host=True
    ),
    Fault.CONNECT: _failed("no connection", is_retried=True, of_host=True),
    Fault.INTERRUPTED: _failed(
        "the connection was reset or closed early, or what came is no HTTP",
        is_retried=True,
        of_host=True,
    ),
    Fault.DEADLINE: _failed("no whole answer in time", is_retried=True, of_host=True),
    Fault.TOO_LARGE: _failed("more decoded bytes than allowed", is_retried=False, of_host=False),
    Fault.ENCODING: _failed(
        "a compressed body that is corrupt or cut short", is_retried=True, of_host=False
    ),
    Fault.UNASKED_CODING: _failed(
        "a compression that was not asked for (br, zstd, several at once)",
        is_retried=False,
        of_host=False,
    ),
    Fault.REDIRECT: _refused("status 3xx, which is never followed"),
    Fault.FORBIDDEN: _refused("status 401 or 403"),
    Fault.RATE_LIMIT: _refused("status 429", is_retried=True),
    Fault.UNAVAILABLE: _failed("status 503", is_retried=True, of_host=True),
    Fault.SERVER_ERROR: _failed("any other status 5xx", is_retried=True, of_host=True),
    Fault.UNEXPECTED_STATUS: _failed("any other status but 200", is_retried=False, of_host=False),
    Fault.EMPTY: _refused("status 200 without a body"),
    Fault.BLOCKED: _refused("the answer `blocked`"),
    Fault.HTML: _refused("a web page, often a captcha or a form to log in"),
    Fault.CONTENT_TYPE: _failed(
        "a content type that is neither JSON nor text", is_retried=True, of_host=False
    ),
    Fault.INVALID_JSON: _failed("not JSON, or cut short", is_retried=True, of_host=False),
    Fault.LOGIN: _refused("a request to log in"),
    Fault.VERIFICATION: _refused("a request for verification"),
    Fault.PLATFORM_STATUS: _refused("a status of the platform's own", of_host=False),
    Fault.NO_CONTENT: _refused("JSON without the list or the profile", of_host=False),
}


def rules_table() -> str:
    """All rules as a Markdown table, for the documentation."""
    lines = [
        "| fault | what was seen | outcome | asked again | counts for the breaker |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{fault}` | {rule.meaning} | {rule.outcome} | {_yes(rule.is_retried)} "
        f"| {_yes(rule.of_host)} |"
        for fault, rule in RULES.items()
    ]
    return "\n".join(lines) + "\n"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


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


def retry_after_seconds(
    value: str | None, now: datetime, server_date: str | None = None
) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date).

    None if there is no header or it can't be read; 0 for a date that has passed. A date is meant
    on the server's clock, which its `Date` header tells; if that and `now` (aware) differ, the
    longer time counts, so that nothing is asked too early by either clock.
    """
    text = (value or "").strip()
    if not text:
        return None
    # A header that was sent twice comes as one, with a comma.
    numbers = [part.strip() for part in text.split(",")]
    if all(_SECONDS.fullmatch(number) for number in numbers):
        return min(max(float(number) for number in numbers), _LONGEST_SECONDS)
    moment = _read_date(text)
    if moment is None:
        return None
    clocks = [clock for clock in (now, _read_date(server_date or "")) if clock is not None]
    return max(0.0, *((moment - clock).total_seconds() for clock in clocks))


def _read_date(text: str) -> datetime | None:
    """A date of HTTP in any of its three forms, or of ISO 8601, which some servers send."""
    # A leap second is allowed, but not known to `datetime`: the one before it, and one more.
    regular = re.sub(r"(:[0-5][0-9]):60\b", r"\1:59", text)
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(regular) + timedelta(seconds=regular != text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
