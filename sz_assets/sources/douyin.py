"""Douyin as public web clients use it: what to ask, and what its answers are.

Here: the requests and the recognition of refusals, most of which come with status 200. Not here:
signatures, captchas or ways around a refusal, which this project does not ship; the meaning of
items (`douyin_columns`) and profiles (`douyin_profiles`).
"""

from __future__ import annotations

import polars as pl

from sz_assets.sources import douyin_columns, douyin_profiles
from sz_assets.sources.douyin_json import (
    Envelope,
    NotJson,
    elements,
    is_present,
    read_flag,
    read_ids,
    read_whole,
    slice_body,
)
from sz_assets.sources.protocol import (
    Decoded,
    Fault,
    PageReading,
    Problem,
    ProfileReading,
    Query,
)
from sz_assets.study import Account

PAGE_SIZE = 20
_DATA_TYPES = ("json", "text/plain", "javascript", "octet-stream")
_LOGIN_STATUSES = (8, 2483)
_COMMON = (("device_platform", "webapp"), ("aid", "6383"), ("channel", "channel_pc_web"))


class Douyin:
    """The source of accounts whose platform is `douyin`; `platform_account_id` is `sec_user_id`."""

    platform = "douyin"
    first_cursor = "0"

    def profile_query(self, account: Account) -> Query:
        return Query(
            "/aweme/v1/web/user/profile/other/",
            (*_COMMON, ("sec_user_id", account.platform_account_id)),
        )

    def page_query(self, account: Account, cursor: str) -> Query:
        return Query(
            "/aweme/v1/web/aweme/post/",
            (
                *_COMMON,
                ("sec_user_id", account.platform_account_id),
                ("max_cursor", cursor),
                ("count", str(PAGE_SIZE)),
            ),
        )

    def read_profile(self, body: bytes, content_type: str | None) -> ProfileReading:
        problem = _not_json(body, content_type)
        if problem is None:
            try:
                envelope = slice_body(body).envelope or Envelope()
            except NotJson as error:
                return ProfileReading(Problem(Fault.INVALID_JSON, f"not JSON ({error})"))
            problem = _refusal(envelope)
        if problem is None and douyin_profiles.read_user(body) is None:
            problem = Problem(Fault.NO_CONTENT, "an answer without a profile")
        return ProfileReading(problem)

    def read_page(self, body: bytes, content_type: str | None) -> PageReading:
        if problem := _not_json(body, content_type):
            return PageReading(problem)
        try:
            sliced = slice_body(body)
        except NotJson as error:
            return PageReading(Problem(Fault.INVALID_JSON, f"not JSON ({error})"))
        envelope = sliced.envelope
        if envelope is None:
            return PageReading(Problem(Fault.NO_CONTENT, "an answer without a page"))
        if problem := _refusal(envelope):
            return PageReading(problem)
        asks_for_login = is_present(envelope.not_login_module)
        if not sliced.items and asks_for_login:
            return PageReading(Problem(Fault.LOGIN, "a request to log in (not_login_module)"))
        # An object that is itself an item is a saved file, never a page.
        if sliced.items is None or elements(envelope.aweme_list) is None:
            return PageReading(Problem(Fault.NO_CONTENT, "an answer without a list of videos"))
        return PageReading(
            item_count=len(sliced.items),
            # Beside a request to log in, "no more" means no more for strangers.
            has_more=None if asks_for_login else read_flag(envelope.has_more),
            next_cursor=_cursor(envelope),
            video_ids=read_ids(sliced.items),
        )

    def goes_back(self, cursor: str, next_cursor: str) -> bool:
        """Cursors are times in milliseconds and fall from page to page; 0 asks for the start."""
        if int(next_cursor) <= 0:
            return True
        return cursor != self.first_cursor and int(next_cursor) > int(cursor)

    def decode_pages(self, pages: pl.DataFrame) -> Decoded:
        return douyin_columns.decode_pages(pages)

    def decode_profiles(self, profiles: pl.DataFrame) -> pl.DataFrame:
        return douyin_profiles.decode_profiles(profiles)


def _not_json(body: bytes, content_type: str | None) -> Problem | None:
    """What can be said before the body is read as JSON."""
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if not start.strip():
        return Problem(Fault.EMPTY, "an empty answer")
    if start.lstrip(b'"').startswith(b"blocked"):
        return Problem(Fault.BLOCKED, "the answer 'blocked'")
    if start.startswith(b"<") or "html" in (content_type or "").lower():
        return Problem(Fault.HTML, "a web page instead of data, often a captcha")
    if content_type and not any(kind in content_type.lower() for kind in _DATA_TYPES):
        return Problem(Fault.CONTENT_TYPE, "a content type that is neither JSON nor text")
    return None


def _refusal(envelope: Envelope) -> Problem | None:
    """Refusals that come as JSON."""
    status = read_whole(envelope.status_code)
    if status in _LOGIN_STATUSES:
        return Problem(Fault.LOGIN, f"a request to log in (status_code {status})")
    if is_present(envelope.verify_ticket):
        return Problem(Fault.VERIFICATION, "a request for verification (verify_ticket)")
    if status or (status is None and is_present(envelope.status_code)):
        told = "that can't be read" if status is None else str(status)
        return Problem(Fault.PLATFORM_STATUS, f"the platform's status_code {told}")
    return None


def _cursor(envelope: Envelope) -> str | None:
    """The time that asks for the next page; nothing else is a cursor, nor stored as one."""
    number = read_whole(envelope.max_cursor)
    return None if number is None else str(number)
