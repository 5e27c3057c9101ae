"""What a section of the benchmarks says: tables of figures, targets, and remarks; kept as JSON.

Here: their shape, and where they are kept. Not here: measuring (the sections), or the page
(`page`). A section that could not be run keeps one sentence that says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from sz_assets.disk import write_bytes

RESULTS = Path(__file__).parent / "results"

Value = str | float | None


class Table(msgspec.Struct, frozen=True):
    """Rows of a name and figures. A figure is text, a number, or None where there is none.

    The last column is the ratio to what `columns` names there, unless `has_ratio` is false.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    has_ratio: bool = True


class Target(msgspec.Struct, frozen=True):
    """A figure that has a target: at most, or at least, so much."""

    what: str
    figure: float
    limit: float
    unit: str = ""
    sense: Literal["at most", "at least"] = "at most"

    @property
    def is_met(self) -> bool:
        return self.figure <= self.limit if self.sense == "at most" else self.figure >= self.limit


class Found(msgspec.Struct, frozen=True):
    """What one section measured."""

    tables: tuple[Table, ...] = ()
    targets: tuple[Target, ...] = ()
    remarks: tuple[str, ...] = ()


class Result(msgspec.Struct, frozen=True):
    """What a section found, with when, where and on which code; or why it could not be run."""

    section: str
    day: str
    machine: str
    yardstick: str
    versions: str
    commit: str
    repeats: int
    took_seconds: float
    found: Found | None = None
    failure: str | None = None


def keep(result: Result, folder: Path = RESULTS) -> Path:
    """Write the section's result in place of its last one."""
    text = msgspec.json.format(msgspec.json.encode(result), indent=1)
    return write_bytes(folder / f"{result.section}.json", text + b"\n")


def kept(section: str, folder: Path = RESULTS) -> Result | None:
    """The section's last result, or None if it was never run."""
    path = folder / f"{section}.json"
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None


def shown(value: Value) -> str:
    """A figure as it is printed: three significant digits, thousands apart."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return (
        f"{value:.1f}"
        if abs(value) >= 10
        else f"{value:.2f}"
        if abs(value) >= 0.1
        else f"{value:.3f}"
    )
