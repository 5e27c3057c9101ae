"""Locks of the operating system, which end with the process that holds them.

Here: taking one, or saying who has it. Not here: what is locked (`storage`).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sz_assets.disk import refusal
from sz_assets.errors import UserError


@contextmanager
def hold(path: Path, owner: str, refused: str) -> Iterator[None]:
    """Hold a lock of the operating system; UserError `refused`, with its owner, if it is taken.

    It ends with the process, however that ends, so a killed run leaves none behind.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise refusal(error, path) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise UserError(refused.replace("{}", file.read().strip() or "unknown")) from None
        file.truncate(0)
        file.write(owner)
        file.flush()
        yield
