"""How every chart looks: font, colours, sizes, and text that fits its place.

Here: one theme, as plain values, without Altair. Not here: what is drawn.
"""

from __future__ import annotations

import unicodedata
from typing import Any

# The bundled font comes first; the others are what viewers' own machines have.
FONT = (
    "Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, "
    "WenQuanYi Micro Hei, sans-serif"
)
WIDTH = 680  # pixels of a figure's plot

# Okabe and Ito's palette, which all common kinds of colour vision tell apart; where colour
# carries meaning, a dash or a label carries it too.
BAR = "#56A0CF"
BAR_ZERO = "#9AA3AB"
BOX = "#BFDDF0"
MEDIAN = "#1F2933"
MEAN = "#B84A00"
THRESHOLD = "#7A3E83"
INK = "#1F2933"
MUTED = "#52606D"
LINE = "#CBD2D9"
BAND = "#F4F6F8"
BACKGROUND = "#FFFFFF"
SHADES = ("#EDF4F9", "#0B4F7D")  # few to many; the number stands in each shaded cell
DIVERGING = ("#A6521B", "#F6F3EE", "#0B5C8F")  # less, like all, more; the number stands in each
HIGHER = "#0072B2"
LOWER = "#B84A00"
UNDECIDED = "#7B8794"
SERIES = ("#0072B2", "#B84A00", "#2F7D5B", "#7A3E83")
BADGE_FILL = "#FFF1D6"
BADGE_INK = "#8A3B00"
SUBTITLE_SIZE = 12

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": BACKGROUND,
    "padding": 16,
    "view": {"stroke": None},
    "concat": {"spacing": 12},
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 16,
        "fontWeight": "normal",
        "lineHeight": 21,
        "subtitleColor": MUTED,
        "subtitleFontSize": SUBTITLE_SIZE,
        "subtitleLineHeight": 18,
        "subtitlePadding": 6,
        "offset": 12,
    },
    "axis": {
        "domainColor": LINE,
        "gridColor": "#E4E7EB",
        "tickColor": LINE,
        "labelColor": INK,
        "labelFontSize": 11,
        "labelFlush": False,
        "titleColor": INK,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "text": {"color": INK, "fontSize": 11},
}


def printable(text: str) -> str:
    """The text on one line, without control and formatting characters and without emoji.

    Emoji are dropped from pictures because the bundled font has none and would draw boxes.
    """
    kept = (
        character
        for character in " ".join(text.split())
        if not unicodedata.category(character).startswith("C")
        and not ("\ufe00" <= character <= "\ufe0f")
        and not (character >= "\U0001f000" and unicodedata.category(character) in ("So", "Sk"))
    )
    return " ".join("".join(kept).split())


def text_width(text: str, font_size: float) -> float:
    """Width in pixels, slightly overestimated: a full-width character is one em."""
    em = sum(
        1.0
        if unicodedata.east_asian_width(character) in "WF"
        else 0.7
        if character.isupper() or character in "%@…—"
        else 0.55
        for character in text
    )
    return em * font_size


def fit(text: str, width: float, font_size: float) -> str:
    """The printable text, cut with … where it would be wider than `width` pixels."""
    text = printable(text)
    if text_width(text, font_size) <= width:
        return text
    while text and text_width(text + "…", font_size) > width:
        text = text[:-1]
    return text.rstrip() + "…"
