"""An HTTP/1.1 server on a raw socket that can break an answer at any byte, in any way.

Here: answers as steps on the wire. A handler takes the request and returns its steps: bytes are
sent, a number is waited for in seconds, `End` ends the connection. `answer` makes the steps of a
well-formed answer; `cut`, `drip`, `bomb`, `endless_headers` and `GARBAGE` make faults. A handler
may be a generator, so it can also act between two steps. Not here: what a platform says.
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit


class End(Enum):
    """How a connection ends: with an orderly FIN, or with a RST that discards what was sent."""

    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True)
class Request:
    """A request as it came; header names in small letters, `at` in monotonic seconds."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    connection: int


Step = bytes | float | End
Handler = Callable[[Request], Iterable[Step]]
Framing = Literal["length", "chunked", "close"]
Coding = Literal["gzip", "deflate"]

GARBAGE: tuple[Step, ...] = (b"\x16\x03\x01 neither HTTP nor anything else\r\n\r\n", End.CLOSE)


def encode(
    body: bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    framing: Framing = "length",
    coding: Coding | None = None,
    declared_length: int | None = None,
    chunk_size: int = 4096,
) -> bytes:
    """The bytes of a whole answer. A wrong `declared_length` makes it a fault."""
    fields = {"Content-Type": "application/json"}
    if coding:
        body = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
        fields["Content-Encoding"] = coding
    if framing == "length":
        length = len(body) if declared_length is None else declared_length
        fields["Content-Length"] = str(length)
    elif framing == "chunked":
        fields["Transfer-Encoding"] = "chunked"
        parts = [body[at : at + chunk_size] for at in range(0, len(body), chunk_size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])
    else:
        fields["Connection"] = "close"
    fields |= headers or {}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answer(
    body: bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    framing: Framing = "length",
    coding: Coding | None = None,
) -> Iterator[Step]:
    """A well-formed answer."""
    yield encode(body, status, headers, framing=framing, coding=coding)
    if framing == "close":
        yield End.CLOSE


def cut(whole: bytes, at: int, end: End | float = End.CLOSE) -> Iterator[Step]:
    """The first `at` bytes of an encoded answer, then an end, or silence for so many seconds."""
    # A RST may overtake what was sent just before, so the client gets a moment to read it.
    yield from (whole[:at], 0.02, end, End.CLOSE)


def body_start(whole: bytes) -> int:
    """Where the body of an encoded answer begins."""
    return whole.index(b"\r\n\r\n") + 4


def drip(whole: bytes, seconds: float, *, size: int = 1, start: int = 0) -> Iterator[Step]:
    """The answer in pieces of `size` bytes from `start` on, with a wait before each."""
    yield whole[:start]
    for at in range(start, len(whole), size):
        yield from (seconds, whole[at : at + size])


def bomb(decoded_bytes: int, *, coding: Coding = "gzip") -> Iterator[Step]:
    """A small compressed body that unpacks into spaces, streamed as it is made."""
    yield encode(b"", headers={"Content-Encoding": coding}, framing="close")
    packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    for _ in range(decoded_bytes // 2**20):
        if piece := packer.compress(b" " * 2**20):
            yield piece
    yield from (packer.flush(), End.CLOSE)


def endless_headers() -> Iterator[Step]:
    """A status line, then header fields for as long as the client reads them."""
    yield b"HTTP/1.1 200 OK\r\n"
    number = 0
    while True:
        number += 1
        yield b"X-Field-%d: %s\r\n" % (number, b"x" * 1000)


class FaultServer:
    """Serves on a free port of 127.0.0.1 in threads of its own; use it in `with`.

    It stops by itself: after `max_requests` every connection is reset, after `max_seconds` all
    are closed. `requests` is the log; `errors` what a handler raised, which `with` raises again.
    """

    def __init__(
        self, handler: Handler, *, max_requests: int = 10_000, max_seconds: float = 300.0
    ) -> None:
        self.handler = handler
        self.requests: list[Request] = []
        self.errors: list[Exception] = []
        self._max_requests = max_requests
        self._end = time.monotonic() + max_seconds
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.settimeout(0.2)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if self.errors and error is None:
            raise self.errors[0]

    def close(self) -> None:
        """Stop listening, and end all waits and connections."""
        self._stopped.set()
        self._thread.join()

    def _accept(self) -> None:
        number = 0
        with self._listener:
            while time.monotonic() < self._end and not self._stopped.is_set():
                with suppress(TimeoutError):
                    connection, _ = self._listener.accept()
                    number += 1
                    arguments = (connection, number)
                    threading.Thread(target=self._serve, args=arguments, daemon=True).start()
        self._stopped.set()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(0.2)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError):
            pending = b""
            while not self._stopped.is_set():
                while b"\r\n\r\n" not in pending:
                    if (chunk := self._receive(connection)) == b"":
                        return
                    pending += chunk
                head, _, pending = pending.partition(b"\r\n\r\n")
                request = _parse(head, number)
                with self._guard:
                    self.requests.append(request)
                    is_over = len(self.requests) > self._max_requests
                if is_over:
                    return _reset(connection)
                try:
                    if not self._play(connection, self.handler(request)):
                        return
                except OSError:
                    raise
                except Exception as error:
                    self.errors.append(error)
                    return _reset(connection)

    def _receive(self, connection: socket.socket) -> bytes:
        while not self._stopped.is_set():
            with suppress(TimeoutError):
                return connection.recv(65536)
        return b""

    def _play(self, connection: socket.socket, steps: Iterable[Step]) -> bool:
        """Carry out the steps; False if the connection is over."""
        for step in steps:
            if isinstance(step, bytes):
                self._send(connection, step)
            elif isinstance(step, End):
                if step is End.RESET:
                    _reset(connection)
                return False
            elif self._stopped.wait(step):
                return False
        return True

    def _send(self, connection: socket.socket, data: bytes) -> None:
        view = memoryview(data)
        while view and not self._stopped.is_set():
            with suppress(TimeoutError):
                view = view[connection.send(view) :]


def _reset(connection: socket.socket) -> None:
    # Lingering for no time at all makes the system send RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _parse(head: bytes, connection: int) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    target = urlsplit(first.split(" ")[1])
    fields = (line.partition(":") for line in lines)
    return Request(
        path=target.path,
        query={name: values[-1] for name, values in parse_qs(target.query).items()},
        headers={name.lower(): value.strip() for name, _, value in fields},
        at=time.monotonic(),
        connection=connection,
    )
