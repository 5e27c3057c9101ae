"""Each published table and column with all that the dictionary says of it.

Here: what is looked up in the contracts, their references and their Chinese. Not here: how it is
written (`dictionary`, `dictionary_texts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sz_assets.charts.context import Bilingual
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import chinese
from sz_assets.contracts.references import Reference, references
from sz_assets.contracts.sql import DUCKDB_TYPES
from sz_assets.contracts.table import Column, Table
from sz_assets.publish import dictionary_words as words


@dataclass(frozen=True)
class ColumnEntry:
    """One column as the dictionary shows it."""

    table: Table
    column: Column
    position: int

    @property
    def anchor(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def type(self) -> str:
        return DUCKDB_TYPES[self.column.type]

    @property
    def is_key(self) -> bool:
        return self.column.name in self.table.key

    @property
    def unit(self) -> Bilingual | None:
        return words.both(self.column.unit)

    @property
    def description(self) -> Bilingual:
        return Bilingual(chinese(self.column.description), self.column.description)

    @property
    def rules(self) -> list[Bilingual]:
        return [words.rule_in_words(rule) for rule in self.column.rules]

    @property
    def targets(self) -> list[str]:
        """The tables whose key this column is part of, as `table.column`."""
        return [
            f"{reference.target}.{target}"
            for reference in references(self.table)
            for name, target in zip(reference.columns, reference.target_columns, strict=True)
            if name == self.column.name
        ]


@dataclass(frozen=True)
class TableEntry:
    """One table as the dictionary shows it."""

    table: Table

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def layer(self) -> Bilingual:
        return words.LAYERS[self.table.layer]

    @property
    def grain(self) -> Bilingual:
        return words.sentence(self.table.grain)

    @property
    def description(self) -> Bilingual:
        return Bilingual(chinese(self.table.description), self.table.description)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        return references(self.table)

    @cached_property
    def referenced_by(self) -> list[str]:
        return [
            other.name
            for other in PUBLISHED_TABLES
            if any(reference.target == self.name for reference in references(other))
        ]

    @property
    def rules(self) -> list[Bilingual]:
        return words.table_rules(self.table)

    @cached_property
    def columns(self) -> list[ColumnEntry]:
        return [
            ColumnEntry(self.table, column, position)
            for position, column in enumerate(self.table.columns, 1)
        ]


def entries() -> list[TableEntry]:
    """All published tables, in the order of the contracts."""
    return [TableEntry(table) for table in PUBLISHED_TABLES]
