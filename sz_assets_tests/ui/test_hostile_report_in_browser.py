"""Hostile titles and names in the report, in a real browser: nothing of them lives."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from browsed_report import fake_marts, report
from playwright.sync_api import Browser
from report_browser import browser, draw_all, opened

from sz_assets.charts.context import Bilingual

sys.path.append(str(Path(__file__).parents[1] / "publish"))
from hostile_titles import HOSTILE_TITLES

pytestmark = pytest.mark.slow
_MARK = "HERE-STANDS-A-TITLE"
_SHAPES = (
    "['script','img','iframe','a','form','object','style','svg','input','base','meta','details']"
    ".map(tag => document.querySelectorAll(tag).length)"
)


def _poisoned(frames: dict[str, pl.DataFrame], texts: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The marts with the next of `texts` wherever the mark stands."""
    supply = itertools.cycle(texts)

    def poison(text: str | None) -> str | None:
        return None if text is None else re.sub(_MARK, lambda _: next(supply), text)

    return {
        name: frame.with_columns(
            pl.Series(column, [poison(text) for text in frame[column]], pl.String)
            for column, type_ in frame.schema.items()
            if type_ == pl.String
        )
        for name, frame in frames.items()
    }


def test_hostile_titles_and_names_become_nothing_in_the_browser(
    tmp_path: Path,
) -> None:
    tame, evil = tmp_path / "tame.html", tmp_path / "evil.html"
    tame.write_text(report(fake_marts.marts()), encoding="utf-8")
    frames = _poisoned(fake_marts.marts(title=_MARK), HOSTILE_TITLES)
    held = "\n".join(text for frame in frames.values() for text in _texts(frame))
    assert all(title in held for title in HOSTILE_TITLES)
    context = fake_marts.context("simulated")
    # All of them are names as well; a study's file, from which names come, has no controls.
    names = [
        " ".join(
            "".join(filter(str.isprintable, title))[:300]
            for title in HOSTILE_TITLES[at :: len(context.accounts)]
        )
        for at in range(len(context.accounts))
    ]
    accounts = {
        id_: replace(label, name=Bilingual(name, name[::-1]))
        for (id_, label), name in zip(context.accounts.items(), names, strict=True)
    }
    evil.write_text(report(frames, context=replace(context, accounts=accounts)), encoding="utf-8")
    found = []
    with browser(tmp_path) as chromium:
        for path in (tame, evil):
            found.append(_shapes(chromium, path))
    assert found[0] == found[1]


def _shapes(chromium: Browser, path: Path) -> list[int]:
    """How many elements of each kind there are, in a page that neither asks nor complains."""
    with opened(chromium, path) as watched:
        draw_all(watched.page)
        watched.page.mouse.move(700, 500)
        assert watched.asked == []
        assert watched.complaints == []
        assert watched.page.evaluate(
            "Array.from(document.querySelectorAll('*')).every(element =>"
            " element.getAttributeNames().every(name => !name.startsWith('on')))"
        )
        shapes: list[int] = watched.page.evaluate(_SHAPES)
        return shapes


def _texts(frame: pl.DataFrame) -> Iterator[str]:
    for column, type_ in frame.schema.items():
        if type_ == pl.String:
            yield from frame[column].drop_nulls()
