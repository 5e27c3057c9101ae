"""An OpenAI-compatible chat endpoint: one question, and a whole completion or why there is none.

Here: the network, its bounds, pace and repeats. One host is asked, the configured one: no redirect
is followed and no proxy of the environment is used. Nothing that is not a completion is kept, and
no text of a server stands in an error. Not here: what is asked (`prompt`), or what is stored.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from sz_assets.coding.machine.prompt import as_text
from sz_assets.errors import UserError
from sz_assets.settings import LanguageModelSettings, Secret

if TYPE_CHECKING:
    import httpx

# What local servers take for a key is often a word ("none", "ollama"); a word is no secret.
_SHORTEST_SECRET = 12
_STOPPING = {
    401: "it does not accept the key: check SZ_CODING_LLM_KEY",
    403: "it refuses: check SZ_CODING_LLM_KEY and what it may be used for",
    404: "it knows no such address or model: check SZ_CODING_LLM_BASE_URL, which mostly ends with "
    "/v1, and SZ_CODING_LLM_MODEL",
}


@dataclass(frozen=True)
class EndpointLimits:
    """Bounds: bytes of an answer; seconds of a whole request, of connecting and between repeats.

    A failed request is repeated after a wait that doubles, `attempts` requests in all. A server
    that asks for more patience than `longest_wait` is left alone.
    """

    body_bytes: int = 1024 * 1024
    deadline: float = 120.0
    connect: float = 10.0
    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 60.0
    requests_per_second: float = 5.0


@dataclass(frozen=True)
class Completion:
    """A completion: `raw` is the whole answer unchanged, `reply` what the model wrote."""

    raw: str
    reply: str | None
    served_model: str | None
    system_fingerprint: str | None
    finish_reason: str | None


class NoCompletion(Exception):
    """There is no completion; the message says why.

    `is_repeatable`: the same request may do better later. `is_final`: no other request will do
    better than this one, so that nothing more should be asked.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_repeatable: bool = False,
        is_final: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.is_repeatable, self.is_final, self.retry_after = is_repeatable, is_final, retry_after


class Endpoint:
    """Asks one endpoint, one request at a time. Use it in `async with`.

    UserError if the key can't be sent.
    """

    def __init__(
        self,
        settings: LanguageModelSettings,
        limits: EndpointLimits | None = None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        import httpx

        self._url = f"{settings.base_url}/chat/completions"
        self._model, self._key = settings.model, settings.key
        self._limits = limits or EndpointLimits()
        self._sleep, self._jitter = sleep, jitter
        self._forms = _forms(settings.key)
        self._next = -float("inf")
        if not (self._key.reveal().isascii() and self._key.reveal().isprintable()):
            raise UserError(
                "SZ_CODING_LLM_KEY holds characters that can't be sent: copy it again as one line."
            )
        # The client library logs each header, also of those sent back.
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        # A context without any authority: plain HTTP needs none, and loading them takes time.
        is_plain = self._url.startswith("http:")
        self._http = httpx.AsyncHTTPTransport(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else True,
            trust_env=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def complete(self, messages: Sequence[Mapping[str, str]], seed: int) -> Completion:
        """The completion of these messages at temperature 0. Raises NoCompletion."""
        question = {
            "model": self._model,
            "messages": list(messages),
            "temperature": 0,
            "seed": seed,
            "stream": False,
        }
        content = json.dumps(question, ensure_ascii=False).encode()
        failures = 0
        while True:
            await self._turn()
            try:
                return self._completion(await self._post(content))
            except NoCompletion as failure:
                failures += 1
                wait = self._wait(failure, failures)
            await self._sleep(wait)

    async def _turn(self) -> None:
        while (left := self._next - time.monotonic()) > 0:
            await self._sleep(left)
        self._next = time.monotonic() + 1 / self._limits.requests_per_second

    def _wait(self, failure: NoCompletion, failures: int) -> float:
        """Seconds until the request is repeated; raises the failure if it is not to be."""
        limits, asked = self._limits, failure.retry_after
        if asked is not None and asked > limits.longest_wait:
            raise NoCompletion(
                f"{failure}, and it asks to be left alone for {asked:,.0f} s: run the same command "
                "again after that",
                is_final=True,
            ) from None
        if not failure.is_repeatable or failures >= limits.attempts:
            raise failure
        wait = limits.first_wait * 2.0 ** (failures - 1) * (1 + self._jitter())
        return max(min(wait, limits.longest_wait), asked or 0.0)

    async def _post(self, content: bytes) -> bytes:
        import httpx

        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key.reveal()}"
        # After connecting the deadline of the whole holds alone.
        timeout = {"timeout": {"connect": self._limits.connect}}
        request = httpx.Request(
            "POST", self._url, headers=headers, content=content, extensions=timeout
        )
        try:
            async with asyncio.timeout(self._limits.deadline):
                return await self._receive(request)
        except TimeoutError:
            reason = f"no whole answer within {self._limits.deadline:g} s"
        except (httpx.ConnectError, httpx.ConnectTimeout):
            reason = "no connection: check that it runs and SZ_CODING_LLM_BASE_URL"
        except (httpx.TransportError, OSError) as error:
            # An error's text may quote headers, so only its kind is told.
            reason = f"the transfer broke off ({type(error).__name__})"
        raise NoCompletion(reason, is_repeatable=True)

    async def _receive(self, request: httpx.Request) -> bytes:
        response = await self._http.handle_async_request(request)
        try:
            if response.status_code != 200:
                raise _refusal(response.status_code, response.headers)
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise NoCompletion("a compressed answer, which was not asked for")
            parts, size = [], 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > self._limits.body_bytes:
                    raise NoCompletion(f"an answer of more than {self._limits.body_bytes:,} bytes")
                parts.append(chunk)
            return b"".join(parts)
        finally:
            await response.aclose()

    def _completion(self, body: bytes) -> Completion:
        try:
            raw = body.decode()
            answer = json.loads(raw)
            choice = answer["choices"][0]
            reply = choice["message"]["content"]
        except (ValueError, RecursionError, LookupError, TypeError):
            raise NoCompletion("an answer that is no chat completion", is_repeatable=True) from None
        shown = (raw, json.dumps(answer, ensure_ascii=False))
        if any(form in text for form in self._forms for text in shown):
            raise NoCompletion(
                "its answer repeats the key, so that it could not be kept: ask another endpoint, "
                "and replace the key",
                is_final=True,
            )
        return Completion(
            raw=raw,
            reply=reply if isinstance(reply, str) else None,
            served_model=as_text(answer.get("model")),
            system_fingerprint=as_text(answer.get("system_fingerprint")),
            finish_reason=as_text(choice.get("finish_reason")),
        )


def _refusal(status: int, headers: Mapping[str, str]) -> NoCompletion:
    if 300 <= status < 400:
        return NoCompletion(
            "it leads to another address, which is not followed: check SZ_CODING_LLM_BASE_URL",
            is_final=True,
        )
    if status in _STOPPING:
        return NoCompletion(_STOPPING[status], is_final=True)
    return NoCompletion(
        f"HTTP status {status}",
        is_repeatable=status in (408, 425, 429) or status >= 500,
        retry_after=retry_after_seconds(headers.get("retry-after"), datetime.now(UTC)),
    )


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3); None if it says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _forms(key: Secret) -> set[str]:
    """The key as a server may send it back: plain, percent-encoded, in base64 at any offset."""
    text = key.reveal()
    if len(text) < _SHORTEST_SECRET:
        return set()
    raw: Any = text.encode(errors="replace")
    cores = set()
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw).decode()
        # The signs at both ends depend on what stands beside the key.
        cores.add(whole[-(-offset * 4 // 3) : (offset + len(raw)) * 4 // 3])
    urlsafe = {core.translate(str.maketrans("+/", "-_")) for core in cores}
    return {text, quote(text, safe="", errors="replace"), *cores, *urlsafe}
