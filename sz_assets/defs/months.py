"""Crawl months as Dagster partitions, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from sz_assets.errors import UserError
from sz_assets.study import Study

MONTH_FORMAT = "%Y-%m"
# A range of months is rebuilt in one run, so that start-up is paid once.
ONE_RUN = dg.BackfillPolicy.single_run()
_ONE = "dagster/partition"
_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def month_partitions(study: Study) -> dg.MonthlyPartitionsDefinition:
    """One partition per crawl month, from the study's first to the current one, in its zone."""
    return dg.MonthlyPartitionsDefinition(
        start_date=study.first_crawl_month.strftime(MONTH_FORMAT),
        fmt=MONTH_FORMAT,
        timezone=study.time_zone,
        end_offset=1,
    )


def crawl_months(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> list[date]:
    """The crawl months that this run is about, ascending."""
    keys = context.op_execution_context.partition_keys
    return [to_month(key) for key in sorted(keys)]


def partition_tags(months: Sequence[date]) -> dict[str, str]:
    """How Dagster notes that a run is about these consecutive months; `months_of` reads it."""
    if len(months) == 1:
        return {_ONE: to_key(months[0])}
    return {_FIRST: to_key(months[0]), _LAST: to_key(months[-1])}


def months_of(run: dg.DagsterRun) -> list[date]:
    """The crawl months that a run is about, ascending; none for one that is about no month."""
    first, last = run.tags.get(_FIRST), run.tags.get(_LAST)
    if first and last:
        return months_between(to_month(first), to_month(last))
    key = run.tags.get(_ONE)
    return [to_month(key)] if key else []


def to_month(text: str) -> date:
    """`2023-10` as the first day of that month; UserError if it is none."""
    try:
        if len(text) != 7:
            raise ValueError
        return datetime.strptime(text, MONTH_FORMAT).date()
    except ValueError:
        raise UserError(f"{text!r} is not a month: write it like 2023-10.") from None


def to_key(month: date) -> str:
    """A crawl month as its partition key."""
    return month.strftime(MONTH_FORMAT)


def current_month(study: Study, now: datetime) -> date:
    """The month that it is now in the study's time zone."""
    return now.astimezone(ZoneInfo(study.time_zone)).date().replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """Every month from the first to the last; UserError if the last is before the first."""
    if last < first:
        raise UserError(f"{to_key(last)} is before {to_key(first)}: give the earlier month first.")
    count = (last.year - first.year) * 12 + last.month - first.month
    return [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(count + 1)
    ]


def check_month(study: Study, month: date, now: datetime) -> date:
    """The month itself if the study has such a crawl month; UserError if not."""
    if month < study.first_crawl_month:
        raise UserError(
            f"{to_key(month)} is before the study's first crawl month: choose "
            f"{to_key(study.first_crawl_month)} or a later one."
        )
    if month > (latest := current_month(study, now)):
        raise UserError(
            f"{to_key(month)} has not begun: choose {to_key(latest)} or an earlier month."
        )
    return month
