"""The news that are lists: breakout videos, silent accounts, and gaps of coverage.

Here: their sentences and tables. Not here: what changed between crawls (`news_changes`), or when
a video breaks out (`contracts.growth`).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import MEASURES
from sz_assets.report import formats
from sz_assets.report.news_changes import previous_month, previous_rows
from sz_assets.report.section import Frames, Section, rows_of
from sz_assets.report.sentences import Row, Sentence, Value, known, say, value_of
from sz_assets.report.tables import Column, Content, data_table, field, note, row_id

KINDS = {
    "new": Bilingual("新发布", "published lately"),
    "grown": Bilingual("点赞至少翻倍", "likes at least doubled"),
}
_NONE = Bilingual("本月没有爆款视频。", "No video broke out this month.")
_NOT_LOOKED_FOR = Bilingual("爆款视频未知：没有该表。", "Breakouts are not known: no such table.")
_VERDICTS = {
    "complete": Bilingual("完整", "complete"),
    "truncated": Bilingual("被截断", "truncated"),
    "refused": Bilingual("被拒绝", "refused"),
    "unknown": Bilingual("未知", "unknown"),
}


def _named(context: ChartContext) -> Column:
    return Column(Bilingual("账号", "Account"), lambda row: context.account_name(row["account_id"]))


def breakouts(frames: Frames, context: ChartContext) -> Section:
    """The videos of `breakout_videos` with links to those that have a page."""
    found = rows_of(frames, "breakout_videos", context)
    ordered = [] if found.is_empty() else found.sort("breakout_rank").to_dicts()
    rows = [(row_id("breakout_videos", row["account_id"], row["video_id"]), row) for row in ordered]

    def title(row: Row) -> Content:
        # A simulated video has no page that could be opened.
        return formats.link(None if context.is_simulated else row["url"], row["title"])

    columns = (
        Column(Bilingual("名次", "Rank"), field("breakout_rank", formats.count), "n"),
        Column(Bilingual("标题", "Title"), title, "title"),
        _named(context),
        Column(
            Bilingual("发布于", "Published"), lambda row: f"{row['published_at']:%Y-%m-%d}", "tag"
        ),
        Column(Bilingual("点赞", "Likes"), field("like_count", formats.count), "n"),
        Column(Bilingual("增赞", "Likes gained"), field("like_growth", formats.signed), "n"),
        Column(
            Bilingual("账号其余视频的点赞中位数", "Median of the account's others"),
            field("account_median_like_count", formats.number),
            "n",
        ),
        Column(Bilingual("倍数", "Multiple"), field("like_multiple", formats.ratio), "n"),
        Column(Bilingual("入选原因", "Why"), field("breakout_kind", KINDS.__getitem__), "tag"),
    )
    caption = Bilingual(
        "点赞至少为账号其余视频中位数三倍、且新发布或自上次采集以来点赞至少翻倍的视频。",
        "Videos with at least three times the median likes of their account's others, that were "
        "published lately or at least doubled their likes since the previous crawl.",
    )
    return Section(
        "breakouts",
        Bilingual("爆款视频", "Breakout videos"),
        known([_first_breakout(*rows[0], context)] if rows else []),
        [data_table(caption, columns, rows)] if rows else [],
        [] if rows else [_NONE if "breakout_videos" in frames else _NOT_LOOKED_FOR],
    )


def _first_breakout(place: str, row: Row, context: ChartContext) -> Sentence | None:
    return say(
        Bilingual(
            "最突出的是{account}的一条视频：点赞 {likes}，为该账号其余视频中位数的 {multiple}。",
            "The one that stands out most is a video of {account}: {likes} likes, {multiple} the "
            "median of the account's others.",
        ),
        {
            "likes": value_of(row, "like_count", place, formats.count),
            "multiple": value_of(row, "like_multiple", place, formats.ratio),
        },
        account=context.account_name(row["account_id"]),
    )


def silent(frames: Frames, context: ChartContext) -> Section:
    """Accounts that published nothing in the month, apart from those of which it is not known."""
    found = rows_of(frames, "fct_account_month", context)
    none = (
        []
        if found.is_empty()
        else found.filter(pl.col("published_in_month_count") == 0).sort("account_id").to_dicts()
    )
    is_known = {row["account_id"]: row["coverage_verdict"] == "complete" for row in none}
    rows = [
        (row_id("news_silent", row["account_id"]), row)
        for row in sorted(none, key=lambda row: not is_known[row["account_id"]])
    ]
    columns = (
        _named(context),
        Column(
            Bilingual("本月发布", "Published in the month"),
            lambda row: formats.count(
                row["published_in_month_count"] if is_known[row["account_id"]] else None
            ),
            "n",
        ),
        Column(
            Bilingual("结论", "Verdict"),
            lambda row: (
                Bilingual("沉默", "silent")
                if is_known[row["account_id"]]
                else Bilingual("未知：列表不完整", "not known: list incomplete")
            ),
            "tag",
        ),
    )
    caption = Bilingual(
        "列表中没有本月发布的视频的账号；列表不完整的账号是否沉默并不知道。",
        "Accounts with no video of this month in their list; of those whose list is incomplete it "
        "is not known whether they were silent.",
    )
    sentences = [
        say(
            Bilingual("{account}本月发布 {count} 条。", "{account} published {count} this month."),
            {"count": value_of(row, "published_in_month_count", place, formats.count)},
            account=context.account_name(row["account_id"]),
        )
        for place, row in rows
        if is_known[row["account_id"]]
    ]
    quiet = Bilingual("没有账号沉默。", "No account was silent.")
    unknown = Bilingual("没有任何账号的资料。", "Nothing is known of any account.")
    return Section(
        "silent",
        Bilingual("沉默的账号", "Silent accounts"),
        known(sentences),
        [data_table(caption, columns, rows)] if rows else [],
        [] if rows else [unknown if found.is_empty() else quiet],
    )


def gaps(frames: Frames, context: ChartContext) -> Section:
    """Accounts whose list is not known to be complete, and counters that videos lack."""
    found = rows_of(frames, "fct_account_month", context)
    lacking = (
        []
        if found.is_empty()
        else found.filter(pl.col("coverage_verdict") != "complete").sort("account_id").to_dicts()
    )
    before = previous_rows(frames, context)
    month = previous_month(frames, context)
    accounts = [(row_id("news_gaps", row["account_id"]), row) for row in lacking]

    def since(row: Row) -> Content:
        earlier = before.get(row["account_id"])
        if earlier is None:
            return formats.missing()
        if earlier["coverage_verdict"] == "complete":
            return Bilingual("本次起", "since this crawl")
        return Bilingual(f"至少自 {month:%Y-%m}", f"since {month:%Y-%m} at least")

    coverage = data_table(
        Bilingual("列表不完整的账号及其原因。", "Accounts whose list is incomplete, and why."),
        (
            _named(context),
            Column(
                Bilingual("结论", "Verdict"),
                field("coverage_verdict", _VERDICTS.__getitem__),
                "tag",
            ),
            Column(Bilingual("原因", "Reason"), note("coverage_reason"), "small"),
            Column(Bilingual("起始", "Since"), since, "tag"),
        ),
        accounts,
    )
    counters = _counters(frames, context)
    missing = data_table(
        Bilingual("缺少各项数据的视频。", "Videos that lack a counter."),
        (
            Column(Bilingual("指标", "Measure"), lambda row: MEASURES[row["metric"]]),
            Column(Bilingual("缺失", "Missing"), field("missing_count", formats.count), "n"),
            Column(Bilingual("占比", "Share"), field("missing_ratio", formats.percent), "n"),
        ),
        counters,
    )
    all_lists = Bilingual("所有账号的列表都完整。", "The lists of all accounts are complete.")
    no_gap = Bilingual("没有视频缺少数据。", "No video lacks a counter.")
    no_account = Bilingual("没有任何账号的资料。", "Nothing is known of any account.")
    return Section(
        "gaps",
        Bilingual("覆盖缺口", "Coverage gaps"),
        known([*_lists_said(accounts, context), *(_missing_said(*item) for item in counters)]),
        [*([coverage] if accounts else []), *([missing] if counters else [])],
        [
            *([] if accounts else [no_account if found.is_empty() else all_lists]),
            *([] if counters or found.is_empty() else [no_gap]),
        ],
    )


def _lists_said(
    accounts: list[tuple[str, dict[str, Any]]], context: ChartContext
) -> list[Sentence | None]:
    return [
        say(
            Bilingual("{account}的列表：{verdict}。", "The list of {account}: {verdict}."),
            {"verdict": Value(_VERDICTS[row["coverage_verdict"]], place)},
            account=context.account_name(row["account_id"]),
        )
        for place, row in accounts
    ]


def _counters(frames: Frames, context: ChartContext) -> list[tuple[str, dict[str, Any]]]:
    """The metrics that some video of the whole population lacks, with their share."""
    found = rows_of(frames, "engagement_summary", context, "all")
    return [
        (
            row_id("news_missing", row["metric"]),
            row
            | {"missing_ratio": row["missing_count"] / (row["video_count"] + row["missing_count"])},
        )
        for row in found.iter_rows(named=True)
        # A photo post has no duration to lack.
        if row["missing_count"] and row["metric"] != "duration_seconds"
    ]


def _missing_said(place: str, row: Row) -> Sentence | None:
    measure = MEASURES[row["metric"]]
    return say(
        Bilingual(
            f"{{count}} 条视频（{{share}}）缺少{measure.zh}数。",
            f"{{count}} videos ({{share}}) lack {measure.en}.",
        ),
        {
            "count": value_of(row, "missing_count", place, formats.count),
            "share": value_of(row, "missing_ratio", place, formats.percent),
        },
    )
