"""Keeping the session cookie out of what is stored.

Here: finding it in an answer. Not here: hiding it in settings (`settings.Secret`).
"""

from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus

from sz_assets.settings import Secret

# Shorter values, such as "1", stand in any text and identify nobody.
_SHORTEST_VALUE = 8


class Redaction:
    """Recognises a cookie's values, plain, base64 or URL-encoded."""

    def __init__(self, cookie: Secret) -> None:
        text = cookie.reveal()
        values = [pair.partition("=")[2].strip() for pair in text.split(";")]
        secrets = [value for value in (text, *values) if len(value) >= _SHORTEST_VALUE]
        self._forms = {form for secret in secrets for form in _forms(secret)}

    def of_body(self, body: bytes) -> bytes:
        """The body, or nothing if the cookie stands in it."""
        return b"" if any(form in body for form in self._forms) else body


def _forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    plain = {raw, quote(secret, safe="").encode(), quote_plus(secret).encode()}
    return plain | {base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")}
