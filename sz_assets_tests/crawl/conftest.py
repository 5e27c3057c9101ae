"""A server on a raw socket, so that tests can break an answer at any byte, and a small platform."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from sz_assets.contracts.table import Table
from sz_assets.crawl.plan import AttemptResult, CrawlPlan
from sz_assets.crawl.rules import RetryRule
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.transport import TransportLimits
from sz_assets.settings import PlatformSettings, Secret
from sz_assets.storage import Lake
from sz_assets.study import Account

# Test folders are no packages: this makes `fault_server` importable.
sys.path.insert(0, str(Path(__file__).parent))

# Benchmarks lie beside the package: their pages are read here too.
sys.path.insert(0, str(Path(__file__).parents[2]))


@dataclass
class Request:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


# A handler writes the raw bytes of an answer, and says whether the connection stays open.
Handler = Callable[[Request, Callable[[bytes], None]], bool]


def http(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A whole answer."""
    head = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class RawServer:
    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.requests: list[Request] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError):
            pending = b""
            keep = True
            while keep:
                while b"\r\n\r\n" not in pending:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    pending += chunk
                head, _, pending = pending.partition(b"\r\n\r\n")
                first, *lines = head.decode().split("\r\n")
                target = urlsplit(first.split(" ")[1])
                request = Request(
                    target.path,
                    {name: values[-1] for name, values in parse_qs(target.query).items()},
                    {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)},
                )
                self.requests.append(request)
                keep = self.handler(request, connection.sendall)


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], RawServer]]:
    servers: list[RawServer] = []

    def start(handler: Handler) -> RawServer:
        servers.append(RawServer(handler))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def item(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "aweme_id": str(7_000_000_000_000_000_000 + number),
        "create_time": 1_600_000_000 + number,
        "desc": f"video {number}",
        "statistics": {"digg_count": number},
        **changes,
    }


@dataclass
class FakePlatform:
    """Lists of one account, as a mapping from cursor to what is answered there."""

    pages: dict[str, bytes] = field(default_factory=dict)
    profile: bytes = json.dumps(
        {"status_code": 0, "user": {"uid": "1", "follower_count": 5, "aweme_count": 3}}
    ).encode()

    def page(self, cursor: str, items: list[Any], more: Any, following: Any, **extra: Any) -> None:
        self.pages[cursor] = json.dumps(
            {
                "status_code": 0,
                "aweme_list": items,
                "has_more": more,
                "max_cursor": following,
                **extra,
            }
        ).encode()

    def __call__(self, request: Request, write: Callable[[bytes], None]) -> bool:
        is_profile = "profile" in request.path
        body = self.profile if is_profile else self.pages[request.query["max_cursor"]]
        write(http(body))
        return True


@pytest.fixture
def platform() -> FakePlatform:
    """Three pages with five items."""
    fake = FakePlatform()
    fake.page("0", [item(1), item(2)], 1, 300)
    fake.page("300", [item(3), item(4)], True, 200)
    fake.page("200", [item(5)], 0, 200)
    return fake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def account(identity: str = "one", **changes: Any) -> Account:
    fields = {
        "id": identity,
        "platform": "douyin",
        "platform_account_id": f"SEC-{identity}",
        "platform_uid": "1",
        "name": {"zh": "一", "en": "One"},
    }
    import msgspec

    return msgspec.convert(fields | changes, Account)


MONTH = date(2023, 10, 1)


def plan(server: RawServer, *accounts: Account, **changes: Any) -> CrawlPlan:
    settings = PlatformSettings(
        base_url=server.base_url,
        cookie=Secret(changes.pop("cookie", "")),
        signer=changes.pop("signer", None),
    )
    values: dict[str, Any] = {
        "crawl_month": MONTH,
        "accounts": accounts or (account(),),
        "origin": "simulated",
        "platforms": {"douyin": settings},
        "clock": lambda: datetime(2023, 10, 31, 4, 0, tzinfo=UTC),
        "requests_per_second": None,
        "concurrency": 4,
        "retry": RetryRule(attempts=3, first_wait=0.01, longest_wait=0.05),
        "limits": TransportLimits(deadline=5.0),
    }
    return CrawlPlan(**(values | changes))


def one_video(request: Any) -> Any:
    """A handler of `FaultServer`: no robots.txt, and for each account a list of one video."""
    from fault_server import answer

    if request.path == "/robots.txt":
        return answer(b"", 404)
    fake = FakePlatform()
    fake.page("0", [item(1)], 0, 0)
    return answer(fake.profile if "profile" in request.path else fake.pages["0"])


def crawl(lake: Lake, server: Any, *names: str, **changes: Any) -> list[AttemptResult]:
    """Crawl the accounts of these names, one at a time."""
    accounts = [account(name) for name in names or ("one",)]
    values = {"concurrency": 1} | changes
    return crawl_month(plan(server, *accounts, **values), lake, lambda progress: None)


def rows(lake: Lake, table: Table, name: str = "one") -> pl.DataFrame:
    """All that is stored of an account, in the order of its requests."""
    return lake.read_attempts(table, lake.attempts(table, MONTH, name))


@pytest.fixture
def kit() -> Any:
    """The helpers above, since test folders are no packages."""
    from types import SimpleNamespace

    return SimpleNamespace(
        http=http,
        item=item,
        account=account,
        plan=plan,
        month=MONTH,
        platform=FakePlatform,
        one_video=one_video,
        crawl=crawl,
        rows=rows,
    )
