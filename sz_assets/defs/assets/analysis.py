"""The analysis layer: what SQL can't say, computed by one pure function a table.

From the marts, and from the codes of the core layer, which have no mart.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from sz_assets.contracts import ANALYSIS_TABLES, CORE_TABLES, ENGAGEMENT_TABLES
from sz_assets.contracts.table import Table
from sz_assets.core.month_data import MonthData
from sz_assets.core.trend import HISTORY_MONTHS
from sz_assets.defs.assets.engagement import POOL
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import stored, table_key, table_spec
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.defs.resources import months_with_marts

_VIDEOS = ("fct_video_month", "engagement_summary")
_CODES = ("human_codes", "machine_codes")
_JUDGED = ("fct_video_month", "machine_codes", "coding_tasks")
# Claims are held against every mart but those that have a row per video.
_CLAIM_MARTS = tuple(
    table.name
    for table in ENGAGEMENT_TABLES
    if "crawl_month" in table.key and "video_id" not in table.key
)
# Made of other tables of this layer, one after the other.
_LATER = ("claim_tests", "paper_comparison")
_TABLES = {table.name: table for table in (*CORE_TABLES, *ENGAGEMENT_TABLES, *ANALYSIS_TABLES)}


@dataclass(frozen=True)
class Analysis:
    """How a table is made: `function` is `module:name`, called with a `MonthData`.

    `reads` names the tables of which it gets the month's rows, `looks_back` those of which it gets
    the rows of the last `months_back` months as well, or of all there are.
    """

    table: str
    function: str
    reads: tuple[str, ...]
    looks_back: tuple[str, ...] = ()
    months_back: int | None = None
    kinds: frozenset[str] = frozenset({"scipy", "parquet"})

    def load(self) -> Callable[[MonthData], pl.DataFrame]:
        """The function; imported when the table is made, because its libraries load slowly."""
        module, _, name = self.function.partition(":")
        function: Callable[[MonthData], pl.DataFrame] = getattr(
            importlib.import_module(f"sz_assets.core.{module}"), name
        )
        return function


ANALYSES = (
    Analysis("engagement_description", "statistics.description:describe_engagement", _VIDEOS),
    Analysis("lorenz_curve", "statistics.concentration:lorenz_curves", _VIDEOS),
    Analysis("tail_fits", "statistics.tails:fit_tails", _VIDEOS),
    Analysis("engagement_effects", "statistics.effects:estimate_effects", _VIDEOS),
    Analysis("engagement_at_age", "age:engagement_at_age", _VIDEOS, ("video_age_passage",)),
    Analysis(
        "publishing_trend", "trend:publishing_trend", _VIDEOS, ("video_growth",), HISTORY_MONTHS
    ),
    Analysis("event_effects", "events:measure_events", _VIDEOS),
    Analysis("changepoints", "changepoints:find_changepoints", _VIDEOS),
    Analysis(
        "account_indexes",
        "indexes.compute:compute_indexes",
        ("fct_video_month", "fct_account_month"),
    ),
    # It is about the publication alone, but only a month that exists has a row of it.
    Analysis("consistency_findings", "audit:audit_published", ("engagement_summary",)),
    Analysis(
        "coding_reliability",
        "coding.reliability_table:code_reliability",
        ("human_codes", *_JUDGED),
    ),
    Analysis(
        "machine_evaluation",
        "coding.evaluation_table:evaluate_machines",
        (*_CODES, "coding_tasks"),
    ),
    Analysis(
        "category_prevalence",
        "coding.prevalence_table:category_prevalence",
        ("human_codes", *_JUDGED, "engagement_summary"),
    ),
    Analysis(
        "claim_tests",
        "claim_tests:judge_claims",
        ("engagement_summary", "engagement_effects", "event_effects", "coding_reliability"),
    ),
    Analysis(
        "paper_comparison",
        "claims:compare_with_paper",
        (
            *_CLAIM_MARTS,
            "claim_tests",
            "coding_reliability",
            "fct_video_month",
            "publishing_trend",
        ),
        kinds=frozenset({"polars", "parquet"}),
    ),
)


def month_data(resources: Any, analysis: Analysis, month: date) -> MonthData:
    """What the analysis reads, from the warehouse or, if it is an analysis itself, the lake."""

    def rows(name: str) -> pl.DataFrame:
        table = _TABLES[name]
        reader = resources.marts if table.layer == "engagement" else resources.lake
        frame: pl.DataFrame = reader.rows(table, month)
        return frame

    return MonthData(
        study=resources.study,
        crawl_month=month,
        tables={name: rows(name) for name in analysis.reads},
        history={
            name: resources.marts.rows_until(_TABLES[name], month, analysis.months_back)
            for name in analysis.looks_back
        },
        seed=int(f"{month:%Y%m}"),
    )


def _asset(
    analysis: Analysis, table: Table, partitions: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    reads = dict.fromkeys((*analysis.reads, *analysis.looks_back))
    has_marts = any(_TABLES[name].layer == "engagement" for name in reads)

    @dg.multi_asset(
        name=table.name,
        specs=[
            table_spec(table, set(analysis.kinds), [table_key(_TABLES[name]) for name in reads])
        ],
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"study", "marts", "lake"},
        pool=POOL,
    )
    def made(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        resources, compute = context.resources, analysis.load()
        # What reads no mart may be made before there is a warehouse.
        for month in (months_with_marts if has_marts else crawl_months)(context):
            frame = compute(month_data(resources, analysis, month))
            path = resources.lake.lake.write(table, month, frame)
            counts = dict(frame["verdict"].value_counts().rows()) if "verdict" in frame else {}
            context.add_asset_metadata(
                {**stored(frame, path), **counts}, partition_key=to_key(month)
            )
        return dg.MaterializeResult()

    return made


def analysis_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """One asset per table of the analysis layer."""
    return [_asset(analysis, _TABLES[analysis.table], partitions) for analysis in ANALYSES]


def analysis_checks(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    """The checks of what is made of marts, of what is made of that, and so on.

    Checks that block what their own step checks as well would make Dagster take the steps of the
    whole job to pieces.
    """
    return [
        table_checks(name, [_TABLES[table] for table in tables], partitions, reader_key="lake")
        for name, tables in (
            ("check_analysis", [each.table for each in ANALYSES if each.table not in _LATER]),
            *((f"check_{table}", [table]) for table in _LATER),
        )
    ]
