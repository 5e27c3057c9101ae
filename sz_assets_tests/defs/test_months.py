"""Crawl months as text, dates and partitions, and the schedule that runs the current one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from sz_assets.defs.months import (
    check_month,
    current_month,
    month_partitions,
    months_between,
    to_key,
    to_month,
)
from sz_assets.errors import UserError
from sz_assets_tests.bundled import shenzhen

# 16:30 UTC on the last day of February is March in Shanghai.
TURN = datetime(2025, 2, 28, 16, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def study():
    return shenzhen()


def test_the_month_is_that_of_the_studys_zone(study) -> None:
    assert current_month(study, TURN) == date(2025, 3, 1)
    assert current_month(study, TURN.replace(hour=15, minute=59)) == date(2025, 2, 1)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (TURN, "2025-03"),
        (TURN.replace(hour=15, minute=59), "2025-02"),
        (datetime(2023, 1, 1, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai")), "2023-01"),
    ],
)
def test_partitions_go_from_the_first_month_to_the_current_one(study, now, last) -> None:
    partitions = month_partitions(study)
    keys = partitions.get_partition_keys(current_time=now)
    assert (keys[0], keys[-1]) == ("2023-01", last)
    assert keys == [to_key(m) for m in months_between(date(2023, 1, 1), to_month(last))]
    assert partitions.timezone == "Asia/Shanghai"


def test_months_are_written_as_their_keys() -> None:
    assert to_month("2023-10") == date(2023, 10, 1)
    assert to_key(date(2023, 10, 1)) == "2023-10"


@pytest.mark.parametrize(
    "text",
    ["", "2023", "2023-13", "2023-00", "2023-1", "23-10", "2023-10-01", "2023/10", "october"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is not a month: write it like 2023-10"):
        to_month(text)


def test_ranges_cross_years_and_run_forwards() -> None:
    months = months_between(date(2022, 11, 1), date(2024, 1, 1))
    assert len(months) == 15
    assert (months[0], months[2], months[-1]) == (
        date(2022, 11, 1),
        date(2023, 1, 1),
        date(2024, 1, 1),
    )
    assert months_between(months[0], months[0]) == months[:1]
    with pytest.raises(UserError, match="2022-11 is before 2024-01: give the earlier month first"):
        months_between(date(2024, 1, 1), date(2022, 11, 1))


def test_a_month_must_lie_in_the_studys_time(study) -> None:
    assert check_month(study, date(2023, 1, 1), TURN) == date(2023, 1, 1)
    assert check_month(study, date(2025, 3, 1), TURN) == date(2025, 3, 1)
    with pytest.raises(UserError, match=r"2022-12 is before .* first crawl month: choose 2023-01"):
        check_month(study, date(2022, 12, 1), TURN)
    with pytest.raises(UserError, match="2025-04 has not begun: choose 2025-03 or an earlier"):
        check_month(study, date(2025, 4, 1), TURN)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC"])
def test_the_schedule_crawls_the_month_that_it_is_in_shanghai(defs: dg.Definitions, zone) -> None:
    schedule = defs.get_repository_def().get_schedule_def("monthly_crawl")
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.cron_schedule == "0 3 28 * *"
    assert schedule.job_name == "month"
    tick = datetime(2025, 2, 28, 3, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    context = dg.build_schedule_context(
        scheduled_execution_time=tick.astimezone(ZoneInfo(zone)),
        repository_def=defs.get_repository_def(),
    )
    [request] = schedule.evaluate_tick(context).run_requests
    assert (request.partition_key, request.run_key) == ("2025-02", "2025-02")
