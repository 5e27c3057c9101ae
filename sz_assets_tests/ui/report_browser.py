"""Report pages in a real browser: opened from disk, watched, and held against axe.

Here: opening and watching. Not here: what a page must show (tests, `report_pictures`).
"""

from __future__ import annotations

import os
import re
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from ui_browser import OPTIONS, find_chromium, font_settings

AXE = Path(__file__).parents[2] / ".venv-clients/axe/node_modules/axe-core/axe.min.js"
WIDE = (1400, 1000)
PHONE = (390, 844)


@dataclass
class Watched:
    """A page, what it asked for beside itself, what it complained of, and dialogs it opened."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Chromium with Chinese letters; `folder` takes the font settings."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=list(OPTIONS),
            env={**os.environ, "FONTCONFIG_FILE": str(font_settings(folder))},
        )
        try:
            yield launched
        finally:
            launched.close()


@contextmanager
def opened(
    chromium: Browser,
    path: Path,
    *,
    lang: str = "both",
    scheme: Any = "light",
    size: tuple[int, int] = WIDE,
    **options: Any,
) -> Iterator[Watched]:
    """The page of a file in a fresh context, in this language and of this size."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, **options
    )
    watched = Watched(context.new_page())
    address = f"{path.resolve().as_uri()}?lang={lang}"
    own = (address.split("?")[0], "data:")
    context.on(
        "request",
        lambda request: request.url.startswith(own) or watched.asked.append(request.url),
    )
    context.on("console", lambda message: watched.complaints.append(message.text))
    context.on("weberror", lambda error: watched.complaints.append(str(error.error)))
    watched.page.on(
        "dialog", lambda dialog: (watched.complaints.append(dialog.message), dialog.dismiss())
    )
    try:
        watched.page.goto(address)
        yield watched
    finally:
        context.close()


def draw_all(page: Page) -> None:
    """Bring each chart near, so that it is drawn, and wait until all are."""
    page.evaluate(
        "document.querySelectorAll('figure[data-chart]').forEach(figure => {"
        "if (figure.dataset.state === 'picture')"
        " figure.parentElement.querySelector('.tools button').click(); })"
    )
    page.wait_for_function(
        "Array.from(document.querySelectorAll('figure[data-chart]'))"
        ".every(figure => ['live', 'failed'].includes(figure.dataset.state))",
        timeout=60_000,
    )


def choose(page: Page, lang: str, scheme: Any, size: tuple[int, int]) -> None:
    """Turn an opened page to a language by its switch, to a theme and to a size."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.locator(f'[data-choose="lang"][data-value="{lang}"]').click()


def serious_violations(page: Page) -> list[str]:
    """What axe finds serious or critical in the page as it stands, as `rule: element`."""
    # Evaluated by the browser itself, so the page's policy stays as readers have it.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def letters_of(pdf: bytes) -> set[str]:
    """The characters that a reader can search and copy: those in the fonts' tables of Unicode.

    Chromium writes 月 as the radical of the same shape where a font draws both alike; searching
    takes them for one, and so does this.
    """
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            text = zlib.decompressobj().decompress(stream)
        except zlib.error:  # a stream that is not compressed is no table of Chromium's
            continue
        if b"begincmap" not in text:
            continue
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
            for _, code in re.findall(rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>", block, re.IGNORECASE):
                found.update(bytes.fromhex(code.decode()).decode("utf-16-be", "replace"))
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL):
            for low, high, code in re.findall(
                rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>\s*<([0-9A-F]{4})>", block, re.IGNORECASE
            ):
                start = int(code, 16)
                found.update(map(chr, range(start, start + int(high, 16) - int(low, 16) + 1)))
    return set(unicodedata.normalize("NFKC", "".join(found)))
