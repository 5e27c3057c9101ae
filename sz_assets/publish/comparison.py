"""Two releases side by side: which tables, columns and rows came, went or changed.

Here: what the two databases hold, read by SQL over both. Not here: what is printed of it
(`cli_releases`). Keys are those that the manifests name, so releases of older contracts compare.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.sql import literal, quoted
from sz_assets.errors import UserError
from sz_assets.publish.manifest import read_manifest
from sz_assets.publish.place import WAREHOUSE

_MONTH = "crawl_month"


@dataclass(frozen=True)
class Rows:
    """How many rows of a table were added, removed and changed; of one crawl month or of all."""

    added: int = 0
    removed: int = 0
    changed: int = 0


@dataclass(frozen=True)
class TableDifference:
    """What became of one table from the older release to the newer.

    `by_month` leaves out months without a difference; it is empty for a table without months.
    `note` says why rows were not matched. Changed rows differ in a column that both releases have
    with the same type.
    """

    table: str
    rows: Rows = field(default_factory=Rows)
    by_month: dict[str, Rows] = field(default_factory=dict)
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    types_changed: dict[str, list[str]] = field(default_factory=dict)
    note: str | None = None

    @property
    def is_equal(self) -> bool:
        columns = self.columns_added or self.columns_removed or self.types_changed
        return self.rows == Rows() and not columns and self.note is None


@dataclass(frozen=True)
class Difference:
    """Of two releases: the tables that only one has, and how the common ones differ."""

    before: str
    after: str
    tables_added: list[str]
    tables_removed: list[str]
    tables: list[TableDifference]

    @property
    def is_equal(self) -> bool:
        only_one = self.tables_added or self.tables_removed
        return not only_one and all(table.is_equal for table in self.tables)

    def facts(self) -> dict[str, Any]:
        """As JSON has it, without the tables that are equal."""
        return {**asdict(self), "tables": [asdict(t) for t in self.tables if not t.is_equal]}


def compare(before: Path, after: Path) -> Difference:
    """Compare two releases' folders; UserError if one can't be read or both are the same."""
    keys_before, keys_after = _keys(before), _keys(after)
    with _both(before, after) as connection:
        old, new = (_columns(connection, side) for side in ("old", "new"))
        return Difference(
            before=before.name,
            after=after.name,
            tables_added=sorted(new.keys() - old.keys()),
            tables_removed=sorted(old.keys() - new.keys()),
            tables=[
                _table(
                    connection, name, old[name], new[name],
                    _common_key(name, keys_before, keys_after, old[name], new[name]),
                )
                for name in sorted(old.keys() & new.keys())
            ],
        )  # fmt: skip


def first_rows(before: Path, after: Path, table: str, limit: int = 10) -> list[dict[str, Any]]:
    """The first rows of a table that were added, removed or changed, in the order of its key.

    Each has `what`, its `key`, and `values`: of a changed row each changed column's old and new
    value, of another one all its columns. UserError if not both releases have the table, or if its
    rows can't be matched.
    """
    keys_before, keys_after = _keys(before), _keys(after)
    with _both(before, after) as connection:
        old, new = (_columns(connection, side) for side in ("old", "new"))
        if table not in old or table not in new:
            common = ", ".join(sorted(old.keys() & new.keys()))
            raise UserError(f"Not both releases have a table {table!r}: they have {common}.")
        key = _common_key(table, keys_before, keys_after, old[table], new[table])
        if not key:
            raise UserError(f"The rows of {table} can't be matched: the releases have other keys.")
        same = _same_columns(old[table], new[table])
        found = connection.execute(
            f"select old_row, new_row from {_joined(table, key)} where old_row is null "
            f"or new_row is null or {_differs(same)} "
            f"order by {', '.join(f'coalesce(o.{quoted(k)}, n.{quoted(k)})' for k in key)} "
            f"limit {int(limit)}"
        ).fetchall()
    return [_told(old_row, new_row, key, same) for old_row, new_row in found]


def _told(
    old: dict[str, Any] | None, new: dict[str, Any] | None, key: list[str], same: list[str]
) -> dict[str, Any]:
    old, new = (row and {name: _plain(v) for name, v in row.items()} for row in (old, new))
    one = new or old or {}
    told = {"key": {name: one[name] for name in key}}
    if old is None or new is None:
        return {"what": "added" if old is None else "removed", **told, "values": one}
    changed = {name: [old[name], new[name]] for name in same if old[name] != new[name]}
    return {"what": "changed", **told, "values": changed}


def _plain(value: Any) -> Any:
    """A value as JSON can have it: NaN and infinity as text, for null would say that it lacks."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


@contextmanager
def _both(before: Path, after: Path) -> Iterator[Any]:
    """A connection that has both databases attached, read-only, as `old` and `new`."""
    if before == after:
        raise UserError(f"Both are the release {before.name}: name another one to compare with.")
    with closing(duckdb.connect(":memory:")) as connection:
        for side, folder in (("old", before), ("new", after)):
            try:
                connection.execute(
                    f"attach {literal(str(folder / WAREHOUSE))} as {side} (read_only)"
                )
            except duckdb.Error as error:
                why = " ".join(str(error).split())
                raise UserError(
                    f"The database of release {folder.name} can't be opened ({why}): "
                    f"sz-assets releases show {folder.name} --verify says what is wrong with it."
                ) from error
        yield connection


def _keys(folder: Path) -> dict[str, list[str]]:
    tables = read_manifest(folder)["tables"]
    return {name: table.get("key") or [] for name, table in tables.items()}


def _columns(connection: Any, side: str) -> dict[str, dict[str, str]]:
    """Of each table its columns and their types."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'main' order by table_name, column_index",
        [side],
    ).fetchall()
    for table, column, data_type in rows:
        found.setdefault(table, {})[column] = data_type
    return found


def _common_key(
    name: str,
    before: Mapping[str, list[str]],
    after: Mapping[str, list[str]],
    old: Mapping[str, str],
    new: Mapping[str, str],
) -> list[str]:
    """The key that both releases name and have; empty if there is none.

    A manifest that names no keys is older than that custom: the other's then counts, or today's.
    """
    today = next((list(table.key) for table in PUBLISHED_TABLES if table.name == name), [])
    key = after.get(name) or before.get(name) or today
    is_common = (before.get(name) or key) == key and all(k in old and k in new for k in key)
    return key if is_common else []


def _same_columns(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [name for name in new if old.get(name) == new[name]]


def _joined(table: str, key: list[str]) -> str:
    on = " and ".join(f"o.{quoted(k)} = n.{quoted(k)}" for k in key)
    sides = [f"(select *, t as {s}_row from {s}.main.{quoted(table)} as t)" for s in ("old", "new")]
    return f"{sides[0]} as o full join {sides[1]} as n on {on}"


def _differs(same: list[str]) -> str:
    return (
        "("
        + " or ".join(f"o.{quoted(name)} is distinct from n.{quoted(name)}" for name in same)
        + ")"
    )


def _table(
    connection: Any, name: str, old: Mapping[str, str], new: Mapping[str, str], key: list[str]
) -> TableDifference:
    columns: dict[str, Any] = {
        "columns_added": [column for column in new if column not in old],
        "columns_removed": [column for column in old if column not in new],
        "types_changed": {
            column: [old[column], new[column]]
            for column in new
            if column in old and old[column] != new[column]
        },
    }
    if not key:
        counts = [
            connection.execute(f"select count(*) from {side}.main.{quoted(name)}").fetchall()[0][0]
            for side in ("old", "new")
        ]
        note = (
            f"Its key changed, so rows can't be matched: {counts[0]} rows before, {counts[1]} now."
        )
        return TableDifference(name, note=note, **columns)
    month = f"coalesce(o.{_MONTH}, n.{_MONTH})" if _MONTH in old and _MONTH in new else "null"
    first = quoted(key[0])
    only_new, only_old = f"o.{first} is null", f"n.{first} is null"
    same = _same_columns(old, new)
    found = connection.execute(
        f"select {month} as month, count(*) filter (where {only_new}), "
        f"count(*) filter (where {only_old}), "
        f"count(*) filter (where not {only_new} and not {only_old} and {_differs(same)}) "
        f"from {_joined_plainly(name, key)} group by month order by month"
    ).fetchall()
    rows = {month: Rows(*counts) for month, *counts in found}
    return TableDifference(
        name,
        rows=Rows(
            sum(each.added for each in rows.values()),
            sum(each.removed for each in rows.values()),
            sum(each.changed for each in rows.values()),
        ),
        by_month={
            str(month)[:7]: each
            for month, each in rows.items()
            if month is not None and each != Rows()
        },
        **columns,
    )


def _joined_plainly(table: str, key: list[str]) -> str:
    on = " and ".join(f"o.{quoted(k)} = n.{quoted(k)}" for k in key)
    return f"old.main.{quoted(table)} as o full join new.main.{quoted(table)} as n on {on}"
