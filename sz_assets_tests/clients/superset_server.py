"""A real Superset of its own environment, and a client of its REST API.

Here: setting it up in an empty folder, starting, asking and stopping it. Not here: what it must
answer (`test_superset`) or show (`superset_page`).
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PROGRAMS = Path(__file__).parents[2] / ".venv-clients" / "superset" / "bin"
USER = "tester"
SET_UP_SECONDS = 240
START_SECONDS = 120
STOP_SECONDS = 20
ANSWER_SECONDS = 60

PAGE = Path(__file__).parents[2] / "docs" / "superset.md"
_CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
"""


def _advised() -> str:
    """The settings that the documentation gives, word for word."""
    [block] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return str(block)


@dataclass
class Superset:
    """A running Superset, and a session of its administrator."""

    address: str
    password: str
    log: Path
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=f"{self.address}/api/v1",
            timeout=ANSWER_SECONDS,
            trust_env=False,
            headers={"Referer": self.address},
        )

    def log_in(self) -> None:
        words = {"username": USER, "password": self.password, "provider": "db", "refresh": False}
        token = self.post("/security/login", json=words)["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.client.headers["X-CSRFToken"] = self.get("/security/csrf_token/")["result"]

    def get(self, path: str) -> dict[str, Any]:
        return self._content(self.client.get(path))

    def post(self, path: str, **options: Any) -> dict[str, Any]:
        return self._content(self.client.post(path, **options))

    def _content(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200, f"{answer.url}: {answer.text[:2000]}"
        content: dict[str, Any] = answer.json()
        return content

    def take_in(self, path: str, export: Path, **form: str) -> None:
        """Import the zip over one of the two ways that take it."""
        name = "bundle" if path.startswith("/assets") else "formData"
        files = {name: (export.name, export.read_bytes(), "application/zip")}
        assert self.post(path, files=files, data=form)["message"] == "OK"

    def ids(self, kind: str) -> dict[str, int]:
        """UUID -> id of all databases, datasets, charts or dashboards."""
        listed = self.get(f"/{kind}/?q=(columns:!(id,uuid),page_size:100)")["result"]
        return {one["uuid"]: one["id"] for one in listed}

    def rows(self, chart: int, *filters: dict[str, Any]) -> list[dict[str, Any]]:
        """What a chart's own query gives, with further filters as a dashboard adds them."""
        context = json.loads(self.get(f"/chart/{chart}")["result"]["query_context"])
        [query] = context["queries"]
        query["filters"] += filters
        [result] = self.post("/chart/data", json=context)["result"]
        assert result["error"] is None, result["error"]
        assert result["rejected_filters"] == []
        return list(result["data"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _set_up(environment: dict[str, str], password: str) -> None:
    admin = ["fab", "create-admin", "--username", USER, "--password", password]
    admin += ["--firstname", "T", "--lastname", "T", "--email", "tester@localhost.test"]
    for arguments in (["db", "upgrade"], admin, ["init"]):
        done = subprocess.run(
            [PROGRAMS / "superset", *arguments],
            env=environment, capture_output=True, text=True, timeout=SET_UP_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"superset {arguments[0]}: {done.stderr[-3000:]}"


@contextmanager
def superset_server(folder: Path) -> Iterator[Superset]:
    """Superset in this empty folder, ready and logged in; nothing of it runs afterwards."""
    assert (PROGRAMS / "superset").exists(), "make .venv-clients/superset/installed comes first."
    config = folder / "superset_config.py"
    config.write_text(_CONFIG.format(secret=secrets.token_hex(32), folder=folder) + _advised())
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SZ_", "SUPERSET", "PYTHON"))}
    environment = kept | {
        "SUPERSET_HOME": str(folder),
        "SUPERSET_CONFIG_PATH": str(config),
        "FLASK_APP": "superset.app:create_app()",
        "OMP_NUM_THREADS": "1",
        "NO_PROXY": "*",
    }
    password = secrets.token_hex(16)
    _set_up(environment, password)
    port = _free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                PROGRAMS / "gunicorn", "--workers", "1", "--worker-class", "gthread",
                "--threads", "4", "--bind", f"127.0.0.1:{port}", "--timeout", "120",
                "superset.app:create_app()",
            ],
            cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    server = Superset(f"http://127.0.0.1:{port}", password, log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_healthy(server.address):
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.3)
        server.log_in()
        yield server
    finally:
        server.client.close()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=STOP_SECONDS)


def _is_healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
