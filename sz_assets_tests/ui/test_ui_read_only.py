"""`sz-assets ui --read-only`: all can be seen, nothing changed, beside who works on the home.

Not here: readers behind nginx (`test_ui_behind_nginx`).
"""

from __future__ import annotations

import json
import sqlite3
import urllib.error
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from attacks import EVERYTHING, JSON, MONTH, raw, send, state, status
from dagster._core.test_utils import create_run_for_test
from playwright.sync_api import expect
from ui_browser import open_browser
from ui_server import UiPair, UiServer, ui_server

from sz_assets.defs.instance import open_instance
from sz_assets.storage import Home

pytestmark = pytest.mark.slow
REFUSED = "This server only shows; it changes nothing."


def refused(server: UiServer, question: dict[str, Any]) -> str:
    """The answer to a question that is not answered with data."""
    with pytest.raises(urllib.error.HTTPError) as raised:
        server.ask(**question)
    answer = json.load(raised.value)
    assert raised.value.code == 400
    assert answer["data"] is None
    return str(answer["errors"])


def mutations(server: UiServer) -> list[str]:
    """The names of all that Dagster lets be changed."""
    schema = server.ask("{ __schema { mutationType { fields { name } } } }")["__schema"]
    return [field["name"] for field in schema["mutationType"]["fields"]]


def test_no_mutation_passes_not_even_one_that_needs_no_permission(pair: UiPair) -> None:
    server, before = pair.readers, state(pair.operators)
    names = mutations(server)
    assert {"setNuxSeen", "logTelemetry", "launchRun", "wipeAssets"} <= set(names)
    for name in names:
        assert REFUSED in refused(server, {"query": f"mutation {{ {name} {{ __typename }} }}"})
    whole = EVERYTHING.replace("MARK", "reader")
    assert REFUSED in refused(server, {"query": whole})
    # Hidden behind a question, and named as what shall be done.
    assert REFUSED in refused(server, {"query": f"query Look {{ version }} {whole}"})
    assert REFUSED in refused(server, {"query": "mutation { setNuxSeen }"})
    # Reports are no GraphQL: Dagster's own permissions refuse them.
    for kind in ("materialization", "check", "observation"):
        body = json.dumps({"partition": MONTH, "passed": True, "check_name": "x", "metadata": {}})
        headers = (f"Host: 127.0.0.1:{server.port}", f"Origin: {server.address}", JSON)
        request = raw("POST", f"/report_asset_{kind}/core/videos", headers, body)
        assert status(send(server.port, request)) == 401
    assert state(pair.operators) == before


def test_its_pages_show_what_operators_do_and_their_buttons_are_off(
    pair: UiPair, tmp_path: Path
) -> None:
    server = pair.readers
    launched = pair.operators.ask(EVERYTHING.replace("MARK", "an operator's"))["launch"]
    assert launched["__typename"] == "LaunchRunSuccess"
    before = state(pair.operators)
    run = pair.operators.runs()[0]["runId"]
    with open_browser(server.address, tmp_path) as (page, seen):
        page.goto(f"{server.address}/runs")
        expect(page.get_by_text(run[:8]).first).to_be_visible()
        page.goto(f"{server.address}/runs/{run}")
        expect(page.get_by_text("Queued").first).to_be_visible()
        page.goto(f"{server.address}/asset-groups")
        for name in ("Materialize all", "Reload definitions"):
            expect(page.get_by_role("button", name=name)).to_be_disabled()
        page.goto(f"{server.address}/locations/sz_assets/schedules/daily_upkeep")
        expect(page.get_by_role("checkbox").first).to_be_disabled()
        page.goto(f"{server.address}/charts/crawl_month=2023-10-01/figure_3.html")
        expect(page.get_by_role("heading", name="A chart")).to_be_visible()
        page.goto(f"{server.address}/published/current/index.html")
        expect(page.get_by_role("heading", name="All reports")).to_be_visible()
        # By the websocket of its own page.
        page.goto(f"{server.address}/server_info")
        told = page.evaluate(
            "query => new Promise(resolve => {"
            " const socket = new WebSocket(`ws://${location.host}/graphql`, 'graphql-ws');"
            " socket.onopen = () => socket.send(JSON.stringify("
            "   {type: 'start', id: '1', payload: {query}}));"
            " socket.onmessage = message => resolve(JSON.parse(message.data)); })",
            EVERYTHING.replace("MARK", "by websocket"),
        )
    assert told["type"] == "error", told
    assert seen.websockets
    assert (seen.outside, seen.refused, seen.errors) == ([], [], [])
    assert state(pair.operators) == before


def test_it_takes_no_lock_starts_no_daemon_and_touches_no_run(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with open_instance(home) as instance:
        started = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED).run_id
        ending = create_run_for_test(instance, status=dg.DagsterRunStatus.CANCELING).run_id
    with home.lock("ui", "another UI"), home.lock("run", "a command"):
        with ui_server(home.root, "--read-only") as server:
            assert "(read only)" in server.log.read_text()
            assert {run["runId"] for run in server.runs()} == {started, ending}
            code, _ = server.stop()
        assert code == 0
        assert server.left() == []
    with open_instance(home) as instance:
        found = {run.run_id: run.status for run in instance.get_runs()}
    assert found == {started: dg.DagsterRunStatus.STARTED, ending: dg.DagsterRunStatus.CANCELING}
    history = sqlite3.connect(home.dagster / "history" / "runs.db")
    assert history.execute("select * from daemon_heartbeats").fetchall() == []
    history.close()
