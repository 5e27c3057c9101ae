"""Tables as Polars schemas, and the gate before every write: a frame fits or nothing lands."""

from __future__ import annotations

from typing import Any

import polars as pl

from sz_assets.contracts.table import Table, Type

POLARS_TYPES: dict[Type, Any] = {
    Type.TEXT: pl.String(),
    Type.INTEGER: pl.Int64(),
    Type.FLOAT: pl.Float64(),
    Type.BOOLEAN: pl.Boolean(),
    Type.DATE: pl.Date(),
    Type.TIMESTAMP: pl.Datetime("us"),
    Type.TEXT_LIST: pl.List(pl.String()),
    Type.BINARY: pl.Binary(),
}


class ContractViolation(Exception):
    """A frame does not have the shape that its table promises. The message says in what."""


def polars_schema(table: Table) -> pl.Schema:
    """Column names and Polars types of the table, in order."""
    return pl.Schema({column.name: POLARS_TYPES[column.type] for column in table.columns})


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame with exactly the table's columns in order, after checking types, nulls and key.

    Raises ContractViolation; it never casts, fills or drops a row.
    """
    name = f"{table.layer}/{table.name}"
    expected = polars_schema(table)
    if set(frame.columns) != set(expected):
        missing = sorted(set(expected) - set(frame.columns))
        unknown = sorted(set(frame.columns) - set(expected))
        raise ContractViolation(f"{name}: missing columns {missing}, unknown columns {unknown}.")
    frame = frame.select(list(expected))
    wrong = [
        f"{column} is {actual}, not {expected[column]}"
        for column, actual in frame.schema.items()
        if actual != expected[column]
    ]
    if wrong:
        raise ContractViolation(f"{name}: {'; '.join(wrong)}.")
    for column in table.columns:
        if not column.nullable and (nulls := frame[column.name].null_count()):
            raise ContractViolation(f"{name}: {nulls} rows without {column.name}.")
    keys = frame.select(table.key)
    if doubled := frame.height - keys.n_unique():
        example = keys.filter(keys.is_duplicated()).row(0)
        raise ContractViolation(
            f"{name}: {doubled} rows repeat a key of {', '.join(table.key)}, for example {example}."
        )
    return frame
