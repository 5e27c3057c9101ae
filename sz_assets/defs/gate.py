"""The gate before the UI: only its own pages on this machine may ask anything of it.

Here: which requests pass, and what the pages that pass may do, as a pure ASGI middleware. Not
here: starting the servers (`defs.ui`).

Dagster's webserver has no authentication, and a page of any other site could start runs through
the browser of whoever has the UI open. So: the Host must be ours; an Origin must be our own;
GraphQL comes by POST only; and whatever changes something is JSON, which no foreign form can
send. No other site may show the UI in a frame, where a click would not know what it clicks; and
pages with texts of a platform (charts, reports) run in a sandbox, as if they came from elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Media types that a JSON client sends; a foreign form can send none of them.
_JSON = (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
_NO_FRAMES = (b"x-frame-options", b"SAMEORIGIN")
# Without allow-same-origin: a script in such a page has the Origin "null", which is refused.
_SANDBOX = (b"content-security-policy", b"sandbox allow-scripts allow-downloads allow-popups")
# A figure keeps its address when its month is built again.
_ASK_AGAIN = (b"cache-control", b"no-cache")


def own_hosts(*names: str, port: int) -> frozenset[str]:
    """What a browser sends as Host for these names: without the port if it is HTTP's own."""
    return frozenset(name if port == 80 else f"{name}:{port}" for name in names)


def refusal(scope: Message, hosts: frozenset[str]) -> str | None:
    """Why a request may not pass; None if it may. `hosts` are like `127.0.0.1:3000`."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.lower(), []).append(value)
    host = headers.get(b"host", [])
    if len(host) != 1 or host[0].decode("latin-1") not in hosts:
        return "This server answers only to its own address."
    origins = headers.get(b"origin", [])
    own = {f"http://{host}".encode() for host in hosts}
    if len(origins) > 1 or any(origin not in own for origin in origins):
        return "Requests from other pages are refused."
    if scope["type"] == "websocket":
        return None if origins else "A websocket needs this page's own Origin."
    method = scope["method"]
    if method in ("GET", "HEAD"):
        # Any query string: a name like "query" can be written in many ways (%71uery).
        asks = scope["path"].rstrip("/").endswith("/graphql") and scope["query_string"]
        return "GraphQL is answered by POST only." if asks else None
    if method != "POST":
        return "Only GET, HEAD and POST are answered."
    kinds = headers.get(b"content-type", [])
    if len(kinds) != 1 or kinds[0].lower() not in _JSON:
        return "Only JSON is accepted."
    return None


class Gate:
    """ASGI middleware that answers 403 to what `refusal` refuses.

    Pages below one of `sandboxed` (like `/charts`) can't use the rest of the server.
    """

    def __init__(self, app: App, hosts: frozenset[str], sandboxed: tuple[str, ...] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._sandboxed = tuple(f"{path}/" for path in sandboxed)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif why := refusal(scope, self._hosts):
            await _refuse(scope, why, send)
        else:
            added = [_NO_FRAMES]
            if scope["path"].startswith(self._sandboxed):
                added += [_SANDBOX, _ASK_AGAIN]

            async def send_guarded(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message["headers"], *added]}
                await send(message)

            await self._app(scope, receive, send_guarded)


async def _refuse(scope: Message, why: str, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    body = why.encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})
