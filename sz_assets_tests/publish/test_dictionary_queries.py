"""Example queries and references, held against a release: what they promise is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import duckdb
import pytest
from small_release import build

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.references import references
from sz_assets.contracts.sql import quoted
from sz_assets.publish.queries import Query, _parsed, example_queries

QUERIES = [pytest.param(query, id=query.name) for query in example_queries()]
# In one simulated month every list is whole and nothing can have grown.
EMPTY_IN_ONE_MONTH = {"04_growth_by_account", "05_fastest_videos", "08_coverage"}


@pytest.fixture(scope="module")
def connection(october: Any) -> Iterator[Any]:
    path = october.home.current / "warehouse.duckdb"
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        yield connection


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two months with unclean text, missing values and lists that were not obtained in full."""
    path = build(tmp_path_factory.mktemp("small") / "warehouse.duckdb", ["=1'\"", "二", "x" * 9])
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        yield connection


def test_there_are_a_dozen_in_both_languages() -> None:
    queries = example_queries()
    assert len(queries) >= 12
    assert len({query.question for query in queries}) == len(queries)
    assert all(query.question.zh.endswith("？") for query in queries)
    assert all(query.question.en.endswith("?") for query in queries)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_gives_the_columns_it_promises(connection: Any, query: Query) -> None:
    answer = connection.execute(query.sql)
    assert tuple(column[0] for column in answer.description) == query.gives
    rows = answer.fetchall()
    assert bool(rows) or query.name in EMPTY_IN_ONE_MONTH


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_bears_unclean_rows(hostile: Any, query: Query) -> None:
    answer = hostile.execute(query.sql)
    assert tuple(column[0] for column in answer.description) == query.gives
    answer.fetchall()


def test_a_query_without_its_header_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x\.sql must begin with -- zh:, -- en: and -- gives:"):
        _parsed("x", "-- zh: 问？\n-- en: Why?\n\nselect 1;\n")


def test_every_reference_leads_to_a_row(connection: Any) -> None:
    dangling = []
    for table in PUBLISHED_TABLES:
        for reference in references(table):
            present = " and ".join(f"{quoted(name)} is not null" for name in reference.columns)
            columns, keys = (
                ", ".join(quoted(name) for name in names)
                for names in (reference.columns, reference.target_columns)
            )
            [(count,)] = connection.execute(
                f"select count(*) from (select {columns} from {quoted(table.name)} "
                f"where {present}) where ({columns}) not in "
                f"(select ({keys}) from {quoted(reference.target)})"
            ).fetchall()
            if count:
                dangling.append(f"{table.name}: {count} rows: {reference}")
    assert dangling == []
