"""When a build of the marts is kept, and everything that ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sz_assets.contracts.core import ACCOUNTS, VIDEOS
from sz_assets.contracts.table import Table
from sz_assets.defs import dbt
from sz_assets.defs.building import SOURCES, Built, build_marts
from sz_assets.defs.dbt import Build, Result, Task
from sz_assets.storage import Home, Lake

MONTH, BEFORE = date(2023, 10, 1), date(2023, 9, 1)
RESULT = Result("model.sz_assets.dim_account", "success", 0.25, 0, "one build")
FAILED = Result("test.sz_assets.x", "fail", 0.25, 3, "one build")


@pytest.fixture
def task(tmp_path: Path) -> Task:
    home = Home(tmp_path)
    for table in SOURCES:
        for month in (BEFORE, MONTH):
            _store(home, table, month, b"rows")
    return Task(home, (MONTH,), 200)


def _store(home: Home, table: Table, month: date, content: bytes) -> None:
    path = Lake(home.lake).path(table, month)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The builds that dbt was asked for; each leaves another database."""
    asked: list[Task] = []

    def build(task: Task) -> Build:
        asked.append(task)
        task.home.warehouse.parent.mkdir(exist_ok=True)
        task.home.warehouse.write_text(f"build {len(asked)}")
        return Build([RESULT], None)

    monkeypatch.setattr(dbt, "build", build)
    return asked


def test_the_same_again_is_kept_and_says_whose_it_is(task: Task, builds: list[Task]) -> None:
    assert build_marts(task, "first") == Built([RESULT])
    assert build_marts(task, "second") == Built([RESULT], earlier_run_id="first")
    assert build_marts(task, "third") == Built([RESULT], earlier_run_id="first")
    assert builds == [task]


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"!")


CHANGES: dict[str, Callable[[Home], None]] = {
    "the database is edited": lambda home: _edit(home.warehouse),
    "the database is gone": lambda home: home.warehouse.unlink(),
    "a killed writer left a log": lambda home: home.warehouse.with_name(
        "warehouse.duckdb.wal"
    ).write_text("x"),
    "a table of the month is another": lambda home: _store(home, VIDEOS, MONTH, b"other"),
    "accounts of an earlier month are others": lambda home: _store(home, ACCOUNTS, BEFORE, b"x"),
    "accounts of an earlier month come": lambda home: _store(
        home, ACCOUNTS, date(2023, 1, 1), b"x"
    ),
    "the record is damaged": lambda home: _edit(home.kept / "marts" / "last_build.json"),
    "the record is removed": lambda home: (home.kept / "marts" / "last_build.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_built_again_where(change: str, task: Task, builds: list[Task]) -> None:
    build_marts(task, "first")
    CHANGES[change](task.home)
    assert build_marts(task, "second").earlier_run_id is None
    assert len(builds) == 2


def test_it_is_built_again_for_other_months_samples_or_selections(
    task: Task, builds: list[Task]
) -> None:
    build_marts(task, "first")
    for other in (
        replace(task, months=(BEFORE, MONTH)),
        replace(task, sample_top=100),
        replace(task, selection=("--select", "dim_account")),
    ):
        assert build_marts(other, "next").earlier_run_id is None
    # The last build left another database than the first had.
    assert build_marts(task, "last").earlier_run_id is None
    assert len(builds) == 5


def test_it_is_built_again_for_another_project(
    task: Task, builds: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    build_marts(task, "first")
    monkeypatch.setattr(dbt, "sources_hash", lambda: "of another project")
    assert build_marts(task, "second").earlier_run_id is None
    assert len(builds) == 2


def test_earlier_months_of_what_only_the_month_is_read_of_do_not_matter(
    task: Task, builds: list[Task]
) -> None:
    build_marts(task, "first")
    _store(task.home, VIDEOS, BEFORE, b"other")
    assert build_marts(task, "second").earlier_run_id == "first"


def test_a_failed_build_is_told_and_never_kept(
    task: Task, builds: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = RuntimeError("dbt build failed: 3 rows")

    def fail(task: Task) -> Build:
        builds.append(task)
        task.home.warehouse.parent.mkdir(exist_ok=True)
        task.home.warehouse.write_text("the same")
        return Build([FAILED], failure)

    monkeypatch.setattr(dbt, "build", fail)
    for _ in range(2):
        assert build_marts(task, "any") == Built([FAILED], failure)
    assert len(builds) == 2


def test_a_missing_table_is_left_to_dbt(task: Task, builds: list[Task]) -> None:
    Lake(task.home.lake).path(VIDEOS, MONTH).unlink()
    build_marts(task, "first")
    assert builds == [task]


def test_what_the_marts_read_is_what_their_digest_is_of() -> None:
    """A build is only kept if all that it is made of is the same."""
    manifest = dbt.read_manifest()
    read = {
        manifest["sources"][unique_id]["name"]
        for node in manifest["nodes"].values()
        for unique_id in node["depends_on"]["nodes"]
        if unique_id in manifest["sources"]
    }
    assert read == {table.name for table in SOURCES}
    # Of accounts alone every month is read, and of the rest the months of the build.
    models = {path.stem: path.read_text("utf-8") for path in dbt.PROJECT.rglob("models/**/*.sql")}
    every_month = {name: text for name, text in models.items() if "every_month=" in text}
    assert set(every_month) == {"stg_accounts_of_every_month"}
    assert 'lake("accounts", every_month=true)' in every_month["stg_accounts_of_every_month"]
