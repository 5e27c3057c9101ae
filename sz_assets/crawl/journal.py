"""The journal of one attempt: every answer on disk before the next request is sent.

Here: the file's form, appending to it, and reading what a crash left. Not here: what an attempt
does with it (`crawl.resume`) or where it lies (`storage`).

A journal is a run of frames, the first of which is the header. Each is the length of its content,
the CRC-32 of the content and the CRC-32 of these eight bytes (all big-endian), then the content in
MessagePack. The second sum tells an end that was never written from a length that has changed.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from sz_assets.disk import fsync_folder, refusal

VERSION = 1
_SIZES = struct.Struct(">II")
_CHECK = struct.Struct(">I")
_HEAD = _SIZES.size + _CHECK.size


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempt it is. `plan` is the fingerprint of what was asked, `started_at` aware."""

    version: int = VERSION
    crawl_month: date
    account_id: str
    attempt_id: str
    platform: str
    data_origin: str
    plan: str
    started_at: datetime


class Record(msgspec.Struct, frozen=True):
    """One answer: its row of the raw `table`, without the columns that the header has.

    `is_last` if it is of a kind after which the same is not asked for again. `retry_after` is
    what the platform asked for, in seconds. `paused_on` is the day whose budget kept the request
    from being sent. A record with no row says that the attempt has ended; one of no table says that
    another attempt, whose id is in its row, goes on from the last answer before the pause.
    """

    table: str
    row: dict[str, Any]
    is_last: bool = False
    retry_after: float | None = None
    paused_on: date | None = None

    @property
    def is_end(self) -> bool:
        return not self.row

    @property
    def successor(self) -> str | None:
        """The id of the attempt that goes on from here."""
        return self.row["attempt_id"] if self.row and not self.table else None


class UnusableJournal(Exception):
    """The journal can't be gone on with. The message is a phrase that follows its name."""


@dataclass(frozen=True)
class JournalReading:
    """What a journal holds; `length` are its sound bytes, and `torn` those of a torn end."""

    header: Header | None
    records: tuple[Record, ...]
    length: int
    torn: int


class Journal:
    """A journal that is being written. One thread at a time; `close` may come from any."""

    def __init__(self, path: Path, *, header: Header | None = None, length: int = 0) -> None:
        """Begin a new journal with `header`, or go on with one that has `length` sound bytes.

        Raises UserError if the disk refuses.
        """
        self.path = path
        self._guard = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            self._file.truncate(length)
        except OSError as error:
            raise refusal(error, path) from error
        if header is None:
            return
        try:
            self._write(_frame(header))
            fsync_folder(path.parent)
        except OSError as error:
            self.close()
            raise refusal(error, path) from error

    def append(self, record: Record) -> None:
        """Write a record through to the disk; UserError if the disk refuses."""
        frame = _frame(msgspec.structs.replace(record, row=_outgoing(record.row)))
        with self._guard:
            if self._file.closed:
                # The crawl was stopped meanwhile: this answer is the request in flight.
                return
            try:
                self._write(frame)
            except OSError as error:
                raise refusal(error, self.path) from error

    def close(self) -> None:
        with self._guard:
            self._file.close()

    def remove(self) -> None:
        """Close it and take it away, once its attempt is stored."""
        self.close()
        remove(self.path)

    def _write(self, frame: bytes) -> None:
        rest = memoryview(frame)
        while rest:
            rest = rest[self._file.write(rest) :]
        os.fsync(self._file.fileno())


def read_journal(path: Path) -> JournalReading:
    """Everything up to a torn end, which is no error; `header` is None if not even that is whole.

    UnusableJournal if bytes before the end have changed, or another version wrote it; UserError
    if the disk refuses.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refusal(error, path) from error
    frames, length = _frames(content)
    torn = len(content) - length
    if not frames:
        return JournalReading(None, (), 0, torn)
    try:
        version = msgspec.msgpack.decode(frames[0], type=_Version).version
        if version != VERSION:
            raise UnusableJournal(f"was written in another form (version {version})")
        header = msgspec.msgpack.decode(frames[0], type=Header)
        decoder = msgspec.msgpack.Decoder(Record)
        records = tuple(_incoming(decoder.decode(frame)) for frame in frames[1:])
    except msgspec.MsgspecError:
        raise UnusableJournal("holds something else than a journal") from None
    return JournalReading(header, records, length, torn)


def remove(path: Path) -> None:
    """Take a journal away; UserError if the disk refuses."""
    try:
        path.unlink()
        fsync_folder(path.parent)
    except OSError as error:
        raise refusal(error, path) from error


def set_aside(path: Path) -> Path:
    """Rename a journal so that it is found no more, beside any that was set aside before.

    UserError if the disk refuses.
    """
    count = len(list(path.parent.glob(f"{path.name}.aside*")))
    try:
        return path.rename(path.with_name(f"{path.name}.aside{count + 1}"))
    except OSError as error:
        raise refusal(error, path) from error


class _Version(msgspec.Struct):
    version: int


def _frame(content: Header | Record) -> bytes:
    packed = msgspec.msgpack.encode(content)
    sizes = _SIZES.pack(len(packed), zlib.crc32(packed))
    return sizes + _CHECK.pack(zlib.crc32(sizes)) + packed


def _frames(content: bytes) -> tuple[list[bytes], int]:
    """The whole frames and where they end."""
    frames: list[bytes] = []
    start = 0
    while start < len(content):
        rest = memoryview(content)[start:]
        sizes = rest[: _SIZES.size]
        # After a loss of power, space that was never written reads as zeros.
        if len(rest) < _HEAD or not any(rest):
            break
        if zlib.crc32(sizes) != _CHECK.unpack_from(rest, _SIZES.size)[0]:
            raise UnusableJournal("has changed bytes in its middle")
        size, check = _SIZES.unpack(sizes)
        end = _HEAD + size
        body = rest[_HEAD:end]
        if len(body) < size:
            break
        if zlib.crc32(body) != check:
            if len(rest) == end:
                break
            raise UnusableJournal("has changed bytes in its middle")
        frames.append(bytes(body))
        start += end
    return frames, start


def _outgoing(row: dict[str, Any]) -> dict[str, Any]:
    """Instants with their zone, since MessagePack has no others."""
    return {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _incoming(record: Record) -> Record:
    row = {
        name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in record.row.items()
    }
    return msgspec.structs.replace(record, row=row)
