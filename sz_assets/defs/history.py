"""Dagster's run history in SQLite, made quicker: it is most of what a step costs otherwise.

Here: how this process talks to SQLite. Not here: what is recorded (`defs.instance`).

Dagster opens and closes the database for every event. Each commit then waits for the disk, and
each last close writes the whole log back. Neither is needed for a history of runs: the data
themselves are written and flushed elsewhere (`storage`).
"""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any


@cache
def quicken_history() -> None:
    """From now on, SQLite in this process waits for the disk at checkpoints only.

    With the write-ahead log that Dagster uses, a crash of the process loses nothing, and one of
    the machine at most the newest events; the database stays whole.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    held: dict[str, sqlite3.Connection] = {}

    @event.listens_for(Engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        path = connection.execute("pragma database_list").fetchone()[2]
        if path and path not in held:
            # As long as one connection is open, closing another one writes nothing back.
            held[path] = sqlite3.connect(path, check_same_thread=False)
            held[path].execute("select count(*) from sqlite_master").fetchone()
