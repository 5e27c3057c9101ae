"""Homes that several sections measure: made once a program, removed at its end.

Here: making them with our own commands, and what the run that made them said of its steps. Not
here: any figure.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from benchmarks.processes import Cost, sz_assets

MONTH = date(2023, 10, 1)


@contextmanager
def fresh_home() -> Iterator[Path]:
    """An empty home that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sz-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _lasting_home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sz-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def one_month() -> tuple[Path, Cost]:
    """A home with one crawled month, and what that cost."""
    home = _lasting_home()
    return home, sz_assets(home, "run", "--month", f"{MONTH:%Y-%m}")


@cache
def two_years() -> tuple[Path, Cost]:
    """A home with the months 2023-01 to 2024-12, crawled by one command, and what that cost."""
    home = _lasting_home()
    return home, sz_assets(home, "backfill", "--from", "2023-01", "--to", "2024-12")


@contextmanager
def copy_of(home: Path) -> Iterator[Path]:
    """A copy that is removed afterwards; paths that a release holds are relative, so it works."""
    with fresh_home() as folder:
        shutil.copytree(home, folder, symlinks=True, dirs_exist_ok=True)
        yield folder
