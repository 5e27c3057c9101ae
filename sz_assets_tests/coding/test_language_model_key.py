"""A canary for the key of a language model: whatever fails, it is found nowhere."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from language_model_kit import KEY, Kit
from stub_model_server import MODEL, StubModelServer, completion, http, says

from sz_assets.errors import UserError

CHEAP = completion('{"category": "natural"}')


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return Kit(tmp_path)


def forms(secret: str) -> set[str]:
    cores = {
        base64.b64encode(b"x" * offset + secret.encode()).decode()[4 if offset else 0 : -4]
        for offset in range(3)
    }
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], *cores}


def leaks(text: str) -> list[str]:
    return [form for form in forms(KEY) if form in text]


ESCAPED = "".join(f"\\u{ord(character):04x}" for character in KEY)
ECHOES = {
    "in the reply": http(completion(f'{{"category": "{KEY}"}}')),
    "in the model's name": says("natural", model=f"model of {KEY}"),
    "escaped": http(CHEAP.replace(MODEL.encode(), ESCAPED.encode())),
    "in base64": says("natural", id=base64.b64encode(b"ab" + KEY.encode() + b"c").decode()),
    "percent-encoded": says("natural", system_fingerprint=quote(KEY, safe="")),
    "in an error": http(json.dumps({"error": f"wrong key {KEY}"}).encode(), 401),
    "in a failure": http(KEY.encode(), 500, {"X-Key": KEY}),
    "in a redirect": http(b"", 302, {"Location": f"http://127.0.0.1:9/?{quote(KEY)}"}),
    "in Retry-After": http(b"", 429, {"Retry-After": KEY}),
    "in no HTTP": [f"HTTP/9 {KEY}\r\n\r\n".encode()],
    "in an illegal header": [f"HTTP/1.1 200 X\r\n{quote(KEY)}\r\n\r\n".encode()],
    "in a coding": http(CHEAP, 200, {"Content-Encoding": KEY}),
}  # fmt: skip


@pytest.mark.parametrize("name", ECHOES)
def test_the_key_is_found_nowhere(kit, tmp_path, capfd, caplog, name):
    caplog.set_level(logging.DEBUG)
    with StubModelServer(lambda question: ECHOES[name]) as stub:
        asked = kit.ask(stub, "a", "b", "c", "d")
    assert stub.questions[0].headers["authorization"] == f"Bearer {KEY}"
    assert asked.answered == 0
    assert asked.stopped
    files = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    said = "".join([repr(asked), caplog.text, *capfd.readouterr(), *files])
    assert leaks(said) == []


def test_a_trace_of_a_failure_does_not_show_the_key(kit, caplog):
    caplog.set_level(logging.DEBUG)

    def told(done, of):
        raise ValueError("in between")

    with (
        StubModelServer(lambda question: says("natural")) as stub,
        pytest.raises(ValueError, match="in between") as caught,
    ):
        kit.ask(stub, "a", told=told)
    assert leaks("".join(traceback.format_exception(caught.value)) + caplog.text) == []


def test_a_word_in_the_place_of_a_key_is_no_secret(kit):
    with StubModelServer(lambda question: says("none")) as stub:
        assert kit.ask(stub, "a", key="none").answered == 1


@pytest.mark.parametrize("bad", ["\r\nX-More: 1", "深圳", "\x7f"])
def test_a_key_that_cannot_be_sent_is_not_shown(kit, bad):
    with (
        StubModelServer(lambda question: says("natural")) as stub,
        pytest.raises(UserError, match="SZ_CODING_LLM_KEY holds characters") as caught,
    ):
        kit.ask(stub, "a", key=KEY + bad)
    assert stub.questions == []
    assert leaks("".join(traceback.format_exception(caught.value))) == []
