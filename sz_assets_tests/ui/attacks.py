"""What others could send to the UI, each with mutations that would work, and what a home then has.

Here: the requests, byte by byte, and the proof of what changed. Not here: a hostile page
(`hostile_page`), or what must come of it (tests).

Every request carries a mark, which its mutation would leave in the history of an asset.
"""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ui_server import UiServer

MONTH = "2023-10"
_REPOSITORY = 'repositoryLocationName: "sz_assets", repositoryName: "__repository__"'
LEAVE_MARK = (
    "report: reportRunlessAssetEvents(eventParams: {eventType: ASSET_MATERIALIZATION, assetKey:"
    f' {{path: ["core", "videos"]}}, partitionKeys: ["{MONTH}"], description: "MARK"}})'
    " { __typename }"
)
START_SCHEDULE = (
    f"start: startSchedule(scheduleSelector: {{{_REPOSITORY},"
    ' scheduleName: "daily_upkeep"}) { __typename }'
)
LAUNCH = (
    f"launch: launchRun(executionParams: {{selector: {{{_REPOSITORY},"
    ' jobName: "upkeep"}}) { __typename }'
)
WIPE = (
    'wipe: wipeAssets(assetPartitionRanges: [{assetKey: {path: ["core", "accounts"]}}])'
    " { __typename }"
)
RELOAD = 'reload: reloadRepositoryLocation(repositoryLocationName: "sz_assets") { __typename }'
# What each answers when it is done.
DONE = {
    "report": "ReportRunlessAssetEventsSuccess",
    "start": "ScheduleStateResult",
    "launch": "LaunchRunSuccess",
    "wipe": "AssetWipeSuccess",
    "reload": "WorkspaceLocationEntry",
}
ONLY_A_MARK = f"mutation {{ {LEAVE_MARK} }}"
EVERYTHING = f"mutation {{ {LEAVE_MARK} {START_SCHEDULE} {LAUNCH} {WIPE} {RELOAD} }}"

JSON = "Content-Type: application/json"
WEBSOCKET = (
    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: graphql-ws",
)  # fmt: skip


def raw(method: str, target: str, headers: Iterable[str], body: str = "") -> bytes:
    """A request as it goes over the wire; the connection ends with its answer."""
    lines = [f"{method} {target} HTTP/1.1", *headers]
    if method not in ("GET", "HEAD") or body:
        lines.append(f"Content-Length: {len(body.encode())}")
    if "Upgrade: websocket" not in lines:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def hostile_requests(origin: str, document: str, *extra: str) -> dict[str, bytes]:
    """Requests to the UI at `origin` by their marks; `extra` are headers that all of them carry."""
    scheme, _, host = origin.partition("://")
    other_scheme = "http" if scheme == "https" else "https"
    own_host, own, foreign = (
        f"Host: {host}",
        f"Origin: {origin}",
        "Origin: https://attacker.example",
    )
    forwarded = (
        f"X-Forwarded-Host: {host}", f"X-Forwarded-Proto: {scheme}", "X-Forwarded-For: 127.0.0.1",
        f"Forwarded: for=127.0.0.1;host={host};proto={scheme}", f"X-Original-Host: {host}",
        "X-HTTP-Method-Override: POST", "X-Real-IP: 127.0.0.1",
    )  # fmt: skip
    form = "Content-Type: application/x-www-form-urlencoded"
    multipart = "Content-Type: multipart/form-data; boundary=application/json"
    report = f"/report_asset_materialization/core/videos?partition={MONTH}&description=MARK"
    asked = "/graphql?query=QUERY"
    requests: dict[str, tuple[str, str, tuple[str, ...], str]] = {
        "GET": ("GET", asked, (own_host,), ""),
        "GET with own Origin": ("GET", asked, (own_host, own), ""),
        "GET, query spelled otherwise": ("GET", "/graphql?%71uery=QUERY", (own_host,), ""),
        "GET, path spelled otherwise": ("GET", "/%67raphql?query=QUERY", (own_host,), ""),
        "GET by the whole address": ("GET", f"{origin}{asked}", (own_host,), ""),
        "HEAD": ("HEAD", asked, (own_host,), ""),
        "foreign Origin": ("POST", "/graphql", (own_host, foreign, JSON), "BODY"),
        "Origin null": ("POST", "/graphql", (own_host, "Origin: null", JSON), "BODY"),
        "own and foreign Origin": ("POST", "/graphql", (own_host, own, foreign, JSON), "BODY"),
        "Origin of another scheme": (
            "POST", "/graphql", (own_host, f"Origin: {other_scheme}://{host}", JSON), "BODY",
        ),
        "rebinding": (
            "POST", "/graphql",
            ("Host: attacker.example", "Origin: http://attacker.example", JSON), "BODY",
        ),
        "foreign Host alone": ("POST", "/graphql", ("Host: attacker.example", JSON), "BODY"),
        "no Host": ("POST", "/graphql", (JSON,), "BODY"),
        "two Hosts": ("POST", "/graphql", (own_host, "Host: attacker.example", JSON), "BODY"),
        "foreign Host, forwarded as ours": (
            "POST", "/graphql", ("Host: attacker.example", JSON, *forwarded), "BODY",
        ),
        "foreign Origin, forwarded as ours": (
            "POST", "/graphql", (own_host, foreign, JSON, *forwarded), "BODY",
        ),
        "form": ("POST", asked, (own_host, form), "query=QUERY"),
        "form, own Origin": ("POST", asked, (own_host, own, form), "query=QUERY"),
        "form of plain text": ("POST", asked, (own_host, "Content-Type: text/plain"), "BODY"),
        "form that names JSON": (
            "POST", "/graphql", (own_host, "Content-Type: text/plain; application/json"), "BODY",
        ),
        "form, multipart": ("POST", asked, (own_host, multipart), "BODY"),
        "no media type": ("POST", asked, (own_host,), ""),
        "GraphQL as its own media type": (
            "POST", "/graphql", (own_host, "Content-Type: application/graphql"), "DOCUMENT",
        ),
        "PUT": ("PUT", asked, (own_host, own, JSON), "BODY"),
        "PATCH": ("PATCH", asked, (own_host, own, JSON), "BODY"),
        "DELETE": ("DELETE", asked, (own_host, own, JSON), "BODY"),
        "preflight": (
            "OPTIONS", "/graphql",
            (own_host, foreign, "Access-Control-Request-Method: POST",
             "Access-Control-Request-Headers: content-type"), "",
        ),
        "report by address": ("POST", report, (own_host,), ""),
        "report, foreign Origin": ("POST", report, (own_host, foreign, JSON), "{}"),
        "websocket without Origin": ("GET", "/graphql", (own_host, *WEBSOCKET), ""),
        "websocket of a foreign page": ("GET", "/graphql", (own_host, foreign, *WEBSOCKET), ""),
        "websocket of a foreign Host": (
            "GET", "/graphql", ("Host: attacker.example", own, *WEBSOCKET, *forwarded), "",
        ),
    }  # fmt: skip

    def fill(text: str, mark: str) -> str:
        marked = document.replace("MARK", mark)
        body = json.dumps({"query": marked})
        text = text.replace("QUERY", quote(marked)).replace("DOCUMENT", marked)
        return text.replace("BODY", body).replace("MARK", quote(mark))

    return {
        mark: raw(method, fill(target, mark), (*headers, *extra), fill(body, mark))
        for mark, (method, target, headers, body) in requests.items()
    }


def send(port: int, request: bytes, tls: ssl.SSLContext | None = None, name: str = "") -> str:
    """The head of the answer; empty if the server said nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        connection = tls.wrap_socket(plain, server_hostname=name) if tls else plain
        with connection:
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer and (some := connection.recv(65_536)):
                answer += some
    return answer.partition(b"\r\n\r\n")[0].decode("latin-1")


def status(head: str) -> int:
    return int(head.split(" ", 2)[1])


_MARK = re.compile('"description": "([^"]+)"')
# What a mutation would change. The daemon's own: heartbeats, ticks, sensors, freshness.
_KEPT = {
    "history/runs/index.db": {
        "events": "select id, event from event_logs"
        " where dagster_event_type is not 'FRESHNESS_STATE_CHANGE'",
        "assets": "select asset_key, wipe_timestamp, last_materialization_timestamp"
        " from asset_keys",
        "partitions": "select * from dynamic_partitions",
        "limits": "select * from concurrency_limits",
    },
    "history/runs.db": {
        "runs": "select run_id, status, run_body from runs",
        "tags": "select run_id, key, value from run_tags",
        "backfills": "select * from bulk_actions",
    },
    "schedules/schedules.db": {
        "schedules": "select selector_id, status from instigators"
        " where instigator_type = 'SCHEDULE'",
    },
}


def state(server: UiServer) -> dict[str, Any]:
    """All that mutations can change, read from the files of Dagster's home, and the last reload."""
    found: dict[str, Any] = {}
    for file, queries in _KEPT.items():
        path = server.home / "dagster" / file
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)
        for name, query in queries.items():
            found[name] = sorted(map(repr, connection.execute(query)))
        connection.close()
    locations = server.ask(
        "{ locationStatusesOrError { ... on WorkspaceLocationStatusEntries {"
        " entries { name updateTimestamp } } } }"
    )
    found["marks"] = {mark for event in found["events"] for mark in _MARK.findall(event)}
    seen = (server.home / "dagster" / ".nux" / "nux.yaml").exists()
    return {**found, "locations": locations["locationStatusesOrError"]["entries"], "nux": seen}
