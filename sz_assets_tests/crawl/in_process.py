"""The crawl without a socket, for tests that need thousands of crawls.

Here: a stand-in for the client library's own transport, so that all of our code above it runs.
Not here: faults of the network, which `fault_server` makes on a real socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import httpx

# Takes path and query, gives status and body.
Handler = Callable[[str, httpx.QueryParams], tuple[int, bytes]]


class _Body(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self):
        yield self._body


@dataclass
class InProcess(httpx.AsyncBaseTransport):
    handler: Handler
    paths: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        status, body = self.handler(request.url.path, request.url.params)
        headers = {"content-type": "application/json"}
        return httpx.Response(status, headers=headers, stream=_Body(body))


@contextmanager
def in_process(handler: Handler) -> Iterator[InProcess]:
    """While it is open, every request of a crawl is answered by the handler."""
    transport = InProcess(handler)
    with patch.object(httpx, "AsyncHTTPTransport", lambda **options: transport):
        yield transport
