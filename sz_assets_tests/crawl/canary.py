"""A canary for a cookie and one for a signer's token, and the search for them in all forms.

Here: what the tests of secrets share. Not here: any failure.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import polars as pl

CANARY = "c4n4ryOfTheCookie"
TOKEN = "t0k3nOfTheSigner"
VALUE = f"{CANARY}/+=&%7"
COOKIE = f"sessionid={VALUE}; ttwid=second {CANARY}"
# What a hostile platform sends back: the cookie plain, and in both encodings.
ECHO = "|".join(
    form
    for text in (COOKIE, VALUE)
    for form in (text, quote(text, safe=""), base64.b64encode(text.encode()).decode())
)
HEADER_ECHO = quote(COOKIE)
HTML = f"<html>{ECHO}</html>".encode()


def forms(secret: str) -> set[bytes]:
    """The secret plain, percent-encoded, and base64 at each of the three possible offsets."""
    found = {secret.encode(), "".join(f"%{ord(one):02x}" for one in secret).encode()}
    for offset in range(3):
        whole = base64.b64encode(b"x" * offset + secret.encode())
        # The characters at both ends depend on what stands beside the secret.
        found.add(whole[4 if offset else 0 : -4])
    return found


FORMS = forms(CANARY) | forms(TOKEN)


def leaks(data: bytes) -> list[bytes]:
    small = data.lower()
    return [form for form in FORMS if form in data or form.lower() in small]


def unpacked(path: Path) -> Iterable[bytes]:
    """A file's bytes, and what is compressed in them."""
    data = path.read_bytes()
    yield data
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        for column in frame.get_columns():
            for value in column.to_list():
                yield value if isinstance(value, bytes) else str(value).encode()
    elif path.suffix == ".gz":
        yield gzip.decompress(data)


def leaking_files(folder: Path) -> list[str]:
    return [
        f"{path.relative_to(folder)}: {found}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for part in unpacked(path)
        if (found := leaks(part))
    ]
