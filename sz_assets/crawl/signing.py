"""The user's own signing hook: `module:function`, called for each request.

Here: loading and calling the hook. Not here: any signature; the project ships none.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sz_assets.errors import UserError

_OUR_HEADERS = ("host", "cookie", "user-agent", "accept-encoding", "content-length")

# A header's name (RFC 9110, 5.6.2).
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

Signer = Callable[[str, str], tuple[str, dict[str, str]]]


def load_signer(hook: str | None) -> Signer:
    """The hook as a function of method and URL, giving the URL and headers to send.

    The hook gets the method and the URL, never the cookie; it returns a URL on the same host, or
    a pair of that and a mapping of headers. Without a hook nothing is changed. UserError if the
    hook can't be loaded, raises, or returns anything else.
    """
    if hook is None:
        return lambda method, url: (url, {})
    module_name, _, function_name = hook.partition(":")
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except Exception as error:
        raise UserError(
            f"The signer {hook!r} can't be loaded ({type(error).__name__}): set it to "
            "module:function of a module that Python can import."
        ) from error

    def sign(method: str, url: str) -> tuple[str, dict[str, str]]:
        try:
            result = function(method, url)
        except Exception as error:
            # The error's own text may hold what the hook knows, so only its kind is told.
            raise UserError(
                f"The signer {hook!r} failed with {type(error).__name__}: mend it, or unset it."
            ) from None
        return _checked(hook, url, result)

    return sign


def _checked(hook: str, url: str, result: Any) -> tuple[str, dict[str, str]]:
    signed, headers = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    valid = (
        isinstance(signed, str)
        and signed.isascii()
        and signed.isprintable()
        and isinstance(headers, Mapping)
        and all(isinstance(part, str) for pair in headers.items() for part in pair)
        and all(_TOKEN.fullmatch(name) for name in headers)
        and all(text.isascii() and text.isprintable() for text in headers.values())
    )
    if not valid:
        raise UserError(
            f"The signer {hook!r} returned something else than a URL, or a URL and headers: "
            "mend it, or unset it."
        )
    if urlsplit(signed)[:2] != urlsplit(url)[:2]:
        raise UserError(
            f"The signer {hook!r} led to another host: requests go to the configured one only."
        )
    if ours := [name for name in headers if name.lower() in _OUR_HEADERS]:
        raise UserError(f"The signer {hook!r} sets the header {ours[0]!r}, which is not its own.")
    return signed, dict(headers)
