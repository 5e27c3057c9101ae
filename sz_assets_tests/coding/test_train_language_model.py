"""`train` with a language model, against a stub: off by default, frozen, gone on with, judged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from language_model_kit import KEY, QUICK
from machine_kit import Lab
from stub_model_server import MODEL, StubModelServer, completion, http, says

from sz_assets.coding.evaluate import evaluate
from sz_assets.coding.machine.models import task_ids
from sz_assets.coding.train import train
from sz_assets.errors import UserError
from sz_assets.settings import LanguageModelSettings, Secret

CUES = {"海": "natural", "交警": "general_core", "市长": "organizational_entity"}


def clever(question):
    """Says what the title's cue word means."""
    return says(next((CUES[cue] for cue in CUES if cue in question.title), "none"))


@pytest.fixture
def lab(tmp_path: Path, study) -> Lab:
    return Lab(study, tmp_path)


def trained(lab: Lab, stub: StubModelServer, **options):
    values = {
        "seed": 3,
        "method": "language_model",
        "language_model": LanguageModelSettings(stub.base_url, MODEL, Secret(KEY)),
        "limits": QUICK,
        "clock": lambda: datetime(2023, 11, 3, tzinfo=UTC),
    }
    return train(lab.store, lab.study, **(values | options))


def test_without_an_address_it_says_how_to_turn_it_on(lab):
    with pytest.raises(UserError, match=r"none is asked unless it is: set SZ_CODING_LLM_BASE_URL"):
        train(lab.store, lab.study, method="language_model")
    assert lab.models.cards() == []


def test_prompt_model_and_codebook_are_frozen(lab):
    with StubModelServer(clever) as stub:
        said = trained(lab, stub)
    json.dumps(said)
    assert said["model_id"].startswith("language_model-")
    assert said["answered_now"] == said["answered_in_all"] == 200
    assert (said["left"], said["stopped"], said["failures"]) == (0, None, {})
    assert said["codebook_version"] == lab.study.codebook.version
    assert "instructions" not in said["language_model"]
    [card] = lab.models.cards()
    frozen = card.language_model
    assert (frozen.model, frozen.temperature, card.seed) == (MODEL, 0, 3)
    assert frozen.prompt.sha256 == frozen.prompt_sha256
    assert frozen.instructions == stub.questions[0].body["messages"][0]["content"]
    assert KEY not in (lab.models.root / card.model_id / "model.json").read_text()
    assert said["served_by"] == [
        {
            "served_model": MODEL,
            "system_fingerprint": "fp_stub",
            "base_url": stub.base_url,
            "answers": 200,
        }
    ]
    model, reason = lab.models.in_use(lab.study.codebook)
    assert reason is None
    coded = model.code(lab.tasks)
    assert set(coded["category"]) == {*CUES.values(), "none"}
    assert coded["confidence"].null_count() == 200


def test_it_is_gone_on_with_the_sampled_tasks_first(lab):
    with StubModelServer(clever) as stub:
        first = trained(lab, stub, limit=150, videos=lab.videos)
        assert (first["answered_now"], first["left"]) == (150, 170)
        second = trained(lab, stub, videos=lab.videos)
    assert second["model_id"] == first["model_id"]
    assert (second["is_new"], second["answered_now"], second["answered_in_all"]) == (
        False,
        170,
        320,
    )
    assert stub.titles[:200] == lab.tasks["title"].to_list()
    assert len(set(stub.titles)) == len(stub.titles) == 320


def test_another_seed_model_or_codebook_is_another_model(lab, changed_codebook):
    with StubModelServer(clever) as stub:
        ids = {
            trained(lab, stub, limit=1)["model_id"],
            trained(lab, stub, limit=1, seed=4)["model_id"],
        }
        other = LanguageModelSettings(stub.base_url, "other", Secret(""))
        ids.add(trained(lab, stub, limit=1, language_model=other)["model_id"])
        lab.study = changed_codebook(lab.study, "natural", cues_en=("sea",))
        ids.add(trained(lab, stub, limit=1)["model_id"])
    assert len(ids) == len(lab.models.cards()) == 4


def test_an_endpoint_without_any_answer_is_an_error_and_not_put_into_use(lab):
    with (
        StubModelServer(lambda question: http(b"", 401)) as stub,
        pytest.raises(UserError, match=r"gave no answer \(it does not accept the key: check"),
    ):
        trained(lab, stub)
    assert lab.models.current_id() is None


def test_an_endpoint_that_breaks_off_keeps_what_it_said(lab):
    def tired(question):
        return clever(question) if len(stub.questions) <= 5 else http(b"", 403)

    with StubModelServer(tired) as stub:
        said = trained(lab, stub, use=False)
    assert (said["answered_in_all"], said["left"], said["is_in_use"]) == (5, 195, False)
    assert "it refuses" in said["stopped"]


def test_a_changed_model_is_told(lab):
    with StubModelServer(clever) as stub:
        assert trained(lab, stub, limit=5)["warnings"] == []
        stub.reply = lambda question: http(completion('{"category": "none"}', model="newer"))
        [warning] = trained(lab, stub, limit=5)["warnings"]
    assert "The model changed between answers" in warning


def test_it_is_judged_without_its_examples_and_what_was_not_asked(lab, changed_codebook):
    lab.code(lab.tasks)
    held_out = lab.part("evaluate")
    examples = task_ids(held_out)[:2]
    missing = "shenzhen_swat:404"
    lab.study = changed_codebook(lab.study, "natural", examples=(*examples, missing))
    with StubModelServer(clever) as stub:
        said = trained(lab, stub)
        assert held_out["title"][0] in stub.questions[0].body["messages"][0]["content"]
    assert said["notes"] == [f"examples whose titles are not at hand: {missing}"]
    assert said["seen_count"] == 2
    judged = evaluate(lab.store, lab.study)["coders"][-1]
    assert judged["left_out"] == {"seen by the model": 2}
    assert judged["items"] == len(held_out) - 2
    assert judged["coverage"] == []
    assert judged["macro_f1_ratio"] > 0.5
    with StubModelServer(clever) as stub:
        some = trained(lab, stub, limit=150, seed=9)
    judged = evaluate(lab.store, lab.study, model_ids=[some["model_id"]])["coders"][-1]
    answered = set(lab.tasks["title"].to_list()[:150])
    unasked = held_out.filter(~held_out["title"].is_in(list(answered)))
    assert judged["left_out"]["not asked yet"] == len(unasked) > 0


def test_an_abstention_is_judged_as_one(lab):
    lab.code(lab.tasks)
    with StubModelServer(lambda question: says("not-sure")) as stub:
        said = trained(lab, stub)
    assert said["abstained_in_all"] == 200
    judged = evaluate(lab.store, lab.study)["coders"][-1]
    assert judged["abstained_ratio"] == 1.0
    assert judged["abstentions"] == {"the model is not sure": len(lab.part("evaluate"))}
