"""Training from people's codes: what is learnt from, what is kept, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest
from machine_kit import MONTH, Lab, month_of_videos

from sz_assets.coding.evaluate import evaluate
from sz_assets.coding.machine.models import task_ids
from sz_assets.coding.machine_text import train_lines
from sz_assets.coding.train import train
from sz_assets.core.coding.counting_samples import of_counting_samples
from sz_assets.errors import UserError

CLOCK = lambda: datetime(2023, 11, 3, tzinfo=UTC)  # noqa: E731


@pytest.fixture
def lab(tmp_path: Path, study) -> Lab:
    return Lab(study, tmp_path)


def trained(lab: Lab, **options):
    return train(lab.store, lab.study, **({"seed": 3, "clock": CLOCK} | options))


def test_it_learns_from_the_train_part_alone(lab):
    lab.code(lab.tasks)
    said = trained(lab)
    model = lab.models.load(said["model_id"])
    assert set(task_ids(model.seen)) == set(task_ids(lab.part("train")))
    assert said["seen_count"] == len(lab.part("train"))
    assert said["left_out"] == {"kept for evaluation": len(lab.part("evaluate"))}
    assert said["cross_validated"]["macro_f1_ratio"] > 0.9
    assert said["codebook_version"] == lab.study.codebook.version
    assert (said["seed"], said["is_new"], said["is_in_use"]) == (3, True, True)
    assert set(said["versions"]) == {"sz_assets", "python", "scikit-learn"}
    assert lab.models.current_id() == said["model_id"]
    json.dumps(said)
    coded = model.code(lab.part("evaluate"))
    truth = [lab.truth[video_id] for video_id in coded["video_id"].to_list()]
    right = sum(a == b for a, b in zip(coded["category"].to_list(), truth, strict=True))
    assert right / len(truth) > 0.9


def test_the_same_codes_and_seed_give_the_same_model_and_others_another(lab):
    lab.code(lab.part("train").head(70))
    first = trained(lab)
    again = trained(lab, clock=lambda: datetime(2024, 1, 1, tzinfo=UTC))
    assert again == first | {"is_new": False}
    lab.code(lab.part("train").tail(20))
    second = trained(lab, use=False)
    assert second["model_id"] != first["model_id"]
    assert second["seen_sha256"] != first["seen_sha256"]
    assert lab.models.current_id() == first["model_id"]
    assert [card.model_id for card in lab.models.cards()] == sorted(
        [first["model_id"], second["model_id"]]
    )


def test_a_co_authored_video_and_a_same_title_never_stand_on_both_sides(tmp_path, study):
    videos = month_of_videos(study)
    accounts = [account.id for account in study.accounts[:3]]
    following = dict(zip(accounts, accounts[1:] + accounts[:1], strict=True))
    # Each tenth video stands in the next account's list as well; each tenth of the rest has the
    # title of its neighbour but for signs.
    shared = videos.filter(pl.col("video_id").cast(pl.Int128) % 10 == 0).with_columns(
        pl.col("account_id").replace_strict(following)
    )
    copied = videos.with_columns(
        pl.when(pl.col("video_id").cast(pl.Int128) % 10 == 5)
        .then(pl.col("title").shift(-4) + "！！#")
        .otherwise("title")
        .alias("title")
    )
    lab = Lab(study, tmp_path, pl.concat([copied, shared]).sort("account_id", "video_id"))
    lab.draw(len(lab.videos), seed=1)
    lab.code(lab.tasks.unique(["account_id", "video_id"]))
    said = trained(lab)
    seen = lab.models.load(said["model_id"]).seen
    counting = of_counting_samples(lab.tasks, lab.tasks)
    kept = counting.filter(part="evaluate")
    assert said["left_out"]["the same video is kept for evaluation"] > 3
    assert said["left_out"]["the same title is kept for evaluation"] > 3
    assert not set(seen["video_id"]) & set(kept["video_id"])
    plain = pl.col("title").str.replace_all(r"[！# ]", "")
    assert not set(seen.select(plain)["title"]) & set(kept.select(plain)["title"])


def test_a_sample_that_is_only_drawn_keeps_nothing_from_training_and_changes_no_figure(lab):
    lab.code(lab.tasks)
    before, judged = trained(lab), evaluate(lab.store, lab.study)
    lab.draw(320, seed=9)
    assert trained(lab) == before | {"is_new": False}
    assert evaluate(lab.store, lab.study) == judged


def test_a_machine_is_never_judged_by_what_it_learnt_before_another_sample_counted(lab):
    lab.code(lab.tasks)
    lab.draw(320, seed=9)
    model_id = trained(lab)["model_id"]
    lab.code(lab.tasks.unique(["account_id", "video_id"]))
    seen = set(task_ids(lab.models.load(model_id).seen))
    now = of_counting_samples(lab.tasks, lab.tasks).filter(part="evaluate")
    now = set(task_ids(now.unique(["account_id", "video_id"])))
    *_, model = evaluate(lab.store, lab.study)["coders"]
    assert seen & now
    assert model["left_out"] == {"seen by the model": len(seen & now)}
    assert model["items"] == len(now - seen)
    assert not now & set(task_ids(lab.models.load(trained(lab)["model_id"]).seen))


def test_tasks_outside_every_sample_are_learnt_from_with_the_titles_at_hand(lab):
    outside = lab.videos.join(lab.tasks, on=["account_id", "video_id"], how="anti")
    lab.code(outside.head(60))
    with pytest.raises(UserError, match=r"There are 0 human codes .*without a title: 60"):
        trained(lab)
    assert trained(lab, videos=lab.videos)["seen_count"] == 60


def test_too_few_codes_are_refused_with_numbers(lab):
    with pytest.raises(UserError, match=r"^There are 0 human codes to train on, but at least 50 "):
        trained(lab)
    lab.code(pl.concat([lab.part("train").head(49), lab.part("evaluate")]))
    number = len(lab.part("evaluate"))
    with pytest.raises(UserError, match=rf"^There are 49 .*kept for evaluation: {number}\): have"):
        trained(lab)
    assert lab.models.cards() == []
    assert lab.models.current_id() is None


def test_what_coders_disagree_on_is_not_learnt_from(lab):
    tasks = lab.part("train")
    lab.code(tasks)
    contested = task_ids(tasks)[:5]
    lab.code(tasks.head(5), "zhang", **dict.fromkeys(contested, "visual"))
    said = trained(lab)
    assert said["left_out"]["coders disagree and nobody has adjudicated"] == 5
    assert said["seen_count"] == len(tasks) - 5


def test_codes_of_a_changed_category_are_not_learnt_from(lab, changed_codebook):
    from sz_assets.study import Name

    lab.code(lab.part("train"))
    lab.study = changed_codebook(lab.study, "natural", definition=Name(zh="别的", en="Else"))
    said = trained(lab)
    # `none` could now be the changed category, too.
    known = {"general_core", "organizational_entity"}
    assert set(said["class_counts"]) == known
    assert sum(said["left_out"].values()) == sum(
        lab.truth[video_id] not in known for video_id in lab.part("train")["video_id"].to_list()
    )


def test_nothing_is_kept_as_a_pickle(lab):
    lab.code(lab.part("train"))
    folder = lab.models.root / trained(lab)["model_id"]
    assert {path.name for path in folder.iterdir()} == {
        "coder.json", "weights.npz", "seen.parquet", "model.json",
    }  # fmt: skip
    assert MONTH.isoformat() not in (folder / "model.json").read_text()


def test_a_machine_that_abstains_on_nearly_all_does_not_come_into_use(lab):
    import random

    rng = random.Random(3)
    names = [second.id for _, second in lab.study.codebook.secondary]
    said = {one: rng.choice(names) for one in task_ids(lab.tasks)}
    lab.code(lab.tasks, **said)
    made = trained(lab)
    assert made["abstained_ratio"] > 0.8
    better = made["with_cue_words_accuracy_ratio"] > made["cue_words_accuracy_ratio"]
    assert (made["is_better"], made["is_in_use"]) == (better, better)
    # What counts is what the pipeline makes of it, however it does where it must not abstain.
    shy = msgspec.structs.replace(lab.study.coding, abstain_below=1.0)
    lab.study = msgspec.structs.replace(lab.study, coding=shy)
    made = trained(lab, seed=4)
    assert made["abstained_ratio"] == 1
    assert made["with_cue_words_accuracy_ratio"] == made["cue_words_accuracy_ratio"]
    assert not made["is_better"]
    lines = train_lines(made)
    assert any("Less sure than 1 it abstains, on a share of 1.000" in line for line in lines)
    assert lines[-2].startswith("Kept, but not in use: cue words alone are right at least as often")
    lines = train_lines(trained(lab, seed=4, use=True))
    assert lines[-2].startswith("In use, as asked or before, although cue words alone are right")


def test_cue_words_may_name_a_category_that_no_person_did(lab):
    ids = task_ids(lab.tasks)
    natural = [one for one in ids if lab.truth[one.partition(":")[2]] == "natural"]
    lab.code(lab.tasks, **dict.fromkeys(natural, "economic"))
    said = trained(lab)
    assert "natural" not in said["class_counts"]
    assert said["cue_words_accuracy_ratio"] < 0.5
    assert said["is_better"]
