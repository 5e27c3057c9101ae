"""Files that are written whole or not at all, and what is said when the disk refuses.

Here: atomic writes, durable folders, removal. Not here: where a file lies (`storage`).
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

from sz_assets.errors import UserError

_NO_PERMISSION = ("permission is missing", "{} a folder that you may write")
_NO_FOLDER = ("a file is in the place of a folder", "{} a folder")
_REFUSALS = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EROFS: ("the disk is read-only", "{} a folder that can be written"),
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENOTEMPTY: ("a folder with files is there already", "{} a new folder"),
}


def refusal(error: OSError, path: Path, setting: str = "set SZ_HOME to") -> UserError:
    """What the disk refuses, in one sentence; `setting` leads to where else to write."""
    other = ((error.strerror or str(error)).lower(), "mend that")
    cause, remedy = _REFUSALS.get(error.errno or 0, other)
    return UserError(
        f"{path} could not be written: {cause}. What was stored before is unchanged; "
        f"{remedy.replace('{}', setting)} and run the same command again."
    )


def fsync_folder(folder: Path) -> None:
    """Make a rename in this folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Call `write` with a temporary path beside `path`, flush it to disk, then rename it.

    A reader sees the old file or the new one, never a part. UserError if the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        raise refusal(error, path) from error
    finally:
        # The error that led here is the one to tell, so none of the cleaning counts.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


@contextmanager
def whole_folder(target: Path, setting: str = "set SZ_HOME to") -> Iterator[Path]:
    """A folder to fill that at the end is flushed to disk and becomes `target`, or is removed.

    What a killed writer left is removed first. Of two that write the same `target` at once the
    first to end has it. UserError if the disk refuses; `setting` as in `refusal`.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        _remove_leftovers_of(target)
        temporary.mkdir(parents=True)
        yield temporary
        for path in temporary.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            else:
                fsync_folder(path)
        fsync_folder(temporary)
        temporary.rename(target)
        fsync_folder(target.parent)
    except OSError as error:
        raise refusal(error, target, setting) from error
    finally:
        with suppress(OSError):
            remove_folder(temporary)


def _remove_leftovers_of(target: Path) -> None:
    """Remove the folders of writers of `target` that are no more."""
    name = re.compile(rf"\.{re.escape(target.name)}\.(?:(\d+)\.)?tmp")
    for path in target.parent.iterdir() if target.parent.is_dir() else ():
        found = name.fullmatch(path.name)
        if found and not (found[1] and _is_running_elsewhere(int(found[1]))):
            remove_folder(path)


def _is_running_elsewhere(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def write_bytes(path: Path, content: bytes) -> Path:
    """Write one small file atomically."""
    return write_atomically(path, lambda temporary: temporary.write_bytes(content))


def write_parquet(frame: pl.DataFrame, path: Path, **options: Any) -> None:
    """Write a Parquet file; OSError if the disk refuses.

    Polars tells the system's number of the error in its text alone.
    """
    try:
        frame.write_parquet(path, compression="zstd", **options)
    except (pl.exceptions.PolarsError, OSError) as error:
        if number := re.search(r"\(os error (\d+)\)", str(error)):
            raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
        raise


def remove_folder(path: Path) -> None:
    """Remove a folder of ours and all in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
