"""When nothing is sent: `Retry-After`, and a host that fails or refuses."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fault_server import FaultServer, answer

from sz_assets.contracts.raw import ACCOUNT_PROFILES
from sz_assets.crawl.asking import Asker
from sz_assets.crawl.breaker import Breaker
from sz_assets.crawl.pace import Pacer
from sz_assets.crawl.rules import BREAKER_FAULTS, RetryRule
from sz_assets.crawl.transport import Transport
from sz_assets.settings import PlatformSettings
from sz_assets.sources.protocol import Fault, Problem, Query

# --- Retry-After, on a clock that moves only when somebody sleeps ---


class Clock:
    """Seconds since `start`; a sleep ends a little early, as timers may."""

    start = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += max(seconds * 0.99, 1e-6)


# What is sent (with the server's own Date), and the least wait; None if the account is parked.
RETRY_AFTER = {
    "seconds": ("7", None, 7),
    "blanks around": ("  7 ", None, 7),
    "a part of a second": ("1.5", None, 1.5),
    "twice": ("3, 9", None, 9),
    "a date": ("Sun, 01 Nov 2026 12:00:20 GMT", None, 20),
    "a date in the old form": ("Sunday, 01-Nov-26 12:00:20 GMT", None, 20),
    "a date of asctime": ("Sun Nov  1 12:00:20 2026", None, 20),
    "a date in another zone": ("Sun, 01 Nov 2026 20:00:20 +0800", None, 20),
    "a leap second": ("Sun, 01 Nov 2026 12:00:60 GMT", None, 60),
    "a date of ISO 8601": ("2026-11-01T12:00:20Z", None, 20),
    "a date on a slow clock": (
        "Sun, 01 Nov 2026 11:50:20 GMT",
        "Sun, 01 Nov 2026 11:50:00 GMT",
        20,
    ),
    "a date on a fast clock": (
        "Sun, 01 Nov 2026 12:00:40 GMT",
        "Sun, 01 Nov 2026 12:00:30 GMT",
        40,
    ),
    "a date that has passed": ("Sun, 01 Nov 2026 11:00:00 GMT", None, 0),
    "none": (None, None, 0),
    "no time at all": ("soon", None, 0),
    "less than nothing": ("-5", None, 0),
    "just within patience": ("60", None, 60),
    "beyond patience": ("61", None, None),
    "a date beyond patience": ("Mon, 02 Nov 2026 12:00:00 GMT", None, None),
    "beyond all measure": ("9" * 18, None, None),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", RETRY_AFTER)
def test_nothing_is_asked_before_retry_after(name, status):
    value, server_date, least = RETRY_AFTER[name]
    clock = Clock()
    asked = []

    def handler(request):
        asked.append(clock.seconds)
        if len(asked) > 1:
            return answer(b"{}")
        fields = {"Retry-After": value, "Date": server_date}
        return answer(b"", status, {name: text for name, text in fields.items() if text})

    async def ask(server):
        transport = Transport(
            PlatformSettings(server.base_url),
            user_agent="test",
            clock=clock.wall,
            wall_clock=clock.wall,
        )
        asker = Asker(
            transport,
            pacer=Pacer(None, now=clock.now, sleep=clock.sleep),
            retry=RetryRule(attempts=2, first_wait=0.5, longest_wait=60),
            sleep=clock.sleep,
            jitter=lambda: 0.0,
        )
        problems = []

        async def take(received):
            problems.append(received.problem)
            return received.problem

        async with transport:
            await asker.ask(Query("/first", ()), take)
            # Nor may another account of the host come sooner.
            await asker.ask(Query("/second", ()), take)
        return problems

    with FaultServer(handler) as server:
        problems = asyncio.run(ask(server))
    assert problems[0] is not None
    if least is None:
        assert len(asked) == 1
        assert clock.seconds == 0
        assert str(problems[-1]).startswith("parked: 127.0.0.1:")
        assert "asked to be left alone until" in str(problems[-1])
    else:
        assert len(asked) == 3
        assert asked[1] - asked[0] >= least
        assert asked[1] - asked[0] < least + 1


# --- the breaker ---


def settle(breaker, *faults):
    for fault in faults:
        breaker.settle(None if fault is None else Problem(fault, "seen"))


@pytest.mark.parametrize(
    "faults",
    [
        [Fault.FORBIDDEN] * (BREAKER_FAULTS - 1),
        [Fault.FORBIDDEN, Fault.FORBIDDEN, None, Fault.FORBIDDEN],
        [Fault.NO_CONTENT] * 9,
        [Fault.UNEXPECTED_STATUS] * 9,
    ],
)
def test_the_breaker_stays_closed(faults):
    breaker = Breaker(60)
    settle(breaker, *faults)
    assert not breaker.is_open
    assert asyncio.run(breaker.admit()) is None


def test_a_host_that_refuses_gets_no_trial():
    async def refuse(seconds):
        raise AssertionError

    breaker = Breaker(60, sleep=refuse)
    settle(breaker, *[Fault.HTML] * BREAKER_FAULTS)
    problem = asyncio.run(breaker.admit())
    assert problem is not None
    assert problem.fault is Fault.PARKED
    assert str(problem) == "parked: the host failed 3 requests in a row, last with html: seen"


@pytest.mark.parametrize("is_well", [True, False])
def test_a_host_that_is_down_gets_one_trial_after_a_pause(is_well):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        await asyncio.sleep(0)

    async def go():
        breaker = Breaker(60, sleep=sleep)
        settle(breaker, *[Fault.CONNECT] * BREAKER_FAULTS)
        trial = asyncio.create_task(breaker.admit())
        await asyncio.sleep(0)
        others = [asyncio.create_task(breaker.admit()) for _ in range(2)]
        assert await trial is None
        await asyncio.sleep(0)
        assert not any(other.done() for other in others)
        # What had been sent before ends now, and decides nothing.
        settle(breaker, Fault.CONNECT, None)
        await asyncio.sleep(0)
        assert not any(other.done() for other in others)
        last = None if is_well else Problem(Fault.CONNECT, "seen")
        breaker.settle(last, is_trial=True)
        return [await other for other in others]

    problems = asyncio.run(go())
    assert slept == [60]
    assert [problem is None for problem in problems] == [is_well] * 2


def test_a_refusing_host_is_left_alone_and_says_why(kit, lake):
    def handler(request):
        return answer(b"no", 403) if "max_cursor" in request.query else kit.one_video(request)

    names = [f"a{number}" for number in range(13)]
    with FaultServer(handler) as server:
        results = kit.crawl(lake, server, *names)
    assert len(server.requests) == 2 * BREAKER_FAULTS
    assert [result.verdict for result in results] == ["refused"] * 3 + ["truncated"] * 10
    reason = kit.rows(lake, ACCOUNT_PROFILES, "a12")["outcome_reason"].to_list()
    assert reason == [
        "parked: the host failed 3 requests in a row, last with forbidden: HTTP status 403"
    ]
    assert "parked: the host failed 3 requests" in results[-1].reason


def test_an_outage_that_passes_costs_three_accounts(kit, lake):
    def handler(request):
        name = request.query["sec_user_id"]
        is_down = name in ("SEC-a0", "SEC-a1", "SEC-a2") and "max_cursor" in request.query
        return answer(b"", 500) if is_down else kit.one_video(request)

    with FaultServer(handler) as server:
        results = kit.crawl(lake, server, *[f"a{number}" for number in range(6)])
    assert [result.verdict for result in results] == ["truncated"] * 3 + ["complete"] * 3
