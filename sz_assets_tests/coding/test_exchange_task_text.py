"""Texts that tools can hold, and who is who in a tool."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest

from sz_assets.coding.exchange.task_text import NO_TITLE, shown_title, storable, xml_text
from sz_assets.coding.exchange.who_coded import WhoCoded


def test_only_what_nothing_can_hold_is_replaced() -> None:
    assert storable("a\x00b\ud83d") == "a\ufffdb\ufffd"
    every = "".join(map(chr, (*range(1, 0xD800), *range(0xE000, 0x20000))))
    assert storable(every) == every


def test_xml_takes_every_text() -> None:
    every = xml_text("".join(map(chr, range(0x11000))))
    element = Xml.Element("a", b=every)
    assert Xml.fromstring(Xml.tostring(element, encoding="unicode")).get("b") == every


def test_a_missing_title_has_a_stand_in() -> None:
    assert [shown_title(title) for title in (None, "", " \r\n", " 题 ")] == [
        *[NO_TITLE] * 3,
        " 题 ",
    ]


@pytest.mark.parametrize(
    ("text", "everyone", "named"),
    [
        (None, None, {}),
        ("anna", "anna", {}),
        ("博文", "博文", {}),
        ("1=anna, b@x.org=bo", None, {"1": "anna", "b@x.org": "bo"}),
        ("1=anna,bo", "1=anna,bo", {}),
        ("1=", "1=", {}),
        ("1=anna,1=bo", "1=anna,1=bo", {}),
    ],
)
def test_who_is_who_is_said_by_one_name_or_by_pairs(
    text: str | None, everyone: str | None, named: dict[str, str]
) -> None:
    assert WhoCoded.of(text) == WhoCoded(everyone, named)
