"""Numbers and pictures as they stand in a page: readable, escaped, and missing as missing.

Here: pure formatting. Not here: which number stands where (`page`, the templates).
"""

from __future__ import annotations

import re
from datetime import date

from markupsafe import Markup, escape

from sz_assets.charts.wording import ratio_text

_MISSING = Markup('<span class="missing" title="缺失 missing">—</span>')


def missing() -> Markup:
    """The sign for a missing value."""
    return _MISSING


def count(value: int | float | None) -> str | Markup:
    """A whole number with thousands separated."""
    return _MISSING if value is None else f"{value:,.0f}"


def number(value: int | float | None) -> str | Markup:
    """A number with as many decimals as its size deserves, at most four."""
    if value is None:
        return _MISSING
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return f"{value:.2g}"
    decimals = 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def signed(value: int | float | None) -> str | Markup:
    """A difference with its sign; no difference is 0."""
    if value is None or value == 0:
        return number(value)
    return ("+" if value > 0 else "−") + str(number(abs(value)))


def percent(ratio: float | None) -> str | Markup:
    """A ratio of 0 to 1 as a percentage with one decimal."""
    return _MISSING if ratio is None else f"{ratio * 100:.1f} %"


def ratio(value: float | None) -> str | Markup:
    """A factor by which something is multiplied."""
    return _MISSING if value is None else ratio_text(value)


def p_value(value: float | None) -> str | Markup:
    """A probability with three decimals; what would be 0.000 is said to be below 0.001."""
    return _MISSING if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def month(value: date | None) -> str | Markup:
    """A month as YYYY-MM."""
    return _MISSING if value is None else f"{value:%Y-%m}"


def with_small(value: str | Markup, small: str) -> Markup:
    """A value with something smaller on a line below it."""
    return Markup('{}<br><span class="small">{}</span>').format(value, small)


def text(value: str | None) -> str | Markup:
    """A text, or the sign for missing; the template escapes it."""
    return _MISSING if value is None or not value.strip() else value


def trace(table: str, key: str, column: str) -> Markup:
    """Attributes of a number's element: its table, the row's key, and its column.

    The page's script shows them; without it they are the element's title.
    """
    return Markup('data-t="{}|{}|{}" title="{} · {} · {}"').format(
        table, key.replace("|", "/"), column, table, key, column
    )


def link(url: str | None, label: str | None) -> str | Markup:
    """The label as a link if `url` is an https address, else the label alone."""
    if label is None or url is None or not re.fullmatch(r"https://[^\s\"'<>\\]+", url):
        return text(label)
    anchor = Markup('<a href="{}" rel="noopener noreferrer" referrerpolicy="no-referrer">{}</a>')
    return anchor.format(url, label)


def inline_svg(svg: str, prefix: str, label: str) -> Markup:
    """A chart's SVG for standing in a page: its ids made unique, its label said aloud.

    Raises ValueError for a picture that holds a script, an event handler or an outside reference.
    """
    start = svg.find("<svg")
    forbidden = re.search(
        r"<(script|foreignObject|image|use|iframe|style|a)\b"
        r"|\son[a-z]+\s*=|href\s*=|url\(\s*[^#]|javascript:\S*\"",
        _without_text(svg[start:]),
        re.IGNORECASE,
    )
    if start < 0 or forbidden:
        found = forbidden.group(0) if forbidden else "no picture"
        raise ValueError(f"the picture {prefix} can't stand in a page: it holds {found!r}")
    picture = _compact(svg[start:])
    picture = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', picture)
    picture = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", picture)
    # Screen readers get the label; the hundreds of marks inside are not read one by one.
    picture = picture.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
    return Markup(picture)  # noqa: S704 (checked above, and all its text is escaped)


def _compact(svg: str) -> str:
    """The same picture in half the bytes: no words of its marks, no font, no needless decimals."""
    without = re.sub(r' (?:aria-[a-z]+|role|font-family)="[^"]*"', "", svg)
    return re.sub(
        r"<[^>]*>",
        lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag.group(0)),
        without,
    )


def _without_text(svg: str) -> str:
    """The markup alone: what texts and labels say is escaped and may say anything."""
    without_labels = re.sub(r'aria-label="[^"]*"', "", svg)
    return re.sub(r">[^<]+<", "><", without_labels)
