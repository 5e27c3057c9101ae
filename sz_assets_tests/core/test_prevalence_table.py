"""Which human sample speaks of which videos, and what is refused."""

from __future__ import annotations

import polars as pl
import pytest
from coded_month import EARLIER, human, month_of, task, video

from sz_assets.core.coding.prevalence_table import category_prevalence

WORDS = ("natural", "economic")


def coded(number: int, word: str | None, **said) -> dict:
    categories = [word] if word else []
    return video(number, coding_method="human", secondary_categories=categories, **said)


def month(count=400, drawn=160, machine="cue_word", **kit):
    """Cue words call every second video natural, the others economic; every tenth they don't know.

    People coded the first `drawn`: a quarter of what is called natural is none of the categories.
    """
    words = [
        {f"{machine}_category": None if n % 10 == 0 else WORDS[n % 2], f"{machine}_method": "m:1"}
        for n in range(count)
    ]
    videos = [
        coded(n, None if n % 8 == 2 else WORDS[n % 2], is_in_sample=n < 200)
        if n < drawn
        else video(n, is_in_sample=n < 200)
        for n in range(count)
    ]
    tasks = kit.pop("tasks", [task(n) for n in range(drawn)])
    return month_of(videos, words, tasks=tasks, **kit)


def shares(found: pl.DataFrame, category="natural", population="all", level="secondary"):
    rows = found.filter(population=population, category=category, category_level=level)
    return {row["estimator"]: row for row in rows.to_dicts()}


def test_every_population_level_category_and_estimator_has_a_row() -> None:
    found = category_prevalence(month())
    assert found.height == 2 * (5 + 1 + 16 + 1) * 3
    assert found["machine_method"].unique().to_list() == ["m:1"]
    assert set(found.filter(population="all")["incomplete_accounts"]) == {"one"}
    assert set(found.filter(population="sample")["incomplete_accounts"]) == {None}
    assert set(found.filter(population="all")["video_count"]) == {400}
    assert set(found.filter(population="sample")["video_count"]) == {200}


def test_people_correct_the_machine() -> None:
    found = category_prevalence(month())
    rows = shares(found)
    # 160 of 400 are called natural; of 160 coded ones people call 60 so, 20 of them unknown to it.
    assert rows["uncorrected"]["share_ratio"] == pytest.approx(160 / 400)
    assert rows["uncorrected"]["share_low_ratio"] is None
    assert rows["uncorrected"]["human_code_count"] == 0
    assert rows["human_only"]["share_ratio"] == pytest.approx(60 / 160)
    assert rows["corrected"]["share_ratio"] == pytest.approx(60 / 160)
    assert rows["corrected"]["human_code_count"] == 160
    corrected = rows["corrected"]
    assert corrected["share_low_ratio"] < corrected["share_ratio"] < corrected["share_high_ratio"]
    none = shares(found, "none")
    assert none["corrected"]["share_ratio"] == pytest.approx(20 / 160)
    assert none["uncorrected"]["share_ratio"] is None
    assert none["uncorrected"]["note"] == "Cue words never say that no category fits."


def test_primary_categories_are_those_of_the_secondary_ones() -> None:
    found = category_prevalence(month())
    rows = shares(found, "environmental", level="primary")
    assert rows["uncorrected"]["share_ratio"] == pytest.approx(360 / 400)
    assert rows["corrected"]["share_ratio"] == pytest.approx(140 / 160)


def test_a_sample_of_all_videos_speaks_of_those_in_the_studys_sample() -> None:
    rows = shares(category_prevalence(month()), population="sample")
    assert rows["corrected"]["human_code_count"] == 160
    assert rows["corrected"]["share_ratio"] is not None


@pytest.mark.parametrize(
    ("change", "refused", "reason"),
    [
        ({"sample_population": "sample"}, ["all"], "drawn from the study's sample of 2023-10"),
        ({"sample_crawl_month": EARLIER}, ["all", "sample"], "drawn from all videos of 2023-09"),
    ],
)
def test_probabilities_hold_only_for_what_was_drawn_from(change, refused, reason) -> None:
    found = category_prevalence(month(tasks=[task(n, **change) for n in range(160)]))
    for population in ("all", "sample"):
        rows = shares(found, population=population)
        assert rows["uncorrected"]["share_ratio"] is not None
        for estimator in ("human_only", "corrected"):
            row = rows[estimator]
            assert (row["share_ratio"] is None) == (population in refused)
            assert row["share_low_ratio"] is None or population not in refused
            if population in refused:
                assert row["note"].startswith("Refused: ")
                assert reason in row["note"]
                assert row["human_code_count"] == 0


def test_without_a_sample_it_says_how_to_draw_one() -> None:
    rows = shares(category_prevalence(month(drawn=0)))
    assert rows["corrected"]["share_ratio"] is None
    assert "sz-assets coding export" in rows["corrected"]["note"]


def test_too_few_codes_and_too_many_missing_ones_are_refused() -> None:
    few = shares(category_prevalence(month(minimum=161)))["corrected"]
    assert few["note"] == "Refused: 160 human codes, 161 are needed."
    missing = [task(n) for n in range(240)]
    half = shares(category_prevalence(month(tasks=missing)))["corrected"]
    assert "80 of 240 tasks (33%) have no human code" in half["note"]
    assert (few["share_ratio"], half["share_ratio"]) == (None, None)


def test_of_several_samples_the_one_with_the_most_codes_counts() -> None:
    second = [task(n, sample_id="s2", inclusion_probability=0.1) for n in range(60)]
    rows = shares(category_prevalence(month(tasks=[*(task(n) for n in range(160)), *second])))
    assert rows["corrected"]["human_code_count"] == 160


def test_a_sample_that_is_still_being_coded_does_not_hide_one_that_suffices() -> None:
    begun = [task(n, sample_id="s2") for n in range(20, 320)]
    rows = shares(category_prevalence(month(tasks=[*(task(n) for n in range(100)), *begun])))
    assert rows["corrected"]["human_code_count"] == 100
    assert rows["corrected"]["share_ratio"] is not None


@pytest.mark.parametrize(("undecided", "is_refused"), [(1, False), (2, True)])
def test_coded_but_undecided_tasks_are_refused_not_left_out(undecided, is_refused) -> None:
    """They are the hard ones, or those of a changed category: the others are not like them."""
    codes = [human(n, coder, WORDS[n % 2]) for n in range(160) for coder in ("ann", "bo")]
    codes += [human(n, "cy", "visual") for n in range(160, 160 + undecided)]
    tasks = [task(n) for n in range(160 + undecided)]
    rows = shares(category_prevalence(month(codes=codes, tasks=tasks)))
    assert rows["uncorrected"]["share_ratio"] is not None
    for estimator in ("human_only", "corrected"):
        assert (rows[estimator]["share_ratio"] is None) == is_refused
        assert ("sz-assets coding adjudicate" in rows[estimator]["note"]) == is_refused


@pytest.mark.parametrize(("is_decided", "reason"), [(False, "coding adjudicate"), (True, None)])
def test_a_further_category_of_half_of_the_coders_is_open_not_absent(is_decided, reason) -> None:
    """The coders agree on the main category, and each names another one of other videos."""
    codes = [human(n, "ann", "natural", *["visual"][: n % 2]) for n in range(100)]
    codes += [human(n, "bo", "natural", *["visual"][: 1 - n % 2]) for n in range(50)]
    videos = [
        coded(n, "natural") | {"coding_method": "adjudicated" if is_decided and n < 50 else "human"}
        for n in range(100)
    ]
    words = [{"cue_word_category": "natural"}] * 100
    tasks = [task(n) for n in range(100)]
    found = category_prevalence(month_of(videos, words, codes, tasks, codes_per_video="several"))
    row = shares(found, "visual")["corrected"]
    assert (row["share_ratio"] is None) == (not is_decided)
    assert row["note"] is None if reason is None else reason in row["note"]


def test_a_trained_machine_is_corrected_by_what_it_was_not_trained_on() -> None:
    tasks = [task(n, part="evaluate" if n % 4 < 2 else "train") for n in range(160)]
    found = category_prevalence(month(machine="machine", tasks=tasks))
    rows = shares(found)
    assert rows["corrected"]["human_code_count"] == 80
    assert shares(found, "none")["uncorrected"]["share_ratio"] == 0
    only_train = [task(n, part="train") for n in range(160)]
    refused = shares(category_prevalence(month(machine="machine", tasks=only_train)))["corrected"]
    assert refused["share_ratio"] is None
    assert "no task of the sample was kept for evaluation" in refused["note"]


def test_a_month_without_videos_has_no_rows() -> None:
    assert category_prevalence(month_of([])).is_empty()
