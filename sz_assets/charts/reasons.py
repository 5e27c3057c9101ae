"""Why a chart has nothing to draw, in both languages."""

from sz_assets.charts.context import Bilingual

NO_SAMPLE = Bilingual("本月没有样本视频，无图可绘。", "No video is in this month's sample.")
NO_METRIC = Bilingual(
    "本月样本中没有此项指标的数值。", "No video of this month's sample has this measure."
)
NO_ACCOUNTS = Bilingual("本月没有账号数据。", "There are no accounts for this month.")
NO_CODES = Bilingual("本月样本中没有已编码的视频。", "No video of this month's sample is coded.")
