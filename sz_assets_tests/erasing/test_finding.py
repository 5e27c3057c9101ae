"""Identifiers are found however they are spelt, and only where they stand alone."""

from __future__ import annotations

import html
import json

import polars as pl
import pytest

from sz_assets.erasing.finding import ACCOUNT_ID, NAME, PLATFORM_ID, TITLE, VIDEO_ID, Finder

ANY_TITLE = 'A & "B" / <深圳> 第一行\n第二行 \\ 🙂 ' + "长" * 30
WANTED = {
    "shenzhen_swat": ACCOUNT_ID,
    "12345678": PLATFORM_ID,
    "7300000000000000001": VIDEO_ID,
    "红树湾水务局": NAME,
    "Bay Water": NAME,
    ANY_TITLE: TITLE,
}


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(WANTED)


def both(finder: Finder, text: str) -> list[dict[str, int]]:
    in_texts = finder.in_texts(pl.Series(["nothing", text])).get(1, {})
    in_bytes = finder.in_bytes([b"nothing", text.encode()]).get(1, {})
    return [dict(in_texts), dict(in_bytes)]


@pytest.mark.parametrize("identifier", WANTED)
@pytest.mark.parametrize(
    "write",
    [
        lambda text: f"x {text} x",
        lambda text: json.dumps({"a": text}),
        lambda text: json.dumps({"a": text}, ensure_ascii=False),
        lambda text: json.dumps(json.dumps({"a": text})),
        lambda text: json.dumps(json.dumps({"a": text}, ensure_ascii=False), ensure_ascii=False),
        lambda text: json.dumps({"a": text}).replace("/", "\\/"),
        lambda text: f"<p>{html.escape(text)}</p>",
        lambda text: f"<p>{html.escape(text, quote=False)}</p>",
        lambda text: '"' + text.replace('"', '""') + '"',
    ],
)
def test_every_spelling_is_found(finder: Finder, identifier: str, write) -> None:
    assert both(finder, write(identifier)) == [{identifier: 1}, {identifier: 1}]


def test_capital_escapes_are_found(finder: Finder) -> None:
    text = "".join(f"\\u{ord(letter):04X}" for letter in "红树湾水务局")
    assert both(finder, text) == [{"红树湾水务局": 1}] * 2


@pytest.mark.parametrize(
    "text",
    [
        "shenzhen_swat_team", "nanshan_shenzhen_swat", "123456789", "5512345678",
        "73000000000000000012", "Bay Waters", "红树湾水务", ANY_TITLE[:40],
    ],
)  # fmt: skip
def test_a_part_of_another_word_is_none(finder: Finder, text: str) -> None:
    assert both(finder, text) == [{}, {}]


@pytest.mark.parametrize(
    "text",
    [
        "avatar/shenzhen_swat.jpeg", r"第一行\nshenzhen_swat", r"\u6df1shenzhen_swat深",
        "id%2Fshenzhen_swat&", "SIMULATED-shenzhen_swat", "shenzhen_swat:73",
    ],
)  # fmt: skip
def test_an_id_stands_alone_beside_any_sign(finder: Finder, text: str) -> None:
    assert both(finder, text) == [{"shenzhen_swat": 1}] * 2


def test_finds_are_counted_and_overlap(finder: Finder) -> None:
    assert both(finder, "红树湾水务局、红树湾水务局12345678")[0] == {
        "红树湾水务局": 2,
        "12345678": 1,
    }
    inner = Finder({"第一期节目": TITLE, "第一期节目预告": TITLE})
    assert both(inner, "看第一期节目预告")[1] == {"第一期节目": 1, "第一期节目预告": 1}


def test_masking_keeps_the_length_and_everything_else(finder: Finder) -> None:
    text = "谢谢红树湾水务局和shenzhen_swat_team"
    masked = finder.masked(text, WANTED)
    assert masked == "谢谢＊＊＊＊＊＊和shenzhen_swat_team"
    escaped = json.dumps(text).encode()
    assert not finder.in_bytes([finder.masked_bytes(escaped, WANTED)])
    assert len(finder.masked_bytes(escaped, WANTED)) == len(escaped)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_masking_a_text_that_is_json_leaves_it_json(finder: Finder, ascii_only: bool) -> None:
    said = {"title": ANY_TITLE, "of": ["红树湾水务局", 1]}
    masked = finder.masked(json.dumps(said, ensure_ascii=ascii_only), WANTED)
    signs = len(ANY_TITLE.encode("utf-16-le")) // 2
    assert json.loads(masked) == {"title": "＊" * signs, "of": ["＊" * 6, 1]}


def test_nothing_wanted_is_nothing_found() -> None:
    assert both(Finder({}), "红树湾水务局") == [{}, {}]
