"""Whole commands in processes of their own: again and again, and killed at any moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

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
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return out, err


def test_a_range_again_leaves_every_table_as_it_was(
    published_home: Home, tmp_path: Path, published_hashes, core_hashes
) -> None:
    home = Home(shutil.copytree(published_home.root, tmp_path / "home", symlinks=True))
    months = SEPTEMBER, OCTOBER
    before, before_core = published_hashes(home), [core_hashes(home, month) for month in months]
    out, err = finish(start(home.root, "backfill", "--from", "2023-09", "--to", "2023-10"))
    assert "Made:" in out
    assert "Error" not in err
    assert published_hashes(home) == before
    assert [core_hashes(home, month) for month in months] == before_core
    assert len(before) == 30
    assert before_core[0] != before_core[1]
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


def test_a_range_makes_what_its_months_make_one_by_one(
    published_home: Home, undisturbed, published_hashes, core_hashes
) -> None:
    expected, expected_core, _ = undisturbed
    assert published_hashes(published_home) == expected
    assert core_hashes(published_home, OCTOBER) == expected_core


def test_kills_at_any_moment_cost_nothing_but_time(
    september: Home, undisturbed, tmp_path: Path, published_hashes, core_hashes
) -> None:
    expected, expected_core, seconds = undisturbed
    before = published_hashes(september)
    assert before != expected

    def kill_after(pauses: Sequence[float]) -> int:
        """Kill a run after each of these pauses, then let one finish; how many were told of."""
        root = tmp_path / f"{pauses[0]:.1f}"
        home = Home(shutil.copytree(september.root, root, symlinks=True))
        said = []
        for pause in pauses:
            process = start(root, "run", "--month", "2023-10")
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=pause)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            said.append(process.communicate()[1])
            at_the_kill = published_hashes(home)
            assert at_the_kill in (before, expected), pauses
        said.append(finish(start(root, "run", "--month", "2023-10"))[1])
        assert published_hashes(home) == expected, pauses
        assert core_hashes(home, OCTOBER) == expected_core, pauses
        assert core_hashes(home, SEPTEMBER) == core_hashes(september, SEPTEMBER), pauses
        assert not list(home.releases.glob(".*")), pauses
        return sum(err.count("had been killed; it is closed now") for err in said)

    # Two at a time take longer, so the moments are spread over more than one run's time. The
    # second kill of a home meets a month of which an earlier one left something.
    moments = [1.5 * seconds * (moment + 0.5) / MOMENTS for moment in range(MOMENTS)]
    homes = MOMENTS // 2
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(kill_after, zip(moments[:homes], moments[homes:], strict=True)))
    # The others ended before their run was recorded, or after it.
    assert sum(told) >= 3, told


def test_ctrl_c_stops_a_run_in_order_and_the_same_command_goes_on(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    said = []
    for moment in ("starting", "account_lists", "marts"):
        process = start(home.root, "run", "--month", "2023-10")
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if moment in line:
                break
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        said.append(err)
        assert process.returncode == 130, (moment, err)
        assert "Stopped. What was stored is kept; the same command goes on." in err, moment
    said.append(finish(start(home.root, "run", "--month", "2023-10"))[1])
    assert "Traceback" not in "".join(said)
    assert "had been killed" not in "".join(said)
