"""The check of a written chart: every file opens, parses and shows what it must.

Here: reading files back, without Altair. Not here: rendering.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import islice
from typing import Any
from xml.etree import ElementTree

from sz_assets.charts.context import Bilingual
from sz_assets.charts.render import ChartFiles

_SVG = "{http://www.w3.org/2000/svg}"
_MAIN = "main"
# Altair adds the positions of the charts in which a view is nested to the view's name.
_MAIN_VIEW = re.compile(rf"{_MAIN}(_\d+)*")
_EMPTY_VIEW = re.compile(r"empty(_\d+)*")
_MAIN_MARKS = re.compile(rf"{_MAIN}(_\d+)*_marks")
_FETCHING = {
    "src",
    "href",
    "srcset",
    "data",
    "poster",
    "action",
    "formaction",
    "background",
    "xlink:href",
    "ping",
    "manifest",
}
_OUTSIDE_IN_CSS = re.compile(r"@import|url\(\s*['\"]?(?!#|data:|['\")])", re.IGNORECASE)


@dataclass(frozen=True)
class Inspection:
    """What a chart's files hold. `problem` is one sentence, None if all is well."""

    problem: str | None
    row_count: int = 0
    mark_count: int = 0
    png_width: int = 0
    png_height: int = 0
    byte_count: int = 0

    @property
    def ok(self) -> bool:
        return self.problem is None


class _Problem(Exception):
    """What is wrong, in one sentence; leaves this module as `Inspection.problem`."""


def inspect_chart(
    files: ChartFiles, *, expected_rows: int, mark: str, badges: Sequence[Bilingual]
) -> Inspection:
    """Open and parse every file, and compare rows and marks with what they must be.

    `expected_rows` and `mark` are those of the chart's `ChartSpec`; with 0 rows the chart must
    say that it is empty. `badges` is what every picture of the month must say
    (`ChartContext.badges`).
    """
    try:
        contents = {
            path.name: path.read_bytes() for path in (files.json, files.svg, files.png, files.html)
        }
        spec = _parse_spec(contents[files.json.name])
        texts, marks = _read_svg(contents[files.svg.name])
        if expected_rows == 0:
            rows = 0
            if not any(_EMPTY_VIEW.fullmatch(str(view.get("name"))) for view in _views(spec)):
                raise _Problem("The chart has no data and does not say so.")
        else:
            rows = _main_rows(spec, mark)
            if rows != expected_rows:
                raise _Problem(f"The chart holds {rows} rows, not {expected_rows}.")
            if marks != expected_rows:
                raise _Problem(f"The picture shows {marks} marks, not {expected_rows}.")
        for unsaid in (words for words in badges if str(words) not in texts):
            raise _Problem(f"The picture does not say: {unsaid}.")
        width, height = png_size(contents[files.png.name])
        page = contents[files.html.name].decode()
        if "vegaEmbed(" not in page:
            raise _Problem("The HTML page does not draw the chart.")
        if outside := outside_references(page):
            raise _Problem(f"The HTML page refers to something outside: {outside[0]}.")
    except (_Problem, OSError, ValueError) as error:
        return Inspection(problem=str(error))
    return Inspection(
        None, rows, marks, width, height, sum(len(content) for content in contents.values())
    )


def _parse_spec(content: bytes) -> dict[str, Any]:
    spec = json.loads(content)
    if not isinstance(spec, dict) or "vega-lite" not in str(spec.get("$schema")):
        raise _Problem("The JSON file is not a Vega-Lite specification.")
    return spec


def _views(view: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The view and all views within it."""
    yield view
    for kind in ("layer", "vconcat", "hconcat", "concat"):
        for part in view.get(kind, ()):
            yield from _views(part)


def _main_rows(spec: dict[str, Any], mark: str) -> int:
    """Rows of the data set drawn by the main view, which must have the mark."""
    values: list[Any] | None = None
    has_mark = False
    for view in _views(spec):
        source = view.get("data")
        if isinstance(source, dict) and source.get("name") == _MAIN and "values" in source:
            values = source["values"]
        if _MAIN_VIEW.fullmatch(str(view.get("name"))):
            drawn = view.get("mark")
            has_mark |= (drawn.get("type") if isinstance(drawn, dict) else drawn) == mark
    if values is None:
        raise _Problem("The specification holds no main data.")
    if not has_mark:
        raise _Problem(f"The specification does not draw its main data as {mark}.")
    return len(values)


def _read_svg(content: bytes) -> tuple[set[str], int]:
    """All texts of the picture, and the number of marks of its main view."""
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (our renderer wrote it)
    except ElementTree.ParseError as error:
        raise _Problem(f"The SVG file can't be parsed: {error}.") from error
    if root.tag != f"{_SVG}svg":
        raise _Problem("The SVG file holds no picture.")
    marks = sum(
        len(group)
        for group in root.iter(f"{_SVG}g")
        if any(_MAIN_MARKS.fullmatch(name) for name in (group.get("class") or "").split())
    )
    return {text.text or "" for text in root.iter(f"{_SVG}text")}, marks


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG picture whose pixels can be read and are not all alike.

    ValueError says what is wrong.
    """
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("The PNG file does not begin like one.")
    position, pixels, width, height, ended = 8, bytearray(), 0, 0, False
    while position + 12 <= len(content) and not ended:
        length, kind = struct.unpack_from(">I4s", content, position)
        body = content[position + 8 : position + 8 + length]
        position += 12 + length
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", body)
        elif kind == b"IDAT":
            pixels += body
        ended = kind == b"IEND"
    try:
        decoded = zlib.decompress(pixels)
    except zlib.error as error:
        raise ValueError(f"The PNG file's pixels can't be read: {error}.") from error
    if not ended or not width or not height:
        raise ValueError("The PNG file is cut short.")
    # Seeking each value is many times faster than making a set of some ten million bytes.
    values = (value for value in range(256) if decoded.find(value) >= 0)
    if len(list(islice(values, 16))) < 16:
        raise ValueError("The PNG file shows nothing.")
    return width, height


class References(HTMLParser):
    """Lists in `outside` what in an HTML page would fetch something or run an inline handler.

    Each is told as `tag name=value`. With `allow_links`, links (`<a href>`) to https addresses and
    relative paths are not listed.
    """

    def __init__(self, *, allow_links: bool = False) -> None:
        super().__init__()
        self.outside: list[str] = []
        self._allow_links = allow_links
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            text = (value or "").strip()
            if name == "style" and _OUTSIDE_IN_CSS.search(text):
                self.outside.append(f"{tag} {name}={text}")
            if name.startswith("on"):
                self.outside.append(f"{tag} {name}={text}")
            if name not in _FETCHING or text.startswith(("#", "data:")):
                continue
            is_link = tag == "a" and name == "href"
            if is_link and self._allow_links and re.match(r"https://|[\w./-]+(#[\w.-]+)?$", text):
                continue
            self.outside.append(f"{tag} {name}={text}")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and _OUTSIDE_IN_CSS.search(data):
            self.outside.append(f"style {data.strip()[:80]}")


def outside_references(page: str, *, allow_links: bool = False) -> list[str]:
    """What `References` lists of the page."""
    parser = References(allow_links=allow_links)
    parser.feed(page)
    parser.close()
    return parser.outside
