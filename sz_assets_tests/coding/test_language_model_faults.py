"""What a failing endpoint does to a run of questions: what is repeated, refused and ended."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from language_model_kit import NOW, Kit
from stub_model_server import StubModelServer, completion, http, in_turn, says

from sz_assets.coding.machine.endpoint import EndpointLimits, retry_after_seconds
from sz_assets.coding.machine.language_model import Asked

CHEAP = completion('{"category": "natural"}')


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return Kit(tmp_path)


def test_429_is_repeated_when_the_server_says(kit):
    slow_down = http(b"", 429, {"Retry-After": "1"})
    with StubModelServer(in_turn(slow_down, says("natural"))) as stub:
        assert kit.ask(stub, "a") == Asked(1, {}, 0, None)
    first, second = stub.questions
    assert second.at - first.at >= 1.0


def test_a_server_that_wants_hours_is_left_alone(kit):
    with StubModelServer(lambda question: http(b"", 429, {"Retry-After": "7200"})) as stub:
        asked = kit.ask(stub, "a", "b", "c", "d")
    assert len(stub.questions) == 1
    assert (asked.answered, asked.left) == (0, 4)
    assert "left alone for 7,200 s: run the same command again" in asked.stopped


CUT = [http(CHEAP)[0][:-20]]
FAULTS = {
    "500": (http(b"{}", 500), "HTTP status 500", 4),
    "503": (http(b"<html>", 503), "HTTP status 503", 4),
    "400": (http(b"{}", 400), "HTTP status 400", 1),
    "a slow body": ([CUT[0], 5.0], "no whole answer within 0.5 s", 4),
    "slow headers": ([b"HTTP/1.1 200 OK\r\n", 5.0], "no whole answer within 0.5 s", 4),
    "a huge body": (http(b" " * 20_000), "an answer of more than 10,000 bytes", 1),
    "a cut body": (CUT, "the transfer broke off (RemoteProtocolError)", 4),
    "no HTTP": ([b"\x16\x03\x01 neither\r\n\r\n"], "the transfer broke off", 4),
    "nothing": ([], "the transfer broke off", 4),
    "no JSON": (http(b"<html>captcha</html>"), "an answer that is no chat completion", 4),
    "other JSON": (http(b'{"choices": []}'), "an answer that is no chat completion", 4),
    "a list": (http(b"[1]"), "an answer that is no chat completion", 4),
    "no UTF-8": (http(CHEAP[:-1] + b"\xff"), "an answer that is no chat completion", 4),
    "a deep nest": (http(b"[" * 9_000), "an answer that is no chat completion", 4),
    "gzip": (http(CHEAP, 200, {"Content-Encoding": "gzip"}), "a compressed answer", 1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_completion_is_no_answer(kit, name):
    fault, reason, requests = FAULTS[name]
    limits = EndpointLimits(
        first_wait=0.0, requests_per_second=1e6, deadline=0.5, body_bytes=10_000
    )
    with StubModelServer(lambda question: fault) as stub:
        asked = kit.ask(stub, "a", limits=limits)
    assert [reason in failure for failure in asked.failures] == [True]
    assert (asked.answered, asked.left, asked.stopped) == (0, 1, None)
    assert len(stub.questions) == requests
    assert kit.file.read() == []
    with StubModelServer(lambda question: says("natural")) as stub:
        assert kit.ask(stub, "a").answered == 1


def test_one_bad_task_does_not_hold_the_others_but_three_in_a_row_do(kit):
    def moody(question):
        return http(b"", 400) if question.title.startswith("bad") else says("natural")

    with StubModelServer(moody) as stub:
        asked = kit.ask(stub, "bad 1", "bad 2", "good", "bad 3", "bad 4", "bad 5", "never")
    assert asked == Asked(1, {"HTTP status 400": 5}, 6, "HTTP status 400")
    assert "never" not in stub.titles


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not accept the key: check SZ_CODING_LLM_KEY"),
        (403, "it refuses: check SZ_CODING_LLM_KEY"),
        (404, "check SZ_CODING_LLM_BASE_URL, which mostly ends with /v1"),
        (302, "leads to another address, which is not followed"),
    ],
)
def test_some_refusals_end_the_run_at_once(kit, status, said):
    with StubModelServer(lambda question: says("natural")) as other:
        elsewhere = {"Location": f"{other.base_url}/chat/completions"}
        with StubModelServer(lambda question: http(b"", status, elsewhere)) as stub:
            asked = kit.ask(stub, "a", "b")
    assert said in asked.stopped
    assert (len(stub.questions), len(other.questions), asked.left) == (1, 0, 2)


def test_no_proxy_of_the_environment_is_used(kit, monkeypatch):
    with StubModelServer(lambda question: says("natural")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base_url)
        with StubModelServer(lambda question: says("natural")) as stub:
            kit.ask(stub, "a")
    assert (len(stub.questions), len(proxy.questions)) == (1, 0)


def test_a_server_that_is_not_there(kit):
    with StubModelServer(lambda question: says("natural")) as gone:
        pass
    asked = kit.ask(gone, "a")
    assert list(asked.failures) == ["no connection: check that it runs and SZ_CODING_LLM_BASE_URL"]


def test_requests_have_a_pace(kit):
    limits = EndpointLimits(requests_per_second=10.0)
    with StubModelServer(lambda question: says("natural")) as stub:
        kit.ask(stub, "a", "b", "c", limits=limits)
    gaps = [b.at - a.at for a, b in zip(stub.questions, stub.questions[1:], strict=False)]
    # The first arrives later than it was sent, so a gap may be a little shorter than the pace.
    assert min(gaps) > 0.05


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("9" * 400, 999_999_999.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after_seconds(header, NOW) == seconds
