"""A crawl against a real socket: what is asked, what is stored, when it stops.

Longer than 300 lines: one case for each thing a list can do, on one server.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.crawl.rules import RULES, RetryRule
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.crawl.transport import TransportLimits
from sz_assets.errors import UserError
from sz_assets.sources.protocol import Fault


def stored(lake, table=ACCOUNT_PAGES, month=None, account_id="one"):
    from datetime import date

    month = month or date(2023, 10, 1)
    return lake.read_attempts(table, lake.attempts(table, month, account_id))


def run(kit, lake, server, *accounts, **changes):
    seen = []
    results = crawl_month(kit.plan(server, *accounts, **changes), lake, seen.append)
    return results, seen


def test_a_list_is_stored_page_by_page_to_its_end(kit, lake, serve, platform):
    server = serve(platform)
    [result], progress = run(kit, lake, server)
    assert (result.verdict, result.page_count, result.item_count) == ("complete", 3, 5)
    assert result.attempt_id == "20231031T040000Z-0001"
    pages = stored(lake)
    assert pages["page_number"].to_list() == [1, 2, 3]
    assert pages["request_number"].to_list() == [2, 3, 4]
    assert pages["cursor_in"].to_list() == ["0", "300", "200"]
    assert pages["cursor_out"].to_list() == ["300", "200", "200"]
    assert pages["has_more"].to_list() == [True, True, False]
    assert pages["item_count"].to_list() == [2, 2, 1]
    assert pages["body"].to_list() == list(platform.pages.values())
    assert set(pages["data_origin"]) == {"simulated"}
    [profile] = stored(lake, ACCOUNT_PROFILES).iter_rows(named=True)
    assert (profile["outcome"], profile["body"]) == ("ok", platform.profile)
    assert (progress[-1].accounts_done, progress[-1].pages, progress[-1].items) == (1, 3, 5)
    assert server.requests[0].headers["user-agent"].startswith("sz-assets/")


def test_a_second_crawl_is_a_new_attempt_beside_the_first(kit, lake, serve, platform):
    server = serve(platform)
    run(kit, lake, server)
    [result], _ = run(kit, lake, server)
    assert result.attempt_id == "20231031T040000Z-0002"
    assert stored(lake).height == 6
    month = load_month(lake, kit.month, ["one"])
    [pages] = month.page_batches()
    assert set(pages["attempt_id"]) == {"20231031T040000Z-0002"}
    assert pages["body"].to_list() == list(platform.pages.values())
    assert month.profiles.height == 1


def test_a_failure_is_repeated_and_both_answers_are_stored(kit, lake, serve, platform):
    failures = iter([(503, {"Retry_After": "0"}), (500, {})])

    def handler(request, write):
        if request.query.get("max_cursor") == "300" and (failure := next(failures, None)):
            write(kit.http(b"sorry", failure[0], **failure[1]))
            return True
        return platform(request, write)

    [result], _ = run(kit, lake, serve(handler))
    assert (result.verdict, result.page_count) == ("complete", 3)
    pages = stored(lake)
    assert pages["outcome"].to_list() == ["ok", "failed", "failed", "ok", "ok"]
    assert pages["http_status"].to_list() == [200, 503, 500, 200, 200]
    assert pages["outcome_reason"][1] == "unavailable: HTTP status 503"
    assert pages["page_number"].to_list() == [1, None, None, 2, 3]


def test_retries_end(kit, lake, serve, platform):
    def handler(request, write):
        if "max_cursor" in request.query:
            write(kit.http(b"", 503))
            return True
        return platform(request, write)

    server = serve(handler)
    [result], _ = run(kit, lake, server)
    assert result.verdict == "truncated"
    assert stored(lake)["outcome"].to_list() == ["failed"] * 3


def test_a_wait_beyond_patience_is_not_waited(kit, lake, serve, platform):
    def handler(request, write):
        if "max_cursor" in request.query:
            write(kit.http(b"", 429, Retry_After="3600"))
            return True
        return platform(request, write)

    [result], _ = run(kit, lake, serve(handler))
    assert result.verdict == "refused"
    assert stored(lake)["outcome"].to_list() == ["refused"]


REFUSALS = {
    b"": Fault.EMPTY,
    b"blocked": Fault.BLOCKED,
    b"<!doctype html><p>captcha": Fault.HTML,
    b'{"status_code":0}': Fault.NO_CONTENT,
    b'{"status_code":2483}': Fault.LOGIN,
    b'{"status_code":0,"verify_ticket":"x","aweme_list":[]}': Fault.VERIFICATION,
    b'{"status_code":0,"not_login_module":{"a":1},"aweme_list":[]}': Fault.LOGIN,
    b'{"status_code":5,"aweme_list":[]}': Fault.PLATFORM_STATUS,
}


@pytest.mark.parametrize(("body", "fault"), REFUSALS.items())
def test_a_refusal_ends_one_account_and_not_the_others(kit, lake, serve, platform, body, fault):
    def handler(request, write):
        if request.query["sec_user_id"] == "SEC-one" and request.query.get("max_cursor") == "300":
            write(kit.http(body))
            return True
        return platform(request, write)

    results, _ = run(kit, lake, serve(handler), kit.account("one"), kit.account("two"))
    assert [result.verdict for result in results] == ["refused", "complete"]
    pages = stored(lake)
    assert pages["outcome"].to_list() == ["ok", "refused"]
    assert pages["outcome_reason"][1].startswith(f"{fault.value}: ")
    assert pages["body"][1] == body
    assert pages["page_number"].to_list() == [1, None]


def test_a_refused_profile_leaves_the_list_unasked(kit, lake, serve, platform):
    platform.profile = b'{"status_code":2483}'
    server = serve(platform)
    [result], _ = run(kit, lake, server)
    assert (result.verdict, len(server.requests)) == ("refused", 1)
    assert stored(lake).height == 0
    assert stored(lake, ACCOUNT_PROFILES)["outcome"].to_list() == ["refused"]
    assert load_month(lake, kit.month, ["one"]).profile_answers.height == 1


@pytest.mark.parametrize("more", [1, True, None])
@pytest.mark.parametrize("following", [300, 0, 400, None])
def test_cursors_that_lead_nowhere_end_as_truncated(kit, lake, serve, more, following):
    platform = kit.platform()
    platform.page("0", [kit.item(1)], 1, 300)
    platform.page("300", [kit.item(2)], more, following)
    platform.page("400", [kit.item(3)], more, 500)
    server = serve(platform)
    [result], _ = run(kit, lake, server)
    assert result.verdict == ("unknown" if more is None else "truncated")
    assert result.page_count == 2


def test_empty_pages_with_more_are_passed_and_counted(kit, lake, serve):
    platform = kit.platform()
    platform.page("0", [], 1, 900)
    platform.page("900", [], 1, 800)
    platform.page("800", [kit.item(1)], False, 700)
    [result], _ = run(kit, lake, serve(platform))
    assert (result.verdict, result.page_count, result.item_count) == ("complete", 3, 1)


def test_endless_empty_pages_end(kit, lake, serve):
    def handler(request, write):
        if "max_cursor" not in request.query:
            return kit.platform()(request, write)
        following = (int(request.query["max_cursor"]) or 10**6) - 1
        body = {"status_code": 0, "aweme_list": [], "has_more": 1, "max_cursor": following}
        write(kit.http(json.dumps(body).encode()))
        return True

    [result], _ = run(kit, lake, serve(handler))
    assert (result.verdict, result.page_count) == ("truncated", 10)


def test_accounts_are_crawled_side_by_side_up_to_the_limit(kit, lake, serve, platform):
    active, most = 0, 0
    guard = threading.Lock()

    def handler(request, write):
        nonlocal active, most
        with guard:
            active += 1
            most = max(most, active)
        time.sleep(0.02)
        with guard:
            active -= 1
        return platform(request, write)

    accounts = [kit.account(f"a{number}") for number in range(6)]
    results, _ = run(kit, lake, serve(handler), *accounts, concurrency=3)
    assert [result.account_id for result in results] == [account.id for account in accounts]
    assert {result.verdict for result in results} == {"complete"}
    assert most == 3


CANARY = "sessionid=c4n4ry/+=&Se cret%7; ttwid=second-c4n4ry-value"


def test_the_cookie_reaches_the_host_and_nothing_else(kit, lake, serve, platform, tmp_path, capfd):
    forms = [CANARY, "c4n4ry/+=&Se cret%7", "second-c4n4ry-value"]
    echo = "".join(
        (f, quote(f), base64.b64encode(f.encode()).decode())[n] for f in forms for n in range(3)
    )

    def handler(request, write):
        cursor = request.query.get("max_cursor")
        name = request.query["sec_user_id"]
        if cursor is None or name == "SEC-a0":
            return platform(request, write)
        if name == "SEC-a1":
            write(kit.http(b"<html>" + echo.encode()))
        if name == "SEC-a2":
            write(kit.http(b"{}" + echo.encode(), 500))
        if name == "SEC-a3":
            write(kit.http(echo.encode(), 302, Location=f"http://127.0.0.1/{quote(CANARY)}"))
        return name != "SEC-a4"

    server = serve(handler)
    accounts = [kit.account(f"a{number}") for number in range(5)]
    results, seen = run(kit, lake, server, *accounts, cookie=CANARY)
    assert {request.headers["cookie"] for request in server.requests} == {CANARY}
    assert [result.verdict for result in results] == [
        "complete",
        "refused",
        "truncated",
        "refused",
        "truncated",
    ]
    frames = [
        pl.read_parquet(path).with_columns(pl.col("body").cast(pl.String, strict=False))
        for path in tmp_path.rglob("*.parquet")
    ]
    written = "".join(frame.write_json() for frame in frames) + repr(results) + repr(seen)
    written += "".join(capfd.readouterr()) + repr(kit.plan(server, cookie=CANARY))
    assert "c4n4ry" not in written
    for form in forms:
        assert base64.b64encode(form.encode()).decode().rstrip("=") not in written
    raw = b"".join(path.read_bytes() for path in Path(tmp_path).rglob("*") if path.is_file())
    assert b"c4n4ry" not in raw


def test_a_cookie_that_cannot_be_sent_is_refused_without_showing_it(kit, lake, serve, platform):
    with pytest.raises(UserError, match="cookie holds characters") as error:
        run(kit, lake, serve(platform), cookie="c4n4ry\r\nX: y")
    assert "c4n4ry" not in str(error.value)


def test_simulated_and_real_data_are_not_mixed(kit, lake, serve, platform):
    server = serve(platform)
    run(kit, lake, server)
    with pytest.raises(UserError, match="already holds simulated data of one"):
        run(kit, lake, server, origin="live")
    assert len(server.requests) == 4


def test_unknown_platform_is_named(kit, lake, serve, platform):
    with pytest.raises(UserError, match="'kuaishou' can't be crawled yet: use accounts of douyin"):
        run(kit, lake, serve(platform), kit.account(platform="kuaishou"))


def test_a_failing_signer_is_a_clear_error_and_what_was_obtained_is_kept(
    kit, lake, serve, platform, tmp_path, monkeypatch
):
    (tmp_path / "my_signer.py").write_text(
        "def sign(method, url):\n"
        "    if 'max_cursor=300' in url:\n"
        "        raise ValueError(url)\n"
        "    return url + '&a_bogus=1', {'X-Signed': method}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    server = serve(platform)
    with pytest.raises(UserError, match=r"'my_signer:sign' failed with ValueError"):
        run(kit, lake, server, signer="my_signer:sign")
    assert server.requests[1].query["a_bogus"] == "1"
    assert server.requests[1].headers["x-signed"] == "GET"
    [result], _ = run(kit, lake, server)
    assert (result.verdict, len(server.requests)) == ("complete", 4)
    pages = stored(lake)
    assert pages["page_number"].to_list() == [1, 2, 3]
    assert "a_bogus" not in pages["url"][0]


def test_an_impossible_address_is_a_clear_error(kit, lake, serve, platform, tmp_path, monkeypatch):
    server = serve(platform)
    (tmp_path / "long_signer.py").write_text("def sign(m, u):\n    return u + '0' * 70_000\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match="no address that can be asked for"):
        run(kit, lake, server, signer="long_signer:sign")
    server.base_url = "http://127.0.0.1:99999999"
    with pytest.raises(UserError, match="an impossible port"):
        run(kit, lake, server)


def test_every_fault_has_a_rule():
    assert set(RULES) == set(Fault)


def test_progress_is_told_at_most_ten_times_a_second(kit, lake, serve):
    def handler(request, write):
        if "max_cursor" not in request.query:
            return kit.platform()(request, write)
        cursor = int(request.query["max_cursor"]) or 400
        body = {"aweme_list": [kit.item(cursor)], "has_more": cursor > 1, "max_cursor": cursor - 1}
        write(kit.http(json.dumps(body).encode()))
        return True

    started = time.monotonic()
    [result], seen = run(kit, lake, serve(handler))
    seconds = time.monotonic() - started
    assert result.page_count == 400
    assert len(seen) <= seconds * 10 + 2
    assert seen[-1].items == 400


def test_requests_are_paced(kit, lake, serve, platform):
    times = []

    def handler(request, write):
        times.append(time.monotonic())
        return platform(request, write)

    run(kit, lake, serve(handler), requests_per_second=20)
    assert len(times) == 4
    assert times[-1] - times[0] >= 3 / 20 - 0.01


def test_a_slow_page_fails_at_the_deadline(kit, lake, serve, platform):
    def handler(request, write):
        if "max_cursor" not in request.query:
            return platform(request, write)
        body = platform.pages["0"]
        head, _, rest = kit.http(body).partition(b"\r\n\r\n")
        write(head + b"\r\n\r\n")
        for byte in rest:
            write(bytes([byte]))
            time.sleep(0.05)
        return False

    started = time.monotonic()
    [result], _ = run(
        kit,
        lake,
        serve(handler),
        retry=RetryRule(attempts=1),
        limits=TransportLimits(deadline=0.3),
    )
    assert time.monotonic() - started < 2
    assert result.verdict == "truncated"
    assert stored(lake)["outcome_reason"].to_list() == ["deadline: no whole answer within 0.3 s"]
    assert stored(lake)["body"].to_list() == [b""]
