"""Disputes: listed, shown with everybody's codes, and decided beside the originals."""

from __future__ import annotations

import csv

import pytest

from sz_assets.coding.adjudicate import disputes, export_disputes
from sz_assets.coding.human import decided
from sz_assets.coding.store import newest
from sz_assets.errors import UserError


@pytest.fixture
def disputed(coding):
    """The first two reliability tasks are disputed, the third is not."""
    tasks = coding.tasks_of("anna", reliability=True)[:3]
    coding.coded("anna", dict(zip(tasks, ["natural", "none", "ethnic"], strict=True)), "a.csv")
    coding.coded("博文", dict(zip(tasks, ["economic", "visual", "ethnic"], strict=True)), "b.csv")
    return tasks


def test_disputes_are_listed_with_what_everyone_said(coding, disputed):
    found = disputes(coding.store)
    assert [one.task_id for one in found] == disputed[:2]
    assert found[0].codes == {"anna": ("natural",), "博文": ("economic",)}
    assert found[1].words == "anna: none; 博文: visual"
    assert found[0].to_json()["codes"] == {"anna": ["natural"], "博文": ["economic"]}
    with pytest.raises(UserError, match="keeps no sample 'x'"):
        disputes(coding.store, "x")


def test_coders_who_were_not_both_asked_can_differ_too(coding, disputed):
    """Of such a video nothing is decided either, so somebody has to be able to."""
    [single, *_] = coding.tasks_of("anna", reliability=False)
    coding.coded("anna", {single: "natural"}, "c.csv")
    assert single not in [one.task_id for one in disputes(coding.store)]
    sheet = coding.sheet("d.csv", [{"task_id": single, "category": "none", "coder_id": "eva"}])
    coding.take(sheet, new_coders=True)
    left_out = decided(coding.store, coding.study)[1]
    found = disputes(coding.store)
    assert sum(left_out.values()) == len(found) == 3
    assert {one.task_id: one for one in found}[single].words == "anna: natural; eva: none"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_sheet_of_disputes_comes_back_as_decisions(coding, disputed, tmp_path, format):
    sample_id = coding.exported.sample.sample_id
    files = export_disputes(coding.store, sample_id, "chief", format=format, folder=tmp_path / "o")
    assert all(path.exists() for path in files)
    if format == "csv":
        with files[0].open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["codes"] for row in rows] == [
            "anna: natural; 博文: economic",
            "anna: none; 博文: visual",
        ]
        for row in rows:
            row["category"] = "natural"
        filled = coding.sheet("filled.csv", rows)
    else:
        import openpyxl

        book = openpyxl.load_workbook(files[0])
        sheet = book.worksheets[0]
        header = [cell.value for cell in sheet[1]]
        shown = sheet.cell(2, header.index("codes") + 1).value
        assert shown == "anna: natural; 博文: economic"
        for line in (2, 3):
            sheet.cell(line, header.index("category") + 1).value = "natural"
        filled = tmp_path / "filled.xlsx"
        book.save(filled)
    result = coding.take(filled, format=format, round="adjudicated")
    assert (result.imported, result.refused, result.notes) == (2, 0, ())
    codes = newest(coding.store.codes())
    assert codes["code_round"].to_list() == ["independent"] * 6 + ["adjudicated"] * 2
    assert all(one.is_adjudicated for one in disputes(coding.store, sample_id))
    with pytest.raises(UserError, match="differ in no task that is still to be decided"):
        export_disputes(coding.store, sample_id, "chief", format=format, folder=tmp_path / "p")


def test_what_can_not_be_shown_or_would_be_overwritten_is_refused(coding, disputed, tmp_path):
    sample_id = coding.exported.sample.sample_id
    with pytest.raises(UserError, match="doccano can't show what the coders said"):
        export_disputes(coding.store, sample_id, "chief", format="doccano", folder=tmp_path)
    with pytest.raises(UserError, match="can't name a folder"):
        export_disputes(coding.store, sample_id, "../chief", format="csv", folder=tmp_path)
    export_disputes(coding.store, sample_id, "chief", format="csv", folder=tmp_path)
    with pytest.raises(UserError, match="is there already"):
        export_disputes(coding.store, sample_id, "chief", format="csv", folder=tmp_path)
