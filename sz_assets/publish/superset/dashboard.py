"""The dashboard: its rows of charts, its header and its three filters.

Here: layout and filters in the words of Superset's import. Not here: what the charts show
(`charts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from sz_assets.charts.context import SIMULATED_MARK, Bilingual
from sz_assets.publish.superset.charts import Chart
from sz_assets.publish.superset.datasets import VERSION
from sz_assets.publish.superset.naming import fixed_id, verbose

SLUG = "short-video-accounts"
TITLE = Bilingual("短视频账号", "Short-video accounts")
_ALL_TWELFTHS = 12
_ROOT = ("ROOT_ID", "GRID_ID")
_HEADER_HEIGHT = 22


def _header(simulated: bool) -> str:
    lines = []
    if simulated:
        lines.append(
            f"## ⚠ {SIMULATED_MARK.zh} {SIMULATED_MARK.en}\n"
            "这些数字不描述任何真实账号。 These numbers describe no real account.\n"
        )
    lines.append(
        "每个图表只显示一个采集月份和一个统计范围：在左侧选择。空白表示没有数据，不是零。 "
        "Charts show one crawl month and one population: choose them at the left. "
        "Empty means no data, not zero. `sample`：论文的样本；`all`：全部采集到的视频。 "
        "`sample`: the study's sample; `all`: every observed video."
    )
    return "\n".join(lines)


def _rows(charts: Sequence[Chart]) -> list[list[Chart]]:
    """The charts in order, as many in a row as fit."""
    rows: list[list[Chart]] = []
    used = _ALL_TWELFTHS
    for chart in charts:
        if used + chart.width > _ALL_TWELFTHS:
            rows.append([])
            used = 0
        rows[-1].append(chart)
        used += chart.width
    return rows


def _position(charts: Sequence[Chart], title: str, simulated: bool) -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}},
        "MARKDOWN-header": {
            "id": "MARKDOWN-header",
            "type": "MARKDOWN",
            "children": [],
            "parents": [*_ROOT, "ROW-header"],
            "meta": {"code": _header(simulated), "width": _ALL_TWELFTHS, "height": _HEADER_HEIGHT},
        },
    }
    children = {"ROW-header": ["MARKDOWN-header"]}
    numbers = {chart.key: number for chart, number in zip(charts, count(1), strict=False)}
    for number, row in enumerate(_rows(charts), start=1):
        row_id = f"ROW-{number}"
        children[row_id] = [f"CHART-{chart.key}" for chart in row]
        for chart in row:
            position[f"CHART-{chart.key}"] = {
                "id": f"CHART-{chart.key}",
                "type": "CHART",
                "children": [],
                "parents": [*_ROOT, row_id],
                "meta": {
                    "chartId": numbers[chart.key],
                    "uuid": chart.uuid,
                    "sliceName": str(chart.title),
                    "width": chart.width,
                    "height": chart.height,
                },
            }
    for row_id, inside in children.items():
        position[row_id] = {
            "id": row_id,
            "type": "ROW",
            "children": inside,
            "parents": list(_ROOT),
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    position["GRID_ID"] = {
        "id": "GRID_ID",
        "type": "GRID",
        "children": list(children),
        "parents": ["ROOT_ID"],
    }
    return position


def _filter(
    column: str,
    table: str,
    excluded: Sequence[int],
    *,
    several: bool = False,
    first: bool = False,
    value: str | None = None,
) -> dict[str, Any]:
    mask: dict[str, Any] = {"extraFormData": {}, "filterState": {}, "ownState": {}}
    if value is not None:
        mask |= {
            "extraFormData": {"filters": [{"col": column, "op": "IN", "val": [value]}]},
            "filterState": {"value": [value], "label": value},
        }
    return {
        "id": f"NATIVE_FILTER-{column}",
        "name": verbose(column),
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "description": "",
        "cascadeParentIds": [],
        "targets": [{"column": {"name": column}, "datasetUuid": fixed_id("dataset", table)}],
        "controlValues": {
            "multiSelect": several,
            # Newest first, so that a new release shows its newest month by itself.
            "sortAscending": not first,
            "defaultToFirstItem": first,
            "enableEmptyFilter": not several,
            "inverseSelection": False,
            "searchAllOptions": False,
        },
        # Charts wait for it, or they would first ask for all months at once.
        "requiredFirst": first,
        "defaultDataMask": mask,
        "scope": {"rootPath": ["ROOT_ID"], "excluded": list(excluded)},
    }


def dashboard_file(
    charts: Sequence[Chart], columns: dict[str, list[str]], simulated: bool
) -> dict[str, Any]:
    """The dashboard, as the file that Superset's import reads.

    `columns`: the columns of each dataset by table; a filter reaches the charts that have its.
    """
    title = f"{TITLE}（{SIMULATED_MARK}）" if simulated else str(TITLE)

    def without(column: str) -> list[int]:
        return [
            number
            for number, chart in enumerate(charts, start=1)
            if column not in columns[chart.table] or (column == "month" and chart.all_months)
        ]

    return {
        "dashboard_title": title,
        "description": None,
        "css": "",
        "slug": SLUG,
        "uuid": fixed_id("dashboard", SLUG),
        "version": VERSION,
        "published": True,
        "position": _position(charts, title, simulated),
        "metadata": {
            "native_filter_configuration": [
                _filter("month", "fct_account_month", without("month"), first=True),
                _filter("account", "fct_account_month", without("account"), several=True),
                _filter("population", "publishing_by_year", without("population"), value="all"),
            ],
            "chart_configuration": {},
            "cross_filters_enabled": False,
            "color_scheme": "",
            "label_colors": {},
            "shared_label_colors": [],
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
            "default_filters": "{}",
        },
    }
