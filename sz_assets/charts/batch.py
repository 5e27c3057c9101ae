"""Many charts of many months: drawn and inspected on all cores.

Here: an order for one chart, and carrying out many. Not here: what is drawn (`catalogue`), or how
(`render`, `inspection`).
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sz_assets.charts.catalogue import Frames, chart_named
from sz_assets.charts.context import ChartContext
from sz_assets.charts.inspection import Inspection, inspect_chart
from sz_assets.charts.render import ChartFiles, write_chart

# Another process needs some two seconds before it can draw: as long as this many charts take.
_WORTH_MORE_PROCESSES = 20

T = TypeVar("T")


@dataclass(frozen=True)
class Order:
    """One chart of one month: its name in the catalogue, what it is drawn from, and where to."""

    name: str
    frames: Frames
    context: ChartContext
    folder: Path

    @property
    def files(self) -> ChartFiles:
        return ChartFiles.at(self.folder, self.name)


def draw(order: Order) -> ChartFiles:
    """Draw the chart and replace its files; UserError if the disk refuses."""
    chart = chart_named(order.name).build(order.frames, order.context)
    return write_chart(chart, order.folder, order.name)


def inspect(order: Order) -> Inspection:
    """Hold the chart's files against what they must show."""
    spec = chart_named(order.name)
    return inspect_chart(
        order.files,
        expected_rows=spec.expected_rows(order.frames, order.context),
        mark=spec.mark,
        badges=order.context.badges,
    )


def carry_out(work: Callable[[Order], T], orders: Sequence[Order]) -> Iterator[T]:
    """The results of `work` (`draw` or `inspect`) on the orders, in their order.

    A few are done in this process, many in one process for each core. The first error is raised.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if len(orders) < _WORTH_MORE_PROCESSES or not cores or cores < 2:
        yield from map(work, orders)
        return
    # A forked copy of a process with threads can hang, so each begins anew.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(cores, 4), mp_context=context) as pool:
        yield from pool.map(work, orders, chunksize=2)
