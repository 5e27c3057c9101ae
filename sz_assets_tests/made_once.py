"""Homes that take a minute to make: made once for all test processes that read them.

Here: who makes one, when, where it lies, and copying it. Not here: what is in it (the fixtures).

pytest's workers each have fixtures of their own, and CI runs pytest twice. The first process that
wants a home makes it under a lock and nobody opens it there again: each process works on a copy.
SZ_TEST_HOMES names a folder for such homes that outlives one pytest; they are kept apart by a
digest of the code, so that a home of other code is never taken.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

# Read at once: tests take the settings of ours out of the environment.
_SHARED = os.environ.get("SZ_TEST_HOMES")
# Not plain, so that every path in a home is met with characters that SQL and patterns mind.
_HOME = "home [1]'s"


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]
) -> tuple[Path, Any]:
    """A copy of the home that `make(root)` filled for the first who asked, and what it answered.

    The answer must be picklable. Whoever asks while it is made waits; if making it fails, the
    next one tries again and fails of itself.
    """
    from sz_assets.kept import code_digest

    folder = _place(factory) / f"{name}-{code_digest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / "answer.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            # What is left of one that failed or was killed.
            shutil.rmtree(folder / _HOME, ignore_errors=True)
            answered = make(folder / _HOME)
            unfinished = answer.with_suffix(".tmp")
            unfinished.write_bytes(pickle.dumps(answered))
            unfinished.replace(answer)
    root = shutil.copytree(folder / _HOME, factory.mktemp(name) / _HOME, symlinks=True)
    return root, pickle.loads(answer.read_bytes())


def in_order(items: list[pytest.Item], homes: Sequence[str]) -> list[pytest.Item]:
    """The tests file by file, in the order in which workers are to take the files.

    First come files of which each begins with one of these fixtures. All others that need them
    follow when much else is done, so that hardly any worker waits for a home that another makes,
    yet before what is small, so that none works alone at the end.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    ordered = sorted(files.values(), key=len, reverse=True)
    first: list[list[pytest.Item]] = []
    for home in homes:
        beginning = [file for file in ordered if home in _fixtures(file[0])]
        first += [file for file in beginning[:1] if file not in first]
    rest = [file for file in ordered if file not in first]
    users = [file for file in rest if any(_fixtures(item) & {*homes} for item in file)]
    others = [file for file in rest if file not in users]
    much = len(others) // 4
    in_turn = (*first, *others[:much], *users, *others[much:])
    return [item for file in in_turn for item in file]


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _place(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this pytest share, or that several of them do."""
    if _SHARED:
        return Path(_SHARED)
    own = factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made_once"
