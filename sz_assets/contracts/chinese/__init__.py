"""The contracts' words in Chinese, and a table's or column's comment in both languages.

Here: Chinese of descriptions, grains and units, looked up by their English, so that a text that
many columns share is translated once and a changed one asks for a new translation. Not here: the
English, which stands in the contracts alone.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from sz_assets.contracts.table import Column, Table

FILES = ("tables.yaml", "engagement.yaml", "analysis.yaml")


@cache
def catalogue() -> dict[str, str]:
    """English → Chinese. ValueError if a text is translated twice."""
    words: dict[str, str] = {}
    for name in FILES:
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        found: dict[str, str] = yaml.load(text, yaml.CSafeLoader)
        if twice := words.keys() & found.keys():
            raise ValueError(f"{name}: translated twice: {sorted(twice)}")
        words |= found
    return words


def chinese(text: str) -> str:
    """A description, grain or unit in Chinese; in English where it has not been translated."""
    return catalogue().get(text, text)


def comment_of(described: Table | Column) -> str:
    """What a database says of a table or column: English, then Chinese."""
    return f"{_english(described)} {_chinese(described)}"


def _english(described: Table | Column) -> str:
    if isinstance(described, Table):
        key = ", ".join(described.key)
        return f"{described.description} Grain: {described.grain}. Key: {key}."
    return described.description + (f" Unit: {described.unit}." if described.unit else "")


def _chinese(described: Table | Column) -> str:
    description = chinese(described.description)
    if isinstance(described, Table):
        key = "、".join(described.key)
        return f"{description}粒度：{chinese(described.grain)}。主键：{key}。"
    return description + (f"单位：{chinese(described.unit)}。" if described.unit else "")
