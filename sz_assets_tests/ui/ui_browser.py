"""A real browser with Chinese letters, and a record of all that it asked and complained about.

Here: starting Chromium. Not here: where it goes and what it must see (`ui_pictures`, tests).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
from playwright.sync_api import Page, expect, sync_playwright

WIDTH = 1400
HEIGHT = 900
_NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


@dataclass
class Seen:
    """What a page must not do: ask other hosts, get errors, or log any."""

    outside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    websockets: list[str] = field(default_factory=list)


def find_chromium() -> str:
    """The browser's path; RuntimeError says how to install it."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise RuntimeError(
        "Chromium is missing: install it (apt-get install chromium), "
        f"so that one of {', '.join(_NAMES)} is on the PATH."
    )


def font_settings(folder: Path) -> Path:
    """The system's fonts and one with Chinese letters, without which they would be boxes."""
    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    settings = folder / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{fonts}</dir><cachedir>{folder}</cachedir></fontconfig>"
    )
    return settings


@contextmanager
def open_browser(
    address: str, folder: Path, *arguments: str, **options: Any
) -> Iterator[tuple[Page, Seen]]:
    """A page of a fresh browser, and what it did that is of interest, up to now.

    `address` is the only server that it should ask; `folder` takes the font settings. Further
    `arguments` are Chromium's, further `options` those of the browser's context.
    """
    chromium = find_chromium()
    seen = Seen()
    # Launching a run takes seconds, and more on a busy machine.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[*OPTIONS, *arguments],
            env={**os.environ, "FONTCONFIG_FILE": str(font_settings(folder))},
        )
        # The menu at the left stays small, so that pictures show what they are about.
        narrow = {"name": "dagster-nav-collapsed", "value": "true"}
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            storage_state={"origins": [{"origin": address, "localStorage": [narrow]}]},
            **options,
        )
        own = (f"{address}/", f"blob:{address}/", "data:", f"{address.replace('http', 'ws')}/")
        context.on(
            "request",
            lambda request: request.url.startswith(own) or seen.outside.append(request.url),
        )
        context.on(
            "response",
            lambda answer: (
                answer.status < 400 or seen.refused.append(f"{answer.status} {answer.url}")
            ),
        )
        context.on(
            "console",
            lambda message: message.type != "error" or seen.errors.append(message.text),
        )
        context.on("weberror", lambda error: seen.errors.append(str(error.error)))
        page = context.new_page()
        page.on("websocket", lambda websocket: seen.websockets.append(websocket.url))
        try:
            yield page, seen
        finally:
            browser.close()
