"""What is stored in a home, and of which accounts: months, folders, items, coding tasks.

Here: finding and reading it. Not here: what of it identifies an account (`identity`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import ACCOUNTS
from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.contracts.table import Table
from sz_assets.errors import UserError
from sz_assets.sources.registry import decode_pages
from sz_assets.storage import Home, Lake


def stored_accounts(home: Home) -> set[str]:
    """Ids of all accounts of which the home stores anything."""
    lake, found = Lake(home.lake), set()
    for month in months_of(lake):
        for table in (*RAW_TABLES, None):
            found |= {folder.name for folder in account_folders(lake, table, month)}
        if lake.path(ACCOUNTS, month).exists():
            found |= set(lake.read(ACCOUNTS, month)["account_id"])
    for _, tasks in stored_tasks(home):
        found |= set(tasks["account_id"])
    return found


def months_of(lake: Lake) -> list[date]:
    """Crawl months of which anything is stored, ascending."""
    folders = (*(lake.root / "raw").glob("*/crawl_month=*"), *(lake.root / "core").glob("*/*"))
    names = {folder.name.removeprefix("crawl_month=").removesuffix(".json") for folder in folders}
    return sorted(date.fromisoformat(name) for name in names)


def account_folders(lake: Lake, table: Table | None, month: date) -> list[Path]:
    """The folders of accounts of a raw table in a month, or of journals without one."""
    name = table.name if table else "_journal"
    folder = lake.root / "raw" / name / f"crawl_month={month}"
    return sorted(path for path in folder.glob("*") if path.is_dir())


def decoded(rows: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The items of stored pages; UserError if one is no page."""
    try:
        return decode_pages(rows).items
    except ValueError as error:
        raise UserError(
            f"{path} can't be read ({error}): sz-assets verify says what has changed in it; put "
            "it back from a copy."
        ) from error


def stored_tasks(home: Home) -> Iterator[tuple[str, pl.DataFrame]]:
    store = CodingStore(home.coding)
    for sample in store.samples():
        yield sample.sample_id, store.sample_tasks(sample.sample_id)
