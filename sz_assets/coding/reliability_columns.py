"""Which columns of a reliability file name units, coders and groups, by their usual names.

Here: names in English and Chinese, and which columns say something else than codes. Not here:
layouts (`reliability_layouts`).

A column is no coder if all its cells are dates, or its name says comment, note or date, or at least
nine of ten of its cells (five or more of them) are different; and if besides not one of ten of its
cells stands in any other column. Columns of numbers, those that are named like coders, and all
where fewer than two others would be left, are coders whatever they hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sz_assets.coding.reliability_rows import Rows

CODER_NAMES = frozenset(
    f"{word}{end}"
    for word in ("coder", "rater", "annotator", "observer", "judge")
    for end in ("", "id", "name")
) | {"编码员", "编码者", "评分者", "标注员", "标注者"}
UNIT_NAMES = frozenset(
    f"{word}{end}"
    for word in ("unit", "item", "post", "subject", "video", "task", "document", "case")
    for end in ("", "s", "id")
) | {"id", "index", "no", "nr", "row", "编号", "序号", "单元", "条目", "样本", "视频"}
NAMES_UNIT = re.compile(r".*([ _.-]id|[a-z]Id|[a-z]ID)")
GROUP_NAMES = frozenset({"group", "stratum", "组", "组别", "分组"})
LOOKS_LIKE_CODER = re.compile(
    r"(coder|rater|annotator|anno|observer|obs|judge|c|r|a)[ _.-]?\d+|coder[ _.-]?\w"
    r"|(编码员|编码者|评分者|标注员|标注者)[ _.-]?\w+",
    re.IGNORECASE,
)

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
OTHER_NAMES = frozenset(
    f"{word}{end}"
    for word in (
        "comment",
        "note",
        "remark",
        "date",
        "time",
        "timestamp",
        "memo",
        "codedat",
        "codedon",
    )
    for end in ("", "s")
) | {"备注", "评论", "说明", "注释", "日期", "时间"}
DATE = re.compile(r"\d{4}([-/.年])\d{1,2}([-/.月])\d{1,2}日?([ T]\d{1,2}:\d{2}.*)?")
# Shares of a column's cells: so many different, and so many in other columns.
DIFFERENT, SHARED = 0.9, 0.1
LEAST_CELLS = 5


def other_than_codes(cells: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Names of the columns that are no coder, by the module's rule; `cells` are those given."""
    found = []
    for name, own in cells.items():
        if not own or LOOKS_LIKE_CODER.fullmatch(name) or all(map(NUMBER.fullmatch, own)):
            continue
        others = {cell for other, texts in cells.items() if other != name for cell in texts}
        if sum(cell in others for cell in own) >= SHARED * len(own):
            continue
        is_named = re.sub(r"[ _.-]", "", name.lower()) in OTHER_NAMES
        is_free = len(own) >= LEAST_CELLS and len(set(own)) >= DIFFERENT * len(own)
        if is_named or is_free or all(map(DATE.fullmatch, own)):
            found.append(name)
    return tuple(found) if len(cells) - len(found) >= 2 else ()


class Columns(NamedTuple):
    """Names of the columns that were taken for each thing; None where there is none."""

    unit: str | None
    coder: str | None
    group: str | None
    codes: tuple[str, ...]


class Places:
    """Which column is the unit, the coder, the group, and which hold codes."""

    def __init__(
        self, rows: Rows, unit: str | None, coder: str | None, values: Sequence[str] | None
    ) -> None:
        taken = set(values or ())
        self.coder = rows.header.index(coder) if coder is not None else None
        self.unit = rows.header.index(unit) if unit is not None else None
        self.group: int | None = None
        for place, name in enumerate(rows.header):
            plain = re.sub(r"[ _.-]", "", name.lower())
            if name in taken or place in (self.coder, self.unit):
                continue
            if self.coder is None and plain in CODER_NAMES:
                self.coder = place
            elif self.unit is None and (
                plain in UNIT_NAMES or NAMES_UNIT.fullmatch(name) or (place == 0 and not name)
            ):
                self.unit = place
            elif self.group is None and plain in GROUP_NAMES:
                self.group = place
        if values is None:
            special = (self.coder, self.unit, self.group)
            self.codes = [place for place in range(len(rows.header)) if place not in special]
        else:
            self.codes = [rows.header.index(name) for name in values]

    def take_first_as_unit(self) -> None:
        self.unit, self.codes = self.codes[0], self.codes[1:]

    def names(self, rows: Rows) -> Columns:
        def name(place: int | None) -> str | None:
            return None if place is None else rows.header[place]

        codes = tuple(rows.header[place] for place in self.codes)
        return Columns(name(self.unit), name(self.coder), name(self.group), codes)
