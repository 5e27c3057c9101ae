"""By the clock alone: a real `dagster dev` whose daemon was away for three months, and a tick.

Here: nothing is clicked and nothing is called; what happened is read afterwards. The platform is a
server of this test, and so is the channel that takes the notices.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import polars as pl
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from sz_assets.contracts.core import CRAWL_COVERAGE
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.contracts.validate import polars_schema
from sz_assets.defs.instance import open_instance
from sz_assets.storage import Home, Lake
from sz_assets_tests.crawl.fault_server import FaultServer, answer
from sz_assets_tests.ui.ui_server import free_port
from sz_assets_tests.unattended.listener import Listener, listening

pytestmark = pytest.mark.slow
SHANGHAI = ZoneInfo("Asia/Shanghai")
WAIT_SECONDS = 420
STUDY = """\
id: by_the_clock
name: {{zh: 钟, en: Clock}}
first_crawl_month: {first}
accounts:
  - {{id: one, platform: douyin, platform_account_id: SEC1, platform_uid: "11",
     name: {{zh: 发声者, en: Speaker}}}}
  - {{id: two, platform: douyin, platform_account_id: SEC2, platform_uid: "22",
     name: {{zh: 沉默者, en: Quiet One}}}}
"""


def earlier(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def platform(request):
    """Each account has one video: of today, or of ten months ago."""
    if request.path == "/robots.txt":
        return answer(b"", 404)
    number = 1 if request.query["sec_user_id"] == "SEC1" else 2
    uid = 11 * number
    if "profile" in request.path:
        user = {"uid": str(uid), "nickname": "x", "follower_count": 2_000_000, "aweme_count": 1}
        return answer(json.dumps({"status_code": 0, "user": user}).encode())
    published = int(time.time()) - (60 if number == 1 else 300 * 86_400)
    item = {
        "aweme_id": str((published - 50) << 32), "create_time": published, "author_user_id": uid,
        "desc": "标题", "duration": 9000,
        "statistics": {"digg_count": 5, "comment_count": 1, "collect_count": 2, "share_count": 3},
    }  # fmt: skip
    page = {"status_code": 0, "aweme_list": [item], "has_more": 0, "max_cursor": 0}
    return answer(json.dumps(page).encode())


def store_month(home: Home, month: date) -> None:
    """What is left of a month that was crawled before the time in which nothing ran."""
    row = dict.fromkeys(CRAWL_COVERAGE.column_names) | {
        "crawl_month": month, "account_id": "one", "coverage_verdict": "complete",
        "coverage_reason": "x", "data_origin": "live:douyin",
    }  # fmt: skip
    counts = [name for name in row if name.endswith("_count") and name != "platform_video_count"]
    row |= dict.fromkeys(counts, 0)
    frame = pl.DataFrame([row], schema=polars_schema(CRAWL_COVERAGE))
    Lake(home.lake).write(CRAWL_COVERAGE, month, frame)


@contextmanager
def dagster_dev(home: Home, environment: dict[str, str]) -> Iterator[Path]:
    """`dagster dev` as a service starts it; its log. Nothing of it is left afterwards."""
    port, log = free_port(), home.root.parent / "dagster-dev.log"
    command = [
        Path(sys.executable).with_name("dagster"), "dev", "-m", "sz_assets.definitions",
        "-h", "127.0.0.1", "-p", str(port),
    ]  # fmt: skip
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, **environment, "DAGSTER_HOME": str(home.dagster)},
            cwd=home.root.parent,
        )  # fmt: skip
    try:
        wait_until(lambda: answers(port), log)
        yield log
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until(is_so: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()[-6000:]
        time.sleep(1)


def states(home: Home, kind: InstigatorType, name: str) -> list:
    with open_instance(home) as instance:
        found = instance.all_instigator_state(instigator_type=kind)
        return [state for state in found if state.name == name]


def has_told_of_overdue(home: Home) -> bool:
    """Whether the sensor has noted whom it told; before that it might tell again."""
    found = states(home, InstigatorType.SENSOR, "overdue_months")
    return any(state.instigator_data and state.instigator_data.cursor for state in found)


def put_back(home: Home, days: int) -> None:
    """Make the daemon's own record say that it last looked so many days ago."""
    [state] = states(home, InstigatorType.SCHEDULE, "monthly_crawl")
    then = time.time() - days * 86_400
    cron = state.instigator_data.cron_schedule
    with open_instance(home) as instance:
        instance.update_instigator_state(state.with_data(ScheduleInstigatorData(cron, then, then)))


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[tuple[Home, dict[str, str], Listener, datetime]]:
    """A home, its settings, the channel, and the minute in which the schedule is to tick."""
    with ExitStack() as stack:
        listener = stack.enter_context(listening())
        server = stack.enter_context(FaultServer(platform))
        while (
            tick := datetime.now(tz=SHANGHAI) + timedelta(minutes=2)
        ).hour == 0 and tick.minute < 3:
            time.sleep(5)  # At midnight a day, and perhaps a month, would end within the test.
        this = tick.date().replace(day=1)
        study = tmp_path / "study.yaml"
        study.write_text(STUDY.format(first=f"{earlier(this, 8):%Y-%m}"), encoding="utf-8")
        home = Home(tmp_path / "home")
        home.prepare()
        home.claim_for("by_the_clock")
        store_month(home, earlier(this, 4))
        environment = {
            "SZ_HOME": str(home.root),
            "SZ_STUDY": str(study),
            "SZ_SOURCE": "live",
            "SZ_DOUYIN_BASE_URL": server.base_url,
            "SZ_REQUESTS_PER_SECOND": "1000",
            "SZ_SCHEDULE": "on",
            "SZ_CRAWL_CRON": f"{tick.minute} {tick.hour} {tick.day} * *",
            # Later than the tick in any month.
            "SZ_DUE_CRON": "0 18 28 * *" if tick.day < 28 else f"59 23 {tick.day} * *",
            "SZ_NOTIFY_URLS": listener.address,
        }
        yield home, environment, listener, tick


def test_three_missed_months_are_told_and_the_fourth_is_made(deployed) -> None:
    home, environment, listener, tick = deployed
    this = tick.date().replace(day=1)
    missed = [earlier(this, count) for count in (3, 2, 1)]
    with open_instance(home):
        pass  # writes dagster.yaml
    with dagster_dev(home, environment) as log:
        wait_until(lambda: states(home, InstigatorType.SCHEDULE, "monthly_crawl"), log)
        wait_until(lambda: has_told_of_overdue(home), log)
    put_back(home, days=110)

    with dagster_dev(home, environment) as log:
        wait_until(lambda: len(runs(home, "month")) == 1, log)
        wait_until(lambda: runs(home, "month")[0].is_finished, log)
        wait_until(lambda: any("silent" in title for title in listener.titles()), log)
        wait_until(lambda: due_day_evaluations(home), log)
        ended = runs(home, "month")

    # The month that it is was made by the tick, and no other.
    [run] = ended
    assert run.status is dg.DagsterRunStatus.SUCCESS, log.read_text()[-6000:]
    assert run.tags["dagster/partition"] == f"{this:%Y-%m}"
    assert Lake(home.lake).months(ACCOUNT_PAGES) == [this]
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.sql("select distinct crawl_month from fct_video_month").fetchall()
    assert found == [(this,)]

    # What was missed is told once, by name, and the ticks that came too late say so.
    overdue = [each for each in listener.taken if "not crawled by the due day" in each["title"]]
    assert len(overdue) == 1, listener.titles()
    names = ", ".join(f"{month:%Y-%m}" for month in missed)
    assert f"{names}: not crawled, and a live platform shows only" in overdue[0]["message"]
    [silent] = [each for each in listener.taken if "accounts were silent" in each["title"]]
    assert "沉默者 (Quiet One)" in silent["message"]
    assert "发声者" not in silent["message"]
    # Of ticks without a partition set Dagster looks at the newest missed one alone.
    assert f"Schedule monthly_crawl skipped: {missed[-1]:%Y-%m} was missed" in log.read_text()

    # Dagster's own page has it as well.
    [evaluation] = due_day_evaluations(home)[:1]
    assert not evaluation.passed
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    assert "overdue" in (evaluation.description or "").lower() or "expect" in (
        evaluation.description or ""
    )


def runs(home: Home, job: str) -> list[dg.DagsterRun]:
    with open_instance(home) as instance:
        return list(instance.get_runs(dg.RunsFilter(job_name=job)))


def due_day_evaluations(home: Home) -> list:
    """What the check of the due day found, newest first."""
    key = dg.AssetKey(["core", "crawl_coverage"])
    with open_instance(home) as instance:
        records = instance.event_log_storage.get_event_records(
            dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        )
        found = [
            record.event_log_entry.get_dagster_event().asset_check_evaluation_data
            for record in records
        ]
        return [each for each in found if each.asset_key == key and "freshness" in each.check_name]
