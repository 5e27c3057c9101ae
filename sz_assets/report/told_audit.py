"""Chinese for the arithmetic of findings among the publication's own numbers, and suggestions.

Here: the phrases; printed names are carried over. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    "{n1} to {n2}": "{n1} 至 {n2}",
    # Percentages and counts.
    "{x1} = {n1} %; the printed {n2} % stands for {n3} to {n4} %, that is {n5} to {n6} of {n7}": (
        "{x1} = {n1} %；刊出的 {n2} % 代表 {n3} 至 {n4} %，即 {n7} 中的 {n5} 至 {n6}"
    ),
    "{n} % by this count": "按此计数为 {n} %",
    "{n} % by rounding": "四舍五入为 {n} %",
    "{n} % by rounding: the printed figure was cut off instead of rounded": (
        "四舍五入为 {n} %：刊出的数字是截断而不是四舍五入"
    ),
    "{nearest}, if the count is right": "如果计数无误，{nearest}",
    "{n1} below {n2}, {n3} below {n4}": "低于 {n2} 的 {n1} 个，低于 {n4} 的 {n3} 个",
    "{n1} are below {n2}, and the smallest is {range}": (
        "低于 {n2} 的有 {n1} 个，而最小值为 {range}"
    ),
    "none is below {n}, and the smallest is {range}": "没有低于 {n} 的，而最小值为 {range}",
    "{n1} are {n2} or more, and the largest is {range}": (
        "不低于 {n2} 的有 {n1} 个，而最大值为 {range}"
    ),
    "all {n1} are below {n2}, and the largest is {range}": (
        "全部 {n1} 个都低于 {n2}，而最大值为 {range}"
    ),
    "the mean can be {limits}: one value the smallest, one the largest, the others between; the "
    "printed one is {range}": (
        "平均数可为 {limits}：一个取最小值，一个取最大值，其余在两者之间；刊出的是 {range}"
    ),
    "at least {n}": "至少 {n}",
    "{n} would be possible: the point may have slipped": "{n} 是可能的：小数点可能错位",
    "{n1} × {range} = {n2} to {n3}, which holds no whole number": (
        "{n1} × {range} = {n2} 至 {n3}，其中没有整数"
    ),
    # Extremes.
    "{x} = {n1} % ({n2} to {n3} % by rounding)": "{x} = {n1} %（计及四舍五入为 {n2} 至 {n3} %）",
    "Gini is {n1} to {n2}": "基尼系数为 {n1} 至 {n2}",
    "the share of the top 1 % is {n1} to {n2}": "前 1 % 的占比为 {n1} 至 {n2}",
    "the share of the top 10 % is {n1} to {n2}": "前 10 % 的占比为 {n1} 至 {n2}",
    "the largest of {n1} reaches this with probability {n2} (lognormal) or {n3} (power law) given "
    "the other moments": (
        "在其他矩给定时，{n1} 个数值中的最大值达到此数的概率为 {n2}（对数正态）或 {n3}（幂律）"
    ),
    "the coefficient of variation is at least {n}, and can be at most: {list}": (
        "变异系数至少为 {n}，而其他各项至多为：{list}"
    ),
    "likes {n}": "点赞 {n}",
    "favorites {n}": "收藏 {n}",
    "shares {n}": "分享 {n}",
    "comments {n}": "评论 {n}",
    "duration {n}": "时长 {n}",
    "duration": "时长",
    "{n1}, {n2} times less, would be {n3} % of all and {n4} times the mean{rest}": (
        "若为 {n1}（小 {n2} 倍），则占总量的 {n3} %，是平均数的 {n4} 倍{rest}"
    ),
    " (others: {x}), with probability {n}: the point may have slipped": (
        "（其他各项为 {x}），概率为 {n}：小数点可能错位"
    ),
    "(others: {x}), with probability {n}: the point may have slipped": (
        "（其他各项为 {x}），概率为 {n}：小数点可能错位"
    ),
    ", with probability {n}: the point may have slipped": "，概率为 {n}：小数点可能错位",
    "With a largest value of {n1}, {n2} times less, the claim could hold": (
        "若最大值为 {n1}（小 {n2} 倍），该主张可以成立"
    ),
    # Orders.
    "mean of {counter} {n1} > {n2} of {counter2}": "{counter}的平均数 {n1} > {counter2}的 {n2}",
    "mean of {counter} {n1} < {n2} of {counter2}": "{counter}的平均数 {n1} < {counter2}的 {n2}",
    "mean of {counter} {n1} = {n2} of {counter2}": "{counter}的平均数 {n1} = {counter2}的 {n2}",
    "mean of {counter} {n1} {x} {n2} of {counter2} (below {n3}: {n4} of {n5"
    "} against {n6} of {n7})": (
        "{counter}的平均数 {n1} {x} {counter2}的 {n2}"
        "（低于 {n3} 的：{n5} 中有 {n4}，对 {n7} 中有 {n6}）"
    ),
    "It holds against {list} only": "只对{list}成立",
    "coefficient of variation of {counter} at least {n}": "{counter}的变异系数至少 {n}",
    "of {counter} at most {n}": "{counter}的至多 {n}",
    "the largest value holds {n} % of all {counter}": "最大值占全部{counter}的 {n} %",
    # Names and tables.
    "{printed}; {n1} different names in {n2} places": "{printed}；{n2} 处共有 {n1} 个不同的名称",
    "{x} ({place})": "{x}（{place}）",
    "{x} is printed in the most places": "{x} 刊出的处数最多",
    "{x} ({place}) equals 0 of the names listed": "{x}（{place}）与所列名称中的 0 个相同",
    "It may be {x}": "可能是 {x}",
    "It may be {x} or {x2}": "可能是 {x} 或 {x2}",
    "{n1} rows − {n2} repeated = {n3} different rows": "{n1} 行 − 重复 {n2} 行 = 不同的 {n3} 行",
    "{n} of the rows may stand in the place of those that are missing": (
        "其中 {n} 行可能占了所缺各行的位置"
    ),
    "{n1} accounts − {n2} described = {n3} missing ({n4} rows are printed)": (
        "{n1} 个账号 − 有描述的 {n2} 个 = 缺 {n3} 个（刊出 {n4} 行）"
    ),
    "{n1} {x} − {n2} described = {n3} missing ({n4} rows are printed)": (
        "{n1} 个 {x} − 有描述的 {n2} 个 = 缺 {n3} 个（刊出 {n4} 行）"
    ),
    "They may be meant by {x}": "可能就是 {x} 所指",
    "row {n1} of {n2}: group {x1}, by the codebook {x2}; {n3} of the {n4} rows of {x3} stand under "
    "it": (
        "{n2} 行中的第 {n1} 行：列在“{x1}”组，按编码表属“"
        "{x2}”；“{x3}”的 {n4} 行中有 {n3} 行列在其下"
    ),
    "The label {x} may stand too far from row {n}": "标签“{x}”可能离第 {n} 行太远",
    # Totals.
    "{x1} = {range}, not {n} ({list})": "{x1} = {range}，而不是 {n}（{list}）",
    "Without the {n} {part} it would add up": "不计那 {n} 个{part}就能加总相符",
    "other accounts": "其他账号",
    "accounts named": "列名的账号",
    "{n} accounts named": "{n} 个列名的账号",
    "{n} other accounts": "{n} 个其他账号",
    "A part may have {n} less than is said": "某一部分可能比所说的少 {n}",
    "A part may have {n} more than is said": "某一部分可能比所说的多 {n}",
    "{x}: no number is rounded to all of them": "{x}：没有一个数四舍五入后能同时得到它们",
}
