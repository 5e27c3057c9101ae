"""The run history holds what Dagster's own storage would hold, row for row."""

import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy.event
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.events import DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from sz_assets.defs.history import EventHistory
from sz_assets.defs.instance import open_instance
from sz_assets.storage import Home

MONTHS = ["2023-09", "2023-10"]
# When a row was made is the database's own affair.
CLOCKS = {"create_timestamp", "migration_completed"}
Rows = dict[str, list[dict[str, object]]]


def job() -> dg.JobDefinition:
    """Assets, checks that hold and that do not, an observation, notes, a failing step."""
    partitions = dg.StaticPartitionsDefinition(MONTHS)
    policy = dg.BackfillPolicy.single_run()

    @dg.asset(partitions_def=partitions, backfill_policy=policy)
    def first(context: dg.AssetExecutionContext) -> None:
        context.log.info("a note")
        for month in context.partition_keys:
            context.add_asset_metadata({"rows": 3}, partition_key=month)
        context.log_event(dg.AssetObservation("first", partition=MONTHS[0], metadata={"rows": 3}))

    @dg.asset(deps=[first], check_specs=[dg.AssetCheckSpec("plain", asset="second")])
    def second() -> dg.MaterializeResult:
        check = dg.AssetCheckResult(passed=True, check_name="plain")
        return dg.MaterializeResult(
            data_version=dg.DataVersion("1"), check_results=[check], tags={"a": "b"}
        )

    specs = [
        dg.AssetCheckSpec("monthly", asset="first", partitions_def=partitions),
        dg.AssetCheckSpec("unplanned", asset="first"),
    ]

    @dg.multi_asset_check(specs=specs, can_subset=True)
    def checks(context: dg.AssetCheckExecutionContext):
        for month in MONTHS:
            yield AssetCheckEvaluation(
                asset_key=dg.AssetKey("first"), check_name="monthly", passed=month == MONTHS[0],
                metadata={"failing": 1}, severity=dg.AssetCheckSeverity.WARN, partition=month,
            )  # fmt: skip
        yield AssetCheckEvaluation(
            asset_key=dg.AssetKey("first"), check_name="unplanned", passed=True, metadata={},
            severity=dg.AssetCheckSeverity.ERROR, partition=MONTHS[1],
        )  # fmt: skip
        for spec in specs:
            yield dg.Output(None, output_name=spec.get_python_identifier())

    @dg.asset(deps=[second])
    def broken() -> None:
        raise ValueError("on purpose")

    return dg.Definitions(
        [first, second, broken],
        asset_checks=[checks],
        jobs=[dg.define_asset_job("month", selection=dg.AssetSelection.all())],
        executor=dg.in_process_executor,
    ).resolve_job_def("month")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str, list[EventLogEntry]]:
    """A home with one run over two months, the run, and what its history told while it went on."""
    home = Home(tmp_path_factory.mktemp("history"))
    told: list[EventLogEntry] = []
    run_id = "11111111-1111-4111-8111-111111111111"
    with open_instance(home) as instance:
        instance.add_event_listener(run_id, told.append)
        range_ends = {
            "dagster/asset_partition_range_start": MONTHS[0],
            "dagster/asset_partition_range_end": MONTHS[1],
        }
        job().execute_in_process(
            instance=instance, run_id=run_id, tags=range_ends, raise_on_error=False
        )
    return home, run_id, told


def rows_of(folder: Path, database: str) -> Rows:
    """All rows of all tables that events are stored in."""
    with sqlite3.connect(folder / f"{database}.db") as connection:
        connection.row_factory = sqlite3.Row
        tables = ("event_logs", "asset_keys", "asset_event_tags", "asset_check_executions")
        return {
            table: [
                {name: row[name] for name in row.keys() if name not in CLOCKS}  # noqa: SIM118
                for row in connection.execute(f"select * from {table} order by id")
            ]
            for table in tables
        }


def stored(storage: SqliteEventLogStorage, store: Callable[[], None], run_id: str) -> list[Rows]:
    store()
    folder = Path(storage._base_dir)
    storage.dispose()
    return [rows_of(folder, run_id), rows_of(folder, "index")]


def by_key(found: list[Rows]) -> list[Rows]:
    """Assets are numbered in the order in which they were first met, which differs in a batch."""
    for rows in found:
        for row in rows["asset_keys"]:
            del row["id"]
        rows["asset_keys"].sort(key=lambda row: str(row["asset_key"]))
    return found


def test_the_rows_are_those_of_dagsters_own_storage(ran, tmp_path: Path) -> None:
    _, run_id, told = ran
    kinds = {each.dagster_event_type for each in told}
    assert {
        None, DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION,
        DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, DagsterEventType.RUN_FAILURE,
    } <= kinds  # fmt: skip
    dagsters = SqliteEventLogStorage(str(tmp_path / "dagster"))
    one_by_one = EventHistory(str(tmp_path / "single"))
    together = EventHistory(str(tmp_path / "batch"))

    def each_to(storage: SqliteEventLogStorage) -> Callable[[], None]:
        return lambda: [storage.store_event(each) for each in told] and None

    expected = by_key(stored(dagsters, each_to(dagsters), run_id))
    assert all(expected[1].values())
    assert by_key(stored(one_by_one, each_to(one_by_one), run_id)) == expected
    assert by_key(stored(together, lambda: together.store_event_batch(told), run_id)) == expected


def test_a_run_records_all_that_it_plans_before_its_first_step(ran) -> None:
    home, run_id, told = ran
    names = [each.dagster_event.event_type_value for each in told if each.dagster_event]
    before = names[: names.index("STEP_START")]
    # Three assets, of which one has two months, and two checks of months and one without.
    assert before.count("ASSET_MATERIALIZATION_PLANNED") == 4
    assert before.count("ASSET_CHECK_EVALUATION_PLANNED") == 3
    folder = home.dagster / "history" / "runs"
    kept = [row["event"] for row in rows_of(folder, run_id)["event_logs"]]
    assert len(kept) == len(told)
    checks = rows_of(folder, "index")["asset_check_executions"]
    found = {(row["check_name"], row["partition"]): row["execution_status"] for row in checks}
    assert found == {
        ("monthly", MONTHS[0]): "SUCCEEDED",
        ("monthly", MONTHS[1]): "FAILED",
        ("plain", None): "SUCCEEDED",
        ("unplanned", None): "PLANNED",
        ("unplanned", MONTHS[1]): "SUCCEEDED",
    }


def test_what_a_run_plans_is_one_transaction(ran, tmp_path: Path) -> None:
    _, _, told = ran
    history = EventHistory(str(tmp_path))
    planned = [
        each
        for each in told
        if each.is_dagster_event and "PLANNED" in each.dagster_event_type.value
    ]
    commits: list[str] = []
    history.store_event(told[-1])
    for engine in history._engines.values():
        sqlalchemy.event.listen(engine, "commit", lambda connection: commits.append("commit"))
    history.store_event_batch(planned)
    history.dispose()
    assert len(planned) > 5
    assert commits == ["commit", "commit"]


def test_an_event_from_outside_of_any_run_is_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_instance(home) as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization("thing", metadata={"n": 1}))
        found = instance.get_latest_materialization_event(dg.AssetKey("thing"))
        assert found is not None
        assert found.run_id == ""


def test_the_history_waits_for_the_disk_at_checkpoints_only(tmp_path: Path) -> None:
    history = EventHistory(str(tmp_path))
    for connect in (history.index_connection, lambda: history.run_connection("a" * 8)):
        with connect() as connection:
            assert connection.exec_driver_sql("pragma synchronous").scalar() == 1
            assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
    history.dispose()


_KILLED_WHILE_STORING = """
import os, pickle, signal, sys
from sz_assets.defs.history import EventHistory
history = EventHistory(sys.argv[1])
events = pickle.load(open(sys.argv[2], "rb"))
history.store_event(events[0])
plain = history._mirror
def kill(given):
    if len(given) > 1:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(given)
history._mirror = kill
history.store_event_batch(events[1:])
"""


def test_a_kill_between_the_two_databases_leaves_both_whole(ran, tmp_path: Path) -> None:
    _, run_id, told = ran
    events = tmp_path / "events"
    events.write_bytes(pickle.dumps(told))
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED_WHILE_STORING, str(tmp_path), str(events)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert ended.returncode == -9
    history = EventHistory(str(tmp_path))
    assert len(history.get_logs_for_run(run_id)) == len(told)
    # The next event is stored as if nothing had been.
    history.store_event(told[-1])
    assert len(history.get_logs_for_run(run_id)) == len(told) + 1
    history.dispose()
