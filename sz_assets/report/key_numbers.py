"""The key numbers of the first page, each with its table, key and column.

Here: which numbers, from marts alone. Not here: HTML (`templates`).
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from sz_assets.charts.context import Bilingual, summary_of
from sz_assets.charts.table_rows import AccountRow, CategoryRow
from sz_assets.report import formats
from sz_assets.report.data import ReportData

_OF_ALL = "all accounts"
_LIKES = "sample, like_count"


@dataclass(frozen=True)
class KeyNumber:
    """A number as shown; `source` is its table, key and column, "count"/"sum" said in the key."""

    label: Bilingual
    value: str | Markup
    source: tuple[str, str, str]
    note: Bilingual | None = None


def key_numbers(
    data: ReportData, accounts: list[AccountRow], categories: list[CategoryRow]
) -> list[KeyNumber]:
    """Accounts, lists, videos, the sample and its likes."""
    likes = summary_of(data.frames, data.context, "like_count") or {}
    coded = sum(row.video_count for row in categories)
    complete = sum(row.coverage_verdict == "complete" for row in accounts)
    eligible = sum(row.is_eligible for row in accounts)
    month = "fct_account_month"
    return [
        KeyNumber(
            Bilingual("账号", "accounts"),
            formats.count(len(accounts)),
            (month, f"count of {_OF_ALL}", "account_id"),
            Bilingual(f"{eligible} 个入选", f"{eligible} eligible"),
        ),
        KeyNumber(
            Bilingual("列表完整的账号", "accounts with a complete list"),
            formats.count(complete),
            (month, f"count of {_OF_ALL}", "coverage_verdict"),
            Bilingual(f"共 {len(accounts)} 个", f"of {len(accounts)}"),
        ),
        KeyNumber(
            Bilingual("观测到的视频", "videos observed"),
            formats.count(sum(row.video_count for row in accounts)),
            (month, f"sum of {_OF_ALL}", "video_count"),
        ),
        KeyNumber(
            Bilingual("本月发布", "published in the month"),
            formats.count(sum(row.published_in_month_count for row in accounts)),
            (month, f"sum of {_OF_ALL}", "published_in_month_count"),
        ),
        KeyNumber(
            Bilingual("样本视频", "videos in the sample"),
            formats.count(likes.get("video_count", 0)),
            ("engagement_summary", _LIKES, "video_count"),
            Bilingual(f"{coded:,} 条已编码", f"{coded:,} coded"),
        ),
        KeyNumber(
            Bilingual("样本点赞中位数", "median likes in the sample"),
            formats.count(likes.get("median")),
            ("engagement_summary", _LIKES, "median"),
        ),
        KeyNumber(
            Bilingual("样本点赞平均数", "mean likes in the sample"),
            formats.count(likes.get("mean")),
            ("engagement_summary", _LIKES, "mean"),
        ),
    ]
