"""Tables of the raw layer: one row per response, exactly as received, never changed."""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.table import Between, Column, Matches, OneOf, RowsBetween, Table, Type

OUTCOMES = ("ok", "refused", "failed")

_RESPONSE = (
    c.CRAWL_MONTH,
    c.ACCOUNT_ID,
    c.ATTEMPT_ID,
    c.count("request_number", "Number of the request within the attempt, from 1.", unit="index"),
    c.PLATFORM,
    c.text("outcome", "`ok`, `refused` or `failed`.", OneOf(OUTCOMES), nullable=False),
    c.text("outcome_reason", "Why the answer does not count; null if it does."),
    c.text("url", "The request's address without secrets, or the name of the imported file."),
    Column(
        "http_status",
        Type.INTEGER,
        "HTTP status; null if no answer came.",
        None,
        True,
        (Between(100, 599),),
    ),
    c.text("content_type", "Content-Type of the response."),
    c.instant("requested_at", "When the request was sent."),
    c.instant("received_at", "When the answer was complete: the instant of observation."),
    c.text("body_sha256", "SHA-256 of `body`.", Matches("^[0-9a-f]{64}$"), nullable=False),
    Column(
        "body",
        Type.BINARY,
        "The answer's decoded bytes, unchanged (an echo of the session cookie is masked).",
        "bytes",
        False,
    ),
    c.DATA_ORIGIN,
)

ACCOUNT_PROFILES = Table(
    layer="raw",
    name="account_profiles",
    grain="one row per answer to a profile request",
    description="Answers to profile requests, as received.",
    key=("crawl_month", "account_id", "attempt_id", "request_number"),
    columns=(
        *_RESPONSE,
        c.text(
            "robots_txt",
            "The host's robots.txt as it was read for the crawl; empty if there is none, null if "
            "it was not read.",
        ),
    ),
)

ACCOUNT_PAGES = Table(
    layer="raw",
    name="account_pages",
    grain="one row per answer to a request for one page of an account's video list",
    description="Pages of the accounts' public video lists, as received.",
    key=("crawl_month", "account_id", "attempt_id", "request_number"),
    columns=(
        *_RESPONSE,
        c.count(
            "page_number",
            "Page within the attempt, from 1; null if the answer was no page.",
            nullable=True,
            unit="index",
        ),
        c.text("cursor_in", "Cursor that was asked for."),
        c.text("cursor_out", "Cursor that the page gave for the next one."),
        c.flag(
            "has_more",
            "Whether the page said that more follow; null if it did not say.",
            nullable=True,
        ),
        c.count("item_count", "Items in the page as counted when it was received.", nullable=True),
    ),
    rules=(RowsBetween(minimum=1),),
)

RAW_TABLES = (ACCOUNT_PROFILES, ACCOUNT_PAGES)
