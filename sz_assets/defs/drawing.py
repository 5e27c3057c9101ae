"""Drawing and inspecting the charts of months: on all cores, and not again what is as it was.

Here: sharing charts out, and keeping those that were made of the same by the same code. Not here:
how a chart is drawn (`charts`), or its assets and checks (`assets.charts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from sz_assets.charts import batch
from sz_assets.charts.batch import Order
from sz_assets.charts.inspection import Inspection
from sz_assets.crew import spread
from sz_assets.kept import Kept, digest_of


@dataclass(frozen=True)
class _Task:
    """An order, the folder of the records, and the run that asks."""

    order: Order
    kept: Path
    run_id: str

    @property
    def made_of(self) -> str:
        return digest_of(self.order.name, self.order.frames, self.order.context)

    @property
    def files(self) -> tuple[Path, ...]:
        return astuple(self.order.files)

    def record(self, kind: str) -> str:
        """The name under which it is recorded of what the chart was made, or found whole."""
        return f"{kind}/{self.order.name}/{self.order.context.crawl_month:%Y-%m}"


@dataclass(frozen=True)
class Inspected:
    """What a chart's files hold, and the earlier run that found so of the same ones, if any."""

    found: Inspection
    earlier_run_id: str | None = None


def draw_all(orders: Iterable[Order], kept: Path, run_id: str) -> list[str | None]:
    """Draw the charts; of each that lies there as an earlier run made it of the same, that run."""
    tasks = [_Task(order, kept, run_id) for order in orders]
    return spread(_draw, tasks)


def inspect_all(orders: Iterable[Order], kept: Path, run_id: str) -> list[Inspected]:
    """Hold the charts' files against what they must show, unless the same ones were found whole."""
    return spread(_inspect, [_Task(order, kept, run_id) for order in orders])


def _draw(task: _Task) -> str | None:
    records, name, made_of = Kept(task.kept), task.record("charts"), task.made_of
    if record := records.found(name, made_of):
        return record.run_id
    batch.draw(task.order)
    records.remember(name, made_of, task.files, task.run_id)
    return None


def _inspect(task: _Task) -> Inspected:
    records, name, made_of = Kept(task.kept), task.record("chart_files"), task.made_of
    if record := records.found(name, made_of):
        return Inspected(Inspection(**record.value), record.run_id)
    found = batch.inspect(task.order)
    # What is wrong is looked at anew, since it may be mended without a chart being drawn.
    if found.ok:
        records.remember(name, made_of, task.files, task.run_id, asdict(found))
    return Inspected(found)
