"""The ordered list of charts: those of the publication, then those that go further.

Here: the publication's figures and tables, and finding a chart by its name. Not here: the further
charts (`further`), or how any of them is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext, month_rows, summary_of
from sz_assets.charts.further import FURTHER_CHARTS
from sz_assets.charts.spec import ChartSpec, Frames, drawn_by
from sz_assets.charts.table_rows import account_rows, category_rows, closing_rows

if TYPE_CHECKING:
    import altair as alt


def _figure(number: int) -> Bilingual:
    return Bilingual(f"图 {number}", f"Figure {number}")


def _table(number: int) -> Bilingual:
    return Bilingual(f"表 {number}", f"Table {number}")


def _count_years(frames: Frames, context: ChartContext) -> int:
    return month_rows(frames, "publishing_by_year", context, "sample").height


def _count_categories(frames: Frames, context: ChartContext) -> int:
    categories = category_rows(frames, context)
    return len(categories) + len(closing_rows(categories))


def _count_points(frames: Frames, context: ChartContext) -> int:
    """Minimum, mean and maximum of figure 2."""
    return 3 if _count_bins("duration_seconds")(frames, context) else 0


def _count_bins(metric: str) -> Callable[[Frames, ChartContext], int]:
    def count(frames: Frames, context: ChartContext) -> int:
        if summary_of(frames, context, metric) is None:
            return 0
        bins = month_rows(frames, "engagement_histogram", context, "sample")
        return bins.filter(pl.col("metric") == metric).height

    return count


def _distribution(
    number: int, metric: str, counted: Bilingual, *, with_threshold: bool = False
) -> ChartSpec:
    axis_title = f"{counted.zh}（次，对数刻度） {counted.en} (count, log scale)"

    def build(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
        from sz_assets.charts.distribution import distribution

        return distribution(
            frames, context, heading, metric, axis_title, with_threshold=with_threshold
        )

    return ChartSpec(
        f"figure_{number}",
        Bilingual(f"热门视频{counted.zh}分布", f"{counted.en} of popular videos"),
        ("engagement_summary", "engagement_histogram"),
        "rect",
        build,
        _count_bins(metric),
        section="figures",
        number=_figure(number),
    )


PUBLISHED_CHARTS: tuple[ChartSpec, ...] = (
    ChartSpec(
        "figure_1",
        Bilingual("热门视频发布年份分布", "Popular videos by year of publication"),
        ("publishing_by_year",),
        "bar",
        drawn_by("publishing", "figure_1"),
        _count_years,
        section="figures",
        number=_figure(1),
    ),
    ChartSpec(
        "figure_2",
        Bilingual("热门视频时长分布", "Duration of popular videos"),
        ("engagement_summary", "engagement_histogram"),
        "point",
        drawn_by("duration", "figure_2"),
        _count_points,
        section="figures",
        number=_figure(2),
    ),
    _distribution(3, "like_count", Bilingual("点赞数", "Likes")),
    _distribution(4, "favorite_count", Bilingual("收藏数", "Favorites"), with_threshold=True),
    _distribution(5, "share_count", Bilingual("分享数", "Shares")),
    _distribution(6, "comment_count", Bilingual("评论数", "Comments"), with_threshold=True),
    ChartSpec(
        "table_1",
        Bilingual("账号基本信息", "The accounts"),
        ("dim_account", "fct_account_month"),
        "rect",
        drawn_by("tables", "table_1"),
        lambda frames, context: len(account_rows(frames, context)),
        section="tables",
        number=_table(1),
        is_table=True,
    ),
    ChartSpec(
        "table_2",
        Bilingual("热门视频内容类目", "Content categories of popular videos"),
        (
            "category_engagement",
            "engagement_summary",
            "coding_reliability",
            "category_prevalence",
        ),
        "rect",
        drawn_by("tables", "table_2"),
        _count_categories,
        section="tables",
        number=_table(2),
        is_table=True,
    ),
)
CATALOGUE: tuple[ChartSpec, ...] = (*PUBLISHED_CHARTS, *FURTHER_CHARTS)


def chart_named(name: str) -> ChartSpec:
    """The chart of that name; KeyError if there is none."""
    for spec in CATALOGUE:
        if spec.name == name:
            return spec
    raise KeyError(name)


__all__ = ["CATALOGUE", "PUBLISHED_CHARTS", "ChartSpec", "Frames", "chart_named"]
