"""What may be learnt from and what judges: planted leaks stay on the side of the evaluation."""

from __future__ import annotations

import polars as pl
import pytest

from sz_assets.core.coding.sampling import SamplePlan, draw_sample
from sz_assets.core.coding.training_set import (
    is_seen,
    main_categories,
    sampled_codes,
    title_key,
    training_set,
)

TASKS = {
    "account_id": pl.String,
    "video_id": pl.String,
    "title": pl.String,
    "part": pl.String,
    "inclusion_probability": pl.Float64,
    "evaluate_share_ratio": pl.Float64,
}


def tasks(*rows: tuple[str, str, str | None, str, float]) -> pl.DataFrame:
    """Of samples that keep half of their tasks for evaluation."""
    return pl.DataFrame([(*row, 0.5) for row in rows], schema=TASKS, orient="row")


def decided(**categories: list[str]) -> pl.DataFrame:
    """Codes by account and video: a_1=["natural"]."""
    return pl.DataFrame(
        [(*name.split("_"), codes) for name, codes in categories.items()],
        schema={
            "account_id": pl.String,
            "video_id": pl.String,
            "secondary_categories": pl.List(pl.String),
        },
        orient="row",
    )


def test_the_main_category_counts_and_none_is_a_word():
    codes = main_categories(decided(a_1=["natural", "visual"], a_2=[]))
    assert codes["category"].to_list() == ["natural", "none"]


def test_planted_leaks_are_left_out_and_counted():
    drawn = tasks(
        ("a", "1", "看海", "evaluate", 0.5),
        ("a", "2", "上山", "evaluate", 0.5),  # never coded, but it may be
        ("a", "3", "learn", "train", 0.5),
        ("b", "1", "看海", "train", 0.5),  # co-authored
        ("b", "2", "another caption", "train", 0.5),  # co-authored with a task not yet coded
        ("b", "4", "看　海！ 🌊", "train", 0.5),
        ("b", "5", "上山#", "train", 0.5),
        ("b", "6", None, "train", 0.5),
        ("b", "7", " \n", "train", 0.5),
        ("b", "8", "ＬＥＡＲＮ too", "train", 0.5),
    )
    codes = decided(
        a_1=["natural"], a_3=["visual"], b_1=["natural"], b_2=["natural"], b_4=["natural"],
        b_5=["natural"], b_6=["natural"], b_7=["natural"], b_8=[], c_9=["natural"],
    )  # fmt: skip
    found = training_set(codes, drawn)
    assert found.tasks.rows() == [
        ("a", "3", "learn", "visual"),
        ("b", "8", "ＬＥＡＲＮ too", "none"),
    ]
    assert found.left_out == {
        "kept for evaluation": 1,
        "the same title is kept for evaluation": 2,
        "the same video is kept for evaluation": 2,
        "without a title": 3,
    }
    assert sum(found.left_out.values()) + len(found.tasks) == len(codes)


def test_titles_outside_the_samples_are_taken_from_the_videos():
    videos = pl.DataFrame(
        {
            "account_id": ["a", "c", "c"],
            "video_id": ["1", "9", "8"],
            "title": ["changed since", "at hand", "看海"],
        }
    )
    drawn = tasks(("a", "1", "看海", "train", 0.5), ("a", "2", "看海?", "evaluate", 0.5))
    codes = decided(a_1=["natural"], c_9=["visual"], c_8=["visual"])
    found = training_set(codes, drawn, videos)
    # What a coder saw counts, not what the title has become.
    assert found.tasks.rows() == [("c", "9", "at hand", "visual")]
    assert found.left_out == {"the same title is kept for evaluation": 2}


def test_a_task_of_several_samples_is_for_evaluation_if_one_says_so():
    drawn = tasks(
        ("a", "1", "old", "evaluate", 0.1),
        ("a", "2", "old", "train", 0.1),
        ("a", "1", "new", "train", 0.2),
        ("a", "2", "new", "train", 0.2),
        ("a", "1", "newest", "evaluate", 0.3),
        ("a", "3", "not decided", "evaluate", 0.3),
    )
    codes = decided(a_2=["visual"], a_1=["natural"], z_1=["natural"])
    assert sampled_codes(codes, drawn).drop("weight", "evaluate_weight").rows() == [
        ("a", "1", "newest", "natural", "evaluate"),
        ("a", "2", "new", "visual", "train"),
    ]
    # Each sample with the task counts, and for evaluation each that keeps it.
    found = sampled_codes(codes, drawn)
    assert found["weight"].to_list() == pytest.approx([10 + 5 + 1 / 0.3, 10 + 5])
    assert found["evaluate_weight"][0] == pytest.approx(2 * (10 + 1 / 0.3))
    assert found["evaluate_weight"][1] is None
    assert training_set(codes, drawn).tasks["video_id"].to_list() == ["2"]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("深圳！", "深圳", True),
        ("#Shenzhen  NEWS", "shenzhen news", True),
        ("①", "1", True),
        ("🌊 🌊", "🌊🌊", True),
        ("🌊", "🌞", False),
        ("深圳1", "深圳2", False),
        ("café", "cafe", False),
    ],
)
def test_same_titles(one, other, is_same):
    keys = pl.DataFrame({"title": [one, other]}).select(title_key(pl.col("title")))["title"]
    assert (keys[0] == keys[1]) is is_same


@pytest.mark.parametrize("blank", [None, "", " \n", "\u200b"])
def test_a_title_without_signs_is_like_no_other(blank):
    frame = pl.DataFrame(
        {"account_id": ["a"], "video_id": ["1"], "title": pl.Series([blank], dtype=pl.String)}
    )
    assert frame.select(title_key(pl.col("title")))["title"].to_list() == [None]
    others = frame.with_columns(pl.lit("2").alias("video_id"))
    assert others.filter(is_seen(frame)).is_empty()
    assert len(frame.filter(is_seen(frame))) == 1


def test_overlapping_samples_weigh_like_the_videos_that_they_were_drawn_from():
    """A rare category that is taken whole stands in both samples, others in one mostly."""
    videos = [(f"{n:03d}", "visual" if n < 50 else "natural") for n in range(1000)]
    population = pl.DataFrame(
        [("a", number, word) for number, word in videos],
        schema={"account_id": pl.String, "video_id": pl.String, "machine_category": pl.String},
        orient="row",
    )
    shares = []
    for seed in range(5):
        plans = [
            SamplePlan(size=150, coder_ids=("x",), seed=seed + k, minimum_per_category=50)
            for k in (0, 10)
        ]
        drawn = pl.concat([draw_sample(population, plan).tasks for plan in plans]).with_columns(
            pl.lit("t").alias("title"), pl.lit(0.5).alias("evaluate_share_ratio")
        )
        codes = drawn.unique(["account_id", "video_id"]).select(
            "account_id",
            "video_id",
            pl.concat_list("machine_category").alias("secondary_categories"),
        )
        found = sampled_codes(codes, drawn)
        rare = found.filter(category="visual")["weight"].sum()
        shares.append(rare / found["weight"].sum())
    assert shares == pytest.approx([0.05] * 5)


def test_nothing_in_gives_nothing_out():
    found = training_set(decided(), tasks())
    assert found.tasks.is_empty()
    assert found.left_out == {}
    assert sampled_codes(decided(), tasks()).is_empty()
