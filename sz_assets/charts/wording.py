"""Words and number formats that charts and report share, in both languages."""

from __future__ import annotations

from sz_assets.charts.context import Bilingual

MISSING = "—"
YES_NO = {True: Bilingual("是", "yes"), False: Bilingual("否", "no")}
COVERAGE = {
    "complete": Bilingual("完整", "complete"),
    "truncated": Bilingual("被截断", "truncated"),
    "refused": Bilingual("被拒绝", "refused"),
    "unknown": Bilingual("未知", "unknown"),
}
METRICS = {
    "duration_seconds": Bilingual("时长（秒）", "Duration (seconds)"),
    "like_count": Bilingual("点赞数", "Likes (count)"),
    "favorite_count": Bilingual("收藏数", "Favorites (count)"),
    "share_count": Bilingual("分享数", "Shares (count)"),
    "comment_count": Bilingual("评论数", "Comments (count)"),
}


def ten_thousands(count: int | None) -> str:
    """A count in 万 (ten thousands) with one decimal, or the sign for missing."""
    return MISSING if count is None else f"{count / 10_000:,.1f}"
