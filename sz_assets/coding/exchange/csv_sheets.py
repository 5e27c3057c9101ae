"""Sheets for coders as CSV: UTF-8 with a byte order mark, and no cell that a program would run.

Here: the format's three calls. Not here: what stands in a row (`sheet_rows`), how a text is kept
unchanged (`sheet_text`), or reading rows (`sheet_reading`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sz_assets.coding.exchange.new_files import file_stem, refuse_existing, write_new
from sz_assets.coding.exchange.records import Assignment, Coded, Task
from sz_assets.coding.exchange.sheet_reading import read_codes as read_codes
from sz_assets.coding.exchange.sheet_rows import (
    ADDED_COLUMN,
    PLAIN_COLUMNS,
    SEPARATOR,
    Table,
    code_table,
    codebook_table,
    task_table,
)
from sz_assets.coding.exchange.sheet_text import csv_bytes, protect
from sz_assets.study import Codebook


def write_tasks(
    assignment: Assignment, folder: Path, shown: Mapping[str, str] | None = None
) -> list[Path]:
    """The coder's sheet, and the codebook beside it. UserError if one is already there."""
    stem = file_stem(assignment.sample_id, assignment.coder_id)
    return _write(task_table(assignment, shown), assignment.codebook, folder, stem)


def write_codes(
    codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook, folder: Path
) -> list[Path]:
    """All codes in their order, then the tasks that nobody coded, and the codebook."""
    return _write(code_table(codes, tasks, codebook), codebook, folder, "codes")


def _write(table: Table, codebook: Codebook, folder: Path, stem: str) -> list[Path]:
    path, book = folder / f"{stem}.csv", folder / f"{stem}-codebook.csv"
    refuse_existing(path, book)
    return [
        write_new(path, lambda part: part.write_bytes(csv_bytes(protected(table)))),
        write_new(
            book, lambda part: part.write_bytes(csv_bytes(protected(codebook_table(codebook))))
        ),
    ]


def protected(table: Table) -> Table:
    """The table with apostrophes where needed, and a last column that says where they are."""
    header, *rows = table
    made = [[*header, ADDED_COLUMN]]
    for row in rows:
        cells = [
            protect(cell, may_change=name in PLAIN_COLUMNS)
            for name, cell in zip(header, row, strict=True)
        ]
        added = [n for n, old, new in zip(header, row, cells, strict=True) if old != new]
        made.append([*cells, SEPARATOR.join(added)])
    return made
