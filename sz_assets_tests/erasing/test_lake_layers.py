"""The account out of stored answers and core tables: others stay, and hashes and counts hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from small_home import (
    BY_GONE_ELSEWHERE,
    BY_HARBOUR_AT_GONE,
    GARDEN,
    GONE,
    HARBOUR,
    MONTHS,
    NICKNAME,
    SPEAKS_OF_GONE,
    TODAY,
    UIDS,
    Small,
    item,
    make_small,
    video_id,
)

from sz_assets.contracts.core import (
    ACCOUNTS,
    CODING_TASKS,
    CORE_TABLES,
    CRAWL_COVERAGE,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    VIDEOS,
)
from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES, RAW_TABLES
from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import polars_schema
from sz_assets.crawl.journal import Header, Journal, Record
from sz_assets.disk import remove_folder
from sz_assets.erasing import records
from sz_assets.erasing.core_layer import erase_core, months_to_build
from sz_assets.erasing.erase import plan_erasure
from sz_assets.erasing.finding import TITLE, Finder
from sz_assets.erasing.planning import Plan
from sz_assets.erasing.proof import prove
from sz_assets.erasing.raw_layer import erase_raw
from sz_assets.retention import retire
from sz_assets.verify import verify_lake


def erased(small: Small) -> Plan:
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    records.record(small.lake, plan)
    erase_raw(small.lake, GONE, plan.whose)
    erase_core(small.lake, GONE, plan.whose)
    return plan


def answers(small: Small, table: Table, month: date = MONTHS[0]) -> pl.DataFrame:
    paths = [
        path
        for account in small.lake.accounts(table, month)
        for path in small.lake.attempts(table, month, account)
    ]
    return small.lake.read_attempts(table, paths).sort("account_id", "request_number")


def test_nothing_of_it_is_left_in_the_lake_and_everything_verifies(small: Small) -> None:
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    kinds = {hit.kind for hit in prove(small.home.root, plan.wanted).hits}
    assert kinds == set(plan.wanted.values())
    erased(small)
    assert prove(small.home.root, plan.wanted).hits == ()
    assert months_to_build(small.lake) == list(MONTHS)
    small.build(small.after)
    for month in verify_lake(small.lake):
        assert month.problems == []
        # Harbour keeps what it wrote itself, of nine items one was not its own.
        assert (month.answers, month.items) == (4, 18)
    assert prove(small.home.root, plan.wanted).hits == ()


def test_answers_that_say_nothing_of_it_keep_every_byte(small: Small) -> None:
    before = {table: answers(small, table) for table in RAW_TABLES}
    erased(small)
    for table in RAW_TABLES:
        after = answers(small, table)
        assert set(after["account_id"]) == {HARBOUR, GARDEN}
        assert after.columns == before[table].columns
        others = before[table].filter(pl.col("account_id") != GONE)
        changed = [a != b for a, b in zip(others.rows(), after.rows(), strict=True)]
        assert changed == ([True, True] if table is ACCOUNT_PAGES else [False, False])
        kept = [name for name in after.columns if name not in ("body", "body_sha256", "item_count")]
        assert after.select(kept).equals(others.select(kept))


def test_counts_and_rows_are_those_of_what_is_left(small: Small) -> None:
    before = small.lake.read(VIDEOS, MONTHS[1])
    erased(small)
    small.build(small.after)
    after = small.lake.read(VIDEOS, MONTHS[1])
    gone = (pl.col("account_id") == GONE) | (pl.col("video_id") == video_id(BY_GONE_ELSEWHERE))
    expected = before.filter(~gone)
    facts = ["account_id", "video_id", "like_count", "published_at", "author_platform_uid"]
    assert after.select(facts).equals(expected.select(facts))
    spoken = after.filter(pl.col("video_id") == video_id(SPEAKS_OF_GONE))
    assert spoken["title"].to_list() == ["感谢@＊＊＊＊＊＊ 帮忙浇水"]
    shared = after.filter(pl.col("video_id") == video_id(BY_HARBOUR_AT_GONE))
    assert shared["account_id"].to_list() == [HARBOUR]
    coverage = small.lake.read(CRAWL_COVERAGE, MONTHS[1]).sort("account_id")
    assert coverage["item_count"].to_list() == [9, 9]


def test_what_was_changed_is_on_record_without_a_name(small: Small) -> None:
    erased(small)
    told = [one.line(month) for month, one in records.erasures(small.lake)]
    assert told == [
        f"2024-0{n}: 2 of its stored answers are not as they were received: an account was erased "
        "on 2026-12-01, with 1 items in lists of others."
        for n in (3, 4)
    ]


def test_two_erasures_that_change_as_much_are_both_on_record(small: Small) -> None:
    for _ in range(2):
        plan = plan_erasure(small.home, small.after, GONE, TODAY)
        records.record(small.lake, plan)
        records.record(small.lake, plan)
    assert len(list(records.erasures(small.lake))) == 2 * len(MONTHS)
    written = (small.home.lake / "raw" / "_erased").rglob("*.json")
    assert not any(Finder(plan.wanted).in_bytes([path.read_bytes()]) for path in written)


def test_short_ids_of_authors_are_enough(small: Small) -> None:
    """Nothing can be looked for by a number of two digits, but an author is known by it."""
    month, ids = MONTHS[0], {GONE: 77, HARBOUR: 88}
    rows = []
    for account, authors in ((GONE, [77, 77]), (HARBOUR, [88, 77])):
        body = json.dumps(
            [
                {"aweme_id": str(n + 1 + ids[account] * 10), "create_time": 1_700_000_000,
                 "desc": "短", "author_user_id": one}
                for n, one in enumerate(authors)
            ]
        ).encode()  # fmt: skip
        first = answers(small, ACCOUNT_PAGES, month).row(0, named=True)
        rows.append(
            {**first, "account_id": account, "body": body, "item_count": 2, "attempt_id": "9"}
        )
    for row in rows:
        small.lake.write_attempt(
            ACCOUNT_PAGES, pl.DataFrame([row], schema=polars_schema(ACCOUNT_PAGES))
        )
    accounts = small.lake.read(ACCOUNTS, month).with_columns(
        platform_uid=pl.when(pl.col("account_id") == GONE)
        .then(pl.lit("77"))
        .otherwise("platform_uid")
    )
    small.lake.write(ACCOUNTS, month, accounts)
    erased(small)
    left = answers(small, ACCOUNT_PAGES, month).filter(pl.col("attempt_id") == "9")
    assert left["item_count"].to_list() == [1]
    assert [one["author_user_id"] for one in json.loads(left["body"][0])] == [88]


def test_a_file_name_of_an_import_may_tell_it_too(small: Small) -> None:
    [path] = small.lake.attempts(ACCOUNT_PROFILES, MONTHS[0], HARBOUR)
    frame = small.lake.read_attempts(ACCOUNT_PROFILES, [path])
    frame.with_columns(url=pl.lit(f"{NICKNAME}-and-harbour.json")).write_parquet(path)
    erased(small)
    assert answers(small, ACCOUNT_PROFILES)["url"].to_list()[1] == "＊＊＊＊＊＊-and-harbour.json"


def unfinished(small: Small, account: str, month: date, body: bytes) -> Path:
    path = small.lake.journal_path(month, account, "20240301T000000Z-0001")
    header = Header(
        crawl_month=month, account_id=account, attempt_id=path.stem, platform="douyin",
        data_origin="import:douyin", plan="", started_at=datetime(2024, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    row = answers(small, ACCOUNT_PAGES, month).filter(account_id=account).row(0, named=True)
    own = {"crawl_month", "account_id", "attempt_id", "platform", "data_origin"}
    kept = {name: value for name, value in row.items() if name not in own} | {"body": body}
    journal = Journal(path, header=header)
    journal.append(Record("account_pages", kept))
    journal.close()
    return path


def test_attempts_under_way_are_stored_and_cut_or_go(small: Small) -> None:
    told = json.dumps([item(500, HARBOUR, f"和{NICKNAME}", 1)], ensure_ascii=False).encode()
    other = json.dumps([item(501, GARDEN, "花", 1)]).encode()
    own = json.dumps([item(502, GONE, "还没爬完的水务视频", 1)]).encode()
    its = unfinished(small, GONE, MONTHS[0], own)
    named = unfinished(small, HARBOUR, MONTHS[0], told)
    plain = unfinished(small, GARDEN, MONTHS[0], other)
    aside = named.with_name("older.journal.aside1")
    aside.write_bytes(named.read_bytes())
    lock = its.parent.with_name(f"{GONE}.lock")
    lock.write_text("process 1")
    plan = erased(small)
    assert plan.wanted["还没爬完的水务视频"] == TITLE
    assert plan.stored["unfinished attempts"] == 1
    assert [path.exists() for path in (its, named, plain, aside, lock)] == [
        False, False, True, False, False,
    ]  # fmt: skip
    sealed = answers(small, ACCOUNT_PAGES).filter(pl.col("attempt_id") == named.stem)
    assert json.loads(sealed["body"][0])[0]["desc"] == "和＊＊＊＊＊＊"
    assert prove(small.home.root, plan.wanted).hits == ()


def test_a_month_without_answers_loses_only_its_rows(small: Small) -> None:
    before = {table: small.lake.read(table, MONTHS[0]) for table in (ACCOUNTS, VIDEOS)}
    retire(small.lake, MONTHS[0], TODAY)
    small.lake.write(CODING_TASKS, MONTHS[0], pl.DataFrame(schema=polars_schema(CODING_TASKS)))
    plan = erased(small)
    assert months_to_build(small.lake) == list(MONTHS)
    others = pl.col("account_id") != GONE
    accounts, left = (small.lake.read(table, MONTHS[0]) for table in (ACCOUNTS, VIDEOS))
    assert accounts.equals(before[ACCOUNTS].filter(others))
    expected = before[VIDEOS].filter(others, pl.col("video_id") != video_id(BY_GONE_ELSEWHERE))
    assert left.drop("title").equals(expected.drop("title"))
    coverage = small.lake.read(CRAWL_COVERAGE, MONTHS[0]).sort("account_id")
    counts = coverage.select("item_count", "video_count", "duplicate_count", "rejected_count")
    assert counts.rows() == [(9, 9, 0, 0), (9, 9, 0, 0)]
    # What is made of these tables is made again; the other month is made of its answers.
    assert not small.lake.path(CODING_TASKS, MONTHS[0]).exists()
    assert small.lake.months(VIDEOS) == [MONTHS[0]]
    assert prove(small.home.root, plan.wanted).hits == ()


def test_rejected_items_of_such_a_month_are_cut(small: Small) -> None:
    lines = [
        {"desc": "没有编号的水务视频", "author_user_id": UIDS[GONE], "aweme_id": None},
        {"desc": f"谢谢{NICKNAME}", "author_user_id": UIDS[HARBOUR]},
    ]
    frame = pl.DataFrame(
        [
            {"crawl_month": MONTHS[0], "account_id": HARBOUR, "raw_page_sha256": "0" * 64,
             "page_number": 1, "raw_item_index": 90 + n, "reason": "id: missing",
             "item_body": json.dumps(line).encode(), "data_origin": "import:douyin"}
            for n, line in enumerate(lines)
        ],
        schema=polars_schema(REJECTED_ITEMS),
    )  # fmt: skip
    small.lake.write(REJECTED_ITEMS, MONTHS[0], frame)
    retire(small.lake, MONTHS[0], TODAY)
    erased(small)
    [left] = small.lake.read(REJECTED_ITEMS, MONTHS[0])["item_body"]
    assert json.loads(left)["desc"] == "谢谢＊＊＊＊＊＊"
    coverage = small.lake.read(CRAWL_COVERAGE, MONTHS[0]).filter(account_id=HARBOUR)
    assert coverage.select("rejected_count", "item_count").row(0) == (1, 10)


@pytest.mark.parametrize("is_retired", [True, False])
def test_a_month_of_nothing_else_goes_whole(tmp_path: Path, is_retired: bool) -> None:
    small = make_small(tmp_path)
    for table in RAW_TABLES:
        for account in (HARBOUR, GARDEN):
            [path] = small.lake.attempts(table, MONTHS[0], account)
            remove_folder(path.parent)
    small.build(small.before, MONTHS[:1])
    if is_retired:
        retire(small.lake, MONTHS[0], TODAY)
    erased(small)
    assert months_to_build(small.lake) == [MONTHS[1]]
    left = [str(path) for path in small.home.lake.rglob(f"crawl_month={MONTHS[0]}*")]
    assert [path for path in left if "_erased" not in path] == []
    assert not small.lake.is_retired(MONTHS[0])


def test_duplicates_of_its_videos_go_as_well(small: Small) -> None:
    row = {
        "crawl_month": MONTHS[0], "account_id": HARBOUR, "video_id": video_id(BY_GONE_ELSEWHERE),
        "raw_page_sha256": "0" * 64, "page_number": 1, "raw_item_index": 70,
        "kept_page_number": 1, "kept_item_index": 8, "data_origin": "import:douyin",
    }  # fmt: skip
    rows = [row, {**row, "video_id": video_id(200), "raw_item_index": 71}]
    frame = pl.DataFrame(rows, schema=polars_schema(DUPLICATE_ITEMS))
    small.lake.write(DUPLICATE_ITEMS, MONTHS[0], frame)
    retire(small.lake, MONTHS[0], TODAY)
    erased(small)
    assert small.lake.read(DUPLICATE_ITEMS, MONTHS[0])["video_id"].to_list() == [video_id(200)]


def test_called_again_it_changes_nothing_more(small: Small) -> None:
    plan = erased(small)
    files = sorted((small.home.lake / "raw").rglob("*.parquet"))
    before = [path.read_bytes() for path in files]
    erase_raw(small.lake, GONE, plan.whose)
    assert [path.read_bytes() for path in files] == before


def test_all_core_tables_are_thought_of() -> None:
    """A table that is added must be made again by a run, or be kept where answers are gone."""
    assert {table.name for table in CORE_TABLES} == {
        "accounts", "videos", "duplicate_items", "rejected_items", "crawl_coverage",
        "coding_tasks", "human_codes", "machine_codes", "video_codes",
    }  # fmt: skip
