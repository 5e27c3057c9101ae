"""What a home keeps of erasures: the one under way, and how many answers past ones changed.

Here: these files and what they say. Not here: erasing. The record of a past one names nobody.

    SZ_HOME/erasing.json                                the plan of an erasure that is not finished
    SZ_HOME/lake/raw/_erased/crawl_month=YYYY-MM-01.json   what past ones changed in a month
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from sz_assets.disk import fsync_folder, write_bytes
from sz_assets.erasing.planning import MonthChange, Plan
from sz_assets.errors import UserError
from sz_assets.storage import Home, Lake


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What one erasure changed in a month."""

    erasure_id: str
    erased_on: date
    answer_count: int
    item_count: int

    def line(self, month: date) -> str:
        """In one sentence."""
        return (
            f"{month:%Y-%m}: {self.answer_count:,} of its stored answers are not as they were "
            f"received: an account was erased on {self.erased_on}, with {self.item_count:,} items "
            "in lists of others."
        )


def marker(home: Home) -> Path:
    """Where the plan of an erasure under way lies."""
    return home.root / "erasing.json"


def begun(home: Home) -> Plan | None:
    """The erasure that was begun and is not finished; UserError if its plan is damaged."""
    path = marker(home)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise UserError(
            f"{path} is damaged, which says what an erasure has begun: remove it, and erase the "
            "account again; what was removed already can't be looked for any more."
        ) from error


def begin(home: Home, plan: Plan) -> None:
    """Note that the erasure is under way, before anything is removed."""
    write_bytes(marker(home), msgspec.json.encode(plan))


def finish(home: Home) -> None:
    """Note that it is finished: from here on the home names the account nowhere."""
    marker(home).unlink(missing_ok=True)
    fsync_folder(home.root)


def record(lake: Lake, plan: Plan) -> None:
    """Put on record what changes, once for an erasure however often it is begun."""
    for change in plan.changes:
        path = lake.month_record("erased", change.crawl_month)
        known = _read(path)
        if plan.erasure_id not in {one.erasure_id for one in known}:
            write_bytes(path, msgspec.json.encode([*known, _of(change, plan)]))


def erasures(lake: Lake) -> Iterator[tuple[date, Erasure]]:
    """What past erasures changed, by month, oldest month first."""
    for month, path in lake.month_records("erased").items():
        yield from ((month, one) for one in _read(path))


def _of(change: MonthChange, plan: Plan) -> Erasure:
    return Erasure(
        erasure_id=plan.erasure_id,
        erased_on=plan.began_on,
        answer_count=change.answer_count,
        item_count=change.item_count,
    )


def _read(path: Path) -> list[Erasure]:
    return msgspec.json.decode(path.read_bytes(), type=list[Erasure]) if path.exists() else []
