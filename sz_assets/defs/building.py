"""Building the marts: in the process that has dbt, and not again where nothing has changed.

Here: what a build is made of, and keeping what it said. Not here: dbt (`defs.dbt`), or what its
results are to Dagster (`defs.marts`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from sz_assets import crew
from sz_assets.contracts.core import ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS
from sz_assets.defs import dbt
from sz_assets.defs.dbt import Result, Task
from sz_assets.kept import Kept, digest_of, file_digest
from sz_assets.storage import Lake

# Of these the marts are made: of the months of a build, and of accounts every month.
SOURCES = (ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS)
# Only the last build can have left the working database as it is.
_RECORD = "marts/last_build"


@dataclass(frozen=True)
class Built:
    """What a build said, and why it failed or which earlier run had it, if either is so."""

    results: list[Result]
    failure: RuntimeError | None = None
    earlier_run_id: str | None = None


def build_marts(task: Task, run_id: str) -> Built:
    """Build and test the marts, unless the last build was of the same and its database is intact.

    A build that failed, be it by a test alone, is never kept.
    """
    records, made_of = Kept(task.home.kept), _made_of(task)
    if known := _found(records, task, made_of):
        return known
    built = crew.apart(dbt.build, task)
    if built.failure is None:
        value = {"results": [asdict(each) for each in built.results]}
        records.remember(_RECORD, made_of, [task.home.warehouse], run_id, value)
    return Built(built.results, built.failure)


def _made_of(task: Task) -> str:
    lake = Lake(task.home.lake)
    paths = {
        lake.path(table, month)
        for table in SOURCES
        for month in (lake.months(table) if table is ACCOUNTS else task.months)
    }
    # One that is missing is dbt's to complain of.
    files = {
        path.relative_to(task.home.lake): file_digest(path) if path.exists() else None
        for path in paths
    }
    return digest_of(task.months, task.sample_top, task.selection, dbt.sources_hash(), files)


def _found(records: Kept, task: Task, made_of: str) -> Built | None:
    # What a killed writer left beside the database belongs to it, and no digest tells of it.
    if task.home.warehouse.with_name(f"{task.home.warehouse.name}.wal").exists():
        return None
    record = records.found(_RECORD, made_of)
    if record is None:
        return None
    value: dict[str, Any] = record.value
    try:
        results = msgspec.convert(value["results"], list[Result])
    except (msgspec.ValidationError, KeyError, TypeError):
        return None
    return Built(results, earlier_run_id=record.run_id)
