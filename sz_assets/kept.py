"""What was made of the same inputs by the same code need not be made again.

Here: telling whether inputs, code and made files are the same, and the record of it. Not here:
what counts as an input (the makers say). A record that is missing, damaged or of another file is
no record: the thing is made again, so nothing is lost with one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from enum import Enum
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

_NAME = re.compile(r"[\w=-]+(/[\w=-]+)*")
_LIBRARY = re.compile(r"[\w.-]+")


def digest_of(*parts: object) -> str:
    """A SHA-256 of the parts' kinds and contents, in hexadecimal digits.

    Frames count with their columns' names and types and their rows in order; mappings and sets in
    the order of their keys' digests. TypeError for a kind whose content can't be told.
    """
    digest = hashlib.sha256()
    for part in parts:
        _add(digest, part)
    return digest.hexdigest()


def _add(digest: Any, part: object) -> None:
    kind = type(part).__qualname__
    if isinstance(part, pl.DataFrame):
        _add_text(digest, kind, repr(list(part.schema.items())))
        digest.update(_rows(part))
    elif isinstance(part, bytes):
        _add_text(digest, kind, str(len(part)))
        digest.update(part)
    elif isinstance(part, Enum):
        _add_text(digest, kind, part.name)
    elif part is None or isinstance(part, str | bool | int | float | PurePath | date | timedelta):
        # A datetime is a date; repr tells 1 from 1.0 and keeps every digit.
        _add_text(digest, kind, part if isinstance(part, str) else repr(part))
    elif isinstance(part, ZoneInfo):
        _add_text(digest, kind, part.key)
    elif (names := _field_names(part)) is not None:
        _add_text(digest, kind, str(len(names)))
        for name in names:
            _add_text(digest, "field", name)
            _add(digest, getattr(part, name))
    elif isinstance(part, Mapping):
        _add_text(digest, "mapping", str(len(part)))
        for line in sorted(digest_of(key) + digest_of(value) for key, value in part.items()):
            _add_text(digest, "", line)
    elif isinstance(part, Set):
        _add_text(digest, "set", str(len(part)))
        for line in sorted(map(digest_of, part)):
            _add_text(digest, "", line)
    elif isinstance(part, Sequence):
        _add_text(digest, "sequence", str(len(part)))
        for each in part:
            _add(digest, each)
    else:
        raise TypeError(f"{kind} has no content that could be compared.")


def _field_names(part: object) -> tuple[str, ...] | None:
    if isinstance(part, msgspec.Struct):
        return part.__struct_fields__
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return tuple(field.name for field in dataclasses.fields(part))
    return None


def _add_text(digest: Any, kind: str, text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    digest.update(f"{kind}:{len(content)}:".encode())
    digest.update(content)


def _rows(frame: pl.DataFrame) -> bytes:
    """A hash of each row, in order. Polars promises the same ones within a version of it."""
    if not frame.width:
        return b""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    # Polars has no hash of lists: their values, one beneath the other, and where each ends.
    flat = frame.with_columns(pl.col(name).list.len() for name in lists)
    parts = [flat.hash_rows().to_numpy().tobytes()]
    for name in lists:
        values = frame.select(pl.col(name).explode())
        parts.append(_rows(values))
    return b"".join(parts)


@cache
def code_digest() -> str:
    """A digest of this package's files and of the versions of the libraries that it requires."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and not {"__pycache__", "_made_once"}.intersection(inside.parts):
            digest.update(f"{inside}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    # Any of them may make something else of the same in a new version.
    names = [_LIBRARY.match(each) for each in requires("sz-assets") or ()]
    versions = {name[0]: version(name[0]) for name in names if name}
    return digest_of(digest.digest(), versions, platform.python_version(), platform.machine())


@dataclasses.dataclass(frozen=True)
class Record:
    """By which run something was made, and what it was, where that is not in files (JSON)."""

    run_id: str
    value: Any


class Kept:
    """Records in a folder, one file each, by a name such as `charts/figure_1/2023-10`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def found(self, name: str, made_of: str) -> Record | None:
        """The record of what was made of this (`digest_of`), if its files are as they were left."""
        try:
            stored = json.loads(self._path(name).read_bytes())
            own_digest = stored.pop("digest")
            if own_digest != digest_of(stored) or stored["made_of"] != _made_of(made_of):
                return None
            for place, digest in stored["files"].items():
                if file_digest(self._folder / place) != digest:
                    return None
            return Record(stored["run_id"], stored["value"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def remember(
        self, name: str, made_of: str, files: Sequence[Path], run_id: str, value: Any = None
    ) -> None:
        """Record what was made of this; OSError if the disk refuses."""
        stored: dict[str, Any] = {
            "made_of": _made_of(made_of),
            "run_id": run_id,
            "files": {os.path.relpath(path, self._folder): file_digest(path) for path in files},
            "value": value,
        }
        # Without it a turned bit could make a failed check a passed one.
        stored["digest"] = digest_of(stored)
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not flushed to disk: a record that a power cut takes is only work to be done again.
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        temporary.replace(path)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} can't be the name of a record.")
        return self._folder / f"{name}.json"


def _made_of(inputs: str) -> str:
    return digest_of(inputs, code_digest())


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal digits; OSError if it can't be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
