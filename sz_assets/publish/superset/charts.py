"""The charts of the dashboard: what each shows, and how Superset is told so.

Here: a list of charts, and their parameters and queries. Not here: the numbers themselves
(`datasets`) or where a chart stands (`dashboard`).

Captions are the platform's text: no table renders HTML, so that they stay text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sz_assets.charts.context import Bilingual
from sz_assets.publish.superset.datasets import SIMULATED_NOTE, VERSION, metric_name
from sz_assets.publish.superset.naming import fixed_id

NUMBER, BAR, LINE, HEAT, TABLE = (
    "big_number_total",
    "echarts_timeseries_bar",
    "echarts_timeseries_line",
    "heatmap_v2",
    "table",
)
_SCHEME = "supersetColors"
_BAR_ROWS = 100
_TABLE_ROWS = 500
# Superset looks ids of an export up by UUID; these only have to differ.
_DATASOURCE = {"id": 0, "type": "table"}


@dataclass(frozen=True)
class Chart:
    """One chart: `by` are columns (a table's all), `of` columns whose metrics are shown.

    `where` are equalities that always hold; `order` is a column, greatest value first.
    `width` is in twelfths of the dashboard, `height` in its units of 8 pixels.
    """

    key: str
    title: Bilingual
    table: str
    kind: str
    by: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    order: str | None = None
    ascending: bool = False
    limit: int = _TABLE_ROWS
    width: int = 6
    height: int = 50
    # A line over months shows all of them, whatever month is chosen.
    all_months: bool = False
    sideways: bool = False
    number_format: str = ",d"

    @property
    def uuid(self) -> str:
        return fixed_id("chart", self.key)

    @property
    def metrics(self) -> list[str]:
        return [metric_name(column) for column in self.of]


_FIGURE: dict[str, Any] = {"kind": NUMBER, "width": 3, "height": 20}
_BARS: dict[str, Any] = {"kind": BAR, "sideways": True, "by": ("account",)}

CHARTS: tuple[Chart, ...] = (
    Chart("followers_total", Bilingual("粉丝总数", "Followers"), "fct_account_month",
          of=("follower_count",), **_FIGURE),
    Chart("videos_total", Bilingual("视频总数", "Videos"), "fct_account_month",
          of=("video_count",), **_FIGURE),
    Chart("published_total", Bilingual("本月发布", "New videos"), "fct_account_month",
          of=("published_in_month_count",), **_FIGURE),
    Chart("likes_total", Bilingual("获赞总数", "Likes in all"), "fct_account_month",
          of=("total_like_count",), **_FIGURE),
    Chart("followers", Bilingual("各账号粉丝数", "Followers by account"), "fct_account_month",
          of=("follower_count",), **_BARS),
    Chart("followers_by_month", Bilingual("粉丝数逐月变化", "Followers by crawl month"),
          "fct_account_month", LINE, ("month", "account"), ("follower_count",), all_months=True),
    Chart("videos", Bilingual("各账号视频数", "Videos by account"), "account_engagement",
          of=("video_count",), **_BARS),
    Chart("published", Bilingual("各账号本月发布数", "Published in the month by account"),
          "fct_account_month", of=("published_in_month_count",), **_BARS),
    Chart("median_likes", Bilingual("各账号点赞中位数", "Median likes by account"),
          "account_engagement", of=("median_like_count",), **_BARS),
    Chart("years", Bilingual("各年发布的视频", "Videos by year of publication"),
          "publishing_by_year", BAR, ("published_year",), ("video_count",)),
    Chart("growth", Bilingual("与上次采集相比", "Since the previous crawl"),
          "growth_summary", TABLE,
          ("account", "previous_crawl_month", "new_video_count", "gone_video_count",
           "total_like_growth", "total_comment_growth", "median_like_growth_per_day",
           "coverage_verdict_label"), order="total_like_growth", width=12, height=84),
    Chart("breakouts", Bilingual("突然走红的视频", "Breakout videos"), "breakout_videos", TABLE,
          ("account", "title", "breakout_kind_label", "published_at", "like_count", "like_growth",
           "account_median_like_count", "like_multiple", "url"), order="breakout_rank",
          ascending=True, width=12, height=60),
    Chart("top_videos", Bilingual("点赞最多的视频", "Most liked videos"), "fct_video_month", TABLE,
          ("account", "title", "published_at", "like_count", "comment_count", "share_count",
           "url"), order="like_count", limit=50, width=12, height=60),
    Chart("hours", Bilingual("发布时间：星期与小时", "When videos are published"),
          "publishing_by_hour", HEAT, ("hour_of_day", "weekday_name"), ("video_count",)),
    Chart("coverage", Bilingual("采集完整性", "Coverage"), "fct_account_month", TABLE,
          ("account", "coverage_verdict_label", "coverage_reason"), order="account",
          ascending=True),
    Chart("categories",
          Bilingual("类目：视频与点赞占比（样本）", "Categories: shares of videos and likes"),
          "category_engagement", BAR, ("secondary_category_label",),
          ("video_share_ratio", "like_share_ratio"), sideways=True, height=70, width=12,
          number_format=".1%"),
    Chart("reliability", Bilingual("编码信度", "Reliability of coding"),
          "coding_reliability", TABLE,
          ("coefficient_label", "value", "interval_low", "interval_high", "unit_count",
           "coder_count", "verdict_label"), where=(("category", "overall"),), order="value",
          width=8),
    Chart("comparison", Bilingual("与论文比较", "Against the paper"),
          "paper_comparison", BAR, ("verdict_label",), ("rows",), sideways=True, width=4),
    Chart("claims", Bilingual("论断检验", "Claims tested"), "claim_tests", TABLE,
          ("statement_zh", "statement_en", "verdict_label", "p_value_holm", "note"),
          order="claim_id", ascending=True, width=12, height=60),
)  # fmt: skip


def _adhoc(column: str, value: str) -> dict[str, Any]:
    return {
        "expressionType": "SIMPLE",
        "clause": "WHERE",
        "subject": column,
        "operator": "==",
        "operatorId": "EQUALS",
        "comparator": value,
    }


def _params(chart: Chart) -> dict[str, Any]:
    filters = [_adhoc(column, value) for column, value in chart.where]
    params: dict[str, Any] = {"viz_type": chart.kind, "adhoc_filters": filters}
    metrics = chart.metrics
    if chart.kind == NUMBER:
        return {**params, "metric": metrics[0], "y_axis_format": ",d", "header_font_size": 0.3}
    if chart.kind == TABLE:
        order = [json.dumps([chart.order, chart.ascending])] if chart.order else []
        return {
            **params,
            "query_mode": "raw",
            "all_columns": list(chart.by),
            "order_by_cols": order,
            "row_limit": chart.limit,
            "allow_render_html": False,
            "table_timestamp_format": "%Y-%m-%d",
            "show_cell_bars": False,
            "include_search": True,
            "page_length": 20,
            "column_config": {name: {"d3NumberFormat": ",.3~f"} for name in chart.by},
        }
    params |= {"row_limit": chart.limit, "x_axis": chart.by[0], "y_axis_format": ",d"}
    if chart.kind == HEAT:
        return {
            **params,
            "groupby": chart.by[1],
            "metric": metrics[0],
            "sort_x_axis": "alpha_asc",
            "sort_y_axis": "alpha_desc",
            "linear_color_scheme": "schemeBlues",
            "normalize_across": "heatmap",
            "legend_type": "continuous",
            "show_legend": True,
            "show_percentage": False,
            "show_values": False,
            "border_color": {"r": 255, "g": 255, "b": 255, "a": 1},
            "border_width": 1,
            "xscale_interval": -1,
            "yscale_interval": -1,
            "left_margin": "auto",
            "bottom_margin": "auto",
            "value_bounds": [None, None],
        }
    return {
        **params,
        "metrics": metrics,
        "groupby": list(chart.by[1:]),
        "y_axis_format": chart.number_format,
        "color_scheme": _SCHEME,
        "orientation": "horizontal" if chart.sideways else "vertical",
        "x_axis_sort": metrics[0] if chart.sideways else None,
        "x_axis_sort_asc": True,
        "x_axis_force_categorical": True,
        "xAxisForceCategorical": True,
        "markerEnabled": chart.kind == LINE,
        "markerSize": 6,
        "show_legend": len(metrics) > 1 or len(chart.by) > 1,
        "legendType": "scroll",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "show_value": chart.kind == BAR and len(metrics) == 1,
        "truncateYAxis": False,
        "y_axis_bounds": [None, None],
    }


def _query(chart: Chart) -> dict[str, Any]:
    query: dict[str, Any] = {
        "columns": list(chart.by),
        "filters": [{"col": column, "op": "==", "val": value} for column, value in chart.where],
        "row_limit": chart.limit,
        "orderby": [],
        "extras": {"having": "", "where": ""},
        "applied_time_extras": {},
        "annotation_layers": [],
    }
    if chart.of:
        query |= {"metrics": chart.metrics, "orderby": [[chart.metrics[0], False]]}
    elif chart.order:
        query |= {"orderby": [[chart.order, chart.ascending]]}
    return query


def chart_file(chart: Chart, simulated: bool) -> dict[str, Any]:
    """A chart, as the file that Superset's import reads."""
    params = _params(chart)
    context = {
        "datasource": _DATASOURCE,
        "force": False,
        "queries": [_query(chart)],
        "form_data": params,
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": str(chart.title),
        "description": SIMULATED_NOTE.strip() if simulated else None,
        "viz_type": chart.kind,
        "params": params,
        "query_context": json.dumps(context, sort_keys=True),
        "cache_timeout": None,
        "uuid": chart.uuid,
        "dataset_uuid": fixed_id("dataset", chart.table),
        "version": VERSION,
    }
