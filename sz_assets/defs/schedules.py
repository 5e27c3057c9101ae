"""The jobs for a month and for upkeep, and the schedules that run them by themselves."""

from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)
from dagster._utils.schedules import is_valid_cron_schedule

from sz_assets.defs import upkeep
from sz_assets.defs.months import MONTH_FORMAT, to_month
from sz_assets.defs.platforms import Platforms
from sz_assets.defs.run import JOB_NAME
from sz_assets.errors import UserError
from sz_assets.settings import Settings, UnattendedSettings
from sz_assets.study import Study


def month_job(*apart: dg.AssetChecksDefinition) -> UnresolvedAssetJobDefinition:
    """Everything for a crawl month, or for a range of them in one run, but for the checks `apart`.

    Those are about today and not about the month of a run.
    """
    selection = dg.AssetSelection.all()
    return dg.define_asset_job(
        JOB_NAME,
        selection=selection - dg.AssetSelection.checks(*apart) if apart else selection,
        description="Crawl (or read what is stored of) a month and rebuild all that depends on it.",
    )


def monthly_schedule(
    job: UnresolvedAssetJobDefinition,
    study: Study,
    unattended: UnattendedSettings,
    platforms: Platforms,
) -> dg.ScheduleDefinition:
    """By default on the 28th, at three in the study's zone: crawl the month that it is.

    Late in the month, when most of what it published is there, with hours left to repeat.
    """
    for name, cron in (("CRAWL", unattended.crawl_cron), ("DUE", unattended.due_cron)):
        if not is_valid_cron_schedule(cron):
            raise UserError(
                f"SZ_{name}_CRON is {cron!r}, which is no time: write minute, hour, day, month and "
                "weekday as cron does, such as '0 3 28 * *'."
            )

    @dg.schedule(
        name="monthly_crawl",
        job=job,
        cron_schedule=unattended.crawl_cron,
        execution_timezone=study.time_zone,
        default_status=(
            dg.DefaultScheduleStatus.RUNNING
            if unattended.is_on
            else dg.DefaultScheduleStatus.STOPPED
        ),
        description="Crawls the month that it is, once: by default on its 28th day.",
    )
    def monthly_crawl(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        key = context.scheduled_execution_time.strftime(MONTH_FORMAT)
        # After a time in which nothing ran, Dagster asks for what was missed meanwhile.
        if not platforms.can_show(to_month(key)):
            return dg.SkipReason(
                f"{key} was missed: at {datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC the platform no "
                "longer shows its counters. The sensor overdue_months tells of it."
            )
        return dg.RunRequest(run_key=key, partition_key=key)

    return monthly_crawl


def upkeep_schedule(
    study: Study, settings: Settings
) -> tuple[dg.JobDefinition, dg.ScheduleDefinition]:
    """A job that removes what is old, and its hour: once a day, at four in the study's zone."""

    @dg.op(pool="crawl", description="Remove run history, releases and answers that are too old.")
    def remove_what_is_old(context: dg.OpExecutionContext) -> None:
        pruned = upkeep.prune(context.instance, study, settings, datetime.now(tz=UTC))
        for line in upkeep.lines(pruned):
            context.log.info(line)

    @dg.job(
        name="upkeep",
        executor_def=dg.in_process_executor,
        description="Removes what SZ_HISTORY_DAYS, SZ_RELEASE_DAYS and SZ_RAW_MONTHS call old.",
    )
    def upkeep_job() -> None:
        remove_what_is_old()

    schedule = dg.ScheduleDefinition(
        name="daily_upkeep",
        job=upkeep_job,
        cron_schedule="0 4 * * *",
        execution_timezone=study.time_zone,
        default_status=(
            dg.DefaultScheduleStatus.RUNNING
            if settings.unattended.is_on
            else dg.DefaultScheduleStatus.STOPPED
        ),
    )
    return upkeep_job, schedule
