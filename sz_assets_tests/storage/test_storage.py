"""The home folder and the disk: paths, atomic writes, refusals, locks, and one study per home.

Longer than 300 lines: one case for each way in which a disk refuses.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from sz_assets.contracts.core import VIDEO_CODES
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.contracts.validate import ContractViolation, polars_schema
from sz_assets.disk import remove_folder, write_atomically, write_bytes
from sz_assets.errors import UserError
from sz_assets.storage import Home, Lake

MONTH = date(2023, 10, 1)


def codes(*video_ids: str, month: date = MONTH) -> pl.DataFrame:
    category = "citizen_entity"
    return pl.DataFrame(
        [
            (month, "one", video_id, "main", category, [category], "test-1", None, "v1", ["深圳"])
            for video_id in video_ids
        ],
        schema=polars_schema(VIDEO_CODES),
        orient="row",
    )


def pages(*bodies: bytes, attempt: str = "20231031T040000Z-0001") -> pl.DataFrame:
    row = dict.fromkeys(ACCOUNT_PAGES.column_names)
    return pl.DataFrame(
        [
            row
            | {
                "crawl_month": MONTH,
                "account_id": "one",
                "attempt_id": attempt,
                "request_number": number,
                "platform": "douyin",
                "outcome": "ok",
                "requested_at": datetime(2023, 10, 31),
                "received_at": datetime(2023, 10, 31),
                "body_sha256": "0" * 64,
                "body": body,
                "data_origin": "simulated",
            }
            for number, body in enumerate(bodies, start=1)
        ],
        schema=polars_schema(ACCOUNT_PAGES),
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home [1]'s *")


@pytest.fixture
def lake(home: Home) -> Lake:
    return Lake(home.lake)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    write_bytes(path, b"old")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert files(tmp_path) == ["new/folder/file"]


@pytest.mark.parametrize("crash", [RuntimeError("bug"), KeyboardInterrupt()])
def test_a_crash_in_a_write_leaves_the_old_file_and_no_part(tmp_path: Path, crash) -> None:
    path = write_bytes(tmp_path / "file", b"old")

    def write(temporary: Path) -> None:
        temporary.write_bytes(b"half of the n")
        assert temporary.parent == path.parent
        assert path.read_bytes() == b"old"
        raise crash

    with pytest.raises(type(crash)):
        write_atomically(path, write)
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["file"]


def test_a_kill_in_a_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "part.parquet", b"old")
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from sz_assets.disk import write_atomically\n"
        "def write(path):\n"
        "    path.write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(Path(sys.argv[1]), write)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, path]).returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    # What is left is hidden from everyone who looks for Parquet files.
    assert list(tmp_path.glob("*.parquet")) == [path]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full. .*free some space and run the same command again"),
        (errno.EROFS, "the disk is read-only. .*set SZ_HOME to a folder that can be written"),
        (errno.EACCES, "permission is missing. .*set SZ_HOME to a folder that you may write"),
        (errno.EPERM, "permission is missing"),
        (errno.EIO, "input/output error. .*mend that and run the same command again"),
    ],
)
@pytest.mark.parametrize("step", ["write", "rename", "fsync"])
def test_what_the_disk_refuses_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch, number: int, words: str, step: str
) -> None:
    path = write_bytes(tmp_path / "file", b"old")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    if step == "rename":
        monkeypatch.setattr(Path, "replace", refuse)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", refuse)
    write = refuse if step == "write" else lambda temporary: temporary.write_bytes(b"new")
    with pytest.raises(UserError, match=words) as caught:
        write_atomically(path, write)
    monkeypatch.undo()
    assert str(path) in str(caught.value)
    assert "stored before is unchanged" in str(caught.value)
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["file"]


def test_a_disk_that_is_really_full_leaves_the_old_month(lake: Lake, monkeypatch) -> None:
    path = lake.write(VIDEO_CODES, MONTH, codes("1"))
    # The temporary file is a link to the device on which nothing fits.
    path.with_name(f".part.parquet.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(UserError, match="the disk is full"):
        lake.write(VIDEO_CODES, MONTH, codes("1", "2"))
    assert lake.read(VIDEO_CODES, MONTH)["video_id"].to_list() == ["1"]
    assert files(path.parent) == ["part.parquet"]
    stored = lake.attempt_path(ACCOUNT_PAGES, MONTH, "one", "a-0001")
    stored.parent.mkdir(parents=True)
    stored.with_name(f".{stored.name}.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(UserError, match="the disk is full"):
        lake.write_attempt(ACCOUNT_PAGES, pages(b"x", attempt="a-0001"))
    assert lake.months(ACCOUNT_PAGES) == []


def test_a_folder_that_may_not_be_written(readable_folder: Path, without_privileges) -> None:
    home = Home(readable_folder / "home")
    lake = Lake(home.lake)
    lake.write(VIDEO_CODES, MONTH, codes("1"))
    folder = lake.path(VIDEO_CODES, MONTH).parent
    for path in (folder, lake.root, home.root):
        path.chmod(0o555)
    with without_privileges():
        for attempt in (
            home.prepare,
            lambda: lake.write(VIDEO_CODES, MONTH, codes("2")),
            lambda: home.claim_for("shenzhen"),
            home.lock("run", "a test").__enter__,
        ):
            with pytest.raises(UserError, match="could not be written: permission is missing"):
                attempt()
        assert lake.read(VIDEO_CODES, MONTH)["video_id"].to_list() == ["1"]


def test_a_file_in_the_place_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match="a file is in the place of a folder"):
            Home(root).prepare()
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_preparing_leaves_nothing_but_the_folder(home: Home) -> None:
    home.prepare()
    home.prepare()
    assert list(home.root.iterdir()) == []


HOLD = (
    "import sys; from pathlib import Path; from sz_assets.storage import Home\n"
    "with Home(Path(sys.argv[1])).lock('run', 'crawl month 2023-09'):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


def test_a_lock_is_held_by_one_process_and_ends_with_it(home: Home) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, home.root], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        started = time.monotonic()
        with (
            pytest.raises(UserError, match=r"Another run .* \(crawl month 2023-09\): wait until"),
            home.lock("run", "mine"),
        ):
            raise AssertionError("the lock was given twice")
        assert time.monotonic() - started < 1
        with home.lock("another", "mine"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with home.lock("run", "mine"):
        assert (home.root / "locks" / "run.lock").read_text() == "mine"
    with home.lock("run", "again"):
        pass


def test_a_lock_ends_with_an_error(home: Home) -> None:
    with pytest.raises(RuntimeError), home.lock("run", "a test"):
        raise RuntimeError
    with home.lock("run", "a test"):
        pass


def test_a_home_holds_one_study(home: Home) -> None:
    home.claim_for("shenzhen")
    home.claim_for("shenzhen")
    with pytest.raises(
        UserError, match="holds the study 'shenzhen', not 'other': set SZ_HOME to another folder"
    ):
        home.claim_for("other")
    home.claim_for("shenzhen")


def test_a_month_is_written_and_read_as_the_contract_says(lake: Lake) -> None:
    frame = codes("2", "1")
    path = lake.write(VIDEO_CODES, MONTH, frame.select(reversed(frame.columns)))
    assert path.parent.name == "crawl_month=2023-10-01"
    assert path.relative_to(lake.root).parts[:2] == ("core", "video_codes")
    assert lake.read(VIDEO_CODES, MONTH).equals(frame)
    # The month stands in the path alone, as every reader of hive partitions expects.
    stored = pl.scan_parquet(path, glob=False, hive_partitioning=False).collect_schema()
    assert "crawl_month" not in stored
    lake.write(VIDEO_CODES, MONTH, frame.clear())
    assert lake.read(VIDEO_CODES, MONTH).equals(frame.clear())


def test_a_frame_that_does_not_fit_is_not_written(lake: Lake) -> None:
    lake.write(VIDEO_CODES, MONTH, codes("1"))
    with pytest.raises(ContractViolation):
        lake.write(VIDEO_CODES, MONTH, codes("2", "2"))
    with pytest.raises(ValueError, match="rows of another month than 2023-10-01"):
        lake.write(VIDEO_CODES, MONTH, codes("2", month=date(2023, 9, 1)))
    assert lake.read(VIDEO_CODES, MONTH)["video_id"].to_list() == ["1"]


def test_a_month_that_was_never_written(lake: Lake) -> None:
    with pytest.raises(
        UserError, match="core/video_codes has no month 2023-10: run sz-assets run --month 2023-10"
    ):
        lake.read(VIDEO_CODES, MONTH)


def test_the_months_are_those_that_have_something_stored(lake: Lake) -> None:
    assert lake.months(VIDEO_CODES) == []
    for month in (date(2023, 11, 1), date(2023, 2, 1)):
        lake.write(VIDEO_CODES, month, codes("1", month=month))
    empty = lake.path(VIDEO_CODES, date(2023, 5, 1)).parent
    empty.mkdir()
    (empty / ".part.parquet.1.tmp").touch()
    assert lake.months(VIDEO_CODES) == [date(2023, 2, 1), date(2023, 11, 1)]


def test_an_attempt_is_never_written_again(lake: Lake) -> None:
    path = lake.write_attempt(ACCOUNT_PAGES, pages(b"first"))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="stored pages are never changed"):
        lake.write_attempt(ACCOUNT_PAGES, pages(b"other"))
    assert path.read_bytes() == before
    later = lake.write_attempt(ACCOUNT_PAGES, pages(b"2", attempt="20231031T040000Z-0002"))
    assert lake.attempts(ACCOUNT_PAGES, MONTH, "one") == [path, later]
    assert lake.months(ACCOUNT_PAGES) == [MONTH]
    assert lake.accounts(ACCOUNT_PAGES, MONTH) == ["one"]


def test_attempts_come_back_whole_or_without_their_bodies(lake: Lake) -> None:
    frame = pages(*(b"%d" % number for number in range(200)))
    path = lake.write_attempt(ACCOUNT_PAGES, frame)
    assert lake.read_attempts(ACCOUNT_PAGES, [path]).equals(frame)
    assert lake.read_attempts(ACCOUNT_PAGES, [path], with_bodies=False).equals(frame.drop("body"))
    nothing = lake.read_attempts(ACCOUNT_PAGES, [])
    assert nothing.schema == frame.schema
    assert nothing.is_empty()


def test_only_folders_of_ours_are_removed(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "file").touch()
    (tmp_path / "link").symlink_to("target")
    remove_folder(tmp_path / "link")
    remove_folder(tmp_path / "missing")
    assert (tmp_path / "target" / "file").exists()
    remove_folder(tmp_path / "target")
    assert not (tmp_path / "target").exists()
