"""The one expectation about rows says what the library's own expectations say one by one."""

from __future__ import annotations

import pytest

from sz_assets.contracts.core import CRAWL_COVERAGE, VIDEOS
from sz_assets.contracts.evaluation import _batch_definition, _to_pandas, validate
from sz_assets.contracts.expectations import Expectation, expectations
from sz_assets.contracts.marts import ENGAGEMENT_SUMMARY
from sz_assets.contracts.table import Table


@pytest.mark.parametrize("table", [VIDEOS, CRAWL_COVERAGE, ENGAGEMENT_SUMMARY])
def test_each_rule_comes_out_as_the_librarys_own_expectation(table: Table, broken) -> None:
    import great_expectations as gx

    found = broken(table)
    expected = [outcome.expectation for outcome in found.outcomes]
    batch = _batch_definition().get_batch({"dataframe": _to_pandas(found.frame, table, expected)})
    compared = set()
    for outcome in found.outcomes:
        rule = outcome.expectation
        if not rule.is_about_rows:
            continue
        own = batch.validate(
            getattr(gx.expectations, rule.name)(**rule.arguments),
            result_format={"result_format": "COMPLETE"},
        )
        assert own.success is outcome.holds is False
        assert own.result["element_count"] == outcome.checked_count
        assert own.result["unexpected_count"] == outcome.failing_count
        keys = found.frame[own.result["unexpected_index_list"][:5]].select(table.key).rows()
        assert [tuple(map(str, key)) for key in keys] == [
            tuple(row[name] for name in table.key) for row in outcome.failing_rows
        ]
        compared.add(rule.name)
    assert len(compared) >= 4


def test_an_error_names_the_rule_that_raised_it_and_no_other(frames) -> None:
    expected = [each for each in expectations(VIDEOS) if each.is_about_rows]
    with pytest.raises(RuntimeError) as raised:
        validate(VIDEOS, frames(VIDEOS, 3).drop("weekday"), expected)
    first = next(each for each in expected if each.columns == ["weekday"])
    assert f"core_videos: {first.label} could not be evaluated" in str(raised.value)
    labels = [each.label for each in expected if each.label in str(raised.value)]
    assert labels == [first.label]


def test_only_columns_that_are_spoken_of_are_converted(frames, columns_of) -> None:
    expected: list[Expectation] = expectations(VIDEOS)
    frame = frames(VIDEOS, 3)
    some = [each for each in expected if each.arguments.get("column") in ("weekday", "hour")]
    assert {name for each in some for name in each.columns} == {"weekday", "hour"}
    assert set(_to_pandas(frame, VIDEOS, some).columns) == {"weekday", "hour"}
    for each in expected:
        assert set(each.columns) == columns_of(VIDEOS, each)
    # The rows must still be there to be counted.
    counted = _to_pandas(frame, VIDEOS, [])
    assert counted.shape == (3, 1)
