"""Waits, paces and hooks, without a network."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from sz_assets.crawl.pace import Pacer
from sz_assets.crawl.redaction import Redaction
from sz_assets.crawl.rules import RetryRule, retry_after_seconds
from sz_assets.crawl.signing import load_signer
from sz_assets.errors import UserError
from sz_assets.settings import Secret

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("Sun, 01 Nov 2026 12:02:00 GMT", 120),
        ("Sunday, 01-Nov-26 12:02:00 GMT", 120),
        ("Sun Nov  1 12:02:00 2026", 120),
        ("Sun, 01 Nov 2026 20:02:00 +0800", 120),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
        ("9" * 30, 1e9),
        ("Sun, 01 Nov 2026 12:02:60 GMT", 180),
        ("Fri, 31 Dec 9999 23:59:60 GMT", None),
    ],
)
def test_retry_after_is_read(value, seconds):
    assert retry_after_seconds(value, NOW) == seconds


def test_waits_double_and_never_undercut_the_platform():
    rule = RetryRule(attempts=4, first_wait=1, longest_wait=5)
    assert [rule.wait(failures, None, 0) for failures in (1, 2, 3, 4)] == [1, 2, 4, None]
    assert rule.wait(1, None, 1) == 2
    assert rule.wait(3, None, 1) == 5
    assert rule.wait(1, 3.5, 0) == 3.5
    assert rule.wait(3, 1, 0) == 4
    assert rule.wait(1, 5.1, 0) is None


def test_the_pace_is_never_exceeded():
    now = 0.0
    turns = []

    async def sleep(seconds):
        nonlocal now
        now += seconds * 0.9 if seconds > 0.001 else seconds  # timers may fire early

    async def go():
        pacer = Pacer(20, now=lambda: now, sleep=sleep, jitter=lambda: 0.0)
        for _ in range(200):
            await pacer.turn()
            turns.append(now)

    asyncio.run(go())
    gaps = [after - before for before, after in pairwise(turns)]
    assert min(gaps) >= 1 / 20 - 1e-9
    assert turns[-1] <= 200 / 20


def test_without_a_pace_nothing_waits():
    async def refuse(seconds):
        raise AssertionError

    asyncio.run(Pacer(None, sleep=refuse).turn())


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def sign(m, u): return 5", "something else than a URL"),
        ("def sign(m, u): return u, {'a': 1}", "something else than a URL"),
        ("def sign(m, u): return u, {'x-sign': 'a\\nb'}", "something else than a URL"),
        ("def sign(m, u): return u, {'x sign': 'a'}", "something else than a URL"),
        ("def sign(m, u): return u + '\\n'", "something else than a URL"),
        ("def sign(m, u): return 'https://evil.example/x'", "another host"),
        ("def sign(m, u): return u.replace('https', 'http')", "another host"),
        ("def sign(m, u): return u, {'Cookie': 'a=b'}", "header 'Cookie'"),
        ("def sign(m, u): 1 / 0", "failed with ZeroDivisionError"),
        ("oops", "can't be loaded"),
        ("other = 1", "can't be loaded"),
    ],
)
def test_a_wrong_signer_is_a_clear_error(tmp_path, monkeypatch, code, message):
    name = f"signer_{abs(hash(code))}"
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=message):
        load_signer(f"{name}:sign")("GET", "https://good.example/x?a=1")


def test_without_a_signer_nothing_changes():
    assert load_signer(None)("GET", "https://good.example/") == ("https://good.example/", {})


def test_short_cookie_values_do_not_empty_every_answer():
    redaction = Redaction(Secret("a=1; b=longer-than-eight"))
    assert redaction.of_body(b"<html>1</html>") == b"<html>1</html>"
    assert redaction.of_body(b"<html>longer-than-eight</html>") == b""
    assert Redaction(Secret("")).of_body(b"x") == b"x"


def test_a_number_is_left_in_a_page_and_a_token_is_not():
    page = b'{"aweme_id":"7312345678901234567","echo":"ABCDEFGHIJKLMNOPQ"}'
    redaction = Redaction(Secret("webid=7312345678901234567; sid=ABCDEFGHIJKLMNOPQ"))
    assert redaction.of_page(page) == page.replace(b"ABCDEFGHIJKLMNOPQ", b"*" * 17)


def test_now_is_a_moment():
    assert retry_after_seconds("Sun, 01 Nov 2026 12:00:01 GMT", NOW + timedelta(hours=1)) == 0
