"""Sheets for coders as XLSX workbooks, with the codebook's ids to choose from.

Here: the format's three calls. Not here: what stands in a row (`sheet_rows`), the workbook itself
(`sheet_excel`), or reading rows (`sheet_reading`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sz_assets.coding.exchange.new_files import file_stem, write_new
from sz_assets.coding.exchange.records import Assignment, Coded, Task
from sz_assets.coding.exchange.sheet_excel import write_workbook
from sz_assets.coding.exchange.sheet_reading import read_codes as read_codes
from sz_assets.coding.exchange.sheet_rows import Table, code_table, codebook_table, task_table
from sz_assets.study import Codebook


def write_tasks(
    assignment: Assignment, folder: Path, shown: Mapping[str, str] | None = None
) -> list[Path]:
    """The coder's workbook. UserError if it is already there."""
    stem = file_stem(assignment.sample_id, assignment.coder_id)
    return _write(task_table(assignment, shown), assignment.codebook, folder / f"{stem}.xlsx")


def write_codes(
    codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook, folder: Path
) -> list[Path]:
    """All codes in their order, then the tasks that nobody coded."""
    return _write(code_table(codes, tasks, codebook), codebook, folder / "codes.xlsx")


def _write(table: Table, codebook: Codebook, path: Path) -> list[Path]:
    book = codebook_table(codebook)
    return [write_new(path, lambda part: write_workbook(part, table, book))]
