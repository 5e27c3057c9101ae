"""Files that are made for coders or for sharing.

Here: their names, and that none is overwritten. Not here: what stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sz_assets.disk import refusal, write_atomically
from sz_assets.errors import UserError

_UNSAFE = re.compile(r"[^\w.\-]+")


def file_stem(*parts: str) -> str:
    """A file name without suffix that every system allows, from ids."""
    return "-".join(_UNSAFE.sub("_", part).strip("._") or "_" for part in parts)


def refuse_existing(*paths: Path) -> None:
    """UserError if one of the files is already there."""
    for path in paths:
        if path.exists():
            raise UserError(
                f"{path} is already there and may hold a coder's work: "
                "move it away, or name another folder with --out."
            )


def write_new(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file whole or not at all, and never over another one."""
    refuse_existing(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(error, path.parent) from error
    return write_atomically(path, write)
