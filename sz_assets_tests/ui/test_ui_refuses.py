"""The UI, really started, against requests from outside and a hostile page: nothing changes.

That the same would change a lot elsewhere is shown as well: from the UI's own page, and without
the gate. Not here: the UI behind nginx (`test_ui_behind_nginx`), the gate's rules one by one
(`defs/test_gate`).
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from attacks import (
    DONE,
    EVERYTHING,
    JSON,
    MONTH,
    ONLY_A_MARK,
    WEBSOCKET,
    hostile_requests,
    raw,
    send,
    state,
    status,
)
from hostile_page import LEAVING, NAME, RESOLVED, hostile_site, visit
from ui_browser import open_browser
from ui_server import UiPair, ui_server

pytestmark = pytest.mark.slow

# `sz-assets` without its gate: what this suite is held against.
UNGUARDED = (
    "import sz_assets.defs.ui as ui; ui.Gate = lambda app, *rest: app;"
    "from sz_assets.cli import entry; entry()"
)
# What does nothing even without the gate: Dagster does not answer these, and by a websocket it
# only tells; but there an attacker's page would be told.
HARMLESS = {
    "HEAD", "PUT", "PATCH", "DELETE", "preflight",
    "websocket without Origin", "websocket of a foreign page", "websocket of a foreign Host",
}  # fmt: skip
HARMFUL_ELEMENTS = {
    "image", "script", "stylesheet", "form", "form, multipart", "form of plain text",
    "fetch by GET", "fetch, no-cors", "fetch that names JSON", "fetch, simple cors",
    "report by fetch", "XMLHttpRequest", "beacon", "event source", "top-level form",
    "top-level post of plain text", "top-level form, multipart",
}  # fmt: skip


@pytest.mark.parametrize("name", ["own", "public"])
def test_requests_from_outside_change_nothing(pair: UiPair, name: str) -> None:
    server = pair.operators
    before = state(server)
    public = f"https://sz.example.org:{pair.operators_port}"
    requests = hostile_requests(server.address if name == "own" else public, EVERYTHING)
    heads = {mark: send(server.port, request) for mark, request in requests.items()}
    assert len(heads) == 32
    assert {mark: status(head) for mark, head in heads.items()} == dict.fromkeys(heads, 403)
    assert not [mark for mark, head in heads.items() if "access-control" in head.lower()]
    assert state(server) == before


@pytest.mark.parametrize("site", ["127.0.0.1", NAME])
def test_a_hostile_page_changes_nothing(pair: UiPair, tmp_path: Path, site: str) -> None:
    """From another site, and from another port of this machine, which browsers call the same."""
    server = pair.operators
    before = state(server)
    with (
        hostile_site(server.address, EVERYTHING, MONTH) as port,
        open_browser(server.address, tmp_path, RESOLVED) as (page, seen),
    ):
        # Whoever has the UI open goes there.
        page.goto(server.address)
        told = visit(page, f"http://{site}:{port}/")
        assert "answers only to" in page.goto(f"http://{NAME}:{server.port}/").text()
    assert [told[mark] for mark in LEAVING] == ["POST 403", "POST 403", "POST 403", "GET 403"]
    assert told["websocket"] == "refused"
    assert len(told) == 25
    assert len([line for line in seen.refused if line.startswith("403 ")]) >= 15
    assert state(server) == before


def test_it_listens_on_this_machine_alone(pair: UiPair) -> None:
    for server in (pair.operators, pair.readers):
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
        # An address of this machine, too; a server of all addresses would answer there.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", server.port), timeout=5)


def test_the_own_page_and_a_local_program_may_do_all_of_it(pair: UiPair, tmp_path: Path) -> None:
    server = pair.operators
    before = state(server)
    with open_browser(server.address, tmp_path) as (page, seen):
        page.goto(server.address)
        answer = page.evaluate(
            "query => fetch('/graphql', {method: 'POST', body: JSON.stringify({query}),"
            " headers: {'Content-Type': 'application/json'}}).then(answer => answer.json())",
            EVERYTHING.replace("MARK", "own page"),
        )
        page.goto(f"{server.address}/runs")
        page.get_by_text("upkeep", exact=True).first.wait_for()
    assert {name: done["__typename"] for name, done in answer["data"].items()} == DONE
    assert (seen.outside, seen.refused, seen.errors) == ([], [], [])
    own = f"Host: 127.0.0.1:{server.port}", f"Origin: {server.address}"
    assert status(send(server.port, raw("GET", "/graphql", (*own, *WEBSOCKET)))) == 101
    body = f'{{"description": "local program", "partition": "{MONTH}"}}'
    report = raw("POST", "/report_asset_materialization/core/videos", (own[0], JSON), body)
    assert status(send(server.port, report)) == 200

    after = state(server)
    assert after["marks"] - before["marks"] == {"own page", "local program"}
    changed = {name for name in before if before[name] != after[name]}
    assert changed >= {"events", "assets", "runs", "tags", "schedules", "locations"}


def test_without_the_gate_the_same_requests_and_page_change_a_lot(tmp_path: Path) -> None:
    with ui_server(tmp_path / "home", program=(sys.executable, "-c", UNGUARDED)) as server:
        requests = hostile_requests(server.address, ONLY_A_MARK)
        for request in requests.values():
            send(server.port, request)
        marks = state(server)["marks"]
        assert marks == set(requests) - HARMLESS
        with (
            hostile_site(server.address, ONLY_A_MARK.replace("MARK", "page: MARK"), MONTH) as port,
            open_browser(server.address, tmp_path, RESOLVED) as (page, _),
        ):
            told = visit(page, f"http://{NAME}:{port}/")
        assert (told["websocket"], told["top-level form"]) == ("open", "POST 200")
        landed = state(server)["marks"] - marks
        assert {mark.removeprefix("page: ") for mark in landed} == HARMFUL_ELEMENTS
