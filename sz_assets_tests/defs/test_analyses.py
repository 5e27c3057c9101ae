"""An analysis is computed once of the same: again only if what it reads, or its table, is other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import polars_schema
from sz_assets.defs.analyses import ANALYSES, TABLES, Analysis, Done, Task, carry_out
from sz_assets.defs.assets import analysis as assets
from sz_assets.defs.months import month_partitions
from sz_assets.defs.resources import LakeTables
from sz_assets.kept import Kept
from sz_assets.storage import Home, Lake
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
[PLAN] = [each for each in ANALYSES if each.table == "lorenz_curve"]


class Rows:
    """Tables without rows, but for months of `engagement_summary` where they are asked for."""

    def __init__(self, rows: int = 0) -> None:
        self.count = rows

    def opened(self) -> Any:
        return nullcontext()

    def rows(self, table: Table, month: date) -> pl.DataFrame:
        schema = polars_schema(table)
        count = self.count if table.name == "engagement_summary" else 0
        return pl.DataFrame({name: [None] * count for name in schema}, schema=schema)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    computed: list[date] = []

    def compute(data: Any) -> pl.DataFrame:
        computed.append(data.crawl_month)
        return pl.DataFrame(schema=polars_schema(TABLES[PLAN.table]))

    monkeypatch.setattr(Analysis, "load", lambda self: compute)
    return computed


def test_the_same_is_not_computed_again(tmp_path: Path, computed: list[date]) -> None:
    stored = tmp_path / "part.parquet"
    given: dict[str, Any] = {"study": None, "marts": Rows(), "lake": Rows()}
    task = Task(analysis=PLAN, month=MONTH, study_digest="s", kept=tmp_path / "kept", **given)

    def run(task: Task, run_id: str) -> str | None:
        done = carry_out(task)
        if done.frame is not None:
            stored.write_bytes(run_id.encode())
            Kept(task.kept).remember(task.record, done.made_of, [stored], run_id)
        return done.made_by

    assert [run(task, "one"), run(task, "two")] == [None, "one"]
    assert len(computed) == 1
    for other in (
        replace(task, study_digest="another"),
        replace(task, marts=Rows(1)),  # type: ignore[arg-type]
        replace(task, analysis=replace(PLAN, function="another:function")),
    ):
        assert run(other, "three") is None
        assert run(other, "four") == "three"
    stored.write_bytes(b"changed by hand")
    assert run(other, "five") is None
    assert len(computed) == 5


def test_a_failure_names_table_month_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(data: Any) -> pl.DataFrame:
        raise ValueError("no such thing")

    monkeypatch.setattr(Analysis, "load", lambda self: fail)
    given: dict[str, Any] = {"study": None, "marts": Rows(), "lake": Rows()}
    task = Task(analysis=PLAN, month=MONTH, study_digest="s", kept=tmp_path / "kept", **given)
    failure = carry_out(task).failure
    assert failure is not None
    assert failure.startswith("lorenz_curve of 2023-10 failed: Traceback")
    assert "in fail\n" in failure
    assert failure.endswith("ValueError: no such thing\n")


def test_one_failure_leaves_the_other_tables_of_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_but_one(tasks: Sequence[Task]) -> list[Done]:
        return [
            Done("made of", failure="it failed")
            if task.analysis is PLAN
            else Done("made of", pl.DataFrame(schema=polars_schema(TABLES[task.analysis.table])))
            for task in tasks
        ]

    monkeypatch.setattr(assets, "carry_out_all", all_but_one)
    study, home = shenzhen(), Home(tmp_path)
    first, *_ = assets.analysis_assets(month_partitions(study))
    resources: dict[str, Any] = {"home": home, "study": study, "marts": Rows()}
    result = dg.materialize(
        [first],
        partition_key="2023-10",
        resources={**resources, "lake": LakeTables(Lake(home.lake))},
        raise_on_error=False,
    )
    assert not result.success
    [failure] = result.filter_events(lambda event: event.is_step_failure)
    assert "it failed" in str(failure.event_specific_data)
    made = {
        event.asset_key.path[-1]
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert made == {each.table for each in ANALYSES} - {PLAN.table, *assets._LATER}
    assert not Lake(home.lake).path(TABLES[PLAN.table], MONTH).exists()
