"""The registry of models: kept whole, one in use, none that a changed codebook has overtaken."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from machine_kit import Lab

from sz_assets.coding.machine.models import ModelCard, Models, hash_of_tasks
from sz_assets.coding.store import CodingStore
from sz_assets.coding.train import train
from sz_assets.errors import UserError
from sz_assets.study import Name


def card(model_id: str, version: str, **fields) -> ModelCard:
    values = {
        "model_id": model_id,
        "method": "linear",
        "created_at": datetime(2023, 11, 3),
        "codebook_version": version,
        "seed": 0,
        "versions": {},
        "seen_sha256": "0",
        "seen_count": 0,
        "class_counts": {},
        "left_out": {},
    }
    return ModelCard(**(values | fields))


SEEN = pl.DataFrame(
    {
        "account_id": ["one", "one"],
        "video_id": ["1", "2"],
        "title": ["看 海！", None],
        "category": ["natural", "none"],
    }
)


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(CodingStore(tmp_path / "coding"))


def nothing(folder: Path) -> None:
    pass


def test_without_a_model_the_cue_words_code_alone(models, study):
    assert models.cards() == []
    assert models.in_use(study.codebook) == (
        None,
        "No trained coder is in use: the cue words code alone.",
    )
    with pytest.raises(UserError, match=r"keeps no model 'linear-1': .*\(none\), or train one"):
        models.use("linear-1")
    assert not models.root.exists()


@pytest.mark.parametrize("name", ["../linear-1", ".", "", "linear-1/../linear-1"])
def test_a_name_is_no_path(models, name):
    models.add(card("linear-1", "0"), SEEN, nothing)
    with pytest.raises(UserError, match="keeps no model"):
        models.card(name)


def test_a_model_is_kept_once_and_whole(models):
    def broken(folder: Path) -> None:
        (folder / "weights.npz").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="the disk is full"):
        models.add(card("linear-1", "0"), SEEN, broken)
    assert list(models.root.iterdir()) == []
    assert models.add(card("linear-1", "0"), SEEN, nothing)
    assert not models.add(card("linear-1", "0", seed=9), SEEN, broken)
    assert models.card("linear-1").seed == 0


def test_a_damaged_model_is_told(models, study):
    models.add(card("linear-1", study.codebook.version), SEEN, nothing)
    models.use("linear-1")
    with pytest.raises(UserError, match=r"coder\.json is missing"):
        models.in_use(study.codebook)
    (models.root / "linear-1" / "seen.parquet").write_bytes(b"")
    with pytest.raises(
        UserError, match=r"seen\.parquet is damaged: .* move \S*/linear-1 away, then train again"
    ):
        models.load("linear-1")
    (models.root / "linear-1" / "model.json").write_bytes(b"{}")
    with pytest.raises(UserError, match=r"model\.json is damaged"):
        models.cards()
    (models.root / "current.json").write_bytes(b"[]")
    with pytest.raises(
        UserError, match=r"current\.json is damaged: .* move \S*/current\.json away"
    ):
        models.current_id()


def test_a_changed_codebook_retires_a_model(tmp_path, study, changed_codebook):
    lab = Lab(study, tmp_path)
    lab.code(lab.part("train"))
    model_id = train(lab.store, study)["model_id"]
    model, reason = lab.models.in_use(study.codebook)
    assert (model.card.model_id, reason) == (model_id, None)
    only_cues = changed_codebook(study, "natural", cues_en=("sea",)).codebook
    assert lab.models.in_use(only_cues)[0].card.model_id == model_id
    other = changed_codebook(study, "natural", definition=Name(zh="别的", en="Else")).codebook
    model, reason = lab.models.in_use(other)
    assert model is None
    assert f"The model {model_id} was made with the codebook {study.codebook.version}" in reason
    assert "in which natural mean something else" in reason
    assert reason.endswith("until then the cue words code alone.")
    renamed = changed_codebook(study, "natural", id="nature").codebook
    assert "in which natural, nature mean" in lab.models.in_use(renamed)[1]


def test_an_abstention_says_why(tmp_path, study):
    lab = Lab(study, tmp_path)
    lab.code(lab.part("train"))
    model = lab.models.load(train(lab.store, study)["model_id"])
    tasks = lab.part("evaluate").head(3).select("account_id", "video_id", "title")
    tasks = tasks.with_columns(pl.Series("title", ["海 浪花涌起", None, "qqq"]))
    first, second, third = model.code(tasks, 0.2).to_dicts()
    assert (first["category"], first["reason"]) == ("natural", None)
    assert 0.2 <= first["confidence"] <= 1
    assert (second["category"], second["confidence"]) == (None, None)
    assert second["reason"] == third["reason"] != None  # noqa: E711
    assert second["reason"].startswith("no title")
    sure = model.code(tasks, 1.0)
    assert sure["reason"][0] == "less sure than 1"
    assert sure["confidence"][0] == first["confidence"]
    assert list(model.code(tasks.head(0)).columns) == list(sure.columns)


def test_seen_tasks_are_known_by_video_and_title(models):
    models.add(card("language_model-1", "0", method="language_model"), SEEN, nothing)
    model = models.load("language_model-1")
    tasks = pl.DataFrame(
        {
            "account_id": ["one", "two", "two", "two", "two"],
            "video_id": ["1", "2", "3", "4", "5"],
            "title": ["other", "other", "看海", None, "另一"],
        }
    )
    assert model.seen_tasks(tasks) == {"one:1", "two:2", "two:3"}
    assert hash_of_tasks(tasks) == hash_of_tasks(tasks.reverse()) != hash_of_tasks(tasks.head(2))
