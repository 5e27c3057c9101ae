"""Every class of fault on a raw socket: how it is told, what is stored, how often it is asked.

Longer than 300 lines: one table of all faults, and what it can't hold beside it.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fault_server import (
    GARBAGE,
    End,
    FaultServer,
    Step,
    answer,
    bomb,
    cut,
    drip,
    encode,
    endless_headers,
)

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.crawl.rules import RULES, RetryRule, rules_table
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.transport import TransportLimits
from sz_assets.sources.protocol import Fault

BODY = json.dumps(
    {"status_code": 0, "aweme_list": [{"aweme_id": "7000000000000000001"}], "has_more": 0}
).encode()
PROFILE = json.dumps({"status_code": 0, "user": {"uid": "1", "follower_count": 5}}).encode()
WHOLE = encode(BODY)
MONTH = date(2023, 10, 1)


def coded(body: bytes, coding: str) -> Iterable[Step]:
    return [encode(body, headers={"Content-Encoding": coding})]


def shortened(coding: str, framing: str = "length") -> Iterable[Step]:
    """A compressed body that lacks its end, in a transfer that is whole."""
    body = gzip.compress(BODY) if coding == "gzip" else zlib.compress(BODY)
    return answer(body[:-6], headers={"Content-Encoding": coding}, framing=framing)


def status(number: int, **headers: str) -> Callable[[], Iterable[Step]]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: [encode(b"why", number, fields)]


def body(text: bytes, content_type: str = "application/json") -> Callable[[], Iterable[Step]]:
    return lambda: [encode(text, headers={"Content-Type": content_type})]


CLASSES: dict[str, tuple[Callable[[], Iterable[Step]], Fault]] = {
    "closed before the head": (lambda: [End.CLOSE], Fault.INTERRUPTED),
    "reset before the head": (lambda: [End.RESET], Fault.INTERRUPTED),
    "reset within the head": (lambda: cut(WHOLE, 20, End.RESET), Fault.INTERRUPTED),
    "reset within the body": (lambda: cut(WHOLE, len(WHOLE) - 9, End.RESET), Fault.INTERRUPTED),
    "no HTTP": (lambda: GARBAGE, Fault.INTERRUPTED),
    "endless headers": (endless_headers, Fault.INTERRUPTED),
    "length too long": (
        lambda: [encode(BODY, declared_length=len(BODY) + 1), End.CLOSE],
        Fault.INTERRUPTED,
    ),
    "two lengths": (lambda: [encode(BODY, headers={"Content-Length": "1, 2"})], Fault.INTERRUPTED),
    "chunks without end": (
        lambda: [encode(BODY, framing="chunked")[:-5], End.CLOSE],
        Fault.INTERRUPTED,
    ),
    "no chunk where one is announced": (
        lambda: [encode(b"x\r\n", headers={"Transfer-Encoding": "chunked"}, framing="close")],
        Fault.INTERRUPTED,
    ),
    "silence before the head": (lambda: [1.0, End.CLOSE], Fault.DEADLINE),
    "silence within the body": (lambda: cut(WHOLE, len(WHOLE) - 9, 1.0), Fault.DEADLINE),
    "a byte now and then": (lambda: drip(WHOLE, 0.05, start=len(WHOLE) - 20), Fault.DEADLINE),
    "too large": (lambda: [encode(b" " * 70_000 + BODY)], Fault.TOO_LARGE),
    "too large unpacked": (lambda: bomb(2**20), Fault.TOO_LARGE),
    "too large unpacked, deflate": (lambda: bomb(2**20, coding="deflate"), Fault.TOO_LARGE),
    "gzip cut short": (lambda: shortened("gzip"), Fault.ENCODING),
    "gzip cut short in chunks": (lambda: shortened("gzip", "chunked"), Fault.ENCODING),
    "gzip cut short at the end of the connection": (
        lambda: shortened("gzip", "close"),
        Fault.ENCODING,
    ),
    "deflate cut short": (lambda: shortened("deflate"), Fault.ENCODING),
    "gzip with a wrong sum": (
        lambda: coded(gzip.compress(BODY)[:-8] + b"\0" * 8, "gzip"),
        Fault.ENCODING,
    ),
    "no gzip": (lambda: coded(BODY, "gzip"), Fault.ENCODING),
    "no deflate": (lambda: coded(b"\x78\x9c" + BODY, "deflate"), Fault.ENCODING),
    "br": (lambda: coded(b"\x0b\x02\x80{}\x03", "br"), Fault.UNASKED_CODING),
    "br cut short": (lambda: coded(b"\x0b\x02", "br"), Fault.UNASKED_CODING),
    "zstd": (lambda: coded(b"\x28\xb5\x2f\xfd corrupt", "zstd"), Fault.UNASKED_CODING),
    "two codings": (lambda: coded(gzip.compress(BODY), "gzip, gzip"), Fault.UNASKED_CODING),
    "301": (status(301, Location="/elsewhere"), Fault.REDIRECT),
    "302 to another host": (status(302, Location="http://127.0.0.2/"), Fault.REDIRECT),
    "304": (lambda: [b"HTTP/1.1 304 X\r\n\r\n"], Fault.REDIRECT),
    "307": (status(307, Location="/"), Fault.REDIRECT),
    "401": (status(401), Fault.FORBIDDEN),
    "403": (status(403), Fault.FORBIDDEN),
    "404": (status(404), Fault.UNEXPECTED_STATUS),
    "206": (status(206), Fault.UNEXPECTED_STATUS),
    "418": (status(418), Fault.UNEXPECTED_STATUS),
    "429": (status(429), Fault.RATE_LIMIT),
    "429 with a time": (status(429, Retry_After="0"), Fault.RATE_LIMIT),
    "500": (status(500), Fault.SERVER_ERROR),
    "502": (status(502), Fault.SERVER_ERROR),
    "503": (status(503), Fault.UNAVAILABLE),
    "503 with a time": (status(503, Retry_After="0"), Fault.UNAVAILABLE),
    "empty": (body(b""), Fault.EMPTY),
    "blanks alone": (body(b" \r\n "), Fault.EMPTY),
    "blocked": (body(b"blocked"), Fault.BLOCKED),
    "a captcha": (body(b"<!doctype html><title>captcha", "text/html"), Fault.HTML),
    "HTML said to be JSON": (body(b"\n<html>"), Fault.HTML),
    "JSON said to be HTML": (body(BODY, "text/html; charset=utf-8"), Fault.HTML),
    "a picture": (body(BODY, "image/webp"), Fault.CONTENT_TYPE),
    "XML": (body(BODY, "application/xml"), Fault.CONTENT_TYPE),
    "JSON cut short": (body(BODY[:-1]), Fault.INVALID_JSON),
    "text after the JSON": (body(BODY + b"}"), Fault.INVALID_JSON),
    "no list": (body(b'{"status_code":0}'), Fault.NO_CONTENT),
    "null for a list": (body(b'{"status_code":0,"aweme_list":null}'), Fault.NO_CONTENT),
    "a number": (body(b"17"), Fault.INVALID_JSON),
    "a status to log in": (body(b'{"status_code":2483}'), Fault.LOGIN),
    "a module to log in": (
        body(b'{"status_code":0,"not_login_module":{"a":1},"aweme_list":[]}'),
        Fault.LOGIN,
    ),
    "a ticket to verify": (
        body(b'{"status_code":0,"verify_ticket":"x","aweme_list":[]}'),
        Fault.VERIFICATION,
    ),
    "a status of its own": (body(b'{"status_code":5,"aweme_list":[]}'), Fault.PLATFORM_STATUS),
}


def stored(lake, table=ACCOUNT_PAGES):
    return lake.read_attempts(table, lake.attempts(table, MONTH, "one"))


def crawl(kit, lake, base_url, *accounts, **changes):
    values = {"limits": TransportLimits(body_bytes=65_536, deadline=0.3)} | changes
    plan = kit.plan(SimpleNamespace(base_url=base_url), *accounts, **values)
    return crawl_month(plan, lake, lambda progress: None)


@pytest.fixture(scope="module")
def server():
    with FaultServer(lambda request: [WHOLE]) as server:
        yield server


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_is_told_stored_and_asked_again_by_its_rule(kit, lake, server, name):
    steps, fault = CLASSES[name]

    def handler(request):
        return steps() if "max_cursor" in request.query else answer(PROFILE)

    server.handler = handler
    server.requests.clear()
    [result] = crawl(kit, lake, server.base_url)
    asked = Counter(request.path for request in server.requests)
    rule = RULES[fault]
    pages = stored(lake)
    reasons = set(pages["outcome_reason"].to_list())
    assert {reason.partition(":")[0] for reason in reasons} == {fault.value}, reasons
    assert set(pages["outcome"]) == {rule.outcome}
    assert pages.height == (3 if rule.is_retried else 1)
    assert sorted(asked.values()) == sorted([1, pages.height])
    assert result.verdict == ("refused" if rule.outcome == "refused" else "truncated")
    assert (result.page_count, result.item_count) == (0, 0)


def test_the_server_answers_well_when_it_is_not_asked_to_fail(kit, lake, server):
    def handler(request):
        return [WHOLE] if "max_cursor" in request.query else answer(PROFILE)

    server.handler = handler
    [result] = crawl(kit, lake, server.base_url)
    assert (result.verdict, result.page_count) == ("complete", 1)


def test_a_name_without_an_address(kit, lake, monkeypatch):
    def refuse(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    [result] = crawl(kit, lake, "http://platform.example")
    assert result.verdict == "truncated"
    # The list of an account without a profile is not asked for.
    profiles = stored(lake, ACCOUNT_PROFILES)["outcome_reason"].to_list()
    assert profiles == ["dns: the platform's name has no address"] * 3
    assert stored(lake).is_empty()


def test_nobody_listens(kit, lake):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    crawl(kit, lake, f"http://127.0.0.1:{port}")
    reasons = stored(lake, ACCOUNT_PROFILES)["outcome_reason"]
    assert set(reasons) == {"connect: no connection to the platform"}


def greet_plainly(connection):
    connection.sendall(b"HTTP/1.1 400 X\r\n\r\n")
    connection.recv(65536)


def greet_unproven(connection):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("untrusted.pem"))
    with pytest.raises(ssl.SSLError, match=r"EOF|unknown ca"):
        context.wrap_socket(connection, server_side=True).recv(1)


@pytest.mark.parametrize(
    ("seen", "greet"), [("handshake", greet_plainly), ("certificate", greet_unproven)]
)
def test_an_encrypted_connection_that_cannot_be_trusted(kit, lake, seen, greet):
    greeted = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            connection, _address = listener.accept()
            with connection:
                greet(connection)
            greeted.append(seen)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        base_url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        [result] = crawl(kit, lake, base_url, cookie="secret=12345678")
        thread.join(5)
    assert greeted == [seen]
    assert result.verdict == "truncated"
    assert stored(lake, ACCOUNT_PROFILES)["outcome_reason"].to_list() == [
        f"tls: no encrypted connection ({seen} failed)"
    ]


def test_a_damaged_record_is_a_fault_of_one_request(kit, lake, monkeypatch):
    """After the handshake the client library passes on what the encryption raises."""
    certificate = Path(__file__).with_name("untrusted.pem")
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.check_hostname = False
    original = httpx.AsyncHTTPTransport.__init__
    monkeypatch.setattr(
        httpx.AsyncHTTPTransport,
        "__init__",
        lambda self, **options: original(self, **options | {"verify": trusting}),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def damage(listener):
        for _ in range(3):
            connection, _address = listener.accept()
            encrypted = context.wrap_socket(connection, server_side=True)
            encrypted.recv(65536)
            with socket.socket(fileno=encrypted.detach()) as plain:
                plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
                plain.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=damage, args=(listener,), daemon=True)
        thread.start()
        [result] = crawl(kit, lake, f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(5)
    assert result.verdict == "truncated"
    reasons = stored(lake, ACCOUNT_PROFILES)["outcome_reason"].to_list()
    assert reasons == ["interrupted: the transfer broke off (SSLError)"] * 3


def test_a_failed_profile_parks_its_account_and_no_other(kit, lake):
    def handler(request):
        if request.query.get("sec_user_id") == "SEC-one" and "profile" in request.path:
            return answer(b"", 503, {"Retry-After": "1"})
        return kit.one_video(request)

    with FaultServer(handler) as server:
        results = kit.crawl(lake, server, "one", "two", retry=RetryRule(2, 0.01, 2.0))
        asked = [request for request in server.requests if "SEC-one" in str(request.query)]
    assert [result.verdict for result in results] == ["truncated", "complete"]
    assert results[0].reason == (
        "The profile could not be obtained (unavailable: HTTP status 503)."
    )
    assert len(asked) == 2


def test_every_fault_of_an_answer_is_shown_here():
    """The rest is shown above, or in `test_politeness*` where nothing is sent."""
    elsewhere = {Fault.DNS, Fault.TLS, Fault.CONNECT, Fault.ROBOTS, Fault.BUDGET, Fault.PARKED}
    elsewhere.add(Fault.MONTH_OVER)
    assert {fault for _, fault in CLASSES.values()} == set(Fault) - elsewhere


def test_the_document_holds_the_rules_as_they_are():
    document = Path(__file__).parents[2] / "docs" / "crawl.md"
    text = document.read_text(encoding="utf-8")
    table = text.partition("<!-- rules -->\n")[2].partition("<!-- /rules -->")[0]
    assert table == rules_table(), "copy rules_table() into docs/crawl.md"
