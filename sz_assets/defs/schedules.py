"""The month's job, and the schedule that runs it by itself."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from sz_assets.defs.months import MONTH_FORMAT
from sz_assets.defs.run import JOB_NAME
from sz_assets.study import Study

# Late in the month, when most of what the month published is there, and with days left to repeat.
CRON = "0 3 28 * *"


def month_job() -> UnresolvedAssetJobDefinition:
    """Everything for a crawl month, or for a range of them in one run."""
    return dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        description="Crawl (or read what is stored of) a month and rebuild all that depends on it.",
    )


def monthly_schedule(job: UnresolvedAssetJobDefinition, study: Study) -> dg.ScheduleDefinition:
    """On the 28th, at three in the study's zone: crawl the month that it is."""

    @dg.schedule(
        name="monthly_crawl",
        job=job,
        cron_schedule=CRON,
        execution_timezone=study.time_zone,
        description="Crawls the current month on its 28th day.",
    )
    def monthly_crawl(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        key = context.scheduled_execution_time.strftime(MONTH_FORMAT)
        return dg.RunRequest(run_key=key, partition_key=key)

    return monthly_crawl
