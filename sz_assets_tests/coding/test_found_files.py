"""Folders of coders' files: all of one format is taken, what is no code is left out and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sz_assets.coding.exchange.registry import format_named
from sz_assets.coding.export import export_sample
from sz_assets.coding.found_files import files_of
from sz_assets.errors import UserError


def test_a_folder_of_sheets_is_taken_without_the_codebooks(coding: Any) -> None:
    result = coding.take(coding.exported.folder)
    assert (result.rows, result.uncoded, result.refused) == (32, 32, 0)
    (note,) = result.notes
    sample = coding.exported.sample.sample_id
    assert note.startswith(f"Left out of {coding.exported.folder}, since they hold no codes: ")
    assert f"anna/{sample}-anna-codebook.csv" in note


def test_files_and_folders_can_be_mixed_but_none_given_twice(coding: Any) -> None:
    task = coding.tasks_of("anna")[0]
    sheet = coding.sheet("a/b/c.csv", [{"task_id": task, "category": "none", "coder_id": "anna"}])
    (coding.folder / "a" / "~$c.csv").write_text("lock")
    (coding.folder / "a" / ".hidden.csv").write_text("x")
    (coding.folder / "a" / "notes.docx").write_text("x")
    assert coding.take(coding.folder / "a", *coding.exported.files["anna"][:1]).imported == 1
    with pytest.raises(UserError, match="is given twice"):
        coding.take(coding.folder / "a", sheet)


@pytest.mark.parametrize("format", ["label-studio", "doccano", "refi-qda", "xlsx"])
def test_what_was_given_to_coders_is_left_out_of_every_format(
    coding: Any, format: str, tmp_path: Path
) -> None:
    sample = coding.exported.sample.sample_id
    made = export_sample(coding.store, sample, format=format, folder=tmp_path / "more")
    chosen = format_named(format)
    if format in ("refi-qda", "xlsx"):  # the same file goes out and comes back
        files, notes = files_of([made.folder], chosen, None)
        assert ([path.suffix for path in files], notes) == ([files[0].suffix] * 2, [])
        return
    with pytest.raises(UserError, match=f"holds no file of codes in the format {format}"):
        files_of([made.folder], chosen, None)
    back = made.folder / "anna" / "project-1.json"
    back.write_text(json.dumps([]))
    files, (note,) = files_of([made.folder], chosen, None)
    assert files == [back]
    assert f"anna/{sample}-anna-tasks.json" in note


def test_a_file_called_like_one_of_tasks_is_taken_if_it_holds_codes(
    coding: Any, tmp_path: Path
) -> None:
    path = tmp_path / "back" / "anna-tasks.jsonl"
    path.parent.mkdir()
    row = {"task_id": "a:1", "label": ["natural"], "coder_id": "anna"}
    path.write_text(json.dumps(row) + "\n")
    assert files_of([path.parent], format_named("doccano"), None) == ([path], [])
