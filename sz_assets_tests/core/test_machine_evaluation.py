"""The month's table of how machines agree with people: who counts for whom, and the figures."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from sz_assets.contracts.coding import CODING_TASKS, HUMAN_CODES, MACHINE_EVALUATION
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.machine_evaluation import machine_evaluation
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
BOOK = shenzhen().codebook


def human(*rows: dict) -> pl.DataFrame:
    """Human codes; each row names video_id and category, and what differs."""
    base = {
        "crawl_month": MONTH, "account_id": "a", "coder_id": "anna", "code_round": "independent",
        "codebook_version": BOOK.version, "is_current_codebook": True, "is_usable": True,
        "sample_id": "s1", "inclusion_probability": 0.5, "part": "evaluate",
        "is_reliability": False, "imported_at": datetime(2023, 11, 1), "source_format": "csv",
        "source_file": "a.csv", "source_line": 1,
    }  # fmt: skip
    schema = polars_schema(HUMAN_CODES)
    full = [
        {name: None for name in schema}
        | base
        | {name: value for name, value in row.items() if name != "category"}
        | {"secondary_categories": [] if row["category"] == "none" else [row["category"]]}
        for row in rows
    ]
    return conform(pl.DataFrame(full, schema=schema), HUMAN_CODES)


def machine(**categories: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        [("a", name[1:], category) for name, category in categories.items()],
        schema={"account_id": pl.String, "video_id": pl.String, "category": pl.String},
        orient="row",
    )


def tasks_of(codes: pl.DataFrame, **options) -> pl.DataFrame:
    """The drawn tasks that these codes are of, as core/coding_tasks."""
    drawn = codes.drop_nulls("sample_id").unique(["sample_id", "account_id", "video_id"])
    values = {"sample_crawl_month": MONTH, "sample_population": "all"} | options
    frame = drawn.with_columns(pl.lit(value).alias(name) for name, value in values.items())
    if "evaluate_share_ratio" not in values:
        frame = frame.with_columns(pl.lit(0.5).alias("evaluate_share_ratio"))
    return conform(frame.select(CODING_TASKS.column_names), CODING_TASKS)


def evaluated(codes: pl.DataFrame, machines, seen, *rest) -> pl.DataFrame:
    return machine_evaluation(codes, tasks_of(codes), machines, seen, *rest)


def rows_of(frame: pl.DataFrame, method: str, level: str) -> dict[str, dict]:
    chosen = frame.filter(coding_method=method, category_level=level)
    return {row["category"]: row for row in chosen.to_dicts()}


CODES = [
    {"video_id": "1", "category": "natural"},
    {"video_id": "2", "category": "natural", "part": "train"},
    {"video_id": "3", "category": "economic", "inclusion_probability": 0.1},
    {"video_id": "4", "category": "none"},
    {"video_id": "5", "category": "natural", "sample_id": None, "inclusion_probability": None,
     "part": None, "is_reliability": None},
    {"video_id": "6", "category": "natural"},
    {"video_id": "6", "category": "visual", "coder_id": "zhang"},
]  # fmt: skip
SAID = machine(v1="natural", v2="economic", v3="economic", v4=None, v5="visual", v6="natural")


def test_cue_words_are_judged_by_every_sampled_video():
    frame = evaluated(human(*CODES), {"cue_words:1": SAID}, {}, BOOK, MONTH)
    second = rows_of(frame, "cue_words:1", "secondary")
    # Videos 1 to 4: 5 is of unknown probability, and of 6 the coders disagree.
    assert (second["natural"]["human_count"], second["natural"]["machine_count"]) == (2, 1)
    assert second["natural"]["recall_ratio"] == pytest.approx(0.5)
    assert second["natural"]["precision_ratio"] == 1.0
    # 3 stands for ten videos, 2 for two.
    assert second["economic"]["precision_ratio"] == pytest.approx(10 / 12)
    assert 0 < second["economic"]["precision_low_ratio"] < 10 / 12
    assert second["none"]["recall_ratio"] == 0.0
    assert second["visual"]["f1_ratio"] is None
    assert "neither" in second["visual"]["note"]
    [overall] = rows_of(frame, "cue_words:1", "overall").values()
    assert (overall["human_count"], overall["machine_count"]) == (4, 3)
    assert overall["accuracy_ratio"] == pytest.approx(12 / 16)
    assert overall["abstained_ratio"] == pytest.approx(2 / 16)
    macro = (second["natural"]["f1_ratio"] + second["economic"]["f1_ratio"]) / 3
    assert overall["f1_ratio"] == pytest.approx(macro)
    assert "only 4 videos" in overall["note"]
    assert "without an interval" in overall["note"]
    first = rows_of(frame, "cue_words:1", "primary")
    assert first["environmental"]["recall_ratio"] == 1.0
    assert list(first) == [*(primary.id for primary in BOOK.primary), "none"]
    assert list(second) == [*(one.id for _, one in BOOK.secondary), "none"]


def test_a_trained_machine_is_judged_by_the_evaluate_part_without_what_it_has_seen():
    machines = {"machine:linear-1": SAID, "cue_words:1": SAID}
    frame = evaluated(human(*CODES), machines, {}, BOOK, MONTH)
    [overall] = rows_of(frame, "machine:linear-1", "overall").values()
    assert overall["human_count"] == 3
    assert overall["note"].startswith("1 coded videos are left out: it may have seen them")
    assert rows_of(frame, "cue_words:1", "overall")["overall"]["human_count"] == 4
    # A video that it has seen in another account's list is no news.
    seen = {"machine:linear-1": {"a:1", "b:3", "b:77"}}
    frame = evaluated(human(*CODES), machines, seen, BOOK, MONTH)
    second = rows_of(frame, "machine:linear-1", "secondary")
    assert {name for name, row in second.items() if row["human_count"]} == {"none"}


def test_adjudicated_codes_count_before_others_and_a_word_of_no_category_is_none():
    codes = [*CODES, {"video_id": "6", "category": "visual", "code_round": "adjudicated"}]
    said = machine(v6="retired_category", v1="natural")
    frame = evaluated(human(*codes), {"m": said}, {}, BOOK, MONTH)
    second = rows_of(frame, "m", "secondary")
    assert second["visual"]["human_count"] == 1
    [overall] = rows_of(frame, "m", "overall").values()
    assert (overall["human_count"], overall["machine_count"]) == (2, 1)


def test_without_human_codes_every_figure_is_null():
    empty = human()
    frame = evaluated(empty, {"cue_words:1": SAID}, {}, BOOK, MONTH)
    assert conform(frame, MACHINE_EVALUATION).height == 1 + 6 + 17
    assert frame["human_count"].sum() == 0
    assert frame["f1_ratio"].null_count() == frame.height
    assert "no item has a human code" in rows_of(frame, "cue_words:1", "overall")["overall"]["note"]
    assert evaluated(empty, {}, {}, BOOK, MONTH).is_empty()


def test_undecided_videos_are_numbered_since_they_are_the_hard_ones():
    frame = evaluated(human(*CODES), {"cue_words:1": SAID}, {}, BOOK, MONTH)
    [overall] = rows_of(frame, "cue_words:1", "overall").values()
    assert "1 coded videos are left out, likely the harder ones" in overall["note"]
    agreed = human(*[row for row in CODES if row.get("coder_id") != "zhang"])
    notes = evaluated(agreed, {"cue_words:1": SAID}, {}, BOOK, MONTH)["note"]
    assert not any("harder" in (note or "") for note in notes)


def test_codes_of_a_changed_category_are_numbered_with_what_that_does_to_the_figures():
    codes = [*CODES, {"video_id": "7", "category": "none", "is_usable": False}]
    frame = evaluated(human(*codes), {"cue_words:1": SAID}, {}, BOOK, MONTH)
    [overall] = rows_of(frame, "cue_words:1", "overall").values()
    assert "1 of 6 coded videos are left out, since their categories, `none`" in overall["note"]
    assert "likely too good" in overall["note"]
    assert "1 coded videos are left out, likely the harder ones" in overall["note"]


def test_a_sample_that_was_only_drawn_changes_nothing():
    codes = human(*[row for row in CODES if row.get("sample_id", "s1")])
    drawn = tasks_of(codes)
    more = pl.concat(
        [drawn, *(drawn.with_columns(video_id=pl.col("video_id") + end) for end in ("", "0", "1"))]
    )[len(drawn) :].with_columns(sample_id=pl.lit("s2"), part=pl.lit("evaluate"))
    machines = {"cue_words:1": SAID, "machine:1": SAID}
    before = machine_evaluation(codes, drawn, machines, {}, BOOK, MONTH)
    after = machine_evaluation(codes, pl.concat([drawn, more]), machines, {}, BOOK, MONTH)
    assert after.equals(before)


def test_a_task_of_two_samples_stands_for_what_it_does_in_both():
    codes = human(
        {"video_id": "1", "category": "natural"},
        {"video_id": "2", "category": "natural"},
        {"video_id": "3", "category": "natural"},
    )
    second = tasks_of(codes[::2], evaluate_share_ratio=0.25).with_columns(
        pl.lit("s2").alias("sample_id")
    )
    both = pl.concat([tasks_of(codes.head(2)), second])
    said = machine(v1="natural", v2="economic")
    frame = machine_evaluation(
        codes, both, {"cue_words:1": said, "machine:1": said}, {}, BOOK, MONTH
    )
    # The machines were not asked about 3, which only the second sample has. Video 1 stands for
    # 2 + 2 videos, among the tasks kept for evaluation for 4 + 8.
    for method, right, wrong in (("cue_words:1", 4, 2), ("machine:1", 12, 4)):
        [overall] = rows_of(frame, method, "overall").values()
        assert overall["accuracy_ratio"] == pytest.approx(right / (right + wrong))
