"""Pages per second and CPU per page of a crawl, beside a bare httpx loop and scrapy.

All ask the same server on 127.0.0.1, which answers after 50 ms, for the same pages with the same
number of requests at a time. Server and contestants are processes of their own; a contestant's
clock starts when it is loaded. Ours also checks, stores and judges what the others drop.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from statistics import median
from typing import Any

import msgspec

from benchmarks.homes import fresh_home

ACCOUNTS = 13
PAGES = 40
CONCURRENCY = 13
LATENCY_SECONDS = 0.05
ITEMS = 20
PATH = "/aweme/v1/web/aweme/post/"
PROFILE_PATH = "/aweme/v1/web/user/profile/other/"


@dataclass(frozen=True)
class CrawlSpeed:
    """Pages per second of wall clock, and milliseconds of CPU per page."""

    pages_per_second: float
    cpu_ms: float


class Next(msgspec.Struct):
    """All that a bare loop reads of a page."""

    has_more: int
    max_cursor: int


def _answers() -> dict[bytes, bytes]:
    """Whole answers by cursor; `profile` for profiles."""
    words = " ".join(f"{number * 7919 % 10_007:x}" for number in range(600))
    bodies: dict[bytes, Any] = {
        b"profile": {"status_code": 0, "user": {"uid": "1", "follower_count": 5}}
    }
    for page in range(PAGES):
        items = [
            {
                "aweme_id": str(7_000_000_000_000_000_000 + page * ITEMS + number),
                "create_time": 1_690_000_000 - page * ITEMS - number,
                "desc": f"video {number} of page {page}",
                "statistics": {"digg_count": number, "comment_count": page},
                "video": {"duration": 15_000, "note": words[number:]},
            }
            for number in range(ITEMS)
        ]
        is_last = page == PAGES - 1
        bodies[str((PAGES - page) % PAGES).encode()] = {
            "status_code": 0,
            "aweme_list": items,
            "has_more": int(not is_last),
            "max_cursor": PAGES - page - 1,
        }
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    )
    packed = {key: gzip.compress(json.dumps(body).encode(), 6) for key, body in bodies.items()}
    return {key: head % len(body) + body for key, body in packed.items()}


class _Server(asyncio.Protocol):
    answers: dict[bytes, bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        target = data.split(b" ", 2)[1]
        cursor = target.partition(b"max_cursor=")[2].partition(b"&")[0]
        answer = self.answers[cursor or b"profile"]
        asyncio.get_running_loop().call_later(LATENCY_SECONDS, self.transport.write, answer)


async def _serve() -> None:
    _Server.answers = _answers()
    server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    # It lives no longer than the process that holds the other end of its standard input.
    await asyncio.to_thread(sys.stdin.read)


def crawl_ours(base_url: str) -> CrawlSpeed:
    """`crawl_month`, with everything that it stores."""
    from sz_assets.crawl.plan import CrawlPlan
    from sz_assets.crawl.session import crawl_month
    from sz_assets.settings import PlatformSettings
    from sz_assets.storage import Lake
    from sz_assets.study import load_study

    plan = CrawlPlan(
        crawl_month=date(2023, 10, 1),
        accounts=load_study("shenzhen").accounts,
        origin="simulated",
        platforms={"douyin": PlatformSettings(base_url)},
        clock=lambda: datetime(2023, 10, 31, 4, tzinfo=UTC),
        requests_per_second=None,
        concurrency=CONCURRENCY,
    )
    with fresh_home() as home:
        stop = _stopwatch()
        results = crawl_month(plan, Lake(home), lambda progress: None)
        speed = stop()
    if any((one.verdict, one.page_count) != ("complete", PAGES) for one in results):
        raise RuntimeError(f"The crawl is not complete: {results}")
    return speed


def crawl_httpx(base_url: str) -> CrawlSpeed:
    """The leanest loop: get, read the cursor, forget the rest."""
    import httpx

    async def main() -> CrawlSpeed:
        limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
        places = asyncio.Semaphore(CONCURRENCY)
        decode = msgspec.json.Decoder(Next).decode
        pages = 0

        async def crawl(client: httpx.AsyncClient, account: int) -> None:
            nonlocal pages
            async with places:
                await client.get(PROFILE_PATH, params={"sec_user_id": str(account)})
                page = Next(1, 0)
                while page.has_more:
                    parameters = {"sec_user_id": str(account), "max_cursor": str(page.max_cursor)}
                    page = decode((await client.get(PATH, params=parameters)).content)
                    pages += 1

        async with httpx.AsyncClient(base_url=base_url, limits=limits, trust_env=False) as client:
            stop = _stopwatch()
            await asyncio.gather(*(crawl(client, account) for account in range(ACCOUNTS)))
            return stop(pages)

    return asyncio.run(main())


def crawl_scrapy(base_url: str) -> CrawlSpeed:
    """A spider with its politeness off that does what the bare loop does."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    decode = msgspec.json.Decoder(Next).decode
    pages = 0
    stops: list[Callable[..., CrawlSpeed]] = []
    speeds: list[CrawlSpeed] = []

    def page_request(account: int, cursor: int) -> scrapy.Request:
        return scrapy.Request(
            f"{base_url}{PATH}?sec_user_id={account}&max_cursor={cursor}",
            cb_kwargs={"account": account},
        )

    class Spider(scrapy.Spider):  # type: ignore[misc]
        name = "pages"

        async def start(self) -> Any:
            stops.append(_stopwatch())
            for account in range(ACCOUNTS):
                yield scrapy.Request(
                    f"{base_url}{PROFILE_PATH}?sec_user_id={account}",
                    callback=self.parse_profile,
                    cb_kwargs={"account": account},
                )

        def parse_profile(self, response: Any, account: int) -> Any:
            yield page_request(account, 0)

        def parse(self, response: Any, account: int) -> Any:
            nonlocal pages
            pages += 1
            if pages == ACCOUNTS * PAGES:
                speeds.append(stops[0](pages))
            page = decode(response.body)
            if page.has_more:
                yield page_request(account, page.max_cursor)

    settings = {
        "CONCURRENT_REQUESTS": CONCURRENCY,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "LOG_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Spider)
    process.start()
    return speeds[0]


CONTESTANTS: dict[str, Callable[[str], CrawlSpeed]] = {
    "sz_assets (all checked and stored)": crawl_ours,
    "a bare httpx loop": crawl_httpx,
    "scrapy": crawl_scrapy,
}


def measure_crawling(repeats: int) -> Iterator[tuple[str, CrawlSpeed | None]]:
    """The medians of each contestant, taking turns; None for one that is not installed."""
    names = [name for name in CONTESTANTS if name != "scrapy" or find_spec("scrapy")]
    speeds: dict[str, list[CrawlSpeed]] = {name: [] for name in names}
    with _server() as base_url:
        for _ in range(repeats):
            for name in names:
                command = [sys.executable, "-m", "benchmarks.crawling", name, base_url]
                done = subprocess.run(command, check=True, capture_output=True, timeout=300)
                speeds[name].append(msgspec.json.decode(done.stdout, type=CrawlSpeed))
    for name in CONTESTANTS:
        runs = speeds.get(name)
        yield (
            name,
            runs
            and CrawlSpeed(
                median(run.pages_per_second for run in runs), median(run.cpu_ms for run in runs)
            ),
        )


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.crawling", "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def _stopwatch() -> Callable[..., CrawlSpeed]:
    """Start both clocks; the function stops them."""
    wall, cpu = time.perf_counter(), time.process_time()

    def stop(pages: int = ACCOUNTS * PAGES) -> CrawlSpeed:
        seconds = time.perf_counter() - wall
        return CrawlSpeed(pages / seconds, (time.process_time() - cpu) * 1000 / pages)

    return stop


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve())
    else:
        speed = CONTESTANTS[sys.argv[1]](sys.argv[2])
        sys.stdout.buffer.write(msgspec.json.encode(speed))
