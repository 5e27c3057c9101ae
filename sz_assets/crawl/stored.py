"""A month as it is stored: the answers that count, ready to be decoded.

Here: reading the raw tables. Not here: the rule which attempt counts (`core.attempts`) or
decoding (`sources`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

import polars as pl

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.contracts.table import Table
from sz_assets.core.attempts import choose_attempts, choose_profiles, of_attempts
from sz_assets.errors import UserError
from sz_assets.storage import Lake

T = TypeVar("T")

# Small attempts are decoded together, so that what each batch costs is shared by many pages.
_BATCH_BYTES = 32 * 1024**2


@dataclass
class StoredMonth:
    """The raw rows of a month that count.

    `page_answers` and `profile_answers` are all answers of the attempts that count, without
    bodies, for the verdict. `data_origin` is that of the month's accounts without any answer.
    """

    lake: Lake
    page_answers: pl.DataFrame
    profile_answers: pl.DataFrame
    counting_profiles: pl.DataFrame
    data_origin: str

    def page_batches(self) -> Iterator[pl.DataFrame]:
        """The pages with their bodies, for decoding, in order.

        A batch is one row group of a file, or several that are small, so memory does not grow
        with an account or a month. The next one is read while the caller works on the last.
        """
        counting = self.page_answers.filter(pl.col("outcome") == "ok")
        return ahead(_batches(self.lake, ACCOUNT_PAGES, counting))

    @cached_property
    def profiles(self) -> pl.DataFrame:
        """The one profile of each account that counts, with its body; read when asked for."""
        return _with_bodies(self.lake, ACCOUNT_PROFILES, self.counting_profiles)


def load_month(lake: Lake, crawl_month: date, account_ids: Sequence[str]) -> StoredMonth:
    """Read the answers of these accounts that count; UserError if the month has none at all."""
    pages = _answers(lake, ACCOUNT_PAGES, crawl_month, account_ids)
    profiles = _answers(lake, ACCOUNT_PROFILES, crawl_month, account_ids)
    origins = pl.concat([pages["data_origin"], profiles["data_origin"]])
    if origins.is_empty():
        month = f"{crawl_month:%Y-%m}"
        raise UserError(
            f"Nothing is stored of {month}: run sz-assets run --month {month}, or import its files."
        )
    chosen = choose_attempts(pages, profiles)
    return StoredMonth(
        lake=lake,
        page_answers=of_attempts(pages, chosen),
        profile_answers=of_attempts(profiles, chosen),
        counting_profiles=choose_profiles(profiles, chosen),
        data_origin=origins.sort()[-1],
    )


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, none of which is None, each made in a thread while the last one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (made := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield made


def _answers(
    lake: Lake, table: Table, crawl_month: date, account_ids: Sequence[str]
) -> pl.DataFrame:
    paths = [
        path for account_id in account_ids for path in lake.attempts(table, crawl_month, account_id)
    ]
    return lake.read_attempts(table, paths, with_bodies=False)


def _with_bodies(lake: Lake, table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, in the same order, with their bodies."""
    return pl.concat([lake.read_attempts(table, []), *_batches(lake, table, rows)])


def _batches(lake: Lake, table: Table, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The same rows, in the same order, with their bodies, some at a time."""
    files = rows.select("crawl_month", "account_id", "attempt_id").unique(maintain_order=True)
    held: list[pl.DataFrame] = []
    size = 0
    for names in files.iter_rows():
        for group in lake.read_batches(table, lake.attempt_path(table, *names)):
            held.append(group.join(rows, on=table.key, how="semi", maintain_order="left"))
            size += int(held[-1]["body"].bin.size().sum())
            if size >= _BATCH_BYTES:
                yield pl.concat(held)
                held.clear()
                size = 0
    if held:
        yield pl.concat(held)
