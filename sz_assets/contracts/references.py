"""Which tables lead to which: references between published tables, derived from their columns.

Here: the rules by which columns of one table name a row of another. Not here: the tables, and the
check that the references hold (tests of a release).
"""

from __future__ import annotations

from dataclasses import dataclass

from sz_assets.contracts.analysis import PAPER_COMPARISON
from sz_assets.contracts.growth import VIDEO_GROWTH
from sz_assets.contracts.marts import (
    ACCOUNT_ENGAGEMENT,
    DIM_ACCOUNT,
    ENGAGEMENT_SUMMARY,
    FCT_ACCOUNT_MONTH,
    FCT_VIDEO_MONTH,
)
from sz_assets.contracts.table import Table


@dataclass(frozen=True)
class Reference:
    """Where all `columns` have a value they are the key `target_columns` of a row of `target`."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.columns)} -> {self.target}({', '.join(self.target_columns)})"


TARGETS: tuple[Table, ...] = (
    DIM_ACCOUNT,
    FCT_ACCOUNT_MONTH,
    FCT_VIDEO_MONTH,
    ACCOUNT_ENGAGEMENT,
    ENGAGEMENT_SUMMARY,
    PAPER_COMPARISON,
)
# Columns that name a key under another name: of an account, and of a video.
_OTHER_NAMES = (
    {"account_id": "exemplar_account_id"},
    {"account_id": "exemplar_account_id", "video_id": "exemplar_video_id"},
)
# A video that is gone has a row of growth, and none of this month's videos.
_NOT_ALWAYS = {(VIDEO_GROWTH.name, FCT_VIDEO_MONTH.name)}


def references(table: Table) -> tuple[Reference, ...]:
    """All references of a published table, from the widest target to the narrowest."""
    has = set(table.column_names)
    found = []
    for target in TARGETS:
        if target.name == table.name or (table.name, target.name) in _NOT_ALWAYS:
            continue
        for names in ({}, *_OTHER_NAMES):
            if not names.keys() <= set(target.key):
                continue
            columns = tuple(names.get(name, name) for name in target.key)
            reference = Reference(columns, target.name, target.key)
            if set(columns) <= has and reference not in found:
                found.append(reference)
    return tuple(found)
