"""The charts layer: one asset per chart, drawn from marts and analysis tables, with a preview."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from sz_assets.charts.batch import Order
from sz_assets.charts.catalogue import CATALOGUE, ChartSpec
from sz_assets.charts.context import ChartContext, join_origins
from sz_assets.charts.render import ChartFiles
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.marts import FCT_ACCOUNT_MONTH
from sz_assets.defs.assets.engagement import POOL
from sz_assets.defs.checks import CheckEvents, check_outputs, evaluation
from sz_assets.defs.describe import OWNERS, table_key
from sz_assets.defs.drawing import draw_all, inspect_all
from sz_assets.defs.months import ONE_RUN, to_key
from sz_assets.defs.resources import months_with_marts
from sz_assets.report.data import chart_context

_TABLES = {table.name: table for table in PUBLISHED_TABLES}


def chart_key(spec: ChartSpec) -> dg.AssetKey:
    return dg.AssetKey(["charts", spec.name])


def read_tables(resources: Any, names: Iterable[str], month: date) -> dict[str, pl.DataFrame]:
    """The month's rows of these published tables, by name, each from where its layer lies."""
    sources = {"engagement": resources.marts, "analysis": resources.lake}
    tables = (_TABLES[name] for name in names)
    return {table.name: sources[table.layer].rows(table, month) for table in tables}


def month_context(resources: Any, month: date) -> ChartContext:
    """Names and provenance for all charts of a month."""
    accounts = resources.marts.rows(FCT_ACCOUNT_MONTH, month)
    incomplete = accounts.filter(pl.col("coverage_verdict") != "complete")["account_id"]
    origins = join_origins(accounts["data_origin"])
    return chart_context(resources.study, month, origins, incomplete)


def _links(files: ChartFiles, month: date) -> dict[str, Any]:
    """What the UI shows: the picture in place, and every format one click away."""
    address = f"/charts/{files.svg.parent.name}/{files.svg.stem}"
    return {
        # SVG, because the PNG is twice as wide as the UI's column.
        "preview": dg.MetadataValue.md(f"![{files.svg.stem}]({address}.svg)"),
        "page": dg.MetadataValue.url(f"{address}.html"),
        "picture": dg.MetadataValue.path(str(files.png)),
        "specification": dg.MetadataValue.path(str(files.json)),
    }


def _orders(
    resources: Any, specs: Sequence[ChartSpec], months: Iterable[date]
) -> list[tuple[date, ChartSpec, Order]]:
    """An order for each chart of each month; every table is read once a month."""
    tables = sorted({name for spec in specs for name in spec.tables})
    orders = []
    for month in months:
        context = month_context(resources, month)
        frames = read_tables(resources, tables, month)
        folder = resources.home.charts_of(month)
        orders += [
            (month, spec, Order(spec.name, {n: frames[n] for n in spec.tables}, context, folder))
            for spec in specs
        ]
    return orders


def chart_assets(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """One asset per chart of the catalogue, drawn in one step."""

    @dg.multi_asset(
        name="charts",
        specs=[
            dg.AssetSpec(
                chart_key(spec),
                deps=[table_key(_TABLES[name]) for name in spec.tables],
                description=f"{spec.heading.en}\n\n{spec.heading.zh}",
                group_name="charts",
                kinds={"altair", "vega"},
                owners=OWNERS,
                skippable=True,  # a part of the charts can be drawn by itself
            )
            for spec in CATALOGUE
        ],
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"home", "study", "marts", "lake"},
        pool=POOL,
    )
    def charts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        specs = [spec for spec in CATALOGUE if chart_key(spec) in context.selected_asset_keys]
        orders = _orders(context.resources, specs, months_with_marts(context))
        kept = context.resources.home.kept
        drawn = draw_all([order for _, _, order in orders], kept, context.run_id)
        for (month, spec, order), made_by in zip(orders, drawn, strict=True):
            told = {"made by an earlier run": made_by} if made_by else {}
            context.add_asset_metadata(
                {**_links(order.files, month), **told},
                asset_key=chart_key(spec),
                partition_key=to_key(month),
            )
        for spec in specs:
            yield dg.MaterializeResult(asset_key=chart_key(spec))

    return charts


def chart_checks(partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    """The files of every chart: they open, parse, show what they must, and say simulated."""
    checks: Mapping[str, dg.AssetCheckSpec] = {
        spec.name: dg.AssetCheckSpec(
            "files",
            asset=chart_key(spec),
            description=(
                "All formats open and parse, the chart shows the expected number of marks, asks "
                "nothing of any other server, and says if its data are simulated or incomplete."
            ),
            blocking=True,
            partitions_def=partitions,
        )
        for spec in CATALOGUE
    }

    @dg.multi_asset_check(
        name="check_charts",
        specs=list(checks.values()),
        can_subset=True,
        required_resource_keys={"home", "study", "marts", "lake"},
        pool=POOL,
    )
    def check_charts(context: dg.AssetCheckExecutionContext) -> CheckEvents:
        selected = context.op_execution_context.selected_asset_check_keys
        specs = [spec for spec in CATALOGUE if checks[spec.name].key in selected]
        orders = _orders(context.resources, specs, months_with_marts(context))
        kept = context.resources.home.kept
        inspected = inspect_all(
            [order for _, _, order in orders], kept, context.op_execution_context.run_id
        )
        for (month, spec, _), each in zip(orders, inspected, strict=True):
            found, earlier = each.found, each.earlier_run_id
            told = {"inspected by run": f"{earlier}, the same files"} if earlier else {}
            yield evaluation(
                checks[spec.name],
                month,
                passed=found.problem is None,
                metadata={"marks": found.mark_count, "bytes": found.byte_count, **told},
                description=found.problem or f"{found.mark_count} marks as expected.",
            )
        yield from check_outputs(checks.values(), selected)

    return check_charts
