"""The page about other programs: its Python runs, and the tests that it names exist."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sz_assets.publish.release import publish
from sz_assets.storage import Home
from sz_assets_tests.bundled import shenzhen

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "bi.md"
CLIENTS = ("Python", "SQLAlchemy", "harlequin", "Superset", "DuckDB", "DBeaver", "Metabase",
           "Power BI", "Excel", "R")  # fmt: skip


def blocks() -> list[str]:
    found: list[str] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return found


def test_the_python_of_the_page_runs(october_copy: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made = publish(october_copy, shenzhen(), "page", datetime(2026, 11, 24, tzinfo=UTC))
    monkeypatch.setenv("SZ_HOME", str(october_copy.root))
    names: dict[str, Any] = {}
    assert len(blocks()) == 3
    for number, block in enumerate(blocks(), 1):
        exec(compile(block, f"{PAGE.name}, block {number}", "exec"), names)
        if number > 1:
            assert names["accounts"].shape[0] == made.row_counts["dim_account"]
            assert names["months"].shape[0] == made.row_counts["fct_account_month"]
    assert len(names["likes"]) == 13
    assert all(likes > 0 for *_, likes in names["likes"])
    assert all(comment for _, comment in names["comments"])


def test_every_client_is_marked_and_every_test_named_is_there() -> None:
    page = PAGE.read_text("utf-8")
    table = page.split("## Clients")[1].split("## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:2] == "| "]
    states = {row[0]: row[-1] for row in rows[1:]}
    assert all(
        state.startswith(("tested: ", "tested by hand: ", "untested")) for state in states.values()
    )
    for client in CLIENTS:
        assert any(client in name for name in states)
    named = re.findall(r"`([a-z/_]+\.py)`", page)
    assert len(set(named)) >= 4
    assert not [name for name in named if not (ROOT / "sz_assets_tests" / name).is_file()]
