"""Dagster's run history in SQLite, without opening and closing the database for every event.

Here: how the history is connected to; the settings in Dagster's home name it. Not here: what is
recorded (`defs.instance`).

Dagster makes a new engine for every event, waits for the disk at every commit and, at every
close, writes the whole log back: ten milliseconds for an event, a third of what a range of months
costs. None of it is needed for a history of runs: the data themselves are flushed by `storage`.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

# One database for what is shared, and one for each run: a few of those are in use at a time.
_KEPT_OPEN = 4


class EventHistory(SqliteEventLogStorage):
    """Dagster's own storage with its connections kept open.

    `base_dir` is Dagster's home. A crash of the process loses nothing, and one of the machine at
    most the newest events: the write-ahead log keeps the database whole.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(os.path.join(base_dir, "history", "runs"), inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> EventHistory:
        return cls(inst_data=inst_data, **config_value)

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
        """Let go of the run's database before its file is removed."""
        with self._db_lock:
            if engine := self._engines.pop(run_id, None):
                engine.dispose()
        super().delete_events(run_id)

    def dispose(self) -> None:
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _wait_at_checkpoints_only(connection: Any, record: Any) -> None:
    connection.execute("pragma synchronous = normal")
