"""Progress on a terminal: one bar for a run's steps.

Here: drawing. Not here: knowing what happens (`defs.run`, `crawl`).
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class StepProgress:
    """A step that ended: how many of the run's steps have, and which it was."""

    done: int
    total: int
    step: str


class StepBar:
    """A bar on a terminal, a line per step elsewhere; on standard error."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> StepBar:
        self._show("starting")
        return self

    def step(self, progress: StepProgress) -> None:
        """Show that a step has ended."""
        name = progress.step.replace("__", "/")
        filled = round(24 * progress.done / max(progress.total, 1))
        bar = "█" * filled + "░" * (24 - filled)
        self._show(f"{bar} {progress.done}/{progress.total} {name}")

    def note(self, text: str) -> None:
        """Show what is going on within a step."""
        self._show(text)

    def _show(self, text: str) -> None:
        seconds = time.monotonic() - self._started
        line = f"{seconds:5.1f} s  {text}"
        # \r and "erase to the end of the line" keep the terminal to a single line.
        sys.stderr.write(f"\r{line[:110]}\x1b[K" if self._terminal else f"{line}\n")
        sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
