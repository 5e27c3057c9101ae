"""JSON files that tools exported, read whole and within bounds.

Here: what can be wrong with such a file as a whole. Not here: what its records mean.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sz_assets.coding.readable import unreadable
from sz_assets.errors import UserError

MAX_BYTES = 300_000_000


def read_bounded(path: Path, what: str) -> bytes:
    """The file's bytes; UserError if it can't be read or is larger than any export."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(
                f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB, more than {what} can "
                "have: check that it is the right file."
            )
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def decoded(content: bytes, name: str, what: str) -> str:
    """The text, which must be UTF-8; a byte order mark does not count."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name} is not UTF-8 (byte {error.start}), as {what} is: "
            "give the file as the tool exported it, not saved by another program."
        ) from error


def parse(text: str) -> Any:
    """A JSON value; ValueError says why the text is none, and where."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def parse_array(text: str, name: str, what: str) -> list[Any]:
    """The records of an export; UserError if it is cut short, damaged or something else."""
    try:
        value = parse(text)
    except ValueError as error:
        raise UserError(
            f"{name} can't be read as {what}: it is cut short or damaged, or has another "
            f"format ({error}); export it once more, or correct --format."
        ) from error
    if not isinstance(value, list):
        raise UserError(
            f"{name} is not {what}, which is a list of tasks: give the file that the tool exported."
        )
    return value


def text_or_none(value: object) -> str | None:
    """The value if it is a text that is not empty."""
    return value if isinstance(value, str) and value else None
