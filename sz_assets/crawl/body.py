"""A response's body from its raw bytes: decompressed here, with a cap and a check of its end.

Here: what the client library leaves open: it accepts a compressed body that was cut short, and
unpacks a small one into any amount of memory. Not here: the transfer (`crawl.transport`).
"""

from __future__ import annotations

import zlib

# What is asked for; anything else that comes is refused. Brotli and Zstandard would need packages
# beside the standard library, and spare little: pages are small, and one a second is asked for.
ACCEPTED_ENCODINGS = "gzip, deflate"


class BodyTooLarge(Exception):
    """The body is larger than allowed."""


class BodyCorrupt(Exception):
    """The body can't be decompressed, or ends before its end. The message says which."""


class CodingNotAsked(Exception):
    """The body has a content coding that was not asked for."""


class BodyBuffer:
    """Collects a body of at most `limit` decoded bytes. `feed` the raw bytes, then `finish`.

    Raises CodingNotAsked for an `encoding` beside `ACCEPTED_ENCODINGS`, or more than one.
    """

    def __init__(self, encoding: str | None, limit: int) -> None:
        name = (encoding or "identity").strip().lower()
        if name not in ("identity", "gzip", "x-gzip", "deflate"):
            raise CodingNotAsked
        self._encoding = name
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = self._raw_size = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes. Raises BodyTooLarge or BodyCorrupt."""
        # Empty members are no decoded bytes, however many there are.
        self._raw_size += len(chunk)
        if self._raw_size > self._limit:
            raise BodyTooLarge
        if self._encoding == "identity":
            self._keep(chunk)
            return
        while chunk:
            if self._stream is None or self._stream.eof:
                # A gzip body may consist of several members one after the other.
                if self._stream is not None and not chunk.strip(b"\0"):
                    return  # zeros after the end are padding
                if self._stream is not None and self._encoding == "deflate":
                    raise BodyCorrupt("bytes after the end of the compressed body")
                self._stream = zlib.decompressobj(self._window(chunk))
            try:
                self._keep(self._stream.decompress(chunk, self._limit - self._size + 1))
            except zlib.error:
                raise BodyCorrupt("a corrupt compressed body") from None
            chunk = self._stream.unused_data or self._stream.unconsumed_tail

    def finish(self) -> bytes:
        """The whole decoded body. Raises BodyCorrupt if the compressed stream has no end."""
        if self._stream is not None and not self._stream.eof:
            raise BodyCorrupt("a compressed body that was cut short")
        return b"".join(self._parts)

    def _window(self, start: bytes) -> int:
        if self._encoding != "deflate":
            return 16 + zlib.MAX_WBITS
        # "deflate" means the zlib format (RFC 9110, 8.4.1.2), but some servers leave its frame out;
        # a bare stream would start with these bits only if its unused padding were set.
        has_frame = start[0] & 0x0F == 8
        return zlib.MAX_WBITS if has_frame else -zlib.MAX_WBITS

    def _keep(self, decoded: bytes) -> None:
        self._size += len(decoded)
        if self._size > self._limit:
            raise BodyTooLarge
        if decoded:
            self._parts.append(decoded)
