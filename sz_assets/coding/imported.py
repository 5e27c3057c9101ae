"""What became of each row of an import, as JSON and as lines.

Here: the account that is given. Not here: importing (`importing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sz_assets.coding.exchange.records import Problem


@dataclass(frozen=True)
class Imported:
    """What became of each row: `rows` = `imported` + `unchanged` + `refused` + `uncoded`.

    `unchanged` rows say what is known of that coder and task already. With problems under `refuse`
    nothing is imported, `is_refused` is true, and rows without a problem of their own are refused
    too. `of_old_codebook` of the imported rows were made with another version than the study's
    present one; `replaced` of them differ from the same coder's earlier code, which counts no more.
    `notes` are sentences for the user.
    """

    import_id: str | None
    is_refused: bool
    rows: int
    imported: int
    unchanged: int
    refused: int
    uncoded: int
    of_old_codebook: int
    replaced: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    def problem_lines(self) -> list[str]:
        """Each problem once, with all the lines of a file that it is about."""
        places: dict[tuple[str, str], list[int]] = {}
        for one in self.problems:
            places.setdefault((one.place.file, one.text), []).append(one.place.line)
        return [
            f"{file}, line{'s' if len(lines) > 1 else ''} {_ranges(lines)}: {text}"
            for (file, text), lines in places.items()
        ]

    def to_json(self) -> dict[str, Any]:
        """The same in values that JSON has."""
        return {
            "import_id": self.import_id,
            "is_refused": self.is_refused,
            "rows": self.rows,
            "imported": self.imported,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "uncoded": self.uncoded,
            "of_old_codebook": self.of_old_codebook,
            "replaced": self.replaced,
            "problems": [
                {"file": p.place.file, "line": p.place.line, "text": p.text} for p in self.problems
            ],
            "notes": list(self.notes),
        }


def _ranges(lines: Sequence[int]) -> str:
    """Ascending numbers as `2–5, 9`."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in found)
