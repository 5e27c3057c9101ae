"""The dashboard in a real browser: what it asks, what it draws, and a picture of it.

Here: opening and looking. Not here: the server (`superset_server`). To make the picture of the
documentation again: `PYTHONPATH=sz_assets_tests/ui .venv/bin/python
sz_assets_tests/clients/superset_page.py HOME docs/pictures/superset.png`.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from superset_server import USER, superset_server
from ui_browser import open_browser

WIDTH = 1600
HEIGHT = 1000
SCROLL = 600
WAIT_MILLISECONDS = 60_000
# Where Superset counts its visitors.
COUNTER = "https://apachesuperset.gateway.scarf.sh/"


@dataclass(frozen=True)
class Looked:
    """What came of looking: answers to charts, words on the page, requests elsewhere, errors.

    `forbidden` are the addresses elsewhere that the browser didn't ask, as the page's policy
    forbids it; `outside` those that it did ask, and `errors` what is not about the former.
    """

    answers: list[tuple[int, int]]
    text: str
    drawings: int
    forbidden: list[str]
    outside: list[str]
    errors: list[str]


def look(address: str, user: str, password: str, slug: str, folder: Path, picture: Path) -> Looked:
    """Log in as a reader does, open the dashboard, scroll to its end, and take its picture."""
    answers: list[tuple[int, int]] = []
    forbidden: list[str] = []
    with open_browser(address, folder) as (page, seen):

        def note(answer) -> None:
            if "/api/v1/chart/data" in answer.url:
                rows = sum(len(one["data"]) for one in answer.json()["result"])
                answers.append((answer.status, rows))

        page.on(
            "requestfailed", lambda asked: asked.failure != "csp" or forbidden.append(asked.url)
        )
        page.on("requestfinished", lambda asked: note(asked.response()))
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        page.goto(f"{address}/login/")
        page.locator("input[type=text]").first.fill(user)
        page.locator("input[type=password]").fill(password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url, timeout=WAIT_MILLISECONDS)
        page.goto(f"{address}/superset/dashboard/{slug}/")
        page.locator("[data-test=slice-header]").first.wait_for(timeout=WAIT_MILLISECONDS)
        page.mouse.move(WIDTH // 2, HEIGHT // 2)
        # Charts ask for their data when they come into sight.
        for _ in range(12):
            page.mouse.wheel(0, SCROLL)
            page.wait_for_timeout(700)
        page.wait_for_load_state("networkidle")
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.evaluate("window.scrollTo(0, 0)")
        page.set_viewport_size({"width": WIDTH, "height": whole})
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(4000)
        page.screenshot(path=picture)
        return Looked(
            answers=answers,
            text=page.inner_text("body"),
            drawings=page.locator("canvas").count(),
            forbidden=forbidden,
            outside=[url for url in seen.outside if url not in forbidden],
            errors=[text for text in seen.errors if not any(url in text for url in forbidden)],
        )


def _make_picture(home: Path, picture: Path) -> None:
    from PIL import Image

    from sz_assets.publish.superset import write_superset
    from sz_assets.publish.superset.dashboard import SLUG
    from sz_assets.study import load_study

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warehouse = str(home / "published" / "current" / "warehouse.duckdb")
        export = write_superset(
            folder / "superset.zip",
            warehouse=warehouse,
            study=load_study("shenzhen"),
            simulated=True,
        )
        with superset_server(folder) as superset:
            superset.take_in("/assets/import/", export)
            whole = folder / "whole.png"
            look(superset.address, USER, superset.password, SLUG, folder, whole)
        with Image.open(whole) as image:
            smaller = image.convert("RGB").resize((image.width * 5 // 8, image.height * 5 // 8))
            smaller.quantize(64).save(picture, optimize=True)


if __name__ == "__main__":
    _make_picture(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
