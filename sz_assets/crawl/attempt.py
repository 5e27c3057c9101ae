"""One attempt at one account on its way into the lake: its id, its rows, its writing.

Here: raw rows. Not here: asking for answers (`crawl.session`) or reading files
(`crawl.import_files`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES, RAW_TABLES
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.coverage import EVIDENCE_COLUMNS, Answer, Verdict, judge
from sz_assets.errors import UserError
from sz_assets.sources.protocol import PageReading, Problem, Source
from sz_assets.storage import Lake


def next_attempt_id(lake: Lake, crawl_month: date, account_id: str, at: datetime) -> str:
    """An id that is new for the account and month and sorts after those of the same instant."""
    start = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-"
    stored = [
        path.stem.removeprefix(start)
        for paths in (
            *(lake.attempts(table, crawl_month, account_id) for table in RAW_TABLES),
            lake.journals(crawl_month, account_id),
        )
        for path in paths
        if path.stem.startswith(start)
    ]
    return f"{start}{max(map(int, stored), default=0) + 1:04d}"


def refuse_mixture(
    lake: Lake, crawl_month: date, account_ids: Iterable[str], data_origins: Iterable[str]
) -> None:
    """UserError if the month would hold simulated data beside others."""
    simulated = {origin == "simulated" for origin in data_origins}
    for account_id in account_ids:
        for table in RAW_TABLES:
            paths = lake.attempts(table, crawl_month, account_id)
            if not paths:
                continue
            origin = lake.read_attempts(table, paths[-1:], with_bodies=False)["data_origin"][0]
            if {origin == "simulated"} != simulated:
                kind = "simulated" if origin == "simulated" else "real"
                raise UserError(
                    f"{crawl_month:%Y-%m} already holds {kind} data of {account_id}, and simulated "
                    "and real data are never mixed in a month: choose another --month, or set "
                    "SZ_HOME to another folder."
                )


@dataclass
class Attempt:
    """The rows of one attempt, collected in the order of its requests."""

    crawl_month: date
    account_id: str
    attempt_id: str
    platform: str
    data_origin: str
    request_count: int = 0
    page_count: int = 0
    item_count: int = 0
    _profiles: list[dict[str, Any]] = field(default_factory=list)
    _pages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def has_pages(self) -> bool:
        """Whether anything was answered to a page request."""
        return bool(self._pages)

    def page_readings(self, source: Source) -> Iterator[PageReading]:
        """What the pages that it has now said, in order."""
        for row in [row for row in self._pages if row["outcome"] == "ok"]:
            # An echo of the cookie may be masked in the body: of that only the ids are needed.
            video_ids = source.read_page(row["body"], row["content_type"]).video_ids
            yield PageReading(
                None, row["item_count"], row["has_more"], row["cursor_out"], video_ids
            )

    def add_profile(
        self,
        received: Received,
        outcome: str,
        problem: Problem | None = None,
        robots_txt: str | None = None,
    ) -> dict[str, Any]:
        """Take the answer to a profile request; returns its row."""
        row = {**self._row(received, outcome, problem), "robots_txt": robots_txt}
        self.restore(ACCOUNT_PROFILES.name, row)
        return row

    def add_page(
        self,
        received: Received,
        outcome: str,
        reading: PageReading,
        cursor: str | None,
    ) -> dict[str, Any]:
        """Take the answer to a page request that was made with `cursor`; returns its row."""
        is_page = outcome == "ok"
        row = {
            **self._row(received, outcome, reading.problem),
            "page_number": self.page_count + 1 if is_page else None,
            "cursor_in": cursor,
            "cursor_out": reading.next_cursor,
            "has_more": reading.has_more,
            "item_count": reading.item_count if is_page else None,
        }
        self.restore(ACCOUNT_PAGES.name, row)
        return row

    def restore(self, table: str, row: dict[str, Any]) -> None:
        """Take a row of this attempt as it is, after all that came before it."""
        self.request_count = row["request_number"]
        if table == ACCOUNT_PROFILES.name:
            self._profiles.append(row)
            return
        self._pages.append(row)
        if row["outcome"] == "ok":
            self.page_count += 1
            self.item_count += row["item_count"]

    def verdict(self) -> Verdict:
        """What the attempt amounts to so far."""
        answers = [Answer(**{name: row[name] for name in EVIDENCE_COLUMNS}) for row in self._pages]
        faults = [
            (row["outcome"], row["outcome_reason"])
            for row in self._profiles
            if row["outcome"] != "ok"
        ]
        return judge(answers, profile_fault=faults[-1] if faults else None)

    def body_hashes(self) -> tuple[list[str], list[str]]:
        """SHA-256 of the profiles' and of the pages' bodies, in order."""
        return (
            [row["body_sha256"] for row in self._profiles],
            [row["body_sha256"] for row in self._pages],
        )

    def write(self, lake: Lake) -> None:
        """Store the attempt, each table at once; a table without an answer gets no file.

        A table that holds these very rows already is left as it is: a crash may have come
        between the two. Raises UserError if the disk refuses.
        """
        for table, rows in ((ACCOUNT_PROFILES, self._profiles), (ACCOUNT_PAGES, self._pages)):
            if rows:
                frame = pl.DataFrame(rows, schema=polars_schema(table))
                path = lake.attempt_path(table, self.crawl_month, self.account_id, self.attempt_id)
                if not path.exists() or not lake.read_attempts(table, [path]).equals(frame):
                    lake.write_attempt(table, frame)

    def _row(self, received: Received, outcome: str, problem: Problem | None) -> dict[str, Any]:
        return {
            "crawl_month": self.crawl_month,
            "account_id": self.account_id,
            "attempt_id": self.attempt_id,
            "request_number": self.request_count + 1,
            "platform": self.platform,
            "outcome": outcome,
            "outcome_reason": None if problem is None else str(problem),
            "url": received.url,
            "http_status": received.http_status,
            "content_type": received.content_type,
            "requested_at": _utc(received.requested_at),
            "received_at": _utc(received.received_at),
            "body_sha256": hashlib.sha256(received.body).hexdigest(),
            "body": received.body,
            "data_origin": self.data_origin,
        }


@dataclass(frozen=True)
class Received:
    """Bytes with where and when they were obtained; times are aware."""

    url: str
    body: bytes
    requested_at: datetime
    received_at: datetime
    http_status: int | None = None
    content_type: str | None = None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
