"""The check of a written report: it is whole, shows every figure and table, and asks for nothing.

Here: reading a page back. Not here: making it (`page`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import Bilingual
from sz_assets.charts.inspection import References
from sz_assets.report.analysis import SECTIONS as ANALYSIS_SECTIONS

SECTIONS = (
    *("numbers", "coverage", "figures", "tables", "summary"),
    *ANALYSIS_SECTIONS,
    *("comparison", "method", "provenance"),
)
MAXIMUM_BYTES = 3_000_000


class _Content(References):
    """Ids, texts, labels of pictures and references; `is_whole` once the document has ended."""

    def __init__(self, page: str) -> None:
        super().__init__(allow_links=True)
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.text = ""
        self.is_whole = False
        self._silent = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "svg":
            self.labels.append(given.get("aria-label", ""))
        if tag in ("style", "title", "svg", "script"):
            self._silent = self._silent or tag

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag == self._silent:
            self._silent = ""
        self.is_whole |= tag == "html"

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if not self._silent:
            self.text += data


def inspect_report(page: str, *, badges: Sequence[Bilingual]) -> str | None:
    """What is wrong with a report's page, in one sentence; None if all is well.

    `badges` is what everything of the month must say (`ChartContext.badges`).
    """
    content = _Content(page)
    if not content.is_whole:
        return "The page is cut short."
    if missing := [section for section in SECTIONS if section not in content.ids]:
        return f"The page lacks the section {missing[0]}."
    if len(set(content.ids)) != len(content.ids):
        return "The page uses an id twice."
    for spec in CATALOGUE:
        # A figure is a picture with a label; a table's heading is text, be it full or empty.
        shown = [content.text] if spec.is_table else content.labels
        if not any(str(spec.heading) in text for text in shown):
            return f"The page does not show: {spec.heading.en}."
    if content.outside:
        return f"The page refers to something outside: {content.outside[0]}."
    # Outside the pictures, which bear the badges themselves.
    for unsaid in (words for words in badges if str(words) not in content.text):
        return f"The page does not say: {unsaid}."
    if len(page.encode()) > MAXIMUM_BYTES:
        return f"The page is larger than {MAXIMUM_BYTES:,} bytes."
    return None
