"""The pace: however many accounts and failures, no second sees more requests than allowed."""

from __future__ import annotations

import asyncio
import json
import random
from bisect import bisect_left
from itertools import pairwise

import pytest
from fault_server import End, FaultServer, answer

from sz_assets.crawl.pace import Pacer
from sz_assets.crawl.rules import RetryRule
from sz_assets.crawl.session import crawl_month

RATE = 20


def most_in_a_second(times: list[float]) -> int:
    """The most instants in any window of one second, open at its end."""
    times = sorted(times)
    return max(bisect_left(times, at + 1.0) - number for number, at in enumerate(times))


def test_the_measure_counts_a_burst():
    steady = [number / RATE for number in range(100)]
    assert most_in_a_second(steady) == RATE
    assert most_in_a_second([*steady, 3.01]) == RATE + 1


@pytest.mark.parametrize("jitter", [lambda: 0.0, lambda: 1.0, random.Random(1).random])
@pytest.mark.parametrize("wakes_after", [0.2, 1.0, 1.5])
def test_turns_on_a_clock_whose_timers_are_early_or_late(jitter, wakes_after):
    clock = 5.0
    turns = []

    async def sleep(seconds: float) -> None:
        nonlocal clock
        clock += max(seconds * wakes_after, 1e-9)
        await asyncio.sleep(0)

    async def ask_often(pacer: Pacer) -> None:
        for _ in range(40):
            await pacer.turn()
            turns.append(clock)

    async def main() -> None:
        pacer = Pacer(RATE, now=lambda: clock, sleep=sleep, jitter=jitter)
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(ask_often(pacer))

    asyncio.run(main())
    assert len(turns) == 200
    # Sums of a thousand floats end a little beside the number that they stand for.
    gaps = [after - before for before, after in pairwise(turns)]
    assert min(gaps) >= 1 / RATE - 1e-9


def test_the_rate_that_the_host_sees(kit, lake):
    """Thirteen accounts side by side, on a platform that breaks every fourth answer."""
    number = 0

    def handler(request):
        nonlocal number
        number += 1
        if request.path == "/robots.txt":
            return answer(b"", 404)
        if number % 4 == 0:
            return answer(b"", 503) if number % 8 else (End.RESET,)
        if "profile" in request.path:
            return answer(kit.platform().profile)
        cursor = int(request.query["max_cursor"]) or 300
        page = {"aweme_list": [], "has_more": int(cursor > 299), "max_cursor": cursor - 1}
        return answer(json.dumps(page).encode())

    with FaultServer(handler) as server:
        plan = kit.plan(
            server,
            *(kit.account(f"a{index}") for index in range(13)),
            requests_per_second=RATE,
            concurrency=13,
            retry=RetryRule(attempts=8, first_wait=0.01, longest_wait=0.05),
        )
        results = crawl_month(plan, lake, lambda progress: None)
    assert {result.verdict for result in results} == {"complete"}
    times = [request.at for request in server.requests]
    assert len(times) > 2 * RATE
    assert most_in_a_second(times) <= RATE
