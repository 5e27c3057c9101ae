"""What is tried again and what is not, and how a signal reaches an event loop."""

import asyncio
import os
import signal
from collections.abc import Iterator
from types import FrameType

import dagster as dg
import pytest

from sz_assets.defs.failures import stoppable_loop, told_plainly, tried_twice
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


class Interrupted(BaseException):
    """Stands for the error that Dagster's handler raises."""


@pytest.fixture
def handler() -> Iterator[object]:
    """A handler like Dagster's: it raises where the program happens to be."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGINT, interrupt)
    yield interrupt
    signal.signal(signal.SIGINT, before)


def test_a_loop_cancels_its_tasks_when_it_is_stopped(handler: object) -> None:
    ended: list[str] = []

    async def crawl() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            ended.append("stored what there was")
            raise

    with pytest.raises(KeyboardInterrupt), stoppable_loop():
        asyncio.run(crawl())
    assert ended == ["stored what there was"]
    assert signal.getsignal(signal.SIGINT) is handler
