"""Texts that stand within their place, which Vega need not measure.

Here: taking them out of a specification before it is drawn, and putting them into the drawing. Not
here: drawing (`render`).

Vega asks for the width of each text, and the renderer answers by laying it out in the font of 8 MB,
which is most of what an SVG takes. A text of the style `PLACED` lies within its view whatever it
says, so its width moves nothing; without it the drawing is the same.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

PLACED = "placed"  # the style of such text marks

Spec = dict[str, Any]

# An attribute that no text needs tells its place from texts that are empty.
_SIGN = {"strokeDashOffset": 1}
_PLACE = re.compile(
    r'<text aria-label="(?P<label>[^"]*)"(?P<more>[^>]*) stroke-dashoffset="1"(?P<rest>[^>]*)/>'
)


def take_out(spec: Spec) -> tuple[Spec, list[tuple[str, str]]]:
    """The specification without its placed texts, and these in their order, each with its field."""
    texts: list[tuple[str, str]] = []
    return _emptied(spec, (), texts), texts


def put_in(svg: str, texts: list[tuple[str, str]]) -> str:
    """The drawing with the texts in their places; `ValueError` if these are more or fewer."""
    left = iter(texts)

    def filled(place: re.Match[str]) -> str:
        field, text = next(left)
        label = f"{place['label']}; {field}: {_attribute(text)}"
        content = escape(text, quote=False)
        return f'<text aria-label="{label}"{place["more"]}{place["rest"]}' + (
            f">{content}</text>" if text else "/>"
        )

    if len(_PLACE.findall(svg)) != len(texts):
        raise ValueError("The drawing has not as many places as there are texts.")
    return _PLACE.sub(filled, svg)


def _attribute(text: str) -> str:
    """As Vega writes it; it leaves the apostrophe alone."""
    return escape(text, quote=False).replace('"', "&quot;")


def _emptied(view: Spec, rows: Any, texts: list[tuple[str, str]]) -> Spec:
    rows = view.get("data", {}).get("values", rows)
    made = dict(view)
    for kind in ("layer", "vconcat", "hconcat", "concat"):
        if kind in view:
            made[kind] = [_emptied(part, rows, texts) for part in view[kind]]
    mark = view.get("mark")
    if isinstance(mark, dict) and mark.get("style") == PLACED:
        field = view["encoding"]["text"]["field"]
        texts += [(field, row[field]) for row in rows]
        made["mark"] = {**mark, **_SIGN}
        made["encoding"] = {**view["encoding"], "text": {"value": ""}}
    return made
