"""Which imports there ever were, so that a codes file that is lost is missed.

Here: the list beside the codes, and what is missing by it. Not here: the codes (`store`).

    coding/imports.json     number and id of each import, and the numbers that are given up as lost
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from sz_assets.disk import write_bytes
from sz_assets.errors import UserError


class Ledger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of the imports by their numbers; of lost ones, when that was accepted (UTC)."""

    import_ids: dict[int, str] = {}
    lost: dict[int, datetime] = {}

    def missing(self, kept: Iterable[tuple[int, str]]) -> dict[int, str | None]:
        """Of the imports that must be there but are not, the id by the number; null: unknown.

        `kept` are numbers and ids of those that are there. Homes from before the list have gaps in
        their numbers only.
        """
        numbers = dict(kept)
        ids = set(numbers.values())
        expected = range(1, max((*numbers, *self.import_ids), default=0) + 1)
        return {
            number: self.import_ids.get(number)
            for number in expected
            if number not in numbers
            and number not in self.lost
            and self.import_ids.get(number) not in ids
        }


def read_ledger(root: Path) -> Ledger:
    """The list of a store; an empty one where none was written yet. UserError if damaged."""
    path = _path(root)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ledger)
    except FileNotFoundError:
        return Ledger()
    except msgspec.DecodeError as error:
        raise UserError(f"{path} is damaged: put it back from a copy.") from error


def write_ledger(root: Path, ledger: Ledger) -> None:
    """Replace the list of a store."""
    write_bytes(_path(root), msgspec.json.encode(ledger))


def refuse_missing(root: Path, missing: dict[int, str | None]) -> None:
    """UserError that names the first import that is missing, if any is."""
    if missing:
        number, import_id = next(iter(missing.items()))
        name = f"{import_id}.parquet" if import_id else "its file"
        more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        raise UserError(
            f"Import {number} of codes is missing{more}: put {name} back into {root / 'codes'} "
            f"from a copy, or say sz-assets coding status --accept-lost {number} if it is lost."
        )


def _path(root: Path) -> Path:
    return root / "imports.json"
