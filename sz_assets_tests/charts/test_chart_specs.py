"""What each chart's specification says: marks, axes, units, provenance, numbers."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import fake_marts
import polars as pl
import pytest
from spec_reading import datasets, views

from sz_assets.charts.catalogue import CATALOGUE, ChartSpec, chart_named
from sz_assets.charts.context import join_origins

DISTRIBUTIONS = {
    "figure_3": ("like_count", "点赞数（次，对数刻度） Likes (count, log scale)"),
    "figure_4": ("favorite_count", "收藏数（次，对数刻度） Favorites (count, log scale)"),
    "figure_5": ("share_count", "分享数（次，对数刻度） Shares (count, log scale)"),
    "figure_6": ("comment_count", "评论数（次，对数刻度） Comments (count, log scale)"),
}
MARTS = fake_marts.marts()


def built(
    name: str, marts: dict[str, pl.DataFrame] | None = None, **options: Any
) -> dict[str, Any]:
    if marts is None and not options:
        return usual(name)
    chart = chart_named(name).build(marts or MARTS, fake_marts.context(**options))
    spec: dict[str, Any] = chart.to_dict()
    return spec


@cache
def usual(name: str) -> dict[str, Any]:
    """The specification of the usual month, for reading only: making it takes its time."""
    return built(name, MARTS)


def channels(spec: dict[str, Any], channel: str) -> list[dict[str, Any]]:
    return [
        view["encoding"][channel] for view in views(spec) if channel in view.get("encoding", {})
    ]


def axis_titles(spec: dict[str, Any], channel: str) -> set[str]:
    return {c["title"] for c in channels(spec, channel) if c.get("title")}


def all_text(spec: dict[str, Any]) -> str:
    return json.dumps(spec, ensure_ascii=False)


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_every_chart_says_study_month_n_and_what_its_data_are(spec: ChartSpec) -> None:
    chart = built(spec.name)
    assert chart["title"]["text"] == list(spec.heading)
    first = chart["title"]["subtitle"][0]
    assert first.startswith("深圳 Shenzhen · 2023-10 · n = ")
    assert datasets(chart)["badge_0"] == [{"text": "模拟数据 Simulated data"}]
    assert datasets(chart)["badge_1"] == [
        {"text": "5 个账号中 1 个列表不完整 Incomplete: 1 of 5 lists"}
    ]
    assert chart["title"]["subtitle"][-1].endswith("第一现场 First Scene")
    assert chart["config"]["font"].startswith("Noto Sans SC, ")


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_observed_data_are_not_called_simulated(spec: ChartSpec) -> None:
    assert "Simulated" not in all_text(built(spec.name, data_origin="live:douyin"))


def test_a_month_with_any_simulated_row_is_simulated() -> None:
    origin = join_origins(["simulated", "live:douyin", "simulated"])
    assert origin == "live:douyin, simulated"
    assert "Simulated data" in all_text(built("figure_1", data_origin=origin))


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_rows_of_other_months_are_left_out(spec: ChartSpec) -> None:
    other = date(2023, 9, 1)
    doubled = {
        name: pl.concat([table, table.with_columns(pl.lit(other).alias("crawl_month"))])
        if "crawl_month" in table.columns
        else table
        for name, table in MARTS.items()
    }
    assert built(spec.name, doubled) == built(spec.name)


def test_figure_1_counts_the_samples_videos_by_year() -> None:
    chart = built("figure_1")
    rows = {row["published_year"]: row["video_count"] for row in datasets(chart)["main"]}
    assert rows == {2017: 2, 2018: 60, 2019: 140, 2020: 210, 2021: 250, 2022: 150, 2023: 88}
    assert axis_titles(chart, "x") == {"发布年份 Year of publication"}
    assert axis_titles(chart, "y") == {"视频数（条） Videos (count)"}
    assert "n = 900" in chart["title"]["subtitle"][0]


def test_a_year_without_videos_keeps_its_place() -> None:
    gap = {
        **MARTS,
        "publishing_by_year": MARTS["publishing_by_year"].filter(pl.col("published_year") != 2019),
    }
    scale = next(c["scale"] for c in channels(built("figure_1", gap), "x") if "scale" in c)
    assert scale["domain"] == list(range(2017, 2024))


def test_figure_2_draws_box_whiskers_extremes_and_mean_of_the_summary() -> None:
    chart = built("figure_2")
    values = fake_marts.samples()["duration_seconds"]
    box = datasets(chart)["box"][0]
    expected = {"p10": 0.1, "q1": 0.25, "median": 0.5, "q3": 0.75, "p90": 0.9}
    for name, q in expected.items():
        assert box[name] == pytest.approx(float(pl.Series(values).quantile(q, "linear")))
    points = {row["statistic"]: row["value"] for row in datasets(chart)["main"]}
    assert points == pytest.approx(
        {"最小 min": values.min(), "平均 mean": values.mean(), "最大 max": values.max()}
    )
    assert "时长（秒，对数刻度） Duration (seconds, log scale)" in axis_titles(chart, "x")
    assert any("须 whiskers: P10–P90" in line for line in chart["title"]["subtitle"])
    # Histogram, box and lines share one log axis.
    assert {c["scale"]["type"] for c in channels(chart, "x") if "scale" in c} == {"log"}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_have_log_axis_units_and_labelled_lines(name: str) -> None:
    metric, title = DISTRIBUTIONS[name]
    values = fake_marts.samples()[metric]
    chart = built(name)
    assert axis_titles(chart, "x") == {title}
    assert axis_titles(chart, "y") == {"视频数（条） Videos (count)"}
    assert {c["scale"]["type"] for c in channels(chart, "x") if "scale" in c} == {"log"}
    assert sum(row["count"] for row in datasets(chart)["main"]) == len(values)
    lines = {
        row["label"].split(" ")[0]: row
        for key, rows in datasets(chart).items()
        if key.startswith("line_")
        for row in rows
    }
    assert lines["平均"]["x"] == pytest.approx(values.mean())
    assert lines["平均"]["label"].endswith(f"Mean {values.mean():,.0f}")
    assert ("低于" in lines) == (name in ("figure_4", "figure_6"))
    if "低于" in lines:
        below = int((values < 500).sum())
        assert lines["低于"]["x"] == 500
        assert lines["低于"]["label"].endswith(f"{below} = {below / len(values):.1%}")


def test_zeros_have_a_bar_of_their_own_left_of_the_axis_one() -> None:
    chart = built("figure_4")
    zeros = [row for row in datasets(chart)["main"] if row["is_zero"]]
    expected = int((fake_marts.samples()["favorite_count"] == 0).sum())
    assert [row["count"] for row in zeros] == [expected]
    assert 0 < zeros[0]["left"] < zeros[0]["right"] < 1
    axis = next(c["axis"] for c in channels(chart, "x") if "values" in (c.get("axis") or {}))
    assert axis["values"][:2] == [pytest.approx(10**-0.4), 1.0]
    assert axis["labelExpr"].startswith("datum.value < 0.999")
    assert not any(row["is_zero"] for row in datasets(built("figure_3"))["main"])


def test_missing_values_are_said_beside_n() -> None:
    assert "n = 900（缺失 missing 3）" in built("figure_4")["title"]["subtitle"][0]
    assert "missing" not in built("figure_3")["title"]["subtitle"][0]


def test_table_1_shows_observed_numbers_beside_the_printed_ones() -> None:
    chart = built("table_1")
    cells = {cell["text"] for cell in datasets(chart)["cells"]}
    assert {"深圳交警", "Shenzhen Traffic Police", "759.8", "1,892", "交通", "被截断"} <= cells
    assert {"论文粉丝数（万）", "959.8", "Over 1900", "粉丝数（万）", "—"} <= cells
    assert {"Followers (10⁴)", "Paper: followers (10⁴)", "Paper: videos"} <= cells
    assert len(datasets(chart)["main"]) == 5


def test_table_2_lists_the_whole_codebook_with_exemplars() -> None:
    chart = built("table_2")
    texts = [cell["text"] for cell in datasets(chart)["cells"]]
    assert {"城市主体形象", "City Main Image", "建设主体", "100", "11.1"} <= set(texts)
    assert texts.count("城市环境形象") == 1
    assert "Cultural Environment" in texts
    assert "n = 511 条已编码 coded / 900" in chart["title"]["subtitle"][0]


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_an_empty_month_says_so_in_both_languages(spec: ChartSpec) -> None:
    empty = fake_marts.empty_marts()
    chart = built(spec.name, empty)
    zh, en = (row["text"] for row in datasets(chart)["empty_text"])
    assert zh.startswith("本月")
    assert en.startswith(("No ", "There are no "))
    assert "n = 0" in chart["title"]["subtitle"][0]
    assert spec.expected_rows(empty, fake_marts.context()) == 0


def test_a_metric_of_which_all_values_are_missing_is_empty() -> None:
    gone = {
        **MARTS,
        "engagement_summary": MARTS["engagement_summary"].with_columns(
            pl.when(pl.col("metric") == "share_count")
            .then(0)
            .otherwise(pl.col("video_count"))
            .alias("video_count")
        ),
    }
    assert "empty_text" in datasets(built("figure_5", gone))
    assert "empty_text" not in datasets(built("figure_4", gone))
