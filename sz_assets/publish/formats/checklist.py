"""The disclosure checklist: what a reviewer asks about the data, answered from the release itself.

Here: the questions, and the queries that answer them. Not here: any judgement; what the release
does not hold is "not recorded".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sz_assets.contracts.coding import CODING_RELIABILITY
from sz_assets.contracts.marts import FCT_ACCOUNT_MONTH, FCT_VIDEO_MONTH
from sz_assets.contracts.sql import DUCKDB_TYPES, quoted
from sz_assets.contracts.table import Table
from sz_assets.publish.about import About
from sz_assets.publish.formats.source import Source

NOT_RECORDED = "未记录 not recorded"
_STORED = (
    "- 保存账号公开的资料、视频的标题、话题、计数器与地址，以及平台返回的列表页。",
    "- Stored are public profiles of the study's accounts, captions, hashtags, counters and "
    "addresses of their videos, and the pages of the list as the platform gave them.",
    "- 不保存评论者、评论内容、观众或粉丝；不下载视频。",
    "- Not stored are commenters, comments, viewers or followers; no video is downloaded.",
    "- 平台条款与所在地法律由采集者自行遵守；此处不授予对平台内容的任何许可。",
    "- Whoever crawls is bound by the platform's terms and the law of the place; no licence to the "
    "platform's content is granted here.",
)
_LIMITS = (
    "- 平台的视频总数只是大致准确。The platform's own count of videos is only roughly right.",
    "- 计数器是观测时刻的值，不是历史。Counters are as of the observation, not a history.",
    "- 在两次采集之间删除的视频看不到。Videos deleted between two crawls are not seen.",
    "- 播放数可能被平台隐藏。Plays may be hidden by the platform.",
)


def _cell(value: Any) -> str:
    """A value within a Markdown table, where platform text stays text."""
    if value is None:
        return NOT_RECORDED
    if isinstance(value, float):
        return f"{value:.4g}"
    text = " ".join(str(value).split())
    text = "".join(letter for letter in text if letter.isprintable())
    for sign in "\\`*_[]<>|&#":
        text = text.replace(sign, f"\\{sign}" if sign not in "<>&" else f"&#{ord(sign)};")
    return text


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """A Markdown table; "not recorded" if there is no row."""
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    if not lines:
        return [NOT_RECORDED]
    return [f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *lines]


def _crawl_times(source: Source) -> list[str]:
    zone = ZoneInfo(source.about.study.time_zone)
    rows = []
    for month, first, last, count in _asked(
        source,
        FCT_VIDEO_MONTH,
        "select crawl_month, min(observed_at), max(observed_at), count(*) "
        "from told where observed_at is not null group by all order by all",
    ):
        ends = [(time.replace(tzinfo=UTC), time) for time in (first, last)]
        rows.append(
            (
                f"{month:%Y-%m}",
                *(_seconds(utc) for utc, _ in ends),
                *(_seconds(utc.astimezone(zone)) for utc, _ in ends),
                count,
            )
        )
    head = ("月 Month", "首次 First (UTC)", "末次 Last (UTC)", f"首次 First ({zone.key})",
            f"末次 Last ({zone.key})", "视频 Videos")  # fmt: skip
    return markdown_table(head, rows)


def _seconds(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _has(source: Source, table: Table) -> set[str]:
    """The columns that the release has of a table: it may be older than some."""
    found = source.connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'main' and table_name = $1",
        [table.name],
    ).fetchall()
    return {name for (name,) in found}


def _asked(source: Source, table: Table, query: str) -> list[tuple[Any, ...]]:
    """What the query says of `told`, the table's rows of these months with all its columns.

    A column that the release lacks is null, a table without rows if it lacks that.
    """
    if not (has := _has(source, table)):
        return []
    columns = ", ".join(
        (quoted(column.name) if column.name in has else "null")
        + f"::{DUCKDB_TYPES[column.type]} as {quoted(column.name)}"
        for column in table.columns
    )
    rows = f"select {columns} from {quoted(table.name)} where list_contains($1, crawl_month)"
    months = [list(source.about.months)]
    return source.connection.execute(  # type: ignore[no-any-return]
        f"with told as ({rows}) {query}", months
    ).fetchall()


def _sampling(about: About) -> list[str]:
    study = about.study
    verified = "yes" if study.selection.verified else "not asked"
    return [
        f"- 入选账号 Eligible accounts: at least {study.selection.min_followers:,} followers; "
        f"verified: {verified}.",
        f"- 样本 Sample: of each eligible account the top {study.sample.top} videos by "
        f"{study.sample.by}.",
        "- 并列 Ties: by earlier publication, then by the video's id.",
        "- 点赞缺失的视频不入样本并计数。Videos whose likes are missing are left out and counted.",
        f"- 账号总数 Accounts of the study: {len(study.accounts)}.",
    ]


def _coverage(source: Source) -> list[str]:
    head = ("月 Month", "账号 Account", "平台计数 Platform's count", "获得 Obtained",
            "缺少 Missing", "结论 Verdict", "依据 Reason")  # fmt: skip
    found = _asked(
        source,
        FCT_ACCOUNT_MONTH,
        "select strftime(crawl_month, '%Y-%m'), account_id, platform_video_count, video_count, "
        "greatest(platform_video_count - video_count, 0), coverage_verdict, coverage_reason "
        "from told order by crawl_month, account_id",
    )
    seen = {(month, account) for month, account, *_ in found}
    asked = (
        (f"{month:%Y-%m}", account.id)
        for month in source.about.months
        for account in source.about.study.accounts
    )
    silent = [(*key, *[None] * 5) for key in asked if key not in seen]
    return markdown_table(head, [*found, *silent])


def _missing(source: Source) -> list[str]:
    counters = ("like_count", "favorite_count", "share_count", "comment_count", "play_count",
                "duration_seconds", "title")  # fmt: skip
    has = _has(source, FCT_VIDEO_MONTH)
    counts = ", ".join(f"count(*) - count({name})" if name in has else "null" for name in counters)
    return markdown_table(
        ("月 Month", "视频 Videos", *counters),
        _asked(
            source,
            FCT_VIDEO_MONTH,
            f"select strftime(crawl_month, '%Y-%m'), count(*), {counts} from told "
            "group by all order by all",
        ),
    )


def _reliability(source: Source) -> list[str]:
    coefficients = markdown_table(
        (
            "月 Month",
            "层级 Level",
            "系数 Coefficient",
            "值 Value",
            "95 %",
            "95 %",
            "视频 Units",
            "编码员 Coders",
            "人工 By people",
            "结论 Verdict",
            "方法 Method",
        ),
        _asked(
            source,
            CODING_RELIABILITY,
            "select strftime(crawl_month, '%Y-%m'), category_level, coefficient, value, "
            "interval_low, interval_high, unit_count, coder_count, human_coded_ratio, verdict, "
            "method from told where category in ('overall', 'all') "
            "order by crawl_month, category_level, coefficient",
        ),
    )
    methods = markdown_table(
        ("月 Month", "编码方法 Coding method", "编码表版本 Codebook version", "视频 Videos"),
        _asked(
            source,
            FCT_VIDEO_MONTH,
            "select strftime(crawl_month, '%Y-%m'), coding_method, codebook_version, count(*) "
            "from told group by all order by all",
        ),
    )
    return [*coefficients, "", *methods]


def _robots(about: About) -> str:
    if all(origin == "simulated" for origin in about.data_origins):
        return "- robots.txt: 模拟平台，不适用。Not applicable: the platform was simulated."
    if about.study.obey_robots:
        return "- robots.txt: 研究设定为遵守。The study is set to obey it."
    return "- robots.txt: 研究设定为不遵守。The study is set not to obey it."


def checklist(source: Source) -> str:
    """The checklist as Markdown, of all months of the release."""
    about = source.about
    origins = markdown_table(
        ("月 Month", "来源 Origin", "账号 Accounts"),
        _asked(
            source,
            FCT_ACCOUNT_MONTH,
            "select strftime(crawl_month, '%Y-%m'), data_origin, count(*) from told "
            "group by all order by all",
        ),
    )
    versions = markdown_table(("软件 Software", "版本 Version"), about.versions.items())
    parts: list[tuple[str, list[str]]] = [
        ("采集时间 Crawl times and zone", _crawl_times(source)),
        ("抽样与并列规则 Sampling and tie rule", _sampling(about)),
        ("应得、已得与缺少 Attempted, obtained, missing", _coverage(source)),
        ("缺失的计数 Missing values", _missing(source)),
        ("编码信度 Coding reliability", _reliability(source)),
        ("数据来源 Data origin", origins),
        ("软件版本 Software versions", versions),
        ("条款与隐私 Terms and privacy", [*_STORED, _robots(about)]),
        ("已知局限 Known limits", list(_LIMITS)),
    ]
    lines = ["# 披露清单 Disclosure checklist", "", _cell(about.title)]
    if about.simulated:
        lines += ["", f"**{about.simulated}**"]
    for title, body in parts:
        lines += ["", f"## {title}", "", *body]
    return "\n".join([*lines, ""])
