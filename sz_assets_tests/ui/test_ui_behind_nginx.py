"""deploy/nginx.conf before the UI: no page without a password, and with one no more than the gate.

nginx is Debian's, on 127.0.0.1, with a self-signed certificate. Not here: the UI by itself
(`test_ui_refuses`, `test_ui_read_only`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from attacks import EVERYTHING, JSON, MONTH, WEBSOCKET, hostile_requests, raw, send, state, status
from hostile_page import LEAVING, RESOLVED, hostile_site, visit
from hostile_page import NAME as ATTACKER
from nginx_server import NAME, OPERATOR, READER, Nginx, basic, nginx_before
from playwright.sync_api import Page, expect
from ui_browser import Seen, open_browser
from ui_server import UiPair

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nginx(pair: UiPair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with nginx_before(pair, tmp_path_factory.mktemp("nginx")) as server:
        yield server


def address(port: int) -> str:
    return f"https://{NAME}:{port}"


def everything(mark: str) -> str:
    return EVERYTHING.replace("MARK", mark)


def log_in(page: Page, seen: Seen, port: int, person: tuple[str, str]) -> None:
    """As if typed into the browser's dialog: from then on it sends the password by itself."""
    page.goto(f"https://{':'.join(map(quote, person))}@{NAME}:{port}/favicon.svg")
    seen.outside.clear()
    page.goto(address(port))


WITHOUT = {
    "nobody": (),
    "a wrong password": (basic((OPERATOR[0], "guessed")),),
    "an unknown name": (basic(("root", OPERATOR[1])),),
    "no password": (basic((OPERATOR[0], "")),),
    "said to be local": ("X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1"),
    "said to be somebody": ("X-Forwarded-User: anna", "Remote-User: anna"),
}


@pytest.mark.parametrize("who", [*WITHOUT, "who may elsewhere"])
def test_there_is_no_page_without_a_password(pair: UiPair, nginx: Nginx, who: str) -> None:
    before = state(pair.operators)
    for port, foreigner in ((pair.operators_port, READER), (pair.readers_port, OPERATOR)):
        headers = WITHOUT.get(who, (basic(foreigner),))
        own = (f"Host: {NAME}:{port}", f"Origin: {address(port)}", *headers)
        requests = [
            *(
                raw("GET", path, own)
                for path in (
                    "/", "/graphql", "/runs", "/server_info", "/published/current/index.html",
                    "/charts/crawl_month=2023-10-01/figure_3.html", "/../", "//", "/favicon.svg",
                )
            ),
            raw("HEAD", "/", own),
            raw("OPTIONS", "/graphql", own),
            raw("GET", "/graphql", (*own, *WEBSOCKET)),
            raw("POST", "/graphql", (*own, JSON), f'{{"query": "{{version}}", "x": "{who}"}}'),
            *hostile_requests(address(port), everything(who), *headers).values(),
        ]  # fmt: skip
        heads = [nginx.send(port, request) for request in requests]
        # What HTTP itself forbids: a request without a Host, or with two.
        assert sorted({status(head) for head in heads}) == [400, 401]
        assert [status(head) for head in heads].count(400) <= 3
        refusals = [head.lower() for head in heads if status(head) == 401]
        assert all("www-authenticate: basic" in head for head in refusals)
        assert all("strict-transport-security: max-age" in head for head in refusals)
        assert status(send(port, raw("GET", "/", own))) == 400  # not in clear text
    assert state(pair.operators) == before


def test_with_a_password_requests_from_outside_change_nothing(pair: UiPair, nginx: Nginx) -> None:
    port = pair.operators_port
    before = state(pair.operators)
    requests = hostile_requests(address(port), EVERYTHING, basic(OPERATOR))
    heads = {mark: nginx.send(port, request) for mark, request in requests.items()}
    passed = {mark: head for mark, head in heads.items() if status(head) not in (400, 403)}
    assert passed == {}
    assert len([head for head in heads.values() if status(head) == 403]) >= 28
    assert state(pair.operators) == before
    # The same by the own page.
    own = (f"Host: {NAME}:{port}", f"Origin: {address(port)}", basic(OPERATOR))
    question = '{"query": "mutation { setNuxSeen }"}'
    assert status(nginx.send(port, raw("POST", "/graphql", (*own, JSON), question))) == 200
    assert status(nginx.send(port, raw("GET", "/graphql", (*own, *WEBSOCKET)))) == 101
    assert state(pair.operators) != before


def test_headers_stand_once_and_the_password_ends_at_nginx(pair: UiPair, nginx: Nginx) -> None:
    port = pair.operators_port
    head = nginx.send(port, raw("GET", "/", (f"Host: {NAME}:{port}", basic(OPERATOR))))
    lines = head.lower().split("\r\n")
    assert status(head) == 200
    for name in (
        "strict-transport-security", "x-content-type-options", "referrer-policy",
        "x-frame-options", "content-security-policy",
    ):  # fmt: skip
        assert len([line for line in lines if line.startswith(f"{name}:")]) == 1, name
    assert 'proxy_set_header Authorization "";' in (nginx.folder / "sz-assets.conf").read_text()


def test_operators_work_through_nginx(pair: UiPair, nginx: Nginx, tmp_path: Path) -> None:
    port = pair.operators_port
    before = state(pair.operators)["schedules"]
    with open_browser(address(port), tmp_path, RESOLVED, ignore_https_errors=True) as (page, seen):
        log_in(page, seen, port, OPERATOR)
        for path in ("/asset-groups", "/runs", "/locations/sz_assets/jobs/month"):
            page.goto(f"{address(port)}{path}")
            page.wait_for_load_state("networkidle")
        expect(page.get_by_role("button", name="Materialize all")).to_be_enabled()
        page.goto(f"{address(port)}/locations/sz_assets/schedules/daily_upkeep")
        switch = page.get_by_role("checkbox").first
        was_on = switch.is_checked()
        switch.press("Space")
        expect(switch).to_be_checked(checked=not was_on)
        page.wait_for_load_state("networkidle")
        page.goto(f"{address(port)}/charts/crawl_month=2023-10-01/figure_3.html")
        expect(page.get_by_role("heading", name="A chart")).to_be_visible()
    assert state(pair.operators)["schedules"] != before
    assert {url.split("/graphql")[0] for url in seen.websockets} == {f"wss://{NAME}:{port}"}
    assert (seen.outside, seen.refused, seen.errors) == ([], [], [])


def test_readers_see_all_and_change_nothing(pair: UiPair, nginx: Nginx, tmp_path: Path) -> None:
    port = pair.readers_port
    before = state(pair.operators)
    with open_browser(address(port), tmp_path, RESOLVED, ignore_https_errors=True) as (page, seen):
        log_in(page, seen, port, READER)
        page.goto(f"{address(port)}/locations/sz_assets/jobs/month")
        expect(page.get_by_role("button", name="Materialize all")).to_be_disabled()
        page.goto(f"{address(port)}/published/current/index.html")
        expect(page.get_by_role("heading", name="All reports")).to_be_visible()
    assert (seen.outside, seen.refused, seen.errors) == ([], [], [])
    own = (f"Host: {NAME}:{port}", f"Origin: {address(port)}", basic(READER), JSON)
    question = json.dumps({"query": everything("reader")})
    assert status(nginx.send(port, raw("POST", "/graphql", own, question))) == 400
    assert state(pair.operators) == before


@pytest.mark.parametrize("site", ["127.0.0.1", ATTACKER])
def test_a_hostile_page_that_the_browser_sends_the_password_for_changes_nothing(
    pair: UiPair, nginx: Nginx, tmp_path: Path, site: str
) -> None:
    port = pair.operators_port
    before, logged = state(pair.operators), len(nginx.log())
    with (
        hostile_site(address(port), EVERYTHING, MONTH) as own_port,
        open_browser(address(port), tmp_path, RESOLVED, ignore_https_errors=True) as (page, seen),
    ):
        log_in(page, seen, port, OPERATOR)
        told = visit(page, f"http://{site}:{own_port}/")
    assert told["websocket"] == "refused"
    # nginx let these in, because the browser sent the password along; the gate did not.
    assert [told[mark] for mark in LEAVING] == ["POST 403", "POST 403", "POST 403", "GET 403"]
    asked = [line for line in nginx.log()[logged:] if line.endswith("/graphql")]
    assert asked.count(f"{OPERATOR[0]} 403 POST /graphql") >= 3
    assert asked.count(f"{OPERATOR[0]} 403 GET /graphql") >= 1
    assert state(pair.operators) == before
