"""Zip archives of strangers: what they may hold before anything of them is parsed.

Here: bounds on size and count, and the refusal of document type declarations. Nothing is ever
unpacked to the disk. Not here: what an XLSX or a REFI-QDA project means.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from sz_assets.coding.readable import unreadable
from sz_assets.errors import UserError

MAX_FILE_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_MEMBERS = 200_000
# Sheets and projects shrink to a twentieth; what shrinks further was made to fill the memory.
MAX_RATIO, RATIO_COUNTS_FROM = 100, 20_000_000
_BLOCK = 1 << 20
# A password is a RuntimeError, an unknown way of packing a NotImplementedError, and an offset
# that leads nowhere an OSError.
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError)


class Refused(Exception):
    """Why a part of an archive is refused; `open_archive` says it with the file's name."""


@contextmanager
def open_archive(path: Path, what: str) -> Iterator[zipfile.ZipFile]:
    """An archive within the bounds; `what` and `path` stand in the UserError if it is not."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        with stream, _opened(stream) as archive:
            size = path.stat().st_size
            if size > MAX_FILE_BYTES:
                raise Refused(f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB")
            _check_bounds(archive, size)
            yield archive
    except Refused as error:
        raise UserError(f"{path.name} can't be read as {what}: {error}.") from error
    except _DAMAGED as error:
        raise UserError(
            f"{path.name} can't be read as {what}: it is damaged, cut short or protected by a "
            "password; ask for the file once more, saved without a password."
        ) from error


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    if stream.read(2) != b"PK":
        raise Refused("it is no ZIP archive; check that it is the right file, and --format")
    stream.seek(0)
    return zipfile.ZipFile(stream)


def _check_bounds(archive: zipfile.ZipFile, size: int) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused(f"it holds more than {MAX_MEMBERS} files")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise Refused(f"it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
    if unpacked > max(RATIO_COUNTS_FROM, MAX_RATIO * size):
        raise Refused(f"it unpacks to {unpacked // size} times its size; save it once more")
    if any(member.flag_bits & 1 for member in members):
        raise Refused("it is protected by a password; save it without one")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise Refused("it holds two files of the same name")
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise Refused(f"a file in it leads out of it ({name!r})")


def check_xml(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse XML with a document type: it alone can define entities or point to other files."""

    def refuse(*_: object) -> None:
        raise Refused(f"{name} in it declares a document type, which may hide other files")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(name) as stream:
            # No more is unpacked than the directory says, and that has been bounded.
            while block := stream.read(_BLOCK):
                parser.Parse(block)
            parser.Parse(b"", True)
    # An encoding that is unknown, or has several bytes a character, is one of the last two.
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Refused(f"{name} in it is not well-formed XML ({error})") from error
