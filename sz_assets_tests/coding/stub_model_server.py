"""A stub of an OpenAI-compatible server on 127.0.0.1: no model, it says what a test tells it to.

Here: answers, good ones and broken ones, as bytes and waits. It ends by itself after so many
requests or seconds. Not here: what is expected of the client.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = bytes | float
Reply = Callable[["Question"], "list[Step]"]
MODEL, FINGERPRINT = "stub-model-1", "fp_stub"


@dataclass(frozen=True)
class Question:
    """A request as it came; header names in small letters."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    at: float

    @property
    def title(self) -> str:
        return json.loads(self.body["messages"][-1]["content"])["title"]


def http(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> list[Step]:
    """A whole answer."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    fields |= {"Connection": "close"} | dict(headers or {})
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return ["\r\n".join(lines).encode() + b"\r\n\r\n" + body]


def completion(reply: str | None, **changes: Any) -> bytes:
    """The body of a chat completion in which the model wrote `reply`."""
    message = {"role": "assistant", "content": reply}
    answer = {
        "id": "stub",
        "object": "chat.completion",
        "model": MODEL,
        "system_fingerprint": FINGERPRINT,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }
    return json.dumps(answer | changes, ensure_ascii=False).encode()


def says(category: str, **changes: Any) -> list[Step]:
    """A good answer."""
    return http(completion(json.dumps({"category": category}), **changes))


class StubModelServer:
    """Serves in threads of its own; use it in `with`. `questions` is the log of requests."""

    def __init__(self, reply: Reply, *, max_requests: int = 1000, max_seconds: float = 60.0):
        self.reply = reply
        self.questions: list[Question] = []
        stub, end = self, time.monotonic() + max_seconds

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = max_seconds

            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                question = Question(
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    json.loads(self.rfile.read(size)),
                    time.monotonic(),
                )
                stub.questions.append(question)
                self.close_connection = True
                if len(stub.questions) > max_requests or time.monotonic() > end:
                    return
                with suppress(OSError):
                    for step in stub.reply(question):
                        if isinstance(step, bytes):
                            self.wfile.write(step)
                            self.wfile.flush()
                        elif stub._stopped.wait(step):
                            return

            def log_message(self, *_: Any) -> None:
                pass

        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.daemon = True
        self._timer = threading.Timer(max_seconds, self.close)
        self._timer.daemon = True

    def __enter__(self) -> StubModelServer:
        self._thread.start()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stopped.set()
        self._timer.cancel()
        self._server.shutdown()
        self._server.server_close()

    @property
    def titles(self) -> list[str]:
        return [question.title for question in self.questions]


def in_turn(*replies: list[Step] | Reply) -> Reply:
    """Each of these once, the last for ever."""
    left: Iterator[list[Step] | Reply] = iter(replies[:-1])
    guard = threading.Lock()

    def reply(question: Question) -> list[Step]:
        with guard:
            chosen = next(left, replies[-1])
        return chosen(question) if callable(chosen) else chosen

    return reply
