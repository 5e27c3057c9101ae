"""Whether the lake is what was received: hashes of stored answers, and where each item went.

Here: recomputing both from the raw tables alone, and the store of coding. Not here: the checks of a
run (`defs`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from sz_assets.coding.checking import StoreVerification, check_store
from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import ACCOUNTS, DUPLICATE_ITEMS, REJECTED_ITEMS, VIDEOS
from sz_assets.contracts.raw import ACCOUNT_PAGES, RAW_TABLES
from sz_assets.contracts.table import Table
from sz_assets.crawl.stored import ahead, load_month
from sz_assets.crew import cores
from sz_assets.retention import months_with_answers
from sz_assets.sources.bodies import body_views
from sz_assets.sources.registry import decode_pages
from sz_assets.storage import Home, Lake

_ITEM_TABLES = (VIDEOS, DUPLICATE_ITEMS, REJECTED_ITEMS)
_PLACE = ["account_id", "page_number", "raw_item_index"]


@dataclass
class MonthVerification:
    """What was found of one crawl month; `problems` is empty if all is well."""

    crawl_month: date
    answers: int = 0
    items: int = 0
    problems: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The finding in one line."""
        state = "ok" if not self.problems else f"{len(self.problems)} problems"
        return (
            f"{self.crawl_month:%Y-%m}: {self.answers} answers have their hashes, "
            f"{self.items} items are accounted for: {state}."
        )


def changed_answers(
    lake: Lake, table: Table, month: date, use: Callable[[pl.DataFrame], None] | None = None
) -> tuple[int, list[str]]:
    """How many answers a raw table holds, and those whose bytes no longer have their hash.

    `use` is given the rows that are unchanged, a batch at a time. Two batches at most are in
    memory: the next one is read and hashed, on every core, while the last is used.
    """
    count, changed = 0, []
    for path, rows in ahead(_hashed_batches(lake, table, month)):
        if rows is None:
            changed.append(f"{path.parent.name}, attempt {path.stem} (the file can't be read)")
            continue
        count += rows.height
        changed += [
            f"{path.parent.name}, attempt {attempt_id}, request {number}"
            for attempt_id, number in rows.filter(~pl.col("is_unchanged"))
            .select("attempt_id", "request_number")
            .iter_rows()
        ]
        if use is not None:
            use(rows.filter("is_unchanged"))
    return count, changed


def _hashed_batches(
    lake: Lake, table: Table, month: date
) -> Iterator[tuple[Path, pl.DataFrame | None]]:
    """Each attempt's rows with `is_unchanged`, in batches; None at the end if it is damaged."""
    with ThreadPoolExecutor(cores()) as hashers:
        for account_id in lake.accounts(table, month):
            for path in lake.attempts(table, month, account_id):
                try:
                    for rows in lake.read_batches(table, path):
                        views, digests = body_views(rows["body"]), rows["body_sha256"]
                        found = list(hashers.map(_has_hash, views, digests))
                        yield (
                            path,
                            rows.with_columns(pl.Series("is_unchanged", found, dtype=pl.Boolean)),
                        )
                except (OSError, pl.exceptions.PolarsError):
                    yield path, None


def _has_hash(body: memoryview, digest: str) -> bool:
    return hashlib.sha256(body).hexdigest() == digest


def verify_lake(lake: Lake) -> Iterator[MonthVerification]:
    """Verify every stored crawl month, oldest first."""
    for month in months_with_answers(lake):
        found = MonthVerification(month)
        again = _ItemsAgain(lake, month)
        for table in RAW_TABLES:
            use = again.decode if table is ACCOUNT_PAGES else None
            count, changed = changed_answers(lake, table, month, use)
            found.answers += count
            found.problems += [f"{table.name}: {answer} has changed bytes." for answer in changed]
        again.compare(found)
        yield found


def verify_coding(home: Home) -> StoreVerification:
    """Verify what people coded and machines learnt from it."""
    return check_store(CodingStore(home.coding))


class _ItemsAgain:
    """The items of a month's stored pages, decoded again, beside those of the three tables."""

    def __init__(self, lake: Lake, month: date) -> None:
        self._problem: str | None = None
        self._again: list[pl.DataFrame] = []
        if not all(lake.path(table, month).exists() for table in (ACCOUNTS, *_ITEM_TABLES)):
            self._problem = "The month is stored but not built: run it."
            return
        try:
            # The accounts for which the month was built; the study may have changed since.
            self._accounts = lake.read(ACCOUNTS, month)["account_id"].to_list()
            answers = load_month(lake, month, self._accounts).page_answers
            self._stored = pl.concat(
                lake.read(table, month).select(_PLACE) for table in _ITEM_TABLES
            )
        except (OSError, pl.exceptions.PolarsError) as error:
            self._problem = f"Its items can't be looked for: {' '.join(str(error).split())}"
            return
        self._pages = answers.filter(pl.col("outcome") == "ok")

    def decode(self, rows: pl.DataFrame) -> None:
        """Note the places of the items of these pages, of which some may not count.

        Changed bytes may be anything, and are a problem that is told already, so `rows` has none.
        """
        if self._problem is None:
            counting = rows.join(self._pages, on=ACCOUNT_PAGES.key, how="semi")
            decoded = decode_pages(counting)
            self._again += [decoded.items.select(_PLACE), decoded.rejected.select(_PLACE)]

    def compare(self, found: MonthVerification) -> None:
        """Look for each item in exactly one of the three tables; what is amiss is added."""
        if self._problem is not None:
            found.problems.append(self._problem)
            return
        again = pl.concat([self._stored.clear(), *self._again]).unique()
        once = self._stored.group_by(_PLACE).len().filter(pl.col("len") == 1)
        missing = again.join(once, on=_PLACE, how="anti", nulls_equal=True).sort(_PLACE)
        received = dict(self._pages.group_by("account_id").agg(pl.sum("item_count")).rows())
        counts = [_by_account(frame) for frame in (again, self._stored, missing)]
        for account_id in self._accounts:
            sent = int(received.get(account_id, 0))
            unchanged, stored, lost = (count.get(account_id, 0) for count in counts)
            found.items += sent
            if lost:
                _, page, index = missing.filter(pl.col("account_id") == account_id).row(0)
                found.problems.append(
                    f"{account_id}: {lost} items are not in exactly one of videos, duplicates "
                    f"and rejected, for example page {page}, item {index}."
                )
            if not sent == unchanged == stored:
                found.problems.append(
                    f"{account_id}: {sent} items were received, {unchanged} are in the unchanged "
                    f"pages, {stored} in the tables."
                )


def _by_account(places: pl.DataFrame) -> dict[str, int]:
    return dict(places.group_by("account_id").len().rows())
