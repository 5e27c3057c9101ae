"""The trained coder: what it learns, when it abstains, and that nothing leaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from sz_assets.coding.machine import fitting, linear, ngrams
from sz_assets.coding.machine.fitting import assign_folds, fit_temperature
from sz_assets.coding.machine.linear import LinearCoder, hash_of_ids, train
from sz_assets.core.coding.evaluation import coverage_table
from sz_assets.errors import UserError

SYLLABLES = "深圳交通安全地铁公园教育医疗文化科技新闻天气活动"
WORDS = {"traffic": "查酒驾", "health": "打疫苗", "none": "随手拍"}


def planted(count: int, seed: int = 0, noise: float = 0.0) -> tuple[pl.Series, pl.Series]:
    """Distinct titles with a word of their class, of which `noise` carry another class's word."""
    rng = np.random.default_rng(seed)
    classes = list(WORDS)
    titles, categories = [], []
    for row in range(count):
        own = classes[row % 3]
        shown = classes[rng.integers(3)] if rng.random() < noise else own
        filler = "".join(rng.choice(list(SYLLABLES), 8))
        titles.append(f"{filler}{WORDS[shown]}{row}")
        categories.append(own)
    return pl.Series(titles), pl.Series(categories)


@pytest.fixture(scope="module")
def coder() -> LinearCoder:
    titles, categories = planted(150)
    ids = [f"one:{k}" for k in range(150)]
    return train(titles, categories, seed=3, codebook_version="abc", task_ids=ids)


def test_it_learns_planted_words_and_none_is_a_category(coder: LinearCoder) -> None:
    titles, categories = planted(90, seed=9)
    found = coder.code(titles)
    assert found["category"].to_list() == categories.to_list()
    assert found["confidence"].is_between(1 / 3, 1).all()
    assert coder.card.class_counts == {"health": 50, "none": 50, "traffic": 50}
    assert coder.card.codebook_version == "abc"
    assert coder.card.cross_validated["macro_f1_ratio"] == 1.0


def test_it_abstains_without_anything_to_go_on(coder: LinearCoder) -> None:
    found = coder.code(pl.Series(["", None, " \n", "☃☃", "今晚查酒驾"]))
    assert found["category"].to_list() == [None, None, None, None, "traffic"]
    assert found["confidence"].null_count() == 4
    assert coder.code(pl.Series([], dtype=pl.String)).schema == found.schema
    assert coder.code(pl.Series([None])).rows() == [(None, None)]


def test_it_abstains_below_the_confidence(coder: LinearCoder) -> None:
    titles = pl.Series(["查酒驾打疫苗", "查酒驾查酒驾", "深圳"])
    free = coder.code(titles)
    middle = float(free["confidence"].sort()[1])
    strict = coder.code(titles, middle)
    assert strict["confidence"].equals(free["confidence"])
    assert strict["category"].is_null().to_list() == (free["confidence"] < middle).to_list()
    assert coder.code(titles, 1.0)["category"].null_count() == 3
    with pytest.raises(ValueError, match="between 0 and 1"):
        coder.code(titles, 1.5)


def test_equal_titles_have_equal_codes_and_parts_change_nothing(
    coder: LinearCoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = pl.concat([planted(40, seed=4)[0], planted(40, seed=4)[0], pl.Series([None, ""])])
    whole = coder.code(titles)
    assert whole.head(40).equals(whole.slice(40, 40))
    monkeypatch.setattr(ngrams, "_CHUNK_BYTES", 100)
    assert coder.code(titles).equals(whole)


def test_the_order_of_titles_changes_nothing_but_a_seed_may(coder: LinearCoder) -> None:
    titles, categories = planted(150)
    ids = np.array([f"one:{k}" for k in range(150)])
    order = np.random.default_rng(1).permutation(150)

    def again(order: np.ndarray, seed: int) -> LinearCoder:
        return train(
            titles.gather(order),
            categories.gather(order),
            seed=seed,
            codebook_version="abc",
            task_ids=ids[order].tolist(),
        )

    shuffled = again(order, 3)
    assert shuffled.model_id == coder.model_id
    assert shuffled.out_of_fold is not None
    assert coder.out_of_fold is not None
    assert shuffled.out_of_fold.equals(coder.out_of_fold[order])
    assert again(np.arange(150), 4).model_id != coder.model_id


def test_the_card_names_the_training_tasks(coder: LinearCoder) -> None:
    ids = [f"one:{k}" for k in range(150)]
    assert coder.card.task_ids_hash == hash_of_ids(ids[::-1]) != hash_of_ids(ids[1:])
    titles, categories = planted(12)
    left_out = pl.concat([titles, pl.Series(["", "有题"])])
    classes = pl.concat([categories, pl.Series(["none", None])])
    small = train(left_out, classes, seed=0, task_ids=ids[:14])
    assert small.card.task_ids_hash == hash_of_ids(ids[:12])
    assert small.card.training_titles == 12
    assert "2 rows without title or category were left out" in small.card.notes
    assert small.out_of_fold is not None
    assert small.out_of_fold["predicted"].is_null().to_list()[-2:] == [True, True]
    assert small.out_of_fold["fold"].is_null().to_list() == [False] * 12 + [True, True]


def test_out_of_fold_codes_never_saw_their_title() -> None:
    # Each title stands twice with a class drawn at random: a coder that saw one knows the other.
    rng = np.random.default_rng(8)
    texts = ["".join(rng.choice(list(SYLLABLES), 12)) for _ in range(200)]
    drawn = rng.choice(["a", "b", "c", "d"], 200).tolist()
    titles = pl.Series(texts + [f" {text.upper()} " for text in texts])
    coder = train(titles, pl.Series(drawn * 2), seed=0)
    assert coder.out_of_fold is not None
    right = (coder.out_of_fold["predicted"] == coder.out_of_fold["category"]).mean()
    assert 0.12 < float(str(right)) < 0.38
    seen = (coder.code(titles)["category"] == coder.out_of_fold["category"]).mean()
    assert float(str(seen)) > 0.95
    folds = coder.out_of_fold["fold"]
    assert folds.head(200).to_list() == folds.tail(200).to_list()
    assert folds.value_counts()["count"].to_list() == [80] * 5


def test_confidence_is_as_often_right_as_it_says() -> None:
    titles, categories = planted(900, noise=0.4)
    coder = train(titles, categories, seed=0)
    fresh, truth = planted(900, seed=77, noise=0.4)
    coded = coder.code(fresh)
    accuracy = float(str((coded["category"] == truth).mean()))
    assert coded["confidence"].mean() == pytest.approx(accuracy, abs=0.05)
    assert coder.out_of_fold is not None
    table = coverage_table(
        coder.out_of_fold["category"],
        coder.out_of_fold["predicted"],
        coder.out_of_fold["confidence"],
        (0.0, 0.6),
    )
    assert table["coverage_ratio"][0] == 1.0
    assert table["coverage_ratio"][1] < 1.0


def test_a_few_easy_titles_make_no_certainty() -> None:
    scores = np.array([[9.0, 0.0], [0.0, 9.0]] * 5)
    temperature = fit_temperature(scores, np.array([0, 1] * 5))
    confidence = 1 / (1 + np.exp(-9 / temperature))
    assert confidence == pytest.approx(11 / 12, abs=1e-3)


def test_an_absent_class_does_not_spoil_the_temperature() -> None:
    scores = np.array([[9.0, 0.0, -np.inf], [0.0, 9.0, -np.inf]] * 5)
    alone = fit_temperature(scores[:, :2], np.array([0, 1] * 5))
    assert fit_temperature(scores, np.array([0, 1] * 5)) == pytest.approx(alone)
    # A row whose own class was absent is left out.
    more = np.vstack((scores, scores[:1]))
    assert fit_temperature(more, np.array([0, 1] * 5 + [2])) == pytest.approx(alone)


def test_rare_categories_are_learnt_and_named() -> None:
    titles, categories = planted(60)
    more = pl.Series(["摩托艇比赛", "龙舟竞渡一", "龙舟竞渡二"])
    coder = train(
        pl.concat([titles, more]),
        pl.concat([categories, pl.Series(["boat", "dragon", "dragon"])]),
        seed=0,
    )
    assert (coder.card.class_counts["boat"], coder.card.class_counts["dragon"]) == (1, 2)
    assert any("boat (1), dragon (2)" in note for note in coder.card.notes)
    assert coder.code(more)["category"].to_list() == ["boat", "dragon", "dragon"]
    # Its only title was never in the training part of its own fold.
    assert coder.out_of_fold is not None
    boat = coder.out_of_fold.filter(category="boat")
    assert boat["predicted"].to_list() != ["boat"]


def test_two_categories_of_two_titles_are_the_least() -> None:
    titles = pl.Series(["交通一", "交通二", "医疗一", "医疗二"])
    coder = train(titles, pl.Series(["t", "t", "h", "h"]), seed=0)
    assert coder.card.folds == 2
    assert coder.code(titles)["category"].to_list() == ["t", "t", "h", "h"]
    assert any("2 folds only" in note for note in coder.card.notes)


def test_every_fold_leaves_two_categories() -> None:
    for sizes in ((2, 2), (50, 2), (3, 3, 1, 1), (40, 7, 5, 1)):
        names = [f"{c}" for c, size in enumerate(sizes) for _ in range(size)]
        used = pl.DataFrame({"text": [f"t{k}" for k in range(len(names))], "category": names})
        for seed in range(5):
            fold = assign_folds(used, seed)
            for held in range(fold.max() + 1):
                assert len(used.filter(fold != held)["category"].unique()) >= 2


@pytest.mark.parametrize(
    ("titles", "categories", "told"),
    [
        (["一", "二", "三"], ["a", "a", "a"], "All 3 titles .* category a: .* two categories"),
        (["一", "二", "三"], ["a", "a", "b"], "fewer than two categories .* have more tasks coded"),
        (["一", "二", "三", "三"], ["a", "a", "b", "b"], "fewer than two categories"),
        (["", None], ["a", "b"], "There are 0 titles to learn from"),
        ([], [], "There are 0 titles"),
    ],
)
def test_too_little_is_refused_with_a_remedy(
    titles: list[str | None], categories: list[str], told: str
) -> None:
    given = pl.Series(titles, dtype=pl.String), pl.Series(categories, dtype=pl.String)
    with pytest.raises(UserError, match=told):
        train(*given, seed=0)


def test_parts_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        train(pl.Series(["a"]), pl.Series(["a", "b"]), seed=0)
    with pytest.raises(ValueError, match="same length"):
        train(pl.Series(["a"]), pl.Series(["a"]), seed=0, task_ids=[])


def test_of_many_titles_a_part_chooses_and_all_are_cross_validated(
    monkeypatch: pytest.MonkeyPatch, coder: LinearCoder
) -> None:
    monkeypatch.setattr(linear, "COMPARED_TITLES", 60)
    tried: list[int] = []
    cross_validate: Callable[..., object] = fitting.cross_validate

    def counted(texts: pl.Series, *rest: object) -> object:
        tried.append(len(texts))
        return cross_validate(texts, *rest)

    monkeypatch.setattr(linear, "cross_validate", counted)
    titles, categories = planted(150)
    found = train(titles, categories, seed=3)
    assert tried == [60] * len(linear.CANDIDATES) + [150]
    assert found.out_of_fold is not None
    assert found.out_of_fold["predicted"].null_count() == 0
