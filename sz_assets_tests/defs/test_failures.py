"""What is tried again, and what is not."""

import dagster as dg
import pytest

from sz_assets.defs.failures import told_plainly, tried_twice
from sz_assets.errors import UserError


def test_a_failure_is_tried_again_once() -> None:
    with pytest.raises(dg.RetryRequested) as caught, tried_twice(pause_seconds=3):
        raise ValueError("a broken wire")
    assert (caught.value.max_retries, caught.value.seconds_to_wait) == (1, 3)
    assert isinstance(caught.value.__cause__, ValueError)


def test_what_only_the_user_can_mend_is_not_tried_again() -> None:
    with (
        pytest.raises(dg.Failure, match="Set the cookie") as caught,
        tried_twice(pause_seconds=3),
        told_plainly(),
    ):
        raise UserError("Set the cookie.")
    assert caught.value.allow_retries is False


def test_a_stopped_step_is_not_tried_again() -> None:
    with pytest.raises(KeyboardInterrupt), tried_twice(pause_seconds=3):
        raise KeyboardInterrupt
