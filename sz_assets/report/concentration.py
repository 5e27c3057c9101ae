"""The section on concentration: who has how much of the total, and what the tail looks like.

Here: its sentences and tables, from `engagement_description` and `tail_fits`. Not here: how a
statistic is computed, or the curves (`charts.concentration`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import MEASURES, METRICS, named
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

_CONCENTRATION = {
    "gini": Bilingual("基尼系数", "Gini coefficient"),
    "largest_ratio": Bilingual("最大一条的占比", "Share of the largest"),
    "top_1_ratio": Bilingual("前 1% 的占比", "Share of the top 1%"),
    "top_10_ratio": Bilingual("前 10% 的占比", "Share of the top 10%"),
    "mean_account_gini": Bilingual("账号基尼系数的平均", "Mean of the accounts' Gini"),
}
_TAILS = {
    "power_law": Bilingual("幂律更合", "a power law fits better"),
    "lognormal": Bilingual("对数正态更合", "a lognormal distribution fits better"),
    "undecided": Bilingual("两者不能分辨", "neither can be told to fit better"),
}
_UNKNOWN = Bilingual(
    "本月集中度未知：没有可分摊的总量。",
    "Concentration is not known this month: there is no total to share out.",
)


def concentration(frames: Frames, context: ChartContext) -> Section:
    """How unevenly engagement is spread, and which distribution the largest values follow."""
    sample = statistics_of(rows_of(frames, TABLE, context, "sample"))
    tails = rows_of(frames, "tail_fits", context)
    tail_rows = [
        (row_id("tail_fits", row["population"], row["metric"]), row)
        for row in tails.iter_rows(named=True)
    ]
    tables = [
        table
        for population in POPULATIONS
        for table in matrix(
            statistics_of(rows_of(frames, TABLE, context, population)), population, _CONCENTRATION
        )
    ]
    sentences = [_concentrated(sample, metric) for metric in COUNTERS]
    sentences += [_account_gini(sample, metric) for metric in COUNTERS]
    sentences += [
        _tail(row, place)
        for place, row in tail_rows
        if row["population"] == "sample" and row["metric"] in COUNTERS
    ]
    said = known(sentences)
    return Section(
        "concentration",
        Bilingual("集中度与尾部", "Concentration and tails"),
        said,
        [*tables, *([_tail_table(tail_rows)] if tail_rows else [])],
        [] if said else [_UNKNOWN],
    )


def _concentrated(statistics: Statistics, metric: str) -> Sentence | None:
    names = ("gini", "top_1_ratio", "top_10_ratio", "largest_ratio")
    return say(
        Bilingual(
            "样本的{metric}中，前 1% 的视频占 {top_1_ratio}，前 10% 占 {top_10_ratio}，"
            "最多的一条占 {largest_ratio}；基尼系数为 {gini}。",
            "Of the sample's {metric} the top 1% of the videos have {top_1_ratio}, the top 10% "
            "{top_10_ratio} and the largest one {largest_ratio}; the Gini coefficient is {gini}.",
        ),
        {name: statistic_value(statistics, metric, name) for name in names},
        metric=MEASURES[metric],
    )


def _account_gini(statistics: Statistics, metric: str) -> Sentence | None:
    return say(
        Bilingual(
            "就类似的账号而言，账号内{metric}的基尼系数平均为 {value}（95% 区间 {interval_low} 至 "
            "{interval_high}）。",
            "Of accounts like these, the Gini coefficient of {metric} within an account is "
            "{value} on average (95% interval {interval_low} to {interval_high}).",
        ),
        {
            name: statistic_value(statistics, metric, "mean_account_gini", name)
            for name in ("value", "interval_low", "interval_high")
        },
        metric=MEASURES[metric],
    )


def _tail(row: Row, place: str) -> Sentence | None:
    return say(
        Bilingual(
            "样本中{metric}不少于 {xmin} 的 {tail_count} 条视频：{verdict}（p 值 {p_value}）。",
            "Of the {tail_count} videos of the sample with at least {xmin} {metric}, {verdict} "
            "(p-value {p_value}).",
        ),
        {
            "xmin": value_of(row, "xmin", place),
            "tail_count": value_of(row, "tail_count", place, formats.count),
            "p_value": value_of(row, "p_value", place, formats.p_value),
            "verdict": value_of(row, "verdict", place, lambda word: named(_TAILS, word)),
        },
        metric=MEASURES[row["metric"]],
    )


def _tail_table(rows: Sequence[tuple[str, Row]]) -> DataTable:
    columns = (
        Column(Bilingual("指标", "Measure"), lambda row: METRICS[row["metric"]]),
        Column(Bilingual("总体", "Population"), lambda row: POPULATIONS[row["population"]]),
        Column(Bilingual("尾部起点", "Tail from"), field("xmin", formats.number), "n"),
        Column(
            Bilingual("尾部视频", "Videos in the tail"), field("tail_count", formats.count), "n"
        ),
        Column(
            Bilingual("幂指数", "Exponent of the power law"),
            field("power_law_alpha", formats.number),
            "n",
        ),
        Column(
            Bilingual("对数似然比", "Log likelihood ratio"),
            field("log_likelihood_difference", formats.number),
            "n",
        ),
        Column(Bilingual("p 值", "p-value"), field("p_value", formats.p_value), "n"),
        Column(Bilingual("结论", "Verdict"), lambda row: named(_TAILS, row["verdict"])),
    )
    caption = Bilingual(
        "最大的数值更像幂律还是对数正态，以“尾部起点”为条件。",
        "Whether the largest values look like a power law or like a lognormal distribution, given "
        "where the tail begins.",
    )
    return data_table(caption, columns, rows, notes=["note"])
