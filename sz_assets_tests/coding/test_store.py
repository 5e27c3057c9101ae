"""The store of coding: versions stay readable, nothing is changed, one writer at a time."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from sz_assets.coding.store import CodingStore, newest
from sz_assets.contracts.coding_store import SAMPLE_TASKS
from sz_assets.errors import UserError
from sz_assets.storage import Home


def test_the_home_knows_the_paths(tmp_path):
    home = Home(tmp_path)
    assert home.coding == tmp_path / "coding"
    assert home.coding_models.parent == home.coding_answers.parent == home.coding


def test_an_empty_store_has_nothing(tmp_path):
    store = CodingStore(tmp_path / "none")
    assert store.versions() == []
    assert store.samples() == []
    assert store.codes().is_empty()
    assert store.sample_tasks().is_empty()
    assert not (tmp_path / "none").exists()


def test_every_version_of_the_codebook_stays_readable(tmp_path, study, changed_codebook):
    store = CodingStore(tmp_path)
    other = changed_codebook(study, "natural", cues_en=("sea",))
    old, new = store.add_codebook(study.codebook), store.add_codebook(other.codebook)
    assert store.versions() == sorted({old, new})
    assert old != new
    assert store.codebook(old) == study.codebook
    assert store.codebooks()[new] == other.codebook
    assert store.codebook(old).version == old


def test_a_codebook_keeps_its_version_when_later_codebooks_have_more_fields(tmp_path, study):
    import hashlib

    import msgspec

    text = msgspec.json.encode(study.codebook).replace(b'"codes_per_video":"one",', b"")
    version = hashlib.sha256(text).hexdigest()[:16]
    (tmp_path / "codebooks").mkdir()
    (tmp_path / "codebooks" / f"{version}.json").write_bytes(text)
    assert CodingStore(tmp_path).codebook(version).version == version


def test_an_unknown_version_and_a_damaged_one_are_told(tmp_path, study):
    store = CodingStore(tmp_path)
    version = store.add_codebook(study.codebook)
    with pytest.raises(UserError, match="keeps no codebook of version 0123"):
        store.codebook("0123")
    path = tmp_path / "codebooks" / f"{version}.json"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match=r"\.json is damaged"):
        store.codebook(version)


def test_a_sample_is_written_once_and_whole(coding):
    sample = coding.exported.sample
    before = coding.tasks
    assert (
        coding.store.write_sample(sample, before.select(SAMPLE_TASKS.column_names).clear()) is False
    )
    assert coding.tasks.equals(before)
    assert coding.store.sample(sample.sample_id) == sample
    with pytest.raises(UserError, match=f"no sample 'other'.*{sample.sample_id}"):
        coding.store.sample("other")


def test_a_killed_writer_leaves_no_sample_and_the_next_one_writes_it(coding):
    folder = coding.store.root / "samples" / coding.exported.sample.sample_id
    tasks = coding.tasks
    half = folder.with_name(f".{folder.name}.tmp")
    folder.rename(half)
    (half / "sample.json").unlink()
    assert coding.store.samples() == []
    assert coding.store.write_sample(
        coding.exported.sample, tasks.select(SAMPLE_TASKS.column_names)
    )
    assert coding.tasks.equals(tasks)
    assert not half.exists()


@pytest.mark.parametrize("name", ["tasks.parquet", "sample.json"])
def test_damaged_files_of_a_sample_are_told(coding, name):
    path = coding.store.root / "samples" / coding.exported.sample.sample_id / name
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(UserError, match=f"{name} is damaged"):
        coding.store.sample_tasks()


def test_codes_are_never_overwritten_and_the_newest_counts(coding):
    task = coding.tasks_of("anna")[0]
    for number, category in enumerate(["natural", "economic", "ethnic"]):
        coding.coded("anna", {task: category}, f"{number}.csv")
    codes = coding.store.codes()
    assert codes["secondary_categories"].to_list() == [["natural"], ["economic"], ["ethnic"]]
    assert codes["import_number"].to_list() == [1, 2, 3]
    assert newest(codes)["secondary_categories"].to_list() == [["ethnic"]]


def test_the_same_codes_again_are_not_kept_twice(coding):
    coding.coded("anna", {coding.tasks_of("anna")[0]: "natural"})
    again = coding.store.codes().drop("import_number", "import_id")
    assert coding.store.add_codes(again) is None
    assert len(coding.store.codes()) == 1


def test_a_damaged_import_is_told(coding):
    coding.coded("anna", {coding.tasks_of("anna")[0]: "natural"})
    path = next((coding.store.root / "codes").glob("*.parquet"))
    path.write_bytes(b"PAR1")
    with pytest.raises(UserError, match="is damaged: put it back"):
        coding.store.codes()
    pl.DataFrame({"a": [1]}).write_parquet(path)
    with pytest.raises(UserError, match="is damaged"):
        coding.store.codes()


def test_a_second_writer_is_refused(tmp_path):
    store = CodingStore(tmp_path)
    with store.lock(), store.lock():
        script = (
            "import sys, pathlib; from sz_assets.coding.store import CodingStore\n"
            "with CodingStore(pathlib.Path(sys.argv[1])).lock(): pass"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True
        )
    assert "UserError: Codes or samples are being written into" in done.stderr
    with CodingStore(tmp_path).lock():
        pass
