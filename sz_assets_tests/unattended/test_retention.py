"""What is too old is removed, and nothing that is still needed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.test_utils import create_run_for_test

from sz_assets.contracts.core import CORE_TABLES
from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.contracts.validate import polars_schema
from sz_assets.defs import upkeep
from sz_assets.defs.instance import open_instance
from sz_assets.disk import write_bytes, write_parquet
from sz_assets.retention import all_retired, months_to_retire, retire, retired
from sz_assets.settings import Settings
from sz_assets.storage import Home, Lake
from sz_assets_tests.bundled import shenzhen

TODAY = date(2026, 12, 1)
MONTHS = [date(2024, 11, 1), date(2024, 12, 1), date(2026, 11, 1)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three months of answers, of which all are built."""
    lake = Lake(tmp_path / "lake")
    for month in MONTHS:
        for table in RAW_TABLES:
            path = lake.attempt_path(table, month, "one", "attempt")
            path.parent.mkdir(parents=True)
            write_parquet(pl.DataFrame({"body": ["x" * 100]}), path)
        write_bytes(lake.journal_path(month, "one", "left"), b"half an answer")
        for table in CORE_TABLES:
            lake.write(table, month, pl.DataFrame(schema=polars_schema(table)))
    return lake


def raw_months(lake: Lake) -> set[date]:
    return {month for table in RAW_TABLES for month in lake.months(table)}


def test_only_months_before_the_kept_ones_go(lake: Lake) -> None:
    assert months_to_retire(lake, TODAY, 24) == ([date(2024, 11, 1)], [])
    assert months_to_retire(lake, TODAY, 23) == (MONTHS[:2], [])
    assert months_to_retire(lake, TODAY, 1) == (MONTHS[:2], [])
    assert months_to_retire(lake, TODAY, 1_200) == ([], [])


def test_a_month_that_was_never_built_stays(lake: Lake) -> None:
    lake.path(CORE_TABLES[0], MONTHS[0]).unlink()
    assert months_to_retire(lake, TODAY, 23) == ([MONTHS[1]], [MONTHS[0]])


def test_its_answers_go_its_tables_stay_and_a_record_says_so(lake: Lake) -> None:
    made = retire(lake, MONTHS[0], TODAY)
    assert raw_months(lake) == set(MONTHS[1:])
    assert lake.raw_folders(MONTHS[0]) == []
    assert all(MONTHS[0] in lake.months(table) for table in CORE_TABLES)
    assert (made.file_count, made.byte_count > 200) == (len(RAW_TABLES), True)
    assert lake.is_retired(MONTHS[0])
    assert not lake.is_retired(MONTHS[1])
    assert list(all_retired(lake)) == [made] == [retired(lake, MONTHS[0])]
    assert "2024-11: its stored answers (2 files" in made.line()


def test_what_was_interrupted_is_gone_on_with(lake: Lake, monkeypatch) -> None:
    def fail(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sz_assets.retention.remove_folder", fail)
    with pytest.raises(KeyboardInterrupt):
        retire(lake, MONTHS[0], TODAY)
    monkeypatch.undo()
    assert lake.is_retired(MONTHS[0])
    again = retire(lake, MONTHS[0], TODAY + timedelta(days=3))
    assert (again.retired_on, again.file_count) == (TODAY, 2)
    assert lake.raw_folders(MONTHS[0]) == []


NOW = datetime(2026, 12, 1, tzinfo=UTC)
STATUS = dg.DagsterRunStatus


def settings_of(home: Home, **more: str) -> Settings:
    return Settings.from_environment({"SZ_HOME": str(home.root), **more})


@pytest.fixture
def instance(tmp_path: Path):
    with open_instance(Home(tmp_path)) as instance:
        yield instance


def record(instance, month: str | None, status: STATUS) -> str:
    tags = {"dagster/partition": month} if month else {}
    return create_run_for_test(instance, job_name="month", status=status, tags=tags).run_id


def test_the_last_good_run_of_each_month_stays_in_the_history(instance) -> None:
    first = record(instance, "2026-10", STATUS.SUCCESS)
    last = record(instance, "2026-10", STATUS.SUCCESS)
    failed = record(instance, "2026-10", STATUS.FAILURE)
    other = record(instance, None, STATUS.CANCELED)
    going = record(instance, "2026-11", STATUS.STARTED)
    later = datetime.now(tz=UTC) + timedelta(minutes=1)
    assert upkeep.old_runs(instance, later) == [first, failed, other]
    assert upkeep.old_runs(instance, later - timedelta(days=1)) == []
    assert {last, going}.isdisjoint(upkeep.old_runs(instance, later))


def test_a_removed_run_leaves_nothing_of_its_checks_behind(instance, tmp_path: Path) -> None:
    @dg.asset
    def table() -> None:
        pass

    @dg.asset_check(asset=table)
    def values() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True, metadata={"rows": "a-failing-row"})

    definitions = dg.Definitions([table], asset_checks=[values])
    job = definitions.get_implicit_global_asset_job_def()
    run_id = job.execute_in_process(instance=instance).run_id
    files = list((tmp_path / "dagster" / "history").rglob("*.db*"))
    assert any(run_id in file.name for file in files)
    history = instance.event_log_storage
    assert history.get_asset_check_execution_history(values.check_key, limit=5)
    instance.delete_run(run_id)
    assert not history.get_asset_check_execution_history(values.check_key, limit=5)
    assert not [file for file in files if run_id in file.name and file.exists()]


def test_a_dry_run_removes_nothing(instance, lake: Lake, tmp_path: Path) -> None:
    old = record(instance, "2026-10", STATUS.FAILURE)
    later = datetime.now(tz=UTC) + timedelta(days=400)
    found = upkeep.prune(
        instance, shenzhen(), settings_of(Home(tmp_path), SZ_RAW_MONTHS="1"), later, dry_run=True
    )
    assert (found.runs, found.would_retire, found.months) == ([old], MONTHS, [])
    assert raw_months(lake) == set(MONTHS)
    assert instance.get_run_by_id(old)
    told = upkeep.lines(found, dry_run=True)
    assert told[0].startswith("1 runs would be removed")
    assert "2024-11: its stored answers would be removed" in told


def test_answers_are_kept_for_ever_unless_asked_otherwise(instance, lake, tmp_path: Path) -> None:
    later = NOW + timedelta(days=40_000)
    found = upkeep.prune(instance, shenzhen(), settings_of(Home(tmp_path)), later)
    assert (found.months, raw_months(lake)) == ([], set(MONTHS))
    assert upkeep.lines(found) == ["Nothing is older than it is to be kept."]


def test_pruning_is_repeatable(instance, lake: Lake, tmp_path: Path) -> None:
    record(instance, "2026-10", STATUS.FAILURE)
    settings = settings_of(Home(tmp_path), SZ_RAW_MONTHS="24", SZ_HISTORY_DAYS="1")
    later = datetime.now(tz=UTC) + timedelta(days=2)
    first = upkeep.prune(instance, shenzhen(), settings, later)
    again = upkeep.prune(instance, shenzhen(), settings, later)
    assert (len(first.runs), [each.crawl_month for each in first.months]) == (1, [MONTHS[0]])
    assert upkeep.lines(again) == ["Nothing is older than it is to be kept."]
    assert json.loads(lake.month_record("retired", MONTHS[0]).read_bytes())["file_count"] == 2
