"""The real Label Studio on this machine, for one test: started, asked, ended.

It keeps its data in the test's folder, listens on 127.0.0.1 and is told to ask nobody: neither for
usage statistics nor for errors nor for newer versions.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PROGRAM = Path(__file__).parents[2] / ".venv-label-studio" / "bin" / "label-studio"
START_SECONDS = 180
TOKEN = "0123456789abcdef0123456789abcdef01234567"
ADMIN, PASSWORD = "anna@example.org", "only-for-this-test"


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SZ_", "DJANGO", "LABEL_STUDIO", "PYTHON"))
    }
    return kept | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "DEBUG": "false",
        "HOME": str(folder),
        # Nothing but this machine is reachable, whatever it tries.
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1,localhost",
    }


@contextmanager
def label_studio(folder: Path) -> Iterator[str]:
    """Its address, when it answers. Whatever happens, nothing of it is left afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    folder.mkdir()
    log = folder / "log.txt"
    who = ["--username", ADMIN, "--password", PASSWORD, "--user-token", TOKEN]
    where = ["--host", address, "--internal-host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [PROGRAM, "start", "--no-browser", "--enable-legacy-api-token", *who, *where],
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.3)
        yield address
    finally:
        # The whole group: the server may have children.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def as_admin(address: str) -> httpx.Client:
    """A client that speaks for the first user."""
    headers = {"Authorization": f"Token {TOKEN}"}
    return httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False)


def as_newcomer(address: str, email: str) -> httpx.Client:
    """A client that has signed up at the page, as a second person does."""
    client = httpx.Client(base_url=address, timeout=120, trust_env=False)
    page = client.get("/user/signup").text
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    form = {"email": email, "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
    answer = client.post("/user/signup/", data=form, headers={"Referer": address})
    assert answer.is_redirect, answer.text[:2000]
    client.headers.update({"X-CSRFToken": client.cookies["csrftoken"], "Referer": address})
    return client
