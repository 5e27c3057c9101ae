"""The bundle: the same bytes again, whole by its own sums, and nothing in it that nobody knows."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

import duckdb
import pytest
import yaml
from hostile_titles import HOSTILE_TITLES
from small_release import BY_NAME, about, build, rows_of

from sz_assets.publish.formats import write_formats
from sz_assets.publish.formats.bundle_texts import bundle_name
from sz_assets.publish.formats.checklist import NOT_RECORDED, markdown_table
from sz_assets.study import load_study
from sz_assets_tests.bundled import shenzhen

NAME = "shenzhen_2023-09_2023-10_0f1e2d3c"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("bundle") / "warehouse.duckdb", HOSTILE_TITLES)


@pytest.fixture(scope="module")
def unpacked(warehouse: Path) -> Path:
    """The bundle, unpacked beside the database."""
    [path] = write_formats(warehouse, warehouse.parent, ["bundle"], about())
    assert path.name == f"{NAME}.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(warehouse.parent)
    return warehouse.parent / NAME


def test_the_same_release_gives_the_same_bytes(warehouse, unpacked, tmp_path) -> None:
    """Whether Parquet and CSV were there before or not."""
    *_, again = write_formats(warehouse, tmp_path, ["bundle", "csv", "parquet"], about())
    assert again.read_bytes() == (unpacked.parent / "data" / again.name).read_bytes()
    assert not list(tmp_path.rglob(".*"))


def test_names_in_the_zip_are_safe(unpacked) -> None:
    with zipfile.ZipFile(unpacked.parent / "data" / f"{NAME}.zip") as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    assert all(re.fullmatch(rf"{NAME}(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+", name) for name in names)


def test_its_own_sums_hold_for_every_file(unpacked) -> None:
    lines = (unpacked / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    files = {p.relative_to(unpacked).as_posix(): p for p in unpacked.rglob("*") if p.is_file()}
    assert set(sums) == set(files) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest


def test_it_holds_data_dictionary_and_texts(warehouse, unpacked) -> None:
    table = BY_NAME["dim_account"]
    path = unpacked / "data" / "parquet" / "dim_account.parquet"
    assert duckdb.read_parquet(str(path)).fetchall() == rows_of(warehouse, table)
    assert len(list((unpacked / "data" / "csv").glob("*.csv"))) == len(BY_NAME)
    for name in ("README.md", "CHECKLIST.md", "TERMS.md", "dictionary/dictionary.csv"):
        assert (unpacked / name).stat().st_size > 100
    for name in ("README.md", "CHECKLIST.md", "CITATION.cff"):
        assert "模拟数据" in (unpacked / name).read_text(encoding="utf-8")
    manifest = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"]["dim_account"] == len(HOSTILE_TITLES)
    assert manifest["simulated"] is True


def test_the_study_in_it_is_the_study(unpacked) -> None:
    assert load_study(str(unpacked / "study")) == shenzhen()


def test_the_citation_has_what_the_format_asks_for_and_invents_nothing(unpacked) -> None:
    said = yaml.safe_load((unpacked / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(said)
    assert (said["cff-version"], said["type"]) == ("1.2.0", "dataset")
    assert said["authors"] == [{"name": NOT_RECORDED}]
    assert str(said["date-released"]) == "2023-11-02"
    assert not {"doi", "license", "url", "repository"} & set(said)


def test_the_checklist_is_answered_from_the_data(unpacked) -> None:
    text = (unpacked / "CHECKLIST.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:])
    assert len(sections) == 9
    times = sections["采集时间 Crawl times and zone"]
    # Rows 0, 2, 4 … of the small release are of September; the zone is eight hours ahead.
    assert "2023-09-30T23:59:59+00:00" in times
    assert "2023-10-01T07:59:59+08:00" in times
    assert "top 200 videos by like_count" in sections["抽样与并列规则 Sampling and tie rule"]
    coverage = sections["应得、已得与缺少 Attempted, obtained, missing"]
    # An account of the study that the month has no row of: nobody knows what became of it.
    assert f"| 2023-10 | first\\_scene | {' | '.join([NOT_RECORDED] * 5)} |" in coverage
    assert NOT_RECORDED in sections["编码信度 Coding reliability"]
    assert "the platform was simulated" in sections["条款与隐私 Terms and privacy"]
    assert "0.1.0" in sections["软件版本 Software versions"]


def test_a_checklist_of_live_data_says_whether_robots_was_obeyed(warehouse, tmp_path) -> None:
    live = about(data_origins=("live:douyin",))
    [path] = write_formats(warehouse, tmp_path, ["bundle"], live)
    with zipfile.ZipFile(path) as archive:
        text = archive.read(f"{NAME}/CHECKLIST.md").decode()
        readme = archive.read(f"{NAME}/README.md").decode()
    assert "The study is set to obey it" in text
    assert "Simulated" not in text + readme


@pytest.mark.parametrize("title", HOSTILE_TITLES[:60])
def test_platform_text_is_no_markup_in_the_checklist(title: str) -> None:
    *_, line = markdown_table(("x",), [(title,)])
    inside = line.removeprefix("| ").removesuffix(" |")
    assert re.search(r"(?<!\\)[`\[\]|*]|[<>]|\n", inside) is None


def test_a_run_with_any_name_makes_a_plain_file_name() -> None:
    name = bundle_name(about(run_id="../../etc/CON: 模*?"))
    assert re.fullmatch(r"shenzhen_2023-09_2023-10_[A-Za-z0-9_.-]+\.zip", name)
    assert "/" not in name
    assert len(bundle_name(about(run_id="x" * 400))) < 160
