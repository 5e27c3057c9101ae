"""The trial on a corpus: the split, the rows that can't be used, and each coder's figures."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sz_assets.coding.machine.chosen_cues import PRIOR_SHARE, choose_cues, code_with_cues
from sz_assets.coding.machine.corpus import evaluate_corpus, split
from sz_assets.errors import UserError
from sz_assets_tests.bundled import shenzhen

FILLERS = "春江潮水连海平海上明月共潮生滟滟随波千万里何处春江无月明"
WORDS = {"traffic": ("查酒驾", "交通"), "health": ("打疫苗", "医院"), "culture": ("看展览", "剧场")}


def planted_lines(count: int = 300, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    lines = []
    for row in range(count):
        name = list(WORDS)[row % 3]
        filler = "".join(rng.choice(list(FILLERS), 10))
        word = WORDS[name][int(rng.integers(2))]
        lines.append(f"{filler[:5]}{word}{filler[5:]}\t{name}")
    return lines


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    def write(lines: list[str], ending: str = "\n", encoding: str = "utf-8") -> Path:
        path = tmp_path / "corpus.txt"
        path.write_bytes("".join(line + ending for line in lines).encode(encoding))
        return path

    return write


def test_planted_words_are_found_by_both_coders(corpus: Callable[..., Path]) -> None:
    report = evaluate_corpus(corpus(planted_lines()), seed=1)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["supervised"]["macro_f1_ratio"] > 0.97
    assert report["cue_words"]["macro_f1_ratio"] > 0.97
    assert "疫苗" in "".join(report["cue_words"]["cues"]["health"])
    assert report["majority"]["accuracy_ratio"] == pytest.approx(1 / 3)
    assert report["split"] == {
        "seed": 1,
        "train_share": 0.5,
        "training_rows": 150,
        "held_out_rows": 150,
        "rule": "at random within classes; equal titles on one side",
    }
    assert report["classes"] == {"culture": 100, "health": 100, "traffic": 100}
    assert report["supervised"]["items"] == 150
    assert report["supervised"]["coverage"][0]["coverage_ratio"] == 1.0
    categories = report["supervised"]["categories"]
    assert [row["category"] for row in categories] == ["culture", "health", "traffic"]
    assert all(row["f1_low"] < row["f1_ratio"] <= row["f1_high"] for row in categories)


def test_the_same_seed_gives_the_same_report(corpus: Callable[..., Path]) -> None:
    path = corpus(planted_lines(90))
    first = evaluate_corpus(path, seed=1)
    assert evaluate_corpus(path, seed=1) == first
    assert evaluate_corpus(path, seed=2) != first


def test_equal_titles_never_stand_on_both_sides() -> None:
    rng = np.random.default_rng(2)
    titles = pl.Series([f"题 {rng.integers(60)}" for _ in range(400)])
    shouted = titles.to_frame("t").select(pl.lit(" ") + pl.col("t").str.to_uppercase())
    rows = pl.DataFrame(
        {
            "title": pl.concat([titles, shouted.to_series().alias(titles.name)]),
            "class": rng.choice(["a", "b"], 800),
        }
    )
    for seed in range(5):
        sides = rows.with_columns(split(rows, 0.5, seed).alias("side"))
        texts = sides.select(pl.col("title").str.strip_chars(), "side").unique()
        assert texts["title"].is_unique().all()


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.8, 80), (0.001, 1)])
def test_the_split_is_stratified(share: float, expected: int) -> None:
    rows = pl.DataFrame(
        {"title": [f"t{k}" for k in range(201)], "class": ["a"] * 100 + ["b"] * 100 + ["c"]}
    )
    sides = rows.with_columns(split(rows, share, 0).alias("side")).filter("side")
    counts = dict(sides["class"].value_counts().iter_rows())
    assert counts == {"a": expected, "b": expected, "c": 1}


def test_duplicates_teach_nothing_about_held_out_titles(corpus: Callable[..., Path]) -> None:
    # Random classes, each title three times: with a leak the coder would know the answers.
    rng = np.random.default_rng(3)
    lines = [
        f"{''.join(rng.choice(list(FILLERS), 14))}\t{rng.choice(list(WORDS))}" for _ in range(240)
    ]
    report = evaluate_corpus(corpus(lines * 3), seed=0)
    assert report["supervised"]["accuracy_ratio"] < 0.5


def test_rows_that_cannot_be_used_are_named(corpus: Callable[..., Path]) -> None:
    lines = planted_lines(60)
    lines[4:4] = ["没有分类", "空分类\t", "\ttraffic", ""]
    report = evaluate_corpus(corpus(lines, ending="\r\n", encoding="utf-8-sig"), seed=0)
    assert report["rows"] == 60
    assert report["refused_rows"] == [
        {"line": 5, "reason": "no tab between title and class"},
        {"line": 6, "reason": "the class is empty"},
        {"line": 7, "reason": "the title is empty"},
    ]


def test_a_header_is_no_title_and_other_separators_are_no_lines(
    corpus: Callable[..., Path],
) -> None:
    lines = ["title\tclass", "一行\u2028两行\x0b三\t标签\ttraffic", *planted_lines(60)]
    report = evaluate_corpus(corpus(lines), seed=0)
    assert (report["rows"], report["refused_rows"]) == (61, [])
    assert set(report["classes"]) == set(WORDS)


def test_numbers_are_read_as_names(corpus: Callable[..., Path], tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("traffic\nhealth\nculture\n", encoding="utf-8")
    numbers = {name: str(k) for k, name in enumerate(WORDS)}
    lines = [line.replace(name, numbers[name]) for line in planted_lines(60) for name in WORDS
             if line.endswith(f"\t{name}")]  # fmt: skip
    report = evaluate_corpus(corpus([*lines, "别的\t7"]), seed=0, class_names=names)
    assert set(report["classes"]) == set(WORDS)
    assert report["refused_rows"] == [{"line": 61, "reason": "there is no name for the class '7'"}]


def test_a_codebook_gives_its_own_cue_words(corpus: Callable[..., Path]) -> None:
    codebook = shenzhen().codebook
    first, second = [category for _, category in codebook.secondary][:2]
    lines = [
        f"{category.cues[0]} {k}\t{category.id}" for k in range(20) for category in (first, second)
    ]
    lines += [f"无关内容{k}\tnone" for k in range(20)]
    report = evaluate_corpus(corpus(lines), seed=0, codebook=codebook)
    cue_words = report["cue_words"]
    assert cue_words["chosen_by"] == f"codebook {codebook.version}, secondary_category"
    f1 = {row["category"]: row["f1_ratio"] for row in cue_words["categories"]}
    assert f1 == {first.id: 1.0, second.id: 1.0, "none": 0.0}
    with pytest.raises(UserError, match="class 'culture', which is no category of the codebook"):
        evaluate_corpus(corpus(planted_lines(30)), seed=0, codebook=codebook)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["kein Tab"], "has no line `title<TAB>class`"),
        (["一\ta", "二\tb"], "too few different titles"),
        (["一\ta", "二\ta", "三\ta", "四\ta"], "All 2 titles .* category a"),
    ],
)
def test_too_little_is_refused(corpus: Callable[..., Path], lines: list[str], told: str) -> None:
    with pytest.raises(UserError, match=told):
        evaluate_corpus(corpus(lines), seed=0)


def test_what_cannot_be_read_is_refused(corpus: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 2, is not UTF-8: save"):
        evaluate_corpus(corpus(["abc\ta", "交通\ta"], encoding="gb18030"), seed=0)
    with pytest.raises(UserError, match=r"nowhere\.txt can't be read"):
        evaluate_corpus(tmp_path / "nowhere.txt", seed=0)
    for share in (0.0, 1.0, math.nan):
        with pytest.raises(UserError, match="between 0 and 1"):
            evaluate_corpus(tmp_path / "nowhere.txt", seed=0, train_share=share)


def test_cues_are_ranked_by_the_log_odds_ratio() -> None:
    titles = pl.Series(["红灯"] * 30 + ["绿灯"] * 30 + ["通用"] * 60 + ["metro"] * 12)
    classes = pl.Series(["a"] * 30 + ["b"] * 30 + ["a", "b"] * 30 + ["b"] * 12)
    cues = choose_cues(titles, classes, ["a", "b", "c"])
    assert cues == {"a": ("红灯",), "b": ("绿灯", "metro"), "c": ()}

    def z(inside: int, everywhere: int, own: int, total: int) -> float:
        prior = everywhere * PRIOR_SHARE
        outside, others = everywhere - inside, total - own

        def logit(count: float, size: float) -> float:
            return math.log((count + prior) / (size + total * PRIOR_SHARE - count - prior))

        spread = 1 / (inside + prior) + 1 / (outside + prior)
        return (logit(inside, own) - logit(outside, others)) / math.sqrt(spread)

    # By hand: what was taken exceeds 1.96, and what stands in both classes alike does not.
    assert z(30, 30, 60, 132) > 1.96
    assert z(12, 12, 72, 132) > 1.96 > abs(z(30, 60, 60, 132))
    assert code_with_cues(pl.Series(["看红灯", "METRO", "metros", None]), cues).to_list() == [
        "a",
        "b",
        None,
        None,
    ]


@pytest.mark.real_data
@pytest.mark.slow
def test_real_titles(real_data: Path) -> None:
    folder = real_data / "text"
    report = evaluate_corpus(
        folder / "thucnews_titles_dev.txt",
        seed=1,
        class_names=folder / "thucnews_titles_class.txt",
    )
    assert (report["rows"], report["refused_rows"], len(report["classes"])) == (10_000, [], 10)
    assert report["supervised"]["macro_f1_ratio"] > 0.83
    assert report["supervised"]["calibration_error_ratio"] < 0.03
    assert report["supervised"]["coverage"][2]["accuracy_ratio"] > 0.88
    assert 0.4 < report["cue_words"]["macro_f1_ratio"] < 0.7
    assert report["majority"]["macro_f1_ratio"] < 0.02
