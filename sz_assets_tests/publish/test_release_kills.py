"""100 publishes, 50 of them ended by SIGKILL, under readers that query without pause."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sz_assets.publish.history import list_releases, verify
from sz_assets.storage import Home

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PUBLISHES, KILLED = 100, 50


@contextmanager
def script(name: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, HERE / name, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def told(reader: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = reader.communicate(timeout=60)
    result: dict[str, Any] = json.loads(out)
    return result


@pytest.mark.slow
def test_readers_never_see_a_publisher_die(tmp_path: Path, without_settings: None) -> None:
    home = Home(tmp_path / "home")
    draw = random.Random(6)
    numbers = range(1, PUBLISHES + 1)
    # The first ones tell how long one takes.
    killed = set(draw.sample(numbers[5:], KILLED))
    ends: dict[int, str] = {}
    lives: list[float] = []
    links: list[str] = []
    with ExitStack() as stack:
        server = stack.enter_context(script("stamped.py", home.root))
        assert server.stdin is not None
        assert server.stdout is not None
        readers: dict[str, subprocess.Popen[str]] = {}
        for number in numbers:
            # Also a little after the usual end, so that the flip and the cleaning are met.
            longest = 1.1 * statistics.median(lives[-5:]) if lives else 0.0
            seconds = draw.uniform(0, longest) if number in killed else 60.0
            server.stdin.write(f"{number} {seconds}\n")
            server.stdin.flush()
            ends[number], lived = server.stdout.readline().split()
            links.append(home.current.readlink().name)
            if number not in killed:
                assert ends[number] == "0"
                assert links[-1] == f"stamp-{number}"
                lives.append(float(lived))
            if not readers:
                for way in ("fresh", "held", "both"):
                    reader = stack.enter_context(script("stamped_reader.py", home.root, way))
                    assert reader.stdout is not None
                    assert reader.stdout.readline() == "reading\n"
                    readers[way] = reader
            for reader in readers.values():
                assert reader.poll() is None, f"publish {number}: {told(reader)['error']}"
        results = {way: told(reader) for way, reader in readers.items()}
    assert [result["error"] for result in results.values()] == [None, None, None]
    assert all(result["queries"] > PUBLISHES for result in results.values()), results
    assert results["held"]["stamps"] == 1
    # Those that were killed after the flip are seen, too.
    for way in ("fresh", "both"):
        assert results[way]["stamps"] >= (PUBLISHES - KILLED) // 2, results
    assert set(ends.values()) <= {"0", "killed"}
    assert sum(end == "killed" for end in ends.values()) >= KILLED * 0.75, ends
    # A killed one left the old release or its own, whole one.
    for number, link in zip(numbers[1:], links[1:], strict=True):
        assert link in (links[number - 2], f"stamp-{number}"), number
    listed = list_releases(home)
    assert [each.problem for each in listed if each.problem] == []
    assert {each.name: verify(home, each.name) for each in listed} == {
        each.name: [] for each in listed
    }
