"""The picture of the tables: a box each with its key, a line for each reference, as one SVG.

Here: placing boxes in layers from what is referenced to what refers, and drawing them. Not here:
which tables refer to which (`contracts.references`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sz_assets.contracts.references import Reference, references
from sz_assets.contracts.table import Table

_WIDTH, _HEAD, _LINE, _FOOT = 224, 26, 17, 8
_GAP_X, _GAP_Y, _MARGIN = 92, 18, 16
_PER_ROW = 4
_FONT = "Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True)
class _Box:
    table: Table
    x: int
    y: int

    @property
    def height(self) -> int:
        return _height(self.table)


def _height(table: Table) -> int:
    return _HEAD + _LINE * len(table.key) + _FOOT


def direct(table: Table) -> list[Reference]:
    """The references that no other reference of the table leads to as well."""
    found = references(table)
    return [
        one
        for one in found
        if not any(
            set(one.columns) < set(other.columns) and other.target != one.target for other in found
        )
    ]


def model_svg(tables: Sequence[Table]) -> str:
    """The tables as an SVG with a title and a description in words; colours suit any page."""
    boxes, width, height = _placed(tables)
    lines = [
        _line(boxes[table.name], boxes[reference.target], reference)
        for table in tables
        for reference in direct(table)
    ]
    said = "; ".join(
        f"{table.name} ({reference})" for table in tables for reference in direct(table)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" '
            f'aria-labelledby="model-title model-desc" font-family="{_FONT}">',
            '<title id="model-title">数据表及其引用关系 Tables and their references</title>',
            f'<desc id="model-desc">{escape(said)}</desc>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *lines,
            *(_drawn(box) for box in boxes.values()),
            _caption(height),
            "</svg>",
            "",
        ]
    )


def _placed(tables: Sequence[Table]) -> tuple[dict[str, _Box], int, int]:
    """Boxes by table name, and the size of the whole."""
    depth = _depths(tables)
    joined = {name for table in tables for reference in direct(table)
              for name in (table.name, reference.target)}  # fmt: skip
    boxes: dict[str, _Box] = {}
    lowest = 0
    for level in range(max(depth.values()) + 1):
        members = [table for table in tables if table.name in joined and depth[table.name] == level]
        # Beside what they refer to, so that few lines cross.
        members.sort(key=lambda table: _middle(table, boxes))
        y = _MARGIN
        for table in members:
            boxes[table.name] = _Box(table, _MARGIN + level * (_WIDTH + _GAP_X), y)
            y += _height(table) + _GAP_Y
        lowest = max(lowest, y)
    alone = [table for table in tables if table.name not in joined]
    y = lowest + _GAP_Y
    for start in range(0, len(alone), _PER_ROW):
        row = alone[start : start + _PER_ROW]
        for place, table in enumerate(row):
            boxes[table.name] = _Box(table, _MARGIN + place * (_WIDTH + _GAP_X), y)
        y += max(_height(table) for table in row) + _GAP_Y
    right = max(box.x for box in boxes.values()) + _WIDTH + _MARGIN
    return boxes, right, y + 40


def _depths(tables: Sequence[Table]) -> dict[str, int]:
    """How many references lie between a table and one that refers to none."""
    targets = {table.name: [one.target for one in direct(table)] for table in tables}

    def depth(name: str) -> int:
        return max((depth(target) + 1 for target in targets[name]), default=0)

    return {table.name: depth(table.name) for table in tables}


def _middle(table: Table, boxes: dict[str, _Box]) -> float:
    ends = [boxes[one.target].y for one in direct(table)]
    return sum(ends) / len(ends) if ends else 0.0


def _drawn(box: _Box) -> str:
    fill = "#0b5c8f" if box.table.layer == "engagement" else "#6b4e8f"
    keys = [
        f'<text x="{box.x + 12}" y="{box.y + _HEAD + _LINE * place - 3}" font-size="12" '
        f'fill="#1f2933">{escape(name)}</text>'
        for place, name in enumerate(box.table.key, 1)
    ]
    return "\n".join(
        [
            f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="5" '
            f'fill="#f4f6f8" stroke="{fill}"/>',
            f'<path d="M{box.x} {box.y + _HEAD}v-{_HEAD - 5}q0 -5 5 -5h{_WIDTH - 10}'
            f'q5 0 5 5v{_HEAD - 5}z" fill="{fill}"/>',
            f'<text x="{box.x + 12}" y="{box.y + 18}" font-size="13" font-weight="600" '
            f'fill="#ffffff">{escape(box.table.name)}</text>',
            *keys,
        ]
    )


def _line(source: _Box, target: _Box, reference: Reference) -> str:
    """From the left of the table that refers to the right of the one referred to."""
    x1, y1 = source.x, source.y + _HEAD // 2
    x2, y2 = target.x + _WIDTH, target.y + target.height // 2
    bend = (x1 - x2) // 2
    return (
        f'<path d="M{x1} {y1}C{x1 - bend} {y1} {x2 + bend} {y2} {x2} {y2}" fill="none" '
        f'stroke="#7b8794" stroke-width="1.5"><title>{escape(str(reference))}</title></path>'
        f'<circle cx="{x2}" cy="{y2}" r="4" fill="#7b8794"/>'
    )


def _caption(height: int) -> str:
    y = height - 16
    return (
        f'<rect x="{_MARGIN}" y="{y - 11}" width="12" height="12" fill="#0b5c8f"/>'
        f'<text x="{_MARGIN + 18}" y="{y}" font-size="12" fill="#1f2933">互动层 engagement</text>'
        f'<rect x="{_MARGIN + 160}" y="{y - 11}" width="12" height="12" fill="#6b4e8f"/>'
        f'<text x="{_MARGIN + 178}" y="{y}" font-size="12" fill="#1f2933">分析层 analysis</text>'
        f'<circle cx="{_MARGIN + 306}" cy="{y - 5}" r="4" fill="#7b8794"/>'
        f'<text x="{_MARGIN + 318}" y="{y}" font-size="12" fill="#1f2933">'
        "被引用的表；方框内为主键。 The table referred to; boxes list the key.</text>"
    )
