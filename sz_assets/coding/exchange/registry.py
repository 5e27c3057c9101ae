"""The formats in which tasks go out and codes come back, by the names that users type.

Here: which module reads and writes which format; it is imported when it is asked for. Not here: any
format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sz_assets.coding.exchange.records import Assignment, Coded, FileReading, Task
from sz_assets.errors import UserError
from sz_assets.study import Codebook

_MODULES = {
    "label-studio": "label_studio",
    "doccano": "doccano",
    "csv": "csv_sheets",
    "xlsx": "xlsx_sheets",
    "refi-qda": "refi_qda",
}
FORMATS = tuple(_MODULES)


@dataclass(frozen=True)
class Format:
    """One format by its name, such as `label-studio`."""

    name: str

    @property
    def word(self) -> str:
        """The name as it stands in tables."""
        return self.name.replace("-", "_")

    def write_tasks(
        self, assignment: Assignment, folder: Path, shown: Mapping[str, str] | None = None
    ) -> list[Path]:
        """Write what the coder is given; the files.

        `shown` is, for sheets only, what stands beside each task (by its id) for an adjudicator.
        """
        extra = {} if shown is None else {"shown": shown}
        made: list[Path] = self._call("write_tasks", assignment, folder, **extra)
        return made

    def write_codes(
        self, codes: Sequence[Coded], tasks: Sequence[Task], codebook: Codebook, folder: Path
    ) -> list[Path]:
        """Write codes of these tasks; the files."""
        made: list[Path] = self._call("write_codes", codes, tasks, codebook, folder)
        return made

    def read_codes(self, path: Path, *, coder_id: str | None = None) -> FileReading:
        """Read a file that came back; UserError only if it can't be read as a whole."""
        reading: FileReading = self._call("read_codes", path, coder_id=coder_id)
        return reading

    def _call(self, function: str, *values: object, **options: object) -> Any:
        module = import_module(f"sz_assets.coding.exchange.{_MODULES[self.name]}")
        return getattr(module, function)(*values, **options)


def format_named(name: str) -> Format:
    """The format of that name; UserError if there is none."""
    if name not in _MODULES:
        raise UserError(f"There is no format {name!r}: use one of {', '.join(FORMATS)}.")
    return Format(name)
