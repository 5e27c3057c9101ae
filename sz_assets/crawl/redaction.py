"""Keeping the session cookie out of what is stored and logged.

Here: finding it in an answer, and silencing the one logger that quotes headers. Not here: hiding
it in settings (`settings.Secret`).
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
from urllib.parse import quote, quote_plus, unquote

from sz_assets.settings import Secret

_ESCAPE = re.compile("%[0-9A-F]{2}")
# Shorter values, such as "1", stand in any text and identify nobody.
_SHORTEST_VALUE = 8
# Shorter ones may be a word that a page holds by itself, and pages are evidence. So may a number
# of any length be the id of a video or an account: it names something, and opens nothing.
_SHORTEST_IN_PAGE = 16


class Redaction:
    """Recognises a cookie's values: plain, URL-encoded, escaped, or in base64 at any offset."""

    def __init__(self, cookie: Secret) -> None:
        text = cookie.reveal()
        values = [pair.partition("=")[2].strip() for pair in text.split(";")]
        secrets = {value for value in (text, *values) if len(value) >= _SHORTEST_VALUE}
        self._forms = {form for secret in secrets for form in _forms(secret)}
        long = {
            secret
            for secret in secrets
            if len(secret) >= _SHORTEST_IN_PAGE and not secret.isdecimal()
        }
        # The longest first, so that the whole cookie goes before its parts.
        self._long_forms = sorted({form for one in long for form in _forms(one)}, key=len)[::-1]

    def of_body(self, body: bytes) -> bytes:
        """A body that does not count: as it is, or nothing if the cookie stands in it."""
        return b"" if any(form in body for form in self._forms) else body

    def of_page(self, body: bytes) -> bytes:
        """A body that counts, with asterisks in place of the cookie's long values."""
        for form in self._long_forms:
            if form in body:
                body = body.replace(form, b"*" * len(form))
        return body

    def of_text(self, text: str | None) -> str | None:
        """A header's value, or None if the cookie stands in it."""
        return text if text is None or self.of_body(text.encode(errors="replace")) else None


def silence_client_library() -> None:
    """Keep the client library's log of each header, also of those sent back, from every log."""
    logging.getLogger("httpcore").setLevel(logging.WARNING)


def _forms(secret: str) -> set[bytes]:
    raw = secret.encode(errors="replace")
    inside_json = json.dumps(secret)[1:-1]
    escaped = quote(secret, safe="", errors="replace")
    texts = {
        secret,
        unquote(secret),
        escaped,
        _ESCAPE.sub(lambda found: found[0].lower(), escaped),
        quote(escaped, safe=""),
        quote(secret, errors="replace"),
        quote_plus(secret, errors="replace"),
        inside_json,
        inside_json.replace("/", "\\/"),
        html.escape(secret),
    }
    encoded = [_base64_core(raw, offset) for offset in range(3)]
    urlsafe = [core.translate(bytes.maketrans(b"+/", b"-_")) for core in encoded]
    return {text.encode(errors="replace") for text in texts} | {*encoded, *urlsafe}


def _base64_core(raw: bytes, offset: int) -> bytes:
    """The part of the base64 that depends on `raw` alone, `offset` bytes after a multiple of 3."""
    whole = base64.b64encode(b"\0" * offset + raw)
    return whole[-(-offset * 4 // 3) : (offset + len(raw)) * 4 // 3]
