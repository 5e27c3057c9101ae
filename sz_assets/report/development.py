"""The section on growth and age: what changed since the last crawl, and the years made comparable.

Here: its sentences and tables, from `growth_summary`, `publishing_trend` and `engagement_at_age`.
Not here: how growth is counted or a trend corrected.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.further_rows import growth_rows, trend_rows
from sz_assets.charts.wording import METRICS
from sz_assets.report import formats
from sz_assets.report.fixed_ages import age_tables
from sz_assets.report.section import Frames, Section, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, DataTable, data_table, field, interval, row_id

Rows = Sequence[tuple[str, Row]]
_COUNTS = {
    "compared_video_count": Bilingual("两次均见", "Seen twice"),
    "new_video_count": Bilingual("新视频", "New"),
    "gone_video_count": Bilingual("消失", "Gone"),
    "unknown_new_video_count": Bilingual("或新", "Perhaps new"),
    "unknown_gone_video_count": Bilingual("或消失", "Perhaps gone"),
    "fallen_like_count": Bilingual("点赞减少", "Likes fell"),
    "total_like_growth": Bilingual("增赞合计", "Likes gained"),
}
_NO_GROWTH = Bilingual(
    "增长未知：本月之前没有可比的采集。",
    "Growth is not known: no earlier crawl can be compared with.",
)
_NO_TREND = Bilingual(
    "按发布年份的趋势未知：没有视频。", "The trend by year of publication is not known: no videos."
)


def growth(frames: Frames, context: ChartContext) -> Section:
    """New, gone and growing videos; the years as counted and corrected for the videos' age."""
    grown = _grown(frames, context)
    trend = _trend(frames, context)
    ages = [
        (row_id("engagement_at_age", row["published_year"], row["metric"], row["age_days"]), row)
        for row in rows_of(frames, "engagement_at_age", context).iter_rows(named=True)
    ]
    sentences = [
        *_changes(grown, context),
        *(_corrected(row, place) for place, row in trend),
        *(_at_age(row, place) for place, row in ages if row["metric"] == "like_count"),
    ]
    tables = [_growth_table(grown, context)] if grown else []
    tables += [_trend_table(trend)] if trend else []
    for metric in METRICS:
        found = [(place, row) for place, row in ages if row["metric"] == metric]
        if found and metric != "duration_seconds":
            tables += age_tables(found, metric)
    return Section(
        "growth",
        Bilingual("增长与年龄", "Growth and age"),
        known(sentences),
        tables,
        [*([] if grown else [_NO_GROWTH]), *([] if trend else [_NO_TREND])],
    )


# --- growth_summary ---


def _grown(frames: Frames, context: ChartContext) -> Rows:
    """The accounts that have an earlier crawl, then their sum."""
    if rows_of(frames, "growth_summary", context).is_empty():
        return []
    rows = growth_rows(frames, context)
    total = {
        "account_id": None,
        "median_like_growth_per_day": None,
        "previous_crawl_month": _one(rows["previous_crawl_month"]),
        **{name: _sum(rows[name]) for name in _COUNTS},
    }
    return [
        *((row_id("growth_summary", row["account_id"]), row) for row in rows.iter_rows(named=True)),
        (row_id("growth_summary", "all accounts"), total),
    ]


def _sum(values: pl.Series) -> int | None:
    """Their sum; None if none of them is known."""
    known_values = values.drop_nulls()
    return None if known_values.is_empty() else int(known_values.sum())


def _one(months: pl.Series) -> object:
    """The month if all accounts were last crawled in the same one."""
    return months[0] if months.n_unique() == 1 else None


def _changes(grown: Rows, context: ChartContext) -> list[Sentence | None]:
    if not grown:
        return []
    place, total = grown[-1]
    counts = {name: value_of(total, name, place, formats.count) for name in _COUNTS}
    fastest = max(
        (row for row in grown[:-1] if row[1]["median_like_growth_per_day"] is not None),
        key=lambda row: row[1]["median_like_growth_per_day"],
        default=None,
    )
    unknown = total["unknown_new_video_count"] + total["unknown_gone_video_count"]
    return [
        say(
            Bilingual(
                "与上次采集相比，新视频 {new_video_count} 条，消失 {gone_video_count} 条，两次均见 "
                "{compared_video_count} 条。",
                "Since the previous crawl {new_video_count} videos are new and "
                "{gone_video_count} gone; {compared_video_count} were seen in both.",
            ),
            counts,
        ),
        say(
            Bilingual(
                "因列表不完整，另有 {unknown_new_video_count} 条是否为新、"
                "{unknown_gone_video_count} 条是否消失并不知道。",
                "Because lists are incomplete, it is not known of {unknown_new_video_count} more "
                "whether they are new, and of {unknown_gone_video_count} whether they are gone.",
            ),
            counts,
        )
        if unknown
        else None,
        say(
            Bilingual(
                "{fallen_like_count} 条视频的点赞比上次少；"
                "两次均见的视频共增赞 {total_like_growth}。",
                "The likes of {fallen_like_count} videos fell; those seen in both crawls gained "
                "{total_like_growth} likes in all.",
            ),
            counts,
        ),
        None
        if fastest is None
        else say(
            Bilingual(
                "每日增赞中位数最高的账号是{account}：{growth}。",
                "The account with the highest median of likes gained a day is {account}: {growth}.",
            ),
            {"growth": value_of(fastest[1], "median_like_growth_per_day", fastest[0])},
            account=context.account_name(fastest[1]["account_id"]),
        ),
    ]


def _growth_table(grown: Rows, context: ChartContext) -> DataTable:
    def account(row: Row) -> Bilingual:
        if row["account_id"] is None:
            return Bilingual("合计", "All accounts")
        return context.account_name(row["account_id"])

    columns = (
        Column(Bilingual("账号", "Account"), account),
        Column(
            Bilingual("上次采集", "Previous crawl"),
            field("previous_crawl_month", formats.month),
            "tag",
        ),
        *(Column(title, field(name, formats.count), "n") for name, title in _COUNTS.items()),
        Column(
            Bilingual("每日增赞中位数", "Median likes gained a day"),
            field("median_like_growth_per_day", formats.number),
            "n",
        ),
    )
    caption = Bilingual(
        "同一账号两次采集之间的变化。列表不完整时，未见的视频只是“或新”“或消失”。",
        "What changed between two crawls of the same account. Where a list is incomplete, a video "
        "not seen is only perhaps new or gone.",
    )
    return data_table(caption, columns, grown)


# --- publishing_trend ---


def _trend(frames: Frames, context: ChartContext) -> Rows:
    if rows_of(frames, "publishing_trend", context).is_empty():
        return []
    return [
        (row_id("publishing_trend", row["published_year"]), row)
        for row in trend_rows(frames, context)
    ]


def _corrected(row: Row, place: str) -> Sentence | None:
    values = {
        **{
            name: value_of(row, name, place, formats.ratio)
            for name in ("age_corrected_multiplier", "interval_low", "interval_high")
        },
        "year": value_of(row, "published_year", place, str),
        "count": value_of(row, "sample_video_count", place, formats.count),
    }
    uncorrected = Bilingual(
        "{year} 年发布的视频有 {count} 条在样本中；就该年的全部视频而言，",
        "Of the videos of {year}, {count} are in the sample; of all videos of that year ",
    )
    if row["age_corrected_multiplier"] is None:
        ending = Bilingual(
            "按视频年龄校正后的点赞尚不可知。",
            "the likes corrected for age are not known.",
        )
    elif values["interval_low"] is None or values["interval_high"] is None:
        ending = Bilingual(
            "按视频年龄校正后的点赞为参照年的 {age_corrected_multiplier}，没有区间。",
            "the likes corrected for age are {age_corrected_multiplier} those of the reference "
            "year, without an interval.",
        )
    else:
        ending = Bilingual(
            "按视频年龄校正后的点赞为参照年的 {age_corrected_multiplier}"
            "（95% 区间 {interval_low} 至 {interval_high}）。",
            "the likes corrected for age are {age_corrected_multiplier} those of the reference "
            "year (95% interval {interval_low} to {interval_high}).",
        )
    return say(Bilingual(uncorrected.zh + ending.zh, uncorrected.en + ending.en), values)


def _trend_table(trend: Rows) -> DataTable:
    columns = (
        Column(Bilingual("发布年份", "Year"), field("published_year", str)),
        Column(
            Bilingual("样本视频", "Sample videos"), field("sample_video_count", formats.count), "n"
        ),
        Column(
            Bilingual("校正后", "Corrected"), field("corrected_video_count", formats.number), "n"
        ),
        Column(Bilingual("全部视频", "All videos"), field("video_count", formats.count), "n"),
        Column(
            Bilingual("点赞中位数", "Median likes"), field("median_like_count", formats.number), "n"
        ),
        Column(
            Bilingual("校正后的点赞比", "Corrected ratio of likes"),
            field("age_corrected_multiplier", formats.ratio),
            "n",
        ),
        Column(Bilingual("95% 区间", "95% interval"), interval(formats.ratio), "n"),
    )
    caption = Bilingual(
        "按发布年份：未校正的数目，与按视频年龄校正后的点赞。",
        "By year of publication: the numbers as counted, and likes corrected for age.",
    )
    return data_table(caption, columns, trend, notes=["method", "note"])


# --- engagement_at_age ---


def _at_age(row: Row, place: str) -> Sentence | None:
    return say(
        Bilingual(
            "{year} 年发布的视频满 {age} 天时，点赞中位数为 {median}"
            "（{count} 条视频在此年龄前后均有观测）。",
            "At {age} days the videos of {year} have a median of {median} likes ({count} of them "
            "were observed before and after that age).",
        ),
        {
            "year": value_of(row, "published_year", place, str),
            "age": value_of(row, "age_days", place, formats.count),
            "median": value_of(row, "median", place),
            "count": value_of(row, "bracketed_count", place, formats.count),
        },
    )
