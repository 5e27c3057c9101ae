"""What the charts of content coding show: values, gaps, thresholds, and what nobody checked."""

from __future__ import annotations

import math
from typing import Any

import fake_coding
import fake_marts
import polars as pl
import pytest
from spec_reading import datasets

from sz_assets.charts import coding_rows
from sz_assets.charts.catalogue import chart_named
from sz_assets.charts.context import Bilingual
from sz_assets.charts.specialisation import quotient_text
from sz_assets.charts.table_rows import category_rows, closing_rows
from sz_assets.charts.wording import share_text

MARTS = fake_marts.marts()
CONTEXT = fake_marts.context()
NAMES = ("coding_reliability", "category_prevalence", "category_specialisation")


def built(name: str, **tables: pl.DataFrame) -> dict[str, Any]:
    marts = {**MARTS, **tables}
    spec = chart_named(name)
    chart: dict[str, Any] = spec.build(marts, CONTEXT).to_dict()
    shown = datasets(chart)
    assert len(shown.get("main", ())) == spec.expected_rows(marts, CONTEXT)
    return chart


def subtitle(chart: dict[str, Any]) -> str:
    return "\n".join(chart["title"]["subtitle"])


def uncounted() -> pl.DataFrame:
    """The shares of a month of which nobody coded a video."""
    is_counted = pl.col("estimator") == "uncorrected"
    return MARTS["category_prevalence"].with_columns(
        *(
            pl.when(is_counted).then(name).alias(name)
            for name in ("share_ratio", "share_low_ratio", "share_high_ratio")
        ),
        pl.when(is_counted).then("note").otherwise(pl.lit(fake_coding.REFUSED)).alias("note"),
        pl.lit(0, pl.Int64).alias("human_code_count"),
    )


def unchecked() -> pl.DataFrame:
    """Reliability of a month of which nobody coded a video: overall rows without a value."""
    return (
        MARTS["coding_reliability"]
        .filter(pl.col("category_level") == "overall", pl.col("coefficient") != "machine_alpha")
        .with_columns(
            *(
                pl.lit(None, pl.Float64).alias(name)
                for name in ("value", "interval_low", "interval_high")
            ),
            *(pl.lit(0, pl.Int64).alias(name) for name in ("unit_count", "coder_count")),
            pl.lit("unknown").alias("verdict"),
            pl.lit(0.0).alias("human_coded_ratio"),
        )
    )


# --- reliability ---


def test_alpha_stands_per_category_after_all_categories_and_the_machine() -> None:
    chart = built("coding_reliability")
    shown = datasets(chart)
    assert [row["first"] for row in shown["row_labels"]] == [
        *("全部类目", "机器与人工 (n = 160)", "全部一级类目", "建设主体", "组织主体", "市民主体"),
        *("自然环境", "人文环境", "经济环境", "不属任何类目"),
    ]
    assert [row["value"] for row in shown["main"]] == [
        *(0.81, 0.52, 0.86, 0.91, 0.74, 0.42, 0.88, -0.05, 0.71)
    ]
    # What has no value has no mark, and a sign for missing.
    assert shown["numbers"][7] == {"row": 7, "text": "—"}
    assert 7 not in {row["row"] for row in shown["main"]}
    # What has no interval has no line.
    assert {row["row"] for row in shown["intervals"]} == {0, 1, 2, 3, 4, 5, 8, 9}
    assert "n = 160 条视频 videos（人与人 among people）, 编码员 coders: 4" in subtitle(chart)
    # The legend counts categories alone: the machine and the overall rows are not among them.
    counts = "● 可靠 reliable 2 · ◆ 暂可 tentative 2 · ▼ 不足 insufficient 2 · ○ 未知 unknown 1"
    assert f"类目 categories: {counts}" in subtitle(chart)


def test_the_studys_thresholds_are_lines_of_the_chart() -> None:
    context = fake_marts.context()
    strict = type(context)(**{**vars(context), "alpha_thresholds": (0.7, 0.9)})
    chart = chart_named("coding_reliability").build(MARTS, strict).to_dict()
    assert datasets(chart)["thresholds"] == [{"alpha": 0.7}, {"alpha": 0.9}]
    assert "α ≥ 0.7 暂可 tentative, ≥ 0.9 可靠 reliable" in subtitle(chart)


def test_without_two_coders_the_chart_says_that_numbers_are_a_guess() -> None:
    zh, en = (
        row["text"]
        for row in datasets(built("coding_reliability", coding_reliability=unchecked()))[
            "empty_text"
        ]
    )
    assert "机器的猜测" in zh
    assert "a machine's guess" in en


def test_a_coefficient_of_sets_goes_before_the_nominal_one() -> None:
    sets = (
        MARTS["coding_reliability"]
        .filter(
            pl.col("coefficient") == "krippendorff_alpha", pl.col("category_level") == "overall"
        )
        .with_columns(
            pl.lit("krippendorff_alpha_masi").alias("coefficient"), pl.lit(0.33).alias("value")
        )
    )
    rows = coding_rows.alpha_rows(
        {"coding_reliability": pl.concat([MARTS["coding_reliability"], sets])}, CONTEXT
    )
    assert [row["value"] for row in rows[:2]] == [0.33, 0.52]


# --- prevalence ---


def test_three_estimates_of_each_share_stand_beside_each_other() -> None:
    chart = built("category_prevalence")
    shown = datasets(chart)
    first = [row for row in shown["main"] if round(row["row"]) == 0]
    assert [(row["shape"], row["share"]) for row in first] == [
        ("circle", 0.11),
        ("square", 0.05),
        ("diamond", 0.048),
    ]
    # The machine's count has no interval, and cue words never say that no category fits.
    assert len(shown["main"]) == 20
    assert len(shown["intervals"]) == 14
    assert shown["numbers"][2] == {"row": 2, "text": "◆ 1.10 %"}
    assert "人工编码 420 条" in subtitle(chart)
    axis = [
        view["encoding"]["x"]
        for view in _layers(chart)
        if "axis" in view.get("encoding", {}).get("x", {})
    ]
    scale = axis[0]["scale"]
    assert (scale["type"], scale["domain"][0]) == ("sqrt", 0)
    assert {0.005, 0.5} <= set(axis[0]["axis"]["values"])


def _layers(view: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [part for kind in ("layer", "vconcat", "hconcat") for part in view.get(kind, ())]
    return [view, *(inner for part in parts for inner in _layers(part))]


def test_shares_that_nobody_checked_are_the_machines_count_and_called_so() -> None:
    chart = built("category_prevalence", category_prevalence=uncounted())
    shown = datasets(chart)
    assert {row["shape"] for row in shown["main"]} == {"circle"}
    assert shown["intervals"] == []
    assert "Not corrected by people's codes: no interval" in subtitle(chart)
    assert "corrected" not in subtitle(chart).split("Not corrected")[0].replace("uncorrected", "")
    assert shown["numbers"][-1]["text"] == "—"


# --- specialisation ---


def test_every_account_meets_every_category_that_occurs() -> None:
    shown = datasets(built("category_specialisation"))["main"]
    cells = {(cell["row"], cell["column"]): cell for cell in shown}
    assert len(cells) == len(shown) == 5 * 6
    assert (cells[0, 0]["text"], cells[0, 0]["shade"]) == ("4.0", 2.0)
    # Beyond eight times the colour is the same.
    eight = MARTS["category_specialisation"].with_columns(pl.lit(64.0).alias("location_quotient"))
    drawn = datasets(built("category_specialisation", category_specialisation=eight))["main"]
    assert max(cell["shade"] for cell in drawn if cell["shade"] is not None) == 3.0


def test_a_cell_with_few_videos_seen_and_expected_is_white() -> None:
    shown = datasets(built("category_specialisation"))["main"]
    cells = {(cell["row"], cell["column"]): cell for cell in shown}
    # 2 videos where 18 are expected are no accident.
    assert (cells[0, 1]["videos"], cells[0, 1]["text"], cells[0, 1]["shade"]) == (2, "0.2", -2.0)
    # None where 18 are expected either.
    assert (cells[0, 2]["videos"], cells[0, 2]["text"], cells[0, 2]["shade"]) == (0, "0", -3.0)
    # None where 0.7 are expected, and 2: that says nothing.
    assert (cells[0, 5]["text"], cells[0, 5]["shade"]) == ("", None)
    assert (cells[4, 5]["text"], cells[4, 5]["shade"]) == ("0.2", None)


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (0.031, "0.03"), (0.42, "0.4"), (2.46, "2.5"), (11.6, "12")]
)
def test_a_quotient_is_short(value: float, shown: str) -> None:
    assert quotient_text(value) == shown


# --- what charts and report share ---


def test_categories_have_the_codebooks_names_at_each_level() -> None:
    assert coding_rows.category_name(CONTEXT, "primary", "main").en == "City Main Image"
    assert coding_rows.category_name(CONTEXT, "secondary", "natural").en == "Natural Environment"
    assert coding_rows.category_name(CONTEXT, "secondary", "gone") == Bilingual("gone", "gone")
    assert coding_rows.category_name(CONTEXT, "secondary", "none").en == "No category fits"


@pytest.mark.parametrize(
    ("by_people", "category", "verdict"),
    [
        # With a machine's codes in the sample its agreement with people decides as well.
        (0.09, None, "insufficient"),
        (1.0, None, "reliable"),
        (1.0, "organizational_entity", "tentative"),
        (1.0, "economic", "insufficient"),
        (1.0, "not_in_the_table", "unknown"),
    ],
)
def test_the_least_reliable_decides(by_people: float, category: str | None, verdict: str) -> None:
    rows = MARTS["coding_reliability"].with_columns(pl.lit(by_people).alias("human_coded_ratio"))
    assert coding_rows.reliability_of({"coding_reliability": rows}, CONTEXT, category) == verdict


def test_without_codes_of_people_reliability_is_unknown() -> None:
    assert coding_rows.reliability_of({}, CONTEXT) == "unknown"
    assert coding_rows.reliability_of({"coding_reliability": unchecked()}, CONTEXT) == "unknown"


def test_rare_shares_have_two_decimals() -> None:
    assert [share_text(share) for share in (None, 0.0049, 0.0, 0.1, 0.456)] == [
        *("—", "0.49 %", "0.00 %", "10.0 %", "45.6 %")
    ]


# --- table 2 ---


def test_table_2_adds_up_to_the_whole_sample() -> None:
    rows = category_rows(MARTS, CONTEXT)
    rest, total = closing_rows(rows)
    assert (rest.video_count, total.video_count) == (900 - 511, 900)
    assert sum(row.video_count for row in [*rows, rest]) == total.video_count
    for column in ("video_share_ratio", "like_share_ratio"):
        shares = [getattr(row, column) for row in [*rows, rest]]
        assert math.isclose(math.fsum(shares), 1.0)
    texts = [cell["text"] for cell in datasets(built("table_2"))["cells"]]
    assert {"不属任何类目，或未编码", "389", "43.2", "50.0", "900", "100.0"} <= set(texts)


def test_table_2_says_how_many_people_coded_and_which_video_is_the_exemplar() -> None:
    chart = built("table_2")
    texts = [cell["text"] for cell in datasets(chart)["cells"]]
    assert {"其中人工编码", "By people", "10", "20", "30", "50"} <= set(texts)
    assert "the most liked, of equals the one published first" in subtitle(chart)


def test_likes_that_nobody_knows_are_not_shared_out() -> None:
    unknown = MARTS["category_engagement"].with_columns(
        pl.lit(None, pl.Float64).alias("like_share_ratio")
    )
    rest, total = closing_rows(category_rows({"category_engagement": unknown}, CONTEXT)[:3])
    assert rest.like_share_ratio is None
    assert total.like_share_ratio is None
    assert closing_rows([]) == []


# --- claims ---


def test_a_claim_shows_how_reliable_its_codes_are() -> None:
    claims = MARTS["claim_tests"].with_columns(pl.lit("unknown").alias("coding_reliability"))
    texts = [cell["text"] for cell in datasets(built("claims", claim_tests=claims))["cells"]]
    # Two are decided, and for the others there is nothing to be established.
    assert texts.count("unknown: computed, not established") == 2
    assert texts.count("unknown") == 2
    texts = [cell["text"] for cell in datasets(built("claims"))["cells"]]
    assert "tentative" in texts
    assert not any("computed" in text for text in texts)
