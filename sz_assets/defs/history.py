"""Dagster's run history in SQLite, without its cost for every single event.

Here: how the history is connected to and how events are written; the settings in Dagster's home
name it. Not here: what is recorded (`defs.instance`).

Dagster makes a new engine for every event, waits for the disk at every commit and, at every
close, writes the whole log back: ten milliseconds for an event, a third of what a range of months
costs. Then it asks for every event of an asset which tables and columns there are, builds its
statements anew, and turns the event into text up to four times: another six milliseconds. None of
it is needed for a history of runs: the data themselves are flushed by `storage`. The rows are
those that Dagster's own storage writes; its version is pinned, and a test compares them.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluation,
    AssetCheckEvaluationPlanned,
)
from dagster._core.errors import DagsterInvariantViolationError
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
    DagsterEventType,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, StaticPool, bindparam, create_engine, event

# One database for what is shared, and one for each run: a few of those are in use at a time.
_KEPT_OPEN = 4
_MIRRORED = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}

# Made once, so that SQLAlchemy compiles each once.
_ADD_EVENT = SqlEventLogStorageTable.insert()
_ADD_ASSET = AssetKeyTable.insert()
_CHANGE_ASSET = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == bindparam("of_asset"))
_ADD_CHECK = AssetCheckExecutionsTable.insert()
_CHANGE_CHECK = AssetCheckExecutionsTable.update().where(
    AssetCheckExecutionsTable.c.asset_key == bindparam("of_asset"),
    AssetCheckExecutionsTable.c.check_name == bindparam("of_check"),
    AssetCheckExecutionsTable.c.run_id == bindparam("of_run"),
    # True of equal values and of two missing ones.
    AssetCheckExecutionsTable.c.partition.is_not_distinct_from(bindparam("of_partition")),
)

_REMOVE_CHECKS = AssetCheckExecutionsTable.delete().where(
    AssetCheckExecutionsTable.c.run_id == bindparam("of_run")
)


class EventHistory(SqliteEventLogStorage):
    """Dagster's own storage with its connections kept open and its statements ready.

    `base_dir` is Dagster's home. A crash of the process loses nothing, and one of the machine at
    most the newest events: the write-ahead log keeps the database whole.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(os.path.join(base_dir, "history", "runs"), inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> EventHistory:
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event: one transaction in the run's database, and one in the shared one."""
        self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of a run in one transaction in each database, all of them or none.

        The run's own database comes first, as in Dagster: a process that is killed between the two
        leaves events that the run's page shows and the asset's page does not.
        """
        for run_id, group in groupby(events, key=lambda event: event.run_id):
            ours = list(group)
            if not run_id:
                for each in ours:
                    super().store_event(each)  # What is reported from outside of any run.
                continue
            rows = [self._event_to_row(each) for each in ours]
            with self.run_connection(run_id) as connection:
                connection.execute(_ADD_EVENT, rows)
            mirrored = [
                (each, row)
                for each, row in zip(ours, rows, strict=True)
                if each.is_dagster_event and each.dagster_event_type in _MIRRORED
            ]
            if mirrored:
                self._mirror(mirrored)

    def _mirror(self, events: Sequence[tuple[EventLogEntry, dict[str, Any]]]) -> None:
        """Write to the database that all runs share what concerns assets, checks and status."""
        newest: dict[tuple[str, DagsterEventType], tuple[EventLogEntry, int]] = {}
        with self.index_connection() as connection:
            for each, row in events:
                event_id = connection.execute(_ADD_EVENT, row).lastrowid
                kind = each.get_dagster_event().event_type
                if kind in ASSET_EVENTS:
                    self._store_asset_event_tags(connection, [each], [event_id])
                    # Of an asset only its newest events count: put last what comes again.
                    newest.pop((row["asset_key"], kind), None)
                    newest[row["asset_key"], kind] = each, event_id
                elif kind is DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
                    self._plan_check(connection, each, row, event_id)
                elif kind is DagsterEventType.ASSET_CHECK_EVALUATION:
                    self._judge_check(connection, each, row, event_id)
            for each, event_id in newest.values():
                self._store_asset_event(connection, each, event_id)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        key = event.get_dagster_event().asset_key
        # A history that this class opens was made with all columns.
        if key and (values := self._get_asset_entry_values(event, event_id, True)):
            named = {"of_asset": key.to_string()}
            if not conn.execute(_CHANGE_ASSET, named | values).rowcount:
                conn.execute(_ADD_ASSET, {"asset_key": key.to_string(), **values})

    def _plan_check(
        self, connection: Connection, event: EventLogEntry, stored: dict[str, Any], event_id: int
    ) -> None:
        planned = event.get_dagster_event().event_specific_data
        assert isinstance(planned, AssetCheckEvaluationPlanned)  # noqa: S101
        subset = planned.partitions_subset
        row = {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event": stored["event"],
            "evaluation_event_timestamp": stored["timestamp"],
            "evaluation_event_storage_id": event_id,
        }
        months: list[str | None] = [None]
        if subset:
            months = list(subset.get_partition_keys())
        connection.execute(_ADD_CHECK, [{**row, "partition": month} for month in months])

    def _judge_check(
        self, connection: Connection, event: EventLogEntry, stored: dict[str, Any], event_id: int
    ) -> None:
        found = event.get_dagster_event().event_specific_data
        assert isinstance(found, AssetCheckEvaluation)  # noqa: S101
        status = AssetCheckExecutionRecordStatus
        target = found.target_materialization_data
        names = {
            "of_asset": found.asset_key.to_string(),
            "of_check": found.check_name,
            "of_run": event.run_id,
            "of_partition": found.partition,
        }
        row = {
            "execution_status": (status.SUCCEEDED if found.passed else status.FAILED).value,
            "evaluation_event": stored["event"],
            "evaluation_event_timestamp": stored["timestamp"],
            "evaluation_event_storage_id": event_id,
            "materialization_event_storage_id": target.storage_id if target else None,
        }
        changed = connection.execute(_CHANGE_CHECK, names | row).rowcount
        if changed > 1:
            raise DagsterInvariantViolationError(
                f"{found.asset_check_key} was planned {changed} times in run {event.run_id}."
            )
        if changed == 0:
            key = {
                "asset_key": names["of_asset"],
                "check_name": found.check_name,
                "run_id": event.run_id,
                "partition": found.partition,
            }
            connection.execute(_ADD_CHECK, key | row)

    def has_table(self, table_name: str) -> bool:
        """Whether the shared database has this table; asked of the database until it has."""
        if table_name not in self._tables:
            if not super().has_table(table_name):
                return False
            self._tables.add(table_name)
        return True

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # The lock makes it safe that one connection serves several threads.
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={
                    "timeout": SQLITE_BUSY_TIMEOUT_SECONDS,
                    "check_same_thread": False,
                },
            )
            event.listen(engine, "connect", _wait_at_checkpoints_only)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > _KEPT_OPEN:
            oldest = next(name for name in self._engines if name != INDEX_SHARD_NAME)
            self._engines.pop(oldest).dispose()
        return self._engines[shard]

    def delete_events(self, run_id: str) -> None:
        """Remove the run's database, and what the shared one has of it, also of its checks.

        Dagster would leave those, which are most of what a run takes there.
        """
        super().delete_events(run_id)
        with self._db_lock:
            if engine := self._engines.pop(run_id, None):
                engine.dispose()
        path = Path(self.path_for_shard(run_id))
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        with self.index_connection() as connection:
            connection.execute(_REMOVE_CHECKS, {"of_run": run_id})

    def dispose(self) -> None:
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _wait_at_checkpoints_only(connection: Any, record: Any) -> None:
    connection.execute("pragma synchronous = normal")
