"""Prevalence frames: estimates, refusals, missing codes, several codes, bad input."""

from __future__ import annotations

import polars as pl
import pytest

from sz_assets.core.statistics.prevalence import SCHEMA, prevalence
from sz_assets.errors import UserError

CATEGORIES = ("a", "b", "c")


def population(**sizes: int) -> pl.DataFrame:
    """So many videos by the machine's word; `none` stands for null."""
    words = [None if word == "none" else word for word, size in sizes.items() for _ in range(size)]
    return pl.DataFrame({"machine_category": pl.Series(words, dtype=pl.String)})


Codes = list[str] | None
GIVEN = {
    "machine_category": pl.String,
    "categories": pl.List(pl.String),
    "inclusion_probability": pl.Float64,
}


def coded(*rows: tuple[str | None, Codes, int], probability: float = 0.5) -> pl.DataFrame:
    """Rows (the machine's word, the human codes, how often)."""
    return pl.DataFrame(
        [(word, codes, probability) for word, codes, times in rows for _ in range(times)],
        schema=GIVEN,
        orient="row",
    )


def drawn(rows: pl.DataFrame, videos: pl.DataFrame) -> pl.DataFrame:
    """With the probability that each machine's word has in a simple sample of its videos."""
    sizes = videos.group_by("machine_category").len("videos")
    given = pl.len().over("machine_category") / pl.col("videos")
    return (
        rows.join(sizes, on="machine_category", nulls_equal=True)
        .with_columns(given.alias("inclusion_probability"))
        .drop("videos")
    )


def share(table: pl.DataFrame, category: str, estimator: str) -> tuple[float, float, float]:
    row = table.row(
        by_predicate=(pl.col("category") == category) & (pl.col("estimator") == estimator),
        named=True,
    )
    return row["share_ratio"], row["share_low_ratio"], row["share_high_ratio"]


VIDEOS = population(a=600, b=300, c=60, none=40)
CODED = drawn(
    coded(
        ("a", ["a"], 80),
        ("a", ["b"], 20),
        ("b", ["b"], 45),
        ("b", [], 5),
        ("c", ["c"], 20),
        (None, ["a"], 5),
        (None, [], 5),
    ),
    VIDEOS,
)


def test_one_row_per_category_and_estimator() -> None:
    table = prevalence(VIDEOS, CODED, CATEGORIES)
    assert table.schema == SCHEMA
    assert table.select("category", "estimator").is_unique().all()
    assert len(table) == 9
    assert set(table["video_count"]) == {1000}
    assert table.filter(estimator="corrected")["human_code_count"].to_list() == [180] * 3
    assert not table["method"].has_nulls()


def test_estimates_are_the_weighted_shares() -> None:
    table = prevalence(VIDEOS, CODED, (*CATEGORIES, "none"))
    assert share(table, "a", "uncorrected") == (0.6, None, None)
    assert share(table, "none", "uncorrected")[0] == 0.04
    # The weights are those of the words, so here both say the same.
    assert share(table, "a", "human_only")[0] == pytest.approx(0.5, abs=1e-12)
    # 0.8 of 600, 0 of 300, 0 of 60, 0.5 of 40
    assert share(table, "a", "corrected")[0] == pytest.approx(0.5, abs=1e-12)
    assert share(table, "b", "corrected")[0] == pytest.approx(0.39, abs=1e-12)
    assert share(table, "c", "corrected")[0] == pytest.approx(0.06, abs=1e-12)
    assert share(table, "none", "corrected")[0] == pytest.approx(0.05, abs=1e-12)
    for value, low, high in (
        table.filter(pl.col("estimator") != "uncorrected")
        .select("share_ratio", "share_low_ratio", "share_high_ratio")
        .iter_rows()
    ):
        assert 0 <= low < value < high <= 1
    sums = table.group_by("estimator").agg(pl.col("share_ratio").sum())
    assert sums["share_ratio"].to_list() == pytest.approx([1, 1, 1])


def test_a_census_is_exact() -> None:
    videos = population(a=70, b=50)
    table = prevalence(
        videos,
        coded(("a", ["a"], 60), ("a", ["b"], 10), ("b", ["b"], 50), probability=1.0),
        ("a", "b"),
    )
    for estimator in ("human_only", "corrected"):
        assert share(table, "a", estimator) == pytest.approx((0.5, 0.5, 0.5), abs=1e-12)
        assert share(table, "b", estimator) == pytest.approx((0.5, 0.5, 0.5), abs=1e-12)


def test_unequal_probabilities_weigh_within_a_word() -> None:
    rows = pl.concat(
        [
            coded(("a", ["a"], 60), probability=0.6),
            coded(("a", ["b"], 60), probability=0.2),
        ]
    )
    table = prevalence(population(a=400), rows, ("a", "b"))
    for estimator in ("human_only", "corrected"):
        assert share(table, "a", estimator)[0] == pytest.approx(0.25, abs=1e-12)


def test_several_codes_are_a_question_each() -> None:
    rows = coded(("a", ["a", "c"], 60), ("a", ["b"], 40), probability=1 / 3)
    table = prevalence(population(a=300), rows, CATEGORIES)
    found = [share(table, category, "corrected")[0] for category in CATEGORIES]
    assert found == pytest.approx([0.6, 0.4, 0.6], abs=1e-12)


def test_the_level_widens() -> None:
    narrow, wide = (prevalence(VIDEOS, CODED, CATEGORIES, level=level) for level in (0.8, 0.99))
    assert share(wide, "a", "corrected")[1] < share(narrow, "a", "corrected")[1]
    assert share(wide, "a", "corrected")[2] > share(narrow, "a", "corrected")[2]


def test_too_few_codes_are_refused_with_the_reason() -> None:
    table = prevalence(VIDEOS, CODED.head(99), CATEGORIES)
    for estimator in ("human_only", "corrected"):
        assert share(table, "a", estimator) == (None, None, None)
    refused = table.filter(pl.col("estimator") != "uncorrected")
    assert all("99 human codes, 100 are needed" in note for note in refused["note"])
    assert share(table, "a", "uncorrected")[0] == 0.6
    assert share(prevalence(VIDEOS, CODED, CATEGORIES, minimum_codes=180), "a", "corrected")[0]
    asked = prevalence(VIDEOS, CODED, CATEGORIES, minimum_codes=181)
    assert share(asked, "a", "corrected")[0] is None


def test_without_any_code_it_refuses() -> None:
    table = prevalence(VIDEOS, CODED.clear(), CATEGORIES, minimum_codes=0)
    assert share(table, "a", "corrected") == (None, None, None)


def test_missing_codes_are_counted_and_weighed_within_the_word() -> None:
    whole = prevalence(VIDEOS, CODED, CATEGORIES)
    missing = drawn(pl.concat([CODED, coded(("c", None, 10), ("a", None, 10))]), VIDEOS)
    table = prevalence(VIDEOS, missing, CATEGORIES)
    assert share(table, "a", "corrected") == pytest.approx(share(whole, "a", "corrected"))
    notes = table.filter(pl.col("estimator") != "uncorrected")["note"]
    assert all("20 of 200 tasks have no human code" in note for note in notes)
    assert share(table, "a", "human_only")[0] == pytest.approx(0.5, abs=1e-12)


def test_too_many_missing_codes_are_refused() -> None:
    missing = pl.concat([CODED, coded(("a", None, 60))])
    table = prevalence(VIDEOS, missing, CATEGORIES)
    assert share(table, "a", "corrected") == (None, None, None)
    assert "60 of 240 tasks (25%)" in table.filter(estimator="corrected")["note"][0]
    allowed = prevalence(VIDEOS, missing, CATEGORIES, maximum_missing_ratio=0.25)
    assert share(allowed, "a", "corrected")[0] is not None


def test_a_word_without_codes_is_told_and_left_open() -> None:
    rows = CODED.filter(pl.col("machine_category") != "c")
    rows = rows.filter(pl.col("machine_category").is_not_null())
    table = prevalence(VIDEOS, rows, CATEGORIES)
    value, low, high = share(table, "c", "corrected")
    assert low == 0
    assert value == 0
    assert high > 0.1  # the 60 and 40 videos that no one has looked at
    note = table.filter(estimator="corrected")["note"][0]
    assert "100 videos with the machine code c, none" in note
    assert table.filter(estimator="human_only")["note"].to_list() == [None] * 3


def test_a_category_that_nobody_found_has_an_upper_end() -> None:
    table = prevalence(VIDEOS, CODED, (*CATEGORIES, "d"))
    value, low, high = share(table, "d", "corrected")
    assert (value, low) == (0, 0)
    assert 0 < high < 0.05


@pytest.mark.parametrize(
    ("videos", "rows", "words"),
    [
        (VIDEOS.clear(), CODED, "no videos"),
        (VIDEOS, coded(("a", ["z"], 1)), "People gave the code z"),
        (population(z=9), CODED, "The machine gave the code z"),
        (VIDEOS, coded(("a", ["a"], 1), probability=0.0), "inclusion probability"),
        (VIDEOS, coded(("a", ["a"], 1), probability=1.1), "inclusion probability"),
        (
            VIDEOS,
            CODED.with_columns(inclusion_probability=pl.lit(None, pl.Float64)),
            "inclusion probability",
        ),
        (VIDEOS, CODED.with_columns(inclusion_probability=float("nan")), "inclusion probability"),
        (population(a=600, b=300, c=19, none=40), CODED, "20 videos that the machine calls c"),
        (population(a=600, b=300, c=60), CODED, "10 videos that the machine calls none"),
    ],
)
def test_what_cannot_be_is_refused(videos: pl.DataFrame, rows: pl.DataFrame, words: str) -> None:
    with pytest.raises(UserError, match=words):
        prevalence(videos, rows, CATEGORIES)
