"""`sz-assets releases export`: what it writes, says and refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyreadstat import read_sav


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one small release."""
    # Test folders are no packages: this makes the one of `publish` importable.
    sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))
    from hostile_titles import HOSTILE_TITLES
    from small_release import about, build

    there = tmp_path / "home"
    folder = there / "published" / "releases" / "0f1e2d3c"
    folder.mkdir(parents=True)
    build(folder / "warehouse.duckdb", HOSTILE_TITLES[:13])
    facts = about()
    manifest = {
        "run_id": facts.run_id,
        "study": facts.study.id,
        "published_at": facts.published_at.isoformat(),
        "crawl_months": [month.isoformat() for month in facts.months],
        "data_origins": ["simulated"],
        "simulated": True,
        "versions": facts.versions,
        "storage_version": "v1.4.0",
        "tables": {},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (there / "published" / "current").symlink_to("releases/0f1e2d3c")
    return there


def released(home: Path) -> str:
    return (home / "published" / "current").resolve().name


def test_formats_go_into_a_new_folder(sz: Callable[..., Any], home: Path, tmp_path: Path) -> None:
    out = tmp_path / "for anna"
    said = sz("releases", "export", "--format", "xlsx", "--format", "spss", "--table",
              "dim_account", "--month", "2023-10", "--out", out, "--json")  # fmt: skip
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told["release"] == released(home)
    assert told["simulated"] is True
    names = ["warehouse.xlsx", "spss/dim_account.sav", "spss/names.csv"]
    assert list(told["files"]) == [str(out / "data" / name) for name in names]
    assert all((Path(path).stat().st_size == size) for path, size in told["files"].items())
    frame, _ = read_sav(str(out / "data" / "spss" / "dim_account.sav"), output_format="polars")
    assert len(frame) == 13
    assert "warehouse.xlsx: dim_account" in said.err


def test_without_a_format_or_folder_the_settings_and_the_home_decide(sz, home: Path) -> None:
    name = released(home)
    said = sz("releases", "export", name, SZ_RELEASE_FORMATS="parquet")
    assert said.code == 0, said.err
    folder = home / "exports" / f"release-{name}" / "data" / "parquet"
    [(rows,)] = duckdb.read_parquet(str(folder / "fct_video_month.parquet")).count("*").fetchall()
    assert rows == 13
    assert "模拟数据" in said.out
    assert [path.name for path in (home / "exports").iterdir()] == [f"release-{name}"]
    again = sz("releases", "export", name)
    assert (again.code, again.sentence) == (
        1,
        f"{home}/exports/release-{name} is there already: remove it, or name a new folder with "
        "--out.",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such"], "There is no release 'no-such'"),
        (["--table", "videos"], "The release has no table 'videos': it has dim_account, "),
        (["--month", "2022-01"], "The release has no month 2022-01: it has 2023-09, 2023-10."),
        (["--month", "2023-13"], "2023-13"),
    ],
)
def test_what_the_release_does_not_have_is_refused(
    sz, home: Path, arguments: list[str], words: str
) -> None:
    said = sz("releases", "export", *arguments)
    assert said.code != 0
    assert words in said.sentence
    assert not list(home.glob("exports/*"))
    assert not list(home.glob("exports/.*"))


def test_an_unknown_format_is_refused(sz, home: Path) -> None:
    said = sz("releases", "export", "--format", "sas")
    assert said.code != 0
    assert "'sas' is not one of" in said.err


def test_without_a_release_there_is_nothing_to_export(sz, tmp_path: Path) -> None:
    said = sz("releases", "export", SZ_HOME=tmp_path / "empty")
    assert said.code == 1
    assert "sz-assets run" in said.sentence
    assert not (tmp_path / "empty").exists()


def test_a_disk_that_refuses_is_told_in_one_sentence(sz, home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    out = tmp_path / "file" / "new"
    said = sz("releases", "export", "--format", "csv", "--out", out)
    assert said.code == 1
    assert said.sentence.startswith(f"{out} could not be written: a file is in the place of a")
    assert "give --out a folder and run the same command again" in said.sentence
