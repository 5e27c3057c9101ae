"""Why a chart has nothing to draw, in both languages."""

from sz_assets.charts.context import Bilingual

NO_SAMPLE = Bilingual("本月没有样本视频，无图可绘。", "No video is in this month's sample.")
NO_METRIC = Bilingual(
    "本月样本中没有此项指标的数值。", "No video of this month's sample has this measure."
)
NO_ACCOUNTS = Bilingual("本月没有账号数据。", "There are no accounts for this month.")
NO_CODES = Bilingual("本月样本中没有已编码的视频。", "No video of this month's sample is coded.")
NO_LIKES = Bilingual(
    "本月没有已知点赞数的视频。", "No video of this month has a known number of likes."
)
NO_VIDEOS = Bilingual("本月没有视频，无图可绘。", "No video was observed in this month.")
NO_CURVES = Bilingual(
    "本月样本中没有可绘洛伦兹曲线的指标。",
    "No counter of this month's sample has a total that could be shared out.",
)
NO_EARLIER_CRAWL = Bilingual(
    "本月之前没有可比的采集：首次采集没有增长可言。",
    "No earlier crawl can be compared with: a first crawl knows no growth.",
)
NO_TREND = Bilingual("本月没有按发布年份的数据。", "There are no years of publication this month.")
NO_EFFECTS = Bilingual(
    "本月数据不足以估计任何因素的效应。", "No effect on likes could be estimated this month."
)
NO_CLAIM_TESTS = Bilingual(
    "本月没有可由推断检验的主张。", "No claim was tested by inference this month."
)
NO_HUMAN_CODES = Bilingual(
    "本月没有两人编过同一条视频：编码的信度未知，类目数字只是机器的猜测。",
    "No two people coded the same video: numbers about categories are a machine's guess.",
)
NO_PREVALENCE = Bilingual(
    "本月样本中没有可估计占比的类目。",
    "No category's share could be counted in this month's sample.",
)
