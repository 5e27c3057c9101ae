"""A canary for a cookie and one for a signer's token: whatever fails, neither is found anywhere."""

from __future__ import annotations

import base64
import html
import json
import logging
import traceback
from collections.abc import Callable, Iterable
from urllib.parse import quote

import polars as pl
import pytest
from canary import COOKIE, ECHO, HEADER_ECHO, HTML, TOKEN, VALUE, leaking_files, leaks
from fault_server import End, FaultServer, Step, answer, body_start, bomb, cut, encode

from sz_assets.crawl.redaction import Redaction
from sz_assets.crawl.rules import RetryRule
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.transport import TransportLimits
from sz_assets.errors import UserError
from sz_assets.settings import Secret


def test_the_search_finds_what_is_hidden(tmp_path):
    for number in range(4):
        hidden = base64.b64encode(b"-" * number + COOKIE.encode() + b"-" * number)
        assert leaks(b"before " + hidden + b" after"), number
    assert leaks(quote(COOKIE).encode())
    assert leaks(COOKIE.upper().encode())
    assert not leaks(b"nothing of the kind")
    pl.DataFrame({"body": [b"x" + VALUE.encode()]}).write_parquet(tmp_path / "a.parquet")
    assert leaking_files(tmp_path)


@pytest.mark.parametrize(
    "form",
    [
        str,
        quote,
        lambda text: quote(text, safe=""),
        lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
        html.escape,
        *[
            lambda text, n=n: base64.urlsafe_b64encode(b"-" * n + text.encode() + b"-" * n).decode()
            for n in range(4)
        ],
    ],
)
def test_a_page_is_kept_with_asterisks_and_a_refusal_is_dropped(form):
    redaction = Redaction(Secret(COOKIE))
    body = f'{{"aweme_id": "7", "desc": "{form(VALUE)}"}}'.encode()
    assert redaction.of_body(body) == b""
    assert redaction.of_text(form(VALUE)) is None
    hidden = redaction.of_page(body)
    assert leaks(hidden) == []
    assert json.loads(hidden)["aweme_id"] == "7"
    assert b"****" in hidden
    assert len(hidden) == len(body)


def test_a_page_that_holds_a_short_value_by_itself_is_kept_as_it_is():
    redaction = Redaction(Secret("seen=1700000000; sessionid=0123456789abcdef0123456789abcdef"))
    body = b'{"create_time": 1700000000}'
    assert redaction.of_page(body) == body
    assert redaction.of_text("application/json") == "application/json"
    assert redaction.of_text(None) is None


def json_with(**fields: object) -> bytes:
    return json.dumps({"status_code": 0, "aweme_list": [], "has_more": 0, **fields}).encode()


def with_head(line: bytes) -> Callable[[], Iterable[Step]]:
    """An answer with one more header line."""
    return lambda: (encode(json_with()).replace(b"\r\n", b"\r\n" + line + b"\r\n", 1),)


WHOLE = encode(HTML * 20)
PACKED = encode(HTML * 20, coding="gzip", framing="chunked")

# How the platform answers a page, and the outcome of the raw row (None: none is asserted).
FAILURES: dict[str, tuple[Callable[[], Iterable[Step]], str | None]] = {
    "a captcha page": (lambda: answer(HTML, headers={"Content-Type": "text/html"}), "refused"),
    "blocked": (lambda: answer(b"blocked " + ECHO.encode()), "refused"),
    "a login wall": (lambda: answer(json_with(status_code=8, status_msg=ECHO)), "refused"),
    "a verification": (lambda: answer(json_with(verify_ticket=ECHO)), "refused"),
    "403": (lambda: answer(HTML, 403), "refused"),
    "429": (lambda: answer(HTML, 429, {"Retry-After": HEADER_ECHO}), "refused"),
    "500": (lambda: answer(HTML, 500), "failed"),
    "a redirect to another host": (
        lambda: answer(HTML, 302, {"Location": f"http://127.0.0.1:9/?{HEADER_ECHO}"}),
        "refused",
    ),
    "a redirect with it in a cookie": (
        lambda: answer(b"", 307, {"Location": "/x", "Set-Cookie": f"s={COOKIE}"}),
        "refused",
    ),
    "no JSON": (lambda: answer(b'{"aweme_list": [' + ECHO.encode()), "failed"),
    "a list of something else": (lambda: answer(json_with(aweme_list=ECHO)), "refused"),
    "an odd content type": (
        lambda: answer(HTML, headers={"Content-Type": f"text/html; {HEADER_ECHO}"}),
        "refused",
    ),
    "an odd coding": (lambda: answer(HTML, headers={"Content-Encoding": HEADER_ECHO}), "failed"),
    "a reset in the body": (lambda: cut(WHOLE, body_start(WHOLE) + 900, End.RESET), "failed"),
    "a cut in the body": (lambda: cut(WHOLE, body_start(WHOLE) + 900), "failed"),
    "a cut compressed body": (lambda: cut(PACKED, len(PACKED) - 30), "failed"),
    "a stall in the body": (lambda: cut(WHOLE, body_start(WHOLE) + 900, 2.0), "failed"),
    "an illegal status line": (lambda: (f"HTTP/9 {ECHO}\r\n\r\n".encode(), End.CLOSE), "failed"),
    "an illegal header": (with_head(f"{HEADER_ECHO}".encode()), "failed"),
    "a body too large": (lambda: bomb(9 * 2**20), "failed"),
    "videos with it": (
        lambda: answer(json_with(log_pb={"impr_id": ECHO}, max_cursor=ECHO)),
        None,
    ),
}  # fmt: skip


@pytest.fixture
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every logger at its most talkative, as a user looking for a fault would set them."""
    caplog.set_level(logging.DEBUG)
    return caplog


def crawl(kit, lake, handler, **changes) -> tuple[str, FaultServer]:
    """What a crawl and its failure say, with the server that it met."""
    said: list[object] = []
    plan_changes = {
        "cookie": COOKIE,
        "origin": "live",
        "retry": RetryRule(attempts=2, first_wait=0.0, longest_wait=0.0),
        "limits": TransportLimits(deadline=0.5),
    }
    with FaultServer(handler, max_seconds=20) as server:
        plan = kit.plan(server, **(plan_changes | changes))
        said.append(plan)
        try:
            said.append(crawl_month(plan, lake, said.append))
        except UserError as error:
            said.extend([str(error), *traceback.format_exception(error)])
    return "\n".join(map(repr, said)), server


def platform_that(kit, page: Callable[[], Iterable[Step]]):
    profile = kit.platform().profile

    def handler(request):
        return answer(profile) if "profile" in request.path else page()

    return handler


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_of_the_platform_shows_it(
    kit, lake, tmp_path, capfd, everything_is_logged, name
):
    page, outcome = FAILURES[name]
    said, server = crawl(kit, lake, platform_that(kit, page))
    [path] = tmp_path.rglob("account_pages/**/*.parquet")
    if outcome:
        assert set(pl.read_parquet(path)["outcome"]) == {outcome}
    pages = [one for one in server.requests if "max_cursor" in one.query]
    assert pages
    assert {one.headers["cookie"] for one in pages} == {COOKIE}
    assert leaking_files(tmp_path) == []
    assert leaks("".join([said, everything_is_logged.text, *capfd.readouterr()]).encode()) == []


SIGNERS = {
    "raises": "raise ValueError(TOKEN + COOKIE)",
    "gives nothing": "return TOKEN.encode()",
    "leads elsewhere": "return 'http://127.0.0.1:9/?t=' + TOKEN",
    "sets a bad header": "return url, {'X-Token': TOKEN + '\\r\\nX-More: 1'}",
    "sets an odd header": "return url, {'X-Token': TOKEN + '\\u6df1'}",
    "sets an odd name": "return url, {TOKEN + ' : ': TOKEN}",
    "sets our header": "return url, {'Cookie': TOKEN}",
    "gives too much": "return url + '&t=' + TOKEN * 9000",
    "works": "return url + '&t=' + TOKEN, {'X-Token': TOKEN}",
}


@pytest.mark.parametrize("name", SIGNERS)
def test_no_failure_of_the_signer_shows_its_token(
    kit, lake, tmp_path, capfd, monkeypatch, everything_is_logged, name
):
    folder = tmp_path / "hook"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    module = f"signer_{'_'.join(name.split())}"
    text = f"TOKEN = {TOKEN!r}\nCOOKIE = {COOKIE!r}\ndef sign(method, url):\n    {SIGNERS[name]}\n"
    (folder / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    said, server = crawl(
        kit,
        type(lake)(tmp_path / "home" / "lake"),
        platform_that(kit, FAILURES["a captcha page"][0]),
        signer=f"{module}:sign",
    )
    sent = [one for one in server.requests if TOKEN in repr(one.query)]
    assert bool(sent) is (name == "works")
    assert leaking_files(tmp_path / "home") == []
    # A traceback quotes the source lines of the user's own hook only if it was raised there.
    assert leaks("".join([said, everything_is_logged.text, *capfd.readouterr()]).encode()) == []


@pytest.mark.parametrize("bad", ["\r\nX-More: 1", "深圳", "\x7f", "\ud800"])
def test_a_cookie_that_cannot_be_sent_is_not_shown(kit, lake, tmp_path, everything_is_logged, bad):
    said, server = crawl(kit, lake, lambda request: answer(b"{}"), cookie=COOKIE + bad)
    assert "The cookie holds characters that can't be sent" in said
    assert server.requests == []
    assert leaking_files(tmp_path) == []
    assert leaks((said + everything_is_logged.text).encode()) == []


def test_a_disk_that_refuses_does_not_show_it(
    kit, lake, tmp_path, everything_is_logged, readable_folder, without_privileges
):
    home = readable_folder / "home"
    home.mkdir(mode=0o555)
    with without_privileges():
        said, _ = crawl(kit, type(lake)(home / "lake"), platform_that(kit, lambda: answer(HTML)))
    assert "UserError" in said
    assert leaks((said + everything_is_logged.text).encode()) == []


def test_a_platform_that_is_not_there_does_not_show_it(kit, lake, tmp_path, everything_is_logged):
    with FaultServer(lambda request: ()) as gone:
        pass
    said, _ = crawl(
        kit,
        lake,
        lambda request: (),
        platforms={"douyin": kit.plan(gone, cookie=COOKIE).platforms["douyin"]},
    )
    assert "connect" in str(pl.read_parquet(next(tmp_path.rglob("*.parquet")))["outcome_reason"][0])
    assert leaking_files(tmp_path) == []
    assert leaks((said + everything_is_logged.text).encode()) == []
