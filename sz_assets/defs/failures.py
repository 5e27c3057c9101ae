"""Between our errors and Dagster's: what is told to the user, and what is tried again."""

from __future__ import annotations

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
