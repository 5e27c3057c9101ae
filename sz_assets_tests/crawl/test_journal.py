"""A journal gives back what was written, cuts a torn end, and is never trusted when damaged."""

from __future__ import annotations

import errno
import struct
import zlib
from datetime import UTC, date, datetime

import msgspec
import pytest

from sz_assets.crawl.journal import Header, Journal, Record, UnusableJournal, read_journal
from sz_assets.errors import UserError

HEADER = Header(
    crawl_month=date(2023, 10, 1),
    account_id="one",
    attempt_id="20231031T040000Z-0001",
    platform="douyin",
    data_origin="simulated",
    plan="f" * 64,
    started_at=datetime(2023, 10, 31, 4, tzinfo=UTC),
)
ROWS = [
    {
        "request_number": number,
        "outcome": "ok",
        "outcome_reason": None,
        "url": "http://127.0.0.1/?a=深圳",
        "requested_at": datetime(2023, 10, 31, 4, 0, 0, number),
        "has_more": True,
        "body": bytes(range(256)),
    }
    for number in (1, 2, 3)
]
RECORDS = tuple(Record("account_pages", row, False, 1.5) for row in ROWS)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "new" / "a.journal"
    journal = Journal(path, header=HEADER)
    for record in RECORDS:
        journal.append(record)
    journal.close()
    return path


def ends(content):
    """Where each frame ends."""
    found = [0]
    while found[-1] < len(content):
        (size,) = struct.unpack_from(">I", content, found[-1])
        found.append(found[-1] + 12 + size)
    return found[1:]


def test_what_is_written_is_read(path):
    reading = read_journal(path)
    assert reading.header == HEADER
    assert reading.records == RECORDS
    assert (reading.length, reading.torn) == (path.stat().st_size, 0)
    assert not RECORDS[0].is_end
    assert Record("", {}).is_end


def test_an_end_that_was_not_written_is_cut_at_any_byte(path):
    content = path.read_bytes()
    *_, before, whole = ends(content)
    for length in range(before, whole):
        path.write_bytes(content[:length])
        reading = read_journal(path)
        assert reading.records == RECORDS[:2], length
        assert (reading.length, reading.torn) == (before, length - before)
    journal = Journal(path, length=before)
    journal.append(RECORDS[2])
    journal.close()
    assert path.read_bytes() == content


def test_a_header_that_was_not_written_is_an_empty_journal(path):
    content = path.read_bytes()
    for length in range(ends(content)[0]):
        path.write_bytes(content[:length])
        assert (read_journal(path).header, read_journal(path).length) == (None, 0)


def test_space_that_was_never_written_is_cut(path):
    """After a loss of power a file may be longer than what reached the disk."""
    content = path.read_bytes()
    _, _, before, whole = ends(content)
    path.write_bytes(content + bytes(5000))
    assert (read_journal(path).records, read_journal(path).torn) == (RECORDS, 5000)
    path.write_bytes(content[:-40] + bytes(40))
    assert (read_journal(path).records, read_journal(path).length) == (RECORDS[:2], before)
    assert whole == len(content)


def test_a_changed_byte_is_never_read_as_another_answer(path):
    content = path.read_bytes()
    last = ends(content)[-2]
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x20
        path.write_bytes(changed)
        if place < last + 12:
            with pytest.raises(UnusableJournal, match="changed bytes in its middle"):
                read_journal(path)
        else:
            assert read_journal(path).records == RECORDS[:2]


def frame(value):
    packed = msgspec.msgpack.encode(value)
    sizes = struct.pack(">II", len(packed), zlib.crc32(packed))
    return sizes + struct.pack(">I", zlib.crc32(sizes)) + packed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (frame({"version": 2, "all": "else"}), r"in another form \(version 2\)"),
        (frame({"version": 1}), "something else than a journal"),
        (frame(["version"]), "something else than a journal"),
        (frame(HEADER) + frame({"rows": 1}), "something else than a journal"),
        (b"PAR1" * 20, "changed bytes"),
    ],
)
def test_another_form_is_refused(path, content, message):
    path.write_bytes(content)
    with pytest.raises(UnusableJournal, match=message):
        read_journal(path)


def test_an_answer_that_comes_after_the_end_of_the_crawl_is_not_kept(path):
    journal = Journal(path, length=path.stat().st_size)
    journal.close()
    journal.append(RECORDS[0])
    assert read_journal(path).records == RECORDS


def test_a_disk_that_refuses_is_told_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="a file is in the place of a folder"):
        Journal(tmp_path / "file" / "a.journal", header=HEADER)


def test_a_full_disk_is_told_plainly(path, monkeypatch):
    journal = Journal(path, length=path.stat().st_size)

    def refuse(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sz_assets.crawl.journal.os.fsync", refuse)
    with pytest.raises(UserError, match=r"a\.journal could not be written: the disk is full"):
        journal.append(RECORDS[0])
    journal.close()
    assert read_journal(path).records[:3] == RECORDS
