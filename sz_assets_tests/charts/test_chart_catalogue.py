"""The list of charts: complete, ordered, light to import."""

from __future__ import annotations

import subprocess
import sys

import fake_marts
import pytest

from sz_assets.charts.catalogue import CATALOGUE, chart_named
from sz_assets.contracts import ENGAGEMENT_TABLES


def test_the_six_figures_and_two_tables_stand_in_their_order() -> None:
    assert [spec.name for spec in CATALOGUE] == [
        *(f"figure_{number}" for number in range(1, 7)),
        "table_1",
        "table_2",
    ]


def test_every_chart_reads_existing_marts_and_only_those_it_declares() -> None:
    existing = {table.name for table in ENGAGEMENT_TABLES}
    marts = fake_marts.marts()
    for spec in CATALOGUE:
        assert set(spec.tables) <= existing
        only_declared = {name: marts[name] for name in spec.tables}
        spec.build(only_declared, fake_marts.context())
        assert spec.expected_rows(only_declared, fake_marts.context()) > 0


def test_a_heading_has_number_and_title_in_both_languages() -> None:
    assert chart_named("figure_4").heading == (
        "图 4　热门视频收藏数分布",
        "Figure 4. Favorites of popular videos",
    )
    assert chart_named("table_1").heading.zh.startswith("表 1")


def test_an_unknown_chart_has_no_name() -> None:
    with pytest.raises(KeyError):
        chart_named("figure_7")


def test_loading_the_list_loads_no_drawing_library() -> None:
    code = (
        "import sys; import sz_assets.charts.catalogue, sz_assets.charts.render, "
        "sz_assets.charts.inspection; "
        "print([m for m in ('altair', 'vl_convert', 'pandas', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
