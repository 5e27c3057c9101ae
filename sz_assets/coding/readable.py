"""What must hold of a file and of a record before anything else is done with them.

Here: that a file ends, and that a record's texts can be stored. Not here: formats (`exchange`), or
whether a task, coder or category exists (`import_checks`).
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from sz_assets.coding.exchange.records import Coded
from sz_assets.errors import UserError

_HALF = re.compile("[\ud800-\udfff]")
HALF_CHARACTERS = (
    "it holds half a character (a lone surrogate), which no file in UTF-8 can: remove it where the "
    "row was made, and export once more."
)


def unreadable(path: Path, error: OSError) -> UserError:
    """Why a file that the user named can't be read."""
    if isinstance(error, FileNotFoundError):
        return UserError(f"There is no file {path}: correct its name or folder.")
    if isinstance(error, IsADirectoryError):
        return UserError(f"{path} is a folder: give a file.")
    return UserError(f"{path} can't be read: {error.strerror or error}; give a file that can.")


def refuse_special(path: Path) -> None:
    """UserError for a pipe or a device, which may never end; what is missing is told later."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UserError(f"{path} is a pipe or a device: save its content in a file and give that.")


def has_half_characters(code: Coded) -> bool:
    """Whether a text of the record can't be stored."""
    texts = (
        code.task_id,
        code.coder_id,
        *code.categories,
        code.codebook_version,
        code.sample_id,
        code.comment,
    )
    return any(_HALF.search(text) for text in texts if text)
