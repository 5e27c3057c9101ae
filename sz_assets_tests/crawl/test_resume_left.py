"""What a crawl does with what an earlier one left, and with one that is still going on."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from crashes import Crash, crash_on, crawl, tables

from sz_assets.contracts.raw import ACCOUNT_PROFILES
from sz_assets.crawl.journal import Journal
from sz_assets.crawl.resume import seal_unfinished
from sz_assets.errors import UserError

AT = datetime(2023, 10, 31, 4, 0, tzinfo=UTC)


@pytest.fixture
def broken_off(kit, lake, serve, platform, monkeypatch):
    """A crawl that broke off after two of three pages, and its server."""
    server = serve(platform)
    with monkeypatch.context() as patch:
        crash_on(patch, Journal, "append", 3)
        with pytest.raises(Crash):
            crawl(kit, lake, server)
    server.requests.clear()
    return server


def test_going_on_is_said(kit, lake, broken_off):
    [result] = crawl(kit, lake, broken_off)
    assert result.notes == ("one: went on with attempt 20231031T040000Z-0001 (answers it had: 3).",)
    assert crawl(kit, lake, broken_off)[0].notes == ()


def test_a_torn_end_is_cut_and_said(kit, lake, broken_off):
    [path] = lake.journals(kit.month, "one")
    path.write_bytes(path.read_bytes()[:-7])
    [result] = crawl(kit, lake, broken_off)
    assert [request.query.get("max_cursor") for request in broken_off.requests] == ["300", "200"]
    assert (result.verdict, result.page_count) == ("complete", 3)
    assert "had not been written whole" in result.notes[0]


def test_times_are_those_of_the_answers(kit, lake, broken_off):
    later = AT + timedelta(hours=3)
    crawl(kit, lake, broken_off, clock=lambda: later)
    received = tables(kit, lake)[1]["received_at"].dt.hour().to_list()
    assert received == [4, 4, 7]


def test_an_old_attempt_is_stored_as_it_is_and_a_new_one_begun(kit, lake, broken_off):
    later = AT + timedelta(hours=25)
    [result] = crawl(kit, lake, broken_off, clock=lambda: later)
    assert (result.verdict, len(broken_off.requests)) == ("complete", 4)
    assert result.attempt_id == "20231101T050000Z-0001"
    assert "is stored as far as it came (answers: 3)" in result.notes[0]
    pages = tables(kit, lake)[1]
    assert pages["attempt_id"].str.slice(0, 8).to_list() == ["20231031"] * 2 + ["20231101"] * 3
    assert not lake.journals(kit.month, "one")


def test_a_month_that_is_over_is_stored_as_far_as_it_came(kit, lake, broken_off):
    [note] = seal_unfinished(lake, kit.month, ["none", "one"])
    assert note.startswith("one: attempt 20231031T040000Z-0001 was left unfinished")
    assert tables(kit, lake)[1].height == 2
    assert seal_unfinished(lake, kit.month, ["one"]) == []


def test_an_attempt_is_not_stored_beside_data_of_another_kind(kit, lake, broken_off, tmp_path):
    [path] = lake.journals(kit.month, "one")
    path = path.rename(tmp_path / "kept")
    crawl(kit, lake, broken_off, origin="live")
    path = path.rename(lake.journal_path(kit.month, "one", "20231031T040000Z-0001"))
    [note] = seal_unfinished(lake, kit.month, ["one"])
    assert "already holds real data of one" in note
    assert path.with_name(f"{path.name}.aside1").exists()
    assert set(tables(kit, lake)[1]["data_origin"]) == {"live:douyin"}


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("prepare", "changes", "message"),
    [
        (damage, {}, "has changed bytes in its middle"),
        (lambda path: None, {"edition": "other"}, "is of another source or account id"),
        (lambda path: None, {"origin": "live"}, "is of another source or account id"),
    ],
)
def test_what_cannot_be_used_is_set_aside_and_said(
    kit, lake, broken_off, prepare, changes, message
):
    [path] = lake.journals(kit.month, "one")
    prepare(path)
    before = path.read_bytes()
    [result] = crawl(kit, lake, broken_off, **changes)
    assert (result.verdict, len(broken_off.requests)) == ("complete", 4)
    [note] = result.notes
    assert message in note
    assert path.with_name(f"{path.name}.aside1").read_bytes() == before
    assert path.name in note


def test_an_empty_journal_begins_anew(kit, lake, broken_off):
    [path] = lake.journals(kit.month, "one")
    path.write_bytes(b"")
    [result] = crawl(kit, lake, broken_off)
    assert (result.verdict, len(broken_off.requests), result.notes) == ("complete", 4, ())


def test_only_one_process_crawls_an_account(kit, lake, serve, platform):
    server = serve(platform)
    program = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from sz_assets.storage import Lake\n"
        "with Lake(Path(sys.argv[1])).lock_account(date(2023, 10, 1), 'two'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, lake.root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        started = time.monotonic()
        with pytest.raises(UserError) as error:
            crawl(kit, lake, server, kit.account("one"), kit.account("two"))
        assert time.monotonic() - started < 1
        assert "two of 2023-10 is being crawled" in str(error.value)
        assert f"(process {holder.pid})" in str(error.value)
        assert server.requests == []
        crawl(kit, lake, server, kit.account("one"))
        assert lake.attempts(ACCOUNT_PROFILES, kit.month, "one")
    finally:
        holder.kill()
        holder.communicate()
    crawl(kit, lake, server, kit.account("two"))
