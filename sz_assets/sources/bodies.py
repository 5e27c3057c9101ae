"""The bytes of stored answers, read where they lie.

Here: views of a binary column's values. Not here: what the bytes say. A page of full items is
near a megabyte: to copy it costs as much as to decode it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

# Arrow's layout of a value of up to 12 bytes (within the view itself) or more (in a buffer).
_SHORT = 12
_VIEW = np.dtype([("length", "<i4"), ("prefix", "<i4"), ("buffer", "<i4"), ("offset", "<i4")])


def body_views(bodies: pl.Series) -> list[memoryview]:
    """Each value of a binary column without nulls; they hold the column's memory as they live."""
    # Made one by one: to join the chunks would copy every value.
    return [view for chunk in bodies.get_chunks() for view in _views(chunk)]


def _views(chunk: pl.Series) -> list[memoryview]:
    array = chunk.to_arrow(compat_level=pl.CompatLevel.newest())
    _, placed, *buffers = array.buffers()
    inline, *memory = (memoryview(buffer).cast("B") for buffer in (placed, *buffers))
    views = np.frombuffer(placed, _VIEW)[array.offset : array.offset + len(array)]
    places = zip(
        views["length"].tolist(),
        views["buffer"].tolist(),
        views["offset"].tolist(),
        range(array.offset * _VIEW.itemsize + 4, inline.nbytes, _VIEW.itemsize),
        strict=False,
    )
    return [
        inline[within : within + length]
        if length <= _SHORT
        else memory[buffer][offset : offset + length]
        for length, buffer, offset, within in places
    ]
