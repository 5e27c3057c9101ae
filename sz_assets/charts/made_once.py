"""Files that take long to make and are the same for all charts: kept beside the code.

Here: where they lie and how they are kept. Not here: how one is made (`fonts`, `render`). Where
the folder can't be written, as in an installation of the system's, each process makes its own.
"""

from __future__ import annotations

from pathlib import Path

from sz_assets.disk import write_bytes
from sz_assets.errors import UserError

FOLDER = Path(__file__).with_name("_made_once")


def keep(path: Path, content: bytes) -> bool:
    """Write the file, whole or not at all, if it isn't there as it should be; False if refused."""
    try:
        if not path.exists() or path.read_bytes() != content:
            write_bytes(path, content)
    except (OSError, UserError):
        return False
    return True
