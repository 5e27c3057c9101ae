"""One GET request to one host, and the whole answer or the reason why there is none.

Here: the network. No redirect is followed, no proxy of the environment is used, no cookie that a
server sets is kept. Not here: pace and retries (`crawl.session`), what a body says (`sources`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

import httpx

from sz_assets.crawl.body import (
    ACCEPTED_ENCODINGS,
    BodyBuffer,
    BodyCorrupt,
    BodyTooLarge,
    CodingNotAsked,
)
from sz_assets.crawl.redaction import silence_client_library
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

    `clock` is the platform's present, which answers are stamped with; `wall_clock` that of this
    machine, against which a date in `Retry-After` is held. Both are aware. UserError if the
    address, the cookie, the User-Agent or the signer can't be used.
    """

    def __init__(
        self,
        platform: PlatformSettings,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        concurrency: int = 1,
        limits: TransportLimits | None = None,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base_url = platform.base_url.rstrip("/")
        self._clock, self._wall_clock = clock, wall_clock
        self.user_agent = user_agent
        self._limits = limits or TransportLimits()
        self._sign = load_signer(platform.signer)
        self._open_headers = {
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "User-Agent": _header("User-Agent", user_agent),
        }
        self._headers = self._open_headers | {"Accept": "application/json"}
        if platform.cookie:
            self._headers["Cookie"] = _header("cookie", platform.cookie.reveal())
        address = urlsplit(self._base_url)
        try:
            _ = address.port
        except ValueError:
            raise UserError(f"{self._base_url} has an impossible port: correct it.") from None
        # A context without any authority: plain HTTP needs none, and loading them takes time.
        is_plain = address.scheme == "http"
        silence_client_library()
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

    def address(self, query: Query) -> str:
        """The address of a request, before it is signed."""
        return f"{self._base_url}{query.path}?{urlencode(query.parameters)}"

    def root_address(self, path: str) -> str:
        """The address of a path at the host's root."""
        return f"{'://'.join(urlsplit(self._base_url)[:2])}{path}"

    def now(self) -> datetime:
        """The platform's present."""
        return self._clock()

    def unsent(self, url: str, problem: Problem) -> Answer:
        """What stands for the answer to a request that was not sent."""
        now = self._clock()
        return Answer(url, now, now, problem=problem)

    async def get(self, query: Query) -> Answer:
        """Send the request and read the whole answer within the deadline.

        A fault of the network, the status or the body is an answer with a `problem`.
        UserError if the signer fails or the address can't be requested.
        """
        url = self.address(query)
        signed_url, signed_headers = self._sign("GET", url)
        return await self._send(url, signed_url, self._headers | signed_headers)

    async def get_openly(self, path: str) -> Answer:
        """The same for a path at the host's root, without cookie and signature."""
        url = self.root_address(path)
        return await self._send(url, url, self._open_headers)

    async def _send(self, url: str, signed_url: str, headers: dict[str, str]) -> Answer:
        limits = self._limits
        # What comes after connecting has the deadline of the whole alone: a timer for each read
        # would end no sooner.
        timeout = {"timeout": {"connect": limits.connect}}
        try:
            request = httpx.Request("GET", signed_url, headers=headers, extensions=timeout)
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
        except TimeoutError:
            seen.fail(Fault.DEADLINE, f"no whole answer within {limits.deadline:g} s")
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            seen.fail(*_connection_fault(error))
        except (httpx.TransportError, OSError) as error:
            # A damaged TLS record comes as it is, past the client library's own errors. An error's
            # text may quote headers, so only its kind is told.
            seen.fail(Fault.INTERRUPTED, f"the transfer broke off ({type(error).__name__})")
        except BodyTooLarge:
            seen.fail(Fault.TOO_LARGE, f"an answer of more than {limits.body_bytes:,} bytes")
        except BodyCorrupt as error:
            seen.fail(Fault.ENCODING, str(error))
        except CodingNotAsked:
            seen.fail(Fault.UNASKED_CODING, f"a compression beside {ACCEPTED_ENCODINGS}")
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
                response.headers.get("retry-after"),
                self._wall_clock(),
                response.headers.get("date"),
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


def _connection_fault(error: BaseException) -> tuple[Fault, str]:
    """Which step of connecting failed, by the first cause that the client library keeps."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return Fault.DNS, "the platform's name has no address"
        if isinstance(cause, ssl.SSLError):
            kind = "certificate" if isinstance(cause, ssl.SSLCertVerificationError) else "handshake"
            return Fault.TLS, f"no encrypted connection ({kind} failed)"
        cause = cause.__cause__ or cause.__context__
    return Fault.CONNECT, "no connection to the platform"


def _header(name: str, value: str) -> str:
    """A value that may be sent as a header; UserError, which does not show it, if it may not."""
    if not (value.isascii() and value.isprintable()):
        raise UserError(
            f"The {name} holds characters that can't be sent: copy it again as one line of text."
        )
    return value
