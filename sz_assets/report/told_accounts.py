"""Chinese for what is noted of lists and accounts: how far a list came, who is admitted and why.

Here: the phrases. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    # How far a list came.
    "No page of the account's list was asked for in this month": "本月没有请求过该账号的列表",
    "The profile was refused ({reason})": "账号主页被拒绝（{reason}）",
    "The profile could not be obtained ({reason})": "账号主页未能取得（{reason}）",
    "After {seen} the crawl ended with {reason}": "取得 {seen} 之后，采集因故终止：{reason}",
    "{seen}, but {gap}": "{seen}，但{gap}",
    "{seen}; imported files do not say whether more follow": (
        "{seen}；导入的文件没有说明后面是否还有"
    ),
    "{seen}; the last page did not say whether more follow": "{seen}；最后一页没有说明后面是否还有",
    "{seen}; the last page said that no more follow": "{seen}；最后一页表明后面已没有更多",
    "{seen}; more follow, but the last page gave no cursor": (
        "{seen}；后面还有，但最后一页没有给出游标"
    ),
    "{seen}; more follow, but cursor {x} repeats": "{seen}；后面还有，但游标 {x} 重复出现",
    "{seen}; more follow, but the crawl stopped there": "{seen}；后面还有，但采集到此为止",
    "{pages} with {items} (the platform counts {n})": "{pages}，共 {items}（平台计数为 {n}）",
    "{pages} with {items}": "{pages}，共 {items}",
    "{n} pages": "{n} 页",
    "{n} page": "{n} 页",
    "{n} items": "{n} 条",
    "{n} item": "{n} 条",
    "page {n} is missing": "缺第 {n} 页",
    "page {n} does not follow from the page before it": "第 {n} 页接不上前一页",
    # Why an answer did not come, or did not count.
    "HTTP status {n}": "HTTP 状态码 {n}",
    "no whole answer within {n} s": "{n} 秒内没有完整的应答",
    "the transfer broke off ({x})": "传输中断（{x}）",
    "an answer of more than {n} bytes": "应答超过 {n} 字节",
    "the platform's name has no address": "平台的域名没有地址",
    "no encrypted connection ({x} failed)": "没有加密连接（{x} 失败）",
    "no connection to the platform": "无法连接平台",
    "a compression beside {x}": "压缩方式不在 {x} 之内",
    "the {n} requests of the day to {x} are used up": "当日对 {x} 的 {n} 次请求已用完",
    "robots.txt of {x} disallows {x2}": "{x} 的 robots.txt 不允许访问 {x2}",
    "{detail}, for robots.txt, without which nothing else is asked": (
        "{detail}（请求 robots.txt 时；没有它就不再请求别的）"
    ),
    "{x} asked to be left alone until {x2} UTC": "{x} 要求在 {x2}（UTC）之前不要再访问",
    "the host failed {n} requests in a row, last with {problem}": (
        "该主机连续 {n} 次请求失败，最后一次为：{problem}"
    ),
    "{x} ended before it was this account's turn": "轮到该账号之前，{x} 已经结束",
    "{detail}; from {x} on, sz-assets run --month {x2} goes on from there": (
        "{detail}；自 {x} 起可用 sz-assets run --month {x2} 从该处继续"
    ),
    "{detail}; {x} ends before more are allowed": "{detail}；{x} 在允许更多请求之前就结束了",
    # Who is admitted.
    "Not eligible: follower count not observed": "未入选：未观测到粉丝数",
    "Eligible: {facts}": "入选：{facts}",
    "Not eligible: {facts}": "未入选：{facts}",
    "{n1} followers, at least {n2}": "粉丝 {n1}，不少于 {n2}",
    "{n1} followers, fewer than {n2}": "粉丝 {n1}，少于 {n2}",
    "verification not asked for": "不要求认证",
    "verification not observed": "未观测到认证",
    "not verified": "未认证",
    "verified as enterprise": "已作企业认证",
    "verified as government or media": "已作政府或媒体认证",
    "verified as enterprise and as government or media": "已作企业认证，也已作政府或媒体认证",
    "not verified as {kind}, verification as {kind2} not observed": (
        "未作{kind}认证，{kind2}认证未观测到"
    ),
    "enterprise": "企业",
    "government or media": "政府或媒体",
}
