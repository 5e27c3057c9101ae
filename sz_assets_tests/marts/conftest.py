"""A small random lake, and dbt run on it in this process.

The catalogue is seeded, so every run sees the same rows. It holds what the marts must get right:
ties, missing and falling counters, photo posts, co-authored and vanishing videos, an account that
is not eligible, one with few videos, a missing month and months of another origin.

Longer than 300 lines: the catalogue and dbt's run on it are one thing to every test here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from sz_assets.contracts.core import ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS
from sz_assets.contracts.marts import ENGAGEMENT_TABLES
from sz_assets.contracts.validate import polars_schema
from sz_assets.storage import Lake

PROJECT = Path(__file__).parents[2] / "dbt_project"
MONTHS = (date(2023, 3, 1), date(2023, 5, 1), date(2023, 6, 1), date(2023, 10, 1))
TOP = 12
ACCOUNTS_OF_TEST = {"traffic": 30, "news": 25, "health": 7, "tiny": 20, "silent": 0}
NOT_ELIGIBLE = ("tiny",)
CATEGORIES = [("main", "citizen_entity"), ("main", "construction_entity"), ("cultural", "ethnic")]
METHODS = ("cue_words:1", "human", "adjudicated", "machine:1")


def _origin(account_id: str, month: date) -> str:
    """Most months are simulated; `news` has imports beside, which growth must not mix."""
    is_import = account_id == "news" and month in (date(2023, 3, 1), date(2023, 6, 1))
    return "import:douyin" if is_import else "simulated"


def _coverage_verdict(account_id: str, month: date) -> str:
    return (
        "truncated" if (account_id, month.month) in {("traffic", 6), ("silent", 5)} else "complete"
    )


def _video_rows(month: date) -> list[dict[str, Any]]:
    """The month's videos: a catalogue drawn once, with counters that grow month by month."""
    catalogue = np.random.default_rng(7)
    monthly = np.random.default_rng(month.toordinal())
    observed_at = datetime(month.year, month.month, 28, 4)
    rows = []
    for account_id, size in ACCOUNTS_OF_TEST.items():
        for number in range(size):
            minutes = int(catalogue.integers(0, 6 * 365 * 24 * 60))
            published_at = datetime(2017, 6, 1) + timedelta(minutes=minutes // 1000 * 1000)
            base = int(10 ** catalogue.uniform(0, 5.5))
            is_photo = bool(catalogue.random() < 0.15)
            duration = round(float(10 ** catalogue.uniform(-0.3, 2.8)), 3)
            drawn = monthly.random(6)
            # Drawn before the row may be left out, so that one video never shifts the others.
            if published_at > observed_at or drawn[0] < 0.1:
                continue
            # Every seventh falls.
            grown = base * (month.month if number % 7 != 1 else 13 - month.month) // 10
            local = published_at + timedelta(hours=8)
            counters = {
                "like_count": grown // 7 * 7 if number % 3 else 700,
                "favorite_count": grown // 100,
                "share_count": 10 ** ((number + month.month) % 5),
                "comment_count": 0,
            }
            for name, draw in zip(counters, drawn[1:5], strict=True):
                if draw < 0.08:
                    counters[name] = None  # type: ignore[assignment]
            rows.append(
                {
                    "crawl_month": month,
                    "account_id": account_id,
                    # `news` and `traffic` share a few videos: co-authored ones.
                    "video_id": f"shared{number}" if number < 3 else f"{account_id}{number}",
                    "author_platform_uid": None,
                    "observed_at": observed_at + timedelta(seconds=number),
                    "published_at": published_at,
                    "published_year": local.year,
                    "published_month": local.date().replace(day=1),
                    "weekday": local.isoweekday(),
                    "hour": local.hour,
                    "title": f"标题 '{number}' %",
                    "hashtags": ["深圳"] if number % 2 else None,
                    "media_type": "photo" if is_photo else "video",
                    "duration_seconds": None if is_photo else duration,
                    **counters,
                    "play_count": None,
                    "is_pinned": number == 4,
                    "url": None,
                    "raw_page_sha256": "0" * 64,
                    "page_number": 1,
                    "raw_item_index": number,
                    "data_origin": _origin(account_id, month),
                }
            )
    return rows


def _account_row(account_id: str, month: date) -> dict[str, Any]:
    return dict.fromkeys(ACCOUNTS.column_names) | {
        "crawl_month": month,
        "account_id": account_id,
        "platform": "douyin",
        "platform_account_id": account_id.upper(),
        "name_zh": "深圳",
        "name_en": f"{account_id} in {month}",
        "is_eligible": account_id not in NOT_ELIGIBLE,
        "eligibility_reason": "for the test",
        "follower_count": month.month * 1000,
        "data_origin": _origin(account_id, month),
    }


def _coverage_row(account_id: str, month: date, video_count: int) -> dict[str, Any]:
    zeros = ("request_count", "page_count", "duplicate_count", "rejected_count")
    return (
        dict.fromkeys(CRAWL_COVERAGE.column_names)
        | dict.fromkeys(zeros, 0)
        | dict.fromkeys(("item_count", "video_count"), video_count)
        | {
            "crawl_month": month,
            "account_id": account_id,
            "coverage_verdict": _coverage_verdict(account_id, month),
            "coverage_reason": "for the test",
            "data_origin": _origin(account_id, month),
        }
    )


def _write_month(
    lake: Lake, month: date, keep: Callable[[dict[str, Any]], bool] = lambda row: True
) -> None:
    """Store the month's core tables; `keep` chooses among the rows of all of them."""
    videos = [row for row in _video_rows(month) if keep(row)]
    codes = [
        {
            "crawl_month": month,
            "account_id": row["account_id"],
            "video_id": row["video_id"],
            "primary_category": None if index % 7 == 0 else CATEGORIES[index % 3][0],
            "secondary_category": None if index % 7 == 0 else CATEGORIES[index % 3][1],
            "secondary_categories": [] if index % 7 == 0 else [CATEGORIES[index % 3][1]],
            "coding_method": METHODS[index % 4],
            "coding_confidence": 0.75 if METHODS[index % 4] == "machine:1" else None,
            "codebook_version": "test",
            "matched_cues": [],
        }
        for index, row in enumerate(videos)
    ]
    accounts = [row for name in ACCOUNTS_OF_TEST if keep(row := _account_row(name, month))]
    coverage = [
        _coverage_row(
            account["account_id"],
            month,
            sum(video["account_id"] == account["account_id"] for video in videos),
        )
        for account in accounts
    ]
    for table, rows in (
        (ACCOUNTS, accounts),
        (VIDEOS, videos),
        (VIDEO_CODES, codes),
        (CRAWL_COVERAGE, coverage),
    ):
        lake.write(table, month, pl.DataFrame(rows, schema=polars_schema(table), orient="row"))


@dataclass(frozen=True)
class Dbt:
    """dbt in this process on a project that was parsed once."""

    manifest: Any
    target: Path
    top: int = TOP

    def invoke(
        self, command: Sequence[str], lake: Lake, warehouse: Path, months: Sequence[date] = ()
    ) -> dict[str, str]:
        """Run one command for these months (all, if none); node name → status."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.adapters.factory import reset_adapters
        from dbt.cli.main import dbtRunner

        # The file's name is part of the parsed manifest.
        assert warehouse.name == "warehouse.duckdb"
        environment = {
            "SZ_LAKE_PATH": str(lake.root),
            "SZ_WAREHOUSE_PATH": str(warehouse),
            "SZ_CRAWL_MONTHS": ",".join(str(month) for month in months),
            "SZ_SAMPLE_TOP": str(self.top),
        }
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        # A compiled manifest remembers the SQL of ephemeral models, months included.
        manifest = self.manifest.deepcopy()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                result = dbtRunner(manifest=manifest).invoke(
                    [
                        *command,
                        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                        *("--target-path", str(self.target), "--log-path", str(self.target)),
                        *("--log-level", "none", "--log-level-file", "none"),
                    ]
                )
            finally:
                DuckDBConnectionManager.close_all_connections()
                reset_adapters()
        if result.exception:
            raise result.exception
        return {node.node.name: str(node.status) for node in result.result}

    def build(self, lake: Lake, warehouse: Path, months: Sequence[date] = ()) -> dict[str, str]:
        """Build and test all marts, as a monthly run does."""
        return self.invoke(
            ["build", "--exclude-resource-type", "unit_test", "exposure"], lake, warehouse, months
        )


def _read_marts(warehouse: Path) -> dict[str, pl.DataFrame]:
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        return {
            table.name: connection.sql(f"select * from {table.name}").pl().sort(table.key)
            for table in ENGAGEMENT_TABLES
        }


def _differing_marts(one: Path, other: Path) -> list[str]:
    others = _read_marts(other)
    return [name for name, mart in _read_marts(one).items() if not mart.equals(others[name])]


@pytest.fixture(scope="session")
def months() -> tuple[date, ...]:
    return MONTHS


@pytest.fixture(scope="session")
def write_month() -> Callable[..., None]:
    return _write_month


@pytest.fixture(scope="session")
def read_marts() -> Callable[[Path], dict[str, pl.DataFrame]]:
    """Every mart of a warehouse, sorted by its key."""
    return _read_marts


@pytest.fixture(scope="session")
def differing_marts() -> Callable[[Path, Path], list[str]]:
    """Names of the marts that are not equal to the last bit in two warehouses."""
    return _differing_marts


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """The project, parsed."""
    from dbt.cli.main import dbtRunner

    target = tmp_path_factory.mktemp("dbt")
    result = dbtRunner().invoke(
        [
            "parse",
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(target), "--log-path", str(target), "--log-level", "none"),
        ]
    )
    if result.exception:
        raise result.exception
    return Dbt(result.result, target)


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Four months of five accounts; its folder's name holds what could pass for a pattern."""
    lake = Lake(tmp_path_factory.mktemp("home") / "lake [1]'s")
    for month in MONTHS:
        _write_month(lake, month)
    return lake


@pytest.fixture(scope="session")
def built(dbt: Dbt, lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with all months, built and tested in one run."""
    warehouse = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    assert set(dbt.build(lake, warehouse).values()) == {"success", "pass"}
    return warehouse


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Path:
    """A copy of the built warehouse that a test may change."""
    return Path(shutil.copy(built, tmp_path / "warehouse.duckdb"))
