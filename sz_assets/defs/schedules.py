"""The month's job, and the schedule that runs it by itself."""

from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)
from dagster._utils.schedules import is_valid_cron_schedule

from sz_assets.defs.months import MONTH_FORMAT, to_month
from sz_assets.defs.platforms import Platforms
from sz_assets.defs.run import JOB_NAME
from sz_assets.errors import UserError
from sz_assets.settings import UnattendedSettings
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
