"""Reads a release with the environment's own DuckDB and prints all of it as JSON.

Run by a client's environment: python client_reads_release.py DATABASE [hold]. With `hold` it says
that its connection is open and keeps it until its input ends. Not here: what must be equal
(test_duckdb_clients.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from datetime import date, datetime
from typing import Any

import duckdb

# Sums of floats are rounded: their order is each version's own business. `date_trunc` is cast: of a
# timestamp it gives a date in 1.4 and a timestamp later.
QUERIES = {
    "sums": "select crawl_month, sum(like_count), sum(share_count), count(play_count), count(*) "
    "from fct_video_month group by all",
    "means": "select account_id, round(avg(like_count), 6), round(stddev_samp(like_count), 4) "
    "from fct_video_month group by all",
    "quantiles": "select crawl_month, quantile_cont(like_count, [0.1, 0.25, 0.5, 0.75, 0.9]) "
    "from fct_video_month group by all",
    "median": "select account_id, median(comment_count), median(weekday) from fct_video_month "
    "where is_in_sample group by all having count(*) > 10",
    "join": "select a.name_zh, a.name_en, m.crawl_month, m.follower_count "
    "from dim_account as a join fct_account_month as m using (account_id)",
    "outer join": "select a.account_id, count(g.video_id) from dim_account as a "
    "left join video_growth as g on g.account_id = a.account_id group by all",
    "list columns": "select tag, count(*) from (select unnest(hashtags) as tag "
    "from fct_video_month) group by all",
    "list functions": "select account_id, max(len(hashtags)), "
    "list_sort(flatten(list(hashtags)))[:5] from fct_video_month group by all",
    "ranks": "select account_id, video_id, like_count from fct_video_month qualify row_number() "
    "over (partition by crawl_month, account_id order by like_count desc, video_id) <= 3",
    "differences": "select account_id, crawl_month, follower_count - lag(follower_count) "
    "over (partition by account_id order by crawl_month) from fct_account_month",
    "days": "select date_trunc('month', published_at)::timestamp, count(*), min(published_at), "
    "max(observed_at) from fct_video_month group by all",
    "filters": "select count(*) filter (where media_type = 'video'), "
    "count(*) filter (where title is null), count(distinct video_id) from fct_video_month",
    "Chinese text": "select count(*), min(title), max(length(title)) from fct_video_month "
    "where title like '%深圳%'",
    "pivot": "select hour, count(*) filter (where weekday = 1), "
    "count(*) filter (where weekday = 7) from fct_video_month group by all",
    "correlation": "select round(corr(like_count, share_count), 9) from fct_video_month",
}


def plain(value: Any) -> Any:
    """A value as JSON that tells types apart and loses no digit."""
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, datetime | date):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} is no type of a published table")


def rows_of(connection: Any, query: str) -> list[str]:
    """The rows of a query as JSON texts, sorted."""
    found = connection.execute(query).fetchall()
    return sorted(json.dumps([plain(value) for value in row]) for row in found)


def read(connection: Any) -> dict[str, Any]:
    """Every table's comment, columns, number of rows and digest, and every query's answer."""
    tables = {}
    listed = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'main' order by all"
    ).fetchall()
    for name, comment in listed:
        columns = connection.execute(
            "select column_name, data_type, is_nullable, comment from duckdb_columns() "
            "where schema_name = 'main' and table_name = ? order by column_index",
            [name],
        ).fetchall()
        rows = rows_of(connection, f'from "{name}"')
        tables[name] = {
            "comment": comment,
            "columns": columns,
            "rows": len(rows),
            "digest": hashlib.sha256("\n".join(rows).encode()).hexdigest(),
        }
    answers = {name: rows_of(connection, query) for name, query in QUERIES.items()}
    return {"duckdb": duckdb.__version__, "tables": tables, "answers": answers}


def become_nobody() -> None:
    """Give up root's rights, for which no folder is read-only."""
    # What DuckDB loads of Python later must be loaded before: nobody may be refused it.
    duckdb.execute(
        "select ?, 0.5::double, date '2023-10-01', now()::timestamp", ["text"]
    ).fetchall()
    if os.geteuid() == 0:
        os.setegid(65534)
        os.seteuid(65534)


def main(database: str, hold: str = "") -> None:
    become_nobody()
    connection = duckdb.connect(database, read_only=True)
    if hold:
        connection.execute("select count(*) from dim_account").fetchall()
        print("open", flush=True)
        sys.stdin.read()
    else:
        print(json.dumps(read(connection)))
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
