"""One request against a raw socket: each way in which an answer can fail to be whole."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import socket
import time
import zlib
from datetime import UTC, datetime

import pytest

from sz_assets.crawl.transport import Transport, TransportLimits
from sz_assets.settings import PlatformSettings
from sz_assets.sources.protocol import Fault, Query

BODY = json.dumps({"text": "深圳 " * 500}).encode()


def fetch(base_url, **limits):
    async def go():
        transport = Transport(
            PlatformSettings(base_url),
            user_agent="test",
            clock=lambda: datetime.now(UTC),
            limits=TransportLimits(**limits),
        )
        async with transport:
            return await transport.get(Query("/x", (("a", "b"),)))

    return asyncio.run(go())


def once(serve, answer: bytes):
    def handler(request, write):
        write(answer)
        return False

    return serve(handler).base_url


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


ENCODINGS = {
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "bare deflate": raw_deflate,
    "two gzip members": lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_whole_bodies_arrive_unchanged(kit, serve, name):
    encoding = {"bare deflate": "deflate", "two gzip members": "gzip"}.get(name, name)
    answer = fetch(once(serve, kit.http(ENCODINGS[name](BODY), Content_Encoding=encoding)))
    assert (answer.problem, answer.body, answer.status) == (None, BODY, 200)
    assert answer.url.endswith("/x?a=b")


def framings(kit, encoding, packed):
    """The same body ended by its length, by chunks, and by closing the connection."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\n".encode()
    half = len(packed) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (packed[:half], packed[half:], b""))
    return {
        "length": kit.http(packed, Content_Encoding=encoding),
        "chunked": head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks,
        "close": head + b"Connection: close\r\n\r\n" + packed,
    }


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_cut_anywhere_does_not_land(kit, serve, encoding, framing):
    packed = ENCODINGS[encoding](BODY)
    whole = framings(kit, encoding, packed)[framing]
    start = whole.index(b"\r\n\r\n") + 5
    for cut in range(start, len(whole) - 1, max(1, (len(whole) - start) // 12)):
        answer = fetch(once(serve, whole[:cut]))
        assert answer.problem is not None, f"cut at {cut} of {len(whole)}"
        assert answer.problem.fault in (Fault.ENCODING, Fault.INTERRUPTED)
        assert answer.body == b""
    assert fetch(once(serve, whole)).body == BODY


FAULTS = {
    "corrupt gzip": (b"\x1f\x8b\x08\x00" + b"\xff" * 40, "gzip", Fault.ENCODING),
    "not gzip at all": (b"{}", "gzip", Fault.ENCODING),
    "unasked compression": (b"{}", "br", Fault.UNASKED_CODING),
    "compressed twice": (gzip.compress(b"{}"), "gzip, gzip", Fault.UNASKED_CODING),
    "rest after deflate": (zlib.compress(b"{}") + b"rest", "deflate", Fault.ENCODING),
    "too large": (b"x" * 1001, "identity", Fault.TOO_LARGE),
    "too large unpacked": (gzip.compress(b"x" * 1001), "gzip", Fault.TOO_LARGE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_bodies_are_told_apart(kit, serve, name):
    body, encoding, fault = FAULTS[name]
    answer = fetch(once(serve, kit.http(body, Content_Encoding=encoding)), body_bytes=1000)
    assert answer.problem is not None
    assert (answer.problem.fault, answer.body) == (fault, b"")


def test_the_largest_allowed_body_arrives(kit, serve):
    packed = gzip.compress(b"x" * 1000)
    answer = fetch(once(serve, kit.http(packed, Content_Encoding="gzip")), body_bytes=1000)
    assert answer.body == b"x" * 1000


def test_a_gzip_bomb_takes_no_memory(kit, serve):
    packer = zlib.compressobj(wbits=31)
    million = bytes(1_000_000)
    packed = b"".join(packer.compress(million) for _ in range(200)) + packer.flush()
    url = once(serve, kit.http(packed, Content_Encoding="gzip"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = fetch(url)
    assert answer.problem is not None
    assert answer.problem.fault is Fault.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, Fault.REDIRECT),
        (302, Fault.REDIRECT),
        (401, Fault.FORBIDDEN),
        (403, Fault.FORBIDDEN),
        (404, Fault.UNEXPECTED_STATUS),
        (206, Fault.UNEXPECTED_STATUS),
        (429, Fault.RATE_LIMIT),
        (500, Fault.SERVER_ERROR),
        (502, Fault.SERVER_ERROR),
        (503, Fault.UNAVAILABLE),
    ],
)
def test_statuses_are_faults_and_redirects_are_not_followed(kit, serve, status, fault):
    def handler(request, write):
        write(kit.http(b"why", status, Location="/elsewhere", Retry_After="7"))
        return True

    server = serve(handler)
    answer = fetch(server.base_url)
    assert answer.problem is not None
    assert (answer.problem.fault, answer.status, answer.body) == (fault, status, b"why")
    assert answer.retry_after == 7
    assert len(server.requests) == 1


def test_no_connection_is_a_fault():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    answer = fetch(f"http://127.0.0.1:{port}")
    assert answer.problem is not None
    assert (answer.problem.fault, answer.status) == (Fault.CONNECT, None)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"rubbish\r\n\r\n"])
def test_a_broken_head_is_a_fault(serve, answer):
    seen = fetch(once(serve, answer))
    assert seen.problem is not None
    assert seen.problem.fault is Fault.INTERRUPTED


@pytest.mark.parametrize("when", ["before the head", "within the body"])
def test_silence_ends_at_the_deadline(kit, serve, when):
    def handler(request, write):
        if when == "within the body":
            write(kit.http(BODY)[:-10])
        time.sleep(1)
        return False

    started = time.monotonic()
    answer = fetch(serve(handler).base_url, deadline=0.2)
    assert answer.problem is not None
    assert answer.problem.fault is Fault.DEADLINE
    assert time.monotonic() - started < 0.9


def test_proxies_of_the_environment_and_cookies_of_servers_are_not_used(kit, serve, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    def handler(request, write):
        write(kit.http(b"{}", Set_Cookie="tracker=1"))
        return True

    server = serve(handler)

    async def twice():
        transport = Transport(
            PlatformSettings(server.base_url), user_agent="test", clock=lambda: datetime.now(UTC)
        )
        async with transport:
            return [await transport.get(Query("/x", ())) for _ in range(2)]

    assert [answer.problem for answer in asyncio.run(twice())] == [None, None]
    assert "cookie" not in server.requests[1].headers
