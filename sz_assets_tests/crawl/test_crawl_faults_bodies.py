"""Bodies that are cut anywhere, too large, or too slow: none lands or takes memory or time."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from fault_server import End, FaultServer, body_start, bomb, drip, encode

from sz_assets.crawl.transport import Transport, TransportLimits
from sz_assets.settings import PlatformSettings
from sz_assets.sources.douyin import Douyin
from sz_assets.sources.protocol import Query

OFFSETS = 512
FRAMINGS = {
    "length": {},
    "chunked": {"framing": "chunked", "chunk_size": 300},
    "gzip, length": {"coding": "gzip"},
    "gzip, chunked": {"coding": "gzip", "framing": "chunked", "chunk_size": 300},
    "deflate, length": {"coding": "deflate"},
    "close": {"framing": "close"},
    "gzip, close": {"coding": "gzip", "framing": "close"},
}


def page() -> bytes:
    # Random digits, so that the compressed body has more bytes than there are offsets.
    source = random.Random(1)
    items = [
        {
            "aweme_id": str(source.randrange(10**18, 10**19)),
            "desc": f"深圳 {source.random()}",
            "statistics": {"digg_count": source.randrange(10**9)},
        }
        for _ in range(20)
    ]
    return json.dumps({"status_code": 0, "aweme_list": items, "has_more": 1}).encode()


@pytest.mark.parametrize("name", FRAMINGS)
def test_no_body_that_was_cut_lands(name):
    body = page()
    whole = encode(body, **FRAMINGS[name])
    start = body_start(whole)
    space = len(whole) - start
    assert space > OFFSETS
    cuts = [start + space * number // OFFSETS for number in range(OFFSETS)]

    def handler(request):
        at = int(request.query["cut"])
        return [whole[:at], End.CLOSE]

    async def fetch(server):
        transport = Transport(
            PlatformSettings(server.base_url),
            user_agent="test",
            clock=lambda: datetime.now(UTC),
            concurrency=8,
            # No cut answer waits for it, and a busy machine answers 500 requests late.
            limits=TransportLimits(deadline=60),
        )
        async with transport:
            return await asyncio.gather(
                *(transport.get(Query("/", (("cut", str(at)),))) for at in [*cuts, len(whole)])
            )

    with FaultServer(handler) as server:
        *broken, good = asyncio.run(fetch(server))
    assert (good.problem, good.body) == (None, body)
    source = Douyin()
    landed = [
        at - start
        for at, answer in zip(cuts, broken, strict=True)
        if not (answer.problem or source.read_page(answer.body, answer.content_type).problem)
    ]
    assert landed == []
    if name != "close":
        # Everywhere but there the transfer itself tells.
        empty = [answer for answer in broken if answer.problem is None]
        assert all(answer.body == b"" for answer in empty)
        assert len(empty) <= 1


# What one request adds to the largest size that a fresh process ever had.
MEASURE = """
import asyncio, json, resource, sys, time
from datetime import UTC, datetime
from sz_assets.crawl.transport import Transport, TransportLimits
from sz_assets.settings import PlatformSettings
from sz_assets.sources.protocol import Query

async def main(base_url):
    transport = Transport(
        PlatformSettings(base_url), user_agent="test", clock=lambda: datetime.now(UTC),
        limits=TransportLimits(deadline=float(sys.argv[2])),
    )
    async with transport:
        assert (await transport.get(Query("/small", ()))).body
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.monotonic()
        answer = await transport.get(Query("/large", ()))
        seconds = time.monotonic() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([answer.problem and answer.problem.fault, seconds, grown / 1024]))

asyncio.run(main(sys.argv[1]))
"""
MIB = 2**20


def endless():
    yield encode(b"", framing="close")
    while True:
        yield b" " * MIB


def endless_gzip():
    """Empty members for ever: no byte comes out of them."""
    import gzip

    yield encode(b"", headers={"Content-Encoding": "gzip"}, framing="close")
    while True:
        yield gzip.compress(b"") * 1000


HOSTILE = {
    "a gzip bomb of 200 MiB": (lambda: bomb(200 * MIB), "too_large"),
    "a deflate bomb of 200 MiB": (lambda: bomb(200 * MIB, coding="deflate"), "too_large"),
    "200 MiB as they are": (endless, "too_large"),
    "gzip without content or end": (endless_gzip, "too_large"),
    "a byte now and then": (lambda: drip(encode(page()), 0.01), "deadline"),
    "7 MiB, then silence": (lambda: [encode(b" " * 8 * MIB)[: 7 * MIB], 30.0], "deadline"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_end_in_time_and_take_little_memory(name):
    steps, expected = HOSTILE[name]

    def handler(request):
        return steps() if request.path == "/large" else [encode(b"{}")]

    # A busy machine may need seconds to be sent what is too much.
    deadline = 1 if expected == "deadline" else 20
    with FaultServer(handler) as server:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, server.base_url, str(deadline)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    fault, seconds, grown = json.loads(done.stdout)
    assert fault == expected
    assert seconds < deadline + 1
    assert grown < 32
