"""Between our errors and Dagster's: what is told to the user, tried again, or stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sz_assets.errors import UserError


@contextmanager
def told_plainly() -> Iterator[None]:
    """Let a UserError end the step with its sentence and without a retry."""
    try:
        yield
    except UserError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"exit_code": error.exit_code},
            allow_retries=False,
        ) from error


@contextmanager
def tried_twice(pause_seconds: float) -> Iterator[None]:
    """Repeat the step once if it fails, but not if it is stopped.

    A retry policy of Dagster's own would take Ctrl+C or a cancellation for one more failure and
    run the step again.
    """
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        raise dg.RetryRequested(max_retries=1, seconds_to_wait=pause_seconds) from error


@contextmanager
def stoppable_loop() -> Iterator[None]:
    """Let Ctrl+C and cancellations reach an event loop that runs in this block.

    Dagster's handler raises its own error wherever the loop is, and asyncio may take that for a
    broken socket and go on. Python's handler lets `asyncio.run` cancel its tasks, which store
    what they have, and raise KeyboardInterrupt, which Dagster takes for what it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
