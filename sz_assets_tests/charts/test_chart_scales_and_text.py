"""The log axis with a place for 0, and text that fits its column."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sz_assets.charts.context import Bilingual
from sz_assets.charts.scales import log_axis
from sz_assets.charts.text_table import Cell, TextColumn, text_table
from sz_assets.charts.theme import fit, printable, text_width


def test_without_zeros_the_axis_begins_at_the_first_bin() -> None:
    axis = log_axis([(10.0, 15.8), (15.8, 25.1)])
    assert axis.domain == [10.0, 25.1]
    assert axis.ticks == [10.0, 20.0]


def test_zeros_alone_still_have_an_axis() -> None:
    axis = log_axis([(0.0, 1.0)])
    left, right = axis.bin_span(0.0, 1.0)
    assert axis.domain[0] < left < axis.zero_position < right < 1
    assert axis.position(0.0) == axis.zero_position


def test_values_that_are_marked_lie_on_the_axis() -> None:
    low = log_axis([(10.0, 15.8)], [500.0, 0.0])
    high = log_axis([(10_000.0, 15_849.0)], [500.0])
    assert low.domain == [10.0, 500.0]
    assert high.domain == [500.0, 15_849.0]


def test_many_decades_have_a_tick_each() -> None:
    assert log_axis([(1.0, 1e6)]).ticks == [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]


def test_hostile_and_undrawable_characters_leave_the_picture() -> None:
    assert printable("  深圳\u202e\n加油\x00🎉!\ufe0f ") == "深圳 加油!"


@pytest.mark.parametrize("text", ["深圳" * 40, "Shenzhen " * 30, "混合 mixed " * 20])
def test_long_text_is_cut_where_it_would_leave_its_column(text: str) -> None:
    cut = fit(text, 200, 13)
    assert cut.endswith("…")
    assert 150 < text_width(cut, 13) <= 200
    assert fit("短", 200, 13) == "短"


def test_no_cell_of_a_table_reaches_into_the_next_column() -> None:
    columns = [
        TextColumn(Bilingual("一", "one"), 100),
        TextColumn(Bilingual("二", "two"), 80, "right"),
        TextColumn(Bilingual("三", "three"), 120),
    ]
    rows = [[Cell("很长的文字" * 9, "long text " * 9)] * 3] * 2
    spec = text_table(columns, rows).to_dict()
    sources = [layer["data"] for layer in spec["layer"]]
    cells = next(source["values"] for source in sources if source["name"] == "cells")
    spans = [
        (
            cell["y"],
            cell["x"] - width * (cell["align"] == "right"),
            cell["x"] + width * (cell["align"] == "left"),
        )
        for cell in cells
        for width in [text_width(cell["text"], cell["size"])]
    ]
    for line in {y for y, _, _ in spans}:
        ordered = sorted((left, right) for y, left, right in spans if y == line)
        assert all(right < left for (_, right), (left, _) in pairwise(ordered))
        assert ordered[0][0] >= 0
        assert ordered[-1][1] <= 300
