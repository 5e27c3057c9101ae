"""A release's text files that begin as those of an earlier release do, and go on with new rows.

Here: taking over a file that is still as it was published, and adding to it. Not here: which rows
are new (`publish.taken_over`), or how a row is written (the formats).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_AT_A_TIME = 2**20


@dataclass(frozen=True)
class Continued:
    """What the release in `target` can take over from the one in `folder`.

    `files` is what the manifest of that one says of its files. `since` names the tables whose rows
    begin with all that the earlier release has of them, in its order, and the first month of those
    that follow, None if there are none. Files that were gone on with are put into `hashed`, as a
    manifest says it, so that they need not be read again for their hash.
    """

    folder: Path
    files: Mapping[str, Mapping[str, Any]]
    since: Mapping[str, str | None]
    target: Path
    hashed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, table: str, path: Path, write_rows: Callable[[Path, str], None]) -> bool:
        """Whether the table's file could be made from the earlier one; `path` is then whole.

        `write_rows` writes the rows from a month on into a file, and nothing else.
        """
        name = path.relative_to(self.target).as_posix()
        if table not in self.since or not (self.folder / name).is_file():
            return False
        digest = hashlib.sha256()
        _append(self.folder / name, path, digest)
        if digest.hexdigest() != self.files.get(name, {}).get("sha256"):
            path.unlink()
            return False
        if (since := self.since[table]) is not None:
            rows = path.with_name(f".{path.name}.rows")
            write_rows(rows, since)
            _append(rows, path, digest)
            rows.unlink()
        self.hashed[name] = {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}
        return True


def _append(source: Path, target: Path, digest: Any) -> None:
    """Copy a file to the end of another one, and its bytes into the digest as well."""
    with source.open("rb") as old, target.open("ab") as new:
        while block := old.read(_AT_A_TIME):
            digest.update(block)
            new.write(block)
