"""The check of a written data dictionary: it opens, explains every column, and asks for nothing.

Here: reading the page back. Not here: making it (`dictionary`).
"""

from __future__ import annotations

from collections.abc import Collection

from sz_assets.charts.inspection import References
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.publish.dictionary import origin_note


class _Content(References):
    def __init__(self, page: str) -> None:
        super().__init__(allow_links=True)
        self.ids: set[str] = set()
        self.text = ""
        self.is_whole = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self.ids |= {value for name, value in attrs if name == "id" and value}

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self.is_whole |= tag == "html"

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        self.text += data


def inspect_dictionary(page: str, origins: Collection[str]) -> str | None:
    """What is wrong with a dictionary's page, in one sentence; None if all is well.

    `origins` are the data origins of its release.
    """
    content = _Content(page)
    if not content.is_whole:
        return "The page is cut short."
    for table in PUBLISHED_TABLES:
        for place in (table.name, *(f"{table.name}.{name}" for name in table.column_names)):
            if place not in content.ids:
                return f"The page does not explain {place}."
    if content.outside:
        return f"The page refers to something outside: {content.outside[0]}."
    note = origin_note(origins)
    if note and not all(words in content.text for words in note):
        return f"The page does not say: {note.en}"
    return None
