"""Words and number formats that charts and report share, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sz_assets.charts.context import Bilingual, Category

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
# As they stand within a sentence.
MEASURES = {
    "video_count": Bilingual("视频数", "videos published"),
    "duration_seconds": Bilingual("时长（秒）", "duration (seconds)"),
    "like_count": Bilingual("点赞", "likes"),
    "favorite_count": Bilingual("收藏", "favorites"),
    "share_count": Bilingual("分享", "shares"),
    "comment_count": Bilingual("评论", "comments"),
}
WEEKDAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")
TEST_VERDICTS = {
    "supported": Bilingual("支持", "supported"),
    "contradicted": Bilingual("相悖", "contradicted"),
    "undecided": Bilingual("未定", "undecided"),
    "not_testable": Bilingual("无法检验", "not testable"),
}
PAPER_VERDICTS = {
    "reproduced": Bilingual("复现", "reproduced"),
    "differs": Bilingual("有差异", "differs"),
    "contradicted": Bilingual("相悖", "contradicted"),
    "not_testable": Bilingual("无法检验", "not testable"),
}
EFFECT_VERDICTS = {
    "positive": Bilingual("较高", "higher"),
    "negative": Bilingual("较低", "lower"),
    "undecided": Bilingual("未定", "undecided"),
    "not_estimable": Bilingual("无法估计", "not estimable"),
}
RELIABILITY = {
    "reliable": Bilingual("可靠", "reliable"),
    "tentative": Bilingual("暂可", "tentative"),
    "insufficient": Bilingual("不足", "insufficient"),
    "unknown": Bilingual("未知", "unknown"),
}
RELIABILITY_SIGNS = {"reliable": "●", "tentative": "◆", "insufficient": "▼", "unknown": "○"}
RELIABILITY_KEY = " · ".join(
    f"{RELIABILITY_SIGNS[word]} {words}" for word, words in RELIABILITY.items()
)
# With codes no better than that, what rests on them is computed and not established.
NOT_ESTABLISHING = ("insufficient", "unknown")
DECIDED = ("supported", "contradicted")
COMPUTED_ONLY = Bilingual("算出而未确立", "computed, not established")
ESTIMATORS = {
    "uncorrected": Bilingual("机器计数（未校正）", "machine, uncorrected"),
    "human_only": Bilingual("仅人工样本", "human sample"),
    "corrected": Bilingual("经校正", "corrected"),
}
# What must be known of the estimates of a share, and of their intervals.
SAME_POINT = Bilingual(
    "样本按这台机器的判断抽取时，人工样本与经校正的数值相同，校正只使区间变窄",
    "Where the sample was drawn by this machine's word, human sample and corrected coincide, and "
    "only the interval narrows",
)
TAKEN_AS_TRUE = Bilingual(
    "人工编码当作真值：编码员的分歧不在区间内",
    "People's codes are taken as true: their disagreement is not in the intervals",
)
FACTORS = {
    "duration": Bilingual("时长", "Duration"),
    "hour": Bilingual("时段", "Hour"),
    "weekday": Bilingual("星期", "Weekday"),
    "topic": Bilingual("题材", "Topic"),
    "hashtag_count": Bilingual("话题标签", "Hashtags"),
    "title_length": Bilingual("标题长度", "Title length"),
    "series": Bilingual("系列", "Series"),
    "pinned": Bilingual("置顶", "Pinned"),
}
LEVELS = {
    ("duration", "per_doubling"): Bilingual("时长每翻一倍", "Twice as long"),
    ("duration", "u_shape"): Bilingual("时长两端与中间", "Short and long against between"),
    ("hour", "morning_06_11"): Bilingual("6–11 时发布", "Published 06–11 h"),
    ("hour", "afternoon_12_17"): Bilingual("12–17 时发布", "Published 12–17 h"),
    ("hour", "evening_18_23"): Bilingual("18–23 时发布", "Published 18–23 h"),
    ("hour", "night_00_05"): Bilingual("0–5 时发布", "Published 00–05 h"),
    ("weekday", "weekend"): Bilingual("周末发布", "Published at the weekend"),
    ("hashtag_count", "per_tag"): Bilingual("每多一个话题标签", "One hashtag more"),
    ("title_length", "per_doubling"): Bilingual("标题每长一倍", "A title twice as long"),
    ("series", "in_series"): Bilingual("系列视频", "One of a series"),
    ("pinned", "is_pinned"): Bilingual("置顶视频", "Pinned"),
}


def effect_label(
    factor: str, level: str, contrast: str, categories: Iterable[Category]
) -> Bilingual:
    """Short words for an effect; its contrast, as its own table says it, where none are known."""
    if factor == "topic":
        for category in categories:
            if category.secondary_id == level:
                topic = category.secondary
                return Bilingual(f"题材：{topic.zh}", f"Topic: {topic.en}")
    return LEVELS.get((factor, level), Bilingual(contrast, contrast))


def named(words: Mapping[str, Bilingual], key: str) -> Bilingual:
    """The words for a key, or the key itself where none are known."""
    return words.get(key, Bilingual(key.replace("_", " "), key.replace("_", " ")))


def ratio_text(value: float | None) -> str:
    """A ratio as a factor such as ×1.25, or the sign for missing."""
    if value is None:
        return MISSING
    return f"×{value:,.0f}" if value >= 100 else f"×{value:.3g}" if value < 0.1 else f"×{value:.2f}"


def share_text(ratio: float | None) -> str:
    """A share in percent, with two decimals below 10 %: rare categories differ in them."""
    if ratio is None:
        return MISSING
    return f"{ratio * 100:.1f} %" if ratio >= 0.1 else f"{ratio * 100:.2f} %"


def ten_thousands(count: int | None) -> str:
    """A count in 万 (ten thousands) with one decimal, or the sign for missing."""
    return MISSING if count is None else f"{count / 10_000:,.1f}"
