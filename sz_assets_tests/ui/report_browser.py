"""Report pages in a real browser: opened from disk, watched, and held against axe.

Here: opening and watching. Not here: what a page must show (tests, `report_pictures`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from ui_browser import _OPTIONS, _font_settings, find_chromium

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
            args=list(_OPTIONS),
            env={**os.environ, "FONTCONFIG_FILE": str(_font_settings(folder))},
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


def serious_violations(chromium: Browser, path: Path, **options: Any) -> list[str]:
    """What axe finds serious or critical, as `rule: element`."""
    # The page's policy lets no other script in, so that of this one context is set aside.
    with opened(chromium, path, bypass_csp=True, **options) as watched:
        watched.page.add_script_tag(path=AXE)
        found: dict[str, Any] = watched.page.evaluate("axe.run()")
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
