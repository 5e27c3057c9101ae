"""A crawl that broke off goes on where it was, at every step at which it can break off."""

from __future__ import annotations

import os
import time

import pytest
from crashes import Crash, crash_on, crawl, tables

from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.crawl.journal import Journal, read_journal
from sz_assets.crawl.resume import OpenAttempt
from sz_assets.crawl.rules import RetryRule
from sz_assets.storage import Lake


def is_pages(lake, table, frame):
    return table is ACCOUNT_PAGES


# Requests: the profile and three pages. The fourth record is the last page, the fifth the end.
STEPS = {
    **{f"after request {n}": (Journal, "append", n, {"before": True}, 1) for n in range(1, 5)},
    **{f"after fsync {n}": (Journal, "append", n, {}, 0) for n in range(1, 6)},
    **{f"before fsync {n}": ("os", "fsync", n + 2, {"before": True}, 0) for n in range(1, 6)},
    "before the header's fsync": ("os", "fsync", 1, {"before": True}, 0),
    "before the end": (OpenAttempt, "seal", 1, {"before": True}, 0),
    "before the profile": (Lake, "write_attempt", 1, {"before": True}, 0),
    "after the profile": (Lake, "write_attempt", 1, {}, 0),
    "before the pages": (Lake, "write_attempt", 1, {"before": True, "when": is_pages}, 0),
    "after the pages": (Lake, "write_attempt", 1, {"when": is_pages}, 0),
    "before removal": (Journal, "remove", 1, {"before": True}, 0),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_nothing(kit, lake, serve, platform, tmp_path, monkeypatch, step):
    owner, name, turn, options, repeated = STEPS[step]
    server = serve(platform)
    undisturbed = Lake(tmp_path / "undisturbed")
    expected_result = crawl(kit, undisturbed, server)
    server.requests.clear()
    with monkeypatch.context() as patch:
        owner = os if owner == "os" else owner
        crash_on(patch, owner, name, turn, **options)
        with pytest.raises(Crash):
            crawl(kit, lake, server)
    assert lake.journals(kit.month, "one")
    [result] = crawl(kit, lake, server)
    assert len(server.requests) == 4 + repeated
    assert (result.verdict, result.page_count) == ("complete", 3)
    assert result.attempt_id == expected_result[0].attempt_id
    for found, wanted in zip(tables(kit, lake), tables(kit, undisturbed), strict=True):
        assert found.equals(wanted)
    assert not lake.journals(kit.month, "one")


def test_failures_and_refusals_keep_their_verdict(kit, lake, serve, platform, monkeypatch):
    """The answer that ended the attempt was stored, so it is not asked for again."""
    platform.pages["300"] = b'{"status_code":2483}'
    server = serve(platform)
    with monkeypatch.context() as patch:
        crash_on(patch, Journal, "append", 3)
        with pytest.raises(Crash):
            crawl(kit, lake, server)
    [result] = crawl(kit, lake, server)
    assert (result.verdict, len(server.requests)) == ("refused", 3)
    assert tables(kit, lake)[1]["outcome"].to_list() == ["ok", "refused"]


def test_a_refused_profile_is_not_asked_for_again(kit, lake, serve, platform, monkeypatch):
    platform.profile = b'{"status_code":2483}'
    server = serve(platform)
    with monkeypatch.context() as patch:
        crash_on(patch, OpenAttempt, "seal", 1, before=True)
        with pytest.raises(Crash):
            crawl(kit, lake, server)
    [result] = crawl(kit, lake, server)
    assert (result.verdict, len(server.requests)) == ("refused", 1)
    assert tables(kit, lake)[0].height == 1


def limited(kit, platform, seconds):
    times = []

    def handler(request, write):
        if request.query.get("max_cursor") == "300":
            times.append(time.monotonic())
            if len(times) == 1:
                write(kit.http(b"", 429, Retry_After=str(seconds)))
                return True
        return platform(request, write)

    return handler, times


def test_a_pause_that_the_platform_asked_for_outlasts_a_crash(
    kit, lake, serve, platform, monkeypatch
):
    handler, times = limited(kit, platform, 1)
    retry = RetryRule(attempts=3, first_wait=0.01, longest_wait=2)
    server = serve(handler)
    with monkeypatch.context() as patch:
        crash_on(patch, Journal, "append", 3)
        with pytest.raises(Crash):
            crawl(kit, lake, server, retry=retry)
    [result] = crawl(kit, lake, server, retry=retry)
    assert result.verdict == "complete"
    assert times[1] - times[0] >= 1


def test_a_pause_beyond_patience_ends_the_attempt(kit, lake, serve, platform, monkeypatch):
    handler, times = limited(kit, platform, 3600)
    server = serve(handler)
    with monkeypatch.context() as patch:
        crash_on(patch, Journal, "append", 3)
        with pytest.raises(Crash):
            crawl(kit, lake, server)
    [result] = crawl(kit, lake, server)
    assert (result.verdict, len(times)) == ("refused", 1)


def test_every_answer_is_on_the_disk_before_the_next_request(
    kit, lake, serve, platform, monkeypatch
):
    flushed = {}
    original = os.fsync

    def fsync(descriptor):
        original(descriptor)
        flushed[os.fstat(descriptor).st_ino] = os.fstat(descriptor).st_size

    monkeypatch.setattr("sz_assets.crawl.journal.os.fsync", fsync)
    durable = []

    def handler(request, write):
        [path] = lake.journals(kit.month, "one")
        assert flushed[path.stat().st_ino] == path.stat().st_size
        durable.append(len(read_journal(path).records))
        return platform(request, write)

    crawl(kit, lake, serve(handler))
    assert durable == [0, 1, 2, 3]


def test_a_sealed_attempt_is_not_changed_by_another_of_its_name(
    kit, lake, serve, platform, monkeypatch
):
    """A file that differs from the journal is no trace of the same crash."""
    server = serve(platform)
    crash_on(monkeypatch, Journal, "remove", 1, before=True)
    with pytest.raises(Crash):
        crawl(kit, lake, server)
    [path] = lake.attempts(ACCOUNT_PAGES, kit.month, "one")
    lake.read_attempts(ACCOUNT_PAGES, [path])[:2].write_parquet(path)
    with pytest.raises(ValueError, match="stored pages are never changed"):
        crawl(kit, lake, server)
