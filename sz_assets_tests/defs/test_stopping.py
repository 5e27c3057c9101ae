"""An interrupt is never lost, whatever a library makes of it."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from sz_assets.defs.stopping import stop_noticed, stoppable_loop


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


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def swallow() -> None:
    """As dbt does."""
    try:
        interrupt()
    except BaseException:
        return


def mistake() -> None:
    """As DuckDB does."""
    try:
        interrupt()
    except BaseException as error:
        raise RuntimeError("Query interrupted") from error


@pytest.mark.parametrize("library", [interrupt, swallow, mistake])
def test_an_interrupt_is_noticed_whatever_is_made_of_it(library: object, handler: object) -> None:
    assert callable(library)
    with pytest.raises(KeyboardInterrupt), stop_noticed():
        library()
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_failure_without_an_interrupt_stays_one(handler: object) -> None:
    with pytest.raises(RuntimeError, match="no such column"), stop_noticed():
        raise RuntimeError("no such column")
    assert signal.getsignal(signal.SIGINT) is handler


def test_other_threads_get_no_signals_and_go_on() -> None:
    done: list[str] = []

    def work() -> None:
        with stop_noticed(), stoppable_loop():
            done.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["worked"]
