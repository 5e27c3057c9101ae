"""Who may ask the UI, decided without a server; `ui/test_ui_refuses.py` asks a real one."""

import asyncio
from typing import Any

import pytest

from sz_assets.defs.gate import Gate, OwnHosts, own_hosts, public_origin, refusal
from sz_assets.errors import UserError

HOSTS = own_hosts("127.0.0.1", "localhost", port=3000)
HOST = ("host", "127.0.0.1:3000")
OWN = ("origin", "http://127.0.0.1:3000")
FOREIGN = ("origin", "https://attacker.example")
JSON = ("content-type", "application/json")

Header = tuple[str, str]
Scope = dict[str, Any]


def request(method: str, target: str, *headers: Header, kind: str = "http") -> Scope:
    """An ASGI scope as uvicorn makes it: names in lower case, the path decoded."""
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }


def get(target: str, *headers: Header, host: str = "127.0.0.1:3000") -> Scope:
    return request("GET", target, ("host", host), *headers)


def post(*headers: Header, to: str = "/graphql") -> Scope:
    return request("POST", to, HOST, *headers)


def origin(value: str) -> Header:
    return ("origin", value)


def content(value: str) -> Header:
    return ("content-type", value)


def websocket(*headers: Header) -> Scope:
    return request("GET", "/graphql", *headers, kind="websocket")


ALLOWED = {
    "the page itself": get("/"),
    "the page by its other name": get("/runs", host="localhost:3000"),
    "a page with a query string": get("/assets/core/videos?view=checks"),
    "HEAD of a page": request("HEAD", "/", HOST),
    "a chart": get("/charts/crawl_month=2023-10-01/figure_3.svg"),
    "the GraphQL page without a question": get("/graphql"),
    "own GraphQL": post(OWN, JSON),
    "GraphQL of a program, without an Origin": post(JSON),
    "between the two names": post(origin("http://localhost:3000"), JSON),
    "JSON with its charset": post(OWN, content("Application/JSON; charset=UTF-8")),
    "a check reported by a program": post(JSON, to="/report_asset_check/core/videos"),
    "own websocket": websocket(HOST, OWN),
    "own websocket by the other name": websocket(
        ("host", "localhost:3000"), origin("http://localhost:3000")
    ),
}

REFUSED = {
    "no Host": request("GET", "/"),
    "foreign Host (rebinding)": get("/", host="attacker.example"),
    "foreign Host with our port": get("/", host="attacker.example:3000"),
    "Host with another port": get("/", host="127.0.0.1:3001"),
    "Host without the port": get("/", host="127.0.0.1"),
    "Host that begins like ours": get("/", host="127.0.0.1:3000.attacker.example"),
    "two Hosts": get("/", ("host", "attacker.example")),
    "the same Host twice": get("/", HOST),
    "foreign Origin": post(FOREIGN, JSON),
    "foreign Origin on a GET": get("/", FOREIGN),
    "Origin null (a sandboxed frame or a file)": post(origin("null"), JSON),
    "empty Origin": post(origin(""), JSON),
    "https Origin": post(origin("https://127.0.0.1:3000"), JSON),
    "Origin of another port": post(origin("http://127.0.0.1:8000"), JSON),
    "two Origins, own first": post(OWN, FOREIGN, JSON),
    "own Origin twice": post(OWN, OWN, JSON),
    "GraphQL by GET": get("/graphql?query=mutation{x}"),
    "GraphQL by GET, spelled otherwise": get("/graphql?%71uery=mutation{x}"),
    "GraphQL by GET, with a slash": get("/graphql/?query={x}"),
    "GraphQL by GET, own Origin": get("/graphql?query={x}", OWN),
    "GraphQL by HEAD": request("HEAD", "/graphql?query={x}", HOST),
    "a form": post(content("text/plain")),
    "a form that hides JSON": post(content("text/plain; application/json")),
    "a form, urlencoded": post(
        content("application/x-www-form-urlencoded"), to="/graphql?query=mutation{x}"
    ),
    "a form, multipart": post(content("multipart/form-data; boundary=application/json")),
    "GraphQL's own media type": post(OWN, content("application/graphql")),
    "no media type": post(OWN, to="/graphql?query=mutation{x}"),
    "two media types": post(JSON, content("text/plain")),
    "media types in one header": post(content("text/plain, application/json")),
    "JSON in another charset": post(content("application/json; charset=utf-7")),
    "a materialization by query string": post(
        to="/report_asset_materialization/core/videos?metadata=1"
    ),
    "a check by form": post(content("text/plain"), to="/report_asset_check/core/videos"),
    "an observation from elsewhere": post(
        FOREIGN, JSON, to="/report_asset_observation/core/videos"
    ),
    "PUT": request("PUT", "/graphql", HOST, OWN, JSON),
    "PATCH": request("PATCH", "/graphql", HOST, OWN, JSON),
    "DELETE": request("DELETE", "/graphql", HOST, OWN, JSON),
    "a preflight": request("OPTIONS", "/graphql", HOST, FOREIGN),
    "OPTIONS of our own": request("OPTIONS", "/graphql", HOST, OWN),
}

REFUSED_WEBSOCKETS = {
    "foreign page": websocket(HOST, FOREIGN),
    "sandboxed page": websocket(HOST, origin("null")),
    "no Origin": websocket(HOST),
    "foreign Host": websocket(("host", "attacker.example"), OWN),
    "own and foreign Origin": websocket(HOST, OWN, FOREIGN),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_ui_and_local_programs_send_passes(name: str) -> None:
    assert refusal(ALLOWED[name], HOSTS) is None
    assert through_gate(ALLOWED[name])[0]


def test_hosts_are_named_as_browsers_name_them() -> None:
    assert set(own_hosts("127.0.0.1", "localhost", port=80)) == {"127.0.0.1", "localhost"}
    assert set(own_hosts("127.0.0.1", port=3000)) == {"127.0.0.1:3000"}


PUBLIC_HOSTS = own_hosts(
    "127.0.0.1", "localhost", port=3000, public_url="https://sz.example.org:8443"
)
PUBLIC_HOST = ("host", "sz.example.org:8443")
PUBLIC = origin("https://sz.example.org:8443")


def through_proxy(*headers: Header) -> Scope:
    return request("POST", "/graphql", PUBLIC_HOST, JSON, *headers)


@pytest.mark.parametrize(
    "scope",
    [
        request("GET", "/", PUBLIC_HOST),
        through_proxy(PUBLIC),
        through_proxy(),
        websocket(PUBLIC_HOST, PUBLIC),
        *ALLOWED.values(),
    ],
)
def test_behind_a_proxy_the_public_address_is_own_as_well(scope: Scope) -> None:
    assert through_gate(scope, PUBLIC_HOSTS)[0]


PUBLIC_REFUSED = {
    "the same name by HTTP": through_proxy(origin("http://sz.example.org:8443")),
    "the same name without its port": through_proxy(origin("https://sz.example.org")),
    "another port of the name": through_proxy(origin("https://sz.example.org:9443")),
    "a name that ends like ours": through_proxy(origin("https://x.sz.example.org:8443")),
    "a page of the proxy's machine": through_proxy(OWN),
    "our public page asks this machine": post(PUBLIC, JSON),
    "foreign Origin": through_proxy(FOREIGN),
    "Origin null": through_proxy(origin("null")),
    "Host with another port": get("/", host="sz.example.org:9443"),
    "Host without its port": get("/", host="sz.example.org"),
    "foreign Host that was forwarded as ours": get(
        "/", ("x-forwarded-host", "sz.example.org:8443"), host="attacker.example"
    ),
    "foreign Origin that was forwarded as ours": through_proxy(
        FOREIGN,
        ("x-forwarded-host", "sz.example.org:8443"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=sz.example.org:8443;proto=https"),
    ),
    "a form with a password": request(
        "POST", "/graphql?query=mutation{x}", PUBLIC_HOST, PUBLIC, content("text/plain"),
        ("authorization", "Basic YW5uYTpzZWNyZXQ="),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*PUBLIC_REFUSED, *REFUSED])
def test_behind_a_proxy_nothing_else_passes(name: str) -> None:
    assert not through_gate({**REFUSED, **PUBLIC_REFUSED}[name], PUBLIC_HOSTS)[0]


def test_our_public_name_is_foreign_where_no_proxy_was_named() -> None:
    assert not through_gate(through_proxy(PUBLIC))[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://sz.example.org:8443", "https://sz.example.org:8443"),
        ("HTTPS://SZ.Example.org:8443/", "https://sz.example.org:8443"),
        ("https://sz.example.org:443", "https://sz.example.org"),
        ("https://192.0.2.7", "https://192.0.2.7"),
    ],
)
def test_a_public_address_is_written_as_browsers_write_it(url: str, expected: str) -> None:
    assert public_origin(url) == expected
    assert expected.removeprefix("https://") in own_hosts("127.0.0.1", port=1, public_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "", "sz.example.org", "sz.example.org:8443", "http://sz.example.org", "//sz.example.org",
        "https://", "https://:8443", "https://sz.example.org:0", "https://sz.example.org:99999",
        "https://sz.example.org:x", "https://sz.example.org/ui", "https://sz.example.org?x",
        "https://sz.example.org/#x", "https://anna:pw@sz.example.org", "https://*.example.org",
        "https://sz.example.org,other.example", "https://深圳.example", "https://[::1", "null",
        "https://sz .example.org", "https://sz.example.org:8443\n.attacker.example",
    ],
)  # fmt: skip
def test_what_is_no_public_address_is_said_in_a_sentence(url: str) -> None:
    with pytest.raises(UserError, match=r"like https://sz\.example\.org:8443") as told:
        own_hosts("127.0.0.1", port=3000, public_url=url)
    assert "--public-url" in str(told.value)
    assert "\n" not in str(told.value)


def through_gate(scope: Scope, hosts: OwnHosts = HOSTS) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the app behind the gate was reached, and what was sent."""
    reached = False
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal reached
        reached = True
        if scope["type"] == "http":
            headers = [(b"content-type", b"text/html")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"behind the gate"})

    async def receive() -> Any:
        raise AssertionError("The gate decides without reading the request's body.")

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(Gate(app, hosts, ("/charts", "/published"))(scope, receive, send))
    return reached, sent


@pytest.mark.parametrize("name", REFUSED)
def test_what_others_could_send_is_refused(name: str) -> None:
    reached, sent = through_gate(REFUSED[name])
    assert not reached
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 403
    assert b"behind" not in sent[1]["body"]


def test_a_refused_head_has_no_body() -> None:
    _, sent = through_gate(REFUSED["GraphQL by HEAD"])
    assert sent[1]["body"] == b""


@pytest.mark.parametrize("name", REFUSED_WEBSOCKETS)
def test_a_websocket_of_others_is_closed_before_it_opens(name: str) -> None:
    reached, sent = through_gate(REFUSED_WEBSOCKETS[name])
    assert not reached
    assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", 1008)]


def test_the_lifespan_passes() -> None:
    assert through_gate({"type": "lifespan"})[0]


@pytest.mark.parametrize(
    ("path", "is_sandboxed"),
    [
        ("/charts/crawl_month=2023-10-01/figure_3.html", True),
        ("/published/current/reports/2023-10.html", True),
        ("/assets/charts/figure_3", False),
        ("/chartsomething", False),
        ("/", False),
    ],
)
def test_no_page_can_be_framed_and_pages_of_data_run_in_a_sandbox(
    path: str, is_sandboxed: bool
) -> None:
    reached, sent = through_gate(get(path))
    headers = dict(sent[0]["headers"])
    assert reached
    assert headers[b"content-type"] == b"text/html"
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    policy = headers.get(b"content-security-policy", b"")
    assert policy.startswith(b"sandbox") is is_sandboxed
    # The one word that would give a page of data the UI's own rights.
    assert b"allow-same-origin" not in policy
