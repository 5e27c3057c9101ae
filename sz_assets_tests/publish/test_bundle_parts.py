"""Files of some months, of mixed origin, or of an older release say what they hold, no more."""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hostile_titles import HOSTILE_TITLES
from small_release import about, build

from sz_assets.publish.formats import FORMATS, write_formats
from sz_assets.publish.formats.checklist import NOT_RECORDED

SEPTEMBER, OCTOBER = date(2023, 9, 1), date(2023, 10, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return build(tmp_path / "warehouse.duckdb", HOSTILE_TITLES[:6])


def changed(warehouse: Path, *statements: str) -> Path:
    with closing(duckdb.connect(str(warehouse))) as connection:
        for statement in statements:
            connection.execute(statement)
    return warehouse


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {
            name.split("/", 1)[1]: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".md", ".cff", ".json", "SUMS"))
        }


def test_a_bundle_of_one_month_speaks_of_that_month(warehouse: Path, tmp_path: Path) -> None:
    [path] = write_formats(warehouse, tmp_path, ["bundle"], about(), [], [OCTOBER])
    assert path.name == "shenzhen_2023-10_2023-10_0f1e2d3c.zip"
    found = texts(path)
    for name in ("README.md", "CHECKLIST.md", "CITATION.cff", "manifest.json"):
        assert "2023-09" not in found[name].replace("2023-09-30T", ""), name
        assert "2023-10" in found[name], name


def test_a_month_is_marked_by_its_own_origin(warehouse: Path, tmp_path: Path) -> None:
    """Of a release that is partly simulated, each month alone is one or the other."""
    live = "update {} set data_origin = 'live:douyin' where crawl_month = date '2023-10-01'"
    changed(warehouse, *(live.format(table) for table in ("fct_account_month", "fct_video_month")))
    mixed = about(data_origins=("live:douyin", "simulated"))
    said = {}
    for months in ([], [SEPTEMBER], [OCTOBER]):
        folder = tmp_path / str(months)
        folder.mkdir()
        bundle, *_ = [*write_formats(warehouse, folder, ["bundle", "parquet"], mixed, [], months)][
            ::-1
        ]
        found = texts(bundle)
        said[str(months)] = (
            "Partly simulated data" in found["README.md"],
            "Simulated data, not observations" in found["CITATION.cff"],
            json.loads(found["manifest.json"])["data_origins"],
        )
    assert list(said.values()) == [
        (True, False, ["live:douyin", "simulated"]),
        (False, True, ["simulated"]),
        (False, False, ["live:douyin"]),
    ]


def test_an_older_release_without_a_column_says_not_recorded(
    warehouse: Path, tmp_path: Path
) -> None:
    changed(
        warehouse,
        "drop table coding_reliability",
        "alter table fct_account_month drop coverage_reason",
        "alter table fct_video_month drop play_count",
    )
    [path] = write_formats(warehouse, tmp_path, ["bundle"], about())
    text = texts(path)["CHECKLIST.md"]
    sections = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    assert sections["编码信度 Coding reliability"].strip().startswith(NOT_RECORDED)
    coverage = sections["应得、已得与缺少 Attempted, obtained, missing"]
    assert f"| complete | {NOT_RECORDED} |" in coverage
    missing = sections["缺失的计数 Missing values"].strip().splitlines()
    assert missing[0].split(" | ")[6] == "play_count"
    assert missing[2].split(" | ")[6] == NOT_RECORDED


def test_an_older_release_without_a_column_of_the_key_is_written(
    warehouse: Path, tmp_path: Path
) -> None:
    old = shutil.copy(warehouse, tmp_path / "old.duckdb")
    changed(old, "alter table category_specialisation drop population")
    [path] = write_formats(old, tmp_path, ["parquet"], about(), ["category_specialisation"])
    [(rows,)] = duckdb.read_parquet(str(path)).count("*").fetchall()
    assert rows == 5


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_release_without_any_month_is_written(tmp_path: Path, name: str) -> None:
    empty = build(tmp_path / "empty.duckdb", [], 0)
    assert write_formats(empty, tmp_path, [name], about(months=(), data_origins=()))
