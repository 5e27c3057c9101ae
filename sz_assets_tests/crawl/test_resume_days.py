"""A list that needs more than one day's budget: no page is asked twice, and no day is lost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from crashes import Crash, crash_on, crawl, tables

from sz_assets.crawl.budget import DailyBudget
from sz_assets.crawl.journal import Journal
from sz_assets.crawl.resume import OpenAttempt, seal_unfinished
from sz_assets.storage import Lake

MONTH = date(2023, 10, 1)


class Days:
    """Runs of the same command, and the day on which they are made."""

    def __init__(self, kit, lake, server, folder, limit, **changes) -> None:
        self._kit, self._lake, self._server = kit, lake, server
        self._folder, self._changes = folder, changes
        self.limit = limit
        self.today = MONTH

    def run(self, *accounts, **changes):
        values = {
            "budget": DailyBudget(self._folder, self.limit, lambda: self.today),
            "clock": lambda: datetime.combine(self.today, time(4), UTC),
            **self._changes,
            **changes,
        }
        return crawl(self._kit, self._lake, self._server, *accounts, **values)

    def later(self, days=1):
        self.today += timedelta(days=days)
        return self


@pytest.fixture
def days(kit, lake, serve, platform, tmp_path):
    """One account with a profile and three pages, and two requests a day."""
    return Days(kit, lake, serve(platform), tmp_path / "requests", 2)


def asked(days):
    return [request.query.get("max_cursor", "profile") for request in days._server.requests]


def files(lake):
    return {path: path.read_bytes() for path in lake.root.rglob("*.parquet")}


def test_another_day_goes_on_and_what_is_stored_stays(days, kit, lake):
    [first] = days.run()
    assert (first.verdict, first.page_count) == ("truncated", 1)
    kept = files(lake)
    [second] = days.later().run()
    assert asked(days) == ["profile", "0", "300", "200"]
    assert (second.verdict, second.page_count, second.item_count) == ("complete", 3, 5)
    assert second.notes == (f"one: went on with attempt {first.attempt_id} (answers it had: 2).",)
    assert {path: files(lake)[path] for path in kept} == kept
    assert not lake.journals(MONTH, "one")
    pages = tables(kit, lake)[1]
    assert pages["attempt_id"].to_list() == [first.attempt_id] * 2 + [second.attempt_id] * 3
    newer = pages.filter(pages["attempt_id"] == second.attempt_id)
    assert newer["outcome"].to_list() == ["ok"] * 3
    assert newer["request_number"].to_list() == [2, 3, 4]
    assert newer["received_at"].dt.day().to_list() == [1, 2, 2]


def test_the_reason_says_when_and_how_to_go_on(days):
    days.today = date(2023, 10, 30)
    [result] = days.run()
    assert "budget: the 2 requests of the day to 127.0.0.1" in result.reason
    assert result.reason.endswith(
        "are used up; from 2023-10-31 on, sz-assets run --month 2023-10 goes on from there."
    )


def test_the_reason_does_not_promise_what_the_month_does_not_allow(days):
    days.today = date(2023, 10, 31)
    [result] = days.run()
    assert result.reason.endswith("are used up; 2023-10 ends before more are allowed.")


def test_on_the_same_day_nothing_is_asked_and_nothing_new_is_stored(days, lake):
    [first] = days.run()
    kept = files(lake)
    [again] = days.run()
    assert len(asked(days)) == 2
    assert (again.attempt_id, again.verdict, again.reason, again.notes) == (
        first.attempt_id,
        "truncated",
        first.reason,
        (),
    )
    assert files(lake) == kept
    assert len(lake.journals(MONTH, "one")) == 1


def test_a_higher_limit_goes_on_at_once(days):
    days.run()
    days.limit = 10
    [result] = days.run()
    assert (result.verdict, asked(days)) == ("complete", ["profile", "0", "300", "200"])


def test_a_day_whose_budget_is_spent_elsewhere_renews_the_promise(days, kit):
    days.run()
    days.later().run(kit.account("two"))
    [result] = days.run()
    assert result.page_count == 1
    assert "from 2023-10-03 on" in result.reason
    assert days.later().run()[0].verdict == "complete"


def test_an_account_that_was_not_reached_begins_on_another_day(days, kit):
    accounts = [kit.account("one"), kit.account("two")]
    days.limit = 4
    first = days.run(*accounts, concurrency=1)
    assert [result.verdict for result in first] == ["complete", "truncated"]
    [result] = days.later().run(accounts[1])
    assert (result.verdict, result.notes) == ("complete", ())
    assert asked(days) == ["profile", "0", "300", "200"] * 2


def test_what_ended_a_day_is_stored_though_a_crash_came_before(days, kit, lake, monkeypatch):
    with monkeypatch.context() as patch:
        crash_on(patch, OpenAttempt, "seal", 1, before=True)
        with pytest.raises(Crash):
            days.run()
    assert not files(lake)
    [result] = days.later().run()
    assert result.verdict == "complete"
    pages = tables(kit, lake)[1]
    assert pages["attempt_id"].n_unique() == 2
    [reason] = pages["outcome_reason"].drop_nulls()
    assert reason.startswith("budget: ")


def test_an_interrupted_list_of_many_days_may_be_older_than_a_day(days, monkeypatch):
    """The rule for a crash on the first day is another one: see `test_resume_left`."""
    days.run()
    with monkeypatch.context() as patch:
        # The first is the note that another attempt goes on.
        crash_on(patch, Journal, "append", 2)
        with pytest.raises(Crash):
            days.later().run()
    [result] = days.later(3).run()
    assert (result.verdict, asked(days)) == ("complete", ["profile", "0", "300", "200"])


def test_of_a_month_that_is_over_no_journal_is_left(days, kit, lake):
    days.run()
    kept = files(lake)
    [note] = seal_unfinished(lake, MONTH, ["one"])
    assert "is too old to be gone on with" in note
    assert files(lake) == kept
    assert not lake.journals(MONTH, "one")


def test_another_source_does_not_go_on(days, lake):
    days.run()
    [result] = days.later().run(edition="other")
    assert "is of another source" in result.notes[0]
    assert asked(days) == ["profile", "0"] * 2
    assert result.verdict == "truncated"


def test_a_failed_request_is_asked_again_on_another_day(days, kit, platform):
    """The budget ends in the middle of retries: they go on, and count as evidence."""
    fails = 2

    def handler(request, write):
        nonlocal fails
        if request.query.get("max_cursor") == "300" and fails:
            fails -= 1
            write(kit.http(b"", 500))
            return True
        return platform(request, write)

    days._server.handler = handler
    days.limit = 3
    assert days.run()[0].verdict == "truncated"
    [result] = days.later().run()
    assert (result.verdict, result.request_count) == ("complete", 6)
    assert asked(days) == ["profile", "0", "300", "300", "300", "200"]


# --- crashes around the end of a day ---


# Day 1 appends profile, page, pause, end; day 2 the going on, two pages, end.
STEPS = {
    **{f"after record {n}": (Journal, "append", n, {}, 0) for n in range(1, 9)},
    **{
        f"before record {n}": (Journal, "append", n, {"before": True}, int(n in (1, 2, 6, 7)))
        for n in range(1, 9)
    },
    "after sealing": (OpenAttempt, "seal", 1, {}, 0),
    **{f"before sealing {n}": (OpenAttempt, "seal", n, {"before": True}, 0) for n in (1, 2)},
    **{f"before storing {n}": (Lake, "write_attempt", n, {"before": True}, 0) for n in range(1, 5)},
    **{f"after storing {n}": (Lake, "write_attempt", n, {}, 0) for n in range(1, 5)},
    "before removal": (Journal, "remove", 1, {"before": True}, 0),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_next_day", [False, True])
def test_a_crash_at_any_step_of_two_days_loses_nothing(
    kit, lake, days, monkeypatch, step, is_next_day
):
    owner, name, turn, options, repeated = STEPS[step]
    crashes = 0
    with monkeypatch.context() as patch:
        crash_on(patch, owner, name, turn, **options)
        result = None
        while result is None or result.verdict != "complete":
            try:
                [result] = days.run()
                assert result.verdict == "complete" or "budget:" in result.reason
            except Crash:
                crashes += 1
                days.later(int(is_next_day))
            else:
                days.later()
    assert crashes == 1
    counts = Counter(asked(days))
    assert set(counts) == {"profile", "0", "300", "200"}
    assert counts.total() == 4 + repeated
    assert (result.verdict, result.page_count, result.item_count) == ("complete", 3, 5)
    assert not lake.journals(MONTH, "one")
    profiles, pages = tables(kit, lake)
    newest = pages.filter(pages["attempt_id"] == pages["attempt_id"].max())
    assert newest["cursor_in"].to_list() == ["0", "300", "200"]
    assert profiles.filter(profiles["attempt_id"] == result.attempt_id).height == 1
