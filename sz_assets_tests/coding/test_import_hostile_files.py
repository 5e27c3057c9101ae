"""Files and rows that no tool makes, but a disk, a person or an attacker does."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sz_assets.coding.adjudicate import export_disputes
from sz_assets.coding.exchange.archive_guard import RATIO_COUNTS_FROM
from sz_assets.coding.exchange.sheet_excel import write_workbook
from sz_assets.coding.export import export_sample
from sz_assets.coding.importing import Imported
from sz_assets.coding.reliability_rows import read_rows
from sz_assets.errors import UserError

if TYPE_CHECKING:
    from conftest import Coding

TABLE = [["task_id", "category", "coder_id"], ["a:1", "natural", "anna"]]
BOOK = [["id"], ["natural"]]


def adds_up(one: Imported) -> bool:
    return one.rows == one.imported + one.unchanged + one.refused + one.uncoded


def doccano(coding: Coding, **changed: Any) -> Path:
    """Three rows of anna, the second one changed."""
    tasks = coding.tasks_of("anna")[:3]
    rows = [{"task_id": task, "label": ["natural"], "coder_id": "anna"} for task in tasks]
    rows[1] |= changed
    path = coding.folder / "rows.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Comments": ["a\ud800b"]}, "half a character"),
        ({"task_id": "x:\ud800"}, "half a character"),
        ({"coder_id": "\udfff"}, "half a character"),
        ({"coded_at": "0001-01-01T00:00:00+14:00"}, "no time"),
        ({"coded_at": "9999-12-31T23:59:59-14:00"}, "no time"),
        ({"coder_id": "\x1b[31manna"}, "names no coder"),
    ],
)
def test_a_row_that_cannot_be_stored_is_named_and_the_others_are_kept(
    changed: dict[str, Any], words: str, coding: Coding
) -> None:
    path = doccano(coding, **changed)
    found = coding.take(
        path, format="doccano", on_problem="keep_good", new_coders=True, known_tasks=frozenset
    )
    assert [problem.place.line for problem in found.problems] == [2]
    assert words in found.problems[0].text
    assert (found.imported, found.refused) == (2, 1)
    assert adds_up(found)


def test_a_file_of_another_format_is_one_sentence(coding: Coding) -> None:
    sheet = coding.sheet("a.csv", [{"task_id": "a:1", "category": "natural", "coder_id": "anna"}])
    for name in ("doccano", "label-studio", "refi-qda"):
        with pytest.raises(UserError, match="format"):
            coding.take(sheet, format=name)


def test_a_pipe_is_refused_at_once(tmp_path: Path, coding: Coding) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe or a device"):
        coding.take(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe or a device"):
        read_rows(tmp_path / "pipe")


def test_a_name_too_long_is_told(coding: Coding) -> None:
    with pytest.raises(UserError, match="too long"):
        coding.take(Path("a" * 300))
    sample = coding.exported.sample.sample_id
    with pytest.raises(UserError, match="too long"):
        export_sample(coding.store, sample, format="csv", folder=Path("a" * 300))


def test_a_file_whose_name_is_no_text_is_imported(coding: Coding) -> None:
    task = coding.tasks_of("anna")[0]
    sheet = coding.sheet("a.csv", [{"task_id": task, "category": "natural", "coder_id": "anna"}])
    strange = sheet.with_name(os.fsdecode(b"f\xff.csv"))
    try:
        sheet.rename(strange)
    except OSError:
        return  # this file system has no such names
    assert coding.take(strange).imported == 1
    assert coding.store.codes()["source_file"].to_list() == ["f\\udcff.csv"]


def test_a_workbook_is_known_by_its_content(coding: Coding, tmp_path: Path) -> None:
    path = tmp_path / "renamed.csv"
    task = coding.tasks_of("anna")[0]
    write_workbook(tmp_path / "a.xlsx", [TABLE[0], [task, "natural", "anna"]], BOOK)
    shutil.move(tmp_path / "a.xlsx", path)
    assert coding.take(path).imported == 1


def test_a_workbook_that_unpacks_to_far_more_is_refused(coding: Coding, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    write_workbook(path, TABLE, BOOK)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"<a>" + b" " * (RATIO_COUNTS_FROM + 1) + b"</a>")
    with pytest.raises(UserError, match="times its size"):
        coding.take(path, format="xlsx")
    with pytest.raises(UserError, match="times its size"):
        read_rows(path)


def test_decisions_are_no_blind_codes_nor_the_other_way_round(coding: Coding) -> None:
    task = coding.tasks_of("anna", reliability=True)[0]
    coding.coded("anna", {task: "natural"}, "a.csv")
    coding.coded("博文", {task: "visual"}, "b.csv")
    sample = coding.exported.sample.sample_id
    path = export_disputes(coding.store, sample, "anna", format="csv", folder=coding.folder)[0]
    with pytest.raises(UserError, match="coding adjudicate"):
        coding.take(path)
    with pytest.raises(UserError, match="as independent codes before"):
        coding.take(coding.folder / "a.csv", round="adjudicated")
    assert coding.take(path, round="adjudicated").uncoded == 1


def test_what_is_not_used_of_a_file_is_told(coding: Coding) -> None:
    first, second = coding.tasks_of("anna")[:2]
    rows = [
        {"task_id": first, "category": "", "coder_id": "anna", "comment": "won't play"},
        {"task_id": second, "category": "natural", "coder_id": "anna", "comment": ""},
    ]
    notes = coding.take(coding.sheet("a.csv", rows), coder_id="博文").notes
    assert "a.csv, line 2: a comment without a category is not imported." in notes
    assert "a.csv says itself who coded: '博文' was taken for no such row." in notes


def test_codes_of_an_older_codebook_are_told(coding: Coding, changed_codebook: Any) -> None:
    old = coding.study.codebook.version
    newer = changed_codebook(coding.study, "natural", examples=("a:1",))
    rows = [{"task_id": coding.tasks_of("anna")[0], "category": "natural", "coder_id": "anna"}]
    found = coding._replace(study=newer).take(coding.sheet("a.csv", rows))
    assert found.of_old_codebook == 1
    assert any(old in note and "kept and marked" in note for note in found.notes)


def test_a_full_disk_is_told_for_workbooks_too(monkeypatch: Any, coding: Coding) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    def full(_: object) -> None:
        raise FileCreateError(OSError(28, "No space left on device"))

    monkeypatch.setattr(Workbook, "close", full)
    sample = coding.exported.sample.sample_id
    out = coding.folder / "full"
    with pytest.raises(UserError, match="the disk is full"):
        export_sample(coding.store, sample, format="xlsx", folder=out)
    assert list(out.iterdir()) == []


def test_a_folder_that_is_a_file_leads_to_the_option(tmp_path: Path, coding: Coding) -> None:
    (tmp_path / "file").write_text("")
    sample = coding.exported.sample.sample_id
    with pytest.raises(UserError, match="name with --out a folder"):
        export_sample(coding.store, sample, format="csv", folder=tmp_path / "file")


@pytest.mark.parametrize("text", ['{"a": 1, "b": 2}\n{"a": 1, "b": 1}\n', "[1,\n2]", "<a>\n</a>"])
def test_what_is_no_table_is_not_taken_for_one(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match="no table"):
        read_rows(path)
