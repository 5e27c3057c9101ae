"""What doccano exports from text classification projects: JSONL or JSON, alone or in a ZIP.

Here: reading. Not here: whether a task, coder or category exists (`import_checks`).

Where annotations are not shared, the ZIP has one file per annotator, named by their user name
(`anna.jsonl`); where they are, one `all.jsonl`, which does not tell who coded. An example without
a label is not coded yet. doccano tells no time.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sz_assets.coding.exchange.archive_guard import open_archive
from sz_assets.coding.exchange.json_files import (
    decoded,
    parse,
    parse_array,
    read_bounded,
    text_or_none,
)
from sz_assets.coding.exchange.records import NO_CATEGORY, Coded, FileReading, Place, Problem
from sz_assets.coding.exchange.who_coded import WhoCoded
from sz_assets.errors import UserError

MAIN_MARK = "main:"
NAME_MARK = " | "
_WHAT = "an export of doccano"
_SUFFIXES = (".jsonl", ".json")
# Names of members that are nobody's: all annotators together, and examples without any.
_NOBODY = ("all", "unknown")


class _Wrong(Exception):
    """Why a row can't be used, and what to do."""


@dataclass(frozen=True)
class _File:
    """A file of the export: what messages call it, and the user name that it bears."""

    name: str
    user: str | None
    content: bytes
    is_member: bool


def read_codes(path: Path, *, coder_id: str | None = None) -> FileReading:
    """The codes of an export: a `.jsonl` or `.json` file, or a ZIP of those.

    `coder_id` names who coded where the file does not, or tells who doccano's users are:
    `user1=anna,user2=bo`. UserError if the file can't be read as a whole.
    """
    reading = FileReading()
    who = WhoCoded.of(coder_id)
    for file in _files(path, reading):
        for line, value in _rows(file):
            place = Place(path.name, line)
            try:
                code = _code(place, value, file, who)
            except _Wrong as error:
                where = f"in {file.name}: " if file.is_member else ""
                reading.problems.append(Problem(place, f"{where}{error}"))
                continue
            if isinstance(code, Coded):
                reading.codes.append(code)
            else:
                reading.uncoded.append((place, code))
    return reading


def _files(path: Path, reading: FileReading) -> Iterator[_File]:
    if not zipfile.is_zipfile(path):
        yield _File(path.name, None, read_bounded(path, _WHAT), is_member=False)
        return
    with open_archive(path, _WHAT) as archive:
        for member in archive.infolist():
            at = PurePosixPath(member.filename)
            if member.is_dir() or at.parts[0] == "__MACOSX" or at.name.startswith("."):
                continue
            if at.suffix.lower() not in _SUFFIXES:
                reading.problems.append(
                    Problem(
                        Place(path.name, 1),
                        f"{member.filename} in it is no JSONL file; export as JSONL from doccano",
                    )
                )
                continue
            user = None if at.stem in _NOBODY else at.stem
            yield _File(member.filename, user, archive.read(member), is_member=True)


def _rows(file: _File) -> Iterator[tuple[int, Any]]:
    """Line or record numbers with values; a _Wrong for a line that is no JSON."""
    text = decoded(file.content, file.name, _WHAT)
    if text.lstrip().startswith("["):
        yield from enumerate(parse_array(text, file.name, _WHAT), start=1)
        return
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if lines and not any(line.lstrip().startswith("{") for _, line in lines):
        raise UserError(
            f"{file.name} is not {_WHAT}, in which each line is an object: check that it is the "
            "right file, and --format."
        )
    for number, line in lines:
        try:
            yield number, parse(line)
        except ValueError as error:
            yield (
                number,
                _Wrong(f"the line is cut short or damaged ({error}); export it once more"),
            )


def _code(place: Place, row: Any, file: _File, who: WhoCoded) -> Coded | str:
    """The code of a row, or the id of its task if there is none yet."""
    if isinstance(row, _Wrong):
        raise row
    if not isinstance(row, dict):
        raise _Wrong("the row is no example of doccano; export as JSONL from doccano")
    meta = row.get("meta")
    data = (meta if isinstance(meta, dict) else {}) | row
    task_id = text_or_none(data.get("task_id"))
    if task_id is None:
        raise _Wrong(
            "the row has no task_id, so that its video is unknown; use a project whose tasks were "
            "imported from the file that was exported for the coder"
        )
    labels = data.get("label", [])
    if isinstance(labels, str):
        labels = [labels]
    if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
        raise _Wrong(
            f"the labels of {task_id} are not texts; export a text classification project as JSONL"
        )
    if not labels:
        return task_id
    return Coded(
        task_id=task_id,
        coder_id=_coder(data, task_id, file, who),
        categories=_categories(labels, task_id),
        place=place,
        coded_at=_instant(data.get("coded_at"), task_id),
        codebook_version=text_or_none(data.get("codebook_version")),
        sample_id=text_or_none(data.get("sample_id")),
        comment=_comment(data.get("Comments"), task_id),
    )


def _coder(data: dict[str, Any], task_id: str, file: _File, who: WhoCoded) -> str:
    """Whose file it is; else who is named in the row; else whom the user names."""
    name = file.user or text_or_none(data.get("coder_id"))
    if name is not None:
        return who.named.get(name, name)
    if who.everyone is None:
        raise _Wrong(
            f"nothing tells who coded {task_id}; import it again with --coder NAME, or export the "
            "project without shared annotations"
        )
    return who.everyone


def _categories(labels: list[str], task_id: str) -> tuple[str, ...]:
    marked = [_id(one.removeprefix(MAIN_MARK)) for one in labels if one.startswith(MAIN_MARK)]
    plain = [_id(one) for one in labels if not one.startswith(MAIN_MARK)]
    main = marked or plain
    if len(main) != 1:
        raise _Wrong(
            f"{task_id} has {len(main)} labels that could be the main one ({', '.join(main)}); "
            f"leave one, or mark one of several as main ({MAIN_MARK}…), and export again"
        )
    further = [one for one in plain if one != main[0]]
    if NO_CATEGORY in (*main, *further):
        if further:
            raise _Wrong(
                f"{task_id} is labelled {NO_CATEGORY} and {', '.join({*main, *further})}; "
                "correct one of the two and export again"
            )
        return ()
    return (main[0], *further)


def _id(label: str) -> str:
    return label.partition(NAME_MARK)[0]


def _instant(value: object, task_id: str) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError) as error:
        raise _Wrong(
            f"{task_id} was coded at {str(value)[:40]!r}, which is no time; "
            "give the file as it was exported"
        ) from error


def _comment(value: object, task_id: str) -> str | None:
    comments = [] if value is None else value
    if not isinstance(comments, list) or not all(isinstance(one, str) for one in comments):
        raise _Wrong(f"the comments on {task_id} are not texts; export as JSONL from doccano")
    return "\n".join(comments) or None
