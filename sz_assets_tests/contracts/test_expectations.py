"""For each expectation of every contract: what makes it fail, and that nothing else does."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from sz_assets.contracts import ALL_TABLES
from sz_assets.contracts.core import CRAWL_COVERAGE, VIDEOS
from sz_assets.contracts.evaluation import validate, validate_months
from sz_assets.contracts.expectations import DESCRIPTIONS, Kind, expectations, kinds
from sz_assets.contracts.marts import ENGAGEMENT_SUMMARY
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.contracts.table import Severity, Table

EVERY = [
    pytest.param(table, position, id=f"{table.name}-{expectation.label}")
    for table in ALL_TABLES
    for position, expectation in enumerate(expectations(table, previous_row_count=10))
]
TABLES = [pytest.param(table, id=table.name) for table in ALL_TABLES]


def split(expected, name):
    return [each for each in expected if each.name == name]


@pytest.mark.parametrize("table", TABLES)
def test_valid_rows_keep_every_expectation(table: Table, frames) -> None:
    expected = expectations(table, previous_row_count=4)
    outcomes = validate(table, frames(table, 4), expected)
    assert [outcome.expectation for outcome in outcomes] == expected
    assert [outcome.expectation.label for outcome in outcomes if not outcome.holds] == []
    assert all(outcome.failing_count == 0 and not outcome.failing_rows for outcome in outcomes)


@pytest.mark.parametrize(("table", "position"), EVERY)
def test_each_expectation_can_fail(table: Table, position: int, broken, frames, columns_of) -> None:
    expectation = expectations(table, previous_row_count=10)[position]
    if expectation.name == "ExpectTableRowCountToBeBetween":
        [outcome] = validate(table, frames(table, 0), [expectation])
        if outcome.holds:
            # The least that is allowed is nothing, so it can only be too much.
            [outcome] = validate(table, frames(table, 30), [expectation])
        assert not outcome.holds
        assert outcome.failing_count == 1
        assert outcome.observed_value in (0, 30)
        return
    if "mostly" in expectation.arguments:
        column = expectation.arguments["column"]
        frame = frames(table, 40).with_row_index("row")
        for missing, holds in ((2, True), (3, False)):
            some = pl.when(pl.col("row") >= missing).then(pl.col(column)).alias(column)
            [outcome] = validate(table, frame.with_columns(some).drop("row"), [expectation])
            assert (outcome.holds, outcome.failing_count) == (holds, missing)
            assert outcome.checked_count == 40
        return
    # Rows stand in it that break every other expectation, and none of them fails this one.
    found = broken(table)
    outcome = found.outcomes[position]
    keys = [tuple(row[name] for name in table.key) for row in outcome.failing_rows]
    own = found.keys_of(position)
    assert not outcome.holds
    assert outcome.checked_count == found.frame.height
    if len(columns_of(table, expectation)) == 1 or expectation.kind is Kind.KEYS:
        assert outcome.failing_count == len(own)
        assert keys == own[:5]
    else:
        # A value out of its own range may stand in a wrong relation to another column, too.
        related = [key for place in found.sharing(position) for key in found.keys_of(place)]
        assert outcome.failing_count == len(keys)
        assert set(own) <= set(keys) <= set(related)


@pytest.mark.parametrize("table", [VIDEOS, CRAWL_COVERAGE, ENGAGEMENT_SUMMARY])
def test_an_empty_month_breaks_only_what_counts_rows(table: Table, frames) -> None:
    expected = expectations(table, previous_row_count=10)
    failed = {
        o.expectation.name for o in validate(table, frames(table, 0), expected) if not o.holds
    }
    assert failed <= {"ExpectTableRowCountToBeBetween"}


def test_drift_is_judged_against_the_previous_month_only(frames) -> None:
    def drift(table: Table, height: int, previous: int) -> bool:
        expected = [e for e in expectations(table, previous) if e.kind is Kind.DRIFT]
        [outcome] = validate(table, frames(table, height), expected)
        assert outcome.expectation.severity is Severity.WARN
        assert outcome.observed_value == height
        return outcome.holds

    assert [drift(VIDEOS, height, 10) for height in (4, 5, 15, 16)] == [False, True, True, False]
    assert [drift(ENGAGEMENT_SUMMARY, height, 10) for height in (9, 10, 11)] == [False, True, False]
    assert all(e.kind is not Kind.DRIFT for e in expectations(VIDEOS))


@pytest.mark.parametrize("table", TABLES)
def test_every_column_that_must_be_present_and_the_key_are_expected(table: Table) -> None:
    expected = expectations(table)
    present = {
        e.arguments["column"]
        for e in split(expected, "ExpectColumnValuesToNotBeNull")
        if "mostly" not in e.arguments
    }
    plain = {c.name for c in table.columns if c.type not in ("binary", "text_list")}
    assert present == {c.name for c in table.columns if not c.nullable} & plain
    [key] = [e for e in expected if e.kind is Kind.KEYS]
    assert key.severity is Severity.BLOCK
    assert key.arguments.get("column_list", [key.arguments.get("column")]) == list(table.key)
    assert {e.kind for e in expectations(table, previous_row_count=1)} == set(kinds(table))
    assert set(kinds(table)) <= set(DESCRIPTIONS)


def test_no_expectation_stands_twice() -> None:
    for table in ALL_TABLES:
        labels = [expectation.label for expectation in expectations(table, previous_row_count=10)]
        assert len(set(labels)) == len(labels), table.name


def test_failing_rows_are_a_few_short_texts_without_bodies(frames) -> None:
    long = frames(ACCOUNT_PAGES, 8).with_columns(
        outcome=pl.lit("neither"), outcome_reason=pl.lit("x" * 1000)
    )
    expected = [
        e
        for e in expectations(ACCOUNT_PAGES)
        if e.name == "ExpectColumnValuesToBeInSet" and e.arguments["column"] == "outcome"
    ]
    for frame in (long, long.drop("body")):
        [outcome] = validate(ACCOUNT_PAGES, frame, expected)
        assert (outcome.failing_count, len(outcome.failing_rows)) == (8, 5)
        assert "body" not in outcome.failing_rows[0]
        assert len(outcome.failing_rows[0]["outcome_reason"]) == 200


def test_what_cannot_be_evaluated_is_an_error_and_not_a_pass(frames) -> None:
    frame = frames(VIDEOS, 3).drop("weekday")
    expected = [e for e in expectations(VIDEOS) if e.arguments.get("column") == "weekday"]
    with pytest.raises(RuntimeError, match=r"core_videos: .*weekday.* could not be evaluated"):
        validate(VIDEOS, frame, expected)


@pytest.mark.parametrize("table", TABLES)
def test_months_together_come_out_as_each_by_itself(table: Table, frames, broken) -> None:
    bad = broken(table).frame
    good = frames(table, 6)
    given = {}
    for month, frame in ((date(2023, 9, 1), good), (date(2023, 10, 1), bad)):
        if "crawl_month" in table.column_names:
            frame = frame.with_columns(pl.lit(month).alias("crawl_month"))
        given[month] = (frame, expectations(table, previous_row_count=6))
    together = validate_months(table, given)
    assert together == {month: validate(table, *each) for month, each in given.items()}
    failed = [sum(not outcome.holds for outcome in month) for month in together.values()]
    assert failed[0] < failed[1]
