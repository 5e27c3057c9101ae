"""Dagster's history without any run: its events hold texts of videos and samples of checks.

Here: its databases as files. Not here: Dagster (`defs`). What schedules and sensors know of
themselves stays, so that they go on where they were: whether they are on, their newest
evaluation, and their cursors, but for those that count events, which begin anew.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from sz_assets.disk import remove_folder
from sz_assets.erasing.bodies import Whose, masked_texts
from sz_assets.errors import UserError

# How long another process may take to let go.
PATIENCE_SECONDS = 5.0
_KEPT = ("dagster.yaml", "schedules")
_STATES = (("instigators", "instigator_body"), ("jobs", "job_body"))
_SEEN = ("job_ticks", "asset_daemon_asset_evaluations")


def erase_history(dagster: Path, whose: Whose) -> None:
    """Remove all runs with their events; UserError if another process has the databases open."""
    if not dagster.is_dir():
        return
    for path in sorted(dagster.rglob("*.db")):
        _refuse_company(path)
    for path in sorted(dagster.iterdir()):
        if path.name in _KEPT:
            continue
        remove_folder(path)
        if path.is_symlink() or path.is_file():
            path.unlink()
    for path in sorted((dagster / "schedules").glob("*.db")):
        _clean(path, whose)


def _refuse_company(path: Path) -> None:
    """The write-ahead log can only be given up by who is alone."""
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as connection:
            connection.execute("pragma journal_mode = delete").fetchall()
    except sqlite3.Error as error:
        raise UserError(
            f"{path} can't be had for this alone ({error}): end sz-assets ui and whatever else "
            "reads it, or remove it if it is damaged, then run the same command again."
        ) from error


def _clean(path: Path, whose: Whose) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma secure_delete = on")
        tables = {name for (name,) in connection.execute("select name from sqlite_master")}
        with connection:
            if "job_ticks" in tables:
                # Without its newest evaluation a schedule would do again what it did long ago.
                connection.execute(
                    "delete from job_ticks where id not in (select max(id) from job_ticks "
                    "group by coalesce(selector_id, job_origin_id))"
                )
            if "asset_daemon_asset_evaluations" in tables:
                connection.execute("delete from asset_daemon_asset_evaluations")
            for table, column in (*_STATES, ("job_ticks", "tick_body")):
                if table in tables:
                    _rewrite(connection, table, column, whose)
        # Also for what was deleted before, whose bytes lie in free pages.
        connection.execute("vacuum")
        # As Dagster made it.
        connection.execute("pragma journal_mode = wal").fetchall()


def _rewrite(connection: sqlite3.Connection, table: str, column: str, whose: Whose) -> None:
    rows = connection.execute(f"select id, {column} from {table}").fetchall()
    for number, text in rows:
        if text is None:
            continue
        made = text
        if table != "job_ticks" and (anew := _anew(state := json.loads(text))) != state:
            made = json.dumps(anew)
        [made] = masked_texts(pl.Series([made]), whose)
        if made != text:
            connection.execute(f"update {table} set {column} = ? where id = ?", (made, number))


def _anew(state: Any) -> Any:
    """A state without a cursor that counts events: they are counted from 1 again."""
    if isinstance(state, list):
        return [_anew(one) for one in state]
    if not isinstance(state, dict):
        return state
    made = {name: _anew(one) for name, one in state.items()}
    if _counts_events(made.get("cursor")):
        made["cursor"] = None
    return made


def _counts_events(cursor: Any) -> bool:
    try:
        return isinstance(cursor, str) and "record_id" in json.loads(cursor)
    except (ValueError, TypeError):
        return False
