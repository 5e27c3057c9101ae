"""Pictures of the published pages for the documentation, made from a release's folder.

`python sz_assets_tests/ui/report_pictures.py RELEASE YYYY-MM docs/pictures`. Here: what is taken.
Not here: claims about the pages (tests).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from report_browser import PHONE, WIDE, browser, opened

MAX_BYTES = 300_000
A4 = (794, 1123)


def take(
    chromium: Browser,
    page: Path,
    target: Path,
    *,
    media: Any = "screen",
    **options: Any,
) -> Path:
    """A picture of what is seen first; RuntimeError if it is too large to be kept."""
    with opened(chromium, page, **options) as watched:
        watched.page.emulate_media(media=media)
        watched.page.wait_for_timeout(500)
        watched.page.screenshot(path=target)
    if target.stat().st_size > MAX_BYTES:
        raise RuntimeError(f"{target.name} has more than {MAX_BYTES:,} bytes")
    return target


def main(release: Path, month: str, folder: Path) -> None:
    """All pictures of one month's report, of the index and of the dictionary."""
    report = release / "reports" / f"{month}.html"
    with tempfile.TemporaryDirectory() as fonts, browser(Path(fonts)) as chromium:
        take(chromium, report, folder / "report_zh.png", lang="zh")
        take(chromium, report, folder / "report_en_dark.png", lang="en", scheme="dark")
        take(chromium, report, folder / "report_phone.png", size=PHONE)
        take(chromium, report, folder / "report_print.png", size=A4, media="print")
        take(chromium, release / "index.html", folder / "index.png", size=(WIDE[0], 720))
        dictionary = release / "dictionary/index.html"
        take(chromium, dictionary, folder / "dictionary.png", lang="en")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
