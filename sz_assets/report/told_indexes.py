"""Chinese for what is noted of indexes: their units, sources, and what they leave out.

Here: the phrases. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    "points": "分",
    "likes + comments + shares + favorites per video and follower": (
        "每条视频每名粉丝的点赞 + 评论 + 分享 + 收藏"
    ),
    "likes + comments + shares + favorites per play": "每次播放的点赞 + 评论 + 分享 + 收藏",
    "videos, in units of 1,000 likes": "视频数，以 1,000 次点赞为单位",
    "likes per play": "每次播放的点赞",
    "comments per like": "每次点赞的评论",
    "shares per like": "每次点赞的分享",
    "followers per like": "每次点赞的粉丝",
    "none found": "未找到",
    "{x1}) ** 2 with w_{x2}": "{x1}) ** 2，其中 w_{x2}",
    "{x1})) with w_{x2}": "{x1}))，其中 w_{x2}",
    "Over all observed videos of the account": "以该账号全部观测到的视频计",
    "an incomplete list makes it too low": "列表不完整时偏低",
    "Made for articles on WeChat, whose reads stand where plays stand here": (
        "原为微信文章而设，其阅读数在此以播放数代替"
    ),
    "Others leave shares or favorites out of the numerator": "另有定义的分子不含分享或收藏",
    "The source counts views in units of 100,000": "来源以 100,000 次观看为单位",
    "here it is likes in units of 1,000": "这里以 1,000 次点赞为单位",
    "The source's thresholds are not taken over": "未沿用来源的阈值",
    "Such ratios are in use, but no page that defines this one was found": (
        "此类比值有人使用，但没有找到给出其定义的页面"
    ),
    "it is what its name says": "其义即如其名",
    "No public page that prints its formula was found: no value": (
        "没有找到刊出其公式的公开页面：不给数值"
    ),
    "Not available for this account: {x}": "该账号没有这些数据：{x}",
    "Not defined for this account: a division by zero or the logarithm of nothing": (
        "对该账号无定义：除数为零，或对零取对数"
    ),
    "Left out: {list}": "已略去：{list}",
    "no like count: {n1} of {n2} videos": "{n2} 条视频中 {n1} 条没有点赞数",
    "no comment count: {n1} of {n2} videos": "{n2} 条视频中 {n1} 条没有评论数",
    "no share count: {n1} of {n2} videos": "{n2} 条视频中 {n1} 条没有分享数",
    "no favorite count: {n1} of {n2} videos": "{n2} 条视频中 {n1} 条没有收藏数",
    "no play count: {n1} of {n2} videos": "{n2} 条视频中 {n1} 条没有播放数",
}
