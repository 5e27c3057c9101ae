"""The embedded platform's HTTP server on 127.0.0.1.

Here: routes, headers, compression, start and stop. Not here: what an answer says (`answers`).
Every answer carries `X-Simulated: true`, and its Date is the platform's own time.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from sz_assets.simulation import answers
from sz_assets.simulation.catalogue import Snapshot, build_catalogue

PROFILE_PATH = "/aweme/v1/web/user/profile/other/"
POSTS_PATH = "/aweme/v1/web/aweme/post/"
_ROBOTS = b"User-agent: *\nAllow: /\n"
_JSON = "application/json; charset=utf-8"
_IDLE_SECONDS = 60.0
_POLL_SECONDS = 0.02  # stopping the server waits up to this long
_MIN_COMPRESSED = 1_000


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        """Bind without looking up this machine's name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is its own business; anything else is a defect: show it."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedPlatform"
    sys_version = ""
    timeout = _IDLE_SECONDS
    wbufsize = -1  # headers and body in one packet
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path in (PROFILE_PATH, POSTS_PATH):
            self._send(HTTPStatus.OK, _answer(self.server.snapshot, parts.path, query), _JSON)
        elif parts.path == "/robots.txt":
            self._send(HTTPStatus.OK, _ROBOTS, "text/plain; charset=utf-8")
        else:
            body = msgspec.json.encode({"status_code": 404, "simulated": True})
            self._send(HTTPStatus.NOT_FOUND, body, _JSON)

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Vary", "Accept-Encoding")
        if len(body) >= _MIN_COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("X-Simulated", "true")
        super().end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(self.server.snapshot.second, usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the crawl keeps its own record of requests."""


def _answer(snapshot: Snapshot, path: str, query: Mapping[str, str]) -> bytes:
    sec_user_id = query.get("sec_user_id", "")
    numbers = (query.get("max_cursor", "0"), query.get("count", "20"))
    if not sec_user_id or not all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers):
        return msgspec.json.encode(answers.INVALID_PARAMETER)
    if path == PROFILE_PATH:
        return answers.profile(snapshot, sec_user_id)
    return answers.page(snapshot, sec_user_id, int(numbers[0]), int(numbers[1]))


@contextmanager
def serve(snapshot: Snapshot) -> Iterator[str]:
    """Serve a snapshot; yields the base URL `http://127.0.0.1:PORT`, stops at exit."""
    server = _Server(snapshot)
    thread = Thread(
        target=server.serve_forever, args=(_POLL_SECONDS,), name="simulated-platform", daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class SimulatedPlatform:
    """The embedded platform as of an instant, served while the context lasts.

    `with SimulatedPlatform(observation_instant(month, zone), scale="default") as base_url: …`
    The catalogue is built once per scale and process.
    """

    def __init__(self, as_of: datetime, scale: str = "default") -> None:
        self.snapshot = build_catalogue(scale).as_of(as_of)
        self._serving = serve(self.snapshot)

    def __enter__(self) -> str:
        return self._serving.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._serving.__exit__(kind, error, trace)
