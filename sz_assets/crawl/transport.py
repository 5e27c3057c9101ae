"""One GET request to one host, and the whole answer or the reason why there is none.

Here: the network. No redirect is followed, no proxy of the environment is used, no cookie that a
server sets is kept. Not here: pace and retries (`crawl.session`), what a body says (`sources`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

import httpx

from sz_assets.crawl.body import ACCEPTED_ENCODINGS, BodyBuffer, BodyCorrupt, BodyTooLarge
from sz_assets.crawl.rules import fault_of_status, retry_after_seconds
from sz_assets.crawl.signing import load_signer
from sz_assets.errors import UserError
from sz_assets.settings import PlatformSettings
from sz_assets.sources.protocol import Fault, Problem, Query


@dataclass(frozen=True)
class TransportLimits:
    """Bounds of one request: decoded bytes of the body, and seconds."""

    body_bytes: int = 8 * 1024 * 1024
    deadline: float = 60.0
    connect: float = 10.0


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is empty if no whole body came; `url` holds nothing secret."""

    url: str
    requested_at: datetime
    received_at: datetime
    status: int | None = None
    content_type: str | None = None
    retry_after: float | None = None
    body: bytes = b""
    problem: Problem | None = None


class Transport:
    """A client for one platform's address. Use it in `async with`.

    UserError if the address, the cookie or the signer can't be used.
    """

    def __init__(
        self,
        platform: PlatformSettings,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        concurrency: int = 1,
        limits: TransportLimits | None = None,
    ) -> None:
        self._base_url = platform.base_url.rstrip("/")
        self._clock = clock
        self._limits = limits or TransportLimits()
        self._sign = load_signer(platform.signer)
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "User-Agent": _header("User-Agent", user_agent),
        }
        if platform.cookie:
            self._headers["Cookie"] = _header("cookie", platform.cookie.reveal())
        address = urlsplit(self._base_url)
        try:
            _ = address.port
        except ValueError:
            raise UserError(f"{self._base_url} has an impossible port: correct it.") from None
        # A context without any authority: plain HTTP needs none, and loading them takes time.
        is_plain = address.scheme == "http"
        self._http = httpx.AsyncHTTPTransport(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else True,
            trust_env=False,
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def get(self, query: Query) -> Answer:
        """Send the request and read the whole answer within the deadline.

        A fault of the network, the status or the body is an answer with a `problem`.
        UserError if the signer fails or the address can't be requested.
        """
        url = f"{self._base_url}{query.path}?{urlencode(query.parameters)}"
        signed_url, signed_headers = self._sign("GET", url)
        limits = self._limits
        timeout = {"connect": limits.connect, "read": limits.deadline, "write": limits.deadline}
        try:
            request = httpx.Request(
                "GET",
                signed_url,
                headers=self._headers | signed_headers,
                extensions={"timeout": timeout},
            )
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise UserError(
                f"The request to {self._base_url} is no address that can be asked for: check the "
                "base URL and the signer."
            ) from None
        requested_at = self._clock()
        seen = _Seen()
        try:
            async with asyncio.timeout(limits.deadline):
                await self._receive(request, seen)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout):
            seen.fail(Fault.DEADLINE, f"no whole answer within {limits.deadline:g} s")
        except (httpx.ConnectError, httpx.ConnectTimeout):
            seen.fail(Fault.CONNECT, "no connection to the platform")
        except httpx.TransportError as error:
            # The error's own text may quote headers, so only its kind is told.
            seen.fail(Fault.INTERRUPTED, f"the transfer broke off ({type(error).__name__})")
        except BodyTooLarge:
            seen.fail(Fault.TOO_LARGE, f"an answer of more than {limits.body_bytes:,} bytes")
        except BodyCorrupt as error:
            seen.fail(Fault.ENCODING, str(error))
        return Answer(
            url=url,
            requested_at=requested_at,
            received_at=self._clock(),
            status=seen.status,
            content_type=seen.content_type,
            retry_after=seen.retry_after,
            body=seen.body,
            problem=seen.problem,
        )

    async def _receive(self, request: httpx.Request, seen: _Seen) -> None:
        response = await self._http.handle_async_request(request)
        try:
            seen.status = response.status_code
            seen.content_type = response.headers.get("content-type")
            seen.retry_after = retry_after_seconds(
                response.headers.get("retry-after"), datetime.now(UTC)
            )
            if fault := fault_of_status(response.status_code):
                seen.problem = Problem(fault, f"HTTP status {response.status_code}")
            buffer = BodyBuffer(response.headers.get("content-encoding"), self._limits.body_bytes)
            async for chunk in response.aiter_raw():
                buffer.feed(chunk)
            seen.body = buffer.finish()
        finally:
            await response.aclose()


class _Seen:
    """What is known of an answer so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.content_type: str | None = None
        self.retry_after: float | None = None
        self.body = b""
        self.problem: Problem | None = None

    def fail(self, fault: Fault, detail: str) -> None:
        """Record a fault, unless the status has told a better one already."""
        self.problem = self.problem or Problem(fault, detail)


def _header(name: str, value: str) -> str:
    """A value that may be sent as a header; UserError, which does not show it, if it may not."""
    if not (value.isascii() and value.isprintable()):
        raise UserError(
            f"The {name} holds characters that can't be sent: copy it again as one line of text."
        )
    return value
