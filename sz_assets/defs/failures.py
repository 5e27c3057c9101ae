"""Between our errors and Dagster's: a user's error is a failure that no retry can mend."""

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
