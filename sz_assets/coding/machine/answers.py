"""The answers of a language model, one line of JSON each, added one by one and never changed.

Here: the file that survives a crash. Not here: asking (`language_model`), or what an answer means.

    coding/answers/<model id>/answers.jsonl
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from sz_assets.disk import fsync_folder, refusal
from sz_assets.errors import UserError
from sz_assets.locks import hold


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model said about one title of one task.

    Either `category` or `reason`, why there is none, is null. `raw` is the server's answer,
    unchanged; `served_model` and `system_fingerprint` are what it says of itself. `answered_at` is
    an instant in UTC without a zone.
    """

    task_id: str
    title: str
    category: str | None
    reason: str | None
    raw: str
    served_model: str | None
    system_fingerprint: str | None
    base_url: str
    answered_at: datetime

    @property
    def question(self) -> tuple[str, str]:
        """A task with another title is another question."""
        return self.task_id, title_sha256(self.title)


def title_sha256(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()


class AnswerFile:
    """The answers of one model, in the order in which they came."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Answer]:
        """Every whole answer; the last line may have been cut short by a crash.

        UserError for a line before it that is no answer.
        """
        content = self.path.read_bytes() if self.path.exists() else b""
        lines = content[: content.rfind(b"\n") + 1].splitlines()
        answers = []
        for number, line in enumerate(lines, 1):
            try:
                answers.append(msgspec.json.decode(line, type=Answer))
            except msgspec.DecodeError:
                raise UserError(
                    f"{self.path}, line {number}: this is no answer as it was written, so the "
                    "file is damaged: put it back from a copy, or move it away to ask again."
                ) from None
        return answers

    @contextmanager
    def adding(self) -> Iterator[Adding]:
        """Be the only writer; UserError at once if another process is."""
        refused = (
            f"A language model is being asked for {self.path.parent} already ({{}}): wait until "
            "that has ended, then run the same command again."
        )
        with hold(self.path.with_name("lock"), f"process {os.getpid()}", refused):
            descriptor = _open_whole(self.path)
            try:
                yield Adding(descriptor, self.path)
            finally:
                os.close(descriptor)


class Adding:
    """The right to add answers."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor, self._path = descriptor, path

    def add(self, answer: Answer) -> None:
        """Add an answer and make it durable; UserError if the disk refuses."""
        line = memoryview(msgspec.json.encode(answer) + b"\n")
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
            os.fsync(self._descriptor)
        except OSError as error:
            raise refusal(error, self._path) from error


def _open_whole(path: Path) -> int:
    """The file opened for adding, without a last line that a crash cut short: it never counted."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            os.ftruncate(descriptor, content.rfind(b"\n") + 1)
        fsync_folder(path.parent)
    except OSError as error:
        raise refusal(error, path) from error
    return descriptor
