"""How long each host has asked to be left alone, remembered across crawls and processes.

Here: one time for each host on the disk. Not here: where it lies (`storage`) or waiting
(`crawl.asking`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sz_assets.disk import refusal, write_bytes

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class HostPauses:
    """The latest `Retry-After` of each host; `folder` holds a folder for each host."""

    folder: Path

    def until(self, host: str) -> datetime | None:
        """The time (aware) before which the host is not to be asked, past or not; None if unknown.

        UserError if the disk refuses.
        """
        path = self._path(host)
        try:
            return datetime.fromisoformat(path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except ValueError:
            # Only whoever edits the file can bring this about, and waiting for ever helps nobody.
            return None
        except OSError as error:
            raise refusal(error, path) from error

    def keep(self, host: str, until: datetime) -> None:
        """Remember the time unless a later one is known. UserError if the disk refuses."""
        known = self.until(host)
        if known is None or until > known:
            write_bytes(self._path(host), until.astimezone(UTC).isoformat().encode())

    def _path(self, host: str) -> Path:
        return self.folder / host / "left_alone_until"
