"""Frames that were read a moment ago, kept in memory for the next step that asks for the same.

Here: a store of bounded size. Not here: reading them (`resources`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import polars as pl

_MOST_BYTES = 256 * 2**20


class Frames:
    """Frames by what they are of; the ones that were asked for longest ago go first."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._frames: OrderedDict[Hashable, pl.DataFrame] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable, read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The frame of that key, from `read` unless it is here.

        One that would take more than a quarter of the room is not kept.
        """
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
                return self._frames[key]
        frame = read()
        size = int(frame.estimated_size())
        if 4 * size > self._most_bytes:
            return frame
        with self._lock:
            if key not in self._frames:
                self._frames[key] = frame
                self._bytes += size
            while self._bytes > self._most_bytes:
                _, oldest = self._frames.popitem(last=False)
                self._bytes -= int(oldest.estimated_size())
        return frame
