"""Label Studio: what coders are given, and every kind of annotation that it exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from tool_exchange_kit import assignment, codebook, codes, tasks, without_place

from sz_assets.coding.exchange.label_studio import read_codes, write_codes, write_tasks
from sz_assets.errors import UserError

TASK = "shenzhen_swat:7299999999999999001"
Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """A file with these records; `annotations=` makes one record of our task."""

    def write(*records: Any, annotations: list[Any] | None = None) -> Path:
        path = tmp_path / "export.json"
        if annotations is not None:
            records = ({"data": {"task_id": TASK, "coder_id": "anna"}, "annotations": annotations},)
        path.write_text(json.dumps(records), encoding="utf-8")
        return path

    return write


def choices(*values: str, control: str = "category") -> dict[str, Any]:
    return {
        "from_name": control,
        "to_name": "title",
        "type": "choices",
        "value": {"choices": list(values)},
    }


def annotation(id: int, *result: Any, **fields: Any) -> dict[str, Any]:
    stamp = f"2023-11-02T08:00:{id:02d}.123456Z"
    return {"id": id, "completed_by": 1, "result": list(result), "updated_at": stamp} | fields


@pytest.mark.parametrize("codes_per_video", ["one", "several"])
def test_nothing_is_lost_between_writing_and_reading(codes_per_video: str, tmp_path: Path) -> None:
    book = codebook(codes_per_video)
    wanted = codes(book, "anna", "博文")
    _, path = write_codes(wanted, tasks(), book, tmp_path)
    reading = read_codes(path)
    assert without_place(reading.codes) == wanted
    assert (reading.problems, reading.uncoded) == ([], [])
    assert reading.codes[-1].place.line == len(tasks())


def test_codes_keep_their_order_and_uncoded_tasks_follow(tmp_path: Path) -> None:
    book = codebook()
    wanted = codes(book, "bo", "anna", count=6)
    by_coder = wanted[1::2] + wanted[0::2][::-1]
    _, path = write_codes(by_coder, tasks(8), book, tmp_path)
    reading = read_codes(path)
    assert without_place(reading.codes) == by_coder
    assert [task for _, task in reading.uncoded] == [task.task_id for task in tasks(8)[6:]]


@pytest.mark.parametrize("codes_per_video", ["one", "several"])
def test_the_configuration_is_xml_whatever_the_codebook_holds(
    codes_per_video: str, tmp_path: Path
) -> None:
    given = assignment(3, codes_per_video)
    config, _ = write_tasks(given, tmp_path)
    text = config.read_text(encoding="utf-8")
    root = Xml.fromstring(text)
    ids = [second.id for _, second in given.codebook.secondary]
    controls = {one.get("name"): one for one in root.iter("Choices")}
    expected = {"category": [*ids, "none"]}
    if codes_per_video == "several":
        expected["further_categories"] = ids
    assert {n: [c.get("value") for c in x.iter("Choice")] for n, x in controls.items()} == expected
    assert controls["category"].get("choice") == "single-radio"
    variables = [v for e in root.iter() for v in e.attrib.values() if "$" in v]
    assert sorted(variables) == ["$account_name", "$link", "$title"]
    hostile = next(root.iter("Choice"))
    assert "&lt;img src=x onerror=alert(1)&gt;" in hostile.get("html", "")
    assert "<img" not in hostile.get("html", "")
    assert "包括：包括\ufffd toName" in hostile.get("hint", "")


def test_tasks_hold_titles_as_data_and_nothing_that_unblinds(tmp_path: Path) -> None:
    given = assignment()
    _, path = write_tasks(given, tmp_path)
    made = [record["data"] for record in json.loads(path.read_text(encoding="utf-8"))]
    assert {name for data in made for name in data} == {
        "task_id",
        "title",
        "url",
        "link",
        "account_name",
        "coder_id",
        "codebook_version",
        "sample_id",
    }
    assert [data["task_id"] for data in made] == [task.task_id for task in given.tasks]
    shown = [task.title or "（无标题 / no title）" for task in given.tasks]
    assert [data["title"] for data in made] == shown
    assert made[1]["link"] == (
        '<a href="https://www.douyin.com/video/1?a=1&amp;b=&quot;&lt;x&gt;" target="_blank" '
        'rel="noopener noreferrer">https://www.douyin.com/video/1?a=1&amp;b=&quot;&lt;x&gt;</a>'
    )


def test_a_coders_files_are_never_overwritten(tmp_path: Path) -> None:
    write_tasks(assignment(2), tmp_path)
    with pytest.raises(UserError, match="already there"):
        write_tasks(assignment(2), tmp_path)


def test_only_the_newest_annotation_of_a_coder_counts(export: Export) -> None:
    path = export(
        annotations=[
            annotation(1, choices("natural"), updated_at="2023-11-02T16:30:00+08:00"),
            annotation(2, choices("economic")),
        ]
    )
    reading = read_codes(path)
    assert [(c.categories, c.coded_at) for c in reading.codes] == [
        (("natural",), datetime(2023, 11, 2, 8, 30))
    ]
    assert [(p.place.line, p.text.startswith("annotation 2 of ")) for p in reading.problems] == [
        (1, True)
    ]
    assert "annotation 1 of the same coder, which counts" in reading.problems[0].text


def test_skipped_empty_and_missing_annotations_are_not_coded_yet(export: Export) -> None:
    bare = {"data": {"task_id": "a:1"}}
    path = export(
        bare | {"annotations": [annotation(1, was_cancelled=True)]},
        bare | {"annotations": [annotation(2, choices("natural"), was_cancelled=True)]},
        {"data": {"task_id": "a:2"}, "annotations": [annotation(3)]},
        {
            "data": {"task_id": "a:3"},
            "annotations": [],
            "drafts": [annotation(4, choices("natural"))],
            "predictions": [{"result": [choices("natural")]}],
        },
    )
    reading = read_codes(path, coder_id="anna")
    assert (reading.codes, reading.problems) == ([], [])
    assert sorted((place.line, task) for place, task in reading.uncoded) == [
        (1, "a:1"),
        (2, "a:1"),
        (3, "a:2"),
        (4, "a:3"),
    ]


def test_who_coded_is_named_by_address_by_the_task_or_by_the_user(export: Export) -> None:
    one = annotation(1, choices("natural"))
    by_mail = annotation(2, choices("natural"), completed_by={"id": 7, "email": "bo@x.org"})
    other = annotation(3, choices("natural"), completed_by=2)

    def coders(*made: Any, coder_id: str | None = None) -> list[str]:
        reading = read_codes(export(annotations=list(made)), coder_id=coder_id)
        assert len(reading.codes) + len(reading.problems) == len(made)
        return [code.coder_id for code in reading.codes]

    assert coders(one, by_mail) == ["anna", "bo@x.org"]
    assert coders(one, by_mail, coder_id="carla") == ["carla", "bo@x.org"]
    assert coders(one, by_mail, other, coder_id="1=ana, bo@x.org=bo,2=c") == ["ana", "bo", "c"]
    assert coders(one, other) == []
    assert coders(one, other, coder_id="anna") == []
    assert coders(one, other, coder_id="2=bo") == ["bo"]


def test_an_export_of_minimal_json_is_read_too(export: Export) -> None:
    record = {"task_id": TASK, "coder_id": "anna", "annotator": 4, "annotation_id": 9}
    stamp = {"updated_at": "2023-11-02T08:00:00Z", "codebook_version": "v"}
    path = export(
        record | stamp | {"category": "natural", "comment": "看\n图"},
        record
        | {"task_id": "a:1", "category": "natural", "comment": {"text": ["a", "b"]}}
        | {"further_categories": {"choices": ["economic", "ethnic"]}},
        record | {"task_id": "a:2"},
    )
    reading = read_codes(path)
    assert [(c.task_id, c.coder_id, c.categories, c.comment) for c in reading.codes] == [
        (TASK, "anna", ("natural",), "看\n图"),
        ("a:1", "anna", ("natural", "economic", "ethnic"), "a\nb"),
    ]
    assert reading.codes[0].codebook_version == "v"
    assert [task for _, task in reading.uncoded] == ["a:2"]


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ([choices("natural", "economic")], "has 2 main categories (natural, economic)"),
        ([choices("ethnic", control="further_categories")], "has 0 main categories"),
        ([choices("none"), choices("ethnic", control="further_categories")], "no category fits"),
        ([choices("natural", control="sentiment")], "answer to 'sentiment'"),
        ([choices() | {"value": {"choices": [["main", "natural"]]}}], "that is no text"),
        ([choices() | {"value": None}], "that is no text"),
        (["natural"], "answer to 'None'"),
    ],
)
def test_answers_that_can_not_be_used_are_named(
    result: list[Any], said: str, export: Export
) -> None:
    reading = read_codes(export(annotations=[annotation(5, *result)]))
    assert (reading.codes, reading.uncoded) == ([], [])
    assert [p.text.startswith(f"annotation 5 of {TASK}: ") for p in reading.problems] == [True]
    assert said in reading.problems[0].text


def test_records_that_can_not_be_used_are_named_and_good_ones_kept(export: Export) -> None:
    good = {"data": {"task_id": "a:9"}, "annotations": [annotation(6, choices("natural"))]}
    path = export(
        "text",
        {"data": {"title": "x"}, "annotations": []},
        {"data": {"task_id": 7}, "annotations": []},
        {"data": {"task_id": "a:1"}, "annotations": [3]},
        {"data": {"task_id": "a:1"}},
        {"task_id": "a:1", "category": "natural"},
        {"data": {"task_id": "a:2"}, "annotations": [annotation(1, updated_at="yesterday")]},
        {"data": {"task_id": "a:2"}, "annotations": [annotation(1, completed_by=None)]},
        {"data": {"task_id": "a:2"}, "annotations": [annotation(1) | {"result": None}]},
        good,
    )
    reading = read_codes(path, coder_id="anna")
    assert sorted(problem.place.line for problem in reading.problems) == list(range(1, 10))
    assert [code.task_id for code in reading.codes] == ["a:9"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"data": {"task_id": "a:1"}, "annot', "cut short or damaged"),
        (b"", "cut short or damaged"),
        (b'{"detail": "Not found"}', "list of tasks"),
        ("[]任务".encode("gbk"), "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_whole_export_is_refused(
    content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        read_codes(path)
    assert "export.json" in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        read_codes(tmp_path / "export.json")
