"""Which release a process sees by which path after the link turned, as JSON.

Run by a client's environment: python client_sees_turned_link.py PUBLISHED, a folder that may be
written, with the releases `old` and `new`. Not here: what must be seen (test_duckdb_clients.py).
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import duckdb


def turn(published: str, release: str) -> None:
    link = f"{published}/.current"
    os.symlink(f"releases/{release}", link)
    os.replace(link, f"{published}/current")


def seen(connection: Any, table: str = "release") -> str:
    return str(connection.execute(f"select name from {table}").fetchall()[0][0])


def main(published: str) -> None:
    path = f"{published}/current/warehouse.duckdb"
    turn(published, "old")
    held = duckdb.connect(path, read_only=True)
    turn(published, "new")
    attached = duckdb.connect(":memory:")
    attached.execute(f"attach '{path}' as warehouse (read_only)")
    print(
        json.dumps(
            {
                "by link": seen(duckdb.connect(path, read_only=True)),
                "by real path": seen(duckdb.connect(os.path.realpath(path), read_only=True)),
                "attached": seen(attached, "warehouse.release"),
                "held": seen(held),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
