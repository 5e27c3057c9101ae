"""The rows of tables 1 and 2 as plain values, for the charts and for the report's tables.

Here: joining marts and names, without Altair and without formatting. Missing stays None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

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


@dataclass(frozen=True)
class CategoryRow:
    """One secondary category in the sample; shares are ratios 0 to 1, None without videos.

    `human_coded_count` of the videos have a code that comes from people.
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
    rows = []
    for key in [*names, *(key for key in found if key not in names)]:
        primary, secondary = names.get(key, (Bilingual("", key[0]), Bilingual("", key[1])))
        row = found.get(key)
        rows.append(
            CategoryRow(primary, secondary, 0, 0, 0.0, 0.0, None, None, None)
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
            )
        )
    return rows


def closing_rows(categories: list[CategoryRow]) -> list[CategoryRow]:
    """What is left of the sample without a category, and the whole sample; none without rows.

    The size of the sample follows from any category's count and share. Who coded the videos
    without a category, if anybody, the categories don't tell.
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
    nothing = Bilingual("", "")
    return [
        CategoryRow(
            nothing,
            Bilingual("未编码，或不属任何类目", "No code, or none fits"),
            total - coded,
            None,
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
            None,
            1.0,
            1.0 if has_likes else None,
            None,
            None,
            None,
        ),
    ]
