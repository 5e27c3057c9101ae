"""What an answer of Douyin is: a page, a profile, or one of many refusals."""

from __future__ import annotations

import json

import pytest

from sz_assets.errors import UserError
from sz_assets.sources.protocol import Fault
from sz_assets.sources.registry import get_source

DOUYIN = get_source("douyin")
ITEM = b'{"aweme_id":"7","create_time":1600000000}'


def page(**fields):
    return json.dumps({"status_code": 0, "aweme_list": [], **fields}).encode()


@pytest.mark.parametrize(
    ("written", "read"),
    [(0, False), (1, True), (False, False), (True, True), ("0", False), ("1", True),
     (None, None), (2, None), ([], None), ("yes", None)],
)  # fmt: skip
def test_has_more_is_read_in_all_its_forms(written, read):
    assert DOUYIN.read_page(page(has_more=written), None).has_more is read


def test_has_more_and_cursor_may_be_missing():
    reading = DOUYIN.read_page(page(), None)
    assert (reading.problem, reading.has_more, reading.next_cursor) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "read"),
    [(1673771886000, "1673771886000"), (0, "0"), ("12", "12"), ("a", None), (1.5, None)],
)
def test_cursors_are_text(written, read):
    assert DOUYIN.read_page(page(max_cursor=written), None).next_cursor == read


def test_every_element_is_counted():
    body = b'{"aweme_list":[' + ITEM + b',null,7,"x",{}],"has_more":1}'
    assert DOUYIN.read_page(body, "application/json").item_count == 5


REFUSALS = [
    (b"", None, Fault.EMPTY),
    (b" \n", None, Fault.EMPTY),
    (b"blocked", None, Fault.BLOCKED),
    (b'"blocked"', None, Fault.BLOCKED),
    (b"\xef\xbb\xbf<html>", None, Fault.HTML),
    (b" " * 600 + b"{", None, Fault.INVALID_JSON),
    (b"Blocked by rule", "text/plain", Fault.BLOCKED),
    (b"<html>", None, Fault.HTML),
    (b"  <!DOCTYPE html>", None, Fault.HTML),
    (b'{"aweme_list":[]}', "text/html; charset=utf-8", Fault.HTML),
    (b"{", None, Fault.INVALID_JSON),
    (b'{"aweme_list":[' + ITEM, None, Fault.INVALID_JSON),
    (b"[" * 100_000, None, Fault.INVALID_JSON),
    (b"null", None, Fault.INVALID_JSON),
    (b"[]", None, Fault.NO_CONTENT),
    (b"{}", None, Fault.NO_CONTENT),
    (b'{"status_code":0}', None, Fault.NO_CONTENT),
    (b'{"status_code":0,"aweme_list":null,"has_more":0}', None, Fault.NO_CONTENT),
    (b'{"status_code":0,"aweme_list":{}}', None, Fault.NO_CONTENT),
    (page(status_code=2483), None, Fault.LOGIN),
    (page(status_code="2483"), None, Fault.LOGIN),
    (page(status_code=8), None, Fault.LOGIN),
    (page(status_code=10008), None, Fault.PLATFORM_STATUS),
    (page(status_code=8.5), None, Fault.PLATFORM_STATUS),
    (page(status_code="-8"), None, Fault.PLATFORM_STATUS),
    (page(status_code="no"), None, Fault.PLATFORM_STATUS),
    (b'{"aweme_id":"7","aweme_list":null,"has_more":0}', None, Fault.NO_CONTENT),
    (page(verify_ticket="t"), None, Fault.VERIFICATION),
    (page(not_login_module={"tip": "x"}), None, Fault.LOGIN),
]


@pytest.mark.parametrize(("body", "content_type", "fault"), REFUSALS)
def test_refusals_are_told_apart(body, content_type, fault):
    problem = DOUYIN.read_page(body, content_type).problem
    assert problem is not None
    assert problem.fault is fault


def test_fields_that_say_nothing_are_no_refusal():
    body = page(verify_ticket="", not_login_module=None, has_more=0)
    assert DOUYIN.read_page(body, None).problem is None


def test_beside_a_request_to_log_in_no_more_is_not_believed():
    body = b'{"aweme_list":[' + ITEM + b'],"has_more":0,"not_login_module":{"a":1}}'
    reading = DOUYIN.read_page(body, None)
    assert (reading.problem, reading.item_count, reading.has_more) == (None, 1, None)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"{", Fault.INVALID_JSON),
        (b'{"status_code":0}', Fault.NO_CONTENT),
        (b'{"status_code":0,"user":{}}', Fault.NO_CONTENT),
        (b'{"status_code":0,"user":null}', Fault.NO_CONTENT),
        (b'{"status_code":2483,"user":{"uid":"1"}}', Fault.LOGIN),
        (b'{"status_code":0,"user":{"uid":"1"}}', None),
    ],
)
def test_profiles_are_recognised(body, fault):
    problem = DOUYIN.read_profile(body, None).problem
    assert (problem.fault if problem else None) is fault


@pytest.mark.parametrize(
    ("cursor", "following", "back"),
    [("0", "9", False), ("9", "8", False), ("8", "9", True), ("9", "0", True), ("9", "-1", True)],
)
def test_cursors_fall(cursor, following, back):
    assert DOUYIN.goes_back(cursor, following) is back


def test_an_unknown_platform_is_named():
    with pytest.raises(UserError, match="'weibo' can't be crawled yet: use accounts of douyin"):
        get_source("weibo")
