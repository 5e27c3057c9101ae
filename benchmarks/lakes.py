"""A simulated lake of any size: one crawl month of N videos, made in parts, the same every time.

Here: the core tables that the marts are built from. Not here: raw pages (`simulation` makes those
of a city), or what is done with the lake (`scale`). Every row says that it is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sz_assets.contracts import ANALYSIS_TABLES
from sz_assets.contracts.core import ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS
from sz_assets.contracts.sql import DUCKDB_TYPES, literal, quoted
from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import polars_schema
from sz_assets.simulation.captions import CATEGORY_WEIGHTS, compose, draw_choices
from sz_assets.storage import Home, Lake
from sz_assets.study import load_study

MONTH = date(2023, 10, 1)
VIDEOS_PER_ACCOUNT = 7_000
# So many videos are made at a time: it bounds the memory, and is no part of what is made.
PART_VIDEOS = 1_000_000
_CAPTIONS = 2_000

# Numbers from 0 to 1 and normal ones, each from the video's number and a seed of its own. A hash is
# the same in every run, whatever the order and the number of threads.
_HELPERS = (
    "create macro uniform(i, seed) as (hash(i * 4096 + seed) >> 11) / 9007199254740992.0",
    "create macro normal(i, seed) as "
    "sqrt(-2 * ln(greatest(uniform(i, seed), 1e-12))) * cos(2 * pi() * uniform(i, seed + 1000))",
    "create macro counted(i, seed, level, spread) as "
    "case when uniform(i, 90) >= 0.002 "
    "then floor(exp(level + spread * normal(i, seed)))::bigint end",
)

# Sizes differ a hundredfold between accounts, as followers and likes do. `first` is the number of
# the account's first video; the last account takes what the rounding left.
_ACCOUNTS = """
create table made_accounts as
with drawn as (
    select a, exp(normal(a, 1)) as weight from range({accounts}) as t(a)
),
placed as (
    select a, floor({videos} * sum(weight) over (order by a) / sum(weight) over ())::bigint as last
    from drawn
)
select
    a,
    'account_' || lpad(a::varchar, 6, '0') as account_id,
    coalesce(lag(last) over (order by a), 0) as first,
    case when a = {accounts} - 1 then {videos} else last end as last,
    floor(exp(12.6 + 1.3 * normal(a, 2)))::bigint as follower_count,
    uniform(a, 3) < 0.9 as is_verified,
    uniform(a, 4) < 0.97 as is_complete,
    5.5 + 1.1 * normal(a, 5) as like_level,
    17167 + floor(1800 * uniform(a, 6))::integer as first_day
from placed
"""

# A video's day comes in order with its number, so its id does too: the lake lies in the order of
# its key, as the pipeline leaves it. Hours follow a day's rhythm.
_VIDEOS = """
create or replace temp table made as
select
    account_id, a, like_level, i,
    first_day + floor((19661 - first_day)
        * power((i - first + 1) / (last - first + 1), 0.7))::bigint as day,
    least(23, greatest(0, floor(case when uniform(i, 10) < 0.45 then 11 else 18.5 end
        + 2.6 * normal(i, 11))))::bigint as hour,
    1 + floor(16 * power(uniform(i, 12), 1.4))::integer as category,
    uniform(i, 13) < 0.15 as is_uncoded,
    uniform(i, 14) < 0.015 as is_photo
from made_accounts, range(first, last) as t(i)
where a between {first_account} and {last_account}
order by a, i
"""

_OF_VIDEOS = {
    "video_id": "((day * 86400) * 4294967296 + i)::varchar",
    "author_platform_uid": "(9000000000000 + a)::varchar",
    "observed_at": "timestamp '2023-10-31 04:00:00'",
    # The clock of Shanghai is eight hours ahead all year.
    "published_at": "make_timestamp((day * 86400 + hour * 3600"
    " + (hash(i * 4096 + 15) % 3600)::bigint - 28800) * 1000000)",
    "published_year": "year(date '1970-01-01' + day::integer)",
    "published_month": "date_trunc('month', date '1970-01-01' + day::integer)::date",
    "weekday": "isodow(date '1970-01-01' + day::integer)",
    "title": "getvariable('captions')["
    "1 + (hash(i * 4096 + 16) % len(getvariable('captions')))::integer] || ' ' || i",
    "hashtags": "['深圳', '模拟数据']",
    "media_type": "case when is_photo then 'photo' else 'video' end",
    "duration_seconds": "case when not is_photo then round(exp(3.2 + 0.9 * normal(i, 17)), 3) end",
    "like_count": "counted(i, 18, like_level, 1.9)",
    "favorite_count": "counted(i, 19, like_level - 2.6, 1.9)",
    "share_count": "counted(i, 20, like_level - 2.4, 2.1)",
    "comment_count": "counted(i, 21, like_level - 2.2, 1.8)",
    "play_count": "null",
    "is_pinned": "uniform(i, 22) < 0.0005",
    "url": "'https://www.douyin.com/video/' || ((day * 86400) * 4294967296 + i)",
    "raw_page_sha256": "sha256((i // 20)::varchar)",
    "page_number": "1 + i // 20 % 500",
    "raw_item_index": "i % 20",
    "data_origin": "'simulated'",
}
_OF_CODES = {
    "video_id": _OF_VIDEOS["video_id"],
    "primary_category": "case when not is_uncoded then {primary}[category] end",
    "secondary_category": "case when not is_uncoded then {secondary}[category] end",
    "secondary_categories": "case when is_uncoded then [] else [{secondary}[category]] end",
    "coding_method": "case when is_uncoded then 'none' else 'cue_words:1' end",
    "coding_confidence": "null",
    "codebook_version": "'simulated'",
    "matched_cues": "case when is_uncoded then [] else ['深圳'] end",
}
_OF_ACCOUNTS = {
    "platform": "'douyin'",
    "platform_account_id": "'SIMULATED-' || account_id",
    "name_zh": "'模拟账号 ' || a",
    "name_en": "'Simulated account ' || a",
    "field": "['News', 'Traffic', 'Police', 'Health', 'Tourism'][1 + a % 5]",
    "is_enterprise_verified": "is_verified",
    "is_government_verified": "is_verified",
    "verification_reason": "'模拟'",
    "is_eligible": "is_verified and follower_count >= 1000000",
    "eligibility_reason": "'Simulated: ' || follower_count || ' followers.'",
    "platform_uid": _OF_VIDEOS["author_platform_uid"],
    "nickname": "'模拟账号 ' || a",
    "platform_video_count": "last - first",
    "total_like_count": "((last - first) * exp(like_level + 1.8))::bigint",
    "observed_at": _OF_VIDEOS["observed_at"],
    "raw_profile_sha256": "sha256(account_id)",
    "data_origin": "'simulated'",
}
_OF_COVERAGE = {
    "attempt_id": "'20231031T040000Z-0001'",
    "coverage_verdict": "case when is_complete then 'complete' else 'truncated' end",
    "coverage_reason": "'Simulated.'",
    "request_count": "1 + (last - first) // 20",
    "page_count": "1 + (last - first) // 20",
    "item_count": "last - first",
    "video_count": "last - first",
    "duplicate_count": "0",
    "rejected_count": "0",
    "platform_video_count": "last - first",
    "last_cursor": "'0'",
    "has_more": "not is_complete",
    "refusal_reason": "null",
    "started_at": _OF_VIDEOS["observed_at"],
    "finished_at": _OF_VIDEOS["observed_at"],
    "data_origin": "'simulated'",
}


def make_lake(home: Home, videos: int, part_videos: int = PART_VIDEOS) -> int:
    """Write the lake of so many videos, and return the number of its accounts.

    Videos and their codes are written in parts, so that memory is bounded by `part_videos` and
    by the largest account.
    """
    import duckdb

    accounts = max(videos // VIDEOS_PER_ACCOUNT, 13)
    lake = Lake(home.lake)
    with closing(duckdb.connect(":memory:")) as connection:
        for helper in _HELPERS:
            connection.execute(helper)
        connection.execute(_ACCOUNTS.format(accounts=accounts, videos=videos))
        connection.execute("set variable captions = $1", [_captions()])
        for table, made in ((ACCOUNTS, _OF_ACCOUNTS), (CRAWL_COVERAGE, _OF_COVERAGE)):
            connection.execute("create or replace temp table made as from made_accounts order by a")
            with _parquet(lake.path(table, MONTH)) as write:
                write(connection, table, made)
        with (
            _parquet(lake.path(VIDEOS, MONTH)) as write_videos,
            _parquet(lake.path(VIDEO_CODES, MONTH)) as write_codes,
        ):
            for first, last in _parts(connection, part_videos):
                connection.execute(_VIDEOS.format(first_account=first, last_account=last))
                write_videos(connection, VIDEOS, _OF_VIDEOS)
                write_codes(connection, VIDEO_CODES, _of_codes())
    return accounts


def make_analyses(home: Home) -> None:
    """Empty analysis tables of the month: a release holds every table, and these have no size."""
    for table in ANALYSIS_TABLES:
        Lake(home.lake).write(table, MONTH, pl.DataFrame(schema=polars_schema(table)))


def _parts(connection: Any, part_videos: int) -> Iterator[tuple[int, int]]:
    """First and last accounts of parts of about so many videos."""
    rows = connection.execute("select a, last - first from made_accounts order by a").fetchall()
    first, size = 0, 0
    for account, videos in rows:
        if size and size + videos > part_videos:
            yield first, account - 1
            first, size = account, 0
        size += videos
    yield first, rows[-1][0]


@contextmanager
def _parquet(path: Path) -> Iterator[Callable[[Any, Table, dict[str, str]], None]]:
    """A function that appends what it selects from the table `made` to the file of a month."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    writers: list[Any] = []

    def write(connection: Any, table: Table, made: dict[str, str]) -> None:
        columns = ", ".join(
            f"({made.get(column.name, column.name)})::{DUCKDB_TYPES[column.type]} "
            f"as {quoted(column.name)}"
            for column in table.columns
            if column.name != "crawl_month"
        )
        rows = connection.sql(f"select {columns} from made").to_arrow_table()
        if not writers:
            options = {"compression": "zstd", "compression_level": 3}
            writers.append(pq.ParquetWriter(path, rows.schema, **options))
        writers[0].write_table(rows, row_group_size=122_880)

    try:
        yield write
    finally:
        for writer in writers:
            writer.close()


def _of_codes() -> dict[str, str]:
    """The expressions of `video_codes`, with the categories of the study's codebook."""
    pairs = [
        (primary.id, secondary.id)
        for primary in load_study("shenzhen").codebook.primary
        for secondary in primary.secondary
    ]
    lists = [f"[{', '.join(literal(each[n]) for each in pairs)}]" for n in (0, 1)]
    return {
        name: expression.replace("{primary}", lists[0]).replace("{secondary}", lists[1])
        for name, expression in _OF_CODES.items()
    }


def _captions() -> list[str]:
    """Simulated captions; each video has one of them and its number."""
    rng = np.random.default_rng(0)
    fields = list(CATEGORY_WEIGHTS)
    choices = draw_choices(_CAPTIONS, rng).tolist()
    categories = rng.integers(0, 16, _CAPTIONS).tolist()
    return [
        compose(fields[number % len(fields)], categories[number], choices[number], -1)[0]
        for number in range(_CAPTIONS)
    ]
