"""doccano: tasks and labels for a text classification project, and codes as JSONL.

Here: writing. Not here: reading exports (`doccano_reading`).

A label's text is a category's id with its names. doccano exports labels in alphabetical order, so
that for several codes per video each category has a second label, marked `main:`. A project that is
shared shows everybody's labels to all: to code blind, each coder needs a project of their own, or
one without "share annotations across all users".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sz_assets.coding.exchange.categories import NO_CATEGORY_EN, NO_CATEGORY_ZH
from sz_assets.coding.exchange.doccano_reading import MAIN_MARK, NAME_MARK
from sz_assets.coding.exchange.doccano_reading import read_codes as read_codes
from sz_assets.coding.exchange.new_files import file_stem, refuse_existing, write_new
from sz_assets.coding.exchange.records import NO_CATEGORY, Assignment, Coded, Task
from sz_assets.coding.exchange.task_text import shown_title, storable
from sz_assets.study import Codebook

_LABEL_CHARACTERS = 100  # doccano cuts no label: it refuses longer ones
# One for each primary category; dark enough for white text.
_COLOURS = ("#1565c0", "#2e7d32", "#ad1457", "#6a1b9a", "#bf360c", "#00695c", "#4e342e", "#37474f")
_NO_CATEGORY_COLOUR = "#616161"


def write_tasks(assignment: Assignment, folder: Path) -> list[Path]:
    """The coder's tasks (JSONL) and the labels (JSON) to import into a project.

    What is beside the text becomes metadata, which comes back with the export. Nothing tells a
    code, a counter or a stratum. UserError if a file is already there.
    """
    stem = file_stem(assignment.sample_id, assignment.coder_id)
    origin = {
        "codebook_version": assignment.codebook.version,
        "sample_id": assignment.sample_id,
        "coder_id": assignment.coder_id,
    }
    rows = [_row(task) | origin for task in assignment.tasks]
    return _write(folder, f"{stem}-tasks", f"{stem}-labels", assignment.codebook, rows)


def write_codes(
    codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook, folder: Path
) -> list[Path]:
    """All codes in their order as an export has them, then the tasks that nobody coded."""
    by_id = {task.task_id: task for task in tasks}
    names = _names(codebook)
    rows = [_coded_row(code, by_id.get(code.task_id), names) for code in codes]
    coded = {code.task_id for code in codes}
    rows += [_row(task) | {"label": []} for task in tasks if task.task_id not in coded]
    return _write(folder, "codes", "codes-labels", codebook, rows)


def _write(
    folder: Path, tasks: str, labels: str, codebook: Codebook, rows: list[dict[str, Any]]
) -> list[Path]:
    rows_path, labels_path = folder / f"{tasks}.jsonl", folder / f"{labels}.json"
    refuse_existing(rows_path, labels_path)
    # ASCII only: doccano guesses encodings, and a guess can't go wrong there.
    lines = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows).encode("ascii")
    types = json.dumps(list(_labels(codebook)), indent=1).encode("ascii")
    return [
        write_new(rows_path, lambda part: part.write_bytes(lines)),
        write_new(labels_path, lambda part: part.write_bytes(types)),
    ]


def _row(task: Task) -> dict[str, Any]:
    shown = {"url": task.url, "account_name": task.account_name}
    return {
        "text": shown_title(task.title),
        "task_id": task.task_id,
        **{name: storable(value) for name, value in shown.items() if value is not None},
    }


def _coded_row(code: Coded, task: Task | None, names: dict[str, str]) -> dict[str, Any]:
    row = _row(task) if task else {"text": shown_title(None), "task_id": code.task_id}
    labels = [_label(one, names) for one in code.categories or (NO_CATEGORY,)]
    if len(labels) > 1:
        labels[0] = _label(code.categories[0], names, MAIN_MARK)
    said = {
        "coder_id": code.coder_id,
        "coded_at": f"{code.coded_at.isoformat()}Z" if code.coded_at else None,
        "codebook_version": code.codebook_version,
        "sample_id": code.sample_id,
    }
    row |= {name: value for name, value in said.items() if value is not None}
    comments = [] if code.comment is None else [storable(code.comment)]
    return row | {"label": labels, "Comments": comments}


def _names(codebook: Codebook) -> dict[str, str]:
    names = {
        second.id: NAME_MARK.join((second.name.zh, second.name.en))
        for _, second in codebook.secondary
    }
    return names | {NO_CATEGORY: NAME_MARK.join((NO_CATEGORY_ZH, NO_CATEGORY_EN))}


def _label(category: str, names: dict[str, str], mark: str = "") -> str:
    """What coders see: the mark, the id, which is read back, and as much of the names as fits."""
    text = f"{mark}{category}"
    if category in names:
        text += (NAME_MARK + storable(names[category]))[: _LABEL_CHARACTERS - len(text)].rstrip()
    return text


def _labels(codebook: Codebook) -> Iterator[dict[str, Any]]:
    """The label types, in the order of the codebook."""
    names = _names(codebook)
    colours = {
        primary.id: _COLOURS[number % len(_COLOURS)]
        for number, primary in enumerate(codebook.primary)
    }
    categories = [(second.id, colours[primary.id]) for primary, second in codebook.secondary]
    is_several = codebook.codes_per_video == "several"
    for mark in (MAIN_MARK, "") if is_several else ("",):
        for category, colour in categories:
            yield _label_type(_label(category, names, mark), colour)
    yield _label_type(_label(NO_CATEGORY, names), _NO_CATEGORY_COLOUR)


def _label_type(text: str, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "prefix_key": None,
        "suffix_key": None,
        "background_color": colour,
        "text_color": "#ffffff",
    }
