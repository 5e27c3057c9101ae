"""An attempt from its first request to its storing, across crashes.

Here: beginning it or going on with the one that a crash left, and sealing it into the raw tables.
Not here: the journal's form (`crawl.journal`) or what is asked (`crawl.session`).
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

# The counters of one attempt belong together: an older one is stored as far as it came.
LONGEST_PAUSE = timedelta(hours=24)
_IN_HEADER = ("crawl_month", "account_id", "attempt_id", "platform", "data_origin")
_END = Record("", {})


@dataclass
class OpenAttempt:
    """An attempt under way with its journal, and `notes`: sentences on what a crash had left."""

    attempt: Attempt
    journal: Journal
    last: Record | None = None
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
    ) -> None:
        """Make an answer durable. UserError if the disk refuses."""
        kept = {name: value for name, value in row.items() if name not in _IN_HEADER}
        self.last = Record(table, kept, is_last, retry_after)
        await asyncio.to_thread(self.journal.append, self.last)

    def seal(self, lake: Lake) -> None:
        """Store the attempt in the raw tables, then take its journal away."""
        if self.last is not None and not self.last.is_end:
            self.journal.append(_END)
        self.attempt.write(lake)
        self.journal.remove()


def open_attempt(plan: CrawlPlan, lake: Lake, account: Account) -> OpenAttempt:
    """Go on with the attempt that was left unfinished, or begin one.

    One that is too old to be gone on with is stored as far as it came, and a journal that can't
    be used is set aside; either is said in `notes`. The account must be locked.
    """
    month, now = plan.crawl_month, plan.clock()
    notes: list[str] = []
    for path in lake.journals(month, account.id):
        found = _reopen(path, notes, plan.fingerprint(account))
        if found is None:
            continue
        left, started_at = found
        if now - started_at <= LONGEST_PAUSE:
            notes.append(
                f"{account.id}: went on with attempt {left.attempt.attempt_id} (answers it had: "
                f"{left.attempt.request_count})."
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


def _seal_as_it_is(left: OpenAttempt, lake: Lake, notes: list[str]) -> None:
    attempt = left.attempt
    try:
        refuse_mixture(lake, attempt.crawl_month, [attempt.account_id], [attempt.data_origin])
    except UserError as error:
        left.journal.close()
        notes.append(f"{error} An unfinished attempt is kept as {set_aside(left.journal.path)}.")
        return
    left.seal(lake)
    notes.append(
        f"{attempt.account_id}: attempt {attempt.attempt_id} was left unfinished and is too old to "
        f"be gone on with: it is stored as far as it came (answers: {attempt.request_count})."
    )


def _reopen(
    path: Path, notes: list[str], fingerprint: str | None = None
) -> tuple[OpenAttempt, datetime] | None:
    """The attempt in a journal and when it began; None if there is nothing to go on with."""
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
    attempt = Attempt(**{name: getattr(header, name) for name in _IN_HEADER})
    common = {name: getattr(header, name) for name in _IN_HEADER}
    for record in reading.records:
        if not record.is_end:
            attempt.restore(record.table, common | record.row)
    last = reading.records[-1] if reading.records else None
    return OpenAttempt(attempt, Journal(path, length=reading.length), last), header.started_at
