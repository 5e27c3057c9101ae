"""A release through duckdb-sqlalchemy: reflection, comments, the ORM's core, pools."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import comment_of
from sz_assets.contracts.sql import DUCKDB_TYPES
from sz_assets.storage import Home
from sz_assets_tests.clients.client_environments import answer_of

pytestmark = pytest.mark.slow
# SQLAlchemy's words for the types of the contracts.
TYPES = {"TIMESTAMP": "TIMESTAMP WITHOUT TIME ZONE"}


@pytest.fixture(scope="module")
def published(published_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like `published` with two releases, of which the second has other fields."""
    folder = tmp_path_factory.mktemp("sqlalchemy")
    for name in ("first", "second"):
        path = folder / "releases" / name / "warehouse.duckdb"
        path.parent.mkdir(parents=True)
        shutil.copyfile(published_home.current / "warehouse.duckdb", path)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("update dim_account set field = 'changed'")
    (folder / "current").symlink_to("releases/first")
    return folder


@pytest.fixture(scope="module")
def seen(published: Path) -> Any:
    return answer_of("duckdb-1-5", "client_sqlalchemy.py", published, "second")


def test_tables_columns_types_and_comments_are_reflected(seen: Any) -> None:
    assert set(seen["tables"]) == {table.name for table in PUBLISHED_TABLES}
    for table in PUBLISHED_TABLES:
        found = seen["tables"][table.name]
        assert found["comment"].startswith("Simulated data")
        assert found["comment"].endswith(comment_of(table))
        assert found["columns"] == [
            [
                column.name,
                TYPES.get(DUCKDB_TYPES[column.type], DUCKDB_TYPES[column.type]),
                column.nullable,
                comment_of(column),
            ]
            for column in table.columns
        ]


def test_reflected_tables_answer_as_sql_does(published: Path, seen: Any) -> None:
    path = published / "releases" / "first" / "warehouse.duckdb"
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        rows = connection.execute(
            "select name_zh, count(*), sum(like_count) from dim_account "
            "join fct_video_month using (account_id) where is_in_sample group by all order by all"
        ).fetchall()
    assert len(rows) == 13
    assert [tuple(row) for row in seen["answer"]] == rows


def test_nobody_writes_through_it(seen: Any) -> None:
    assert "read-only" in seen["refused"]


def test_a_pool_keeps_the_old_release_and_no_pool_sees_the_new_one(seen: Any) -> None:
    first = seen["before"][0]
    assert first != "changed"
    assert seen["before"] == [first, first]
    assert seen["after"] == ["changed", first]
    assert seen["disposed"] == "changed"
