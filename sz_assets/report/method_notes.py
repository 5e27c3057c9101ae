"""How each figure and table was made, in both languages: what stands beside it in a fold.

Here: the words. Not here: the rules that hold for the whole study (`method.html.j2`).
"""

from __future__ import annotations

from sz_assets.charts.context import Bilingual

_DISTRIBUTION = Bilingual(
    "样本视频在采集月所观测的计数，按对数等宽分组计数；计数缺失的视频不计入。分位数用线性插值；"
    "箱形为 25% 至 75% 分位，线为中位数。虚线（如有）为论文所用的 500 次界限。",
    "Counts of the sample's videos as observed in the crawl month, in bins of equal width on a log "
    "scale; videos without the count are left out. Quantiles interpolate linearly; the box runs "
    "from the 25% to the 75% quantile, its line is the median. The dashed line, where there is "
    "one, is the publication's limit of 500.",
)

NOTES: dict[str, Bilingual] = {
    "figure_1": Bilingual(
        "样本视频按其发布年份（研究时区）计数。样本取每个账号点赞最高的视频，故各年多少"
        "既取决于发布量，也取决于视频累积点赞的时间。",
        "Videos of the sample by the year in which they were published, in the study's time zone. "
        "The sample takes each account's most liked videos, so a year's number depends on how much "
        "was published as well as on how long it could gather likes.",
    ),
    "figure_2": Bilingual(
        "样本视频的时长（秒）；三点为最小、平均与最大。缺少时长的视频不计入。",
        "Duration of the sample's videos in seconds; the three points are minimum, mean and "
        "maximum. Videos without a duration are left out.",
    ),
    "figure_3": _DISTRIBUTION,
    "figure_4": _DISTRIBUTION,
    "figure_5": _DISTRIBUTION,
    "figure_6": _DISTRIBUTION,
    "table_1": Bilingual(
        "粉丝数与视频数为采集月所观测；论文刊出的数并列以供比较。⚠ 标出列表未取全的账号。",
        "Followers and videos as observed in the crawl month; what the publication prints stands "
        "beside them. ⚠ marks accounts whose list was not obtained in full.",
    ),
    "table_2": Bilingual(
        "占比以全部样本视频为分母；代表视频为该类目点赞最多者，并列取较早发布者；视频占比未计"
        "编码的误差；经校正：以人工样本校正，小字为 95% 区间，“—”为不予校正；不属任何类目或未编码"
        "者，其中人工编码的是人判为不属。",
        "Shares are of all sample videos, coded or not; the exemplar is the category's most liked "
        "video, of equals the one published first; the share of videos ignores errors of coding; "
        "corrected: by the human sample, small: 95% interval, “—”: refused; of those that no "
        "category fits or that have no code, people judged the ones coded by people to fit none.",
    ),
    "coding_reliability": Bilingual(
        "Krippendorff’s α（名义）由独立编码的视频算出；横线为 95% 自助区间，虚线为研究所定界限。",
        "Krippendorff’s α (nominal) over independently coded videos; the bar is the 95% bootstrap "
        "interval, dashed lines are the study's thresholds.",
    ),
    "category_prevalence": Bilingual(
        "每个类目在样本中的占比：机器计数、人工样本的估计，与以人工样本校正的机器计数，"
        "各带 95% 区间。",
        "Each category's share of the sample: the machine's count, the estimate from people's "
        "sample, and the machine's count corrected by it, with 95% intervals.",
    ),
    "category_specialisation": Bilingual(
        "区位商：账号内该类目占比除以全体占比；1 表示与全体相同。占比据编码，编码信度见本节。",
        "Location quotient: a category's share within the account divided by its share of all; 1 "
        "is like all. Shares rest on the codes, whose reliability stands in this section.",
    ),
    "account_comparison": Bilingual(
        "每个账号已取得视频的点赞中位数、平均数与样本中位数；h 指数以 1,000 次点赞为单位。",
        "Of each account the median and mean likes of all videos obtained, and the sample's "
        "median; the h-index counts in thousands of likes.",
    ),
    "publishing_heatmap": Bilingual(
        "按研究时区的星期与小时计数；色深为视频数，另附点赞中位数。",
        "Videos by weekday and hour in the study's time zone; the shade is their number, with the "
        "median of their likes.",
    ),
    "lorenz": Bilingual(
        "视频由少到多排列，累计视频占比对累计互动占比；基尼系数 Σ(2i−n−1)xᵢ / (nΣx)。",
        "Videos from least to most; cumulative share of videos against that of engagement. Gini "
        "coefficient Σ(2i−n−1)xᵢ / (nΣx).",
    ),
    "duration_likes": Bilingual(
        "视频按时长与点赞分格计数；缺少任一者不计入。",
        "Videos counted in cells of duration and likes; those that lack either are left out.",
    ),
    "effects": Bilingual(
        "各因素对点赞的倍数，其他因素保持不变；横线为 95% 区间，p 值经 Holm 校正。相关不等于因果。",
        "By how much likes are multiplied, other factors held equal; bars are 95% intervals, "
        "p-values corrected after Holm. This is association, not cause.",
    ),
    "claims": Bilingual(
        "论文的主张逐条检验；p 值经 Holm 校正。",
        "Each claim of the publication is tested; p-values are corrected after Holm.",
    ),
    "growth": Bilingual(
        "两次采集均观测到的视频之差；列表不完整时，新增与消失不能确定，另行计数。",
        "Differences of videos observed at both crawls; where a list is incomplete, new and gone "
        "videos can't be told apart and are counted separately.",
    ),
    "age_trend": Bilingual(
        "按发布年份的视频数，以及按视频年龄校正后的数：早发布者有更多时间累积点赞。",
        "Videos by year of publication, as counted and corrected for age: what was published "
        "earlier had longer to gather likes.",
    ),
}
