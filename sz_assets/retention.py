"""Removing stored answers of months that are older than they may be kept.

Here: which months, what is removed, and the record that stays of it. Not here: run history and
releases (`defs.upkeep`, `publish.history`), or removing an account (`erasing`).

What was made of a removed month stays and is published as before, but can't be made again: its
core tables are kept as they are. So only a month that was built is removed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sz_assets.contracts.core import CORE_TABLES
from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.disk import remove_folder, write_bytes
from sz_assets.storage import Lake


@dataclass(frozen=True)
class Retired:
    """The answers of a month that were removed: when, how many files, and their bytes."""

    crawl_month: date
    retired_on: date
    file_count: int
    byte_count: int

    def line(self) -> str:
        """In one sentence."""
        return (
            f"{self.crawl_month:%Y-%m}: its stored answers ({self.file_count} files, "
            f"{self.byte_count / 1e6:,.1f} MB) were removed on {self.retired_on}; the tables made "
            "of them are kept as they are."
        )


def months_to_retire(lake: Lake, current: date, months_kept: int) -> tuple[list[date], list[date]]:
    """Months whose answers may go: older than so many months before the current one, and built.

    The second list has those that are as old but were never built; they stay.
    """
    oldest = date(*_back(current, months_kept), 1)
    stored = {month for month in months_with_answers(lake) if month < oldest}
    built = set.intersection(*(set(lake.months(table)) for table in CORE_TABLES))
    return sorted(stored & built), sorted(stored - built)


def retire(lake: Lake, month: date, today: date) -> Retired:
    """Remove the month's stored answers; called again after an interruption, it goes on.

    The record is written first: from then on nothing is built from what may be half of a month.
    """
    known = retired(lake, month)
    if known is None:
        files = [path for folder in lake.raw_folders(month) for path in folder.rglob("*.parquet")]
        known = Retired(month, today, len(files), sum(path.stat().st_size for path in files))
        told = {
            "retired_on": str(today),
            "file_count": known.file_count,
            "byte_count": known.byte_count,
        }
        write_bytes(lake.month_record("retired", month), json.dumps(told).encode())
    for folder in lake.raw_folders(month):
        remove_folder(folder)
    return known


def retired(lake: Lake, month: date) -> Retired | None:
    """What is recorded of the month's removed answers; None if they were not removed."""
    path = lake.month_record("retired", month)
    if not path.exists():
        return None
    told = json.loads(path.read_bytes())
    return Retired(
        month, date.fromisoformat(told["retired_on"]), told["file_count"], told["byte_count"]
    )


def all_retired(lake: Lake) -> list[Retired]:
    """Every month whose answers were removed, oldest first."""
    return [found for month in lake.month_records("retired") if (found := retired(lake, month))]


def months_with_answers(lake: Lake) -> list[date]:
    """Months of which any answer is stored, ascending."""
    return sorted({month for table in RAW_TABLES for month in lake.months(table)})


def _back(month: date, count: int) -> tuple[int, int]:
    index = month.year * 12 + month.month - 1 - count
    return index // 12, index % 12 + 1
