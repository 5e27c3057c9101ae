"""A small month of coded videos as an analysis is given it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec
import polars as pl

from sz_assets.contracts.coding import CODING_TASKS, HUMAN_CODES, MACHINE_CODES
from sz_assets.contracts.marts import ENGAGEMENT_TABLES, FCT_VIDEO_MONTH
from sz_assets.contracts.table import Table, Type
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.study import Study
from sz_assets_tests.bundled import shenzhen

MONTH, EARLIER = date(2023, 10, 1), date(2023, 9, 1)
STUDY = shenzhen()
SUMMARY = next(table for table in ENGAGEMENT_TABLES if table.name == "engagement_summary")
_FILLERS: dict[Type, Any] = {
    Type.TEXT: "x",
    Type.INTEGER: 1,
    Type.FLOAT: 1.0,
    Type.BOOLEAN: False,
    Type.DATE: MONTH,
    Type.TIMESTAMP: datetime(2023, 10, 31, 4),
    Type.TEXT_LIST: [],
}


def frame(table: Table, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows that keep the contract: what a row does not say is null, or else a filler."""
    filled = [
        {c.name: row.get(c.name, None if c.nullable else _FILLERS[c.type]) for c in table.columns}
        for row in rows
    ]
    return conform(pl.DataFrame(filled, schema=polars_schema(table), orient="row"), table)


def video(number: int, **said: Any) -> dict[str, Any]:
    return {
        "account_id": "one",
        "video_id": f"{number:05d}",
        "is_in_sample": True,
        "coding_method": "cue_words:1",
        **said,
    }


def human(number: int, coder: str, *categories: str, **said: Any) -> dict[str, Any]:
    return {
        "account_id": "one",
        "video_id": f"{number:05d}",
        "coder_id": coder,
        "code_round": "independent",
        "secondary_categories": list(categories),
        "is_usable": True,
        "is_current_codebook": True,
        **said,
    }


def task(number: int, **said: Any) -> dict[str, Any]:
    return {
        "account_id": "one",
        "video_id": f"{number:05d}",
        "sample_id": "s1",
        "sample_population": "all",
        "inclusion_probability": 0.5,
        "evaluate_share_ratio": 0.5,
        "part": "evaluate",
        **said,
    }


def month_of(
    videos: Sequence[dict[str, Any]],
    machine: Sequence[dict[str, Any]] = (),
    codes: Sequence[dict[str, Any]] = (),
    tasks: Sequence[dict[str, Any]] = (),
    codes_per_video: Literal["one", "several"] = "one",
    minimum: int = 30,
) -> MonthData:
    """`machine` has a row per video, by default without any word."""
    said = machine or [{} for _ in videos]
    study: Study = msgspec.structs.replace(
        STUDY,
        codebook=msgspec.structs.replace(STUDY.codebook, codes_per_video=codes_per_video),
        coding=msgspec.structs.replace(STUDY.coding, minimum_human_codes=minimum),
    )
    words = [
        {"account_id": one["account_id"], "video_id": one["video_id"],
         "cue_word_method": "cue_words:1", **word}
        for one, word in zip(videos, said, strict=True)
    ]  # fmt: skip
    return MonthData(
        study=study,
        crawl_month=MONTH,
        tables={
            "fct_video_month": frame(FCT_VIDEO_MONTH, videos),
            "machine_codes": frame(MACHINE_CODES, words),
            "human_codes": frame(HUMAN_CODES, codes),
            "coding_tasks": frame(CODING_TASKS, tasks),
            "engagement_summary": frame(
                SUMMARY,
                [{"population": "all", "metric": "like_count", "incomplete_accounts": "one"}],
            ),
        },
        seed=7,
    )
