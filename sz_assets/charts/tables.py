"""Table 1 (accounts) and table 2 (content categories) as charts."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from sz_assets.charts.coding_rows import coded_by_people, reliability_of
from sz_assets.charts.context import Bilingual, ChartContext, summary_of
from sz_assets.charts.layout import empty, finish
from sz_assets.charts.reasons import NO_ACCOUNTS, NO_CODES
from sz_assets.charts.table_rows import (
    NONE_OR_NO_CODE,
    Estimate,
    account_rows,
    category_rows,
    closing_rows,
)
from sz_assets.charts.text_table import Cell, TextColumn, table_width, text_table
from sz_assets.charts.wording import (
    COVERAGE,
    MISSING,
    RELIABILITY,
    RELIABILITY_SIGNS,
    YES_NO,
    ten_thousands,
)

_ACCOUNTS = (
    TextColumn(Bilingual("账号", "Account"), 280),
    TextColumn(Bilingual("领域", "Field"), 130),
    TextColumn(Bilingual("粉丝数（万）", "Followers (10⁴)"), 120, "right"),
    TextColumn(Bilingual("视频数（条）", "Videos (count)"), 120, "right"),
    TextColumn(Bilingual("入选样本", "Eligible"), 90, "right"),
    TextColumn(Bilingual("列表完整性", "Coverage"), 110, "right"),
)
_PUBLISHED = (
    TextColumn(Bilingual("论文粉丝数（万）", "Paper: followers (10⁴)"), 165, "right"),
    TextColumn(Bilingual("论文视频数", "Paper: videos"), 130, "right"),
)
_CATEGORIES = (
    TextColumn(Bilingual("一级类目", "Primary category"), 185),
    TextColumn(Bilingual("二级类目", "Secondary category"), 190),
    TextColumn(Bilingual("视频数", "Videos"), 80, "right"),
    TextColumn(Bilingual("其中人工编码", "By people"), 105, "right"),
    TextColumn(Bilingual("视频占比（%）", "Videos (%)"), 110, "right"),
    TextColumn(Bilingual("经校正（%）", "Corrected (%)"), 110, "right"),
    TextColumn(Bilingual("编码信度", "Reliability"), 115, "right"),
    TextColumn(Bilingual("点赞占比（%）", "Likes (%)"), 110, "right"),
    TextColumn(Bilingual("代表视频（点赞最多）", "Exemplar (most liked video)"), 300),
    TextColumn(Bilingual("账号", "Account"), 240),
)


def table_1(
    frames: Mapping[str, pl.DataFrame], context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """The accounts of `dim_account` and `fct_account_month`, beside what the paper prints."""
    accounts = account_rows(frames, context)
    if not accounts:
        return empty(heading, context, NO_ACCOUNTS)
    has_published = any(
        row.published_follower_count is not None or row.published_videos for row in accounts
    )
    columns = (*_ACCOUNTS, *_PUBLISHED) if has_published else _ACCOUNTS
    rows = []
    for row in accounts:
        cells = [
            Cell(row.name.zh, row.name.en),
            Cell(row.field.zh or row.field.en, row.field.en if row.field.zh else "")
            if row.field
            else Cell(MISSING),
            Cell(ten_thousands(row.follower_count)),
            Cell(f"{row.video_count:,}"),
            Cell(*YES_NO[row.is_eligible]),
            Cell(*COVERAGE[row.coverage_verdict]),
        ]
        if has_published:
            cells += [
                Cell(ten_thousands(row.published_follower_count)),
                Cell(row.published_videos or MISSING),
            ]
        rows.append(cells)
    return finish(
        [text_table(columns, rows)],
        heading,
        context,
        [
            f"n = {len(rows)} 个账号 accounts",
            "粉丝数与视频数为本月所观测 Followers and videos as observed in this crawl month · "
            f"{MISSING} 缺失 missing",
        ],
        width=table_width(columns),
    )


def table_2(
    frames: Mapping[str, pl.DataFrame], context: ChartContext, heading: Bilingual
) -> alt.VConcatChart:
    """The codebook's categories with their shares in the sample, from `category_engagement`."""
    categories = category_rows(frames, context)
    if not categories:
        return empty(heading, context, NO_CODES)
    rows = []
    previous: Bilingual | None = None
    closing = closing_rows(categories, coded_by_people(frames, context))
    for row in [*categories, *closing]:
        rows.append(
            [
                # A primary category is written once, at the first of its secondary ones.
                Cell("") if row.primary == previous else Cell(*row.primary),
                Cell(*row.secondary),
                Cell(f"{row.video_count:,}"),
                Cell(MISSING if row.human_coded_count is None else f"{row.human_coded_count:,}"),
                Cell(_percent(row.video_share_ratio)),
                Cell("") if row.reliability is None else _corrected(row.corrected),
                _reliability(row.reliability),
                Cell(_percent(row.like_share_ratio)),
                Cell(row.exemplar_title or MISSING),
                Cell(*row.exemplar_account) if row.exemplar_account else Cell(MISSING),
            ]
        )
        previous = row.primary
    coded = sum(row.video_count for row in categories)
    likes = summary_of(frames, context, "like_count")
    sample = "" if likes is None else f" / {likes['video_count']:,} 条样本视频 sample videos"
    overall = reliability_of(frames, context)
    return finish(
        [text_table(_CATEGORIES, rows)],
        heading,
        context,
        [
            f"n = {coded:,} 条已编码 coded{sample}",
            "编码信度（总体）Reliability of the codes as a whole: "
            f"{RELIABILITY_SIGNS[overall]} {RELIABILITY[overall]} · 视频占比未计编码误差 "
            "Videos (%) ignores errors of coding · 经校正：以人工样本校正，小字为 95% 区间 "
            f"Corrected by the human sample, small: 95% interval, {MISSING} refused",
            "占比以全部样本视频为分母 Shares are of all sample videos, coded or not · 代表视频："
            "该类目点赞最多者，并列取较早发布者 Exemplar: the most liked, of equals the one "
            "published first",
            f"“{NONE_OR_NO_CODE}”：其中人工编码的是人判为不属任何类目 of these, people judged "
            "those under By people to fit none",
        ],
        width=table_width(_CATEGORIES),
    )


def _corrected(found: Estimate | None) -> Cell:
    if found is None:
        return Cell(MISSING)
    has_interval = found.low is not None and found.high is not None
    ends = f"{_percent(found.low)} – {_percent(found.high)}" if has_interval else ""
    return Cell(_percent(found.share), ends)


def _reliability(verdict: str | None) -> Cell:
    if verdict is None:
        return Cell("")
    return Cell(f"{RELIABILITY_SIGNS[verdict]} {RELIABILITY[verdict].zh}", RELIABILITY[verdict].en)


def _percent(ratio: float | None) -> str:
    return MISSING if ratio is None else f"{ratio * 100:.1f}"
