"""Judging machines by people's codes: who is judged on what, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from machine_kit import WORDS, Lab

from sz_assets.coding.evaluate import evaluate, evaluate_file
from sz_assets.coding.machine.models import task_ids
from sz_assets.coding.train import train
from sz_assets.errors import UserError
from sz_assets.study import Name


@pytest.fixture
def lab(tmp_path: Path, study) -> Lab:
    return Lab(study, tmp_path)


def category(coder: dict, name: str) -> dict:
    return next(row for row in coder["categories"] if row["category"] == name)


def test_every_coder_is_judged_beside_the_cue_words_and_the_majority(lab):
    lab.code(lab.tasks)
    model_id = train(lab.store, lab.study)["model_id"]
    said = evaluate(lab.store, lab.study)
    json.dumps(said)
    cues, cues_held_out, model = said["coders"]
    number = len(lab.part("evaluate"))
    assert (cues["tasks"], cues["items"]) == ("all sampled tasks", 200)
    assert (cues_held_out["tasks"], cues_held_out["items"]) == ("evaluate part", number)
    assert (model["tasks"], model["items"]) == ("evaluate part", number)
    assert (model["coding_method"], model["is_in_use"]) == (f"machine:{model_id}", True)
    assert model["macro_f1_ratio"] > cues_held_out["macro_f1_ratio"]
    assert cues_held_out["macro_f1_ratio"] > model["majority_macro_f1_ratio"] > 0
    natural = category(model, "natural")
    assert natural["precision_low"] <= natural["precision_ratio"] <= natural["precision_high"]
    assert natural["recall_low"] <= natural["recall_ratio"] <= natural["recall_high"]
    assert natural["f1_low"] < natural["f1_ratio"] <= natural["f1_high"]
    # Cue words can't say that no category fits: what they leave open is an abstention.
    assert category(cues, "none")["recall_ratio"] == 0
    assert cues["abstained_ratio"] > 0
    coverage = model["coverage"]
    assert coverage[0]["coverage_ratio"] >= coverage[-1]["coverage_ratio"]
    assert (coverage[0]["abstain_below"], coverage[0]["answered"]) == (0.0, number)
    assert said["tasks"] == {"decided_by_people": 200, "sampled": 200, "evaluate_part": number}
    assert {name for name, n in said["human_counts"].items() if n} == set(WORDS)


def test_the_known_probabilities_weigh(lab):
    """Half of the categories are drawn twice as often: the figures are of the population."""
    lab.code(lab.tasks)
    [cues, *_] = evaluate(lab.store, lab.study)["coders"]
    tasks = lab.tasks.with_columns(
        pl.col("video_id").replace_strict(lab.truth).alias("truth"),
        weight=1 / pl.col("inclusion_probability"),
    )
    assert tasks["inclusion_probability"].n_unique() > 1
    natural = tasks.filter(truth="natural")
    found = natural.filter(machine_category="natural")["weight"].sum() / natural["weight"].sum()
    assert category(cues, "natural")["recall_ratio"] == pytest.approx(found)


def test_the_coverage_is_weighted_like_the_accuracy(lab):
    tasks = lab.tasks
    lab.code(tasks, **dict.fromkeys(task_ids(tasks)[::3], "economic"))
    train(lab.store, lab.study, seed=3)
    *_, model = evaluate(lab.store, lab.study)["coders"]
    [row] = [row for row in model["coverage"] if row["abstain_below"] == model["abstain_below"]]
    assert row["accuracy_ratio"] == pytest.approx(model["answered_accuracy_ratio"])
    assert row["coverage_ratio"] == pytest.approx(1 - model["abstained_ratio"])


def test_what_a_model_has_seen_does_not_judge_it(lab):
    lab.code(lab.tasks)
    old = train(lab.store, lab.study)["model_id"]
    lab.draw(300, seed=5)
    lab.code(lab.tasks.unique(["account_id", "video_id"]))
    new = train(lab.store, lab.study)["model_id"]
    said = evaluate(lab.store, lab.study, model_ids=[old, new])
    judged = {coder["model_id"]: coder for coder in said["coders"] if "model_id" in coder}
    held_out = said["tasks"]["evaluate_part"]
    assert judged[new]["left_out"] == {}
    assert judged[new]["items"] == held_out
    # Some of what the older one has learnt was drawn for evaluation since.
    seen = set(task_ids(lab.models.load(old).seen))
    now = set(task_ids(lab.part("evaluate").unique(["account_id", "video_id"])))
    assert len(seen & now) > 10
    assert judged[old]["left_out"] == {"seen by the model": len(seen & now)}
    assert judged[old]["items"] == held_out - len(seen & now)


def test_abstentions_count_as_such(lab, study):
    import msgspec

    lab.code(lab.tasks)
    train(lab.store, lab.study)
    rules = msgspec.structs.replace(study.coding, abstain_below=0.999)
    strict = msgspec.structs.replace(study, coding=rules)
    model = evaluate(lab.store, strict)["coders"][-1]
    assert model["abstained_ratio"] > 0.5
    [(reason, number)] = model["abstentions"].items()
    assert reason == "less sure than 0.999"
    assert number > 0.5 * model["items"]
    assert model["coverage"][0]["answered"] == model["items"]


def test_few_codes_are_shown_with_a_word(lab):
    lab.code(lab.part("evaluate").head(9))
    cues, held_out = evaluate(lab.store, lab.study)["coders"]
    assert (cues["items"], held_out["items"]) == (9, 9)
    assert "only 9 human codes count here, fewer than the study's 100" in cues["notes"][0]


def test_without_codes_there_is_nothing_to_judge_by(lab):
    with pytest.raises(UserError, match=r"^No sampled task has a code of people .*: export a "):
        evaluate(lab.store, lab.study)
    outside = lab.videos.join(lab.tasks, on=["account_id", "video_id"], how="anti")
    lab.code(outside.head(7))
    with pytest.raises(
        UserError, match=r"outside every sample that counts, so of unknown probability: 7\)"
    ):
        evaluate(lab.store, lab.study)
    lab.code(lab.part("train").head(3))
    with pytest.raises(UserError, match="keeps no model 'linear-none'"):
        evaluate(lab.store, lab.study, model_ids=["linear-none"])


def test_a_model_of_an_older_codebook_is_named_and_not_judged(lab, changed_codebook):
    lab.code(lab.tasks)
    model_id = train(lab.store, lab.study)["model_id"]
    other = changed_codebook(lab.study, "visual", definition=Name(zh="别的", en="Else"))
    said = evaluate(lab.store, other)
    assert len(said["coders"]) == 2
    [warning] = said["warnings"]
    assert model_id in warning
    assert "visual mean something else" in warning
    for coder in said["coders"]:
        assert (
            "of 200 coded videos are left out, since their categories, `none`" in coder["notes"][0]
        )
    # That no category fits could now be otherwise, too.
    reason = "coded with categories that mean something else in the present codebook"
    assert said["left_out"] == {reason: sum(one == "none" for one in map(
        lab.truth.get, lab.tasks["video_id"].to_list()))}  # fmt: skip


def test_a_file_of_classified_titles(tmp_path):
    lines = [f"{words[0]} {words[1 + n % 2]} {n}\t{name}" for name, words in WORDS.items()
             for n in range(40)]  # fmt: skip
    path = tmp_path / "titles.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    said = evaluate_file(path, seed=1)
    assert said["rows"] == 160
    assert said["supervised"]["macro_f1_ratio"] > said["majority"]["macro_f1_ratio"]
