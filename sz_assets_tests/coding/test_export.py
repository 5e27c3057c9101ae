"""Samples that go to coders: whole or not at all, blind, and the same for the same seed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import msgspec
import polars as pl
import pytest

from sz_assets.coding.exchange.registry import Format
from sz_assets.coding.export import export_new_sample, export_sample, required_reliability_size
from sz_assets.coding.reliability_wanted import notes_on_reliability
from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.sample_size import required_units
from sz_assets.core.coding.sampling import SamplePlan
from sz_assets.errors import UserError

NOW = datetime(2023, 11, 2, 8, 0)
PLAN = SamplePlan(
    size=24, coder_ids=("anna", "博文"), reliability_size=8, minimum_per_category=2, seed=3
)


@pytest.fixture
def export(study, videos, tmp_path):
    def call(plan=PLAN, **options):
        values = {
            "population": "all",
            "format": "csv",
            "folder": tmp_path / "out",
            "created_at": NOW,
        } | options
        store = CodingStore(tmp_path / "coding")
        codes = code_videos(videos, study.codebook)
        return store, export_new_sample(store, study, plan, videos, codes, **values)

    return call


def test_each_coder_gets_the_own_tasks_and_nothing_of_codes_or_strata(export, tmp_path):
    store, made = export()
    sample = made.sample
    assert store.samples() == [sample]
    assert (sample.size, sample.population_size, sample.reliability_size) == (24, 60, 8)
    assert store.versions() == [sample.codebook_version]
    assert sum(made.tasks_by_coder.values()) == 24 + 8
    for coder, paths in made.files.items():
        own = store.sample_tasks(sample.sample_id).filter(pl.col("coder_ids").list.contains(coder))
        text = paths[0].read_text(encoding="utf-8-sig")
        assert paths[0].parent == tmp_path / "out" / f"{sample.sample_id}-csv" / coder
        assert all(f"{a}:{v}" in text for a, v in own.select("account_id", "video_id").rows())
        for hidden in ("evaluate", "stratum", "natural", "behavioral", "like_count"):
            assert hidden not in text
    assert made.to_json()["coders"]["anna"]["tasks"] == made.tasks_by_coder["anna"]


def test_another_sample_of_the_same_month_and_population_is_warned_of(export, tmp_path):
    _, first = export()
    assert not any("already" in note for note in first.sample.notes)
    _, second = export(replace(PLAN, size=60), folder=tmp_path / "other")
    [note] = [note for note in second.sample.notes if "already" in note]
    assert f"sz-assets coding export --sample {first.sample.sample_id}." in note
    _, apart = export(replace(PLAN, seed=8), folder=tmp_path / "third", population="sample")
    assert not any("already" in note for note in apart.sample.notes)


def test_the_same_wish_gives_the_same_sample_and_another_seed_another(export, tmp_path):
    store, first = export()
    _, again = export(folder=tmp_path / "again")
    assert first.is_new
    assert not again.is_new
    assert again.sample.sample_id == first.sample.sample_id
    for coder, paths in first.files.items():
        assert paths[0].read_bytes() == again.files[coder][0].read_bytes()
    _, other = export(replace(PLAN, seed=4), folder=tmp_path / "other")
    assert other.sample.sample_id != first.sample.sample_id
    assert len(store.samples()) == 2


def test_files_that_coders_may_work_in_are_never_overwritten(export):
    _, made = export()
    with pytest.raises(UserError, match="is there already, perhaps with codes in it"):
        export()
    assert made.files["anna"][0].exists()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_kept_sample_is_written_again_in_another_format(export, tmp_path, format):
    store, made = export()
    again = export_sample(
        store, made.sample.sample_id, format=format, folder=tmp_path / "elsewhere"
    )
    assert again.tasks_by_coder == made.tasks_by_coder
    assert all(path.exists() for paths in again.files.values() for path in paths)
    assert again.folder.name == f"{made.sample.sample_id}-{format}"
    with pytest.raises(UserError, match="keeps no sample 'x'"):
        export_sample(store, "x", format=format, folder=tmp_path)


def test_a_crash_between_coders_leaves_the_sample_and_no_files_that_look_whole(
    export, tmp_path, monkeypatch
):
    write = Format.write_tasks

    def crash(self, assignment, folder, shown=None):
        if assignment.coder_id == "博文":
            raise KeyboardInterrupt
        return write(self, assignment, folder, shown)

    monkeypatch.setattr(Format, "write_tasks", crash)
    with pytest.raises(KeyboardInterrupt):
        export()
    visible = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]
    assert visible == []
    monkeypatch.undo()
    _, made = export()
    assert not made.is_new
    assert set(made.files) == {"anna", "博文"}
    assert [path.name for path in (tmp_path / "out").iterdir()] == [made.folder.name]


@pytest.mark.parametrize(
    ("coders", "text"),
    [
        (("../x", "b"), "can't name a folder"),
        (("a b", "b"), "can't name a folder"),
        (("", "b"), "can't name a folder"),
        (("Anna", "anna"), "differ in small and capital letters only"),
    ],
)
def test_coders_that_can_not_have_a_folder_are_refused_before_anything_is_written(
    export, tmp_path, coders, text
):
    with pytest.raises(UserError, match=text):
        export(replace(PLAN, coder_ids=coders))
    assert not (tmp_path / "coding").exists()


def test_the_required_size_is_that_of_what_is_coded_and_not_of_all_videos(export):
    """Rare categories are drawn more often, so that fewer doubly coded tasks suffice."""
    store, made = export(replace(PLAN, minimum_per_category=3))
    words = store.sample_tasks(made.sample.sample_id)["machine_category"].drop_nulls()
    rarest = words.value_counts()["count"].min() / made.sample.size
    assert made.required_reliability_size == required_units(0.8, rarest)


def test_the_required_size_is_that_of_the_rarest_category(study):
    categories = pl.Series(["natural"] * 90 + ["ethnic"] * 5 + [None] * 5)
    assert required_reliability_size(study, categories) == required_units(0.8, 0.05)
    tentative = msgspec.structs.replace(
        study, coding=msgspec.structs.replace(study.coding, reliable_alpha=0.7)
    )
    assert required_reliability_size(tentative, categories) == required_units(0.7, 0.05)
    assert required_reliability_size(study, pl.Series(["natural"] * 3)) is None
    assert required_reliability_size(study, pl.Series([None], dtype=pl.String)) is None


def test_too_few_doubly_coded_tasks_are_told(export):
    _, made = export()
    assert made.required_reliability_size > 8
    assert f"{made.required_reliability_size:,} are needed" in made.sample.notes[-1]


def test_a_size_that_can_not_be_had_is_told_with_its_category(export, study, tmp_path):
    _, made = export()
    words = made.sample.notes[-1]
    assert re.search(r"rarest category \(\w+, \d+ of 24\) ", words)
    assert "more than there are: no verdict on that category can be expected" in words


def test_a_size_that_only_a_larger_sample_has_is_told(study):
    categories = pl.Series(["natural"] * 50 + ["ethnic"] * 50)
    needed = required_reliability_size(study, categories)
    (note,) = notes_on_reliability(study, categories, 50, 10_000)
    assert f"(ethnic, 50 of 100) {needed} are needed, more than the sample has" in note
    assert notes_on_reliability(study, categories, needed, 10_000) == []


def test_a_sample_without_reliability_tasks_warns(export):
    _, made = export(replace(PLAN, reliability_size=0))
    (note,) = made.sample.notes
    assert note.startswith("No video goes to several coders (--reliability 0)")


def test_a_coder_who_is_named_twice_is_told_so(export):
    with pytest.raises(UserError, match="The coder anna is named twice"):
        export(replace(PLAN, coder_ids=("anna", "anna")))
