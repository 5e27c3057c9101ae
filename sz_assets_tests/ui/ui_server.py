"""`sz-assets ui` as a user starts it: a process of its own, asked over HTTP, ended by a signal.

Here: starting, asking and stopping it. Not here: what its pages show (`ui_pictures`).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 30
RUN_SECONDS = 600


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class UiServer:
    """A running UI. All its processes are one group, so that none can hide."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    home: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer."""
        request = urllib.request.Request(
            f"{self.address}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            content: dict[str, Any] = json.load(answer)
        assert "errors" not in content, content["errors"]
        return dict(content["data"])

    def runs(self, tags: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Runs with these tags, newest first: id, status, tags."""
        wanted = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        answer = self.ask(
            "query($filter: RunsFilter) { runsOrError(filter: $filter) {"
            " ... on Runs { results { runId status tags { key value } } } } }",
            filter={"tags": wanted},
        )
        return list(answer["runsOrError"]["results"])

    def wait_for_run(self, status: str, tags: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The newest run with these tags, once it has this status."""
        deadline = time.monotonic() + RUN_SECONDS
        while True:
            found = self.runs(tags)
            if found and found[0]["status"] == status:
                return found[0]
            assert time.monotonic() < deadline, f"still waiting for {status}: {found}"
            assert not (found and found[0]["status"] == "FAILURE"), self.log.read_text()[-3000:]
            time.sleep(0.5)

    def left(self) -> list[str]:
        """The processes of the group that still run, but for those that only await their burial."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
        )
        found = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
        return [
            command
            for group, state, command in found
            if group == str(self.process.pid) and not state.startswith("Z")
        ]

    def stop(self) -> tuple[int, float]:
        """`kill`: SIGTERM to the command alone; its exit code, and seconds until it ended."""
        self.process.terminate()
        return self._ended()

    def press_ctrl_c(self) -> tuple[int, float]:
        """SIGINT to every process of the group, as a terminal sends it; the same answer."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self._ended()

    def _ended(self) -> tuple[int, float]:
        began = time.monotonic()
        return self.process.wait(timeout=STOP_SECONDS), time.monotonic() - began


@dataclass(frozen=True)
class UiPair:
    """Two servers of one home, and the ports of a proxy at which each of them is public."""

    operators: UiServer
    readers: UiServer
    operators_port: int
    readers_port: int


@contextmanager
def ui_server(home: Path, *options: str, program: Sequence[str] = ()) -> Iterator[UiServer]:
    """The UI of this home, ready to be asked; nothing of it is left afterwards.

    `program` stands for `sz-assets`, where another one shall be started in its place.
    """
    command = shutil.which("sz-assets", path=str(Path(sys.executable).parent))
    assert command, "sz-assets is not installed beside this Python."
    port = free_port()
    log = home.parent / f"{home.name}.ui.{port}.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SZ_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*(program or [command]), "ui", "--port", str(port), *options],
            env={**environment, "SZ_HOME": str(home)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = UiServer(port, process, log, home)
    try:
        deadline = time.monotonic() + START_SECONDS
        while f"Open {server.address}" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        if server.left():
            os.killpg(process.pid, signal.SIGKILL)
