"""The charts of a month: milliseconds a chart by format, in one process, beside bare Altair.

Here: timing each stage of drawing. Not here: drawing (`sz_assets.charts`).
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Found, Table, Value
from benchmarks.homes import MONTH, one_month
from benchmarks.processes import python
from sz_assets.storage import Home, Lake

STAGES = (
    "specification (frames to Altair)",
    "JSON",
    "SVG",
    "PNG from the SVG",
    "HTML page",
    "all formats, as drawn",
    "inspection",
)
BARE = "Altair's own save to PNG"


def measure_drawing(repeats: int) -> Found:
    """Each chart of the month in a process of its own, so that imports and memory are its own."""
    home, _ = one_month()
    costs = [python("-m", "benchmarks.drawing", str(home)) for _ in range(repeats)]
    told = [json.loads(cost.told.splitlines()[-1]) for cost in costs]
    means = {s: median(sum(run[s].values()) / len(run[s]) for run in told) for s in (*STAGES, BARE)}
    largest = {stage: max(told[0][stage].items(), key=lambda pair: pair[1]) for stage in means}
    rows: list[tuple[Value, ...]] = [
        (stage, mean, largest[stage][0], largest[stage][1], mean / means[BARE])
        for stage, mean in means.items()
    ]
    count = len(told[0][STAGES[0]])
    columns = ("stage", "ms a chart", "slowest", "its ms", f"ratio to {BARE}")
    return Found(
        tables=(Table(f"{count} charts of a month", columns, tuple(rows)),),
        remarks=(
            f"The process that drew them all took {median(c.seconds for c in costs):.1f} s with "
            f"its imports and {max(c.peak_mb for c in costs):.0f} MB at its peak.",
        ),
    )


def _stages(name: str, frames: Any, context: Any, folder: Path) -> dict[str, float]:
    from sz_assets.charts.batch import Order, draw, inspect
    from sz_assets.charts.catalogue import chart_named
    from sz_assets.charts.render import PNG_SCALE, png_of, render, render_svg

    times: dict[str, float] = {}

    def timed(stage: str, work: Any) -> Any:
        started = time.perf_counter()
        result = work()
        times[stage] = (time.perf_counter() - started) * 1000
        return result

    chart = timed(STAGES[0], lambda: chart_named(name).build(frames, context))
    timed(STAGES[1], lambda: json.dumps(chart.to_dict(validate=False), sort_keys=True))
    svg = timed(STAGES[2], lambda: render_svg(chart))
    timed(STAGES[3], lambda: png_of(svg))
    whole = timed("rendered", lambda: render(chart))
    # What a page costs beyond the formats that are made on its way.
    times[STAGES[4]] = max(0.0, times.pop("rendered") - sum(times[s] for s in STAGES[1:4]))
    if not whole.html:
        raise RuntimeError(f"{name} has no page")
    order = Order(name, frames, context, folder)
    timed(STAGES[5], lambda: draw(order))
    timed(STAGES[6], lambda: inspect(order))
    timed(BARE, lambda: chart.save(str(folder / "bare.png"), scale_factor=PNG_SCALE))
    return times


def _main() -> None:
    import duckdb

    from sz_assets.charts.catalogue import CATALOGUE
    from sz_assets.charts.context import join_origins
    from sz_assets.contracts import PUBLISHED_TABLES
    from sz_assets.report.data import chart_context
    from sz_assets.study import load_study

    home = Home(Path(sys.argv[1]))
    lake, tables = Lake(home.lake), {table.name: table for table in PUBLISHED_TABLES}
    folder = home.root / "drawn"
    with closing(duckdb.connect(str(home.warehouse), read_only=True)) as connection:

        def rows(name: str) -> Any:
            if tables[name].layer != "engagement":
                return lake.read(tables[name], MONTH)
            partitioned = "crawl_month" in tables[name].column_names
            where = f"where crawl_month = '{MONTH}'" if partitioned else ""
            columns = ", ".join(tables[name].column_names)
            order = ", ".join(tables[name].key)
            return connection.sql(f"select {columns} from {name} {where} order by {order}").pl()

        origins = join_origins(rows("fct_account_month")["data_origin"])
        context = chart_context(load_study("shenzhen"), MONTH, origins, [])
        frames = {spec.name: {n: rows(n) for n in spec.tables} for spec in CATALOGUE}
    # The first chart of a process pays for what is loaded once.
    _stages(CATALOGUE[0].name, frames[CATALOGUE[0].name], context, folder)
    times: dict[str, dict[str, float]] = defaultdict(dict)
    for spec in CATALOGUE:
        for stage, spent in _stages(spec.name, frames[spec.name], context, folder).items():
            times[stage][spec.name] = spent
    print(json.dumps(times))


if __name__ == "__main__":
    _main()
