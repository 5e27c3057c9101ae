"""The gate before the UI: only its own pages on this machine may ask anything of it.

Here: which requests pass, as a pure ASGI middleware. Not here: starting the servers (`defs.ui`).

Dagster's webserver has no authentication, and a page of any other site could start runs through
the browser of whoever has the UI open. So: the Host must be ours; an Origin must be our own;
GraphQL comes by POST only; and whatever changes something is JSON, which no foreign form can send.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def refusal(scope: Message, hosts: frozenset[str]) -> str | None:
    """Why a request may not pass; None if it may. `hosts` are like `127.0.0.1:3000`."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, []).append(value)
    host = headers.get(b"host", [])
    if len(host) != 1 or host[0].decode("latin-1") not in hosts:
        return "This server answers only to its own address."
    origins = headers.get(b"origin", [])
    own = {f"http://{host}".encode() for host in hosts}
    if any(origin not in own for origin in origins):
        return "Requests from other pages are refused."
    if scope["type"] == "websocket":
        return None if origins else "A websocket needs this page's own Origin."
    method = scope["method"]
    if method in ("GET", "HEAD"):
        asks = scope["path"].rstrip("/").endswith("/graphql") and b"query" in scope["query_string"]
        return "GraphQL is answered by POST only." if asks else None
    if headers.get(b"content-type") != [b"application/json"]:
        return "Only JSON is accepted."
    return None


class Gate:
    """ASGI middleware that answers 403 to what `refusal` refuses."""

    def __init__(self, app: App, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (why := refusal(scope, self._hosts)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": why})
                return
            body = why.encode()
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, send)
