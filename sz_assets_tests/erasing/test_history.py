"""Dagster's runs go with every byte; what its schedules and sensors know of themselves stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.test_utils import create_run_for_test
from small_home import NICKNAME, sec_uid

from sz_assets.defs.instance import open_instance
from sz_assets.erasing.bodies import Whose
from sz_assets.erasing.finding import NAME, Finder
from sz_assets.erasing.history import erase_history
from sz_assets.erasing.proof import prove
from sz_assets.errors import UserError
from sz_assets.storage import Home

WANTED = {NICKNAME: NAME}
WHOSE = Whose(frozenset({sec_uid("mangrove_water")}), frozenset(), Finder(WANTED))
COUNTS, KNOWS = "counts_events", "knows_months"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with runs whose events name the account, and sensors and ticks."""
    home = Home(tmp_path / "home")
    home.prepare()
    with open_instance(home) as instance:
        for number in range(3):
            run = create_run_for_test(instance, "month", tags={"said": f"{NICKNAME}{number}"})
            instance.report_engine_event(f"{NICKNAME} was crawled " + "x" * 10_000, run)
        cursors = {
            COUNTS: '{"__class__": "RunStatusSensorCursor", "record_id": 7}',
            KNOWS: '["2024-03"]',
        }
        for name, cursor in cursors.items():
            instance.add_instigator_state(state(name, cursor))
            for moment in (1.0, 2.0):
                instance.create_tick(
                    TickData(
                        f"origin-{name}", name, InstigatorType.SENSOR, TickStatus.SKIPPED, moment,
                        skip_reason=f"{NICKNAME} at {moment}", selector_id=f"selector-{name}",
                    )
                )  # fmt: skip
    return home


def state(name: str, cursor: str) -> InstigatorState:
    from dagster._core.remote_origin import (
        RegisteredCodeLocationOrigin,
        RemoteInstigatorOrigin,
        RemoteRepositoryOrigin,
    )

    location = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "all")
    return InstigatorState(
        RemoteInstigatorOrigin(location, name),
        InstigatorType.SENSOR,
        InstigatorStatus.RUNNING,
        SensorInstigatorData(cursor=cursor),
    )


def test_runs_and_their_bytes_are_gone(home: Home) -> None:
    assert prove(home.dagster, WANTED).hits
    settings = (home.dagster / "dagster.yaml").read_bytes()
    erase_history(home.dagster, WHOSE)
    assert prove(home.dagster, WANTED).hits == ()
    assert (home.dagster / "dagster.yaml").read_bytes() == settings
    with open_instance(home) as instance:
        assert instance.get_runs() == []
        create_run_for_test(instance, "month")
        assert len(instance.get_runs()) == 1


def test_what_was_deleted_before_is_gone_from_free_pages(home: Home) -> None:
    """Dagster removes old evaluations by itself, and leaves their bytes where they were."""
    path = home.dagster / "schedules" / "schedules.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma secure_delete = off")
        with connection:
            connection.execute(
                "insert into job_ticks (tick_body) select ? from job_ticks",
                [f"{NICKNAME} " * 3_000],
            )
        with connection:
            connection.execute("delete from job_ticks")
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    assert NICKNAME.encode() in path.read_bytes()
    erase_history(home.dagster, WHOSE)
    assert NICKNAME.encode() not in path.read_bytes()


def test_schedules_and_sensors_go_on_where_they_were(home: Home) -> None:
    erase_history(home.dagster, WHOSE)
    with open_instance(home) as instance:
        states = {one.instigator_name: one for one in instance.all_instigator_state()}
        assert {one.status for one in states.values()} == {InstigatorStatus.RUNNING}
        # Events are numbered from 1 again: a sensor that waits for later ones would miss them.
        assert states[COUNTS].instigator_data.cursor is None
        assert states[KNOWS].instigator_data.cursor == '["2024-03"]'
        for name in (COUNTS, KNOWS):
            [tick] = instance.get_ticks(f"origin-{name}", f"selector-{name}")
            assert tick.timestamp == 2.0
            assert tick.tick_data.skip_reason == "＊＊＊＊＊＊ at 2.0"


def test_called_again_it_changes_nothing(home: Home) -> None:
    erase_history(home.dagster, WHOSE)
    path = home.dagster / "schedules" / "schedules.db"
    with closing(sqlite3.connect(path)) as connection:
        before = list(connection.iterdump())
    erase_history(home.dagster, WHOSE)
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before


def test_a_home_without_a_history_has_none_to_erase(tmp_path: Path) -> None:
    erase_history(tmp_path / "dagster", WHOSE)
    assert not (tmp_path / "dagster").exists()


@pytest.mark.parametrize("name", ["schedules/schedules.db", "history/runs/index.db"])
def test_databases_in_use_are_left_alone(home: Home, name: str, monkeypatch) -> None:
    monkeypatch.setattr("sz_assets.erasing.history.PATIENCE_SECONDS", 0.05)
    before = sorted(home.dagster.rglob("*"))
    with closing(sqlite3.connect(home.dagster / name)) as connection:
        connection.execute("pragma journal_mode = wal").fetchall()
        connection.execute("begin immediate")
        with pytest.raises(UserError, match="end sz-assets ui and whatever else reads it"):
            erase_history(home.dagster, WHOSE)
    assert {path for path in before if path.suffix == ".db"} <= set(home.dagster.rglob("*"))
    assert prove(home.dagster, WANTED).hits


def test_a_cursor_that_counts_is_told_from_others() -> None:
    from sz_assets.erasing.history import _anew

    assert _anew({"a": [{"cursor": '{"record_id": 1}'}]}) == {"a": [{"cursor": None}]}
    for cursor in ('["2024-03"]', "not json", None, "7", "null"):
        assert _anew({"cursor": cursor}) == {"cursor": cursor}
