"""Which months are overdue, what a run's end is told as, and what the sensors make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import polars as pl
import pytest

from sz_assets.definitions import build_defs
from sz_assets.defs.months import months_of
from sz_assets.defs.notices import of_overdue, of_run, silent_names
from sz_assets.defs.schedules import month_job, monthly_schedule
from sz_assets.defs.unattended import due_at, overdue_of, overdue_sensor
from sz_assets.errors import UserError
from sz_assets.settings import Secret, Settings, UnattendedSettings
from sz_assets_tests.bundled import shenzhen
from sz_assets_tests.unattended.listener import listening

OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (10, 11, 12))
DUE = "0 18 28 * *"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "month", "due"),
    [
        (DUE, DECEMBER, "2026-12-28 10:00"),  # 18:00 in Shanghai
        (DUE, date(2027, 2, 1), "2027-02-28 10:00"),
        ("0 0 1 * *", DECEMBER, "2026-11-30 16:00"),
        ("0 9 31 * *", NOVEMBER, "2026-11-30 16:00"),  # no such day: at its end
        ("30 2 * * 1", DECEMBER, "2026-12-06 18:30"),
    ],
)
def test_a_month_is_due_at_the_first_time_in_it_or_at_its_end(cron, month, due) -> None:
    assert due_at(shenzhen(), cron, month) == at(due)


@pytest.mark.parametrize(
    ("stored", "now", "overdue"),
    [
        ([], "2026-12-28 09:59", []),
        ([], "2026-12-28 10:00", [DECEMBER]),
        ([OCTOBER], "2026-12-28 09:59", [NOVEMBER]),
        ([OCTOBER], "2026-12-28 10:00", [NOVEMBER, DECEMBER]),
        ([OCTOBER, DECEMBER], "2026-12-28 10:00", [NOVEMBER]),
        ([OCTOBER, NOVEMBER], "2026-12-02 00:00", []),
        # The first minutes of December in Shanghai.
        ([OCTOBER], "2026-11-30 16:01", [NOVEMBER]),
    ],
)
def test_overdue_are_the_months_since_the_first_stored_one(stored, now, overdue) -> None:
    assert overdue_of(shenzhen(), DUE, stored, at(now)) == overdue


def sensor_of(stored: list[date], can_show: list[date], address: str, now: str):
    lake = SimpleNamespace(lake=SimpleNamespace(months=lambda table: stored))
    platforms = SimpleNamespace(can_show=lambda month: month in can_show)
    settings = UnattendedSettings(is_on=True, due_cron=DUE, notify=Secret(address))
    return overdue_sensor(shenzhen(), settings, lake, platforms, now=lambda: at(now))


def test_each_overdue_month_is_told_once() -> None:
    with listening() as channel:
        stored = [OCTOBER]
        sensor = sensor_of(stored, [DECEMBER], channel.address, "2026-12-28 10:00")
        first = sensor(dg.build_sensor_context())
        again = sensor(dg.build_sensor_context(cursor=first.cursor))
        stored.append(NOVEMBER)
        mended = sensor(dg.build_sensor_context(cursor=again.cursor))
    assert "2026-11, 2026-12" in first.skip_reason.skip_message
    [notice] = channel.taken
    assert notice["title"].startswith("深圳 2026-11 – 2026-12：")
    assert "2026-11: not crawled, and a live platform" in notice["message"]
    assert "2026-12: not crawled yet. sz-assets run --month 2026-12" in notice["message"]
    assert (again.cursor, mended.cursor) == (first.cursor, '["2026-12"]')


def test_an_overdue_month_is_told_again_where_the_channel_did_not_take_it(monkeypatch) -> None:
    monkeypatch.setattr("sz_assets.notify._PAUSES", ())
    with listening() as channel:
        channel.answers = [503]
        sensor = sensor_of([OCTOBER], [], channel.address, "2026-12-28 10:00")
        with pytest.raises(UserError, match="was not taken"):
            sensor(dg.build_sensor_context())
        sensor(dg.build_sensor_context())
        assert len(channel.taken) == 1


@pytest.mark.parametrize(
    ("exit_code", "sentences", "lists", "silent", "title"),
    [
        (1, ["core/videos failed"], [], [], "失败 · Shenzhen 2026-10: failed"),
        (2, ["one refused"], ["a table"], [], "lists are refused or incomplete, nothing is"),
        (0, [], ["a table"], [], "published with gaps"),
        (0, [], [], ["甲 (A)"], "accounts were silent"),
        (0, [], [], [], None),
    ],
)
def test_what_a_run_is_told_as(exit_code, sentences, lists, silent, title) -> None:
    found = of_run(shenzhen(), [OCTOBER], exit_code, sentences, lists, {OCTOBER: silent})
    if title is None:
        assert found is None
        return
    assert title in found.title
    assert found.title.startswith("深圳 2026-10：")
    assert all(each in found.body for each in (*sentences, *lists, *silent))


def test_a_long_notice_ends_with_how_much_is_left_out() -> None:
    found = of_run(shenzhen(), [OCTOBER, DECEMBER], 1, [f"sentence {n}" for n in range(50)])
    assert found.title.startswith("深圳 2026-10 – 2026-12：")
    assert found.body.splitlines()[-1] == "… 20 more / 还有 20 条"


def test_a_month_that_can_be_fetched_is_not_called_lost() -> None:
    found = of_overdue(shenzhen(), [DECEMBER], can_be_fetched=[DECEMBER])
    assert "nothing can stand for it" not in found.body


def test_silent_are_those_with_a_complete_list_and_no_video_of_the_month() -> None:
    accounts = pl.DataFrame(
        {
            "account_id": ["shenzhen_traffic_police", "b", "c", "gone"],
            "published_in_month_count": [0, 0, 3, None],
            "coverage_verdict": ["complete", "truncated", "complete", "complete"],
        }
    )
    assert silent_names(shenzhen(), accounts) == ["深圳交警 (Shenzhen Traffic Police)"]


def run_with(**tags: str) -> dg.DagsterRun:
    return dg.DagsterRun(job_name="month", tags={f"dagster/{k}": v for k, v in tags.items()})


def test_the_months_of_a_run_are_in_its_tags() -> None:
    assert months_of(run_with(partition="2026-10")) == [OCTOBER]
    of_range = run_with(asset_partition_range_start="2026-10", asset_partition_range_end="2026-12")
    assert months_of(of_range) == [OCTOBER, NOVEMBER, DECEMBER]
    assert months_of(run_with()) == []


def settings(tmp_path: Path, **more: str) -> Settings:
    return Settings.from_environment({"SZ_HOME": str(tmp_path), **more})


def names_of(definitions: dg.Definitions) -> dict[str, bool]:
    """Schedules and sensors, and whether each runs by itself."""
    repository = definitions.get_repository_def()
    return {
        each.name: each.default_status.value == "RUNNING"
        for each in (*repository.schedule_defs, *repository.sensor_defs)
    }


def freshness_of(definitions: dg.Definitions) -> list[str]:
    graph = definitions.resolve_asset_graph()
    return [str(key) for key in graph.asset_check_keys if "freshness" in key.name]


def test_nothing_crawls_by_itself_unless_asked_to(tmp_path: Path) -> None:
    off, on = (build_defs(settings(tmp_path, SZ_SCHEDULE=word)) for word in ("off", "on"))
    told = {"failed_runs": True, "finished_runs": True}
    assert names_of(off) == {"monthly_crawl": False, "daily_upkeep": False, **told}
    assert names_of(on) == {
        "monthly_crawl": True, "daily_upkeep": True, "due_day": True, "overdue_months": True, **told
    }  # fmt: skip
    assert freshness_of(off) == []
    assert len(freshness_of(on)) == 1


def test_the_check_of_the_due_day_is_not_part_of_a_month(tmp_path: Path) -> None:
    definitions = build_defs(settings(tmp_path, SZ_SCHEDULE="on"))
    steps = definitions.resolve_job_def("month").graph.node_dict
    assert "check_completeness" in steps
    assert not [name for name in steps if "freshness" in name]


@pytest.mark.parametrize("name", ["SZ_CRAWL_CRON", "SZ_DUE_CRON"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=f"{name} is '0 3 28 13 \\*'"):
        build_defs(settings(tmp_path, **{name: "0 3 28 13 *"}))


def test_a_tick_that_comes_too_late_makes_nothing() -> None:
    platforms = SimpleNamespace(can_show=lambda month: month == DECEMBER)
    schedule = monthly_schedule(month_job(), shenzhen(), UnattendedSettings(), platforms)

    def tick(text: str):
        context = dg.build_schedule_context(scheduled_execution_time=datetime.fromisoformat(text))
        return schedule(context)

    late, right = tick("2026-11-28T03:00:00+08:00"), tick("2026-12-28T03:00:00+08:00")
    assert "2026-11 was missed" in late.skip_message
    assert (right.partition_key, right.run_key) == ("2026-12", "2026-12")
