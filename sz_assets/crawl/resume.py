"""An attempt from its first request to its storing, across crashes and across days.

Here: beginning it or going on with the one that a crash or the end of a day's budget left, and
sealing it into the raw tables. Not here: the journal's form (`crawl.journal`) or what is asked
(`crawl.session`).

An attempt that the budget ended is stored as truncated, and its journal is kept. On another day
an attempt of a new id takes over its answers, without those rows that stand for requests that
were not sent, and goes on in the same journal. What is stored is never changed, and the newest
attempt always holds the whole list so far.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.crawl.attempt import Attempt, next_attempt_id, refuse_mixture
from sz_assets.crawl.journal import (
    Header,
    Journal,
    JournalReading,
    Record,
    UnusableJournal,
    read_journal,
    remove,
    set_aside,
)
from sz_assets.crawl.plan import CrawlPlan
from sz_assets.errors import UserError
from sz_assets.storage import Lake
from sz_assets.study import Account

# The counters of one attempt belong together: an older one is stored as far as it came. Only a
# list that needs more than one day's budget may take longer, as long as its month can be observed.
LONGEST_PAUSE = timedelta(hours=24)
_IN_HEADER = ("crawl_month", "account_id", "attempt_id", "platform", "data_origin")
_END = Record("", {})


@dataclass
class OpenAttempt:
    """An attempt under way with its journal, and `notes`: sentences on what had been left.

    `paused_on` is the day whose budget ended it.
    """

    attempt: Attempt
    journal: Journal
    last: Record | None = None
    paused_on: date | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be asked: it had ended, or its last answer ended it."""
        if self.last is None or self.last.is_end:
            return self.last is not None
        is_page = self.last.table == ACCOUNT_PAGES.name
        return self.last.is_last and (is_page or self.last.row["outcome"] == "refused")

    @property
    def has_profile(self) -> bool:
        """Whether the profile need not be asked for."""
        if self.attempt.has_pages:
            return True
        return self.last is not None and (self.last.is_last or self.last.row["outcome"] == "ok")

    def wait_left(self, now: datetime) -> float:
        """Seconds that the platform asked to be left alone and that have not passed yet."""
        if self.last is None or self.last.retry_after is None:
            return 0.0
        received_at: datetime = self.last.row["received_at"].replace(tzinfo=UTC)
        passed = (now - received_at).total_seconds()
        return max(0.0, self.last.retry_after - max(0.0, passed))

    async def record(
        self,
        table: str,
        row: dict[str, Any],
        *,
        is_last: bool,
        retry_after: float | None,
        paused_on: date | None = None,
    ) -> None:
        """Make an answer durable. UserError if the disk refuses."""
        kept = {name: value for name, value in row.items() if name not in _IN_HEADER}
        self.last = Record(table, kept, is_last, retry_after, paused_on)
        self.paused_on = paused_on
        await asyncio.to_thread(self.journal.append, self.last)

    def seal(self, lake: Lake) -> None:
        """Store the attempt in the raw tables, then take its journal away unless it is paused."""
        if self.last is not None and not self.last.is_end:
            self.journal.append(_END)
        self.attempt.write(lake)
        if self.paused_on is None:
            self.journal.remove()


def open_attempt(plan: CrawlPlan, lake: Lake, account: Account) -> OpenAttempt:
    """Go on with the attempt that was left unfinished, or begin one.

    One that is too old to be gone on with is stored as far as it came, and a journal that can't
    be used is set aside; either is said in `notes`. One that the day's budget ended is given as
    it is for the rest of that day. The account must be locked, and its month be observable.
    """
    month, now = plan.crawl_month, plan.clock()
    notes: list[str] = []
    for path in lake.journals(month, account.id):
        found = _reopen(path, notes, plan.fingerprint(account))
        if found is None:
            continue
        left, header = found
        if left.paused_on and plan.has_spent(account, left.paused_on):
            left.notes = notes
            return left
        takes_days = left.paused_on or left.attempt.attempt_id != header.attempt_id
        if takes_days or now - header.started_at <= LONGEST_PAUSE:
            name = left.attempt.attempt_id
            if left.paused_on:
                left = _succeed(left, header, lake, now)
            if answers := left.attempt.request_count:
                notes.append(
                    f"{account.id}: went on with attempt {name} (answers it had: {answers})."
                )
            left.notes = notes
            return left
        _seal_as_it_is(left, lake, notes)
    attempt = Attempt(
        crawl_month=month,
        account_id=account.id,
        attempt_id=next_attempt_id(lake, month, account.id, now),
        platform=account.platform,
        data_origin=plan.data_origin(account.platform),
    )
    header = Header(
        **{name: getattr(attempt, name) for name in _IN_HEADER},
        plan=plan.fingerprint(account),
        started_at=now.astimezone(UTC),
    )
    path = lake.journal_path(month, account.id, attempt.attempt_id)
    return OpenAttempt(attempt, Journal(path, header=header), notes=notes)


def seal_unfinished(lake: Lake, crawl_month: date, account_ids: Iterable[str]) -> list[str]:
    """Store what was left unfinished of a month that can't be gone on with; says what was.

    UserError if another process is crawling one of the accounts.
    """
    notes: list[str] = []
    for account_id in account_ids:
        if not lake.journals(crawl_month, account_id):
            continue
        with lake.lock_account(crawl_month, account_id):
            for path in lake.journals(crawl_month, account_id):
                if found := _reopen(path, notes):
                    _seal_as_it_is(found[0], lake, notes)
    return notes


def _succeed(paused: OpenAttempt, header: Header, lake: Lake, now: datetime) -> OpenAttempt:
    """The attempt that goes on from one that the budget ended."""
    attempt = paused.attempt
    # It is stored already, unless a crash came before that.
    attempt.write(lake)
    successor = next_attempt_id(lake, attempt.crawl_month, attempt.account_id, now)
    paused.journal.append(Record("", {"attempt_id": successor}))
    paused.journal.close()
    return _replay(paused.journal.path, read_journal(paused.journal.path), header)


def _seal_as_it_is(left: OpenAttempt, lake: Lake, notes: list[str]) -> None:
    attempt = left.attempt
    try:
        refuse_mixture(lake, attempt.crawl_month, [attempt.account_id], [attempt.data_origin])
    except UserError as error:
        left.journal.close()
        notes.append(f"{error} An unfinished attempt is kept as {set_aside(left.journal.path)}.")
        return
    left.seal(lake)
    if left.paused_on:
        left.journal.remove()
    notes.append(
        f"{attempt.account_id}: attempt {attempt.attempt_id} was left unfinished and is too old to "
        f"be gone on with: it is stored as far as it came (answers: {attempt.request_count})."
    )


def _reopen(
    path: Path, notes: list[str], fingerprint: str | None = None
) -> tuple[OpenAttempt, Header] | None:
    """The attempt in a journal and its header; None if there is nothing to go on with."""
    try:
        reading = read_journal(path)
        header = reading.header
        if header is not None and fingerprint not in (None, header.plan):
            raise UnusableJournal("is of another source or account id than this crawl's")
    except UnusableJournal as reason:
        aside = set_aside(path)
        notes.append(f"The journal {path} {reason}: it is kept as {aside.name}, and not used.")
        return None
    if reading.torn:
        notes.append(
            f"The last {reading.torn:,} bytes of {path.name} of {path.parent.name} had not been "
            "written whole; what they were to hold is asked for again."
        )
    if header is None:
        remove(path)
        return None
    return _replay(path, reading, header), header


def _replay(path: Path, reading: JournalReading, header: Header) -> OpenAttempt:
    """The attempt that a journal's records add up to."""
    common = {name: getattr(header, name) for name in _IN_HEADER}
    records: list[Record] = []
    for record in reading.records:
        if record.successor is None:
            records.append(record)
            continue
        common["attempt_id"] = record.successor
        while records and (records[-1].paused_on or records[-1].is_end):
            records.pop()
    attempt = Attempt(**common)
    paused_on = None
    for record in records:
        if not record.is_end:
            attempt.restore(record.table, common | record.row)
            paused_on = record.paused_on
    last = records[-1] if records else None
    return OpenAttempt(attempt, Journal(path, length=reading.length), last, paused_on)
