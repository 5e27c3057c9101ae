"""Other processes of a run, which load slow libraries while this one works, and then share work.

Here: starting them, sharing items out, ending them. Not here: what is done (the callers say).
Python imports with one core only, and most of a run's work is Python, so each core needs a
process of its own.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, ParamSpec, TypeVar

from sz_assets import garbage

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

# Each takes some 400 MB once its libraries are loaded.
_MOST = 3
# Where no crew was started, as in a run that the UI launched: another process takes some three
# seconds to begin, and so many items take longer.
_WORTH_STARTING = 20
# How long a process may take to end in order.
_PATIENCE_SECONDS = 3


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew:
    """Processes that have begun to load `modules`; `close` ends them, whatever they are doing."""

    def __init__(self, size: int, modules: Sequence[str]) -> None:
        # A forked copy of a process with threads can hang, so each begins anew.
        self._pool = ProcessPoolExecutor(
            size,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(tuple(modules),),
        )
        self._size = size
        self._loaded = [self._lend(_nothing) for _ in range(size)]

    def spread(
        self, function: Callable[[T], R], items: Sequence[T], *, takes_part: bool
    ) -> list[R]:
        """`function` of each item: from the first on in this process, from the last on in others.

        While the others still load, this process does it all, or waits if it takes no part.
        """
        if not takes_part:
            wait(self._loaded)
            takes_part = not self._is_loaded()
        waiting = dict(enumerate(items))
        results: dict[int, R] = {}
        lent: dict[int, Future[R]] = {}
        try:
            while waiting or lent:
                for index in [index for index, future in lent.items() if future.done()]:
                    results[index] = self._result(lent.pop(index), function, items[index])
                # One more than they can do, so that none waits for this process to look again.
                while waiting and len(lent) <= self._size and self._is_loaded():
                    index, item = waiting.popitem()
                    lent[index] = self._lend(function, item)
                if waiting and takes_part:
                    index = next(iter(waiting))
                    results[index] = function(waiting.pop(index))
                elif lent:
                    index = next(iter(lent))
                    results[index] = self._result(lent.pop(index), function, items[index])
        finally:
            for future in lent.values():
                future.cancel()
        return [results[index] for index in range(len(items))]

    def prepare(self, function: Callable[[], None]) -> None:
        """Let so many processes as there are call this as soon as they have nothing else to do."""
        for _ in range(self._size):
            self._lend(function)

    def _is_loaded(self) -> bool:
        return all(future.done() and not future.exception() for future in self._loaded)

    def _lend(self, function: Callable[P, R], *items: P.args, **named: P.kwargs) -> Future[R]:
        """Its result to come; an error of the pool is met there, too, and not here already."""
        try:
            return self._pool.submit(function, *items, **named)
        except BrokenProcessPool as error:
            lost: Future[R] = Future()
            lost.set_exception(error)
            return lost

    @staticmethod
    def _result(future: Future[R], function: Callable[[T], R], item: T) -> R:
        try:
            return future.result()
        except BrokenProcessPool:
            # The system ended a process, as it does where memory is short: this one can do it too.
            return function(item)

    def close(self) -> None:
        """End the processes at once."""
        # Python 3.14 has terminate_workers(); before it, the processes have no public name.
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(_PATIENCE_SECONDS)
            # One that is inside a library's own machine code does not hear of it before that ends.
            process.kill()
            process.join()
        # Its queues' semaphores go with it, before this process ends: else Python tells of leaks.
        self._pool.shutdown(wait=True)
        del self._pool


_crew: Crew | None = None
_apart: Crew | None = None


@contextmanager
def started(modules: Sequence[str], apart: Sequence[str] = ()) -> Iterator[None]:
    """Within this block other processes, one for each further core, load these and share work.

    If there are modules that one process alone needs, one more loads those, and does what is given
    to the function `apart`.
    """
    global _crew, _apart
    further = min(cores() - 1, _MOST)
    if _crew is not None or further < 1:
        yield
        return
    _crew = Crew(further, modules)
    _apart = Crew(1, apart) if apart else None
    try:
        yield
    finally:
        crews = [each for each in (_crew, _apart) if each]
        _crew = _apart = None
        for each in crews:
            each.close()


def is_started() -> bool:
    """Whether there are other processes."""
    return _crew is not None


def spread(
    function: Callable[[T], R], items: Sequence[T], *, slow_to_load: str | None = None
) -> list[R]:
    """`function` of each item, in their order, on all cores if a crew was started or pays.

    A library that is `slow_to_load` is not loaded here for the sake of taking part: where this
    process has not got it yet, the others do all.
    `function` must be a module's own, and items and results must survive pickling. The first error
    met is raised; what had been begun elsewhere is then of no use to anyone and is let go.
    """
    if _crew is None and len(items) >= _WORTH_STARTING and cores() > 1:
        with started(()):
            return spread(function, items, slow_to_load=slow_to_load)
    takes_part = slow_to_load is None or slow_to_load in sys.modules
    if _crew is None or (takes_part and len(items) < 2):
        return [function(item) for item in items]
    return _crew.spread(function, items, takes_part=takes_part)


def apart(function: Callable[[T], R], item: T) -> R:
    """`function` of the item, in the process that stands apart; in this one if there is none."""
    if _apart is None:
        return function(item)
    [result] = _apart.spread(function, [item], takes_part=False)
    return result


def prepare(function: Callable[[], None]) -> None:
    """Let each process of the crew, if there is one, call this while there is nothing else to do.

    An error of it is not told: whatever needs what it prepares meets it again.
    """
    if _crew is not None:
        _crew.prepare(function)


def prepare_apart(function: Callable[[], None]) -> None:
    """Let the process that stands apart, if there is one, call this before anything else.

    An error of it is not told: whatever needs what it prepares meets it again.
    """
    if _apart is not None:
        _apart.prepare(function)


def _begin(modules: tuple[str, ...]) -> None:
    # Ctrl+C reaches every process of a terminal; the one that leads the run answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    garbage.look_rarely()
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()
    for name in modules:
        importlib.import_module(name)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """End in order: Python tells of semaphores that a library made here and nobody removed."""
    atexit._run_exitfuncs()
    os._exit(1)


def _end_after(parent: multiprocessing.process.BaseProcess) -> None:
    """Without this, a killed run would leave its crew behind, waiting for work for ever."""
    parent.join()
    os._exit(1)


def _nothing() -> None:
    """Done once a process has loaded its modules."""
