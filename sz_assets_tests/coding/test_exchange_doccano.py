"""doccano: what coders are given, and its exports, shared or one file per annotator."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tool_exchange_kit import assignment, codebook, codes, tasks, without_place

from sz_assets.coding.exchange.doccano import read_codes, write_codes, write_tasks
from sz_assets.coding.exchange.records import Assignment, Coded
from sz_assets.errors import UserError


def written(folder: Path, *rows: Any, name: str = "anna.jsonl") -> Path:
    """A JSONL file of these rows; a text is a line as it stands."""
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return path


def zipped(folder: Path, **members: bytes) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def as_doccano(given: Assignment, wanted: list[Coded], tasks_path: Path, labels: Path) -> bytes:
    """What doccano exports after importing these files and choosing these categories.

    It takes `text` and `label` out of each row, keeps the rest as metadata, strips line ends, and
    exports the labels' texts in alphabetical order with its own `id` and the comments.
    """
    texts = [one["text"] for one in json.loads(labels.read_text(encoding="utf-8"))]
    by_task = {code.task_id: code for code in wanted}

    def text_of(category: str, mark: str) -> str:
        (found,) = [t for t in texts if t.split(" | ")[0] == f"{mark}{category}"]
        return str(found)

    made = []
    with tasks_path.open(encoding="ascii") as file:
        for number, line in enumerate(file, start=1):
            row = json.loads(line.rstrip())
            code = by_task.get(row["task_id"])
            chosen: list[str] = []
            if code:
                is_several = given.codebook.codes_per_video == "several" and code.categories
                first = text_of((code.categories or ("none",))[0], "main:" if is_several else "")
                chosen = [first, *(text_of(one, "") for one in code.categories[1:])]
            comments = [code.comment] if code and code.comment else []
            made.append(
                {"id": number, "text": row.pop("text"), **row}
                | {"label": sorted(chosen), "Comments": comments}
            )
    lines = [json.dumps(row, ensure_ascii=False).replace("/", "\\/") for row in made]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("codes_per_video", ["one", "several"])
def test_nothing_is_lost_between_writing_and_reading(codes_per_video: str, tmp_path: Path) -> None:
    book = codebook(codes_per_video)
    wanted = codes(book, "anna", "博文", count=2_000)
    path, _ = write_codes(wanted, tasks(), book, tmp_path)
    reading = read_codes(path)
    assert without_place(reading.codes) == wanted
    assert [code.place.line for code in reading.codes] == list(range(1, 4_001))
    assert reading.problems == []
    assert [task for _, task in reading.uncoded] == [task.task_id for task in tasks()[2_000:]]


@pytest.mark.parametrize("codes_per_video", ["one", "several"])
def test_what_doccano_makes_of_our_tasks_is_read_back(codes_per_video: str, tmp_path: Path) -> None:
    given = assignment(codes_per_video=codes_per_video)
    wanted = codes(given.codebook, "anna", count=len(given.tasks) - 10)
    content = as_doccano(given, wanted, *write_tasks(given, tmp_path))
    path = zipped(tmp_path, **{"anna.jsonl": content, "admin.jsonl": b""})
    reading = read_codes(path)
    assert reading.problems == []
    assert len(reading.uncoded) == 10

    def said(code: Coded) -> tuple[Any, ...]:
        main, further = code.categories[:1], sorted(code.categories[1:])
        return code.task_id, code.coder_id, main, further, code.comment, code.codebook_version

    assert list(map(said, reading.codes)) == list(map(said, wanted))
    exported = [json.loads(line)["text"] for line in content.decode().split("\n")]
    assert exported == [task.title or "（无标题 / no title）" for task in given.tasks]


def test_tasks_are_ascii_lines_with_nothing_that_unblinds(tmp_path: Path) -> None:
    path, _ = write_tasks(assignment(), tmp_path)
    rows = [json.loads(line) for line in path.read_bytes().decode("ascii").splitlines()]
    assert len(rows) == 2_580
    assert {name for row in rows for name in row} == {
        "text",
        "task_id",
        "url",
        "account_name",
        "coder_id",
        "codebook_version",
        "sample_id",
    }
    with pytest.raises(UserError, match="already there"):
        write_tasks(assignment(), tmp_path)


@pytest.mark.parametrize(("codes_per_video", "count"), [("one", 17), ("several", 33)])
def test_labels_are_different_short_and_coloured_by_primary_category(
    codes_per_video: str, count: int, tmp_path: Path
) -> None:
    _, path = write_tasks(assignment(1, codes_per_video), tmp_path)
    labels = json.loads(path.read_text(encoding="utf-8"))
    texts = [label["text"] for label in labels]
    assert len(set(texts)) == count
    assert max(map(len, texts)) <= 100
    assert len({label["background_color"] for label in labels}) == 6
    assert {label["text_color"] for label in labels} == {"#ffffff"}
    assert texts[-1] == "none | 不属于任何类别 | No category fits"


def test_a_shared_export_needs_to_be_told_who_coded(tmp_path: Path) -> None:
    row = json.dumps({"id": 1, "text": "x", "task_id": "a:1", "label": ["natural"]})
    path = zipped(tmp_path, **{"all.jsonl": row.encode()})
    reading = read_codes(path)
    assert reading.codes == []
    assert "nothing tells who coded a:1" in reading.problems[0].text
    assert "in all.jsonl: " in reading.problems[0].text
    assert [code.coder_id for code in read_codes(path, coder_id="bo").codes] == ["bo"]


def test_whose_file_it_is_goes_before_what_rows_say(tmp_path: Path) -> None:
    row = {"text": "x", "task_id": "a:1", "label": ["natural"], "coder_id": "stale"}
    path = zipped(tmp_path, **{"user1.jsonl": json.dumps(row).encode()})
    assert [code.coder_id for code in read_codes(path).codes] == ["user1"]
    assert [code.coder_id for code in read_codes(path, coder_id="user1=anna").codes] == ["anna"]
    single = written(tmp_path, row)
    assert [code.coder_id for code in read_codes(single, coder_id="other").codes] == ["stale"]


def test_the_json_format_and_nested_metadata_are_read_too(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "x", "label": ["natural"], "meta": {"task_id": "a:1"}},
        {"id": 2, "text": "x", "label": "none", "task_id": "a:2", "Comments": ["a", "b"]},
    ]
    path = tmp_path / "all.json"
    path.write_text("\ufeff" + json.dumps(rows), encoding="utf-8")
    reading = read_codes(path, coder_id="anna")
    assert [(c.task_id, c.categories, c.comment) for c in reading.codes] == [
        ("a:1", ("natural",), None),
        ("a:2", (), "a\nb"),
    ]


def test_rows_that_can_not_be_used_are_named_and_good_ones_kept(tmp_path: Path) -> None:
    row = {"text": "x", "task_id": "a:1"}
    path = written(
        tmp_path,
        row | {"label": ["natural", "ethnic"]},
        row | {"label": ["main:natural", "main:ethnic"]},
        row | {"label": ["none", "main:ethnic"]},
        row | {"label": [[0, 3, "natural"]]},
        row | {"label": ["natural"], "Comments": "x"},
        row | {"label": ["natural"], "coded_at": "yesterday"},
        {"text": "no id", "label": ["natural"]},
        {"text": "a number", "task_id": 7299999999999999001, "label": ["natural"]},
        "1",
        "",
        row | {"label": ["natural"], "coded_at": "2023-11-02T16:00:00+08:00"},
        json.dumps(row | {"label": ["natural"]})[:-9],
    )
    reading = read_codes(path, coder_id="anna")
    assert [problem.place.line for problem in reading.problems] == [*range(1, 10), 12]
    assert "2 labels that could be the main one (natural, ethnic)" in reading.problems[0].text
    assert "cut short or damaged" in reading.problems[-1].text
    assert [(c.place.line, c.coded_at) for c in reading.codes] == [
        (11, datetime(2023, 11, 2, 8, 0))
    ]


def test_archives_that_are_damaged_or_lead_elsewhere_are_refused(tmp_path: Path) -> None:
    row = json.dumps({"text": "x", "task_id": "a:1", "label": ["natural"]}).encode()
    with pytest.raises(UserError, match="leads out"):
        read_codes(zipped(tmp_path, **{"../anna.jsonl": row}))
    path = zipped(tmp_path, **{"anna.jsonl": row * 50})
    content = bytearray(path.read_bytes())
    content[45] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        read_codes(path)


def test_an_archive_that_unpacks_to_more_than_any_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("anna.jsonl", "w") as member,
    ):
        for _ in range(201):
            member.write(b" " * 1_000_000)
    with pytest.raises(UserError, match="unpacks to more than"):
        read_codes(path)


def test_other_members_of_an_archive_are_named(tmp_path: Path) -> None:
    row = json.dumps({"text": "x", "task_id": "a:1", "label": ["natural"]}).encode()
    path = zipped(
        tmp_path,
        **{"anna.jsonl": row, "anna.csv": b"x", "__MACOSX/._anna.jsonl": b"\x00", ".DS_Store": b""},
    )
    reading = read_codes(path)
    assert len(reading.codes) == 1
    assert [problem.text.split()[0] for problem in reading.problems] == ["anna.csv"]


@pytest.mark.parametrize(
    ("content", "said"), [("任务".encode("gbk"), "not UTF-8"), (b'[{"text": 1', "cut short")]
)
def test_a_file_that_is_no_export_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        read_codes(path, coder_id="anna")
    with pytest.raises(UserError, match="There is no file"):
        read_codes(tmp_path / "none.jsonl", coder_id="anna")
