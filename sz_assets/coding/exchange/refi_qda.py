"""REFI-QDA, the exchange format of programs for qualitative analysis: projects and codebooks.

Here: the format's three calls, and writing. Not here: reading (`refi_reading`), or the names and
identifiers that both use (`refi_parts`). The format itself is the library's.

A task is a text source named by its task id; its text is the title, in a file of its own, so
that no character is lost. What a coder said is a selection of the whole title with one coding per
category, the main one first; a task without a title carries the codings itself. Comments are
notes. Reference: REFI-QDA 1.5, www.qdasoftware.org.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sz_assets.coding.exchange.new_files import file_stem, refuse_existing, write_new
from sz_assets.coding.exchange.records import NO_CATEGORY, Assignment, Coded, Task
from sz_assets.coding.exchange.refi_parts import (
    VARIABLES,
    code_guid,
    codes,
    guid,
    origin_text,
)
from sz_assets.coding.exchange.refi_reading import read_codes as read_codes
from sz_assets.coding.exchange.sheet_text import mark
from sz_assets.study import Codebook


def write_tasks(assignment: Assignment, folder: Path) -> list[Path]:
    """The coder's project (.qdpx) and codebook (.qdc). UserError if one is already there."""
    stem = file_stem(assignment.sample_id, assignment.coder_id)
    book = assignment.codebook
    project = _Project(book, origin_text(book.version, assignment.sample_id))
    project.user(assignment.coder_id)
    for task in assignment.tasks:
        project.add(task, [])
    return _write(project, stem, folder)


def write_codes(
    codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook, folder: Path
) -> list[Path]:
    """All codes in one project, with the tasks that nobody coded, and the codebook."""
    project = _Project(codebook, origin_text(codebook.version, None))
    of_task: dict[str, list[tuple[int, Coded]]] = {task.task_id: [] for task in tasks}
    for number, code in enumerate(codes, start=1):
        of_task.setdefault(code.task_id, []).append((number, code))
    known = {task.task_id: task for task in tasks}
    for task_id, found in of_task.items():
        account_id, _, video_id = task_id.partition(":")
        project.add(known.get(task_id) or Task(account_id, video_id, None), found)
    return _write(project, "codes", folder)


def _write(project: _Project, stem: str, folder: Path) -> list[Path]:
    from pyrefiqda import RefiCodebook, RefiProject
    from pyrefiqda.models import CodeBook, CodebookCodesType, CodebookCodeType

    path, book = folder / f"{stem}.qdpx", folder / f"{stem}-codebook.qdc"
    refuse_existing(path, book)
    made = CodeBook(
        codes=CodebookCodesType(code=codes(project.codebook, CodebookCodeType)),
        origin="sz-assets",
    )

    def save(part: Path) -> None:
        with TemporaryDirectory() as texts:
            for name, text in project.texts.items():
                (Path(texts) / name).write_bytes(_text_bytes(text))
            RefiProject.save(project.made(stem), part, source_media_dir=texts)

    return [
        write_new(path, save),
        write_new(book, lambda part: RefiCodebook.save(made, part)),
    ]


def _text_bytes(text: str) -> bytes:
    # A reader takes one byte order mark away: a text that starts with one needs two.
    return ("\ufeff" + text if text.startswith("\ufeff") else text).encode()


class _Project:
    """A project in the making; `texts` are the files beside it, by name."""

    def __init__(self, codebook: Codebook, origin: str | None) -> None:
        self.codebook = codebook
        self.origin = origin
        self.texts: dict[str, str] = {}
        self.users: dict[str, Any] = {}
        self.sources: list[Any] = []
        self.notes: list[Any] = []

    def user(self, coder_id: str) -> str:
        """The coder's identifier; the first call makes the user."""
        from pyrefiqda.models import UserType

        if coder_id not in self.users:
            shown = mark(coder_id)
            self.users[coder_id] = UserType(guid=guid("coder", coder_id), name=shown, id=shown)
        return guid("coder", coder_id)

    def add(self, task: Task, found: Sequence[tuple[int, Coded]]) -> None:
        """A task with what was said about it, each with its number in the order of all codes."""
        from pyrefiqda.models import (
            PlainTextSelectionType,
            TextSourceType,
            VariableRefType,
            VariableValueType,
        )

        title = task.title or ""
        source = guid("task", task.task_id)
        shown = (task.task_id, task.account_name, task.url)
        selections, codings = [], []
        for number, code in found:
            said = {"creating_user": self.user(code.coder_id), **_when(code.coded_at)}
            origin = origin_text(code.codebook_version, code.sample_id)
            if title:
                selections.append(
                    PlainTextSelectionType(
                        guid=guid("code", str(number), code.task_id, code.coder_id),
                        name=f"code {number}",
                        description=origin,
                        start_position=0,
                        end_position=len(title),
                        coding=self._codings(number, code, said, []),
                        note_ref=self._note(number, None, code.comment) if code.comment else [],
                        **said,
                    )
                )
            else:
                note = self._note(number, origin, code.comment or "")
                codings += self._codings(number, code, said, note)
        self.sources.append(
            TextSourceType(
                guid=source,
                name=mark(task.task_id),
                plain_text_path=self._text(source, title),
                plain_text_selection=selections,
                coding=codings,
                variable_value=[
                    VariableValueType(
                        variable_ref=VariableRefType(target_guid=guid("variable", name)),
                        text_value=mark(value),
                    )
                    for name, value in zip(VARIABLES, shown, strict=True)
                    if value
                ],
            )
        )

    def _codings(
        self, number: int, code: Coded, said: dict[str, Any], note: list[Any]
    ) -> list[Any]:
        from pyrefiqda.models import CodeRefType, CodingType

        return [
            CodingType(
                guid=guid("coding", str(number), code.task_id, code.coder_id, category),
                code_ref=CodeRefType(target_guid=code_guid(self.codebook, category)),
                note_ref=note,
                **said,
            )
            for category in code.categories or (NO_CATEGORY,)
        ]

    def _note(self, number: int, origin: str | None, text: str) -> list[Any]:
        from pyrefiqda.models import NoteRefType, TextSourceType

        note = guid("note", str(len(self.notes)))
        self.notes.append(
            TextSourceType(
                guid=note,
                name=f"code {number}",
                description=origin,
                plain_text_path=self._text(note, text),
            )
        )
        return [NoteRefType(target_guid=note)]

    def _text(self, name: str, text: str) -> str:
        self.texts[f"{name}.txt"] = text
        return f"internal://{name}.txt"

    def made(self, name: str) -> Any:
        """The library's project."""
        from pyrefiqda.models import (
            NotesType,
            Project,
            ProjectCodeBookType,
            ProjectCodesType,
            ProjectCodeType,
            SourcesType,
            TypeOfVariableType,
            UsersType,
            VariablesType,
            VariableType,
        )

        return Project(
            name=name,
            origin="sz-assets",
            description=self.origin,
            users=UsersType(user=list(self.users.values())) if self.users else None,
            code_book=ProjectCodeBookType(
                codes=ProjectCodesType(code=codes(self.codebook, ProjectCodeType))
            ),
            variables=VariablesType(
                variable=[
                    VariableType(
                        guid=guid("variable", variable),
                        name=variable,
                        type_of_variable=TypeOfVariableType.TEXT,
                    )
                    for variable in VARIABLES
                ]
            ),
            sources=SourcesType(text_source=self.sources) if self.sources else None,
            notes=NotesType(note=self.notes) if self.notes else None,
        )


def _when(instant: datetime | None) -> dict[str, Any]:
    from xsdata.models.datatype import XmlDateTime

    if instant is None:
        return {}
    return {"creation_date_time": XmlDateTime.from_datetime(instant.replace(tzinfo=UTC))}
