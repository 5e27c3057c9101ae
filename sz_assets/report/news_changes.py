"""What changed since the previous crawl: followers, videos and likes of each account and of all.

Here: the section "changes" with the movers. Not here: the other news (`news_lists`), or which
crawl is read beside the month's own (`defs.assets.publish`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from sz_assets.charts.context import SIMULATED, Bilingual, ChartContext
from sz_assets.report import formats
from sz_assets.report.section import Frames, Section, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, Content, DataTable, data_table, field, row_id

_TABLE = "fct_account_month"
# From the profile, or from the list: the latter can be compared only if both lists are complete.
MEASURES = {
    "follower_count": Bilingual("粉丝", "Followers"),
    "video_count": Bilingual("视频", "Videos"),
    "total_like_count": Bilingual("获赞", "Likes received"),
}
_FIRST = Bilingual(
    "这是第一次采集：没有更早的采集可比，变化未知。",
    "This is the first crawl: there is no earlier one to compare with, so changes are not known.",
)
_OTHER_KIND = Bilingual(
    "上一次采集的数据来源不同（模拟与真实数据不作比较），变化未知。",
    "The previous crawl is of another kind (simulated and observed data are never compared), so "
    "changes are not known.",
)


def previous_month(frames: Frames, context: ChartContext) -> date | None:
    """The latest crawl month before the context's of which `frames` hold accounts."""
    frame = frames.get(_TABLE)
    if frame is None or frame.is_empty():
        return None
    months = frame.filter(pl.col("crawl_month") < context.crawl_month)["crawl_month"]
    return max(months, default=None)


def previous_rows(frames: Frames, context: ChartContext) -> dict[str, Row]:
    """The accounts' rows of `previous_month` by account id; none without such a month."""
    month = previous_month(frames, context)
    if month is None:
        return {}
    rows = frames[_TABLE].filter(pl.col("crawl_month") == month)
    return {row["account_id"]: row for row in rows.iter_rows(named=True)}


def changes(frames: Frames, context: ChartContext) -> Section:
    """Each account's numbers then and now, those that grew most first."""
    month = previous_month(frames, context)
    before = previous_rows(frames, context)
    now = {row["account_id"]: row for row in rows_of(frames, _TABLE, context).iter_rows(named=True)}
    title = Bilingual("自上次采集以来", "Since the previous crawl")
    if month is None:
        return Section("changes", title, [], [], [_FIRST])
    if now and not any(_same_kind(before.get(id_), row) for id_, row in now.items()):
        return Section("changes", title, [], [], [_OTHER_KIND])
    compared = _ranked([_compared(id_, before.get(id_), now.get(id_)) for id_ in {**now, **before}])
    total = _total(compared)
    rows = [(row_id("news_changes", row["account_id"]), row) for row in compared]
    total_place = row_id("news_changes", "all accounts")
    return Section(
        "changes",
        title,
        known(
            [
                *(_said(total, total_place, name) for name in MEASURES),
                *_movers(rows, context),
            ]
        ),
        [_table([*rows, (total_place, total)], context)],
        [],
        _warnings(month, compared, context),
    )


def _same_kind(before: Row | None, now: Row | None) -> bool:
    return (
        before is not None
        and now is not None
        and (before["data_origin"] == SIMULATED) == (now["data_origin"] == SIMULATED)
    )


def _compared(account_id: str, before: Row | None, now: Row | None) -> dict[str, Any]:
    """The account's values then and now with their differences, null where they can't be told."""
    row: dict[str, Any] = {"account_id": account_id, "status": _status(before, now)}
    for name in MEASURES:
        old: Any = before[name] if before else None
        new: Any = now[name] if now else None
        is_told = _same_kind(before, now) and (
            name != "video_count" or row["status"] == "comparable"
        )
        is_known = is_told and old is not None and new is not None
        row |= {f"{name}_before": old, name: new, f"{name}_change": new - old if is_known else None}
    return row


def _status(before: Row | None, now: Row | None) -> str:
    if before is None:
        return "added"
    if now is None:
        return "removed"
    if not _same_kind(before, now):
        return "other_kind"
    verdicts = {before["coverage_verdict"], now["coverage_verdict"]}
    return "comparable" if verdicts == {"complete"} else "incomplete"


_STATUSES: Mapping[str, Bilingual] = {
    "comparable": Bilingual("可比", "comparable"),
    "added": Bilingual("上次没有", "not in the previous crawl"),
    "removed": Bilingual("本次没有", "not in this crawl"),
    "other_kind": Bilingual("数据来源不同", "of another kind"),
    "incomplete": Bilingual("列表不完整", "list incomplete"),
}


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with the largest growth of followers first; ranks are among accounts seen twice."""
    seen = [r for r in rows if r["follower_count_change"] is not None]
    for row in rows:
        is_seen = row["follower_count_change"] is not None
        for name, place in (("follower_count_before", "rank_before"), ("follower_count", "rank")):
            row[place] = 1 + sum(other[name] > row[name] for other in seen) if is_seen else None
        row["rank_change"] = row["rank_before"] - row["rank"] if is_seen else None
    return sorted(
        rows,
        key=lambda row: (
            row["follower_count_change"] is None,
            -(row["follower_count_change"] or 0),
            row["account_id"],
        ),
    )


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Sums over the accounts whose difference is known; null if it is known of none."""
    total: dict[str, Any] = dict.fromkeys(("account_id", "status", "rank", "rank_change"))
    for name in MEASURES:
        told = [row for row in rows if row[f"{name}_change"] is not None]
        total[f"{name}_accounts"] = len(told)
        for column in (f"{name}_before", name, f"{name}_change"):
            total[column] = sum(row[column] for row in told) if told else None
    return total


def _said(total: Row, place: str, name: str) -> Sentence | None:
    # Accounts whose difference is unknown are in neither sum, so it is said how many are.
    measure = MEASURES[name]
    return say(
        Bilingual(
            f"可比账号的{measure.zh}合计由 {{before}} 变为 {{now}}（{{change}}）。",
            f"{measure.en} of the accounts that can be compared went from {{before}} to {{now}} "
            "in all ({change}).",
        ),
        {
            "before": value_of(total, f"{name}_before", place, formats.count),
            "now": value_of(total, name, place, formats.count),
            "change": value_of(total, f"{name}_change", place, formats.signed),
        },
    )


def _movers(rows: list[tuple[str, dict[str, Any]]], context: ChartContext) -> list[Sentence | None]:
    told = [(place, row) for place, row in rows if row["follower_count_change"] is not None]
    if not told:
        return []
    place, most = told[0]
    moved = sorted(
        ((place, row) for place, row in told if row["rank_change"]),
        key=lambda item: (-abs(item[1]["rank_change"]), item[1]["rank"]),
    )
    return [
        say(
            Bilingual(
                "粉丝变化居首的账号是{account}：{change}。",
                "The account with the largest change of followers upwards is {account}: {change}.",
            )
            if most["follower_count_change"] > 0
            else Bilingual(
                "没有账号的粉丝增加；减少最少的是{account}：{change}。",
                "No account gained followers; the one that lost least is {account}: {change}.",
            ),
            {"change": value_of(most, "follower_count_change", place, formats.signed)},
            account=context.account_name(most["account_id"]),
        ),
        *(
            say(
                Bilingual(
                    "{account}的粉丝名次变化 {change}，现为第 {rank}。",
                    "{account} moved {change} in the order by followers, to place {rank}.",
                ),
                {
                    "change": value_of(row, "rank_change", place, formats.signed),
                    "rank": value_of(row, "rank", place, formats.count),
                },
                account=context.account_name(row["account_id"]),
            )
            for place, row in moved[:3]
        ),
    ]


def _warnings(month: date, rows: list[dict[str, Any]], context: ChartContext) -> list[Bilingual]:
    gap = (context.crawl_month.year - month.year) * 12 + context.crawl_month.month - month.month
    said = []
    if gap > 1:
        said.append(
            Bilingual(
                f"上一次采集是 {month:%Y-%m}，相隔 {gap} 个月，不是上个月。",
                f"The previous crawl is that of {month:%Y-%m}, {gap} months before, "
                "not last month.",
            )
        )
    if any(row["status"] == "incomplete" for row in rows):
        said.append(
            Bilingual(
                "有账号的列表在其中一次不完整：其视频数不作比较，显示为“—”。",
                "Some accounts' lists were incomplete in one of the crawls: their numbers of "
                "videos are not compared and show —.",
            )
        )
    return said


def _table(rows: list[tuple[str, dict[str, Any]]], context: ChartContext) -> DataTable:
    def account(row: Row) -> Bilingual:
        if row["account_id"] is None:
            return Bilingual("可比账号合计", "All that can be compared")
        return context.account_name(row["account_id"])

    def status(row: Row) -> Content:
        return "" if row["status"] is None else _STATUSES[row["status"]]

    def rank(row: Row) -> Content:
        return "" if row["account_id"] is None else formats.count(row["rank"])

    def moved(row: Row) -> Content:
        return "" if row["account_id"] is None else formats.signed(row["rank_change"])

    columns = [Column(Bilingual("账号", "Account"), account)]
    for name, title in MEASURES.items():
        columns += [
            Column(
                Bilingual(f"{title.zh}（上次）", f"{title.en}, previous"),
                field(f"{name}_before", formats.count),
                "n",
            ),
            Column(
                Bilingual(f"{title.zh}（本次）", f"{title.en}, now"),
                field(name, formats.count),
                "n",
            ),
            Column(
                Bilingual(f"{title.zh}变化", f"{title.en}, change"),
                field(f"{name}_change", formats.signed),
                "n",
            ),
        ]
    columns += [
        Column(Bilingual("粉丝名次", "Rank by followers"), rank, "n"),
        Column(Bilingual("名次变化", "Change of rank"), moved, "n"),
        Column(Bilingual("能否比较", "Comparison"), status, "tag"),
    ]
    caption = Bilingual(
        "各账号自上次采集以来的变化，按粉丝增长排序；合计只含两次均知的账号。",
        "Each account's change since the previous crawl, by growth of followers; the sums hold "
        "only accounts known in both.",
    )
    return data_table(caption, columns, rows)
