"""Codes made in Label Studio and doccano are imported, from the sample's own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sz_assets.coding.export import export_sample

if TYPE_CHECKING:
    from conftest import Coding


def _label_studio(folder: Path) -> Path:
    """What the tool exports after somebody chose `natural` for each task."""
    (tasks,) = folder.glob("*-tasks.json")
    chosen = {"from_name": "category", "type": "choices", "value": {"choices": ["natural"]}}
    records = [
        {"data": record["data"], "annotations": [{"id": n, "completed_by": 3, "result": [chosen]}]}
        for n, record in enumerate(json.loads(tasks.read_text(encoding="utf-8")))
    ]
    path = folder / "export.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def _doccano(folder: Path) -> Path:
    (tasks,) = folder.glob("*-tasks.jsonl")
    rows = [json.loads(line) | {"label": ["natural | 自然"]} for line in tasks.open()]
    path = folder / "export.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "answer"), [("label-studio", _label_studio), ("doccano", _doccano)]
)
def test_a_samples_codes_come_back(name: str, answer: object, coding: Coding) -> None:
    sample = coding.exported.sample.sample_id
    made = export_sample(coding.store, sample, format=name, folder=coding.folder / "tools")
    paths = [answer(files[0].parent) for files in made.files.values()]  # type: ignore[operator]
    taken = coding.take(*paths, format=name)
    assert taken.problems == ()
    assert taken.imported == sum(made.tasks_by_coder.values())
    found = coding.store.codes()
    assert set(found["coder_id"]) == set(made.files)
    assert set(found["source_format"]) == {name.replace("-", "_")}
    assert {tuple(codes) for codes in found["secondary_categories"]} == {("natural",)}
