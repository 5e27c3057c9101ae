"""What the Dagster UI shows about a table: key, description, columns, kinds, owners, row counts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from sz_assets.contracts.table import Column, Table, Type

OWNERS = ["team:communication-research"]

_TYPE_NAMES = {Type.TEXT_LIST: "list of text"}


def table_key(table: Table) -> dg.AssetKey:
    """The asset's key is its layer and its noun."""
    return dg.AssetKey([table.layer, table.name])


def _column(column: Column) -> dg.TableColumn:
    unit = f" Unit: {column.unit}." if column.unit else ""
    return dg.TableColumn(
        name=column.name,
        type=_TYPE_NAMES.get(column.type, column.type.value),
        description=column.description + unit,
        constraints=dg.TableColumnConstraints(nullable=column.nullable),
    )


def column_schema(table: Table) -> dg.TableSchema:
    """The contract's columns as Dagster shows them."""
    return dg.TableSchema(columns=[_column(column) for column in table.columns])


def describe(table: Table) -> str:
    """Grain, meaning and key of the table, in Markdown."""
    return f"{table.description}\n\nGrain: {table.grain}. Key: {', '.join(table.key)}."


def table_spec(
    table: Table,
    kinds: set[str],
    deps: Iterable[dg.AssetKey] = (),
    **options: Any,
) -> dg.AssetSpec:
    """The asset of a table, everything said about it taken from its contract."""
    return dg.AssetSpec(
        table_key(table),
        deps=list(deps),
        description=describe(table),
        group_name=table.layer,
        kinds=kinds,
        owners=OWNERS,
        metadata={"dagster/column_schema": column_schema(table)},
        **options,
    )


def stored(frame: pl.DataFrame, path: Path) -> dict[str, Any]:
    """Metadata of one written month."""
    told: dict[str, Any] = {
        "dagster/row_count": frame.height,
        "path": dg.MetadataValue.path(str(path)),
    }
    if "data_origin" in frame.columns and frame.height:
        told["data_origin"] = ", ".join(sorted(set(frame["data_origin"])))
    return told
