"""Chinese for what is noted of statistics: description, tails, growth, trend, and their units.

Here: the phrases. Not here: how they are matched (`told`).
"""

from __future__ import annotations

PHRASES = {
    # Units.
    "count": "计数",
    "seconds": "秒",
    "ratio": "比值",
    "ratio 0 to 1": "0 至 1 的比值",
    "accounts": "账号",
    "categories": "类目",
    "days": "天",
    "hours": "小时",
    "people": "人",
    "rows": "行",
    "steps": "步",
    "years": "年",
    "yuan": "元",
    "videos": "视频",
    "likes": "点赞",
    "favorites": "收藏",
    "shares": "分享",
    "comments": "评论",
    # Description.
    "Census of the recorded videos: {statistic}": "对所记录视频的普查：{statistic}",
    "arithmetic mean": "算术平均数",
    "exp(mean of ln(1 + x)) - 1, so zeros count as zeros": (
        "exp(ln(1 + x) 的平均数) − 1，零值仍按零计"
    ),
    "quantile, linear between the values": "分位数，相邻数值之间线性内插",
    "1 minus the Lorenz curve, linear between the videos": "1 减去洛伦兹曲线，视频之间线性内插",
    "standard deviation with n - 1": "标准差，分母为 n − 1",
    "mean without the lowest and the highest 10 %": "去掉最低和最高各 10 % 之后的平均数",
    "mean without the largest value": "去掉最大值之后的平均数",
    "sum of (2i - n - 1) x_i over n times the total, ascending": (
        "升序排列，(2i − n − 1) x_i 之和除以 n 倍总量"
    ),
    "largest value over the total": "最大值除以总量",
    "largest value": "最大值",
    "smallest value": "最小值",
    "share of values below 500": "低于 500 的数值的占比",
    "share of zeros": "零值的占比",
    "exp(M) - 1, M the mean over accounts of each one's mean of ln(1 + x)": (
        "exp(M) − 1，M 为各账号 ln(1 + x) 平均数在账号间的平均"
    ),
    "exp(M) - 1, M the mean over accounts of ln(1 + median)": (
        "exp(M) − 1，M 为 ln(1 + 中位数) 在账号间的平均"
    ),
    "1 / (1 + exp(-M)), M the mean over accounts of the log odds of a value below 500, 1/2 added "
    "to both counts": (
        "1 / (1 + exp(−M))，M 为数值低于 500 的对数优势在账号间的平均，两边计数各加 1/2"
    ),
    "bootstrap-t over accounts, {n} draws": "以账号为单位的自助法 t 区间，抽取 {n} 次",
    "mean over accounts of each one's own Gini": "各账号自身基尼系数的平均",
    "t with one degree less than accounts": "t 分布，自由度为账号数减一",
    "About accounts like these no interval is given: none was found that holds for the "
    "concentration of all videos of so few accounts; `mean_account_gini` has one": (
        "对类似的账号不给出区间：账号这样少，没有找到适用于其全部视频集中度的区间；"
        "`mean_account_gini`（账号基尼系数的平均）有区间"
    ),
    "{n1} of {n2} rows are repeats of a co-authored video in another account's list": (
        "{n2} 行中有 {n1} 行是联合投稿的视频在另一账号列表中的重复"
    ),
    "some lists are shorter than the sample's cut": "有些列表短于样本的截取数",
    "{n1} of {n2} values are missing and left out": "{n2} 个数值中有 {n1} 个缺失，已略去",
    "No value: few accounts have a share between 0 and 1": (
        "不给数值：占比介于 0 与 1 之间的账号太少"
    ),
    "Too few values": "数值太少",
    "No value is present": "没有任何数值",
    "Every value is 0": "所有数值均为 0",
    "No interval: {n1} accounts contribute, and the method is used for at least {n2}": (
        "没有区间：只有 {n1} 个账号可用，而该方法要求至少 {n2} 个"
    ),
    "No interval: the accounts do not differ": "没有区间：各账号之间没有差异",
    "No interval: {reason}, or the accounts do not differ": (
        "没有区间：{reason}，或各账号之间没有差异"
    ),
    # Tails.
    "Nothing is fitted: of {n1} positive values no tail has at least {n2} that are not all the "
    "same, as Clauset et al. 2009 advise": (
        "未作拟合：{n1} 个正值中，没有哪个尾部有至少 {n2} 个不全相同的数值"
        "（Clauset et al. 2009 的建议）"
    ),
    "Conditional on xmin": "以 xmin（尾部起点）为条件",
    "videos are taken as independent": "视之为相互独立的视频",
    "lognormal with mu above 0": "对数正态分布限定 mu 大于 0",
    "Conditional on xmin; videos are taken as independent, lognormal with mu above 0": (
        "以 xmin（尾部起点）为条件；各视频视为相互独立，对数正态分布限定 mu 大于 0"
    ),
    "Beyond xmin are fewer than {n} values, so that xmin itself is rough (Clauset et al. 2009)": (
        "超过 xmin 的数值不足 {n} 个，所以 xmin 本身也是粗略的（Clauset et al. 2009）"
    ),
    # At fixed ages.
    "Medians of the bounds, and the median of Turnbull's estimate from the intervals between the "
    "last counter before the age and the first one after": (
        "上、下界的中位数，以及 Turnbull 估计的中"
        "位数；区间取自该年龄之前最后一次与之后第一次计数之间"
    ),
    "No video of this year was seen both before and after this age": (
        "该年没有视频在此年龄前后都被观测到"
    ),
    "{n} videos whose counter is missing are left out": "{n} 条视频因计数缺失而略去",
    "The bounds are too far apart for a point between them": "上、下界相距太远，无法在其间取一点",
    "The median speaks of the {n1} bracketed videos: {n2} others are counte"
    "d and not extrapolated": (
        "中位数只就前后均有观测的 {n1} 条视频而言：另外 {n2} 条只计数，不外推"
    ),
    # The trend.
    "Log likes brought to one age by each account's growth between crawls (piecewise linear in "
    "log age, same for all years); ratio of account means to the reference year, t interval on "
    "account values; counts: top of each account after correction, years weighted to full length": (
        "用各账号两次采集之间的增长，把点赞的对数换算到同一年龄（对数年龄的分段线性函数，各年相同）；"
        "各账号平均值与参照年之比，按账号的数值求 t 区间；数目：校正之后每个账号点赞最多的视频，"
        "不足一年者按全年加权"
    ),
    "Not corrected: without growth between crawls, a video's age can't be told from its year": (
        "未校正：没有两次采集之间的增长，就无法把视频的年龄与其发布年份分开"
    ),
    "Not corrected: fewer than {n1} accounts have {n2} videos of comparable age in this year and "
    "the reference year": "未校正：在该年与参照年都有 {n2} 条年龄可比的视频的账号不足 {n1} 个",
    "Not corrected: most videos of this year have ages between which no growth was observed": (
        "未校正：该年多数视频所处的年龄段没有观测到增长"
    ),
    "Count not corrected: fewer than {n} days of this year were observed; its videos are left out "
    "of the other years' counts": (
        "数目未校正：该年观测到的天数不足 {n} 天；其视频不计入其他年份的数目"
    ),
    "No interval: it would need {n} accounts that differ": "没有区间：需要 {n} 个有差异的账号",
    "Reference year {n}": "参照年 {n}",
    "{n} accounts": "{n} 个账号",
    "{n} videos of all years have ages without observed growth": (
        "各年共有 {n} 条视频的年龄没有观测到增长"
    ),
    "Counts are not corrected: growth is not known for enough of the sample": (
        "数目未校正：样本中增长已知的视频不够多"
    ),
    # Changepoints.
    "PELT (least squares, segments of at least {n1} months, penalty {n2} log(n) s²) on log(1 + x) "
    "of the monthly {series}": (
        "对每月{series}的 log(1 + x) 用 PELT 法寻找变点（最小二乘，每段至少 {n1} 个月，"
        "罚项 {n2} log(n) s²）"
    ),
    "count of videos": "视频数",
    "median": "中位数",
    "The series pool the accounts and are not corrected for the age of videos": (
        "序列合并了各账号，未按视频年龄校正"
    ),
}
