"""What looks after runs that nobody waits for: who is told, which month is overdue.

Here: Dagster's sensors and the check of the due day. Not here: the words (`defs.notices`), their
delivery (`notify`), the schedule (`defs.schedules`), or removing what is old (`defs.upkeep`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.storage.tags import WILL_RETRY_TAG
from dagster._utils.schedules import cron_string_iterator

from sz_assets.contracts.core import CRAWL_COVERAGE
from sz_assets.contracts.marts import FCT_ACCOUNT_MONTH
from sz_assets.defs.describe import table_key
from sz_assets.defs.months import current_month, months_between, months_of, to_key, to_month
from sz_assets.defs.notices import of_overdue, of_run, silent_names
from sz_assets.defs.outcomes import TELLING_EVENTS, explain, lists_left_open
from sz_assets.defs.platforms import Platforms
from sz_assets.defs.resources import LakeTables, WarehouseTables
from sz_assets.defs.run import JOB_NAME
from sz_assets.notify import deliver
from sz_assets.settings import Secret, UnattendedSettings
from sz_assets.study import Study

_HOUR = 3600


def due_day_checks(study: Study, unattended: UnattendedSettings) -> list[dg.AssetChecksDefinition]:
    """Dagster's own check that the month that it is has been crawled once its due day has come."""
    return list(
        dg.build_time_partition_freshness_checks(
            assets=[table_key(CRAWL_COVERAGE)],
            deadline_cron=unattended.due_cron,
            timezone=study.time_zone,
            severity=dg.AssetCheckSeverity.WARN,
        )
    )


def due_day_sensor(checks: Sequence[dg.AssetChecksDefinition]) -> dg.SensorDefinition:
    """Runs these checks when their answer can have changed."""
    return dg.build_sensor_for_freshness_checks(
        freshness_checks=checks,
        minimum_interval_seconds=_HOUR,
        name="due_day",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )


def run_sensors(
    study: Study, addresses: Secret, lake: LakeTables, marts: WarehouseTables
) -> list[dg.SensorDefinition]:
    """Tell of runs of the UI, the schedule and backfills that failed, or that found something."""

    def tell(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        if run.tags.get(WILL_RETRY_TAG) == "true":
            # Dagster begins it again, and only how that ends is news.
            context.log.info(f"run {run.run_id[:8]} is tried again")
            return
        months = months_of(run)
        entries = context.instance.all_logs(run.run_id, of_type=TELLING_EVENTS)
        events = [entry.get_dagster_event() for entry in entries]
        outcome = explain(events, run.run_id, succeeded=run.is_success)
        silent = {}
        if run.is_success and months and run.job_name == JOB_NAME:
            silent[months[-1]] = silent_names(study, marts.rows(FCT_ACCOUNT_MONTH, months[-1]))
        notice = of_run(
            study,
            months,
            outcome.exit_code,
            () if run.is_success else outcome.failures,
            lists_left_open(events, lake.lake, months),
            silent,
        )
        if notice:
            context.log.info(f"{notice.title}: told {deliver(notice, addresses)}")

    return [
        dg.run_status_sensor(
            run_status=status,
            name=name,
            description=f"Tells SZ_NOTIFY_URLS, or the log, of {what}.",
            default_status=dg.DefaultSensorStatus.RUNNING,
        )(tell)
        for status, name, what in (
            (
                dg.DagsterRunStatus.FAILURE,
                "failed_runs",
                "runs that failed and of lists that were refused or cut short",
            ),
            (
                dg.DagsterRunStatus.SUCCESS,
                "finished_runs",
                "accounts that were silent and of gaps that a month was published with",
            ),
        )
    ]


def overdue_sensor(
    study: Study,
    unattended: UnattendedSettings,
    lake: LakeTables,
    platforms: Platforms,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(tz=UTC),
) -> dg.SensorDefinition:
    """Tell, once for each, of months that were not crawled by their due day."""

    @dg.sensor(
        name="overdue_months",
        minimum_interval_seconds=_HOUR,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells SZ_NOTIFY_URLS, or the log, of months that were not crawled by their "
        "due day (SZ_DUE_CRON), also of those in which nothing ran.",
    )
    def overdue_months(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        stored = lake.lake.months(CRAWL_COVERAGE)
        told = {to_month(key) for key in json.loads(context.cursor or "[]")}
        overdue = overdue_of(study, unattended.due_cron, stored, now())
        if new := [month for month in overdue if month not in told]:
            still = [month for month in new if platforms.can_show(month)]
            notice = of_overdue(study, new, can_be_fetched=still)
            context.log.info(f"{notice.title}: told {deliver(notice, unattended.notify)}")
        names = ", ".join(map(to_key, overdue)) or "none"
        return dg.SensorResult(
            skip_reason=f"Months not crawled by their due day: {names}.",
            cursor=json.dumps([to_key(month) for month in overdue]),
        )

    return overdue_months


def overdue_of(study: Study, due_cron: str, stored: Sequence[date], now: datetime) -> list[date]:
    """The months, from the first stored one on, whose due time has passed and that are not stored.

    Of a home with nothing in it, only the month that it is can be overdue.
    """
    latest = current_month(study, now)
    first = min([*stored, latest])
    return [
        month
        for month in months_between(first, latest)
        if month not in stored and due_at(study, due_cron, month) <= now
    ]


def due_at(study: Study, due_cron: str, month: date) -> datetime:
    """When the month is due: at the expression's first time in it, or else at its end."""
    zone = ZoneInfo(study.time_zone)
    begin = datetime(month.year, month.month, 1, tzinfo=zone)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=zone)
    first = next(cron_string_iterator(begin.timestamp(), due_cron, study.time_zone))
    return min(first, end)
