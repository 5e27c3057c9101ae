"""Chinese for what is noted of effects and events, and of the claims that they test.

Here: the phrases. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    # What is compared.
    "A video twice as long against one of the same account": "时长翻倍的视频，与同一账号的视频相比",
    "Short and long videos against those between, within the account: positive if they have more "
    "(a U), negative if less (an inverted U)": (
        "账号内，短视频和长视频与居中者相比：较多为正（U 形），较少为负（倒 U 形）"
    ),
    "A video with one hashtag more against one of the same account": (
        "多一个话题标签的视频，与同一账号的视频相比"
    ),
    "A title twice as long, hashtags not counted, against one of the same account": (
        "标题长度翻倍（不计话题标签）的视频，与同一账号的视频相比"
    ),
    "{inside} against {outside}, within the account": "账号内，{inside}与{outside}相比",
    "Published from {x1} to {x2}": "{x1} 至 {x2} 发布的视频",
    "at other hours": "其他时段发布的",
    "Published on Saturday or Sunday": "周六或周日发布的视频",
    "from Monday to Friday": "周一至周五发布的",
    "Coded as {c} against coded otherwise, within the account": (
        "账号内，编码为“{c}”与编码为其他者相比"
    ),
    "The title is one of a series": "标题属于系列的视频",
    "Pinned when observed": "观测时置顶的视频",
    "all others": "其余视频",
    # How it is estimated.
    "Within each account, least squares of log(1 + count) on the property, given age": (
        "在每个账号内，以 log(1 + 计数) 对该因素作最小二乘，控制视频年龄"
    ),
    "mean of the accounts' slopes with Student's t over accounts": (
        "各账号斜率的平均，以账号为单位作 t 检验"
    ),
    "Within each account, least squares of log(1 + count) on the property and its square, given "
    "age": "在每个账号内，以 log(1 + 计数) 对该因素及其平方作最小二乘，控制视频年龄",
    "Lind and Mehlum's test for a U or an inverted U b"
    "etween the {n1}th and the {n2}th percentile, its "
    "p-value doubled": (
        "在第 {n1} 与第 {n2} 百分位数之间作 Lind–Mehlum 的 U 形或倒 U 形检验，p 值加倍"
    ),
    "Holm over all effects of the population": "对该总体的全部效应作 Holm 校正",
    "among the top {n} of each account, distorted by that selection": (
        "只用每个账号点赞最多的 {n} 条，结果因这种选取而失真"
    ),
    "Accounts pin what did well, and what is pinned is seen more": (
        "账号置顶的本是表现好的视频，置顶后又更易被看到"
    ),
    "{n} videos without this counter left out": "{n} 条视频没有此项计数，已略去",
    "{n1} of {n2} accounts left out for having too little ({need})": (
        "{n2} 个账号中有 {n1} 个因数据太少而略去（{need}）"
    ),
    "Not estimable: {n1} of {n2} accounts have enough ({need}), {n3} are needed": (
        "无法估计：{n2} 个账号中只有 {n1} 个数据足够（{need}），需要 {n3} 个"
    ),
    "{n1} videos, {spread}, and engagement that varies": (
        "要求：{n1} 条视频，{spread}，且互动数有变化"
    ),
    "{n1} in the level and {n2} outside it": "该水平内 {n1} 条、水平外 {n2} 条",
    "one in the level and one outside it": "该水平内外各一条",
    "a standard deviation of {n} of the property's units, given age": (
        "控制年龄后该因素的标准差达到 {n} 个单位"
    ),
    "The mean curve does not turn between the two ends": "平均曲线在两端之间没有转折",
    "The mean curve is a U, lowest at {n} s": "平均曲线呈 U 形，在 {n} 秒处最低",
    "The mean curve is an inverted U, highest at {n} s": "平均曲线呈倒 U 形，在 {n} 秒处最高",
    "The mean curve would be, if it were established, a U, lowest at {n} s": (
        "平均曲线若能确立，则呈 U 形，在 {n} 秒处最低"
    ),
    "The mean curve would be, if it were established, an inverted U, highest at {n} s": (
        "平均曲线若能确立，则呈倒 U 形，在 {n} 秒处最高"
    ),
    # Events.
    "Per account: mean log(1 + x) of the event days ± {n1} against the {n2} days before and after, "
    "without the days of other events, the two sides weighing the same": (
        "逐账号：事件当日前后 {n1} 天内 log(1 + x) 的平均，与之前和之后各 {n2} 天相比，"
        "除去其他事件的日子，前后两侧权重相同"
    ),
    "t over the accounts": "以账号为单位作 t 检验",
    "Per account: videos a day in the event days ± {n1} against the {n2} days before and after, "
    "without the days of other events, given the account's total and the weekdays": (
        "逐账号：事件当日前后 {n1} 天内的日均视频数，与之前和之后各 {n2} 天相比，"
        "除去其他事件的日子，以账号的总数和星期为条件"
    ),
    "score t-test over the accounts, inverted for the interval": (
        "以账号为单位作得分 t 检验，由检验反求区间"
    ),
    "Holm over {n} tests": "对 {n} 个检验作 Holm 校正",
    "It shares days with {x}": "与“{x}”有重合的日子",
    "Left out without this value: {n} of the videos then": "其间有 {n} 条视频没有此值，已略去",
    "Too few: {n1} videos of {n2} accounts that can be compared, of at least {n3} videos and {n4} "
    "accounts": "太少：可比的只有 {n2} 个账号的 {n1} 条视频，至少需要 {n3} 条视频和 {n4} 个账号",
    "No account published then: there is a ratio and no test": "其间没有账号发布：有比值，无法检验",
    "The accounts don't differ: there is no spread to test with": (
        "各账号之间没有差异：没有可供检验的离散"
    ),
    "Nanfang Daily, reprinted at {x}": "《南方日报》，转载于 {x}",
    "Shenzhen Economic Daily, reprinted at {x}": "《深圳商报》，转载于 {x}",
    # Claims that effects test.
    "{contrast}: among all videos {estimate}; {reason}; among the top {n} {estimate2}": (
        "{contrast}：在全部视频中，{estimate}；{reason}；在点赞最多的 {n} 条中，{estimate2}"
    ),
    "{contrast}: only among the top {n} {estimate}; {reason}; among all videos {estimate2}": (
        "{contrast}：仅在点赞最多的 {n} 条中，{estimate}；{reason}；在全部视频中，{estimate2}"
    ),
    "among all videos {estimate}; among the top {n} {estimate2}": (
        "在全部视频中，{estimate}；在点赞最多的 {n} 条中，{estimate2}"
    ),
    "keeping the most liked videos distorts effects in either direction, so it's undecided": (
        "只取点赞最多的视频会使效应朝任一方向失真，故未定"
    ),
    "ratio {n} ({parts})": "比值 {n}（{parts}）",
    "no ratio ({parts})": "没有比值（{parts}）",
    "95 % interval {n1} to {n2}": "95 % 置信区间 {n1} 至 {n2}",
    "Holm p = {n}": "Holm 校正后 p = {n}",
    "direction undecided": "方向未定",
    "positive": "正向",
    "negative": "负向",
    "no effect is estimated": "没有估计效应",
    "no effect is estimated ({reason})": "没有估计效应（{reason}）",
    "this month has no such row": "本月没有这一行",
    "after Holm's correction the direction is undecided": "经 Holm 校正后方向未定",
    "after Holm's correction the effect is {direction}": "经 Holm 校正后效应为{direction}",
    "an effect is found where {place}: {estimate}": "在 {place} 处发现效应：{estimate}",
    "without an interval it is undecided whether the effect matters": (
        "没有区间，无法断定效应是否重要"
    ),
    "after Holm's correction an effect is found, its interval outside {n1} to {n2}": (
        "经 Holm 校正后发现效应，其区间在 {n1} 至 {n2} 之外"
    ),
    "the interval reaches beyond {n1} to {n2}, so this is undecided": (
        "区间超出 {n1} 至 {n2} 的范围，故未定"
    ),
    "the interval lies within {n1} to {n2}, where an effect does not matter": (
        "区间落在 {n1} 至 {n2} 之内，这样的效应无关紧要"
    ),
    "the interval lies within {n1} to {n2}, where an effect does not matter, but {doubt}": (
        "区间落在 {n1} 至 {n2} 之内，这样的效应无关紧要，但{doubt}"
    ),
    "the interval lies within {n1} to {n2}, where an effect does not matter, but nothing is "
    "estimated where {place}": (
        "区间落在 {n1} 至 {n2} 之内，这样的效应无关紧要，但 {place} 处没有估计"
    ),
    "a U shape can't be ruled out: uncorrected p {p}": "不能排除 U 形：未校正的 p 值为 {p}",
    "an effect where {place} can't be ruled out: uncorrected p {p}": (
        "不能排除 {place} 处的效应：未校正的 p 值为 {p}"
    ),
    "unknown": "未知",
    "None of {n} events could be tested": "{n} 个事件都无法检验",
    "Of {n1} events that could be tested {n2} stand out after Holm's correction, {n3} fall below, "
    "{n4} do not matter and {n5} are undecided": (
        "可检验的 {n1} 个事件中，经 Holm 校正后突出地高的有 {n2} 个，突出地低的 {n3} 个，"
        "无关紧要的 {n4} 个，未定的 {n5} 个"
    ),
    "{counts}; most clearly {c}, ratio {n}": "{counts}；最明显的是“{c}”，比值 {n}",
    "{counts}; most clearly {c}": "{counts}；最明显的是“{c}”",
}
