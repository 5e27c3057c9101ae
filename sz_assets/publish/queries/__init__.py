"""Example queries: one question each, asked of a release's `warehouse.duckdb`.

Here: reading them. Each lies beside this module as an .sql file that begins with three comments:
the question in Chinese (`zh`) and in English (`en`), and the columns it gives (`gives`).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from sz_assets.charts.context import Bilingual


@dataclass(frozen=True)
class Query:
    """One example: its name, its question, the columns that it gives, and its SQL alone."""

    name: str
    question: Bilingual
    gives: tuple[str, ...]
    sql: str


def example_queries() -> list[Query]:
    """All of them, in the order of their names. ValueError for one without its header."""
    found = [path for path in files(__package__).iterdir() if path.name.endswith(".sql")]
    return [
        _parsed(path.name.removesuffix(".sql"), path.read_text(encoding="utf-8"))
        for path in sorted(found, key=lambda path: path.name)
    ]


def _parsed(name: str, text: str) -> Query:
    header, body = text.split("\n\n", 1)
    said = dict(line.removeprefix("-- ").split(": ", 1) for line in header.splitlines())
    if said.keys() != {"zh", "en", "gives"}:
        raise ValueError(f"{name}.sql must begin with -- zh:, -- en: and -- gives:")
    return Query(
        name, Bilingual(said["zh"], said["en"]), tuple(said["gives"].split(", ")), body.strip()
    )
