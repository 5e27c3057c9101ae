"""Stored pages made by hand, and the real answers where they are at hand."""

from __future__ import annotations

import hashlib
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

OBSERVED_AT = datetime(2024, 3, 31, 15, 59, 59)

# Benchmarks lie beside the package: their pages are read here too.
sys.path.insert(0, str(Path(__file__).parents[2]))


def rows(*bodies: bytes, account_id: str = "one", origin: str = "import:douyin") -> pl.DataFrame:
    """Rows of a raw table, with the columns that decoding reads."""
    return pl.DataFrame(
        [
            {
                "account_id": account_id,
                "platform": "douyin",
                "outcome": "ok",
                "page_number": number,
                "received_at": OBSERVED_AT,
                "body_sha256": hashlib.sha256(body).hexdigest(),
                "body": body,
                "data_origin": origin,
            }
            for number, body in enumerate(bodies, start=1)
        ],
        schema_overrides={"received_at": pl.Datetime("us"), "page_number": pl.Int64},
    )


@pytest.fixture
def kit() -> Any:
    return SimpleNamespace(rows=rows, observed_at=OBSERVED_AT)
