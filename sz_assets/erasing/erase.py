"""Erasing one account from a home, from the plan to the proof.

Here: the order, and what a crash leaves. Not here: what is removed in a layer (the modules beside),
or building what remains (a callable that is given).

First the plan is written down, then the account is removed from what can't be made again, then all
that is made of it is removed whole and made again, and at last every file is searched. Interrupted
anywhere, the same call goes on; the plan, which names the account, is removed at the very end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from sz_assets.coding.store import CodingStore
from sz_assets.disk import remove_folder
from sz_assets.erasing import records
from sz_assets.erasing.coding_layer import InStore, erase_coding
from sz_assets.erasing.core_layer import erase_core, months_to_build
from sz_assets.erasing.history import erase_history
from sz_assets.erasing.planning import Plan, make_plan
from sz_assets.erasing.proof import Proof, prove
from sz_assets.erasing.raw_layer import erase_raw
from sz_assets.errors import UserError
from sz_assets.publish.place import publishing
from sz_assets.storage import Home, Lake
from sz_assets.study import Study

_OWNER = "sz-assets erase"
# What killed writers leave beside the file that they were writing.
_LEFTOVER = re.compile(r"\..*\.(tmp|new)|\.probe\.\d+|\.current\.\d+")

Told = Callable[[str], object]
# Runs these consecutive months, all of which are stored; it raises if one can't be built.
Rebuild = Callable[[Sequence[date]], object]


@dataclass(frozen=True)
class Erased:
    """What came of an erasure: what was changed beside the account, and the proof."""

    plan: Plan
    notes: tuple[str, ...]
    months: tuple[date, ...]
    proof: Proof


def plan_erasure(
    home: Home, study: Study, account_id: str, today: date, told: Told = lambda sentence: None
) -> Plan:
    """What `erase` would do; nothing is changed. UserError as `erase`."""
    return make_plan(home, study, account_id, today, told, _begun(home, account_id))


def erase(
    home: Home,
    study: Study,
    account_id: str,
    *,
    rebuild: Rebuild,
    today: date,
    told: Told = lambda sentence: None,
) -> Erased:
    """Remove an account that is no longer in the study from everything in the home, and prove it.

    `rebuild` is called for each range of consecutive months that remain, oldest first, with no lock
    held. `told` gets sentences on how far it is. UserError if the study still has the account,
    nothing of it is stored, the home is in use, or something of it is still found at the end.
    """
    with holding(home):
        plan = make_plan(home, study, account_id, today, told, _begun(home, account_id))
        records.begin(home, plan)
        notes = remove(home, plan, told)
        months = months_to_build(Lake(home.lake))
    for group in consecutive(months):
        told(f"building {group[0]:%Y-%m} to {group[-1]:%Y-%m} again")
        rebuild(group)
    with holding(home):
        proof = prove(home.root, plan.wanted, ignored={records.marker(home)}, told=told)
        if proof.hits:
            places = list(dict.fromkeys(hit.place for hit in proof.hits))
            raise UserError(
                f"{account_id} is not erased yet: its {proof.hits[0].kind} is still in "
                f"{places[0]}"
                + (f", and there are {len(places) - 1:,} more such places" if places[1:] else "")
                + f" in {home.root}: remove what is there of it, then run the same command again."
            )
        records.finish(home)
    return Erased(plan, tuple(notes), tuple(months), proof)


def remove(home: Home, plan: Plan, told: Told = lambda sentence: None) -> list[str]:
    """Remove the account from every layer; sentences on what was changed beside it.

    The caller holds the home (`holding`) and has noted the plan (`records.begin`). May be called
    again at any time.
    """
    lake, account_id, whose = Lake(home.lake), plan.identity.account_id, plan.whose
    told("removing what is published and what was made of it")
    notes = _remove_made(home)
    told("removing it from stored answers")
    records.record(lake, plan)
    notes += erase_raw(lake, account_id, whose)
    told("removing it from the core tables")
    notes += erase_core(lake, account_id, whose)
    told("removing it from codes, samples and models")
    at = datetime.combine(plan.began_on, time(), UTC).replace(tzinfo=None)
    notes += erase_coding(
        CodingStore(home.coding), InStore(account_id, whose, plan.populations, at)
    )
    told("removing the history of runs")
    erase_history(home.dagster, whose)
    return notes


@contextmanager
def holding(home: Home) -> Iterator[None]:
    """Have the home for oneself: no run, no crawl, no UI, no publishing, no coding."""
    store = CodingStore(home.coding)
    with ExitStack() as stack:
        for name in ("run", "ui"):
            stack.enter_context(home.lock(name, _OWNER))
        stack.enter_context(publishing(home, _OWNER))
        if store.root.is_dir():
            stack.enter_context(store.lock())
        yield


def consecutive(months: Sequence[date]) -> list[list[date]]:
    """The ascending months in runs without a gap."""
    groups: list[list[date]] = []
    for month in months:
        last = groups[-1][-1] if groups else None
        if last and (month.year * 12 + month.month) - (last.year * 12 + last.month) == 1:
            groups[-1].append(month)
        else:
            groups.append([month])
    return groups


def _begun(home: Home, account_id: str) -> Plan | None:
    plan = records.begun(home)
    if plan is not None and (other := plan.identity.account_id) != account_id:
        raise UserError(
            f"{home.root} is in the middle of erasing {other}: run sz-assets erase --account "
            f"{other} first."
        )
    return plan


def _remove_made(home: Home) -> list[str]:
    """Everything that is made of what is stored, and what killed writers left."""
    notes = []
    if home.exports.is_dir():
        count = len(list(home.exports.iterdir()))
        notes.append(f"What was exported ({count:,} folders in {home.exports}) was removed.")
    layers = home.lake.iterdir() if home.lake.is_dir() else ()
    for folder in (
        home.published,
        home.warehouse.parent,
        home.charts.parent,
        home.kept,
        home.exports,
        *(path for path in layers if path.name not in ("raw", "core", "study.json")),
    ):
        remove_folder(folder)
    for path in _leftovers(home.root):
        remove_folder(path)
        if not path.is_dir():
            path.unlink(missing_ok=True)
    return notes


def _leftovers(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob(".*")) if _LEFTOVER.fullmatch(path.name)]
