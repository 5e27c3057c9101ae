"""Files that are not what they say, or want to do harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from sheet_material import assignment

from sz_assets.coding.exchange import archive_guard, sheet_excel
from sz_assets.coding.exchange.xlsx_sheets import read_codes, write_tasks
from sz_assets.errors import UserError

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def workbook(tmp_path) -> Path:
    return write_tasks(assignment(5), tmp_path)[0]


def rewritten(path: Path, change) -> Path:
    """The archive with each part's content changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    path.write_bytes(out.getvalue())
    return path


def test_old_and_protected_workbooks(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(_OLD + bytes(600))
    with pytest.raises(UserError, match="old XLS format"):
        read_codes(path)
    path.write_bytes(_OLD + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UserError, match="protected by a password"):
        read_codes(path)


@pytest.mark.parametrize("keep", [4, 100, 0.5, 0.98])
def test_a_workbook_cut_short(workbook, keep):
    content = workbook.read_bytes()
    workbook.write_bytes(content[: keep if keep > 1 else int(len(content) * keep)])
    with pytest.raises(UserError, match="damaged, cut short or protected"):
        read_codes(workbook)


def test_a_workbook_with_a_damaged_part(workbook):
    content = bytearray(workbook.read_bytes())
    with zipfile.ZipFile(workbook) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content[start + 80 : start + 90] = b"0123456789"
    workbook.write_bytes(content)
    with pytest.raises(UserError, match="can't be read"):
        read_codes(workbook)


def test_another_kind_of_archive(tmp_path):
    path = tmp_path / "sheet.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UserError, match="not a workbook"):
        read_codes(path)


def test_a_folder_and_no_file(tmp_path):
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "none.xlsx", "There is no file")):
        with pytest.raises(UserError, match=words):
            read_codes(path)


def test_a_web_page_that_is_called_a_workbook(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_text("<html><table><tr><td>task_id</td></tr></table></html>")
    with pytest.raises(UserError, match="no column task_id and category"):
        read_codes(path)


def test_a_bomb_is_refused_before_it_is_unpacked(workbook, monkeypatch):
    bomb = rewritten(workbook, lambda name, content: content + b" " * 5_000_000)
    monkeypatch.setattr(archive_guard, "MAX_UNPACKED_BYTES", 20_000_000)
    with pytest.raises(UserError, match="unpacks to more than 20 MB"):
        read_codes(bomb)


def test_an_archive_that_lies_about_its_size(workbook):
    big = rewritten(workbook, lambda name, content: content + b" " * 3_000_000)
    content = big.read_bytes()
    with zipfile.ZipFile(big) as archive:
        sizes = {info.file_size for info in archive.infolist()}
    for size in sizes:
        content = content.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    big.write_bytes(content)
    with pytest.raises(UserError, match="can't be read"):
        read_codes(big)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_encoding(workbook, encoding):
    laughs = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE l [<!ENTITY a "ha">'
        '<!ENTITY b SYSTEM "file:///etc/passwd">]><sst>&b;</sst>'
    ).encode(encoding)
    rewritten(workbook, lambda name, old: laughs if name.endswith("sharedStrings.xml") else old)
    with pytest.raises(UserError, match="declares a document type"):
        read_codes(workbook)


def test_names_that_lead_out_of_the_archive(workbook):
    with zipfile.ZipFile(workbook, "a") as archive:
        archive.writestr("../../evil.xml", "<a/>")
    with pytest.raises(UserError, match="leads out of it"):
        read_codes(workbook)
    assert not (workbook.parent.parent / "evil.xml").exists()


def test_two_sheets_of_codes(workbook):
    import openpyxl

    book = openpyxl.load_workbook(workbook)
    book.copy_worksheet(book["codes"])
    book.save(workbook)
    with pytest.raises(UserError, match="more than one sheet of codes"):
        read_codes(workbook)


def test_more_merged_cells_than_a_sheet_of_codes_has(workbook):
    merges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % line for line in range(2, 1_100))
    end = b"</sheetData><mergeCells>" + merges + b"</mergeCells>"
    rewritten(workbook, lambda name, old: old.replace(b"</sheetData>", end))
    with pytest.raises(UserError, match="merged cells"):
        read_codes(workbook)


@pytest.mark.parametrize("far", [b'<row r="999999999999"/>', b'<c r="ZZZ9"><v>1</v></c>'])
def test_cells_far_away_do_not_fill_the_memory(workbook, far, monkeypatch):
    monkeypatch.setitem(sheet_excel._WITHIN, "max_row", 20_000)
    end = (far if far.startswith(b"<row") else b'<row r="9">' + far + b"</row>") + b"</sheetData>"
    rewritten(workbook, lambda name, old: old.replace(b"</sheetData>", end))
    assert len(read_codes(workbook).uncoded) == 5
