"""A run's other processes: what they share, what becomes of errors, kills and endings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from sz_assets import crew
from sz_assets.errors import UserError

pytestmark = pytest.mark.skipif(crew.cores() < 2, reason="needs a second core")


REPOSITORY = str(Path(__file__).parents[2])


@pytest.fixture(autouse=True)
def _others_find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPOSITORY)


@pytest.fixture(name="others")
def crew_of_one() -> Iterator[None]:
    with crew.started(("json",)):
        yield


def where(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def squared(number: int) -> int:
    return number * number


def refuse(number: int) -> int:
    if number == 3:
        raise UserError("Number 3 is refused: choose another.")
    return number


def die_elsewhere(leader: int) -> int:
    if os.getpid() != leader:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def has_json_tool(number: int) -> tuple[int, bool]:
    return os.getpid(), "json.tool" in sys.modules


def test_without_a_crew_all_is_done_here() -> None:
    assert not crew.is_started()
    assert set(crew.spread(where, [0.0] * 3)) == {os.getpid()}


def test_many_items_are_worth_a_crew_of_their_own() -> None:
    assert len(set(crew.spread(where, [0.2] * 40))) > 1
    assert not crew.is_started()


@pytest.mark.usefixtures("others")
def test_results_come_in_order_and_from_several_processes() -> None:
    assert crew.spread(squared, range(50)) == [number * number for number in range(50)]
    crew.spread(has_json_tool, [1, 2], slow_to_load="not.loaded")  # waits for the others
    workers = set(crew.spread(where, [0.02] * 20))
    assert os.getpid() in workers
    assert len(workers) > 1


def test_what_is_slow_to_load_is_loaded_elsewhere() -> None:
    with crew.started(("json.tool",)):
        done = crew.spread(has_json_tool, [1, 2, 3], slow_to_load="not.loaded")
    assert all(loaded for _, loaded in done)
    assert os.getpid() not in {process for process, _ in done}


@pytest.mark.usefixtures("others")
def test_an_error_is_raised_as_it_was() -> None:
    with pytest.raises(UserError, match="Number 3 is refused"):
        crew.spread(refuse, [1, 2, 3, 4, 5])


@pytest.mark.usefixtures("others")
def test_what_a_killed_process_had_is_done_here() -> None:
    crew.spread(has_json_tool, [1], slow_to_load="not.loaded")
    assert crew.spread(die_elsewhere, [os.getpid()] * 8) == [os.getpid()] * 8
    assert crew.spread(squared, [1, 2, 3]) == [1, 4, 9]


def test_a_library_that_cannot_be_loaded_stops_nothing() -> None:
    with crew.started(("no_such_library_of_ours",)):
        assert crew.spread(squared, [1, 2, 3], slow_to_load="not.loaded") == [1, 4, 9]


def test_the_processes_end_with_the_block() -> None:
    with crew.started(("json",)):
        [other] = set(crew.spread(where, [0.0, 0.0], slow_to_load="not.loaded"))
        assert _is_running(other)
    assert not _is_running(other)


def test_the_processes_end_with_a_killed_leader() -> None:
    leader = subprocess.Popen(
        [sys.executable, "-c", _LEADER], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert leader.stdout is not None
    other = int(leader.stdout.readline())
    leader.kill()
    leader.wait()
    end = time.monotonic() + 20
    while _is_running(other) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_running(other)


_LEADER = """
import time
from sz_assets import crew
from sz_assets_tests.storage.test_crew import where
if __name__ == "__main__":
    with crew.started(("json",)):
        print(crew.spread(where, [0.0], slow_to_load="not.loaded")[0], flush=True)
        time.sleep(60)
"""


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_processes_that_died_at_once_prepare_nothing_and_hinder_nothing() -> None:
    with crew.started(("no_module_of_this_name",), apart=("no_module_of_this_name",)):
        for members in (crew._crew, crew._apart):
            assert members is not None
            with pytest.raises(BrokenProcessPool):
                members._loaded[0].result(timeout=60)
        crew.prepare(_prepared)
        crew.prepare_apart(_prepared)
        assert crew.spread(squared, [2, 3]) == [4, 9]
        assert crew.apart(squared, 4) == 16


def _prepared() -> None:
    raise AssertionError("called by a process that has died")
