"""What the charts beyond the publication show: values, gaps, and what can't be told.

Longer than 300 lines: the charts are drawn from one set of frames.
"""

from __future__ import annotations

import math
from typing import Any

import fake_marts
import polars as pl
import pytest
from fake_analysis import COUNTERS
from spec_reading import datasets

from sz_assets.charts import further_rows
from sz_assets.charts.catalogue import chart_named
from sz_assets.charts.hours import short_count
from sz_assets.charts.wording import effect_label, ratio_text

MARTS = fake_marts.marts()


def built(name: str, marts: dict[str, pl.DataFrame] | None = None) -> dict[str, Any]:
    spec: dict[str, Any] = chart_named(name).build(marts or MARTS, fake_marts.context()).to_dict()
    return spec


def changed(table: str, **columns: pl.Expr | None) -> dict[str, pl.DataFrame]:
    """The marts with some columns of one table replaced; None empties a column."""
    frame = MARTS[table]
    new = [
        (pl.lit(None, frame.schema[name]) if value is None else value).alias(name)
        for name, value in columns.items()
    ]
    return {**MARTS, table: frame.with_columns(new)}


def subtitle(spec: dict[str, Any]) -> str:
    return "\n".join(spec["title"]["subtitle"])


# --- accounts ---


def test_accounts_stand_by_their_median_with_sample_mean_and_h_index() -> None:
    shown = datasets(built("account_comparison"))
    assert [row["median"] for row in shown["main"]] == [5000, 4000, 3000, 2000, 1000]
    assert [row["row"] for row in shown["main"]] == [0, 1, 2, 3, 4]
    # The account that is not in the sample has no mark of the sample.
    circles = [row for row in shown["others"] if row["shape"] == "circle"]
    assert [(row["row"], row["value"]) for row in circles] == [
        (1, 8000),
        (2, 6000),
        (3, 4000),
        (4, 2000),
    ]
    assert shown["numbers"][0] == {"row": 0, "first": "5,000", "second": "h = 14 · n = 360"}
    assert shown["row_labels"][4]["first"] == "深圳新闻网"


def test_an_account_without_known_likes_is_not_drawn() -> None:
    known = pl.when(pl.col("account_id") != "first_scene").then(pl.col("median_like_count"))
    shown = datasets(
        built("account_comparison", changed("account_engagement", median_like_count=known))
    )
    assert len(shown["main"]) == 4


def test_a_median_of_zero_has_its_place_on_the_axis() -> None:
    zero = changed("account_engagement", median_like_count=pl.lit(0.0), mean_like_count=pl.lit(0.0))
    values = {row["value"] for row in datasets(built("account_comparison", zero))["main"]}
    assert len(values) == 1
    assert 0 < values.pop() < 1


# --- weekday and hour ---


def test_each_hour_shows_its_videos_and_their_median_likes() -> None:
    shown = datasets(built("publishing_heatmap"))
    cells = {(cell["day"], cell["left"]): cell for cell in shown["main"]}
    assert len(cells) == len(shown["likes"]) == 7 * 24 - 1
    assert ("周三 Wed", 4) not in cells
    assert cells["周日 Sun", 23]["text"] == "162"
    likes = {(cell["day"], cell["left"]): cell for cell in shown["likes"]}
    assert likes["周日 Sun", 23]["text"] == "16k"
    # One video is too few for a shade, none known for a number.
    assert (likes["周一 Mon", 2]["shade"], likes["周一 Mon", 2]["text"]) == (None, "200")
    assert likes["周五 Fri", 1]["text"] == ""


def test_equal_counts_stay_readable() -> None:
    same = changed("publishing_by_hour", video_count=pl.lit(7, pl.Int64))
    assert {cell["ink"] for cell in datasets(built("publishing_heatmap", same))["main"]} == {
        "#1F2933"
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0, "0"),
        (999, "999"),
        (999.6, "1.0k"),
        (1234, "1.2k"),
        (9960, "10k"),
        (123_456, "123k"),
        (999_600, "1.0M"),
        (73_450_000, "73M"),
    ],
)
def test_a_count_in_a_cell_is_short(value: float | None, shown: str) -> None:
    assert short_count(value) == shown


# --- concentration ---


def test_curves_begin_at_nothing_end_at_all_and_are_marked_at_the_top_tenth() -> None:
    shown = datasets(built("lorenz"))
    assert [row["y"] for row in shown["main"]] == pytest.approx(
        [0.9**power for power in (4, 5, 6)], abs=1e-9
    )
    for metric in COUNTERS[:3]:
        curve = shown[f"curve_{metric}"]
        assert (curve[0], curve[-1]) == ({"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0})
    gini = MARTS["engagement_summary"].filter(
        (pl.col("metric") == "like_count") & (pl.col("population") == "sample")
    )["gini"][0]
    assert f"Gini {gini:.3f} · 前 top 10%: {1 - 0.9**4:.1%}" in shown["legend_0"][0]["text"]
    # Colour is not alone: each curve has a dash and a mark of its own.
    assert len({row["shape"] for row in shown["main"]}) == 3


def test_between_two_points_a_curve_is_straight() -> None:
    curve = [(0.0, 0.0), (0.5, 0.1), (1.0, 1.0)]
    assert further_rows.curve_at(curve, 0.9) == pytest.approx(0.82)
    assert further_rows.curve_at(curve, 0.5) == 0.1
    assert further_rows.curve_at([(0.8, 0.4)], 0.9) == pytest.approx(0.7)


# --- duration ---


def test_a_bin_of_duration_spans_the_quartiles_of_its_likes() -> None:
    shown = datasets(built("duration_likes"))
    last = shown["main"][-1]
    assert (last["q1"], last["q3"], last["likes"], last["videos"]) == (300, 2100, 700, 46)
    assert (last["left"], last["right"]) == pytest.approx((10**1.2, 10**1.4))
    # Of less than a second, and a quartile of no likes, both have their place left of the axis.
    assert 0 < shown["main"][0]["left"] < shown["main"][0]["right"] < 1
    assert 0 < shown["main"][0]["q1"] < shown["main"][0]["q3"]
    # A bin in which nobody's likes are known is not drawn.
    assert len(shown["main"]) == 5
    assert [row["likes"] for row in shown["median_sample"]] == [100, 400, 500, 600, 700]


def test_without_a_sample_only_all_videos_are_drawn() -> None:
    alone = {
        **MARTS,
        "duration_engagement": MARTS["duration_engagement"].filter(population="all"),
    }
    shown = datasets(built("duration_likes", alone))
    assert "median_sample" not in shown
    assert len(shown["main"]) == 5


# --- growth ---


def test_growth_shows_new_gone_and_likes_by_account() -> None:
    chart = built("growth")
    shown = datasets(chart)
    assert [row["value"] for row in shown["main"]] == [28, 21, 14, 7, 0]
    assert [row["value"] for row in shown["gone"]] == [2, 1, 1, 0, 0]
    assert [row["text"] for row in shown["likes"]] == ["-2.5", "—", "-0.5", "0.5", "1.5"]
    assert "n = 1,510" in subtitle(chart)
    assert "previous crawl 2023-09" in subtitle(chart)
    assert "likes fell: 10 条" in subtitle(chart)
    assert "incomplete: 3 条" in subtitle(chart)


def test_a_first_crawl_has_no_growth_and_says_so() -> None:
    chart = built("growth", {**MARTS, "growth_summary": fake_marts.frame("growth_summary", [])})
    assert datasets(chart)["empty_text"][1]["text"].startswith("No earlier crawl")


# --- trend ---


def test_years_stand_uncorrected_above_and_corrected_below() -> None:
    shown = datasets(built("age_trend"))
    assert [row["videos"] for row in shown["main"]] == [100, 101, 102, 103]
    assert [(row["year"], row["text"]) for row in shown["ratios"]] == [
        (2021, "×1.15"),
        (2022, "×1.05"),
        (2023, "×0.95"),
    ]
    assert [row["year"] for row in shown["intervals"]] == [2022, 2023]
    assert [row["year"] for row in shown["unknown"]] == [2020]
    assert [row["year"] for row in shown["corrected_counts"]] == [2021, 2022, 2023]


def test_a_trend_that_cannot_be_corrected_says_so_plainly() -> None:
    names = ("age_corrected_multiplier", "interval_low", "interval_high", "corrected_video_count")
    chart = built("age_trend", changed("publishing_trend", **dict.fromkeys(names)))
    assert len(datasets(chart)["main"]) == 4
    assert "It can't be corrected" in datasets(chart)["not_corrected"][1]["text"]
    assert "It can't be corrected" in subtitle(chart)
    assert "corrected_counts" not in datasets(chart)


# --- effects ---


def test_effects_stand_by_factor_with_verdicts_as_shapes_and_words() -> None:
    chart = built("effects")
    shown = datasets(chart)["main"]
    assert [row["ratio"] for row in shown] == [1.08, 1.61, 0.55, 1.2, 1.02]
    assert [row["shape"] for row in shown] == [
        "circle",
        "triangle-right",
        "triangle-left",
        "circle",
        "circle",
    ]
    grey = {row["color"] for row in shown if "undecided" in row["verdict"]}
    assert grey == {"#7B8794"}
    assert {row["fill"] for row in shown if "undecided" in row["verdict"]} == {"#FFFFFF"}
    # One has no interval and gets no line.
    assert len(datasets(chart)["intervals"]) == 4
    assert "undecided 3 · 无法估计 not estimable 1" in subtitle(chart)
    labels = datasets(chart)["row_labels"]
    assert (labels[0]["first"], labels[0]["second"]) == ("时长每翻一倍", "Twice as long")
    assert (labels[3]["first"], labels[3]["second"]) == (
        "题材：自然环境",
        "Topic: Natural Environment",
    )


def test_an_effect_without_words_of_its_own_is_called_by_its_contrast() -> None:
    assert effect_label("new", "x", "This against that.", ()).en == "This against that."
    assert effect_label("topic", "unknown", "Coded so.", fake_marts.CATEGORIES).zh == "Coded so."


def test_an_interval_that_reaches_zero_gets_no_line() -> None:
    chart = built("effects", changed("engagement_effects", interval_low=pl.lit(0.0)))
    assert datasets(chart)["intervals"] == []


def test_a_ratio_is_written_as_a_factor() -> None:
    ratios = (None, 0.0123, 0.5, 1.006, 99.994, 1234.5)
    assert [ratio_text(r) for r in ratios] == ["—", "×0.0123", "×0.50", "×1.01", "×99.99", "×1,234"]


# --- claims ---


def test_claims_stand_with_effect_interval_and_verdict() -> None:
    chart = built("claims")
    texts = [cell["text"] for cell in datasets(chart)["cells"]]
    assert texts.count("×1.37") == 3
    assert texts.count("×0.91 – ×2.06") == 3
    assert {"支持", "supported", "无法检验", "—"} <= set(texts)
    assert "supported 1 · 相悖 contradicted 1 · 未定 undecided 1" in subtitle(chart)
    assert "复现 reproduced 1" in subtitle(chart)
    assert len(datasets(chart)["main"]) == 4


@pytest.mark.parametrize(
    "name", ["account_comparison", "publishing_heatmap", "duration_likes", "growth", "effects"]
)
def test_one_row_alone_is_drawn(name: str) -> None:
    table = chart_named(name).tables[0]
    rows = MARTS[table]
    if "population" in rows.columns:
        rows = rows.filter(population="all")
    if "median_like_count" in rows.columns:
        rows = rows.filter(pl.col("median_like_count").is_not_null())
    one = {**MARTS, table: rows.head(1)}
    assert len(datasets(built(name, one))["main"]) == 1


def test_all_positions_are_finite_numbers() -> None:
    for name in ("account_comparison", "duration_likes", "lorenz", "effects", "age_trend"):
        for rows in datasets(built(name)).values():
            for row in rows:
                numbers = [value for value in row.values() if isinstance(value, float)]
                assert all(math.isfinite(number) for number in numbers)
