"""The home folder: where everything lies, how it is written, and who may write.

Here: the only builder of paths, and locks. Not here: how a file is written (`disk`), or what a
table contains (`contracts`) or means (`core`).

    SZ_HOME/
      lake/<layer>/<table>/crawl_month=YYYY-MM-01/…parquet   plain hive-partitioned Parquet
      lake/raw/_journal/crawl_month=YYYY-MM-01/…             attempts that can be gone on with
      lake/raw/_retired|_erased/crawl_month=YYYY-MM-01.json  answers that were removed or changed
      warehouse/warehouse.duckdb                             the working database of dbt
      artifacts/charts|report/crawl_month=…/                 charts and report pages
      published/releases/<run id>/, published/current ->     what readers open
      kept/                                                  what was made of which inputs
      dagster/                                               Dagster's own home
      requests/                                              requests per host and day
      coding/codebooks|samples|codes|models|answers/         what people and machines code
      exports/<sample id>-<format>/                          what coders are given
      locks/
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.disk import refusal, write_atomically, write_bytes, write_parquet
from sz_assets.errors import UserError
from sz_assets.locks import hold

_MONTH_PREFIX = "crawl_month="
# Pages in a row group of a raw table, which is what a reader of bodies has in memory.
PAGES_AT_A_TIME = 64


@dataclass(frozen=True)
class Home:
    """All paths under `SZ_HOME`."""

    root: Path

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def dbt_target(self) -> Path:
        return self.root / "warehouse" / "dbt"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def releases(self) -> Path:
        return self.published / "releases"

    @property
    def current(self) -> Path:
        return self.published / "current"

    @property
    def charts(self) -> Path:
        return self.root / "artifacts" / "charts"

    def charts_of(self, crawl_month: date) -> Path:
        return self.charts / f"{_MONTH_PREFIX}{crawl_month}"

    def report_of(self, crawl_month: date) -> Path:
        return self.root / "artifacts" / "report" / f"{_MONTH_PREFIX}{crawl_month}" / "report.html"

    def reports(self) -> dict[date, Path]:
        """The report pages by crawl month."""
        found = (self.root / "artifacts" / "report").glob(f"{_MONTH_PREFIX}*/report.html")
        return {
            date.fromisoformat(path.parent.name.removeprefix(_MONTH_PREFIX)): path
            for path in sorted(found)
        }

    @property
    def kept(self) -> Path:
        return self.root / "kept"

    @property
    def request_counts(self) -> Path:
        return self.root / "requests"

    @property
    def coding(self) -> Path:
        return self.root / "coding"

    @property
    def coding_models(self) -> Path:
        return self.coding / "models"

    @property
    def coding_answers(self) -> Path:
        return self.coding / "answers"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    def prepare(self) -> None:
        """Create the folder and make sure that it can be written; UserError if not."""
        probe = self.root / f".probe.{os.getpid()}"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise refusal(error, self.root) from error

    def claim_for(self, study_id: str) -> None:
        """Bind the home to one study; UserError if it already holds another's data."""
        self.refuse_other_study(study_id)
        owner = self.lake / "study.json"
        if not owner.exists():
            write_bytes(owner, json.dumps({"study": study_id}).encode())

    def refuse_other_study(self, study_id: str) -> None:
        """UserError if the home holds the data of another study."""
        owner = self.lake / "study.json"
        stored = json.loads(owner.read_text())["study"] if owner.exists() else study_id
        if stored != study_id:
            raise UserError(
                f"{self.root} holds the study {stored!r}, not {study_id!r}: set SZ_HOME to "
                "another folder, one for each study."
            )

    def lock(self, name: str, owner: str) -> AbstractContextManager[None]:
        """Hold an operating-system lock; UserError at once if another process holds it.

        The lock ends with the process, however that ends, so a killed run leaves none behind.
        """
        return hold(
            self.root / "locks" / f"{name}.lock",
            owner,
            f"Another run is using {self.root} ({{}}): wait until it has ended, or set SZ_HOME to "
            "another folder.",
        )


@dataclass(frozen=True)
class Lake:
    """Tables as Parquet files, one folder per crawl month.

    A raw table holds one file per account and attempt, which is never written again; every
    other table holds one file per month, which a new run replaces.
    """

    root: Path

    def _folder(self, table: Table, crawl_month: date) -> Path:
        return self.root / table.layer / table.name / f"{_MONTH_PREFIX}{crawl_month}"

    def path(self, table: Table, crawl_month: date) -> Path:
        return self._folder(table, crawl_month) / "part.parquet"

    def attempt_path(
        self, table: Table, crawl_month: date, account_id: str, attempt_id: str
    ) -> Path:
        return self._folder(table, crawl_month) / account_id / f"{attempt_id}.parquet"

    def raw_folders(self, crawl_month: date) -> list[Path]:
        """The month's folders in the raw layer, with journals, where there are any."""
        return sorted((self.root / "raw").glob(f"*/{_MONTH_PREFIX}{crawl_month}"))

    def month_records(self, kind: str) -> dict[date, Path]:
        """What is on record, by month, of answers that are not as they came (`month_record`)."""
        found = (self.root / "raw" / f"_{kind}").glob(f"{_MONTH_PREFIX}*.json")
        return {
            date.fromisoformat(path.stem.removeprefix(_MONTH_PREFIX)): path
            for path in sorted(found)
        }

    def month_record(self, kind: str, crawl_month: date) -> Path:
        """The record of a month: `retired` because of its age, or changed when one was `erased`."""
        return self.root / "raw" / f"_{kind}" / f"{_MONTH_PREFIX}{crawl_month}.json"

    def is_retired(self, crawl_month: date) -> bool:
        """Whether the month's answers were removed: what was made of them stays as it is."""
        return self.month_record("retired", crawl_month).exists()

    def _journal_folder(self, crawl_month: date) -> Path:
        return self.root / "raw" / "_journal" / f"{_MONTH_PREFIX}{crawl_month}"

    def journal_path(self, crawl_month: date, account_id: str, attempt_id: str) -> Path:
        return self._journal_folder(crawl_month) / account_id / f"{attempt_id}.journal"

    def journals(self, crawl_month: date, account_id: str) -> list[Path]:
        """Journals of the account's attempts that can be gone on with, oldest first."""
        return sorted((self._journal_folder(crawl_month) / account_id).glob("*.journal"))

    def lock_account(self, crawl_month: date, account_id: str) -> AbstractContextManager[None]:
        """Hold the account's month; UserError at once if another process is crawling it."""
        return hold(
            self._journal_folder(crawl_month) / f"{account_id}.lock",
            f"process {os.getpid()}",
            f"{account_id} of {crawl_month:%Y-%m} is being crawled into {self.root} already "
            "({}): wait until that has ended, then run the same command again.",
        )

    def months(self, table: Table) -> list[date]:
        """Crawl months of which the table has something stored, ascending."""
        folder = self.root / table.layer / table.name
        return sorted(
            date.fromisoformat(path.name.removeprefix(_MONTH_PREFIX))
            for path in folder.glob(f"{_MONTH_PREFIX}*")
            if any(path.rglob("*.parquet"))
        )

    def write(self, table: Table, crawl_month: date, frame: pl.DataFrame) -> Path:
        """Check the frame against its contract and replace the month's file."""
        frame = conform(frame, table)
        if frame.height and set(frame["crawl_month"]) != {crawl_month}:
            raise ValueError(f"{table.name}: rows of another month than {crawl_month}")
        # The month stands in the path, as every reader of hive partitions expects.
        stored = frame.drop("crawl_month")
        return write_atomically(
            self.path(table, crawl_month),
            lambda temporary: write_parquet(stored, temporary),
        )

    def read(self, table: Table, crawl_month: date) -> pl.DataFrame:
        """The month's rows; UserError if the month was never written."""
        path = self.path(table, crawl_month)
        if not path.exists():
            raise UserError(
                f"{table.layer}/{table.name} has no month {crawl_month:%Y-%m}: "
                f"run sz-assets run --month {crawl_month:%Y-%m}."
            )
        return (
            pl.read_parquet(path, hive_partitioning=False, glob=False)
            .with_columns(pl.lit(crawl_month).alias("crawl_month"))
            .select(table.column_names)
        )

    def write_attempt(self, table: Table, frame: pl.DataFrame) -> Path:
        """Store one attempt at one account; it must not exist yet."""
        frame = conform(frame, table)
        path = self.attempt_path(
            table, *frame.select("crawl_month", "account_id", "attempt_id").row(0)
        )
        if path.exists():
            raise ValueError(f"{path} is stored already: stored pages are never changed")
        # Small row groups keep a reader's memory bounded by pages, not by the attempt.
        return write_atomically(
            path,
            lambda temporary: write_parquet(frame, temporary, row_group_size=PAGES_AT_A_TIME),
        )

    def accounts(self, table: Table, crawl_month: date) -> list[str]:
        """Ids of the accounts of which a raw table has an attempt in that month."""
        return sorted(
            folder.name for folder in self._folder(table, crawl_month).glob("*") if folder.is_dir()
        )

    def attempts(self, table: Table, crawl_month: date, account_id: str) -> list[Path]:
        """Files of the account's attempts in that month, oldest first."""
        return sorted((self._folder(table, crawl_month) / account_id).glob("[!.]*.parquet"))

    def read_attempts(
        self, table: Table, paths: Sequence[Path], *, with_bodies: bool = True
    ) -> pl.DataFrame:
        """The rows of these attempts, with or without the column `body`."""
        columns = [name for name in table.column_names if with_bodies or name != "body"]
        if not paths:
            return pl.DataFrame(schema=polars_schema(table)).select(columns)
        return pl.concat(
            pl.read_parquet(path, columns=columns, hive_partitioning=False, glob=False)
            for path in paths
        )

    def read_batches(self, table: Table, path: Path) -> Iterator[pl.DataFrame]:
        """The rows of one attempt with their bodies, one row group at a time, in order."""
        stored = pl.scan_parquet(path, hive_partitioning=False, glob=False)
        count = stored.select(pl.len()).collect().item()
        for start in range(0, count, PAGES_AT_A_TIME):
            yield stored.select(table.column_names).slice(start, PAGES_AT_A_TIME).collect()
