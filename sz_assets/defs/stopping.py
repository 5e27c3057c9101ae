"""How Ctrl+C, and a cancellation in the UI, reach code that would make something else of it.

Here: the interrupt signal within a block of a step. Not here: what a stopped run is called, which
Dagster says. Dagster's handler raises an error of its own wherever the program is, and other
libraries don't know that error.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType


def _gets_signals() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def stoppable_loop() -> Iterator[None]:
    """For a block that runs an event loop: asyncio may take Dagster's error for a broken socket.

    Python's own handler lets `asyncio.run` cancel its tasks, which have stored what they had, and
    raise KeyboardInterrupt, which Dagster takes for what it is.
    """
    if not _gets_signals():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interrupts_noticed() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether an interrupt has come since, whatever was made of it.

    Between two steps Dagster notes an interrupt and never looks again, and within one a library
    may swallow the error that its handler raises. The system's own account can't be lost.
    """
    if not _gets_signals():
        yield lambda: False
        return
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        came = False

        def has_come() -> bool:
            nonlocal came
            with suppress(BlockingIOError):
                came = came or signal.SIGINT in reader.recv(4096)
            return came

        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield has_come
        finally:
            signal.set_wakeup_fd(before)


@contextmanager
def stop_noticed() -> Iterator[None]:
    """For a block whose library takes an interrupt for a failure (dbt of a model, DuckDB of a
    query): KeyboardInterrupt at its end if one came, whatever was made of it.
    """
    if not _gets_signals():
        yield
        return
    came = False

    def notice(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, notice)
    try:
        yield
    except Exception as error:
        if came:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
