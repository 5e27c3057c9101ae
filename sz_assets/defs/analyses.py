"""How the analyses of the marts are made: which functions, of which tables, for one month each.

Here: their list, what each is given, and computing it unless it was computed of the same before.
Not here: the assets (`assets.analysis`), or any statistic (`core`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from traceback import format_exception
from typing import Any

import polars as pl

from sz_assets.contracts import ANALYSIS_TABLES, CORE_TABLES, ENGAGEMENT_TABLES
from sz_assets.core.month_data import MonthData
from sz_assets.core.trend import HISTORY_MONTHS
from sz_assets.crew import spread
from sz_assets.defs.resources import LakeTables, WarehouseTables
from sz_assets.kept import Kept, digest_of
from sz_assets.study import Study

# What the functions import when they are called; some of it takes longer than what it is used for.
_LIBRARIES = ("scipy.stats", "scipy.optimize", "ruptures", "powerlaw")
_VIDEOS = ("fct_video_month", "engagement_summary")
_CODES = ("human_codes", "machine_codes")
_JUDGED = ("fct_video_month", "machine_codes", "coding_tasks")
# Claims are held against every mart but those that have a row per video.
_CLAIM_MARTS = tuple(
    table.name
    for table in ENGAGEMENT_TABLES
    if "crawl_month" in table.key and "video_id" not in table.key
)
TABLES = {table.name: table for table in (*CORE_TABLES, *ENGAGEMENT_TABLES, *ANALYSIS_TABLES)}


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


def load_libraries() -> None:
    """Load what the functions would load when they are called."""
    for name in _LIBRARIES:
        importlib.import_module(name)


def month_data(resources: Any, analysis: Analysis, month: date) -> MonthData:
    """What the analysis reads, from the warehouse or, if it is an analysis itself, the lake."""

    def rows(name: str) -> pl.DataFrame:
        table = TABLES[name]
        reader = resources.marts if table.layer == "engagement" else resources.lake
        frame: pl.DataFrame = reader.rows(table, month)
        return frame

    return MonthData(
        study=resources.study,
        crawl_month=month,
        tables={name: rows(name) for name in analysis.reads},
        history={
            name: resources.marts.rows_until(TABLES[name], month, analysis.months_back)
            for name in analysis.looks_back
        },
        seed=int(f"{month:%Y%m}"),
    )


@dataclass(frozen=True)
class Task:
    """One analysis of one month; it can be sent to another process."""

    analysis: Analysis
    month: date
    study: Study
    study_digest: str
    marts: WarehouseTables
    lake: LakeTables
    kept: Path

    @property
    def record(self) -> str:
        """The name under which it is recorded of what the table was made."""
        return f"analysis/{self.analysis.table}/{self.month:%Y-%m}"


@dataclass(frozen=True)
class Done:
    """What became of a task: the table, or the run that has made the same one, or why neither."""

    made_of: str
    frame: pl.DataFrame | None = None
    made_by: str | None = None
    failure: str | None = None


def carry_out(task: Task) -> Done:
    """Compute the table, unless the one that lies in the lake was made of the same by the same.

    A computation that fails is no error of this function: the others of its step go on.
    """
    with task.marts.opened():
        data = month_data(task, task.analysis, task.month)
    made_of = digest_of(
        task.analysis.function,
        task.study_digest,
        data.crawl_month,
        data.tables,
        data.history,
        data.seed,
    )
    if record := Kept(task.kept).found(task.record, made_of):
        return Done(made_of, made_by=record.run_id)
    try:
        return Done(made_of, task.analysis.load()(data))
    except Exception as error:
        told = "".join(format_exception(error))
        return Done(made_of, failure=f"{task.analysis.table} of {task.month:%Y-%m} failed: {told}")


def carry_out_all(tasks: Sequence[Task]) -> list[Done]:
    """`carry_out` of each task, on all cores; of one month in the crew alone, if there is one.

    To load the libraries here as well would take longer than all that they do for a month.
    """
    is_one_month = len({task.month for task in tasks}) == 1
    return spread(carry_out, tasks, slow_to_load=_LIBRARIES[0] if is_one_month else None)
