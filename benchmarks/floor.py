"""One month by the same pure functions, without Dagster, dbt and Great Expectations: the floor.

Here: crawl, decode, core tables, the marts' SQL in bare DuckDB, analyses, charts, report, release,
and our own inspections of what was written, one after the other, with the times of each. Not here:
checks of the tables, events, retries, locks and lineage: what the frameworks are for. What only a
framework knows is read from a plan that was made before (`floor_plan`).

    python -m benchmarks.floor PLAN HOME
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.floor_plan import Plan
from sz_assets import crew
from sz_assets.storage import Home, Lake

MONTH = date(2023, 10, 1)


class _Month:
    """The month on its way through the functions, and where its tables lie."""

    def __init__(self, plan: Plan, home: Home) -> None:
        from sz_assets.study import load_study

        self.plan, self.home, self.lake = plan, home, Lake(home.lake)
        self.study = load_study("shenzhen")

    def crawl(self) -> None:
        from sz_assets.crawl.plan import CrawlPlan
        from sz_assets.crawl.session import crawl_month
        from sz_assets.settings import PlatformSettings
        from sz_assets.simulation.catalogue import build_catalogue
        from sz_assets.simulation.clock import observation_instant
        from sz_assets.simulation.server import serve

        instant = observation_instant(MONTH, self.study.time_zone)
        with serve(build_catalogue("default").as_of(instant)) as base_url:
            plan = CrawlPlan(
                crawl_month=MONTH,
                accounts=self.study.accounts,
                origin="simulated",
                platforms={"douyin": PlatformSettings(base_url=base_url)},
                clock=lambda: instant,
                requests_per_second=None,
                concurrency=4,
                obey_robots=self.study.obey_robots,
                edition="default",
            )
            crawl_month(plan, self.lake, lambda progress: None)

    def core(self) -> None:
        from sz_assets.contracts.core import (
            ACCOUNTS,
            CRAWL_COVERAGE,
            DUPLICATE_ITEMS,
            REJECTED_ITEMS,
            VIDEOS,
        )
        from sz_assets.core.accounts import build_accounts
        from sz_assets.core.coverage import build_coverage
        from sz_assets.core.normalize import normalize
        from sz_assets.crawl.stored import load_month
        from sz_assets.sources.registry import decode_batches, decode_profiles

        ids = [account.id for account in self.study.accounts]
        found = load_month(self.lake, MONTH, ids)
        profiles = decode_profiles(found.profiles)
        accounts = build_accounts(
            self.study, profiles, crawl_month=MONTH, data_origin=found.data_origin
        )
        decoded = decode_batches(found.page_batches())
        items = normalize(
            decoded.items, decoded.rejected, crawl_month=MONTH, time_zone=self.study.time_zone
        )
        coverage = build_coverage(
            ids,
            MONTH,
            found.data_origin,
            found.page_answers,
            found.profile_answers,
            accounts,
            items,
        )
        self.lake.write(ACCOUNTS, MONTH, accounts)
        self.lake.write(VIDEOS, MONTH, items.videos)
        self.lake.write(DUPLICATE_ITEMS, MONTH, items.duplicates)
        self.lake.write(REJECTED_ITEMS, MONTH, items.rejected)
        self.lake.write(CRAWL_COVERAGE, MONTH, coverage)

    def codes(self) -> None:
        from sz_assets.coding.machine.models import Models
        from sz_assets.coding.store import CodingStore, newest
        from sz_assets.contracts.coding import CODING_TASKS, HUMAN_CODES, MACHINE_CODES
        from sz_assets.contracts.core import VIDEO_CODES, VIDEOS
        from sz_assets.core.coding.best_code import best_codes, human_codes
        from sz_assets.core.coding.cue_words import code_videos
        from sz_assets.core.coding.machine_words import machine_codes, of_cue_words, of_trained
        from sz_assets.core.coding.tasks_table import coding_tasks

        store, codebook = CodingStore(self.home.coding), self.study.codebook
        videos, tasks = self.lake.read(VIDEOS, MONTH), store.sample_tasks()
        human = human_codes(newest(store.codes()), tasks, videos, codebook, store.codebooks())
        Models(store).in_use(codebook)
        said = machine_codes(code_videos(videos, codebook), None)
        best = best_codes(videos, of_cue_words(said), of_trained(said), human, codebook)
        self.lake.write(CODING_TASKS, MONTH, coding_tasks(tasks, videos))
        self.lake.write(HUMAN_CODES, MONTH, human)
        self.lake.write(MACHINE_CODES, MONTH, said)
        self.lake.write(VIDEO_CODES, MONTH, best)

    def marts(self) -> None:
        import duckdb

        self.home.warehouse.parent.mkdir(parents=True, exist_ok=True)
        self.home.warehouse.unlink(missing_ok=True)
        with closing(duckdb.connect(str(self.home.warehouse))) as connection:
            for name, sql in self.plan.models:
                here = sql.replace(self.plan.lake, str(self.home.lake))
                connection.execute(f"create table {name} as {here}")

    def rows(self, name: str, connection: Any) -> Any:
        from sz_assets.contracts import CORE_TABLES, PUBLISHED_TABLES

        (table,) = (t for t in (*CORE_TABLES, *PUBLISHED_TABLES) if t.name == name)
        if table.layer != "engagement":
            return self.lake.read(table, MONTH)
        where = f"where crawl_month = '{MONTH}'" if "crawl_month" in table.column_names else ""
        columns = ", ".join(table.column_names)
        order = ", ".join(table.key)
        return connection.sql(f"select {columns} from {name} {where} order by {order}").pl()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        import duckdb

        with closing(duckdb.connect(str(self.home.warehouse), read_only=True)) as connection:
            yield connection

    def analyses(self) -> None:
        from sz_assets.contracts import ANALYSIS_TABLES
        from sz_assets.core.month_data import MonthData

        tables = {table.name: table for table in ANALYSIS_TABLES}
        with self.reading() as connection:
            for analysis in self.plan.analyses:
                module, _, function = analysis.function.partition(":")
                made = getattr(importlib.import_module(f"sz_assets.core.{module}"), function)(
                    MonthData(
                        study=self.study,
                        crawl_month=MONTH,
                        tables={name: self.rows(name, connection) for name in analysis.reads},
                        history={n: self.rows(n, connection) for n in analysis.looks_back},
                        seed=int(f"{MONTH:%Y%m}"),
                    )
                )
                self.lake.write(tables[analysis.table], MONTH, made)

    def context(self, connection: Any) -> Any:
        import polars as pl

        from sz_assets.charts.context import join_origins
        from sz_assets.report.data import chart_context

        accounts = self.rows("fct_account_month", connection)
        incomplete = accounts.filter(pl.col("coverage_verdict") != "complete")["account_id"]
        return chart_context(self.study, MONTH, join_origins(accounts["data_origin"]), incomplete)

    def charts(self) -> None:
        from sz_assets.charts.batch import Order, draw, inspect
        from sz_assets.charts.catalogue import CATALOGUE

        folder = self.home.charts_of(MONTH)
        with self.reading() as connection:
            context = self.context(connection)
            names = {name for spec in CATALOGUE for name in spec.tables}
            frames = {name: self.rows(name, connection) for name in sorted(names)}
        orders = [
            Order(spec.name, {name: frames[name] for name in spec.tables}, context, folder)
            for spec in CATALOGUE
        ]
        crew.spread(draw, orders)
        wrong = [found.problem for found in crew.spread(inspect, orders) if found.problem]
        if wrong:
            raise RuntimeError(f"A chart is wrong: {wrong[0]}")

    def report(self) -> None:
        from sz_assets.charts.catalogue import CATALOGUE
        from sz_assets.charts.render import ChartFiles
        from sz_assets.disk import write_bytes
        from sz_assets.report.data import (
            REPORT_TABLES,
            Provenance,
            ReportData,
            coding_counts,
            method_of,
            statements_of,
        )
        from sz_assets.report.inspection import inspect_report
        from sz_assets.report.page import build_report

        with self.reading() as connection:
            context = self.context(connection)
            frames = {name: self.rows(name, connection) for name in REPORT_TABLES}
            codes, human, videos = (
                self.rows(n, connection) for n in ("video_codes", "human_codes", "fct_video_month")
            )
        pictures = [spec.name for spec in CATALOGUE if not spec.is_table]
        files = {name: ChartFiles.at(self.home.charts_of(MONTH), name) for name in pictures}
        page = build_report(
            ReportData(
                context=context,
                frames={**frames, **coding_counts(videos, human, self.study.codebook)},
                figures={name: files[name].svg.read_text(encoding="utf-8") for name in pictures},
                specs={name: files[name].json.read_text(encoding="utf-8") for name in pictures},
                method=method_of(self.study),
                provenance=Provenance("floor", "0", "floor"),
                coding_methods=tuple(sorted(set(codes["coding_method"]))),
                statements=statements_of(self.study),
                video_urls={},
            )
        )
        write_bytes(self.home.report_of(MONTH), page.encode())
        if problem := inspect_report(page, badges=context.badges):
            raise RuntimeError(problem)

    def release(self) -> None:
        from sz_assets.publish.release import publish
        from sz_assets.settings import ReleaseSettings

        now = datetime.now(tz=UTC)
        page = Path(self.plan.dbt_page)
        publish(self.home, self.study, f"floor-{now:%H%M%S%f}", now, ReleaseSettings(), page)


STEPS = ("crawl", "core", "codes", "marts", "analyses", "charts", "report", "release")


def run_floor(plan: Plan, home: Home, *, is_crawled: bool) -> dict[str, float]:
    """Seconds of each step; of a month that is crawled already all steps but the crawl."""
    month = _Month(plan, home)
    seconds: dict[str, float] = {}
    with crew.started(("altair", "vl_convert")):
        for step in STEPS[is_crawled:]:
            started = time.perf_counter()
            getattr(month, step)()
            seconds[step] = time.perf_counter() - started
    return seconds


def _main() -> None:
    path, folder = sys.argv[1:]
    plan = msgspec.json.decode(Path(path).read_bytes(), type=Plan)
    home = Home(Path(folder))
    print(json.dumps(run_floor(plan, home, is_crawled=home.lake.exists())))


if __name__ == "__main__":
    _main()
