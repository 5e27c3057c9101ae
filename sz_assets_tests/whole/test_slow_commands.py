"""Whole commands in processes of their own: again and again, and killed at any moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from sz_assets.settings import Settings
from sz_assets.storage import Home

pytestmark = pytest.mark.slow
COMMAND = Path(sys.executable).with_name("sz-assets")
SEPTEMBER, OCTOBER = date(2023, 9, 1), date(2023, 10, 1)
MOMENTS = 8


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SZ_", "DAGSTER_"))}
    return subprocess.Popen(
        [COMMAND, *arguments],
        env={**kept, "SZ_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out, err


def test_a_range_twice_leaves_every_table_as_it_was(
    tmp_path: Path, published_hashes, core_hashes
) -> None:
    home = Home(tmp_path / "home")
    months = [date(2023, number, 1) for number in (1, 2, 3)]
    found = []
    for _ in range(2):
        out, err = finish(start(home.root, "backfill", "--from", "2023-01", "--to", "2023-03"))
        assert "Made:" in out
        assert "Error" not in err
        found.append((published_hashes(home), [core_hashes(home, month) for month in months]))
    assert found[0] == found[1]
    assert len(found[0][0]) == 30
    assert len(set(map(str, found[0][1]))) == 3
    releases = [path.name for path in home.releases.iterdir()]
    assert len(releases) == 2
    # A range is one run.
    assert len(list((home.dagster / "history" / "runs").glob("*-*.db"))) == 2


@pytest.fixture(scope="module")
def september(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a release of the month before."""
    home = Home(tmp_path_factory.mktemp("september") / "home")
    finish(start(home.root, "run", "--month", "2023-09"))
    return home


@pytest.fixture(scope="module")
def undisturbed(september: Home, tmp_path_factory, published_hashes, core_hashes):
    """What October makes of that home when nobody kills it, and how long it takes."""
    root = tmp_path_factory.mktemp("undisturbed") / "home"
    home = Home(shutil.copytree(september.root, root, symlinks=True))
    started = time.monotonic()
    finish(start(home.root, "run", "--month", "2023-10"))
    seconds = time.monotonic() - started
    return published_hashes(home), core_hashes(home, OCTOBER), seconds


def test_a_kill_at_any_moment_costs_nothing_but_time(
    september: Home, undisturbed, tmp_path: Path, published_hashes, core_hashes
) -> None:
    expected, expected_core, seconds = undisturbed
    before = published_hashes(september)
    assert before != expected

    def kill_after(pause: float) -> str:
        root = tmp_path / f"{pause:.1f}"
        home = Home(shutil.copytree(september.root, root, symlinks=True))
        process = start(root, "run", "--month", "2023-10")
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=pause)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        at_the_kill = published_hashes(home)
        assert at_the_kill in (before, expected), pause
        _, err = finish(start(root, "run", "--month", "2023-10"))
        assert published_hashes(home) == expected, pause
        assert core_hashes(home, OCTOBER) == expected_core, pause
        assert core_hashes(home, SEPTEMBER) == core_hashes(september, SEPTEMBER), pause
        assert not list(home.releases.glob(".*")), pause
        return "closed" if "had been killed; it is closed now" in err else "none"

    # Two at a time take longer, so the moments are spread over more than one run's time.
    pauses = [1.5 * seconds * (moment + 0.5) / MOMENTS for moment in range(MOMENTS)]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(kill_after, pauses))
    # The others ended before their run was recorded, or after it.
    assert told.count("closed") >= 3, told


@pytest.mark.parametrize("moment", ["starting", "account_lists", "marts"])
def test_ctrl_c_stops_a_run_in_order(tmp_path: Path, moment: str) -> None:
    home = Home(tmp_path / "home")
    process = start(home.root, "run", "--month", "2023-10")
    assert process.stderr is not None
    for line in process.stderr:
        if moment in line:
            break
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Stopped. What was stored is kept; the same command goes on." in err
    assert "Traceback" not in err
    _, err = finish(start(home.root, "run", "--month", "2023-10"))
    assert "had been killed" not in err


def test_a_refused_account_is_made_up_for_by_the_next_run(
    tmp_path: Path, small_study: Path, run_month, refusing, light
) -> None:
    settings = Settings.from_environment(
        {"SZ_HOME": str(tmp_path / "home"), "SZ_STUDY": str(small_study)}
    )
    refused = {"platforms": refusing("shenzhen_swat")}
    ran = run_month(settings.home, build=lambda: light(settings, refused), allow_partial=True)
    assert ran.outcome.exit_code == 2
    mended = run_month(settings.home, build=lambda: light(settings))
    assert (mended.outcome.exit_code, mended.outcome.failures) == (0, [])
    assert mended.checks()["core/crawl_coverage", "complete", "2023-10"].passed
