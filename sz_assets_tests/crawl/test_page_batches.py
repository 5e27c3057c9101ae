"""Stored pages come in batches, so memory does not grow with an account's or a month's bytes."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from benchmarks.decoding import MONTH, store_pages
from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.crawl import stored
from sz_assets.crawl.stored import ahead, load_month
from sz_assets.storage import Lake
from sz_assets.verify import changed_answers, verify_lake

PAGE = b'{"aweme_list":[{"aweme_id":"%d","create_time":1600000000}],"has_more":%d,"x":"%s"}'


def bodies(count: int, first: int = 1, padding: bytes = b"") -> list[bytes]:
    pages = range(first, first + count)
    return [PAGE % (page, page != pages[-1], padding) for page in pages]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_small_attempts_come_together_and_large_ones_in_parts(lake: Lake, monkeypatch) -> None:
    store_pages(lake, "large", bodies(150))
    for number, account in enumerate(("small_1", "small_2")):
        store_pages(lake, account, bodies(3, first=1000 * (number + 1)))
    accounts = ["small_1", "large", "small_2"]
    [together] = load_month(lake, MONTH, accounts).page_batches()
    assert together["account_id"].unique(maintain_order=True).to_list() == accounts
    monkeypatch.setattr(stored, "_BATCH_BYTES", 1)
    apart = list(load_month(lake, MONTH, accounts).page_batches())
    assert [batch.height for batch in apart] == [3, 64, 64, 22, 3]
    assert pl.concat(apart).equals(together)


def test_the_next_item_is_made_meanwhile_and_an_error_is_not_lost() -> None:
    made = []

    def items():
        for number in range(3):
            made.append(number)
            yield number
        raise OSError("the disk is gone")

    found = []
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(number for number in ahead(items()))
    assert (found, made) == ([0, 1, 2], [0, 1, 2])
    assert list(ahead(iter("abc"))) == ["a", "b", "c"]
    rest = ahead(iter([1, 2, 3]))
    assert next(rest) == 1
    rest.close()


_PEAK = """
import re, sys
from datetime import date
from pathlib import Path
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.crawl import stored
from sz_assets.sources.registry import decode_batches
from sz_assets.storage import Lake
from sz_assets.verify import changed_answers

stored._BATCH_BYTES = 1
lake, month = Lake(Path(sys.argv[1])), date.fromisoformat(sys.argv[2])
accounts = lake.accounts(ACCOUNT_PAGES, month)
decoded = decode_batches(stored.load_month(lake, month, accounts).page_batches())
count, changed = changed_answers(lake, ACCOUNT_PAGES, month)
assert not changed and count == decoded.items.height
status = Path("/proc/self/status").read_text()
print(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
"""


def peak_bytes(lake: Lake, month: date) -> int:
    told = subprocess.run(
        [sys.executable, "-c", _PEAK, str(lake.root), str(month)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return int(told) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no peak")
def test_peak_memory_does_not_grow_with_an_accounts_bytes(tmp_path: Path) -> None:
    """A batch has 64 pages of 100 kB; the account has 3 of them, and then 24."""
    padding = b"x" * 100_000
    peaks = {}
    for times in (1, 8):
        lake = Lake(tmp_path / str(times))
        store_pages(lake, "one", bodies(192 * times, padding=padding))
        peaks[times] = peak_bytes(lake, MONTH)
    added = 7 * 192 * len(padding)
    assert peaks[8] - peaks[1] < added / 4


def test_each_answer_is_hashed_once_when_a_lake_is_verified(lake: Lake, monkeypatch) -> None:
    store_pages(lake, "one", bodies(70))
    hashed = []
    has_hash = verify_lake.__globals__["_has_hash"]

    def counting(body, digest):
        hashed.append(digest)
        return has_hash(body, digest)

    monkeypatch.setattr("sz_assets.verify._has_hash", counting)
    [found] = verify_lake(lake)
    assert (found.answers, len(hashed)) == (70, 70)
    assert found.problems == ["The month is stored but not built: run it."]


def test_changed_rows_are_named_and_not_passed_on(lake: Lake) -> None:
    store_pages(lake, "one", bodies(70))
    [path] = lake.attempts(ACCOUNT_PAGES, MONTH, "one")
    is_last = pl.int_range(pl.len()) == 69
    pl.read_parquet(path, glob=False, hive_partitioning=False).with_columns(
        body=pl.when(is_last).then(pl.lit(b"changed")).otherwise("body")
    ).write_parquet(path)
    used = []
    count, changed = changed_answers(lake, ACCOUNT_PAGES, MONTH, used.append)
    assert (count, changed) == (70, [f"one, attempt {path.stem}, request 70"])
    assert pl.concat(used)["request_number"].to_list() == list(range(1, 70))
    assert changed_answers(lake, ACCOUNT_PROFILES, MONTH) == (0, [])
