"""The same canaries through the real command on a live source: its whole home, and all it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from canary import COOKIE, ECHO, HTML, TOKEN, leaking_files, leaks
from fault_server import FaultServer, answer

pytestmark = pytest.mark.slow
UIDS = {"one": 11, "two": 22}
SIGNER = f"""\
TOKEN = {TOKEN!r}
COOKIE = {COOKIE!r}


def sign(method, url):
    if "max_cursor=900" in url:
        raise ValueError(TOKEN + COOKIE)
    return url + "&token=" + TOKEN, {{"X-Token": TOKEN}}
"""


@pytest.fixture
def folder(tiny_study: Callable[..., Path], without_settings: None) -> Path:
    """A folder with the study of two accounts, and no setting beside those of `run`."""
    return tiny_study(*UIDS).parent


def run(server: FaultServer, folder: Path, *options: str, **environment: str) -> tuple[int, str]:
    """Exit code and all output of `sz-assets --debug run` with every log at its most talkative."""
    (folder / "hook").mkdir(exist_ok=True)
    (folder / "hook" / "canary_signer.py").write_text(SIGNER)
    command = Path(sys.executable).with_name("sz-assets")
    done = subprocess.run(
        [command, "--debug", "run", *options],
        capture_output=True,
        timeout=900,
        env={
            **os.environ,
            "PYTHONASYNCIODEBUG": "1",
            "PYTHONPATH": str(folder / "hook"),
            "SZ_HOME": str(folder / "home"),
            "SZ_STUDY": str(folder / "study.yaml"),
            "SZ_SOURCE": "live",
            "SZ_REQUESTS_PER_SECOND": "1000",
            "SZ_DOUYIN_BASE_URL": server.base_url,
            "SZ_DOUYIN_COOKIE": COOKIE,
            **environment,
        },
    )
    return done.returncode, (done.stdout + done.stderr).decode()


def refused():
    return answer(HTML)


def complete():
    return answer(b'{"aweme_list":[],"has_more":0}')


def truncated():
    return answer(HTML, 404)


def platform(request, **last):
    """Of each account a profile and a page that repeat the cookie, then what `last` gives."""
    if request.path == "/robots.txt":
        return answer(b"", 404)
    name = request.query["sec_user_id"].removeprefix("MS4wLjA")
    uid = UIDS[name]
    if "profile" in request.path:
        user = {"uid": str(uid), "nickname": name, "follower_count": 5, "signature": ECHO}
        return answer(json.dumps({"status_code": 0, "user": user}).encode())
    if request.query["max_cursor"] == "0":
        item = {"aweme_id": f"7{uid}", "create_time": 1_700_000_000, "author_user_id": uid}
        page = {"aweme_list": [item | {"desc": ECHO}], "has_more": 1, "max_cursor": 900}
        return answer(json.dumps(page).encode())
    return last[name]()


@pytest.mark.parametrize(
    ("last", "options", "words"),
    [
        ({"one": refused, "two": refused}, (), ("one, two refused",)),
        ({"one": complete, "two": truncated}, ("--allow-partial",), ("two truncated", "Made:")),
    ],
    ids=["nothing is made", "all is made"],
)
def test_a_run_shows_it_nowhere(folder, last, options, words):
    with FaultServer(lambda request: platform(request, **last)) as server:
        ended, said = run(server, folder, *options)
    assert (ended, [word for word in words if word not in said]) == (2, []), said
    asked = [one for one in server.requests if "sec_user_id" in one.query]
    assert {one.headers["cookie"] for one in asked} == {COOKIE}
    assert leaks(said.encode()) == []
    assert list((folder / "home").rglob("*.db"))
    assert leaking_files(folder / "home") == []


def test_a_run_with_a_failing_signer_shows_nothing_of_it(folder):
    with FaultServer(lambda request: platform(request, one=refused, two=refused)) as server:
        code, said = run(server, folder, SZ_DOUYIN_SIGNER="canary_signer:sign")
    assert code == 1, said
    assert "The signer 'canary_signer:sign' failed with ValueError" in said
    assert any(one.query.get("token") == TOKEN for one in server.requests)
    assert leaks(said.encode()) == []
    assert leaking_files(folder / "home") == []
