"""How far coding has come, counted by hand on a small sample."""

from __future__ import annotations

import json
from datetime import datetime

from sz_assets.coding.export import export_new_sample
from sz_assets.coding.status import coding_status
from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.sampling import SamplePlan


def test_an_empty_store_says_what_to_do(tmp_path):
    status = coding_status(CodingStore(tmp_path), "v")
    assert status.lines() == ["There is no sample and no code yet: run sz-assets coding export."]
    assert json.loads(json.dumps(status.to_json()))["samples"] == []


def test_counts_of_coders_disputes_and_versions(coding, changed_codebook):
    both = coding.tasks_of("anna", reliability=True)
    (alone,) = coding.tasks_of("anna", reliability=False)[:1]
    coding.coded("anna", {both[0]: "natural", both[1]: "natural", alone: "ethnic"}, "a.csv")
    coding.coded("博文", {both[0]: "natural", both[1]: "economic", both[2]: "none"}, "b.csv")
    later = changed_codebook(coding.study, "natural", cues_en=("sea",)).codebook.version
    status = coding_status(coding.store, later)
    (sample,) = status.samples
    anna, other = sample.coders
    assert (anna.coder_id, anna.assigned, anna.coded) == ("anna", len(coding.tasks_of("anna")), 3)
    assert anna.open == anna.assigned - 3
    assert other.coded == 3
    assert (sample.coded_tasks, sample.reliability_tasks, sample.doubly_coded) == (4, 8, 2)
    assert (sample.disagreements, sample.adjudicated) == (1, 0)
    assert (sample.coded_twice, sample.shared_tasks, sample.is_counted) == (2, 0, True)
    assert any(
        "coders differ in 1 of all 2 tasks of the sample that several coded" in line
        for line in status.lines()
    )
    old = coding.study.codebook.version
    assert status.codes_by_version == {old: 6}
    assert f"Codes made with {old} (old codebook): 6" in status.lines()
    coding.take(
        coding.sheet("c.csv", [{"task_id": both[1], "category": "natural", "coder_id": "chief"}]),
        round="adjudicated",
    )
    (decided,) = coding_status(coding.store, old).samples
    assert (decided.disagreements, decided.adjudicated) == (1, 1)
    assert decided.coders[0].coded == 3


def test_codes_of_another_samples_tasks_are_told_as_such(coding, videos):
    ids = coding.tasks_of("anna")
    coding.coded("anna", dict.fromkeys(ids, "natural"), "a.csv")
    export_new_sample(
        coding.store,
        coding.study,
        SamplePlan(size=60, coder_ids=("anna",), reliability_size=0),
        videos,
        code_videos(videos, coding.study.codebook),
        population="all",
        format="csv",
        folder=coding.folder,
        created_at=datetime(2023, 11, 3),
    )
    status = coding_status(coding.store, coding.study.codebook.version)
    first, second = status.samples
    assert (first.is_counted, second.is_counted) == (True, False)
    assert (second.coded_tasks, second.shared_tasks) == (len(ids), len(ids))
    said = [line for line in status.lines() if second.sample.sample_id in line]
    assert f"{len(ids)} of these are tasks of another sample as well" in said[0]
    assert any("it changes no figure until" in line for line in status.lines())


def test_codes_of_people_who_were_not_asked_are_told(coding):
    task = coding.tasks_of("anna")[0]
    coding.take(
        coding.sheet("a.csv", [{"task_id": task, "category": "natural", "coder_id": "carl"}]),
        new_coders=True,
    )
    status = coding_status(coding.store, coding.study.codebook.version)
    assert status.unasked == {"carl": 1}
    assert "Codes of carl, who was not asked: 1" in status.lines()
    assert all(coder.coded == 0 for coder in status.samples[0].coders)
