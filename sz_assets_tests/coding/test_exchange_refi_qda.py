"""REFI-QDA projects and codebooks: written by the standard, read back without loss."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sheet_material import assignment, book, codes, tasks, without_place

from sz_assets.coding.exchange.categories import category_id
from sz_assets.coding.exchange.records import Coded
from sz_assets.coding.exchange.refi_qda import read_codes, write_codes, write_tasks
from sz_assets.errors import UserError

_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# The order of children in the standard's schema, for the elements that are written.
_ORDER = {
    "Project": "Users CodeBook Variables Cases Sources Notes Links Sets Graphs Description NoteRef",
    "CodeBook": "Codes Sets",
    "Code": "Description NoteRef Code",
    "TextSource": "Description PlainTextContent PlainTextSelection Coding NoteRef VariableValue",
    "Note": "Description PlainTextContent PlainTextSelection Coding NoteRef VariableValue",
    "PlainTextSelection": "Description Coding NoteRef",
    "Coding": "CodeRef NoteRef",
    "VariableValue": "VariableRef TextValue",
    "Users": "User", "Codes": "Code", "Variables": "Variable", "Sources": "TextSource",
    "Notes": "Note", "Variable": "Description", "User": "", "CodeRef": "", "NoteRef": "",
    "VariableRef": "", "TextValue": "", "Description": "",
}  # fmt: skip


def project_xml(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("project.qde"))


def text_of(path: Path, source: ET.Element) -> str:
    name = source.attrib["plainTextPath"].removeprefix("internal://")
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"sources/{name}").decode().removeprefix("\ufeff")


def named(root: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.tag.endswith(f"}}{name}")]


@pytest.mark.parametrize(("per_video", "count"), [("one", 300), ("several", 2_580)])
def test_codes_of_two_coders_come_back(per_video, count, tmp_path):
    of, codebook = tasks(count), book(per_video)
    sent = codes(of, codebook, ("coder_1", "007"))
    path, _ = write_codes(sent, of, codebook, tmp_path)
    reading = read_codes(path)
    assert without_place(reading.codes) == sent
    assert len(sent) == 2 * (count - 1)
    assert (reading.problems, reading.notes) == ([], [])
    assert [task_id for _, task_id in reading.uncoded] == [of[-1].task_id]
    shown = named(project_xml(path), "TextSource")
    assert [source.attrib["name"] for source in shown] == [task.task_id for task in of]
    assert [text_of(path, source) for source in shown[:40]] == [t.title or "" for t in of[:40]]


def test_a_project_follows_the_standard(tmp_path):
    of, codebook = tasks(40), book("several")
    path, book_path = write_codes(codes(of, codebook, ("a", "b")), of, codebook, tmp_path)
    for root in (project_xml(path), ET.parse(book_path).getroot()):
        for element in root.iter():
            name = element.tag.split("}")[1]
            children = [child.tag.split("}")[1] for child in element]
            order = _ORDER[name].split()
            assert children == sorted(children, key=order.index)
            for key, value in element.attrib.items():
                if key.endswith(("guid", "GUID", "User")):
                    assert _GUID.fullmatch(value)
        guids = [element.attrib["guid"] for element in root.iter() if "guid" in element.attrib]
        assert len(set(guids)) == len(guids)
        if root.tag.endswith("Project"):
            targets = {e.attrib["targetGUID"] for e in root.iter() if "targetGUID" in e.attrib}
            assert targets <= set(guids)


def test_the_library_reads_what_was_written(tmp_path):
    from pyrefiqda import RefiCodebook, RefiProject

    path, book_path = write_tasks(assignment(5), tmp_path)
    project = RefiProject.load(path, extract_dir=tmp_path / "unpacked")
    assert [user.name for user in project.users.user] == ["coder_1"]
    assert len(project.sources.text_source) == 5
    main, other, none = RefiCodebook.load(book_path).codes.code
    assert [code.is_codable for code in (main, other, none)] == [False, False, True]
    assert [code.name.split(" · ") for code in main.code] == [
        ["citizen_entity", "市民主体", "Citizen Entity"],
        ["natural", "自然", "Natural"],
    ]
    assert main.code[0].description.splitlines() == [
        "definition (zh): 市民主体的定义",
        "definition (en): What Citizen Entity means",
        "inclusion (zh): 也包括",
        "inclusion (en): Includes",
        "exclusion (zh): 不包括",
        "exclusion (en): = excludes",
    ]


def test_identifiers_are_stable_and_belong_to_the_version(tmp_path):
    def guids(folder: Path, codebook) -> dict[str, str]:
        _, path = write_codes([], tasks(1), codebook, folder)
        return {c.attrib["name"]: c.attrib["guid"] for c in named(ET.parse(path).getroot(), "Code")}

    first = guids(tmp_path / "1", book())
    assert first == guids(tmp_path / "2", book())
    other = guids(tmp_path / "3", book("several"))
    assert first.keys() == other.keys()
    assert not set(first.values()) & set(other.values())


def test_tasks_come_back_uncoded(tmp_path):
    given = assignment(40)
    reading = read_codes(write_tasks(given, tmp_path)[0])
    assert [task_id for _, task_id in reading.uncoded] == [task.task_id for task in given.tasks]
    assert (reading.codes, reading.problems) == ([], [])


def test_nothing_is_overwritten(tmp_path):
    write_tasks(assignment(2), tmp_path)
    with pytest.raises(UserError, match="already there"):
        write_tasks(assignment(3), tmp_path)


def coded_elsewhere(tmp_path: Path, change) -> Path:
    """A coder's project after another program: simulated by editing the model and saving it."""
    from pyrefiqda import RefiProject

    path, _ = write_tasks(assignment(32), tmp_path)
    folder = tmp_path / "unpacked"
    project = RefiProject.load(path, extract_dir=folder)
    change(project)
    RefiProject.save(project, path, source_media_dir=folder / "sources")
    return path


def coding(project, code: int = 0, **said):
    from pyrefiqda.models import CodeRefType, CodingType

    target = project.code_book.codes.code[0].code[code].guid
    guid = f"00000000-0000-4000-8000-{len(str(said)):012d}"
    # Some programs write identifiers in braces and capital letters.
    shown = "{" + target.upper() + "}"
    return CodingType(guid=guid, code_ref=CodeRefType(target_guid=shown), **said)


def test_a_project_that_was_coded_in_another_program(tmp_path):
    from pyrefiqda.models import PlainTextSelectionType
    from xsdata.models.datatype import XmlDateTime

    def change(project):
        user = project.users.user[0].guid
        first, second, third = project.sources.text_source[:3]
        first.name = "renamed"
        when = XmlDateTime.from_string("2024-03-05T14:22:00+08:00")
        first.plain_text_selection = [
            PlainTextSelectionType(
                guid=f"00000000-0000-4000-8000-10000000000{n}",
                name="the first words",
                description="a remark" if n == 0 else None,
                start_position=0,
                end_position=4,
                creating_user=user,
                coding=[coding(project, n, creating_user=user, creation_date_time=when)],
            )
            for n in (0, 1)
        ]
        second.coding = [coding(project)]
        third.coding = [coding(project, creating_user=user)]
        third.variable_value = []
        third.name += ".txt"

    path = coded_elsewhere(tmp_path, change)
    reading = read_codes(path)
    first, third = reading.codes
    given = assignment(32)
    assert first == Coded(
        task_id=given.tasks[0].task_id,
        coder_id="coder_1",
        categories=("citizen_entity", "natural"),
        place=first.place,
        coded_at=datetime(2024, 3, 5, 6, 22),
        codebook_version=given.codebook.version,
        sample_id="sample_1",
        comment="a remark",
    )
    assert category_id(first.categories[0], given.codebook) == "citizen_entity"
    assert third.task_id == given.tasks[2].task_id
    (problem,) = reading.problems
    assert str(problem) == (
        f"{path.name}, line 2: {given.tasks[1].task_id}: a coding names no user; say who coded "
        "with --coder NAME."
    )
    assert len(reading.uncoded) == 29
    second = read_codes(path, coder_id="c9").codes[1]
    assert second == replace(
        third, task_id=given.tasks[1].task_id, coder_id="c9", place=second.place
    )


def test_what_is_not_ours_is_named(tmp_path):
    from pyrefiqda.models import PictureSourceType

    def change(project):
        user = project.users.user[0].guid
        none = project.code_book.codes.code[2].guid
        a, b, c, d = project.sources.text_source[:4]
        a.name, a.variable_value = "my own notes", []
        b.name, b.variable_value = "my own text", []
        b.coding = [coding(project, creating_user=user)]
        c.coding = [coding(project, creating_user=user)]
        c.coding[0].code_ref.target_guid = "11111111-1111-4111-8111-111111111111"
        d.coding = [coding(project, creating_user=user), coding(project, creating_user=user)]
        d.coding[0].code_ref.target_guid = none
        project.sources.picture_source = [
            PictureSourceType(
                guid="00000000-0000-4000-8000-200000000000",
                name="photo",
                coding=[coding(project, creating_user=user)],
            )
        ]

    reading = read_codes(coded_elsewhere(tmp_path, change))
    assert [(p.place.line, p.text.split(";")[0]) for p in reading.problems] == [
        (2, "the source 'my own text' is not one of the tasks"),
        (3, f"a coding of {tasks(3)[2].task_id!r} has the code 11111111-1111-4111-8111-111111111111"
         ", which the project's codebook does not have"),
        (4, f"{tasks(4)[3].task_id}: coder_1 gave “none” beside a category"),
        (33, "the source 'photo' is not one of the tasks"),
    ]  # fmt: skip
    assert len(reading.notes) == 1
    assert "'my own notes' is not one of the tasks" in reading.notes[0]
    assert len(reading.uncoded) == 28
    assert reading.codes == []


def test_a_comment_that_is_missing_or_not_text(tmp_path):
    of, codebook = tasks(3), book()
    sent = [replace(c, comment="seen") for c in codes(of, codebook, ("a",))]
    path, _ = write_codes(sent, of, codebook, tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    notes = [n.attrib["plainTextPath"].split("//")[1] for n in named(project_xml(path), "Note")]
    del parts[f"sources/{notes[0]}"]
    parts[f"sources/{notes[1]}"] = b"\xff\xfe\x00"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    reading = read_codes(path)
    assert [p.text.split("; ")[1] for p in reading.problems] == ["export it with one.", "mend it."]
    assert reading.codes == []
