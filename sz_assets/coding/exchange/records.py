"""What goes to coders and what comes back, whatever the tool.

Here: plain records that every format writes and reads. Not here: any format (the modules beside
this one), what a record must refer to (`coding.importing`), or storing it (`coding.store`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sz_assets.study import Codebook

# Stands for "no category fits", which is a judgement; a task without a code has no row.
NO_CATEGORY = "none"


@dataclass(frozen=True, slots=True)
class Task:
    """One video in one account's list, as a coder sees it: nothing of any code, counter or stratum.

    `title` is the caption as published, unchanged; null if the platform gave none.
    """

    account_id: str
    video_id: str
    title: str | None
    url: str | None = None
    account_name: str | None = None

    @property
    def task_id(self) -> str:
        """Text that no spreadsheet program takes for a number."""
        return f"{self.account_id}:{self.video_id}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The tasks of one coder, in the order in which they are to be coded."""

    sample_id: str
    coder_id: str
    codebook: Codebook
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file's name, and its line, or the number of the record."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Coded:
    """What one coder said about one task.

    `categories` are ids of secondary categories as the file has them, the main one first; none
    stands for "no category fits". `codebook_version` and `sample_id` are null where the file does
    not say. `coded_at` is an instant in UTC without a zone.
    """

    task_id: str
    coder_id: str
    categories: tuple[str, ...]
    place: Place
    coded_at: datetime | None = None
    codebook_version: str | None = None
    sample_id: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that can't be used: where it stands, and one sentence with cause and remedy."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(slots=True)
class FileReading:
    """Everything that stood in a file: each row is in exactly one of the three lists."""

    codes: list[Coded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    uncoded: list[tuple[Place, str]] = field(default_factory=list)  # tasks without a code yet
    notes: list[str] = field(default_factory=list)  # what else the user should know of the file
    shows_codes: bool = False  # whether who coded it saw what others had said
