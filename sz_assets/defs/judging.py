"""Judging the months of tables: on all cores, and not again where the rows are those of before.

Here: reading rows, sharing tables out, keeping outcomes. Not here: what is expected (`contracts`),
or how an outcome is shown as a check (`defs.checks`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import msgspec
import polars as pl

from sz_assets import crew
from sz_assets.contracts.evaluation import Outcome, validate_months
from sz_assets.contracts.expectations import Expectation, Kind, expectations
from sz_assets.contracts.table import Table, Type
from sz_assets.defs.months import to_key
from sz_assets.kept import Kept, digest_of

Months = dict[date, tuple[pl.DataFrame, Sequence[Expectation]]]
# Tables are read ahead so that each core has one to judge, but no more of them than this.
_HELD_BYTES = 64 * 2**20
# An outcome without its expectation, in the order of its fields.
_Stored = tuple[bool, int, int, float | None, list[dict[str, str]]]


class TableReader(Protocol):
    """Where checks get a table's rows from: the lake or the warehouse."""

    def opened(self) -> AbstractContextManager[Any]:
        """Held while several tables are read."""
        ...

    def rows(self, table: Table, crawl_month: date) -> pl.DataFrame:
        """The month's rows; columns that no expectation needs may be absent."""
        ...

    def previous_row_count(self, table: Table, crawl_month: date) -> int | None:
        """Rows of the newest stored month before this one; None if there is none."""
        ...


@dataclass(frozen=True)
class Judged:
    """The outcomes of one month, and the earlier run that found them on the same rows, if any."""

    outcomes: list[Outcome]
    earlier_run_id: str | None = None


@dataclass
class _Task:
    """The months of one table: those to judge, and what is known of the others."""

    table: Table
    to_judge: Months = field(default_factory=dict)
    digests: dict[date, str] = field(default_factory=dict)
    known: dict[date, Judged] = field(default_factory=dict)


def judge(
    wanted: Mapping[Table, Collection[str]],
    reader: TableReader,
    months: Sequence[date],
    kept: Kept,
    run_id: str,
) -> Iterator[tuple[Table, dict[date, Judged]]]:
    """Each table with the outcomes of its months, for these kinds of property.

    An outcome stands for good: of the same rows, expectations (and so row count of the month
    before), code and library, it is taken from the run that found it.
    """
    waiting: list[_Task] = []
    held = 0
    for table, kinds in wanted.items():
        task = _read(table, kinds, reader, months, kept)
        waiting.append(task)
        held += sum(int(frame.estimated_size()) for frame, _ in task.to_judge.values())
        if held > _HELD_BYTES:
            yield from _settle(waiting, months, kept, run_id)
            waiting, held = [], 0
    yield from _settle(waiting, months, kept, run_id)


def _read(
    table: Table,
    kinds: Collection[str],
    reader: TableReader,
    months: Sequence[date],
    kept: Kept,
) -> _Task:
    task = _Task(table)
    contract = digest_of(table)
    for month in months:
        # Only drift is about the month before, and asking for it takes longer than reading rows.
        previous = reader.previous_row_count(table, month) if Kind.DRIFT in kinds else None
        expected = [each for each in expectations(table, previous) if each.kind in kinds]
        frame = reader.rows(table, month)
        # No rule speaks of bytes, and no failing row shows them.
        frame = frame.select(n for n in frame.columns if table.column(n).type is not Type.BINARY)
        digest = digest_of(contract, [each.label for each in expected], frame)
        known = _found(kept, _name(table, month), digest, expected)
        if known is None:
            task.to_judge[month] = (frame, expected)
            task.digests[month] = digest
        else:
            task.known[month] = known
    return task


def _settle(
    waiting: Sequence[_Task], months: Sequence[date], kept: Kept, run_id: str
) -> Iterator[tuple[Table, dict[date, Judged]]]:
    open_tasks = [task for task in waiting if task.to_judge]
    found = crew.spread(
        _judge, [(t.table, t.to_judge) for t in open_tasks], slow_to_load="great_expectations"
    )
    for task, outcomes in zip(open_tasks, found, strict=True):
        for month, each in outcomes.items():
            kept.remember(
                _name(task.table, month), task.digests[month], [], run_id, _stored_form(each)
            )
            task.known[month] = Judged(each)
    for task in waiting:
        yield task.table, {month: task.known[month] for month in months}


def _judge(given: tuple[Table, Months]) -> dict[date, list[Outcome]]:
    """The months of one table, in whichever process has time."""
    return validate_months(*given)


def _name(table: Table, month: date) -> str:
    return f"checks/{table.layer}_{table.name}/{to_key(month)}"


def _stored_form(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rows = [
        [o.holds, o.checked_count, o.failing_count, o.observed_value, o.failing_rows]
        for o in outcomes
    ]
    return {"outcomes": rows}


def _found(kept: Kept, name: str, digest: str, expected: Sequence[Expectation]) -> Judged | None:
    """What an earlier run found of the same; None if there is none, or it can't be relied on."""
    record = kept.found(name, digest)
    if record is None:
        return None
    try:
        rows = msgspec.convert(record.value["outcomes"], list[_Stored])
        if len(rows) != len(expected):
            return None
    except (msgspec.ValidationError, KeyError, TypeError):
        return None
    outcomes = [Outcome(each, *row) for each, row in zip(expected, rows, strict=True)]
    return Judged(outcomes, record.run_id)
