"""REFI-QDA projects that come back, from us or from another program, into records.

Here: what codings say, by coder and task. Nothing is unpacked to the disk. Not here: writing
(`refi_qda`), or whether a task, coder or category exists (`coding.importing`).

A source is one of ours if its variable `task_id`, or its name, is a task id. All codings of one
user on one source are one judgement, unless they stand in selections that we numbered; the order
of the categories is that of the document.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sz_assets.coding.exchange.archive_guard import Refused, check_xml, open_archive
from sz_assets.coding.exchange.categories import is_no_category
from sz_assets.coding.exchange.records import Coded, FileReading, Place, Problem
from sz_assets.coding.exchange.refi_parts import CODE_NAME, TASK_VARIABLE, category_in, origin_of
from sz_assets.coding.exchange.sheet_text import unmark
from sz_assets.coding.exchange.sheet_values import TASK_ID, Unusable
from sz_assets.coding.exchange.who_coded import WhoCoded
from sz_assets.errors import UserError

# As the library names them in its kinds of sources.
_SELECTIONS = (
    "plain_text_selection",
    "picture_selection",
    "pdfselection",
    "audio_selection",
    "video_selection",
)
_WHAT = "a REFI-QDA project (.qdpx)"


def read_codes(path: Path, *, coder_id: str | None = None) -> FileReading:
    """The codings of a project; `coder_id` for codings that name no user, or who is who.

    The line of a place is the number of the source in the project. UserError if the file can't
    be read as a project.
    """
    if path.suffix.casefold() == ".qdc":
        raise UserError(f"{path.name} is a codebook without codes: give the project (.qdpx).")
    with open_archive(path, _WHAT) as archive:
        names = [name for name in archive.namelist() if name.casefold().endswith(".qde")]
        if len(names) != 1:
            raise Refused(f"it holds {len(names)} files of the kind .qde, not one")
        check_xml(archive, names[0])
        return _Reader(path, archive, _parsed(archive.read(names[0])), coder_id).read()


def _parsed(content: bytes) -> Any:
    from pyrefiqda.models import Project
    from xsdata.formats.dataclass.parsers.config import ParserConfig
    from xsdata_pydantic.bindings import XmlParser

    # Other programs write elements and attributes of their own.
    config = ParserConfig(fail_on_unknown_properties=False, fail_on_unknown_attributes=False)
    try:
        return XmlParser(config=config).from_bytes(content, Project)
    # The parser, its XML library and the models raise errors of three families.
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refused(f"its project does not follow the format ({first})") from error


def _plain(guid: str | None) -> str:
    return (guid or "").strip("{} ").casefold()


@dataclass(slots=True)
class _Judgement:
    """What one user said at once about one source."""

    user: str
    number: int | None
    categories: list[str] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # descriptions, and a numbered note's own


class _Reader:
    """One project into records."""

    def __init__(
        self, path: Path, archive: zipfile.ZipFile, project: Any, coder_id: str | None
    ) -> None:
        self.file = path.name
        self.archive = archive
        self.project = project
        self.who = WhoCoded.of(coder_id)
        self.members = {name.casefold(): name for name in archive.namelist()}
        users = project.users.user if project.users else []
        self.users = {_plain(user.guid): user.name or user.id or "" for user in users}
        self.codes = dict(_flat(project.code_book.codes.code if project.code_book else []))
        notes = project.notes.note if project.notes else []
        self.notes = {_plain(note.guid): note for note in notes}
        variables = project.variables.variable if project.variables else []
        self.task_variables = {
            _plain(variable.guid)
            for variable in variables
            if variable.name.strip().casefold() == TASK_VARIABLE
        }

    def read(self) -> FileReading:
        reading = FileReading()
        numbered: list[tuple[float, Coded]] = []
        for line, source in enumerate(self._sources(), start=1):
            place = Place(self.file, line)
            try:
                task_id, judgements = self._task(source), self._judgements(source)
            except Unusable as error:
                reading.problems.append(Problem(place, f"{error}."))
                continue
            if task_id is None:
                shown = (source.name or source.guid)[:80]
                text = f"the source {shown!r} is not one of the tasks"
                if judgements:
                    remedy = "name it by its task id, or remove its codings"
                    reading.problems.append(Problem(place, f"{text}; {remedy}."))
                else:
                    reading.notes.append(f"{place}: {text}, and has no codings.")
                continue
            if not judgements:
                reading.uncoded.append((place, task_id))
            for judgement in judgements:
                try:
                    code = self._coded(task_id, judgement, place)
                except Unusable as error:
                    reading.problems.append(Problem(place, f"{task_id}: {error}."))
                    continue
                number = judgement.number
                numbered.append((float("inf") if number is None else number, code))
        reading.codes = [code for _, code in sorted(numbered, key=lambda pair: pair[0])]
        return reading

    def _sources(self) -> Iterator[Any]:
        sources = self.project.sources
        if sources:
            yield from sources.text_source
            yield from sources.picture_source
            yield from sources.pdfsource
            yield from sources.audio_source
            yield from sources.video_source

    def _task(self, source: Any) -> str | None:
        for value in source.variable_value:
            if _plain(value.variable_ref.target_guid) in self.task_variables:
                text = (value.text_value or "").strip()
                if TASK_ID.fullmatch(text):
                    return unmark(text)
        name = (source.name or "").strip().removesuffix(".txt")
        return unmark(name) if TASK_ID.fullmatch(name) else None

    def _judgements(self, source: Any) -> list[_Judgement]:
        found: dict[tuple[str, int | None], _Judgement] = {}

        def add(coding: Any, part: Any, number: int | None, said: str | None) -> None:
            user = _plain(coding.creating_user or (part.creating_user if part else None))
            judgement = found.setdefault((user, number), _Judgement(user, number))
            category = self.codes.get(_plain(coding.code_ref.target_guid))
            if category is None:
                raise Unusable(
                    f"a coding of {(source.name or source.guid)[:80]!r} has the code "
                    f"{coding.code_ref.target_guid}, which the project's codebook does not "
                    "have; export the project once more with its codebook"
                )
            if category not in judgement.categories:
                judgement.categories.append(category)
            when = coding.creation_date_time or (part.creation_date_time if part else None)
            if when is not None:
                judgement.instants.append(_instant(when))
            if said and said not in judgement.said:
                judgement.said.append(said)
            for note in [*coding.note_ref, *(part.note_ref if part else [])]:
                if _plain(note.target_guid) not in judgement.notes:
                    judgement.notes.append(_plain(note.target_guid))

        for part in _selections(source):
            number = _number(part.name)
            for coding in part.coding:
                add(coding, part, number, part.description)
        for coding in source.coding:
            notes = [self.notes.get(_plain(note.target_guid)) for note in coding.note_ref]
            ours = next((note for note in notes if note and _number(note.name) is not None), None)
            if ours:
                add(coding, None, _number(ours.name), ours.description)
            else:
                add(coding, None, None, None)
        return list(found.values())

    def _coded(self, task_id: str, judgement: _Judgement, place: Place) -> Coded:
        named = unmark(self.users.get(judgement.user, "")).strip()
        coder_id = self.who.named.get(named, named) or self.who.everyone
        if not coder_id:
            raise Unusable("a coding names no user; say who coded with --coder NAME")
        categories = tuple(judgement.categories)
        if any(map(is_no_category, categories)):
            if len(categories) > 1:
                raise Unusable(f"{coder_id} gave “none” beside a category; keep one of them")
            categories = ()
        comments = [self._note_text(note) for note in judgement.notes]
        if judgement.number is None:
            # Other programs keep a comment as the description of a selection.
            version, sample_id = origin_of(self.project.description)
            comments = [*judgement.said, *comments]
        else:
            version, sample_id = origin_of("\n".join(judgement.said))
        return Coded(
            task_id=task_id,
            coder_id=coder_id,
            categories=categories,
            place=place,
            coded_at=max(judgement.instants, default=None),
            codebook_version=version,
            sample_id=sample_id,
            comment="\n\n".join(text for text in comments if text) or None,
        )

    def _note_text(self, guid: str) -> str:
        note = self.notes.get(guid)
        if note is None:
            raise Unusable(f"its note {guid} is missing; export the project once more")
        if note.plain_text_content is not None:
            return str(note.plain_text_content)
        link = note.plain_text_path or note.rich_text_path or ""
        name = link.removeprefix("internal://")
        member = self.members.get(f"sources/{name}".casefold())
        if member is None or not note.plain_text_path:
            raise Unusable(f"its note {note.name or guid!r} has no plain text; export it with one")
        try:
            return self.archive.read(member).decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise Unusable(f"its note {note.name or guid!r} is not in UTF-8; mend it") from error


def _flat(codes: list[Any]) -> Iterator[tuple[str, str]]:
    for code in codes:
        yield _plain(code.guid), category_in(code.name)
        yield from _flat(code.code)


def _selections(source: Any) -> Iterator[Any]:
    for name in _SELECTIONS:
        yield from getattr(source, name, ())


def _number(name: str | None) -> int | None:
    found = CODE_NAME.fullmatch(name or "")
    return int(found[1]) if found else None


def _instant(when: Any) -> datetime:
    try:
        instant: datetime = when.to_datetime()
    except ValueError as error:
        raise Unusable(f"a coding has the impossible time {when}; mend or remove it") from error
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
