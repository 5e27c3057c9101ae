"""The indexes that are computed: reading `indexes.yaml` and what makes it wrong.

Here: shapes and checks. Not here: the formulas' language (`expression`) or values (`compute`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sz_assets.core.indexes.expression import Formula, FormulaError
from sz_assets.core.indexes.inputs import DEFINITIONS
from sz_assets.study import Name
from sz_assets.yaml_places import Document

_ID = re.compile(r"[a-z0-9_]+")
_Text = Annotated[str, Meta(min_length=1)]
Weights = Mapping[str, float]


class Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One index. Each group of `weights` sums to 1; an index without a formula has no value."""

    id: _Text
    name: Name
    version: _Text
    formula: _Text | None = None
    weights: tuple[dict[str, float], ...] = ()
    unit: _Text
    status: Literal["verified", "unverified"]
    source: _Text | None = None
    note: _Text | None = None

    @property
    def all_weights(self) -> dict[str, float]:
        """Every weight by its name."""
        return {name: value for group in self.weights for name, value in group.items()}


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    indexes: tuple[Index, ...]


def load_indexes(path: Path) -> tuple[Index, ...]:
    """The indexes of that file, checked; UserError names the file, line and field of a mistake."""
    document = Document(path)
    indexes = document.read_as(_File).indexes
    seen: set[str] = set()
    for place, index in enumerate(indexes):
        field = ("indexes", place)
        if not _ID.fullmatch(index.id) or index.id in seen:
            raise document.wrong(
                (*field, "id"),
                f"{index.id!r} is used twice or is no id: small letters, digits and _ only",
            )
        seen.add(index.id)
        if index.status == "verified" and (index.formula is None or index.source is None):
            raise document.wrong(
                (*field, "status"),
                "a verified index has a formula and the source that prints it: give both",
            )
        _check_weights(document, index, place)
        if index.formula is not None:
            _check_formula(document, index, index.formula, place)
    return indexes


@cache
def published_indexes() -> tuple[Index, ...]:
    """The indexes that come with the package."""
    return load_indexes(Path(__file__).with_name("indexes.yaml"))


def _check_weights(document: Document, index: Index, place: int) -> None:
    seen: set[str] = set()
    for number, group in enumerate(index.weights):
        field = ("indexes", place, "weights", number)
        if twice := seen & set(group) or set(group) & set(DEFINITIONS):
            raise document.wrong(field, f"{min(twice)} is a name already: give the weight another")
        seen |= set(group)
        if any(value < 0 for value in group.values()) or abs(sum(group.values()) - 1) > 1e-9:
            raise document.wrong(
                field, f"these weights sum to {sum(group.values()):g}: positive, they sum to 1"
            )


def _check_formula(document: Document, index: Index, text: str, place: int) -> None:
    field = ("indexes", place, "formula")
    try:
        formula = Formula(text)
    except FormulaError as error:
        raise document.wrong(field, f"{error}: correct the formula") from None
    known = set(DEFINITIONS) | set(index.all_weights)
    if unknown := formula.names - known:
        raise document.wrong(
            field,
            f"{min(unknown)} is neither an input nor a weight: use one of "
            f"{', '.join(sorted(known))}",
        )
    if unused := set(index.all_weights) - formula.names:
        raise document.wrong(field, f"the weight {min(unused)} is not used: remove it")
