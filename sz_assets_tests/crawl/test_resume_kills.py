"""SIGKILL at random instants: the same tables as without, and hardly a request more."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import killable
import pytest
from core_of_month import core_of

from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.simulation import answers
from sz_assets.simulation.catalogue import build_catalogue
from sz_assets.storage import Lake
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
ACCOUNTS = ["shenzhen_swat", "iyou_shenzhen", "shenzhen_cyber_police"]
LATENCY_SECONDS = 0.005


@pytest.fixture
def server(kit, serve):
    """Three accounts of the embedded platform, at a distance."""
    snapshot = build_catalogue("default").as_of(datetime(2023, 10, 31, 4, 0, tzinfo=UTC))

    def handler(request, write):
        time.sleep(LATENCY_SECONDS)
        name = request.query["sec_user_id"]
        if "max_cursor" in request.query:
            cursor, count = int(request.query["max_cursor"]), int(request.query["count"])
            write(kit.http(answers.page(snapshot, name, cursor, count)))
        else:
            write(kit.http(answers.profile(snapshot, name)))
        return True

    return serve(handler)


def tables(lake):
    """All raw and core tables of the month."""
    study = shenzhen()
    raw = [
        lake.read_attempts(
            table, [path for name in ACCOUNTS for path in lake.attempts(table, MONTH, name)]
        )
        for table in RAW_TABLES
    ]
    stored = load_month(lake, MONTH, ACCOUNTS)
    accounts, items, coverage = core_of(stored, study, MONTH, ACCOUNTS)
    return [*raw, accounts, items.videos, items.rejected, coverage]


def asked(server):
    """How often each request of each account came."""
    return Counter(
        (request.query["sec_user_id"], request.query.get("max_cursor"))
        for request in server.requests
    )


class Killer:
    """Crawls into one lake that are killed after so many seconds."""

    def __init__(self, lake: Lake, server, concurrency: int) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                killable.__file__,
                lake.root,
                server.base_url,
                str(concurrency),
                *ACCOUNTS,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def crawl(self, seconds: float) -> bool:
        """Whether it was killed; it must not fail."""
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer in ("killed", "0")
        return answer == "killed"

    def close(self) -> None:
        self._process.communicate()


def check_kills(server, tmp_path: Path, kills: int, seed: int) -> None:
    plain = Lake(tmp_path / "plain")
    started = time.monotonic()
    crawl_month(killable.plan(server.base_url, 1, ACCOUNTS), plain, lambda progress: None)
    longest = (time.monotonic() - started) * 1.2
    expected = tables(plain)
    once = asked(server)
    assert set(once.values()) == {1}
    chance = random.Random(seed)
    done = rounds = 0
    while done < kills:
        rounds += 1
        lake, concurrency = Lake(tmp_path / f"lake{rounds}"), 1 + 2 * (rounds % 2)
        server.requests.clear()
        killer = Killer(lake, server, concurrency)
        try:
            own = 0
            while killer.crawl(chance.uniform(0, longest / concurrency)):
                own += 1
        finally:
            killer.close()
        done += own
        for found, wanted in zip(tables(lake), expected, strict=True):
            assert found.equals(wanted)
        assert not list(lake.root.rglob("*.journal*"))
        more = asked(server) - once
        assert set(asked(server)) == set(once)
        if concurrency == 1:
            assert more.total() <= own
        repeated = Counter()
        for (name, _), count in more.items():
            repeated[name] += count
        assert max(repeated.values(), default=0) <= own


def test_a_few_kills(server, tmp_path):
    check_kills(server, tmp_path, kills=6, seed=1)


@pytest.mark.slow
def test_two_hundred_kills(server, tmp_path):
    check_kills(server, tmp_path, kills=200, seed=2)


def test_of_two_processes_one_wins_and_the_other_leaves_unasking(server, tmp_path):
    lake = Lake(tmp_path / "lake")
    answer, may_answer = server.handler, threading.Event()

    def wait_and_answer(request, write):
        may_answer.wait(60)
        return answer(request, write)

    server.handler = wait_and_answer
    first = Killer(lake, server, 1)
    answered: list[bool] = []
    crawling = threading.Thread(target=lambda: answered.append(first.crawl(60)))
    crawling.start()
    while not server.requests:
        time.sleep(0.001)
    program = (
        "import sys, killable; from pathlib import Path; from sz_assets.storage import Lake\n"
        "from sz_assets.crawl.session import crawl_month; from sz_assets.errors import UserError\n"
        "try:\n"
        "    crawl_month(killable.plan(sys.argv[2], 1, sys.argv[3:]), Lake(Path(sys.argv[1])),\n"
        "        lambda progress: None)\n"
        "except UserError as error:\n"
        "    print(error)\n"
    )
    started = time.monotonic()
    # The first account of the first process is the last of the second.
    second = subprocess.run(
        [sys.executable, "-c", program, lake.root, server.base_url, *reversed(ACCOUNTS)],
        cwd=Path(killable.__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert time.monotonic() - started < 5
    assert len(server.requests) == 1
    may_answer.set()
    crawling.join()
    first.close()
    assert "is being crawled into" in second.stdout
    assert answered == [False]
    assert set(asked(server).values()) == {1}
