"""SPSS and Stata, read back and held against the database: equal, or a loss that is listed."""

from __future__ import annotations

import csv
import errno
import json
import resource
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pyreadstat
import pytest
from hostile_titles import HOSTILE_TITLES
from hypothesis import given, settings
from hypothesis import strategies as st
from small_release import BY_NAME, about, build, rows_of

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.table import Type
from sz_assets.publish.formats import write_formats
from sz_assets.publish.formats.spss import LOSSES as SPSS_LOSSES
from sz_assets.publish.formats.spss import SPSS
from sz_assets.publish.formats.stata import LOSSES as STATA_LOSSES
from sz_assets.publish.formats.stata import STATA
from sz_assets.publish.formats.statistics import allowed_names, cut_to_bytes, prepared

READ = {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}
SUFFIX = {"spss": "sav", "stata": "dta"}
PROGRAM = {"spss": SPSS, "stata": STATA}
TABLES = ["fct_video_month", "dim_account", "category_engagement", "growth_summary"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("statistics")
    warehouse = build(folder / "warehouse.duckdb", HOSTILE_TITLES)
    write_formats(warehouse, folder, ["spss", "stata"], about())
    return warehouse, folder / "data"


def read(made, kind: str, name: str) -> tuple[pl.DataFrame, Any]:
    return READ[kind](str(made[1] / kind / f"{name}.{SUFFIX[kind]}"), output_format="polars")  # type: ignore[return-value]


def lossy(kind: str, type_: Type, value: Any) -> Any:
    """The value with the losses that the format lists, and with no others."""
    if type_ is Type.TEXT:
        text = (value or "").replace("\0", "␀")
        return cut_to_bytes(text, 32_767).rstrip(" ") if kind == "spss" else text
    if type_ in (Type.INTEGER, Type.BOOLEAN, Type.FLOAT) and value is not None:
        return float(value)
    return value


@pytest.mark.parametrize("kind", ["spss", "stata"])
@pytest.mark.parametrize("name", TABLES)
def test_a_file_gives_back_the_table(made, kind: str, name: str) -> None:
    table = BY_NAME[name]
    frame, _ = read(made, kind, name)
    names = allowed_names(table.column_names, PROGRAM[kind])
    assert frame.columns == list(names.values())
    stored = rows_of(made[0], table)
    assert frame.height == len(stored)
    for column, values in zip(table.columns, zip(*stored, strict=True), strict=True):
        got = frame[names[column.name]].to_list()
        if column.type is Type.TEXT_LIST:
            # The same list may be written as JSON in several ways.
            assert [json.loads(text) if text else None for text in got] == list(values)
            continue
        want = [lossy(kind, column.type, value) for value in values]
        if column.type is Type.TIMESTAMP:
            near = timedelta(microseconds=1000 if kind == "stata" else 10)
            pairs = [(a, b) for a, b in zip(got, want, strict=True) if a or b]
            assert all(abs(a - b) <= near for a, b in pairs)
        else:
            assert got == want, column.name


@pytest.mark.parametrize("kind", ["spss", "stata"])
def test_labels_say_what_variables_and_values_mean(made, kind: str) -> None:
    _, meta = read(made, kind, "fct_video_month")
    table = BY_NAME["fct_video_month"]
    labels = meta.column_names_to_labels
    assert labels["title"] == table.column("title").description
    for column in table.columns:
        assert labels[column.name], column.name
    values = meta.variable_value_labels
    assert values["is_pinned"] == {0: "否 no", 1: "是 yes"}
    assert values["weekday"][7] == "星期日 Sunday"
    if kind == "spss":
        assert values["account_id"]["first_scene"] == "第一现场 First Scene"
        assert values["primary_category"]
    assert "模拟数据" in meta.file_label


@pytest.mark.parametrize("kind", ["spss", "stata"])
def test_every_table_is_there_and_its_names_are_listed(made, kind: str) -> None:
    with (made[1] / kind / "names.csv").open(encoding="utf-8-sig") as file:
        listed = {(row["table"], row["column"]): row["variable"] for row in csv.DictReader(file)}
    assert len(listed) == sum(len(table.columns) for table in PUBLISHED_TABLES)
    for table in PUBLISHED_TABLES:
        # Without rows the library reads the right names, and no types.
        frame, _ = read(made, kind, table.name)
        assert frame.columns == [listed[table.name, column] for column in table.column_names]


@pytest.mark.parametrize("program", [SPSS, STATA], ids=["spss", "stata"])
@given(names=st.lists(st.text(alphabet="aB_1模 with", max_size=70), unique=True, max_size=20))
def test_names_are_allowed_and_different(program, names: list[str]) -> None:
    names = [*names, "with", "WITH", "x" * 80, "x" * 81, "1st", "_n", "ok_name"]
    found = allowed_names(list(dict.fromkeys(names)), program)
    values = list(found.values())
    assert len({value.lower() for value in values}) == len(values) == len(found)
    assert found["ok_name"] == "ok_name"
    for value in values:
        assert len(value) <= program.name_length
        assert value.isascii()
        assert value[0].isalpha()
        assert value.lower() not in program.reserved


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"))), min_size=1))
@pytest.mark.parametrize("kind", ["spss", "stata"])
def test_any_text_is_kept_but_for_what_is_listed(kind: str, texts, tmp_path_factory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{SUFFIX[kind]}"
    program = PROGRAM[kind]
    frame = prepared(pl.DataFrame({"t": texts}, schema={"t": pl.String}), program)
    program.write(frame, str(path), column_labels={"t": "x"})
    assert program.read(path)["t"].to_list() == [lossy(kind, Type.TEXT, t) for t in texts]


def test_numbers_that_a_program_lacks_are_missing() -> None:
    values = [float("nan"), float("inf"), -float("inf"), 8.95e307, 1.5, None]
    frame = pl.DataFrame({"x": values, "i": [2**53 + 1, 1, None, -3, 4, 5]})
    assert prepared(frame, STATA)["x"].to_list() == [None] * 4 + [1.5, None]
    assert prepared(frame, SPSS)["x"].to_list() == [None] * 3 + [8.95e307, 1.5, None]
    assert prepared(frame, SPSS)["i"][0] == 2.0**53


@pytest.mark.parametrize("losses", [SPSS_LOSSES, STATA_LOSSES], ids=["spss", "stata"])
def test_losses_are_named_once_and_in_both_languages(losses) -> None:
    assert len({loss.code for loss in losses}) == len(losses)
    assert all(loss.zh.endswith("。") and loss.en.endswith(".") for loss in losses)


@pytest.mark.parametrize(("free", "number"), [(0, errno.ENOSPC), (1 << 30, errno.EIO)])
def test_a_disk_that_refuses_is_an_error_of_the_disk(
    made, tmp_path, monkeypatch, free: int, number: int
) -> None:
    """The library says "Unable to write data", and not why."""

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(OSError, match=r"fct_video_month\.sav is not whole") as told:
            write_formats(made[0], tmp_path, ["spss"], about(), ["fct_video_month"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.value.errno == number


def test_a_file_that_is_not_whole_is_an_error(made, tmp_path) -> None:
    """The library that writes says nothing about a full disk."""

    def cut_short(frame: pl.DataFrame, path: str, **labels: Any) -> None:
        pyreadstat.write_sav(frame, path, row_compress=True, **labels)
        content = Path(path).read_bytes()
        Path(path).write_bytes(content[: len(content) // 2])

    object.__setattr__(SPSS, "write", cut_short)
    try:
        with pytest.raises(OSError, match=r"dim_account\.sav is not whole") as told:
            write_formats(made[0], tmp_path, ["spss"], about(), ["dim_account"])
    finally:
        from sz_assets.publish.formats import spss

        object.__setattr__(SPSS, "write", spss._write)
    assert told.value.errno == errno.EIO
