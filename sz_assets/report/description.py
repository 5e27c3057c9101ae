"""The section on description: centre and spread of each measure, and the accounts side by side.

Here: its sentences and tables, from `engagement_description` and `account_engagement`. Not here:
how a statistic is computed, or concentration (`concentration`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import MEASURES
from sz_assets.report import formats
from sz_assets.report.section import POPULATIONS, Frames, Section, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.statistics import (
    COUNTERS,
    TABLE,
    Statistics,
    matrix,
    statistic_value,
    statistics_of,
)
from sz_assets.report.tables import Column, DataTable, data_table, field, row_id

_CENTRE = {
    "mean": Bilingual("平均数", "Mean"),
    "median": Bilingual("中位数", "Median"),
    "geometric_mean": Bilingual("几何平均", "Geometric mean"),
    "trimmed_mean": Bilingual("截尾平均（两端各 10%）", "Trimmed mean (10% at each end)"),
    "mean_without_largest": Bilingual("去掉最大值的平均", "Mean without the largest"),
    "std_dev": Bilingual("标准差", "Standard deviation"),
    "min": Bilingual("最小", "Minimum"),
    "p10": Bilingual("10% 分位", "P10"),
    "q1": Bilingual("25% 分位", "Q1"),
    "q3": Bilingual("75% 分位", "Q3"),
    "p90": Bilingual("90% 分位", "P90"),
    "p99": Bilingual("99% 分位", "P99"),
    "max": Bilingual("最大", "Maximum"),
    "zero_ratio": Bilingual("为 0 的占比", "Share of zeros"),
    "below_500_ratio": Bilingual("低于 500 的占比", "Share below 500"),
    "account_median": Bilingual("账号的中位数", "Account's median"),
    "account_geometric_mean": Bilingual("账号的几何平均", "Account's geometric mean"),
    "account_below_500_ratio": Bilingual("账号低于 500 的占比", "Account's share below 500"),
}
_UNKNOWN = Bilingual(
    "本月没有描述统计：没有可描述的数值。",
    "Nothing is described this month: no values are known.",
)


def description(frames: Frames, context: ChartContext) -> Section:
    """Robust statistics beside classical ones, and the accounts beside each other."""
    tables = []
    for population in POPULATIONS:
        rows = statistics_of(rows_of(frames, TABLE, context, population))
        tables += matrix(rows, population, _CENTRE)
    accounts = _accounts(frames, context)
    sample = statistics_of(rows_of(frames, TABLE, context, "sample"))
    sentences = [
        sentence
        for metric in COUNTERS
        for sentence in (_centre(sample, metric), _of_accounts(sample, metric))
    ]
    said = known([*sentences, *_extreme_accounts(accounts, context)])
    return Section(
        "description",
        Bilingual("描述：稳健与经典统计", "Description: robust beside classical statistics"),
        said,
        [*tables, *_account_table(accounts, context)],
        [] if said else [_UNKNOWN],
    )


def _centre(statistics: Statistics, metric: str) -> Sentence | None:
    names = ("median", "mean", "mean_without_largest")
    return say(
        Bilingual(
            "样本中每条视频的{metric}：中位数为 {median}，平均数为 {mean}；"
            "去掉最大的一条，平均数为 {mean_without_largest}。",
            "In the sample the median of {metric} per video is {median} and the mean {mean}; "
            "without the largest video the mean is {mean_without_largest}.",
        ),
        {name: statistic_value(statistics, metric, name) for name in names},
        metric=MEASURES[metric],
    )


def _of_accounts(statistics: Statistics, metric: str) -> Sentence | None:
    values = {
        name: statistic_value(statistics, metric, "account_median", name)
        for name in ("value", "interval_low", "interval_high")
    }
    with_interval = say(
        Bilingual(
            "就类似的账号而言，一个典型账号在样本中的{metric}中位数为 {value}"
            "（95% 区间 {interval_low} 至 {interval_high}）。",
            "Of accounts like these, the typical account's median of {metric} in the sample is "
            "{value} (95% interval {interval_low} to {interval_high}).",
        ),
        values,
        metric=MEASURES[metric],
    )
    return with_interval or say(
        Bilingual(
            "就类似的账号而言，一个典型账号在样本中的{metric}中位数为 {value}；没有适用的区间。",
            "Of accounts like these, the typical account's median of {metric} in the sample is "
            "{value}; no interval holds.",
        ),
        values,
        metric=MEASURES[metric],
    )


# --- account_engagement ---


def _accounts(frames: Frames, context: ChartContext) -> list[tuple[str, Row]]:
    rows = rows_of(frames, "account_engagement", context, "all")
    if not rows.is_empty():
        rows = rows.sort(
            "median_like_count", "account_id", descending=[True, False], nulls_last=True
        )
    return [
        (row_id("account_engagement", row["population"], row["account_id"]), row)
        for row in rows.iter_rows(named=True)
    ]


def _account_table(accounts: Sequence[tuple[str, Row]], context: ChartContext) -> list[DataTable]:
    columns = (
        Column(Bilingual("账号", "Account"), lambda row: context.account_name(row["account_id"])),
        Column(Bilingual("视频数", "Videos"), field("video_count", formats.count), "n"),
        *(
            Column(
                Bilingual(f"{MEASURES[metric].zh}中位数", f"Median {MEASURES[metric].en}"),
                field(f"median_{metric}", formats.number),
                "n",
            )
            for metric in COUNTERS
        ),
        Column(
            Bilingual("点赞平均数", "Mean likes"), field("mean_like_count", formats.number), "n"
        ),
        Column(Bilingual("h 指数", "h-index"), field("h_index", formats.count), "n"),
    )
    caption = Bilingual(
        "各账号的全部视频，按点赞中位数排列。h 条视频各至少有 h × 1,000 次点赞。",
        "All videos of each account, by median likes. h videos have at least h × 1,000 likes each.",
    )
    return [data_table(caption, columns, accounts)] if accounts else []


def _extreme_accounts(
    accounts: Sequence[tuple[str, Row]], context: ChartContext
) -> list[Sentence | None]:
    liked = [(place, row) for place, row in accounts if row["median_like_count"] is not None]
    if len(liked) < 2:
        return []
    (first, high), (last, low) = liked[0], liked[-1]
    return [
        say(
            Bilingual(
                "就全部视频而言，点赞中位数最高的账号是{highest}（{high}），最低的是{lowest}（{low}）。",
                "Among all its videos, the account with the highest median of likes is {highest} "
                "({high}), that with "
                "the lowest {lowest} ({low}).",
            ),
            {
                "high": value_of(high, "median_like_count", first),
                "low": value_of(low, "median_like_count", last),
            },
            highest=context.account_name(high["account_id"]),
            lowest=context.account_name(low["account_id"]),
        )
    ]
