"""Chinese for what is noted of the publication's claims: what was read, and how it compares.

Here: the phrases; tables and columns keep their names, by which the numbers are found. Not here:
how phrases are matched (`told`), or the study's own remarks (`told_study`).
"""

from __future__ import annotations

PHRASES = {
    "{number}; claimed at least {n1} and at most {n2}": "{number}；主张不少于 {n1}，不多于 {n2}",
    "{number}; claimed at least {n}": "{number}；主张不少于 {n}",
    "{number}; claimed at most {n}": "{number}；主张不多于 {n}",
    "{number}; the published value is a lower bound": "{number}；刊出的数值是下限",
    "{number}; tolerance {n}": "{number}；容差 {n}",
    "{number}; claimed less than {others}": "{number}；主张小于：{others}",
    "{number}; claimed more than {others}": "{number}；主张大于：{others}",
    "{number} (holds)": "{number}（成立）",
    "{number} (does not hold)": "{number}（不成立）",
    "rows of {c} where {filter} is {n}": "{c} 中满足 {filter} 的行数为 {n}",
    "rows of {c} is {n}": "{c} 的行数为 {n}",
    "distinct of {c} where {filter} is {n}": "{c}（条件：{filter}）的不同取值数为 {n}",
    "distinct of {c} is {n}": "{c} 的不同取值数为 {n}",
    "min of {c} where {filter} is {n}": "{c}（条件：{filter}）的最小值为 {n}",
    "min of {c} is {n}": "{c} 的最小值为 {n}",
    "max of {c} where {filter} is {n}": "{c}（条件：{filter}）的最大值为 {n}",
    "max of {c} is {n}": "{c} 的最大值为 {n}",
    "sum of {c} where {filter} is {n}": "{c}（条件：{filter}）的合计为 {n}",
    "sum of {c} is {n}": "{c} 的合计为 {n}",
    "{c} where {filter} is {n}": "{c}（条件：{filter}）为 {n}",
    "{c1}.{c2} is {n}": "{c1}.{c2} 为 {n}",
    "{c} = {c2}": "{c} = {c2}",
    "{c}: this month has no such row": "{c}：本月没有这一行",
    "{c}: not computed": "{c}：未计算",
    "{c}: missing": "{c}：缺失",
    "{c}: the value is missing in {n1} of {n2} rows": "{c}：{n2} 行中有 {n1} 行缺失",
    "{c1} by {c2} where {filter}: {series}": "{c1} 按 {c2}（条件：{filter}）：{series}",
    "{c1} by {c2}: {series}": "{c1} 按 {c2}：{series}",
    "{series}; {n1} of {n2} steps are rising": "{series}；{n2} 步中有 {n1} 步上升",
    "{series}; {n1} of {n2} steps are falling": "{series}；{n2} 步中有 {n1} 步下降",
    "{n}: missing": "{n}：缺失",
    "Inference: {verdict}": "推断：{verdict}",
    "supported": "支持",
    "contradicted": "相悖",
    "undecided": "未定",
    "not testable": "无法检验",
    # How reliable the codes behind a claim are.
    "The coding was not checked by people": "编码未经人工核查",
    "{reason}: computed, not established": "{reason}：算出而未确立",
    "People agree {agreed}": "人工编码之间一致的程度：{agreed}",
    "on {c} {agreed}": "对“{c}”，{agreed}",
    "with the machine {agreed}": "与机器之间，{agreed}",
    "with the machine, which coded {n} of the sample, {agreed}": (
        "与机器（样本的 {n} 由它编码）之间，{agreed}"
    ),
    "to an unknown degree": "程度未知",
    "with α = {n1} ({n2} to {n3}), {word}": "α = {n1}（{n2} 至 {n3}），{word}",
    "with α = {n1}, {word}": "α = {n1}，{word}",
    "not judged": "未作判断",
    "reliable": "可靠",
    "tentative": "暂可",
    "insufficient": "不足",
}
