"""Months of tables are judged once, and again as soon as anything about them is different."""

from __future__ import annotations

import json
import pickle
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from sz_assets.contracts.evaluation import validate
from sz_assets.contracts.expectations import expectations
from sz_assets.contracts.table import Between, Column, RowsBetween, SteadyRows, Table, Type
from sz_assets.defs import judging
from sz_assets.defs.checks import check_specs, evaluations, table_checks
from sz_assets.defs.judging import Judged, judge
from sz_assets.kept import Kept
from sz_assets.storage import Home

SEPTEMBER, OCTOBER = date(2023, 9, 1), date(2023, 10, 1)
ALL_KINDS = ("keys", "missing_values", "values", "totals", "drift")


def table_named(name: str) -> Table:
    return Table(
        layer="core",
        name=name,
        grain="One thing.",
        description="Things.",
        key=("crawl_month", "thing_id"),
        columns=(
            Column("crawl_month", Type.DATE, "The month.", nullable=False),
            Column("thing_id", Type.TEXT, "The thing.", nullable=False),
            Column("like_count", Type.INTEGER, "Likes.", rules=(Between(minimum=0),)),
            Column("body", Type.BINARY, "Bytes."),
        ),
        rules=(RowsBetween(), SteadyRows(0.5)),
    )


THINGS, OTHERS = table_named("things"), table_named("others")


def rows(month: date, likes: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "crawl_month": [month] * len(likes),
            "thing_id": [f"thing_{n}" for n in range(len(likes))],
            "like_count": likes,
            "body": [b"bytes"] * len(likes),
        }
    )


@dataclass
class Reader:
    """Rows in memory; it notes what it was asked for."""

    frames: dict[date, pl.DataFrame] = field(
        default_factory=lambda: {
            SEPTEMBER: rows(SEPTEMBER, [1, 2, 3]),
            OCTOBER: rows(OCTOBER, [4, 5, 6]),
        }
    )
    previous: int | None = 3
    asked_for_previous: int = 0
    read: list[tuple[str, date]] = field(default_factory=list)

    def opened(self) -> Any:
        return nullcontext()

    def rows(self, table: Table, crawl_month: date) -> pl.DataFrame:
        self.read.append((table.name, crawl_month))
        return self.frames[crawl_month]

    def previous_row_count(self, table: Table, crawl_month: date) -> int | None:
        self.asked_for_previous += 1
        return self.previous


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.fixture
def reader() -> Reader:
    return Reader()


def judged(
    reader: Reader, kept: Kept, run_id: str, kinds: tuple[str, ...] = ALL_KINDS
) -> dict[date, Judged]:
    [(table, found)] = judge({THINGS: kinds}, reader, [SEPTEMBER, OCTOBER], kept, run_id)
    assert table is THINGS
    assert list(found) == [SEPTEMBER, OCTOBER]
    return found


def earlier(found: dict[date, Judged]) -> list[str | None]:
    return [each.earlier_run_id for each in found.values()]


def failed(found: Judged) -> list[str]:
    return [outcome.expectation.name for outcome in found.outcomes if not outcome.holds]


def test_the_same_rows_are_judged_once_and_come_out_as_when_judged_afresh(reader, kept) -> None:
    reader.frames[OCTOBER] = rows(OCTOBER, [4, -5, 6, 7, 8, 9])
    first = judged(reader, kept, "run 1")
    again = judged(reader, kept, "run 2")
    third = judged(reader, kept, "run 3")
    assert earlier(first) == [None, None]
    assert earlier(again) == earlier(third) == ["run 1", "run 1"]
    for month, frame in reader.frames.items():
        fresh = validate(THINGS, frame.drop("body"), expectations(THINGS, 3))
        assert first[month].outcomes == again[month].outcomes == fresh
    assert failed(again[SEPTEMBER]) == []
    assert failed(again[OCTOBER]) == [
        "ExpectColumnValuesToBeBetween",
        "ExpectTableRowCountToBeBetween",
    ]


def test_one_changed_value_is_judged_and_fails(reader, kept) -> None:
    judged(reader, kept, "run 1")
    reader.frames[OCTOBER] = rows(OCTOBER, [4, 5, -6])
    found = judged(reader, kept, "run 2")
    assert earlier(found) == ["run 1", None]
    assert failed(found[OCTOBER]) == ["ExpectColumnValuesToBeBetween"]
    # The failing outcome is what is kept from now on.
    again = judged(reader, kept, "run 3")
    assert earlier(again) == ["run 1", "run 2"]
    assert again[OCTOBER].outcomes == found[OCTOBER].outcomes


def test_another_month_before_is_another_expectation(reader, kept) -> None:
    judged(reader, kept, "run 1")
    reader.previous = 30
    found = judged(reader, kept, "run 2")
    assert earlier(found) == [None, None]
    assert failed(found[OCTOBER]) == ["ExpectTableRowCountToBeBetween"]


def test_fewer_checks_are_not_answered_with_the_outcomes_of_all(reader, kept) -> None:
    judged(reader, kept, "run 1")
    found = judged(reader, kept, "run 2", kinds=("keys",))
    assert earlier(found) == [None, None]
    assert [len(each.outcomes) for each in found.values()] == [1, 1]
    # Nor is anyone asked for what only drift is judged by.
    assert reader.asked_for_previous == 2


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _with_value(text: str, change) -> str:
    stored = json.loads(text)
    change(stored["value"])
    return json.dumps(stored)


def _turned(text: str) -> str:
    def turn(value) -> None:
        place = next(n for n, row in enumerate(value["outcomes"]) if row[0] is False)
        value["outcomes"][place][0] = True

    return _with_value(text, turn)


def _shortened(text: str) -> str:
    return _with_value(text, lambda value: value["outcomes"].pop())


def _of_another_form(text: str) -> str:
    return _with_value(text, lambda value: value.update(outcomes={"all": "well"}))


def _emptied(text: str) -> str:
    return _with_value(text, lambda value: value.clear())


@pytest.mark.parametrize("damage", [_cut, _turned, _shortened, _of_another_form, _emptied])
def test_a_damaged_record_is_no_record(reader, kept, tmp_path: Path, damage) -> None:
    reader.frames[OCTOBER] = rows(OCTOBER, [4, 5, -6])
    first = judged(reader, kept, "run 1")
    record = tmp_path / "checks" / "core_things" / "2023-10.json"
    record.write_text(damage(record.read_text("utf-8")), "utf-8")
    found = judged(reader, kept, "run 2")
    assert earlier(found) == ["run 1", None]
    assert failed(found[OCTOBER]) == ["ExpectColumnValuesToBeBetween"]
    assert found[OCTOBER].outcomes == first[OCTOBER].outcomes


def test_no_more_tables_are_read_ahead_than_may_be_held(reader, kept, monkeypatch) -> None:
    def names_read(held_bytes: int, run_id: str) -> list[str]:
        monkeypatch.setattr(judging, "_HELD_BYTES", held_bytes)
        reader.read.clear()
        # Each run judges rows of its own: none is known already.
        reader.frames[OCTOBER] = rows(OCTOBER, [held_bytes])
        going = judge(dict.fromkeys((THINGS, OTHERS), ALL_KINDS), reader, [OCTOBER], kept, run_id)
        first, _ = next(going)
        assert first is THINGS
        before = [name for name, _ in reader.read]
        assert [table for table, _ in going] == [OTHERS]
        return before

    assert names_read(2**20, "run 1") == ["things", "others"]
    assert names_read(0, "run 2") == ["things"]


def test_what_is_shared_out_goes_to_another_process_and_back(reader) -> None:
    months = {
        month: (frame.drop("body"), expectations(THINGS, 3))
        for month, frame in reader.frames.items()
    }
    function, (table, given) = pickle.loads(pickle.dumps((judging._judge, (THINGS, months))))
    assert (function, table) == (judging._judge, THINGS)
    for month, (frame, expected) in given.items():
        assert_frame_equal(frame, months[month][0])
        assert expected == months[month][1]
    outcomes = function((table, given))
    assert pickle.loads(pickle.dumps(outcomes)) == outcomes


def test_bytes_are_neither_sent_nor_compared(reader, kept, monkeypatch) -> None:
    sent = []
    spread = judging.crew.spread
    monkeypatch.setattr(
        judging.crew, "spread", lambda do, items, **how: sent.extend(items) or spread(do, items)
    )
    judged(reader, kept, "run 1")
    [(_, months)] = sent
    assert {"body" in frame.columns for frame, _ in months.values()} == {False}
    other_bytes = {
        month: frame.with_columns(body=pl.lit(b"others")) for month, frame in reader.frames.items()
    }
    assert earlier(judged(Reader(other_bytes), kept, "run 2")) == ["run 1", "run 1"]


def test_a_check_says_which_earlier_run_judged_the_same_rows(reader, kept) -> None:
    partitions = dg.StaticPartitionsDefinition(["2023-09", "2023-10"])
    specs = check_specs([THINGS], partitions)
    fresh = list(evaluations(specs, judged(reader, kept, "run 1")))
    known = list(evaluations(specs, judged(reader, kept, "run 2")))
    assert len(fresh) == len(known) == 2 * len(specs)
    for before, after in zip(fresh, known, strict=True):
        said = after.metadata["judged by run"]
        assert said.value == "run 1, on the same rows"
        assert "judged by run" not in before.metadata
        assert {**before.metadata, "judged by run": said} == after.metadata
        for name in ("check_name", "partition", "passed", "severity", "description", "blocking"):
            assert getattr(after, name) == getattr(before, name)


def test_a_second_run_of_the_checks_records_them_again(reader, tmp_path: Path) -> None:
    partitions = dg.StaticPartitionsDefinition(["2023-09", "2023-10"])

    @dg.asset(key=["core", "things"], partitions_def=partitions)
    def things() -> None: ...

    checks = table_checks("check_things", [THINGS], partitions, reader_key="lake")
    resources = {"lake": reader, "home": Home(tmp_path)}
    defs = dg.Definitions(
        [things],
        asset_checks=[checks],
        jobs=[dg.define_asset_job("check", selection=[things.key])],
        resources={
            role: dg.ResourceDefinition.hardcoded_resource(value)
            for role, value in resources.items()
        },
    )
    job = defs.resolve_job_def("check")
    runs = []
    for likes in ([4, 5, 6], [4, 5, 6], [4, 5, -6]):
        reader.frames[OCTOBER] = rows(OCTOBER, likes)
        result = job.execute_in_process(partition_key="2023-10", raise_on_error=False)
        runs.append((result.run_id, result.get_asset_check_evaluations()))
    (first_id, first), (_, again), (_, changed) = runs
    names = {"keys", "missing_values", "values", "totals", "drift"}
    for each in (first, again, changed):
        assert {(e.check_name, e.partition) for e in each} == {(n, "2023-10") for n in names}
    assert all(e.passed and "judged by run" not in e.metadata for e in first)
    assert all(
        e.passed and e.metadata["judged by run"].value == f"{first_id}, on the same rows"
        for e in again
    )
    assert {e.check_name for e in changed if not e.passed} == {"values"}
    assert all("judged by run" not in e.metadata for e in changed)
