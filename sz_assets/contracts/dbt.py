"""The dbt project's YAML, made from the contracts: sources, marts, their columns and data tests.

Here: what dbt must know of a table's shape and key. Not here: SQL, singular tests and unit tests,
which are written by hand in `dbt_project`. Regenerate with `python -m sz_assets.contracts.dbt`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sz_assets.contracts.core import CORE_TABLES
from sz_assets.contracts.marts import DIM_ACCOUNT, ENGAGEMENT_TABLES
from sz_assets.contracts.sql import DUCKDB_TYPES
from sz_assets.contracts.table import Column, OneOf, Table

_HEADER = """# Generated from sz_assets/contracts by: python -m sz_assets.contracts.dbt
# Longer than 300 lines: nobody edits it, and dbt shows where a column comes from in one file.
"""


class _Dumper(yaml.SafeDumper):
    """YAML without aliases and with indented lists, as people write it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def dbt_yaml() -> dict[str, str]:
    """The generated files: path relative to the dbt project → content."""
    return {
        "models/_sources.yml": _dump({"sources": [_source("core", CORE_TABLES)]}),
        "models/marts/_contracts.yml": _dump({"models": [_mart(t) for t in ENGAGEMENT_TABLES]}),
    }


def write(project: Path) -> list[Path]:
    """Write the generated files into the dbt project folder; returns their paths."""
    written = []
    for name, content in dbt_yaml().items():
        path = project / name
        path.write_text(content, encoding="utf-8")
        written.append(path)
    return written


def _dump(content: dict[str, Any]) -> str:
    body = yaml.dump(
        {"version": 2, **content}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96
    )
    return _HEADER + body


def _source(layer: str, tables: tuple[Table, ...]) -> dict[str, Any]:
    return {
        "name": layer,
        "description": f"The {layer} layer: one Parquet file per table and crawl month.",
        "tables": [
            {
                **_heading(table),
                "config": {"meta": _dagster(table)},
                "columns": [_column(column) for column in table.columns],
            }
            for table in tables
        ],
    }


def _mart(table: Table) -> dict[str, Any]:
    return {
        **_heading(table),
        "config": {"meta": _dagster(table)},
        "data_tests": _data_tests(table),
        "columns": [_column(column, enforced=True) for column in table.columns],
    }


def _heading(table: Table) -> dict[str, str]:
    grain = table.grain[0].upper() + table.grain[1:]
    return {"name": table.name, "description": f"{grain}. {table.description}"}


def _dagster(table: Table) -> dict[str, Any]:
    return {"dagster": {"asset_key": [table.layer, table.name], "group": table.layer}}


def _column(column: Column, *, enforced: bool = False) -> dict[str, Any]:
    unit = f" Unit: {column.unit}." if column.unit else ""
    described: dict[str, Any] = {
        "name": column.name,
        "data_type": DUCKDB_TYPES[column.type].lower(),
        "description": column.description + unit,
    }
    if enforced and not column.nullable:
        # The database itself refuses the row, so nothing is written; no test has to look later.
        described["constraints"] = [{"type": "not_null"}]
    return described


def _data_tests(table: Table) -> list[dict[str, Any]]:
    tests = [
        _data_test(
            "unique_key",
            f"{table.name}_key_is_unique",
            f"No two rows share {', '.join(table.key)}.",
            columns=list(table.key),
        )
    ]
    words = {
        column.name: list(rule.values)
        for column in table.columns
        for rule in column.rules
        if isinstance(rule, OneOf)
    }
    if words:
        tests.append(
            _data_test(
                "known_words",
                f"{table.name}_words_are_known",
                f"{', '.join(words)} hold only words of the contract.",
                words=words,
            )
        )
    if "account_id" in table.column_names and table.name != DIM_ACCOUNT.name:
        tests.append(
            _data_test(
                "known_accounts",
                f"{table.name}_accounts_are_known",
                f"Every account stands in {DIM_ACCOUNT.name}.",
                accounts=f"ref('{DIM_ACCOUNT.name}')",
            )
        )
    return tests


def _data_test(test: str, name: str, description: str, **arguments: Any) -> dict[str, Any]:
    return {test: {"name": name, "description": description, "arguments": arguments}}


if __name__ == "__main__":
    for written_path in write(Path(__file__).parents[2] / "dbt_project"):
        print(written_path)
