"""The releases that are kept: listing, verifying, going back to one, removing old ones.

Here: what is done with releases that exist. Not here: making one (`release`), or comparing two
(`comparison`).
"""

from __future__ import annotations

import os
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sz_assets.disk import refusal, remove_folder
from sz_assets.errors import UserError
from sz_assets.publish.manifest import MANIFEST, changes, published_at_of, read_manifest, rows_of
from sz_assets.publish.place import (
    WAREHOUSE,
    current_release,
    find,
    names,
    publishing,
    resolved_current,
    turn_current_to,
)
from sz_assets.storage import Home

_BUILDING, _REMOVING = ".building-", ".removing-"


@dataclass(frozen=True)
class Listed:
    """One release: its name, bytes and manifest, or what is wrong with that."""

    name: str
    is_current: bool
    bytes: int
    manifest: dict[str, Any] | None
    problem: str | None

    def facts(self) -> dict[str, Any]:
        """What a list tells of it."""
        read = self.manifest or {}
        return {
            "release": self.name,
            "is_current": self.is_current,
            "published_at": read.get("published_at"),
            "crawl_months": read.get("crawl_months"),
            "data_origins": read.get("data_origins"),
            "simulated": read.get("simulated"),
            "rows": rows_of(read) if read else None,
            "bytes": self.bytes,
            "problem": self.problem,
        }


def building_folder(home: Home, run_id: str) -> Path:
    """Where a release is built, out of every reader's sight."""
    return home.releases / f"{_BUILDING}{run_id}"


def list_releases(home: Home) -> list[Listed]:
    """All releases, the newest first; one whose manifest is damaged says so and comes last."""
    current = resolved_current(home)
    listed = []
    for name in _newest_first(home):
        folder = home.releases / name
        manifest, problem = None, None
        try:
            manifest = read_manifest(folder)
        except UserError as error:
            problem = str(error)
        listed.append(Listed(name, folder.resolve() == current, _bytes(folder), manifest, problem))
    return listed


def show(home: Home, asked: str | None = None) -> tuple[Path, dict[str, Any]]:
    """A release's folder and manifest, the current one's without a name; UserError if none."""
    folder = find(home, asked)
    return folder, read_manifest(folder)


def verify(home: Home, asked: str | None = None) -> list[str]:
    """Whether the release is as it was published: a sentence for each file that is not."""
    folder, manifest = show(home, asked)
    return list(changes(folder, manifest))


def rollback(home: Home, asked: str | None = None) -> tuple[str | None, str]:
    """Make a release current, by default the one published before the current one.

    Returns the names of the release that was current (None if the link led nowhere) and of the one
    that is. UserError if there is none such, or if it is not as it was published.
    """
    with publishing(home, f"sz-assets releases rollback, process {os.getpid()}"):
        before: str | None = None
        if asked is None:
            before = current_release(home).name
            newest = _newest_first(home)
            older = newest[newest.index(before) + 1 :] if before in newest else []
            if not older:
                raise UserError(
                    f"No release was published before {before}: sz-assets releases list shows "
                    "those that there are."
                )
            target = home.releases / older[0]
        else:
            target = find(home, asked)
            with suppress(UserError):  # A link that leads nowhere is what this mends.
                before = current_release(home).name
        if target.name == before:
            raise UserError(
                f"{before} is the current release already: sz-assets releases list shows others."
            )
        _refuse_changed(target)
        turn_current_to(home, target)
    return before, target.name


def prune(home: Home, keep: int, before: datetime | None = None) -> list[str]:
    """Remove all releases but the `keep` newest and the current one; returns their names.

    Of the newest ones too, those are removed that were published before `before`.
    """
    if not home.releases.is_dir():
        return []
    with publishing(home, f"sz-assets releases prune, process {os.getpid()}"):
        remove_leftovers(home)
        return remove_old(home, keep, before)


def old_releases(home: Home, keep: int, before: datetime | None = None) -> list[str]:
    """What `prune` would remove."""
    current = resolved_current(home)
    newest = _newest_first(home)
    old = [*newest[keep:]]
    if before is not None:
        old = [name for name in newest if name in old or _published_at(home, name) < before]
    return [name for name in old if (home.releases / name).resolve() != current]


def remove_old(home: Home, keep: int, before: datetime | None = None) -> list[str]:
    """As `prune`, for who holds the lock already.

    Each is renamed first, so that none is ever seen in part. Who has a file of it open keeps it.
    """
    removed = []
    for name in old_releases(home, keep, before):
        folder = home.releases / name
        aside = home.releases / f"{_REMOVING}{name}"
        try:
            folder.rename(aside)
            remove_folder(aside)
        except OSError as error:
            raise refusal(error, folder) from error
        removed.append(name)
    return removed


def remove_leftovers(home: Home) -> None:
    """Remove what killed processes left; the caller must hold the lock."""
    if not home.published.is_dir():
        return
    for kind in (_BUILDING, _REMOVING):
        for left in home.releases.glob(f"{kind}*"):
            remove_folder(left)
    for link in home.published.glob(".current.*"):
        link.unlink()


def _newest_first(home: Home) -> list[str]:
    """Names by when they were published; of the same second, by when the folder was last written.

    Releases whose manifest is damaged are the oldest.
    """

    def age(name: str) -> tuple[datetime, int]:
        told = _published_at(home, name)
        with suppress(FileNotFoundError):  # Another process may be removing it.
            return told, (home.releases / name).stat().st_mtime_ns
        return told, 0

    return sorted(names(home), key=age, reverse=True)


def _published_at(home: Home, name: str) -> datetime:
    try:
        return published_at_of(read_manifest(home.releases / name))
    except UserError:
        return datetime.min.replace(tzinfo=UTC)


def _refuse_changed(folder: Path) -> None:
    """UserError unless the files are those that were published and the database opens."""
    manifest = read_manifest(folder)
    remedy = "choose another release (sz-assets releases list) or publish again with sz-assets run"
    if changed := changes(folder, manifest):
        raise UserError(
            f"Release {folder.name} is not as it was published ({changed[0]}): {remedy}."
        )
    try:
        with closing(duckdb.connect(str(folder / WAREHOUSE), read_only=True)) as connection:
            found = connection.execute("select table_name from duckdb_tables()").fetchall()
    except duckdb.Error as error:
        why = " ".join(str(error).split())
        raise UserError(f"Release {folder.name} can't be opened ({why}): {remedy}.") from error
    if missing := sorted(manifest["tables"].keys() - {name for (name,) in found}):
        raise UserError(f"Release {folder.name} lacks the table {missing[0]}: {remedy}.")


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # Another process may be removing it.
            total += path.stat().st_size if path.is_file() else 0
    return total


def files_of(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The release's files but for the manifest, as the manifest names them."""
    files = manifest.get("files")
    return {} if not isinstance(files, dict) else {k: v for k, v in files.items() if k != MANIFEST}
