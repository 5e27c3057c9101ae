"""What is loaded beside other work: by a run, and by the UI."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from sz_assets import crew
from sz_assets.defs import dbt, run


def test_a_run_with_a_crew_has_dbt_loaded_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[Callable[[], None]] = []
    monkeypatch.setattr(crew, "is_started", lambda: True)
    monkeypatch.setattr(crew, "prepare_apart", prepared.append)
    before = threading.enumerate()
    run.load_ahead()
    assert prepared == [dbt.load_ahead]
    assert threading.enumerate() == before


@pytest.mark.parametrize(
    ("call", "thread", "loaded"),
    [
        (
            "from sz_assets.defs.run import load_ahead as load",
            "load-ahead",
            "dbt.cli.main great_expectations altair vl_convert",
        ),
        (
            "from sz_assets.defs.ui import _load_pages_beside as load",
            "load-pages",
            "dagster_webserver.app dagster._daemon.controller uvicorn",
        ),
    ],
)
def test_a_thread_loads_what_comes_later(call: str, thread: str, loaded: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOAD.format(call=call), thread, *loaded.split()],
        capture_output=True,
        text=True,
        check=True,
    )
    # Nothing was loaded before, and at the end everything is.
    assert done.stdout.split("\n")[:2] == ["[]", str(loaded.split())]


_LOAD = """
import sys, threading
{call}
def loaded():
    return [name for name in sys.argv[2:] if name in sys.modules]
print(loaded())
load()
[thread] = [thread for thread in threading.enumerate() if thread.name == sys.argv[1]]
assert thread.daemon
thread.join()
print(loaded())
"""
