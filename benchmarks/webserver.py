"""How long `sz-assets ui` needs until its first page is answered and its definitions are loaded.

Here: starting it, asking it, and stopping what was started. Not here: the UI (`defs.ui`).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from benchmarks.figures import Found, Table, Target
from benchmarks.homes import one_month
from benchmarks.processes import COMMAND, python

_LOCATIONS = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
_DEADLINE_SECONDS = 180.0


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _ask(address: str, query: str | None = None) -> bytes | None:
    """The answer, or None as long as nobody answers."""
    request = urllib.request.Request(address)
    if query:
        request = urllib.request.Request(
            f"{address}/graphql",
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json"},
        )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            content: bytes = answer.read()
            return content
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def ready_times(home: Path) -> tuple[float, float]:
    """Seconds to the first page and to loaded definitions; RuntimeError if it is never ready."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "ui", "--port", str(port)],
        env={**os.environ, "SZ_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    page: float | None = None
    try:
        while (passed := time.perf_counter() - started) < _DEADLINE_SECONDS:
            if process.poll() is not None:
                raise RuntimeError(f"sz-assets ui ended with {process.returncode}")
            if page is None and _ask(address):
                page = time.perf_counter() - started
            if page is not None and b'"LOADED"' in (_ask(address, _LOCATIONS) or b""):
                return page, time.perf_counter() - started
            time.sleep(0.05)
        raise RuntimeError(f"sz-assets ui was not ready after {passed:.0f} s")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def measure_webserver(repeats: int) -> Found:
    """Start to first page, and to the code location loaded, beside the imports that it needs."""
    home, _ = one_month()
    times, imports = [], []
    for _ in range(repeats):
        times.append(ready_times(home))
        imports.append(python("-c", "import dagster_webserver.app").seconds)
    page, loaded = (median(each[n] for each in times) for n in (0, 1))
    bare = median(imports)
    name = "import dagster_webserver.app"
    return Found(
        tables=(
            Table(
                "sz-assets ui",
                ("", "seconds", f"ratio to {name}"),
                (
                    ("first page answered", page, page / bare),
                    ("code location loaded", loaded, loaded / bare),
                    (f"python -c '{name}'", bare, 1.0),
                ),
            ),
        ),
        targets=(Target("UI ready: page answered, definitions loaded", loaded, 8, "s"),),
    )
