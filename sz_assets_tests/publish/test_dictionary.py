"""The dictionary's files: all tables and columns, both languages, nothing alive but its own."""

from __future__ import annotations

import csv
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import chinese
from sz_assets.contracts.references import references
from sz_assets.contracts.table import Between, MostlyPresent, OneOf, RowsBetween, SteadyRows
from sz_assets.contracts.table import Severity as S
from sz_assets.publish.dictionary import summary_markdown, write_dictionary
from sz_assets.publish.dictionary_model import direct, model_svg
from sz_assets.publish.dictionary_words import rule_in_words
from sz_assets_tests.bundled import shenzhen

COLUMNS = [(table, column) for table in PUBLISHED_TABLES for column in table.columns]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dictionary")
    write_dictionary(target, shenzhen(), ["simulated"])
    return target


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return unescape((folder / "index.html").read_text(encoding="utf-8"))


def test_four_files_are_written(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "dictionary.csv", "dictionary.md", "index.html", "model.svg",
    ]  # fmt: skip


def test_every_table_and_column_has_one_anchor(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {table.name for table in PUBLISHED_TABLES} <= set(ids)
    assert {f"{table.name}.{column.name}" for table, column in COLUMNS} <= set(ids)
    links = set(re.findall(r'<a href="#([^"]+)"', page))
    assert links <= set(ids)


def test_names_in_a_description_are_set_as_code(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<code>below_500_count</code> over <code>video_count</code>." in page
    assert "<code>live:&lt;platform&gt;</code>" in page
    assert "`" not in page.split("</head>")[1]


def test_the_page_asks_nobody_and_runs_only_its_own_script(page: str) -> None:
    assert "default-src 'none'; script-src 'sha256-" in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert re.findall(r'\s(?:style|on[a-z]+)="', page) == []
    assert page.count("<script") == 2
    hrefs = set(re.findall(r'href="([^"#][^"]*)"', page))
    assert hrefs == {"data:,", "../index.html", "dictionary.csv", "dictionary.md", "model.svg"}


def test_the_csv_holds_each_column_once_and_opens_in_excel(folder: Path) -> None:
    content = (folder / "dictionary.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert [(row["table"], row["column"]) for row in rows] == [
        (table.name, column.name) for table, column in COLUMNS
    ]
    for row, (table, column) in zip(rows, COLUMNS, strict=True):
        assert row["description_en"] == column.description
        assert row["description_zh"] == chinese(column.description)
        assert (row["key"] == "yes") == (column.name in table.key)
        assert (row["nullable"] == "yes") == column.nullable
    by_name = {(row["table"], row["column"]): row for row in rows}
    video = by_name["video_age_passage", "video_id"]
    assert (video["type"], video["references"]) == ("VARCHAR", "fct_video_month.video_id")
    assert by_name["fct_video_month", "hour"]["rules"] == "0 to 23"


def test_the_markdown_has_a_row_for_each_column(folder: Path) -> None:
    text = (folder / "dictionary.md").read_text(encoding="utf-8")
    for table in PUBLISHED_TABLES:
        part = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `([a-z0-9_]+)`.*\|$", part, re.MULTILINE)
        assert rows == table.column_names
    # A stroke in a rule would begin another cell.
    assert "import:[a-z0-9_]+)$" in text
    assert r"simulated\|live" in text


@pytest.mark.parametrize(
    ("origins", "words"),
    [
        pytest.param(["simulated"], "本发布的数据为模拟数据", id="all"),
        pytest.param(["live:douyin", "simulated"], "部分数据为模拟数据", id="some"),
        pytest.param(["live:douyin"], None, id="none"),
    ],
)
def test_simulated_data_are_named(tmp_path: Path, origins: list[str], words: str | None) -> None:
    write_dictionary(tmp_path, shenzhen(), origins)
    for name in ("index.html", "dictionary.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert (words in text) if words else ("数据为模拟数据" not in text)


def test_a_hostile_name_of_a_study_stays_a_text(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    study: Any = SimpleNamespace(name=SimpleNamespace(zh=hostile, en='"><script>1</script>'))
    write_dictionary(tmp_path, study, [])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert page.count("<script") == 2


def test_dbts_page_is_taken_along_where_it_is_given(tmp_path: Path) -> None:
    made, target = tmp_path / "made.html", tmp_path / "target"
    target.mkdir()
    write_dictionary(target, shenzhen(), [])
    assert not (target / "dbt.html").exists()
    assert 'href="dbt.html"' not in (target / "index.html").read_text(encoding="utf-8")
    made.write_text("dbt's own page")
    write_dictionary(target, shenzhen(), [], made)
    assert (target / "dbt.html").read_text() == "dbt's own page"
    assert 'href="dbt.html"' in (target / "index.html").read_text(encoding="utf-8")


def test_the_picture_has_a_box_per_table_and_a_line_per_reference() -> None:
    picture = ElementTree.fromstring(model_svg(PUBLISHED_TABLES))
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in picture.iter(f"{space}text")]
    assert all(texts.count(table.name) == 1 for table in PUBLISHED_TABLES)
    said = [title.text for title in picture.findall(f"{space}path/{space}title")]
    assert said == [str(one) for table in PUBLISHED_TABLES for one in direct(table)]
    width, height = (int(picture.attrib[name]) for name in ("width", "height"))
    boxes = [
        tuple(int(box.attrib[name]) for name in ("x", "y", "width", "height"))
        for box in picture.findall(f"{space}rect[@rx]")
    ]
    assert len(boxes) == len(PUBLISHED_TABLES)
    for place, (x, y, wide, high) in enumerate(boxes):
        assert x >= 0
        assert x + wide <= width
        assert y + high <= height
        for x2, y2, wide2, high2 in boxes[place + 1 :]:
            assert x + wide <= x2 or x2 + wide2 <= x or y + high <= y2 or y2 + high2 <= y


def test_the_picture_leaves_out_only_what_another_line_says() -> None:
    for table in PUBLISHED_TABLES:
        reached, next_ones = set(), [one.target for one in direct(table)]
        while next_ones:
            name = next_ones.pop()
            reached.add(name)
            [target] = [other for other in PUBLISHED_TABLES if other.name == name]
            next_ones += [one.target for one in direct(target)]
        assert {one.target for one in references(table)} <= reached


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (Between(0, 1), "0 至 1", "0 to 1"),
        (Between(minimum=0), "不小于 0", "at least 0"),
        (Between(maximum=9, severity=S.WARN), "不大于 9（仅警告）", "at most 9 (warns only)"),
        (OneOf(("a", "b")), "取值为 a、b", "one of a, b"),
        (MostlyPresent(0.9), "至少 90% 的行有值（仅警告）", "present in at least 90% (warns only)"),
        (RowsBetween(1), "每月行数不小于 1", "rows per month: at least 1"),
        (
            SteadyRows(0.5),
            "行数比上一个采集月增减不超过 50%（仅警告）",
            "rows differ from the previous crawl month by at most 50% (warns only)",
        ),
    ],
)
def test_rules_in_words(rule: Any, zh: str, en: str) -> None:
    assert tuple(rule_in_words(rule)) == (zh, en)


def test_the_summary_is_short_and_names_every_table() -> None:
    summary = summary_markdown()
    assert len(summary) < 1000
    assert all(f"`{table.name}`" in summary for table in PUBLISHED_TABLES)
