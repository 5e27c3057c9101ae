"""The account out of the raw layer: its own answers, and what others' answers say of it.

Here: which stored answers are touched, and writing them anew. Not here: what is cut out of a body
(`bodies`).

A stored answer is never changed but here: it gets a new hash and item count, and the month a record
that says how many were changed, when, and not for whom (`records`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from sz_assets.contracts.raw import ACCOUNT_PAGES, RAW_TABLES
from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import conform
from sz_assets.crawl.resume import seal_unfinished
from sz_assets.disk import remove_folder, write_atomically, write_parquet
from sz_assets.erasing.bodies import Whose, cut, masked_frame
from sz_assets.erasing.stored import account_folders, decoded, months_of
from sz_assets.storage import PAGES_AT_A_TIME, Lake


def other_answers(
    lake: Lake, account_id: str, whose: Whose
) -> Iterator[tuple[date, Table, Path, pl.DataFrame, list[int]]]:
    """The stored answers of other accounts, in batches, with the rows that say anything of it.

    Yields the month, the table, the file, its rows, and the numbers of those rows.
    """
    for month in months_of(lake):
        for table in RAW_TABLES:
            for folder in account_folders(lake, table, month):
                if folder.name == account_id:
                    continue
                for path in lake.attempts(table, month, folder.name):
                    for rows in lake.read_batches(table, path):
                        yield month, table, path, rows, touched(table, path, rows, whose)


def touched(table: Table, path: Path, rows: pl.DataFrame, whose: Whose) -> list[int]:
    """The numbers of the rows whose bodies say anything of the account."""
    found = set(whose.finder.in_bytes(rows["body"].to_list()))
    if table is ACCOUNT_PAGES:
        numbered = rows.with_row_index("row")
        items = decoded(rows, path).filter(
            pl.col("author_platform_uid").is_in(sorted(whose.platform_ids))
            | pl.col("video_id").is_in(sorted(whose.video_ids))
        )
        hit = numbered.join(
            items.select("page_number", raw="raw_page_sha256").unique(),
            left_on=["page_number", "body_sha256"],
            right_on=["page_number", "raw"],
            how="semi",
        )
        found |= set(hit["row"].to_list())
    return sorted(found)


def erase_raw(lake: Lake, account_id: str, whose: Whose) -> list[str]:
    """Remove the account from every stored answer; sentences on what else had to go.

    Called again after an interruption it goes on. UserError if another process is crawling, or the
    disk refuses.
    """
    notes = _end_journals(lake, account_id, whose)
    for month in months_of(lake):
        for folder in lake.raw_folders(month):
            remove_folder(folder / account_id)
            (folder / f"{account_id}.lock").unlink(missing_ok=True)
    changed: dict[Path, tuple[Table, set[int]]] = {}
    for _, table, path, rows, hit in other_answers(lake, account_id, whose):
        texts = rows.drop("body")
        if hit or not masked_frame(texts, whose).equals(texts):
            numbers = set(rows[hit]["request_number"].to_list())
            changed.setdefault(path, (table, set()))[1].update(numbers)
    for path, (table, numbers) in changed.items():
        _write_anew(lake, table, path, numbers, whose)
    for month in months_of(lake):
        for folder in lake.raw_folders(month):
            if not any(folder.iterdir()):
                folder.rmdir()
    return notes


def _write_anew(lake: Lake, table: Table, path: Path, numbers: set[int], whose: Whose) -> None:
    rows = []
    for row in lake.read_attempts(table, [path]).iter_rows(named=True):
        if row["request_number"] in numbers:
            made = cut(row["body"], whose)
            row["body"] = made.body
            row["body_sha256"] = hashlib.sha256(made.body).hexdigest()
            if row.get("item_count") is not None:
                row["item_count"] -= made.removed_items
        rows.append(row)
    schema = lake.read_attempts(table, []).schema
    frame = pl.DataFrame(rows, schema=schema)
    texts = masked_frame(frame.drop("body"), whose)
    frame = conform(texts.with_columns(frame["body"]), table)
    write_atomically(
        path,
        lambda temporary: write_parquet(frame, temporary, row_group_size=PAGES_AT_A_TIME),
    )


def _end_journals(lake: Lake, account_id: str, whose: Whose) -> list[str]:
    """Store unfinished attempts of others that name the account, so that they can be cut."""
    notes: list[str] = []
    for month in months_of(lake):
        for folder in account_folders(lake, None, month):
            if folder.name == account_id or not _named_in(folder, whose):
                continue
            notes += seal_unfinished(lake, month, [folder.name])
            for path in _named_in(folder, whose):
                path.unlink()
                notes.append(
                    f"{folder.name} of {month:%Y-%m}: an unfinished attempt that names the "
                    "account and can't be used was removed."
                )
    return notes


def _named_in(folder: Path, whose: Whose) -> list[Path]:
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    found = whose.finder.in_bytes([path.read_bytes() for path in paths])
    return [paths[place] for place in found]
