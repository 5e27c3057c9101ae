"""Harlequin on a terminal of its own: it shows the release's tables, answers, and goes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from sz_assets.storage import Home
from sz_assets_tests.clients.client_environments import answer_of

pytestmark = pytest.mark.slow


def test_harlequin_shows_the_tables_and_answers_a_typed_query(
    published_home: Home, readable_folder: Path
) -> None:
    path = readable_folder / "warehouse.duckdb"
    path.write_bytes((published_home.current / "warehouse.duckdb").read_bytes())
    path.chmod(0o444)
    own = readable_folder / "home"
    own.mkdir()
    own.chmod(0o777)
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        [(likes,)] = connection.execute("select sum(like_count) from fct_video_month").fetchall()
    query = "select sum(like_count) * 7 from fct_video_month"
    seen = answer_of("harlequin", "client_harlequin.py", path, query, likes * 7, own)
    for table in ("account_engagement", "dim_account", "fct_video_month"):
        assert table in seen["catalogue"]
    assert "Query Results (1 Record" in seen["result"]
    assert str(likes * 7) in seen["result"]
    assert seen["exit_code"] == 0
    assert sorted(entry.name for entry in readable_folder.iterdir()) == ["home", "warehouse.duckdb"]
