"""Texts of a picture as outlines, for a renderer that is slow with texts.

Here: the texts of an SVG that Vega wrote, laid out by HarfBuzz. Not here: the picture (`render`).

The renderer maps and parses the font of 8 MB anew several times for each glyph of each text, which
was most of what a PNG took. The same outlines at the same places give the same picture.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from unicodedata import bidirectional

import uharfbuzz as hb

from sz_assets.charts import theme

_LINE = re.compile(r'<tspan(?: x="0" dy="([\d.]+)")?>([^<]+)</tspan>')
_TEXT = re.compile(r'<text ([^>]*)>([^<]+|(?:<tspan(?: x="0" dy="[\d.]+")?>[^<]+</tspan>)+)</text>')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TRIMMED = re.compile(r"^ | $|  |[\t\r\n]")  # whitespace that SVG drops
_KEPT = {"fill", "fill-opacity", "opacity"}
_UNDERSTOOD = _KEPT | {
    *("font-family", "font-size", "font-weight", "text-anchor", "transform"),
    *("aria-label", "aria-roledescription", "aria-hidden", "role", "pointer-events"),
}
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}  # the part of a line left of its place
_LEFTWARD = {"R", "AL", "AN", "RLE", "RLO", "RLI"}  # what turns a part of a line around
_NO_GLYPH = 0

Point = tuple[float, float]


class TextDrawer:
    """Draws texts in one font as paths.

    A text that looks otherwise, or has a character that the font lacks, stays a text.
    """

    def __init__(self, font: Path) -> None:
        self._face = hb.Face(hb.Blob.from_file_path(str(font)))
        self._font = hb.Font(self._face)
        self._outlines: dict[int, str] = {}

    def draw(self, svg: str) -> str:
        """The picture with paths in place of the texts in the theme's font."""
        return _TEXT.sub(self._drawn, svg)

    def _drawn(self, found: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(found[1]))
        if (
            given.keys() - _UNDERSTOOD
            or html.unescape(given.get("font-family", "")) != theme.FONT
            or given.get("font-weight", "normal") != "normal"
        ):
            return found[0]
        scale = float(given["font-size"].removesuffix("px")) / self._face.upem
        before = _BEFORE[given.get("text-anchor", "start")]
        data, y = [], 0.0
        for step, content in _LINE.findall(found[2]) or [("", found[2])]:
            y -= float(step or 0) / scale
            line = self._line(html.unescape(content), before, y)
            if line is None:
                return found[0]
            data.append(line)
        kept = "".join(f' {name}="{given[name]}"' for name in given if name in _KEPT)
        # A font's axis points upwards.
        place = f"{given.get('transform', '')} scale({scale!r} {-scale!r})".strip()
        return f'<path{kept} transform="{place}" d="{"".join(data)}"/>'

    def _line(self, text: str, before: float, y: float) -> str | None:
        """Path data of one line, in font units; None if it must stay a text."""
        if _TRIMMED.search(text) or not _LEFTWARD.isdisjoint(map(bidirectional, text)):
            return None
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self._font, buffer)
        glyphs = [info.codepoint for info in buffer.glyph_infos]
        if _NO_GLYPH in glyphs:
            return None
        places = buffer.glyph_positions
        x = -before * sum(place.x_advance for place in places)
        data = []
        for glyph, place in zip(glyphs, places, strict=True):
            if outline := self._outline(glyph):
                data.append(f"M{x + place.x_offset:.7g} {y + place.y_offset:.7g}{outline}")
            x += place.x_advance
        return "".join(data)

    def _outline(self, glyph: int) -> str:
        if glyph not in self._outlines:
            pen = _Pen()
            self._font.draw_glyph_with_pen(glyph, pen)
            self._outlines[glyph] = "".join(pen.data)
        return self._outlines[glyph]


class _Pen:
    """Writes a glyph's contours as path data relative to where the glyph stands.

    The names of its methods are those that HarfBuzz calls.
    """

    def __init__(self) -> None:
        self.data: list[str] = []
        self._at: Point = (0, 0)
        self._start: Point = (0, 0)

    def moveTo(self, point: Point) -> None:
        self._write("m", point)
        self._start = point

    def lineTo(self, point: Point) -> None:
        self._write("l", point)

    def curveTo(self, *points: Point) -> None:
        self._write("c", *points)

    def qCurveTo(self, *points: Point) -> None:
        self._write("q", *points)

    def closePath(self) -> None:
        self.data.append("z")
        self._at = self._start

    def _write(self, command: str, *points: Point) -> None:
        x, y = self._at
        self.data.append(command + " ".join(f"{right - x:g} {up - y:g}" for right, up in points))
        self._at = points[-1]


@cache
def text_drawer(font: Path) -> TextDrawer:
    """What draws the texts in the font of this file, which is read once."""
    return TextDrawer(font)
