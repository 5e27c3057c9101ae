"""Label Studio: a project's configuration and tasks for a coder, and codes as it exports them.

Here: writing. Not here: the configuration (`label_studio_config`) or reading exports
(`label_studio_reading`).

Label Studio shows every member of a project the annotations of all others. To code blind, each
coder needs a project of their own, with their own two files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from sz_assets.coding.exchange.label_studio_config import (
    COMMENT,
    FURTHER,
    MAIN,
    TITLE,
    config_xml,
)
from sz_assets.coding.exchange.label_studio_reading import read_codes as read_codes
from sz_assets.coding.exchange.new_files import file_stem, refuse_existing, write_new
from sz_assets.coding.exchange.records import NO_CATEGORY, Assignment, Coded, Task
from sz_assets.coding.exchange.task_text import shown_title, storable
from sz_assets.study import Codebook


def write_tasks(assignment: Assignment, folder: Path) -> list[Path]:
    """The configuration of the coder's project, and the tasks to import into it.

    Nothing in them tells a code, a counter or a stratum. UserError if a file is already there.
    """
    stem = file_stem(assignment.sample_id, assignment.coder_id)
    origin = {
        "coder_id": assignment.coder_id,
        "codebook_version": assignment.codebook.version,
        "sample_id": assignment.sample_id,
    }
    tasks = [{"data": _data(task) | origin} for task in assignment.tasks]
    return _write(folder, stem, assignment.codebook, "tasks", tasks)


def write_codes(
    codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook, folder: Path
) -> list[Path]:
    """All codes in their order as an export has them, then the tasks that nobody coded.

    Codes of one task that follow each other are annotations of one record. The coder stands where
    Label Studio has an e-mail address. UserError if a file is already there.
    """
    by_id = {task.task_id: task for task in tasks}
    records = []
    for (task_id, version, sample), group in groupby(codes, key=_origin):
        data = _data(by_id[task_id]) if task_id in by_id else _bare(task_id)
        said = {"codebook_version": version, "sample_id": sample}
        data |= {name: value for name, value in said.items() if value is not None}
        records.append({"data": data, "annotations": list(_annotations(group))})
    coded = {code.task_id for code in codes}
    records += [
        {"data": _data(task), "annotations": []} for task in tasks if task.task_id not in coded
    ]
    return _write(folder, "codes", codebook, "export", records)


def _write(
    folder: Path, stem: str, codebook: Codebook, kind: str, records: list[dict[str, Any]]
) -> list[Path]:
    config, tasks = folder / f"{stem}-config.xml", folder / f"{stem}-{kind}.json"
    refuse_existing(config, tasks)
    xml = config_xml(codebook).encode()
    content = json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False).encode()
    return [
        write_new(config, lambda part: part.write_bytes(xml)),
        write_new(tasks, lambda part: part.write_bytes(content)),
    ]


def _data(task: Task) -> dict[str, str]:
    url = storable(task.url or "")
    return {
        "task_id": task.task_id,
        TITLE: shown_title(task.title),
        "url": url,
        "link": _link(url),
        "account_name": storable(task.account_name or task.account_id),
    }


def _bare(task_id: str) -> dict[str, str]:
    """Data of a task of which only its id is known."""
    return {"task_id": task_id, TITLE: shown_title(None)}


def _link(url: str) -> str:
    """HTML that opens the video beside the task; an address of another kind is shown as text."""
    if not url.startswith(("https://", "http://")):
        return escape(url)
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(url)}</a>'


def _origin(code: Coded) -> tuple[str, str | None, str | None]:
    return code.task_id, code.codebook_version, code.sample_id


def _annotations(codes: Iterable[Coded]) -> Iterable[dict[str, Any]]:
    for code in codes:
        main, *further = code.categories or (NO_CATEGORY,)
        results = [_result(MAIN, "choices", {"choices": [main]})]
        if further:
            results.append(_result(FURTHER, "choices", {"choices": further}))
        if code.comment is not None:
            results.append(_result(COMMENT, "textarea", {"text": [storable(code.comment)]}))
        annotation = {
            "completed_by": {"email": code.coder_id},
            "result": results,
            "was_cancelled": False,
        }
        if code.coded_at is not None:
            at = f"{code.coded_at.isoformat(timespec='microseconds')}Z"
            annotation |= {"created_at": at, "updated_at": at}
        yield annotation


def _result(control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": control, "from_name": control, "to_name": TITLE, "type": kind, "value": value}
