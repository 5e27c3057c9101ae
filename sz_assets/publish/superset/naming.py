"""How tables and columns are called in Superset: ids that stay, and names in two languages.

Here: words and ids. Not here: what a column means (`contracts`) or how it is added up (`datasets`).
"""

from __future__ import annotations

from uuid import UUID, uuid5

from sz_assets.charts.context import Bilingual

# Whoever imports again must meet the same ids, or everything would be there twice.
_NAMESPACE = UUID("6d1c8f5e-3f1a-5c0e-9b0b-7a53a2c1d0f4")


def fixed_id(kind: str, name: str) -> str:
    """The same UUID in every export for a thing of this kind and name."""
    return str(uuid5(_NAMESPACE, f"{kind}/{name}"))


_COLUMNS_ZH = {
    "crawl_month": "采集月份",
    "month": "采集月份",
    "previous_crawl_month": "上次采集月份",
    "account": "账号",
    "account_id": "账号编号",
    "video_id": "视频编号",
    "platform": "平台",
    "name_zh": "中文名",
    "name_en": "英文名",
    "field": "领域",
    "follower_count": "粉丝数",
    "total_like_count": "获赞总数",
    "platform_video_count": "平台显示作品数",
    "video_count": "视频数",
    "published_in_month_count": "本月发布数",
    "coverage_verdict": "采集完整性",
    "coverage_reason": "完整性依据",
    "data_origin": "数据来源",
    "observed_at": "采集时间",
    "published_at": "发布时间",
    "published_year": "发布年份",
    "weekday": "星期",
    "weekday_name": "星期",
    "hour": "小时",
    "hour_of_day": "小时",
    "title": "标题",
    "hashtags": "话题",
    "media_type": "类型",
    "duration_seconds": "时长",
    "like_count": "点赞数",
    "favorite_count": "收藏数",
    "share_count": "分享数",
    "comment_count": "评论数",
    "play_count": "播放数",
    "like_rank": "点赞名次",
    "is_pinned": "置顶",
    "is_in_sample": "在样本中",
    "primary_category": "一级类目",
    "secondary_category": "二级类目",
    "coding_method": "编码方式",
    "url": "链接",
    "population": "统计范围",
    "metric": "指标",
    "missing_count": "缺失数",
    "mean": "均值",
    "median": "中位数",
    "gini": "基尼系数",
    "incomplete_accounts": "未采全的账号",
    "median_like_count": "点赞中位数",
    "median_favorite_count": "收藏中位数",
    "median_share_count": "分享中位数",
    "median_comment_count": "评论中位数",
    "median_duration_seconds": "时长中位数",
    "mean_like_count": "点赞均值",
    "h_index": "h 指数",
    "video_share_ratio": "视频占比",
    "like_share_ratio": "点赞占比",
    "human_coded_count": "人工编码数",
    "location_quotient": "区位商",
    "like_growth": "点赞增长",
    "compared_video_count": "可比视频数",
    "new_video_count": "新增视频数",
    "gone_video_count": "消失视频数",
    "total_like_growth": "点赞总增长",
    "total_favorite_growth": "收藏总增长",
    "total_share_growth": "分享总增长",
    "total_comment_growth": "评论总增长",
    "median_like_growth_per_day": "日均点赞增长中位数",
    "category_level": "类目层级",
    "category": "类目",
    "coefficient": "系数",
    "value": "值",
    "interval_low": "区间下限",
    "interval_high": "区间上限",
    "unit_count": "视频数",
    "coder_count": "编码员数",
    "verdict": "判断",
    "claim_id": "论断编号",
    "section": "章节",
    "statement": "论断",
    "statement_en": "论断（英文）",
    "statement_zh": "论断（中文）",
    "published_value": "发表值",
    "computed_value": "计算值",
    "difference": "差值",
    "unit": "单位",
    "note": "说明",
    "method": "方法",
    "p_value_holm": "校正后 p 值",
    "effect_multiplier": "效应倍数",
    "index_name": "指数",
    "rank": "名次",
    "breakout_kind": "走红方式",
    "breakout_rank": "走红名次",
    "account_median_like_count": "账号点赞中位数",
    "like_multiple": "为中位数的倍数",
    "rows": "行数",
}


def column_name(name: str) -> Bilingual:
    """A column's name for readers; its Chinese is empty where the project has no word for it."""
    english = name.removesuffix("_zh").removesuffix("_en") if name[:9] == "statement" else name
    return Bilingual(_COLUMNS_ZH.get(name, ""), english.replace("_", " "))


def verbose(name: str) -> str:
    """Both languages of a column's name in one line."""
    return str(column_name(name)).strip()
