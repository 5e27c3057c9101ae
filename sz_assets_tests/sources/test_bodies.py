"""Views of stored bytes are those bytes, wherever Polars keeps them."""

from __future__ import annotations

import polars as pl
import pytest

from sz_assets.sources.bodies import body_views

# Arrow keeps up to 12 bytes within a view, and longer values in several buffers.
VALUES = [
    bytes([number % 251]) * length for number, length in enumerate((0, 1, 12, 13, 90_000) * 60)
]


@pytest.mark.parametrize(
    "change",
    [
        lambda series: series,
        lambda series: series[7:211],
        lambda series: series[:0],
        lambda series: pl.concat([series[3:5], series[100:], series[:9]], rechunk=False),
        lambda series: series.filter(series.bin.size() > 1),
        lambda series: series.reverse(),
    ],
    ids=["whole", "slice", "empty", "chunks", "filtered", "gathered"],
)
def test_views_are_the_values(change):
    series = change(pl.Series(VALUES, dtype=pl.Binary))
    assert [bytes(view) for view in body_views(series)] == series.to_list()


def test_a_view_outlives_the_column():
    [view] = body_views(pl.Series([b"x" * 1000]))
    assert bytes(view) == b"x" * 1000
