"""The rows of a sheet for coders, the same in CSV and XLSX: one per task.

Here: the columns and what stands in them. Not here: file formats (`csv_sheets`, `xlsx_sheets`)
or reading (`sheet_reading`).

A row is identified by its `task_id`, which no program takes for a number; `coded_at` is UTC. A
title that is null and one that is empty look alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sz_assets.coding.exchange.categories import NO_CATEGORY_EN, NO_CATEGORY_ZH
from sz_assets.coding.exchange.records import NO_CATEGORY, Assignment, Coded, Task
from sz_assets.coding.exchange.sheet_text import in_pieces, mark
from sz_assets.study import Codebook
from sz_assets.study_parts import Name

Table = list[list[str]]  # the header first
SEPARATOR = ";"
COLUMNS = (
    "task_id",
    "account_name",
    "video_id",
    "title",
    "url",
    "category",
    "further_categories",
    "comment",
    "coder_id",
    "coded_at",
    "codebook_version",
    "sample_id",
)
SHOWN = "codes"
# Texts that may need more than one cell.
LONG_COLUMNS = ("account_name", "title", "url", "comment")
# In CSV: where it stands which cells got an apostrophe in front, and the columns that need none
# to be understood after a program took them for a number or a date.
ADDED_COLUMN = "apostrophe_added"
PLAIN_COLUMNS = ("task_id", "video_id", "coded_at")
CODEBOOK_HEADER = [
    "id",
    *(
        f"{part}_{language}"
        for part in ("primary", "name", "definition", "inclusion", "exclusion")
        for language in ("zh", "en")
    ),
    "examples",
]


def task_table(assignment: Assignment, shown: Mapping[str, str] | None = None) -> Table:
    """The coder's tasks, in their order, not coded yet.

    `shown` has, by task, what coders said before: an adjudicator sees it in the column `codes`.
    """
    given = {
        "coder_id": assignment.coder_id,
        "codebook_version": assignment.codebook.version,
        "sample_id": assignment.sample_id,
    }
    rows = [_row(task, None) | given for task in assignment.tasks]
    if shown is not None:
        rows = [row | {SHOWN: shown[row["task_id"]]} for row in rows]
    return _table(rows, assignment.codebook)


def code_table(codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook) -> Table:
    """All codes in their order, then the tasks that nobody coded."""
    known = {task.task_id: task for task in tasks}
    rows = [_row(known.get(code.task_id), code) for code in codes]
    coded = {code.task_id for code in codes}
    rows += [_row(task, None) for task in tasks if task.task_id not in coded]
    return _table(rows, codebook)


def codebook_table(codebook: Codebook) -> Table:
    """Each secondary category, and last `none`."""

    def both(name: Name | None) -> tuple[str, str]:
        return (mark(name.zh), mark(name.en)) if name else ("", "")

    rows = [
        [
            second.id,
            *both(primary.name),
            *both(second.name),
            *both(second.definition),
            *both(second.inclusion),
            *both(second.exclusion),
            mark("; ".join(second.examples)),
        ]
        for primary, second in codebook.secondary
    ]
    none = [NO_CATEGORY, "", "", NO_CATEGORY_ZH, NO_CATEGORY_EN]
    return [CODEBOOK_HEADER, *rows, none + [""] * (len(CODEBOOK_HEADER) - len(none))]


def _row(task: Task | None, code: Coded | None) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    if task:
        row |= {
            "task_id": task.task_id,
            "account_name": task.account_name or "",
            "video_id": task.video_id,
            "title": task.title or "",
            "url": task.url or "",
        }
    if code:
        main, *further = code.categories or (NO_CATEGORY,)
        row |= {
            "task_id": code.task_id,
            "category": main,
            "further_categories": f"{SEPARATOR} ".join(further),
            "comment": code.comment or "",
            "coder_id": code.coder_id,
            "coded_at": _instant_text(code.coded_at),
            "codebook_version": code.codebook_version or "",
            "sample_id": code.sample_id or "",
        }
    return row


def _instant_text(instant: datetime | None) -> str:
    return f"{instant.isoformat()}Z" if instant else ""


def _table(rows: list[dict[str, str]], codebook: Codebook) -> Table:
    several = codebook.codes_per_video == "several" or any(r["further_categories"] for r in rows)
    names = [name for name in COLUMNS if several or name != "further_categories"]
    if any(SHOWN in row for row in rows):
        names.insert(names.index("category"), SHOWN)
    pieces = [{name: in_pieces(mark(row[name])) for name in names} for row in rows]
    counts = {name: max((len(row[name]) for row in pieces), default=1) for name in names}
    columns = [(name, index) for name in names for index in range(counts[name])]
    header = [f"{name}_{index + 1}" if index else name for name, index in columns]
    cells = [
        [row[name][index] if index < len(row[name]) else "" for name, index in columns]
        for row in pieces
    ]
    return [header, *cells]
