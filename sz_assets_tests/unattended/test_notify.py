"""Notices reach every channel as plain text, and no error or log says where they go."""

from __future__ import annotations

import logging

import pytest

from sz_assets import notify
from sz_assets.errors import UserError
from sz_assets.notify import Notice, deliver, opened, split
from sz_assets.settings import Secret
from sz_assets_tests.unattended.listener import listening

NOTICE = Notice(
    "深圳 2023-10：失败 · failed", "<b>core/videos</b> & [x](http://evil.example)\nsecond"
)
TOKEN = "t0ken-that-nobody-may-see"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(notify, "_PAUSES", (0, 0))


def test_without_an_address_it_is_a_line_in_the_log(caplog) -> None:
    assert deliver(NOTICE, Secret("")) == "the log"
    [record] = caplog.records
    assert (record.name, record.levelno) == ("sz_assets.notices", logging.WARNING)
    assert record.getMessage() == (
        "深圳 2023-10：失败 · failed: <b>core/videos</b> & [x](http://evil.example) second"
    )


def test_every_channel_gets_it_word_for_word(caplog) -> None:
    with listening() as one, listening() as two:
        told = deliver(NOTICE, Secret(f"{one.address}?token={TOKEN} {two.address}"))
    assert told == "channel 1 (json), channel 2 (json)"
    for listener in (one, two):
        [taken] = listener.taken
        assert (taken["title"], taken["message"]) == (NOTICE.title, NOTICE.body)
    assert TOKEN not in caplog.text


def test_one_that_does_not_answer_is_asked_again_and_the_other_only_once() -> None:
    with listening() as one, listening() as two:
        one.answers = [503, 503]
        deliver(NOTICE, Secret(f"{one.address},{two.address}"))
        assert (len(one.paths), len(one.taken), len(two.taken)) == (3, 1, 1)


def test_one_that_refuses_is_named_by_its_place_and_never_by_its_address(caplog) -> None:
    with listening() as one, listening() as two:
        one.answers = [403] * 9
        with pytest.raises(UserError) as caught:
            deliver(NOTICE, Secret(f"{one.address}/{TOKEN} {two.address}"))
        assert len(two.taken) == 1
    assert "channel 1 (json) of SZ_NOTIFY_URLS" in str(caught.value)
    assert TOKEN not in str(caught.value) + caplog.text + repr(caught.value.__cause__)
    assert str(one.port) not in str(caught.value)


def test_a_redirection_is_not_followed() -> None:
    with listening() as one:
        one.answers = [307] * 9
        with pytest.raises(UserError, match="was not taken by channel 1"):
            deliver(NOTICE, Secret(one.address))
        assert set(one.paths) == {"/hook"}


@pytest.mark.parametrize(
    "address", [f"nochat://{TOKEN}", TOKEN, "json://", "http://", f"dingtalk://{TOKEN} x"]
)
def test_an_address_of_no_service_is_refused_by_its_number(address: str) -> None:
    with pytest.raises(UserError) as caught:
        opened(Secret(f"json://127.0.0.1:9/ {address}"))
    assert "of SZ_NOTIFY_URLS is none that Apprise can use" in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "mailtos://user:pass@mail.example.org?to=a@example.org,b@example.org",
        "json://hook.example.org/path",
        "dingtalk://SEC0123456789abcdef@0123456789abcdef0123456789abcdef/",
        "wecombot://0123456789abcdef",
    ],
)
def test_the_promised_services_are_known(address: str) -> None:
    [(place, _)] = opened(Secret(address))
    assert place == f"channel 1 ({address.partition(':')[0]})"


def test_addresses_are_separated_by_spaces_lines_or_commas() -> None:
    text = "json://a/?x=1,2, mailtos://u:p@h?to=a@b.c,d@e.f\n\tdingtalk://x,wecombot://y "
    assert split(Secret(text)) == [
        "json://a/?x=1,2",
        "mailtos://u:p@h?to=a@b.c,d@e.f",
        "dingtalk://x",
        "wecombot://y",
    ]
    assert split(Secret(" ")) == []
