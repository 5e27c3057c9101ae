"""Where releases lie: their lock, the link that readers follow, and finding one by its name.

Here: names, the link and the lock. Not here: what is in a release (`manifest`), or making one
(`release`).
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path

from sz_assets.disk import fsync_folder, refusal
from sz_assets.errors import UserError
from sz_assets.locks import hold
from sz_assets.storage import Home

WAREHOUSE = "warehouse.duckdb"


def publishing(home: Home, owner: str) -> AbstractContextManager[None]:
    """Hold the right to change what is published; UserError at once if another process has it.

    Apart from the lock of a run: a run publishes, and a command that rolls back must not wait for
    the crawl of a run that will not publish for an hour.
    """
    return hold(
        home.root / "locks" / "publish.lock",
        owner,
        f"What is published in {home.root} is being changed already ({{}}): wait until that has "
        "ended, then run the same command again.",
    )


def turn_current_to(home: Home, folder: Path) -> None:
    """Point `published/current` at a release by renaming a new link over the old one."""
    _refuse_no_link(home)
    link = home.published / f".current.{os.getpid()}"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(folder.relative_to(home.published))
        os.replace(link, home.current)
        fsync_folder(home.published)
    except OSError as error:
        raise refusal(error, home.current) from error


def current_release(home: Home) -> Path:
    """The folder of the current release; UserError if nothing is published or the link is broken.

    What it returns stays the same release, whatever is published afterwards.
    """
    if not os.path.lexists(home.current):
        if names(home):
            raise UserError(
                f"No release in {home.published} is current: sz-assets releases rollback RELEASE "
                "makes one current."
            )
        raise UserError(f"Nothing is published in {home.published} yet: run sz-assets run.")
    _refuse_no_link(home)
    found = resolved_current(home)
    if found is None:
        raise UserError(
            f"{home.current} points to {home.current.readlink()}, where no release is: sz-assets "
            "releases rollback RELEASE makes one current."
        )
    return found


def resolved_current(home: Home) -> Path | None:
    """The folder that the link leads to, if that is a release's; links that loop lead nowhere."""
    try:
        found = home.current.resolve(strict=True)
        inside = found.parent == home.releases.resolve()
    except (OSError, RuntimeError):  # Before Python 3.13 a loop is a RuntimeError.
        return None
    return found if inside and found.is_dir() else None


def _refuse_no_link(home: Home) -> None:
    if os.path.lexists(home.current) and not home.current.is_symlink():
        raise UserError(
            f"{home.current} is no link: remove it, then sz-assets releases rollback RELEASE "
            "makes a release current."
        )


def current_warehouse(home: Home) -> Path:
    """The database of the current release by its real path, to be asked for at each connection.

    DuckDB before 1.5 gives a process that has an old release open by the path of the link the
    same old one again; by the real path every client gets the new one. UserError as above.
    """
    return current_release(home) / WAREHOUSE


def names(home: Home) -> list[str]:
    """The names of all releases, sorted; those being built or removed are none."""
    if not home.releases.is_dir():
        return []
    return sorted(
        path.name
        for path in home.releases.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def find(home: Home, asked: str | None) -> Path:
    """The release of that name, or of the only name that begins so; the current one without.

    A name is compared with those that are there, and never used as a path. UserError if there is
    none, or more than one.
    """
    if asked is None or asked == "current":
        return current_release(home)
    there = names(home)
    if not there:
        raise UserError(f"Nothing is published in {home.published} yet: run sz-assets run.")
    found = (
        [asked] if asked in there else [name for name in there if asked and name.startswith(asked)]
    )
    if not found:
        raise UserError(
            f"There is no release {asked!r} in {home.published}: sz-assets releases list shows "
            "their names."
        )
    if len(found) > 1:
        raise UserError(
            f"{len(found)} releases have names that begin with {asked!r} ({', '.join(found[:3])}"
            f"{' …' if len(found) > 3 else ''}): give more of the name."
        )
    return home.releases / found[0]
