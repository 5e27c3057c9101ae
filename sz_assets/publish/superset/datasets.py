"""Each published table as a Superset dataset: columns, added columns and metrics.

Here: what the contracts say, in the words of Superset's import. Not here: what is drawn of it
(`charts`).

A metric never adds up what does not belong together. Counts are summed over accounts and videos,
but only within one crawl month, population and measure; medians, ratios and the like are shown for
a single row. Otherwise a metric is null, not a wrong number.
"""

from __future__ import annotations

from typing import Any

from sz_assets.contracts import ENGAGEMENT_TABLES, Column, Table, Type
from sz_assets.contracts.chinese import comment_of
from sz_assets.contracts.sql import DUCKDB_TYPES, quoted
from sz_assets.publish.superset.labels import SUFFIX, labelled
from sz_assets.publish.superset.naming import fixed_id, verbose
from sz_assets.study import Study

VERSION = "1.0.0"
SCHEMA = "main"
SIMULATED_NOTE = "模拟数据 Simulated data. "

_NUMBERS = (Type.INTEGER, Type.FLOAT)
# Over these a sum would count the same videos twice.
_NEVER_ADDED_OVER = ("crawl_month", "population", "metric")
# Counts that repeat in several rows of a table, or that count what rows share.
_NOT_ADDED = ("account_count", "coder_count", "account_video_count")
_MONTH = "left(cast(crawl_month as varchar), 7)"
_WEEKDAY = (
    "case weekday when 1 then '1 周一 Mon' when 2 then '2 周二 Tue' when 3 then '3 周三 Wed' "
    "when 4 then '4 周四 Thu' when 5 then '5 周五 Fri' when 6 then '6 周六 Sat' "
    "when 7 then '7 周日 Sun' end"
)


def added_columns(table: Table, study: Study) -> dict[str, tuple[str, str]]:
    """Columns computed by Superset: name -> (SQL expression, description)."""
    names = table.column_names
    added = {
        f"{column}{SUFFIX}": (words, f"`{column}` in words.")
        for column, words in labelled(table, study).items()
    }
    if "crawl_month" in names:
        added["month"] = (_MONTH, "The crawl month as year-month, to filter by.")
    if "weekday" in names:
        added["weekday_name"] = (_WEEKDAY, "The weekday with its name, Monday first.")
    if "hour" in names:
        added["hour_of_day"] = (
            "lpad(cast(hour as varchar), 2, '0')",
            "The hour in two digits, so that it sorts.",
        )
    return added


def has_account(table: Table) -> bool:
    """Whether its rows are about an account, whose name is then joined to them."""
    return table.name != "dim_account" and "account_id" in table.column_names


def dataset_columns(table: Table, study: Study) -> list[str]:
    """The names of all columns of the table's dataset."""
    return [
        *table.column_names,
        *(["account"] if has_account(table) else []),
        *added_columns(table, study),
    ]


def _is_added_up(table: Table, column: Column) -> bool:
    return (
        table in ENGAGEMENT_TABLES
        and column.type is Type.INTEGER
        and column.unit == "count"
        and column.name not in _NOT_ADDED
        and not column.name.endswith("index")
    )


def metric_name(column: str) -> str:
    """The metric of a column with numbers."""
    return f"{column}__metric"


def _metric(table: Table, column: Column) -> dict[str, Any]:
    name = quoted(column.name)
    if _is_added_up(table, column):
        apart = [key for key in _NEVER_ADDED_OVER if key in table.column_names]
        one = " and ".join(f"count(distinct {quoted(key)}) <= 1" for key in apart)
        expression = f"case when {one} then sum({name}) end" if apart else f"sum({name})"
        rule = f"Summed; null over more than one {', '.join(apart)}." if apart else "Summed."
    else:
        expression = f"case when count(*) = 1 then max({name}) end"
        rule = f"Of a single row; null over several rows ({table.grain})."
    return {
        "metric_name": metric_name(column.name),
        "verbose_name": verbose(column.name),
        "metric_type": "expression",
        "expression": expression,
        "description": f"{comment_of(column)} {rule}",
        "d3format": ",d" if column.type is Type.INTEGER else ",.3~f",
        "extra": {},
    }


def _column(
    name: str, kind: str, description: str, *, time: bool = False, expression: str | None = None
) -> dict[str, Any]:
    return {
        "column_name": name,
        "verbose_name": verbose(name.removesuffix(SUFFIX)),
        "type": kind,
        "description": description,
        "expression": expression,
        "is_dttm": time,
        "is_active": True,
        "groupby": True,
        "filterable": True,
        "extra": {},
    }


def _columns(table: Table, study: Study) -> list[dict[str, Any]]:
    columns = [
        _column(
            column.name,
            DUCKDB_TYPES[column.type],
            comment_of(column),
            time=column.type in (Type.DATE, Type.TIMESTAMP),
        )
        for column in table.columns
    ]
    if has_account(table):
        columns.append(_column("account", "VARCHAR", "The account's Chinese and English name."))
    columns += [
        _column(name, "VARCHAR", description, expression=expression)
        for name, (expression, description) in added_columns(table, study).items()
    ]
    return columns


def _time_column(table: Table) -> str | None:
    times = [c.name for c in table.columns if c.type in (Type.DATE, Type.TIMESTAMP)]
    return "crawl_month" if "crawl_month" in times else next(iter(times), None)


def dataset(table: Table, study: Study, database: str, simulated: bool) -> dict[str, Any]:
    """The dataset of a published table, as the file that Superset's import reads."""
    sql = None
    if has_account(table):
        sql = (
            "select facts.*, concat_ws(' ', names.name_zh, names.name_en) as account\n"
            f"from {SCHEMA}.{quoted(table.name)} as facts\n"
            f"left join {SCHEMA}.dim_account as names using (account_id)"
        )
    rows = {
        "metric_name": "rows__metric",
        "verbose_name": verbose("rows"),
        "metric_type": "count",
        "expression": "count(*)",
        "description": f"Number of rows: {table.grain}.",
        "d3format": ",d",
        "extra": {},
    }
    metrics = [_metric(table, column) for column in table.columns if column.type in _NUMBERS]
    note = SIMULATED_NOTE if simulated else ""
    return {
        "table_name": table.name,
        "uuid": fixed_id("dataset", table.name),
        "version": VERSION,
        "database_uuid": database,
        "catalog": None,
        "schema": SCHEMA,
        "sql": sql,
        "description": note + comment_of(table),
        "main_dttm_col": _time_column(table),
        "filter_select_enabled": True,
        "columns": _columns(table, study),
        "metrics": [rows, *metrics],
    }
