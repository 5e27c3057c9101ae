"""The process of a run that stands apart, and how a crew's processes begin and end."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sz_assets import crew, garbage

pytestmark = pytest.mark.skipif(crew.cores() < 2, reason="needs a second core")

REPOSITORY = str(Path(__file__).parents[2])
prepared: list[int] = []


@pytest.fixture(autouse=True)
def _others_find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPOSITORY)


def prepare() -> None:
    prepared.append(os.getpid())


def fail() -> None:
    raise RuntimeError("It can't be prepared.")


def seen(module: str) -> tuple[int, bool, list[int]]:
    return os.getpid(), module in sys.modules, prepared


def threshold(_: int) -> tuple[int, int]:
    return os.getpid(), gc.get_threshold()[0]


def test_what_stands_apart_has_its_own_libraries_and_what_it_prepared() -> None:
    with crew.started(("json",), apart=("wave",)):
        crew.prepare_apart(prepare)
        process, has_library, prepared_by = crew.apart(seen, "wave")
        again = crew.apart(seen, "wave")
        [(other, other_has_it, _)] = crew.spread(seen, ["wave"], slow_to_load="not.loaded")
    assert has_library
    assert prepared_by == [process]
    assert again[0] == process
    assert not other_has_it
    assert len({process, other, os.getpid()}) == 3
    assert prepared == []


def test_without_a_process_apart_all_is_done_here() -> None:
    crew.prepare_apart(fail)
    assert crew.apart(seen, "json")[0] == os.getpid()
    with crew.started(("json",)):
        assert crew.apart(seen, "json")[0] == os.getpid()


def test_what_could_not_be_prepared_stops_nothing() -> None:
    with crew.started(("json",), apart=("json",)):
        crew.prepare_apart(fail)
        assert crew.apart(seen, "json")[0] != os.getpid()
    with crew.started(("json",), apart=("no_such_library_of_ours",)):
        assert crew.apart(seen, "json")[0] == os.getpid()


def test_every_process_looks_for_garbage_as_rarely_as_the_one_that_leads() -> None:
    before = gc.get_threshold()
    try:
        garbage.look_rarely()
        rarely = gc.get_threshold()[0]
    finally:
        gc.set_threshold(*before)
    assert rarely >= 100 * 700
    with crew.started(("json",), apart=("json",)):
        found = [crew.apart(threshold, 0), *crew.spread(threshold, [0], slow_to_load="not.loaded")]
    assert {each for _, each in found} == {rarely}
    assert os.getpid() not in {process for process, _ in found}


@pytest.mark.parametrize("ending", ["lock", "lock_and_work"])
def test_a_library_that_makes_a_lock_leaves_nothing_behind(ending: str) -> None:
    """Progress bars and dbt make such locks; Python tells of them where a process just dies."""
    done = subprocess.run(
        [sys.executable, "-c", _LEADER, ending],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


def lock(_: int) -> None:
    import multiprocessing

    globals()["held"] = multiprocessing.RLock()


def lock_and_work(_: int) -> None:
    """Still at work when the crew is closed, as after Ctrl+C."""
    import time

    lock(0)
    Path(os.environ["SZ_TEST_MARK"]).touch()
    time.sleep(60)


_LEADER = """
import os, sys, tempfile, time
from pathlib import Path
from sz_assets import crew
from sz_assets_tests.storage import test_crew_apart as test
if __name__ == "__main__":
    mark = Path(tempfile.mkdtemp()) / "locked"
    os.environ["SZ_TEST_MARK"] = str(mark)
    with crew.started(("json",), apart=("json",)):
        if sys.argv[1] == "lock":
            crew.apart(test.lock, 0)
            crew.spread(test.lock, [0], slow_to_load="not.loaded")
        else:
            crew._apart._pool.submit(test.lock_and_work, 0)
            while not mark.exists():
                time.sleep(0.05)
    print("done", flush=True)
"""
