"""The publish layer: the month's report, and the release that readers open."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import polars as pl

import sz_assets
from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.render import ChartFiles
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.coding import HUMAN_CODES
from sz_assets.contracts.core import VIDEO_CODES
from sz_assets.contracts.marts import CATEGORY_ENGAGEMENT, FCT_ACCOUNT_MONTH, FCT_VIDEO_MONTH
from sz_assets.defs.assets.charts import chart_key, month_context, read_tables
from sz_assets.defs.assets.engagement import POOL
from sz_assets.defs.checks import CheckEvents, check_outputs, evaluation
from sz_assets.defs.dbt_docs import dbt_page
from sz_assets.defs.describe import OWNERS, table_key
from sz_assets.defs.failures import told_plainly, tried_twice
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.defs.published import (
    DictionaryLook,
    Look,
    ReportLook,
    WarehouseLook,
    look_at_all,
)
from sz_assets.defs.reporting import Page, make_reports
from sz_assets.defs.resources import months_with_marts
from sz_assets.defs.stopping import stop_noticed
from sz_assets.publish.dictionary import summary_markdown
from sz_assets.publish.release import publish
from sz_assets.report.data import (
    REPORT_TABLES,
    Provenance,
    ReportData,
    coding_counts,
    exemplar_urls,
    method_of,
    statements_of,
)

REPORT = dg.AssetKey(["publish", "report"])
WAREHOUSE = dg.AssetKey(["publish", "warehouse"])
DICTIONARY = dg.AssetKey(["publish", "dictionary"])
_REPORT_TABLES = tuple(t for t in PUBLISHED_TABLES if t.name in REPORT_TABLES)


def _accounts_of_previous(resources: Any, month: date) -> pl.DataFrame:
    """The rows of `fct_account_month` of the latest earlier crawl month; none without one."""
    months = resources.marts.row_counts(FCT_ACCOUNT_MONTH)
    # The first month has none before it: no rows of a date that is no crawl month.
    earlier = max((m for m in months if m < month), default=date.min)
    rows: pl.DataFrame = resources.marts.rows(FCT_ACCOUNT_MONTH, earlier)
    return rows


def publish_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The report of each month, and one release per run."""

    @dg.asset(
        key=REPORT,
        deps=[
            *(chart_key(spec) for spec in CATALOGUE),
            *(table_key(t) for t in _REPORT_TABLES),
            table_key(FCT_VIDEO_MONTH),
            table_key(VIDEO_CODES),
            table_key(HUMAN_CODES),
        ],
        description=(
            "The study's figures, tables and claims of a crawl month on one self-contained page, "
            "in Chinese and English."
        ),
        group_name="publish",
        kinds={"html"},
        owners=OWNERS,
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"home", "study", "marts", "lake"},
        pool=POOL,
    )
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        resources, pages = context.resources, []
        for month in months_with_marts(context):
            charts = resources.home.charts_of(month)
            seen_by = month_context(resources, month)
            frames = read_tables(resources, (t.name for t in _REPORT_TABLES), month)
            frames[FCT_ACCOUNT_MONTH.name] = pl.concat(
                [_accounts_of_previous(resources, month), frames[FCT_ACCOUNT_MONTH.name]]
            )
            videos = resources.marts.rows(FCT_VIDEO_MONTH, month)
            codes = coding_counts(
                videos, resources.lake.rows(HUMAN_CODES, month), resources.study.codebook
            )
            data = ReportData(
                context=seen_by,
                frames={**frames, **codes},
                figures={
                    spec.name: ChartFiles.at(charts, spec.name).svg.read_text(encoding="utf-8")
                    for spec in CATALOGUE
                    if not spec.is_table
                },
                specs={
                    spec.name: ChartFiles.at(charts, spec.name).json.read_text(encoding="utf-8")
                    for spec in CATALOGUE
                    if not spec.is_table
                },
                method=method_of(resources.study),
                provenance=Provenance(context.run_id, sz_assets.__version__, context.run_id),
                coding_methods=tuple(
                    sorted(set(resources.lake.rows(VIDEO_CODES, month)["coding_method"]))
                ),
                statements=statements_of(resources.study),
                # A simulated video has no page that could be opened.
                video_urls={}
                if seen_by.is_simulated
                else exemplar_urls(
                    frames[CATEGORY_ENGAGEMENT.name],
                    videos,
                ),
            )
            pages.append(Page(data, resources.home.report_of(month), resources.home.kept))
        for page, made_by in zip(pages, make_reports(pages), strict=True):
            key = to_key(page.data.context.crawl_month)
            told = {"made by an earlier run": made_by} if made_by else {}
            context.add_asset_metadata(
                {
                    "page": dg.MetadataValue.url(f"/published/current/reports/{key}.html"),
                    "path": dg.MetadataValue.path(str(page.path)),
                    "bytes": page.path.stat().st_size,
                    **told,
                },
                partition_key=key,
            )
        return dg.MaterializeResult()

    @dg.multi_asset(
        name="publish__release",
        specs=[
            dg.AssetSpec(
                WAREHOUSE,
                deps=[*(table_key(t) for t in PUBLISHED_TABLES), REPORT],
                description=(
                    "The release that readers open: the warehouse of BI tools with the reports of "
                    "all months, the dictionary and other formats; built aside, validated, and put "
                    "in place at one stroke under `published/current`."
                ),
                group_name="publish",
                kinds={"duckdb", "parquet"},
                owners=OWNERS,
                skippable=True,  # each can be asked for by itself, and the whole is made
            ),
            dg.AssetSpec(
                DICTIONARY,
                deps=[table_key(t) for t in PUBLISHED_TABLES],
                description=(
                    "What each table and column of the release means, in Chinese and English: a "
                    "page with example queries, Markdown, CSV, a picture, and dbt's own "
                    "documentation. It is made with the release, of which it is a part."
                ),
                group_name="publish",
                kinds={"html"},
                owners=OWNERS,
                skippable=True,
            ),
        ],
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"home", "study", "release"},
        pool=POOL,
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        resources = context.resources
        now = datetime.now(tz=UTC)
        with tried_twice(pause_seconds=2), stop_noticed(), told_plainly():
            made = publish(
                resources.home,
                resources.study,
                context.run_id,
                now,
                resources.release,
                dbt_page(),
            )
        shown: dict[dg.AssetKey, dict[str, Any]] = {
            WAREHOUSE: {
                "index": dg.MetadataValue.url("/published/current/index.html"),
                "path": dg.MetadataValue.path(str(made.warehouse)),
                "months": len(made.months),
                "data_origins": list(made.data_origins),
                "rows": made.row_counts,
            },
            DICTIONARY: {
                "page": dg.MetadataValue.url("/published/current/dictionary/index.html"),
                "preview": dg.MetadataValue.md(summary_markdown()),
                "path": dg.MetadataValue.path(str(made.folder / "dictionary")),
            },
        }
        for key in shown.keys() & context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata=shown[key])

    return [report, release]


def publish_checks(partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    """What was published, opened as a reader would open it."""
    page = dg.AssetCheckSpec(
        "page",
        asset=REPORT,
        description=(
            "The page parses, shows every figure and table, asks nothing of any server, and says "
            "if its data are simulated."
        ),
        partitions_def=partitions,
    )
    opens = dg.AssetCheckSpec(
        "opens",
        asset=WAREHOUSE,
        description=(
            "The current release opens read-only, keeps every contract and holds the month."
        ),
        partitions_def=partitions,
    )
    explains = dg.AssetCheckSpec(
        "explains",
        asset=DICTIONARY,
        description=(
            "The dictionary's page parses, explains every table and column of the contracts, asks "
            "nothing of any server, and says if the data are simulated."
        ),
        partitions_def=partitions,
    )

    @dg.multi_asset_check(
        name="check_published",
        specs=[page, opens, explains],
        can_subset=True,
        required_resource_keys={"home", "study", "marts"},
        pool=POOL,
    )
    def check_published(context: dg.AssetCheckExecutionContext) -> CheckEvents:
        selected = context.op_execution_context.selected_asset_check_keys
        resources, run_id = context.resources, context.op_execution_context.run_id
        months = crawl_months(context)
        looks: dict[dg.AssetCheckKey, list[Look]] = {
            page.key: [
                ReportLook(resources.home, month, month_context(resources, month).badges, run_id)
                for month in months
            ],
            opens.key: [WarehouseLook(resources.home)],
            explains.key: [DictionaryLook(resources.home)],
        }
        found = look_at_all({key: looks[key] for key in looks if key in selected})
        for month, (problem, earlier) in zip(months, found.get(page.key, ()), strict=False):
            known = {"inspected by run": f"{earlier}, the same page"} if earlier else {}
            told = problem or "The page is complete."
            yield evaluation(page, month, problem is None, known, told)
        for held, problem in found.get(opens.key, ()):
            for month in months:
                missing = None if month in held else f"It lacks {to_key(month)}."
                yield evaluation(
                    opens,
                    month,
                    problem is None and missing is None,
                    {"months": len(held)},
                    problem or missing or "It opens, and every table keeps its contract.",
                )
        for problem in found.get(explains.key, ()):
            for month in months:
                told = problem or "Every table and column is explained."
                yield evaluation(explains, month, problem is None, {}, told)
        yield from check_outputs([page, opens, explains], selected)

    return check_published
