"""The rows of tables 1 and 2 as plain values, for the charts and for the report's tables.

Here: joining marts and names, without Altair and without formatting. Missing stays None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from sz_assets.charts.coding_rows import (
    prevalence_rows,
    reliability_of,
)
from sz_assets.charts.context import Bilingual, ChartContext, month_rows


@dataclass(frozen=True)
class AccountRow:
    """One account in one crawl month. Counts are numbers of followers or videos."""

    account_id: str
    name: Bilingual
    field: Bilingual | None
    follower_count: int | None
    platform_video_count: int | None
    video_count: int
    published_in_month_count: int
    is_eligible: bool
    eligibility_reason: str
    coverage_verdict: str
    coverage_reason: str
    data_origin: str
    published_follower_count: int | None
    published_videos: str | None


NONE_OR_NO_CODE = Bilingual("不属任何类目，或未编码", "None fits, or no code")


class Estimate(NamedTuple):
    """A share as a ratio with its 95 % interval, whose ends are None where none holds."""

    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class CategoryRow:
    """One secondary category in the sample; shares are ratios 0 to 1, None without videos.

    `human_coded_count` of the videos have a code that comes from people; `corrected` is the share
    with its interval after correction by the human sample, None where that is refused, and
    `reliability` the verdict on the category's codes, None in rows that are no category; `key` the
    ids by which `category_engagement` holds it if it has videos, None in rows that are no category.
    """

    primary: Bilingual
    secondary: Bilingual
    video_count: int
    human_coded_count: int | None
    video_share_ratio: float | None
    like_share_ratio: float | None
    exemplar_video_id: str | None
    exemplar_title: str | None
    exemplar_account: Bilingual | None
    corrected: Estimate | None = None
    reliability: str | None = None
    key: str | None = None


def account_rows(frames: Mapping[str, pl.DataFrame], context: ChartContext) -> list[AccountRow]:
    """The month's accounts in the study's order; `dim_account` joined to `fct_account_month`."""
    order = {account_id: index for index, account_id in enumerate(context.accounts)}
    joined = month_rows(frames, "fct_account_month", context).join(
        frames["dim_account"], on="account_id", how="inner"
    )
    rows = []
    for row in joined.iter_rows(named=True):
        label = context.accounts.get(row["account_id"])
        english_field = Bilingual("", row["field"]) if row["field"] else None
        rows.append(
            AccountRow(
                account_id=row["account_id"],
                name=Bilingual(row["name_zh"], row["name_en"]),
                field=label.field if label and label.field else english_field,
                follower_count=row["follower_count"],
                platform_video_count=row["platform_video_count"],
                video_count=row["video_count"],
                published_in_month_count=row["published_in_month_count"],
                is_eligible=row["is_eligible"],
                eligibility_reason=row["eligibility_reason"],
                coverage_verdict=row["coverage_verdict"],
                coverage_reason=row["coverage_reason"],
                data_origin=row["data_origin"],
                published_follower_count=label.published_follower_count if label else None,
                published_videos=label.published_videos if label else None,
            )
        )
    return sorted(rows, key=lambda row: (order.get(row.account_id, len(order)), row.account_id))


def category_rows(frames: Mapping[str, pl.DataFrame], context: ChartContext) -> list[CategoryRow]:
    """Every category of the codebook in its order, then any other that occurs.

    A category of the codebook without a row in `category_engagement` has 0 videos: the mart
    holds only categories that occur. Empty if no video of the month's sample is coded.
    """
    found = {
        (row["primary_category"], row["secondary_category"]): row
        for row in month_rows(frames, "category_engagement", context)
        .sort("primary_category", "secondary_category")
        .iter_rows(named=True)
    }
    if not found:
        return []
    names = {
        (category.primary_id, category.secondary_id): (category.primary, category.secondary)
        for category in context.categories
    }
    corrected = _corrected_shares(frames, context)
    rows = []
    for key in [*names, *(key for key in found if key not in names)]:
        primary, secondary = names.get(key, (Bilingual("", key[0]), Bilingual("", key[1])))
        row = found.get(key)
        about_codes = (
            corrected.get(key[1]),
            reliability_of(frames, context, key[1]),
            ", ".join(key),
        )
        rows.append(
            CategoryRow(primary, secondary, 0, 0, 0.0, 0.0, None, None, None, *about_codes)
            if row is None
            else CategoryRow(
                primary,
                secondary,
                row["video_count"],
                row["human_coded_count"],
                row["video_share_ratio"],
                row["like_share_ratio"],
                row["exemplar_video_id"],
                row["exemplar_title"],
                context.account_name(row["exemplar_account_id"]),
                *about_codes,
            )
        )
    return rows


def _corrected_shares(
    frames: Mapping[str, pl.DataFrame], context: ChartContext
) -> dict[str, Estimate]:
    """Of each secondary category in the sample, where correction is not refused."""
    if "category_prevalence" not in frames:
        return {}
    found = {}
    for row in prevalence_rows(frames, context):
        one = row.get("corrected")
        if one and one["share_ratio"] is not None:
            names = ("share_ratio", "share_low_ratio", "share_high_ratio")
            found[row["category"]] = Estimate(*(one[name] for name in names))
    return found


def closing_rows(
    categories: list[CategoryRow], coded_ratio: float | None = None
) -> list[CategoryRow]:
    """What is left of the sample without a category, and the whole sample; none without rows.

    The size of the sample follows from any category's count and share. `coded_ratio` is the share
    of it whose code comes from people: those of them without a category were judged to fit none.
    """
    known = [row for row in categories if row.video_count and row.video_share_ratio]
    if not known:
        return []
    most = max(known, key=lambda row: row.video_count)
    total = round(most.video_count / (most.video_share_ratio or 1.0))
    coded = sum(row.video_count for row in categories)
    likes = [row.like_share_ratio for row in categories]
    shared = sum(like for like in likes if like is not None)
    has_likes = None not in likes
    by_people = None if coded_ratio is None else round(coded_ratio * total)
    judged = sum(row.human_coded_count or 0 for row in categories)
    nothing = Bilingual("", "")
    return [
        CategoryRow(
            nothing,
            NONE_OR_NO_CODE,
            total - coded,
            None if by_people is None else max(0, by_people - judged),
            (total - coded) / total,
            # What the sum of so many floats leaves over below 0 is nothing.
            max(0.0, 1.0 - shared) if has_likes else None,
            None,
            None,
            None,
        ),
        CategoryRow(
            nothing,
            Bilingual("全部样本视频", "All videos of the sample"),
            total,
            by_people,
            1.0,
            1.0 if has_likes else None,
            None,
            None,
            None,
        ),
    ]
