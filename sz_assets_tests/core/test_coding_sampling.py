"""Samples for coding: exact probabilities, whole allocations, fair assignment, bad plans."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product

import numpy as np
import polars as pl
import pytest

from sz_assets.core.coding.allocation import expected_by_category, rounded_at_random
from sz_assets.core.coding.sampling import (
    KEY,
    TASK_SCHEMA,
    SamplePlan,
    coder_tasks,
    draw_sample,
)
from sz_assets.errors import UserError

CODERS = ("ada", "ben", "cai", "dan")
PLAN = SamplePlan(400, CODERS[:3], reliability_size=100, seed=11)


def videos(total: int = 2580, accounts: int = 13, categories: int = 17) -> pl.DataFrame:
    """Uneven accounts and categories; the last category is none (null)."""
    rng = np.random.default_rng(4)
    share = 1 / np.arange(1, categories + 1) ** 1.5
    category = rng.choice(categories, total, p=share / share.sum())
    weight = rng.uniform(0.2, 2, accounts)
    account = rng.choice(accounts, total, p=weight / weight.sum())
    names = [*(f"category_{i:02}" for i in range(categories - 1)), None]
    return pl.DataFrame(
        {
            "account_id": [f"account_{i:02}" for i in account],
            "video_id": [f"{i:05}" for i in range(total)],
            "machine_category": [names[i] for i in category],
        }
    )


POPULATION = videos()


def test_columns_and_sizes_are_those_that_were_wanted() -> None:
    sample = draw_sample(POPULATION, PLAN)
    assert sample.tasks.schema == TASK_SCHEMA
    assert (len(sample.tasks), sample.notes) == (400, ())
    assert sample.tasks.select(KEY).is_unique().all()
    assert (
        len(sample.tasks.join(POPULATION, on=[*KEY, "machine_category"], nulls_equal=True)) == 400
    )
    drawn = sample.tasks.group_by("stratum").agg(
        pl.len().alias("drawn"), pl.col("stratum_sample_size").unique().implode()
    )
    assert (drawn["drawn"] == drawn["stratum_sample_size"].list.first()).all()


def test_each_stratum_category_and_account_has_its_expected_number() -> None:
    tasks = draw_sample(POPULATION, PLAN).tasks
    probability = tasks.group_by("machine_category").agg(
        pl.col("inclusion_probability").unique().implode(), pl.len().alias("drawn")
    )
    assert (probability["inclusion_probability"].list.len() == 1).all()
    all_ = POPULATION.join(
        probability.with_columns(pl.col("inclusion_probability").list.first()),
        on="machine_category",
        nulls_equal=True,
    )
    assert len(all_) == len(POPULATION)  # no category is left out
    for columns in (["machine_category"], ["account_id"], ["account_id", "machine_category"]):
        expected = all_.group_by(columns).agg(pl.col("inclusion_probability").sum())
        found = expected.join(
            tasks.group_by(columns).len("drawn"), on=columns, how="left", nulls_equal=True
        ).with_columns(pl.col("drawn").fill_null(0))
        assert (found["drawn"] - found["inclusion_probability"]).abs().max() < 1


def test_rare_categories_are_oversampled_and_have_the_minimum() -> None:
    tasks = draw_sample(POPULATION, PLAN).tasks
    sizes = POPULATION.group_by("machine_category").len("videos")
    table = tasks.group_by("machine_category").agg(
        pl.len().alias("drawn"), pl.col("inclusion_probability").first()
    )
    table = table.join(sizes, on="machine_category", nulls_equal=True).sort("videos")
    assert table["inclusion_probability"][0] > 5 * table["inclusion_probability"][-1]
    assert (table["drawn"] >= 10).all()
    assert table.select(pl.col("drawn") / pl.col("videos")).to_series().to_list() == pytest.approx(
        table["inclusion_probability"].to_list(), abs=1e-15
    )


@pytest.mark.parametrize(
    ("size", "draws"), [pytest.param(400, 4000, marks=pytest.mark.slow), (5, 800)]
)
def test_probabilities_are_right_over_repeated_draws(size: int, draws: int) -> None:
    # With five tasks there are fewer than categories; with 400 most strata expect less than one.
    population = POPULATION if size > 17 else videos(300, 5, 9)
    plan = SamplePlan(size, ("ada",))
    hits = np.zeros(len(population))
    evaluated = np.zeros(len(population))
    stated: dict[str | None, float] = {}
    for seed in range(draws):
        tasks = draw_sample(population, dataclasses.replace(plan, seed=seed)).tasks
        places = tasks["video_id"].cast(pl.Int64).to_numpy()
        hits[places] += 1
        evaluated[places[(tasks["part"] == "evaluate").to_numpy()]] += 1
        stated |= dict(tasks.select("machine_category", "inclusion_probability").iter_rows())
    p = np.array([stated[name] for name in population["machine_category"]])
    certain = p == 1
    assert (hits[certain] == draws).all()
    assert p.sum() == pytest.approx(size, abs=1e-9)
    for count, chance in ((hits, p), (evaluated, p / 2)):
        open_ = chance < 1
        z = (count - draws * chance)[open_] / np.sqrt(draws * chance * (1 - chance))[open_]
        # Largest of 2,580 standard normals: above 4.9 once in a thousand runs.
        assert np.abs(z).max() < 4.9
        assert np.std(z) == pytest.approx(1, abs=0.12)
        by_account = [
            z[(population["account_id"] == a).to_numpy()[open_]].mean()
            for a in population["account_id"].unique().sort()
        ]
        assert np.abs(by_account).max() < 1


def test_pairs_of_a_stratum_are_drawn_as_in_a_simple_sample() -> None:
    # One account, one category: every pair has the probability n (n - 1) / (N (N - 1)).
    population = videos(6, 1, 1)
    pairs = np.zeros((6, 6))
    for seed in range(1500):
        tasks = draw_sample(population, SamplePlan(3, ("ada",), seed=seed)).tasks
        chosen = tasks["video_id"].cast(pl.Int64).to_numpy()
        pairs[np.ix_(chosen, chosen)] += 1
    off = pairs[~np.eye(6, dtype=bool)] / 1500
    assert off == pytest.approx(np.full(30, 0.2), abs=4.5 * np.sqrt(0.16 / 1500))


def test_rounding_keeps_margins_and_expectation() -> None:
    expected = [
        [Fraction(1, 3), Fraction(1, 2), Fraction(7, 6)],
        [Fraction(2, 3), Fraction(1, 4), Fraction(1, 12)],
    ]
    rng = np.random.default_rng(2)
    total = np.zeros((2, 3))
    for _ in range(4000):
        found = np.array(rounded_at_random(expected, rng))
        wanted = np.array(expected, dtype=float)
        assert (np.abs(found - wanted) < 1).all()
        for axis in (0, 1):
            assert (np.abs(found.sum(axis=axis) - wanted.sum(axis=axis)) < 1).all()
        assert found.sum() == 3
        total += found
    assert np.abs(total / 4000 - wanted).max() < 4.5 * 0.5 / np.sqrt(4000)


@pytest.mark.parametrize(
    ("sizes", "size", "minimum", "expected"),
    [
        pytest.param([100, 400, 900], 60, 1, [10, 20, 30], id="square roots"),
        pytest.param([100, 400, 900], 60, 15, [15, 18, 27], id="minimum"),
        pytest.param([5, 400, 900], 60, 15, [5, 22, 33], id="all of a small one"),
        pytest.param([5, 4, 9], 18, 15, [5, 4, 9], id="census"),
        pytest.param([50, 50, 50], 4, 15, [2, 1, 1], id="equal parts"),
    ],
)
def test_allocation(sizes: list[int], size: int, minimum: int, expected: list[int]) -> None:
    assert expected_by_category(sizes, size, minimum) == expected


def test_allocation_always_sums_up_and_is_positive() -> None:
    rng = np.random.default_rng(8)
    for _ in range(200):
        sizes = [int(n) for n in np.exp(rng.uniform(0, 8, rng.integers(1, 20))) + 1]
        size = int(rng.integers(1, sum(sizes) + 1))
        found = expected_by_category(sizes, size, int(rng.integers(1, 30)))
        assert sum(found) == size
        assert all(0 < n <= limit for n, limit in zip(found, sizes, strict=True))


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    first = draw_sample(POPULATION, PLAN).tasks
    shuffled = POPULATION.sample(fraction=1, shuffle=True, seed=3)
    assert draw_sample(shuffled, PLAN).tasks.equals(first)
    other = draw_sample(POPULATION, dataclasses.replace(PLAN, seed=12)).tasks
    assert not other.select(KEY).equals(first.select(KEY))
    turned = dataclasses.replace(PLAN, coder_ids=PLAN.coder_ids[::-1])
    assert draw_sample(POPULATION, turned).tasks.equals(first)


def test_parts_and_the_reliability_subsample_are_spread_over_each_other() -> None:
    tasks = draw_sample(POPULATION, dataclasses.replace(PLAN, evaluate_share=0.25)).tasks
    evaluate = tasks["part"] == "evaluate"
    assert evaluate.sum() == 100
    assert tasks["is_reliability"].sum() == 100
    assert (evaluate & tasks["is_reliability"]).sum() == pytest.approx(25, abs=1)
    by_category = tasks.group_by("machine_category").agg(
        (pl.col("part") == "evaluate").sum().alias("kept"), pl.len()
    )
    assert (by_category["kept"] - by_category["len"] / 4).abs().max() <= 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_or_nothing_may_be_kept_for_evaluation(share: float) -> None:
    tasks = draw_sample(POPULATION, dataclasses.replace(PLAN, evaluate_share=share)).tasks
    assert (tasks["part"] == ("evaluate" if share else "train")).all()


@pytest.mark.parametrize(("coders", "several"), list(product((2, 3, 4), (None, 2))))
def test_reliability_tasks_go_to_several_coders_and_the_load_is_even(
    coders: int, several: int | None
) -> None:
    plan = SamplePlan(401, CODERS[:coders], 101, coders_per_reliability_task=several, seed=5)
    tasks = draw_sample(POPULATION, plan).tasks
    wanted = several or coders
    assert set(tasks.filter("is_reliability")["coder_ids"].list.len()) == {wanted}
    assert set(tasks.filter(~pl.col("is_reliability"))["coder_ids"].list.len()) == {1}
    assert (tasks["coder_ids"].list.n_unique() == tasks["coder_ids"].list.len()).all()
    load = tasks["coder_ids"].explode().value_counts()["count"]
    assert load.max() - load.min() <= 1
    assert load.sum() == 101 * wanted + 300


def test_each_coder_has_an_order_of_their_own() -> None:
    tasks = draw_sample(POPULATION, dataclasses.replace(PLAN, reliability_size=400)).tasks
    orders = {coder: coder_tasks(tasks, coder, 1)["video_id"].to_list() for coder in CODERS[:3]}
    assert {tuple(sorted(order)) for order in orders.values()} == {
        tuple(tasks["video_id"].sort().to_list())
    }
    assert len({tuple(order) for order in orders.values()}) == 3
    again = coder_tasks(tasks.reverse(), "ada", 1)["video_id"].to_list()
    assert again == orders["ada"]
    assert coder_tasks(tasks, "ada", 2)["video_id"].to_list() != orders["ada"]
    # Shuffled: the place in the order says nothing about the place in the table.
    place = {video: i for i, video in enumerate(tasks["video_id"])}
    moved = [place[video] for video in orders["ada"]]
    assert abs(np.corrcoef(moved, range(400))[0, 1]) < 0.2


def test_a_coder_without_tasks_has_none() -> None:
    assert coder_tasks(draw_sample(POPULATION, PLAN).tasks, "eve", 1).is_empty()


def test_more_than_there_are_means_all_and_is_said() -> None:
    plan = SamplePlan(500, CODERS[:2], reliability_size=400, seed=1)
    sample = draw_sample(videos(300), plan)
    assert len(sample.tasks) == 300
    assert (sample.tasks["inclusion_probability"] == 1).all()
    assert sample.tasks["is_reliability"].all()
    assert [note for note in sample.notes if "500" in note and "300" in note]
    assert len(sample.notes) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coder_ids": ()}, "No coder"),
        ({"coder_ids": ("ada",)}, "only coder"),
        ({"coder_ids": ("ada", "ben", "ada")}, "ada is named twice"),
        ({"coder_ids": ("ada", " ")}, "is empty"),
        ({"reliability_size": 401}, "does not fit"),
        ({"reliability_size": -1}, "does not fit"),
        ({"coders_per_reliability_task": 1}, "between 2"),
        ({"coders_per_reliability_task": 4}, "4 of 3 coders"),
        ({"size": 0}, "at least one task"),
        ({"minimum_per_category": 0}, "at least one task"),
        ({"evaluate_share": 1.5}, "between 0 and 1"),
    ],
)
def test_an_impossible_plan_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        draw_sample(POPULATION, dataclasses.replace(PLAN, **change))  # type: ignore[arg-type]


def test_no_videos_and_videos_listed_twice_are_refused() -> None:
    with pytest.raises(UserError, match="no videos"):
        draw_sample(POPULATION.clear(), PLAN)
    with pytest.raises(UserError, match="00007"):
        draw_sample(pl.concat([POPULATION, POPULATION.slice(7, 1)]), PLAN)


def test_one_coder_is_enough_without_reliability() -> None:
    tasks = draw_sample(POPULATION, SamplePlan(50, ("ada",))).tasks
    assert not tasks["is_reliability"].any()
    assert (tasks["coder_ids"].list.first() == "ada").all()
