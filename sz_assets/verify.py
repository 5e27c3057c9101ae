"""Whether the lake is what was received: hashes of stored answers, and where each item went.

Here: recomputing both from the raw tables alone, and the store of coding. Not here: the checks of a
run (`defs`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from sz_assets.coding.checking import StoreVerification, check_store
from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import ACCOUNTS, DUPLICATE_ITEMS, REJECTED_ITEMS, VIDEOS
from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.contracts.table import Table
from sz_assets.crawl.stored import load_month
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


def changed_answers(lake: Lake, table: Table, month: date) -> tuple[int, list[str]]:
    """How many answers a raw table holds, and those whose bytes no longer have their hash.

    One attempt is in memory at a time.
    """
    count, changed = 0, []
    for account_id in lake.accounts(table, month):
        for path in lake.attempts(table, month, account_id):
            try:
                rows = lake.read_attempts(table, [path])
            except (OSError, pl.exceptions.PolarsError):
                changed.append(f"{account_id}, attempt {path.stem} (the file can't be read)")
                continue
            count += rows.height
            changed += [
                f"{account_id}, attempt {attempt_id}, request {number}"
                for attempt_id, number in rows.filter(~_is_unchanged(rows))
                .select("attempt_id", "request_number")
                .iter_rows()
            ]
    return count, changed


def _is_unchanged(rows: pl.DataFrame) -> pl.Series:
    """Of each answer, whether its bytes have the hash that was taken when they were received."""
    stored = rows.select("body", "body_sha256").iter_rows()
    found = [hashlib.sha256(body).hexdigest() == digest for body, digest in stored]
    return pl.Series(found, dtype=pl.Boolean)


def verify_lake(lake: Lake) -> Iterator[MonthVerification]:
    """Verify every stored crawl month, oldest first."""
    for month in sorted({month for table in RAW_TABLES for month in lake.months(table)}):
        found = MonthVerification(month)
        for table in RAW_TABLES:
            count, changed = changed_answers(lake, table, month)
            found.answers += count
            found.problems += [f"{table.name}: {answer} has changed bytes." for answer in changed]
        _verify_items(lake, month, found)
        yield found


def verify_coding(home: Home) -> StoreVerification:
    """Verify what people coded and machines learnt from it."""
    return check_store(CodingStore(home.coding))


def _verify_items(lake: Lake, month: date, found: MonthVerification) -> None:
    """Decode the stored pages again and look for each item in exactly one of the three tables."""
    if not all(lake.path(table, month).exists() for table in (ACCOUNTS, *_ITEM_TABLES)):
        found.problems.append("The month is stored but not built: run it.")
        return
    try:
        # The accounts for which the month was built; the study may have changed since.
        accounts = lake.read(ACCOUNTS, month)["account_id"].to_list()
        pages = load_month(lake, month, accounts).pages
        places = pl.concat(lake.read(table, month).select(_PLACE) for table in _ITEM_TABLES)
    except (OSError, pl.exceptions.PolarsError) as error:
        found.problems.append(f"Its items can't be looked for: {' '.join(str(error).split())}")
        return
    times = Counter(places.iter_rows())
    for account_id in accounts:
        theirs = pages.filter(pl.col("account_id") == account_id)
        # Changed bytes may be anything, and are a problem that is told already.
        decoded = decode_pages(theirs.filter(_is_unchanged(theirs)))
        received = int(theirs["item_count"].sum())
        found.items += received
        again = {
            place
            for frame in (decoded.items, decoded.rejected)
            for place in frame.select(_PLACE).iter_rows()
        }
        stored = sum(count for place, count in times.items() if place[0] == account_id)
        if missing := sorted(place for place in again if times[place] != 1):
            found.problems.append(
                f"{account_id}: {len(missing)} items are not in exactly one of videos, duplicates "
                f"and rejected, for example page {missing[0][1]}, item {missing[0][2]}."
            )
        if not received == len(again) == stored:
            found.problems.append(
                f"{account_id}: {received} items were received, {len(again)} are in the unchanged "
                f"pages, {stored} in the tables."
            )
