"""Reads a release through duckdb-sqlalchemy and prints what it saw, as JSON.

Run by a client's environment: python client_sqlalchemy.py PUBLISHED OTHER, where PUBLISHED is a
folder like a home's `published` that may be written, and OTHER the name of a second release there,
to which the link turns half way. Not here: what must be seen (test_sqlalchemy_client.py).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, Table, create_engine, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool


def reflected(engine: Engine) -> dict[str, Any]:
    """The inspector's tables: comment, and name, type, nullability and comment of each column."""
    inspector = inspect(engine)
    return {
        name: {
            "comment": inspector.get_table_comment(name)["text"],
            "columns": [
                [column["name"], column["type"].compile(engine.dialect), column["nullable"],
                 column["comment"]]
                for column in inspector.get_columns(name)
            ],
        }
        for name in inspector.get_table_names()
    }  # fmt: skip


def queried(engine: Engine) -> list[list[Any]]:
    """Likes and videos per account by two reflected tables and SQLAlchemy's own expressions."""
    tables = MetaData()
    video = Table("fct_video_month", tables, autoload_with=engine)
    account = Table("dim_account", tables, autoload_with=engine)
    statement = (
        select(account.c.name_zh, func.count(), func.sum(video.c.like_count))
        .join_from(account, video, account.c.account_id == video.c.account_id)
        .where(video.c.is_in_sample.is_(True))
        .group_by(account.c.name_zh)
        .order_by(account.c.name_zh)
    )
    with engine.connect() as connection:
        return [list(row) for row in connection.execute(statement)]


def refused(engine: Engine) -> str:
    """What DuckDB says to one who writes."""
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("create table written (one integer)")
    except DBAPIError as error:
        return str(error.orig)
    return ""


def field(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("select min(field) from dim_account").scalar())


def main(published: str, other: str) -> None:
    link = Path(published) / "current"
    url = f"duckdb:///{link}/warehouse.duckdb"
    read_only = {"read_only": True}
    fresh = create_engine(url, connect_args=read_only, poolclass=NullPool)
    pooled = create_engine(url, connect_args=read_only)
    seen = {
        "tables": reflected(fresh),
        "answer": queried(fresh),
        "refused": refused(fresh),
        "before": [field(fresh), field(pooled)],
    }
    turned = link.with_name(".current.new")
    turned.symlink_to(f"releases/{other}")
    os.replace(turned, link)
    seen["after"] = [field(fresh), field(pooled)]
    pooled.dispose()
    seen["disposed"] = field(pooled)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
