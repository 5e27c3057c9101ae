"""Projects that are damaged, of another kind, or want to do harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sheet_material import assignment

from sz_assets.coding.exchange import archive_guard
from sz_assets.coding.exchange.refi_qda import read_codes, write_tasks
from sz_assets.errors import UserError

_OPEN = '<?xml version="1.0"?><Project name="x" xmlns="urn:QDA-XML:project:1.0">'
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;">]><Project name="&c;" xmlns="urn:QDA-XML:project:1.0"/>'
)
_OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<Project name="x" xmlns="urn:QDA-XML:project:1.0"><Description>&a;</Description></Project>'
)


def archive(path: Path, **parts: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name.replace("__", "/").replace("_qde", ".qde"), content)
    return path


@pytest.mark.parametrize("content", [_LAUGHS, _OUTSIDE, _LAUGHS.encode("utf-16")])
def test_entities_are_refused(tmp_path, content):
    with pytest.raises(UserError, match="declares a document type"):
        read_codes(archive(tmp_path / "x.qdpx", project_qde=content))


def test_an_encoding_that_hides_a_document_type_is_refused(tmp_path):
    content = _LAUGHS.replace('"1.0"?', '"1.0" encoding="utf-7"?').encode("utf-7")
    with pytest.raises(UserError, match="not well-formed"):
        read_codes(archive(tmp_path / "x.qdpx", project_qde=content))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "holds 0 files of the kind .qde"),
        ({"a_qde": _OPEN, "b_qde": _OPEN}, "holds 2 files of the kind .qde"),
        ({"project_qde": _OPEN}, "not well-formed XML"),
        ({"project_qde": _OPEN + "</Project>", "..__..__evil": "x"}, "leads out of it"),
        ({"project_qde": '<a xmlns="urn:other"/>'}, "does not follow the format"),
        ({"project_qde": _OPEN + "<Sources><TextSource/></Sources></Project>"}, "not follow"),
    ],
)
def test_what_is_no_project(tmp_path, parts, words):
    path = archive(tmp_path / "x.qdpx", **parts)
    with pytest.raises(UserError, match=words):
        read_codes(path)
    assert not list(tmp_path.parent.glob("evil*"))


def test_an_empty_project_has_nothing(tmp_path):
    reading = read_codes(archive(tmp_path / "x.qdpx", project_qde=_OPEN + "</Project>"))
    assert (reading.codes, reading.problems, reading.uncoded) == ([], [], [])


def test_elements_of_another_program_are_passed_over(tmp_path):
    own = '<Sources><TextSource guid="g" name="a:1" mood="good"><Own>1</Own></TextSource></Sources>'
    reading = read_codes(archive(tmp_path / "x.qdpx", project_qde=_OPEN + own + "</Project>"))
    assert [task_id for _, task_id in reading.uncoded] == ["a:1"]


def test_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_guard, "MAX_UNPACKED_BYTES", 1_000_000)
    path = archive(tmp_path / "x.qdpx", project_qde=_OPEN + " " * 2_000_000 + "</Project>")
    assert path.stat().st_size < 10_000
    with pytest.raises(UserError, match="unpacks to more than 1 MB"):
        read_codes(path)
    monkeypatch.setattr(archive_guard, "MAX_MEMBERS", 2)
    with pytest.raises(UserError, match="more than 2 files"):
        read_codes(archive(path, a="", b="", c=""))


def test_a_codebook_and_other_files(tmp_path):
    _, book = write_tasks(assignment(2), tmp_path)
    with pytest.raises(UserError, match="codebook without codes"):
        read_codes(book)
    path = tmp_path / "text.qdpx"
    path.write_text("hello")
    with pytest.raises(UserError, match="no ZIP archive"):
        read_codes(path)
    with pytest.raises(UserError, match="There is no file"):
        read_codes(tmp_path / "none.qdpx")


def test_a_project_cut_short(tmp_path):
    path, _ = write_tasks(assignment(5), tmp_path)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(UserError, match="damaged, cut short"):
        read_codes(path)
