"""The gate before the UI: only its own pages may ask anything of it.

Here: which requests pass, and what the pages that pass may do, as a pure ASGI middleware. Not
here: starting the servers (`defs.ui`), or who a person is (a proxy before it, `deploy/nginx.conf`).

Dagster's webserver has no authentication, and a page of any other site could start runs through
the browser of whoever has the UI open, also of one who gave a proxy a password. So: the Host must
be ours; an Origin must be that of the same address; GraphQL comes by POST only; and whatever
changes something is JSON, which no foreign form can send. What a proxy says of a request
(X-Forwarded-…) counts for nothing, since anyone can say it. No other site may show the UI in a
frame, where a click would not know what it clicks; and pages with texts of a platform (charts,
reports) run in a sandbox, as if they came from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from sz_assets.errors import UserError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
# Each Host that is ours, with the Origins of its own pages.
OwnHosts = Mapping[str, frozenset[str]]

# Media types that a JSON client sends; a foreign form can send none of them.
_JSON = (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
_NO_FRAMES = (b"x-frame-options", b"SAMEORIGIN")
# Without allow-same-origin: a script in such a page has the Origin "null", which is refused.
_SANDBOX = (b"content-security-policy", b"sandbox allow-scripts allow-downloads allow-popups")
# A figure keeps its address when its month is built again.
_ASK_AGAIN = (b"cache-control", b"no-cache")
_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def public_origin(url: str) -> str:
    """The Origin of a public address like `https://sz.example.org:8443`; UserError if it is none.

    It is written as browsers write it: lower case, without HTTPS's own port and the last slash.
    """
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        parts, name, port = urlsplit(""), "", None
    rest = (parts.path.removesuffix("/"), parts.query, parts.fragment)
    is_bare = parts.netloc.lower() in (name, f"{name}:{port}") and not any(rest)
    if parts.scheme != "https" or port == 0 or not is_bare or not _NAME.fullmatch(name):
        raise UserError(
            f"--public-url {url!r} is not the address of a site: give scheme, name and port alone, "
            "like https://sz.example.org:8443 (https only; a Chinese name as xn--…)."
        )
    return f"https://{name}" if port in (None, 443) else f"https://{name}:{port}"


def own_hosts(*names: str, port: int, public_url: str | None = None) -> OwnHosts:
    """What a browser sends as Host for these names, and where a proxy shows the same pages.

    Pages of `public_url` (UserError if it is none) are own under that address alone: not by HTTP,
    and not under the names of this machine, nor the other way round.
    """
    # A port that is the scheme's own is not sent.
    local = [name if port == 80 else f"{name}:{port}" for name in names]
    own = dict.fromkeys(local, frozenset(f"http://{host}" for host in local))
    if public_url is not None:
        origin = public_origin(public_url)
        own[origin.removeprefix("https://")] = frozenset([origin])
    return own


def refusal(scope: Message, hosts: OwnHosts) -> str | None:
    """Why a request may not pass; None if it may. `hosts` are like `127.0.0.1:3000`."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.lower(), []).append(value)
    host = headers.get(b"host", [])
    own = hosts.get(host[0].decode("latin-1")) if len(host) == 1 else None
    if own is None:
        return "This server answers only to its own address."
    origins = headers.get(b"origin", [])
    if len(origins) > 1 or any(origin.decode("latin-1") not in own for origin in origins):
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

    def __init__(self, app: App, hosts: OwnHosts, sandboxed: tuple[str, ...] = ()) -> None:
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
