"""The ordered list of charts: each with its name, titles, tables, and how it is built.

Here: what a caller needs to make one asset per chart. Builders are imported when called, so
that loading this list does not load Altair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from sz_assets.charts.context import Bilingual, ChartContext, month_rows, summary_of
from sz_assets.charts.table_rows import account_rows, category_rows

if TYPE_CHECKING:
    import altair as alt

Frames = Mapping[str, pl.DataFrame]
Builder = Callable[[Frames, ChartContext, Bilingual], "alt.VConcatChart"]


@dataclass(frozen=True)
class ChartSpec:
    """One chart. `tables` are the engagement marts it reads, keys of the frames it is given.

    `mark` is the Vega-Lite mark drawn once per row of the main data; `count_rows` says how many
    rows that must be, from the frames alone; 0 means a chart that says why it is empty.
    """

    name: str
    title: Bilingual
    tables: tuple[str, ...]
    mark: str
    builder: Builder
    count_rows: Callable[[Frames, ChartContext], int]

    @property
    def heading(self) -> Bilingual:
        """The title with the chart's number."""
        kind, number = self.name.split("_")
        zh = {"figure": "图", "table": "表"}[kind]
        return Bilingual(
            f"{zh} {number}　{self.title.zh}", f"{kind.capitalize()} {number}. {self.title.en}"
        )

    def build(self, frames: Frames, context: ChartContext) -> alt.VConcatChart:
        """The chart from frames that fit their contracts (other months are left out)."""
        return self.builder(frames, context, self.heading)

    def expected_rows(self, frames: Frames, context: ChartContext) -> int:
        """How many main marks the chart must show."""
        return self.count_rows(frames, context)


def _build_figure_1(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    from sz_assets.charts.publishing import figure_1

    return figure_1(frames, context, heading)


def _build_figure_2(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    from sz_assets.charts.duration import figure_2

    return figure_2(frames, context, heading)


def _build_table_1(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    from sz_assets.charts.tables import table_1

    return table_1(frames, context, heading)


def _build_table_2(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
    from sz_assets.charts.tables import table_2

    return table_2(frames, context, heading)


def _count_years(frames: Frames, context: ChartContext) -> int:
    return month_rows(frames, "publishing_by_year", context, "sample").height


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
    name: str, metric: str, counted: Bilingual, *, with_threshold: bool = False
) -> ChartSpec:
    axis_title = f"{counted.zh}（次，对数刻度） {counted.en} (count, log scale)"

    def build(frames: Frames, context: ChartContext, heading: Bilingual) -> alt.VConcatChart:
        from sz_assets.charts.distribution import distribution

        return distribution(
            frames, context, heading, metric, axis_title, with_threshold=with_threshold
        )

    return ChartSpec(
        name,
        Bilingual(f"热门视频{counted.zh}分布", f"{counted.en} of popular videos"),
        ("engagement_summary", "engagement_histogram"),
        "rect",
        build,
        _count_bins(metric),
    )


CATALOGUE: tuple[ChartSpec, ...] = (
    ChartSpec(
        "figure_1",
        Bilingual("热门视频发布年份分布", "Popular videos by year of publication"),
        ("publishing_by_year",),
        "bar",
        _build_figure_1,
        _count_years,
    ),
    ChartSpec(
        "figure_2",
        Bilingual("热门视频时长分布", "Duration of popular videos"),
        ("engagement_summary", "engagement_histogram"),
        "point",
        _build_figure_2,
        _count_points,
    ),
    _distribution("figure_3", "like_count", Bilingual("点赞数", "Likes")),
    _distribution(
        "figure_4", "favorite_count", Bilingual("收藏数", "Favorites"), with_threshold=True
    ),
    _distribution("figure_5", "share_count", Bilingual("分享数", "Shares")),
    _distribution(
        "figure_6", "comment_count", Bilingual("评论数", "Comments"), with_threshold=True
    ),
    ChartSpec(
        "table_1",
        Bilingual("账号基本信息", "The accounts"),
        ("dim_account", "fct_account_month"),
        "rect",
        _build_table_1,
        lambda frames, context: len(account_rows(frames, context)),
    ),
    ChartSpec(
        "table_2",
        Bilingual("热门视频内容类目", "Content categories of popular videos"),
        ("category_engagement", "engagement_summary"),
        "rect",
        _build_table_2,
        lambda frames, context: len(category_rows(frames, context)),
    ),
)


def chart_named(name: str) -> ChartSpec:
    """The chart of that name; KeyError if there is none."""
    for spec in CATALOGUE:
        if spec.name == name:
            return spec
    raise KeyError(name)
