"""What the commands say of where files lie, and of codes that are lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.sampling import SamplePlan
from sz_assets.storage import Home
from sz_assets_tests.bundled import shenzhen


@pytest.fixture
def sample(home: Path, tmp_path: Path) -> str:
    """A kept sample of two videos for ana and bo."""
    import polars as pl

    from sz_assets.coding.export import export_new_sample

    study = shenzhen()
    videos = pl.DataFrame(
        {
            "crawl_month": [datetime(2023, 10, 1).date()] * 2,
            "account_id": [study.accounts[0].id] * 2,
            "video_id": ["71", "72"],
            "title": ["公园", "救援"],
            "url": ["https://www.douyin.com/video/71", "https://www.douyin.com/video/72"],
        }
    )
    plan = SamplePlan(size=2, coder_ids=("ana", "bo"), reliability_size=2, minimum_per_category=1)
    made = export_new_sample(
        CodingStore(Home(home).coding), study, plan, videos, code_videos(videos, study.codebook),
        population="all", format="csv", folder=tmp_path / "o", created_at=datetime(2023, 11, 2),
    )  # fmt: skip
    return made.sample.sample_id


def sheet(path: Path, *codes: str) -> Path:
    account = shenzhen().accounts[0].id
    rows = [f"{account}:7{n},{code},ana" for n, code in enumerate(codes, 1)]
    path.write_text("\n".join(["task_id,category,coder_id", *rows, ""]))
    return path


def test_files_lie_in_the_home_and_the_next_command_names_them(
    sz: Callable[..., Any], home: Path, sample: str
) -> None:
    said = sz("coding", "export", "--sample", sample)
    folder = home / "exports" / f"{sample}-xlsx"
    assert (folder / "ana" / f"{sample}-ana.xlsx").exists()
    assert f"Written to {folder}\n" in said.out
    line = said.out.splitlines()[-1].strip()
    assert line == f"sz-assets coding import --format xlsx {folder}"
    taken = sz(*line.split()[1:])
    assert "4 rows: 0 imported, 0 unchanged, 0 refused, 4 not coded yet" in taken.out
    assert "exports in SZ_HOME" in sz("coding", "export", "--help").out


def test_an_import_tells_what_it_replaces_and_counts_one_row_as_one(
    sz: Callable[..., Any], tmp_path: Path, sample: str
) -> None:
    take = ("coding", "import", "--format", "csv")
    one = sz(*take, sheet(tmp_path / "a.csv", "natural"))
    assert "1 row: 1 imported, 0 unchanged" in one.out
    two = sz(*take, sheet(tmp_path / "b.csv", "economic", "none"))
    assert "2 rows: 2 imported (1 of them replacing the coder's earlier code), 0 unch" in two.out


def test_disputes_are_written_into_the_home_and_taken_back_from_there(
    sz: Callable[..., Any], home: Path, tmp_path: Path, sample: str
) -> None:
    take = ("coding", "import", "--format", "csv")
    sz(*take, sheet(tmp_path / "a.csv", "natural"))
    other = sheet(tmp_path / "b.csv", "economic")
    other.write_text(other.read_text().replace(",ana", ",bo"))
    sz(*take, other)
    assert "1 dispute, 1 open" in sz("coding", "adjudicate").out
    said = sz("coding", "adjudicate", "--sample", sample, "--coder", "carla")
    folder = home / "exports" / f"{sample}-xlsx-adjudicate" / "carla"
    assert f"Next: sz-assets coding adjudicate --format xlsx {folder}" in said.out
    assert "1 row: 0 imported" in sz("coding", "adjudicate", folder).out


def test_lost_codes_are_told_by_every_command_and_can_be_given_up(
    sz: Callable[..., Any], home: Path, tmp_path: Path, sample: str
) -> None:
    sz("coding", "import", "--format", "csv", sheet(tmp_path / "a.csv", "natural"))
    assert "coding: imports 1, codes 1, samples 1, codebooks 1, models 0: ok." in sz("verify").out
    assert "ok  coding: imports 1, codes 1" in sz("doctor").out
    (path,) = (home / "coding" / "codes").glob("*.parquet")
    path.unlink()
    words = f"Import 1 of codes is missing: put {path.name} back into"
    said = sz("verify")
    assert said.code == 1
    assert words in said.err
    assert said.sentence == "1 problem found; each is named above."
    said = sz("doctor")
    assert said.code == 1
    assert "!!  coding: imports 0" in said.out
    assert words in said.out
    for command in ("status", "reliability", "adjudicate"):
        assert words in sz("coding", command).sentence
    said = sz("coding", "status", "--accept-lost", 1)
    assert said.code == 0, said.err
    assert sz("verify").code == 0
    assert "Import 1 was accepted as lost on " in sz("verify").err
    assert "is not missing" in sz("coding", "status", "--accept-lost", 1).sentence


def test_json_tells_what_was_replaced(sz: Callable[..., Any], tmp_path: Path, sample: str) -> None:
    path = sheet(tmp_path / "a.csv", "natural")
    found = json.loads(sz("coding", "import", "--format", "csv", "--json", path).out)
    assert (found["imported"], found["replaced"]) == (1, 0)


def test_a_codebook_is_described_in_correct_english(sz: Callable[..., Any], sample: str) -> None:
    said = sz("coding", "codebook", "--changes-from", shenzhen().codebook.version)
    assert ": one code per video" in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("0 changes since ")
