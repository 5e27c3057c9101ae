"""A month of a small study, and a store with a sample of it for two coders."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import polars as pl
import pytest

from sz_assets.coding.export import Exported, export_new_sample
from sz_assets.coding.importing import Imported, import_codes
from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import VIDEOS
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.sampling import SamplePlan
from sz_assets.study import Study
from sz_assets_tests.bundled import shenzhen

# Test folders are no packages: this makes `stub_model_server` importable.
sys.path.insert(0, str(Path(__file__).parent))

MONTH = date(2023, 10, 1)
NOW = datetime(2023, 11, 2, 8, 0)
CODERS = ("anna", "博文")


def month_of_videos(study: Study, per_account: int = 20) -> pl.DataFrame:
    """Videos of the study's first three accounts; only what coding reads is filled with sense."""
    words = ["救援", "特警", "公园", "博物馆", "市长", "没有"]
    rows = [
        {
            "crawl_month": MONTH,
            "account_id": account.id,
            "video_id": f"7{n:018d}",
            "title": f"=1+1 {words[n % len(words)]} {n}\n#深圳",
            "url": f"https://www.douyin.com/video/7{n:018d}",
        }
        for account in study.accounts[:3]
        for n in range(per_account)
    ]
    schema = polars_schema(VIDEOS)
    return pl.DataFrame(rows, schema={name: schema[name] for name in rows[0]}).with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in rows[0]
    )


class Coding(NamedTuple):
    """What a test works with: `study` has the accounts, `exported` the first sample."""

    study: Study
    store: CodingStore
    exported: Exported
    folder: Path

    @property
    def tasks(self) -> pl.DataFrame:
        return self.store.sample_tasks(self.exported.sample.sample_id)

    def tasks_of(self, coder: str, *, reliability: bool | None = None) -> list[str]:
        """Task ids of the coder, in the order of the store."""
        own = self.tasks.filter(pl.col("coder_ids").list.contains(coder))
        if reliability is not None:
            own = own.filter(pl.col("is_reliability") == reliability)
        return [
            f"{account}:{video}" for account, video in own.select("account_id", "video_id").rows()
        ]

    def sheet(self, name: str, rows: Sequence[dict[str, str]]) -> Path:
        """A CSV of these rows."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = list(
            dict.fromkeys(["task_id", "category", "coder_id", *(k for r in rows for k in r)])
        )
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def take(self, *paths: Path, **options: Any) -> Imported:
        """Import these CSV sheets."""
        values = {"format": "csv", "imported_at": NOW} | options
        return import_codes(self.store, self.study, paths, **values)

    def coded(self, coder: str, categories: dict[str, str], name: str = "codes.csv") -> Imported:
        """Import one category for each of these tasks."""
        return self.take(
            self.sheet(
                name,
                [
                    {"task_id": task, "category": category, "coder_id": coder}
                    for task, category in categories.items()
                ],
            )
        )


@pytest.fixture
def study() -> Study:
    return shenzhen()


@pytest.fixture
def changed_codebook() -> Callable[..., Study]:
    """A study whose codebook has one field of one category changed."""

    def change(study: Study, category_id: str, **fields: Any) -> Study:
        book = msgspec.structs.replace(
            study.codebook,
            primary=tuple(
                msgspec.structs.replace(
                    primary,
                    secondary=tuple(
                        msgspec.structs.replace(one, **fields) if one.id == category_id else one
                        for one in primary.secondary
                    ),
                )
                for primary in study.codebook.primary
            ),
        )
        return msgspec.structs.replace(study, codebook=book)

    return change


@pytest.fixture
def videos(study: Study) -> pl.DataFrame:
    return month_of_videos(study)


@pytest.fixture
def coding(tmp_path: Path, study: Study, videos: pl.DataFrame) -> Coding:
    store = CodingStore(tmp_path / "home" / "coding")
    exported = export_new_sample(
        store,
        study,
        SamplePlan(size=24, coder_ids=CODERS, reliability_size=8, minimum_per_category=2),
        videos,
        code_videos(videos, study.codebook),
        population="all",
        format="csv",
        folder=tmp_path / "out",
        created_at=NOW,
    )
    return Coding(study, store, exported, tmp_path / "back")
