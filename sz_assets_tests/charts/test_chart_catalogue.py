"""The list of charts: complete, ordered, light to import."""

from __future__ import annotations

import subprocess
import sys

import fake_marts
import pytest

from sz_assets.charts.catalogue import CATALOGUE, PUBLISHED_CHARTS, chart_named
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.report.inspection import SECTIONS


def test_the_six_figures_and_two_tables_stand_in_their_order() -> None:
    assert [spec.name for spec in PUBLISHED_CHARTS] == [
        *(f"figure_{number}" for number in range(1, 7)),
        "table_1",
        "table_2",
    ]
    assert CATALOGUE[: len(PUBLISHED_CHARTS)] == PUBLISHED_CHARTS


def test_no_two_charts_share_a_name() -> None:
    assert len({spec.name for spec in CATALOGUE}) == len(CATALOGUE)


def test_every_chart_has_its_place_in_the_report() -> None:
    assert {spec.section for spec in CATALOGUE} <= set(SECTIONS)


def test_every_chart_reads_existing_tables_and_only_those_it_declares() -> None:
    marts = fake_marts.marts()
    published = {table.name for table in PUBLISHED_TABLES}
    for spec in CATALOGUE:
        assert set(spec.tables) <= published
        only_declared = {name: marts[name] for name in spec.tables}
        spec.build(only_declared, fake_marts.context())
        assert spec.expected_rows(only_declared, fake_marts.context()) > 0


def test_a_heading_has_number_and_title_in_both_languages() -> None:
    assert chart_named("figure_4").heading == (
        "图 4　热门视频收藏数分布",
        "Figure 4. Favorites of popular videos",
    )
    assert chart_named("table_1").heading.zh.startswith("表 1")
    for spec in CATALOGUE[len(PUBLISHED_CHARTS) :]:
        assert spec.heading == spec.title
        assert all(spec.heading)


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
