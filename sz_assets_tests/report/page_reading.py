"""How the tests read a page: its words, and what of its code is ours.

Here: reading. Not here: building a page.
"""

from __future__ import annotations

import re
from html import unescape

from sz_assets.charts.render import bundled_library
from sz_assets.report.shell import script_text


def text_of(page: str) -> str:
    """What a reader sees, on one line."""
    shown = re.sub(r"(?s)<(style|script)[^>]*>.*?</\1>", "", page)
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", shown).split()))


def without_own_code(page: str) -> str:
    """The page without the scripts that this project puts there, and without the charts' data."""
    for name in ("page.js", "charts.js"):
        page = page.replace(f"<script>{script_text(name)}</script>", "")
    page = page.replace(f'<script type="text/plain" id="vega">{bundled_library()}</script>', "")
    return re.sub(r'<script type="application/json" id="spec-\w+">[^<>&]*</script>', "", page)
