"""The kept results of 1,000 simulated studies: complete, in their bands, and told as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.validation.__main__ import DOCUMENT, RESULTS, ROOT
from benchmarks.validation.document import document
from benchmarks.validation.frames import crawl_history, month_data
from benchmarks.validation.questions import plain_method
from benchmarks.validation.results import BANDS, outside, read_json
from benchmarks.validation.scenarios import SCENARIOS
from benchmarks.validation.studies import LOGNORMAL, Planted, draw
from sz_assets.contracts import analysis, development, inference
from sz_assets.contracts.table import Table
from sz_assets.core.events import measure_events
from sz_assets.core.statistics.description import describe_engagement
from sz_assets.core.statistics.effects import estimate_effects
from sz_assets.core.trend import publishing_trend

# It repeats intervals of other tables.
REPEATS = {"claim_tests"}
# Judged by too few studies if fewer than these gave an answer.
FEWEST_STUDIES = 200


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return read_json(ROOT / RESULTS)


def test_the_document_says_what_the_results_say(content: dict[str, Any]) -> None:
    assert (ROOT / DOCUMENT).read_text(encoding="utf-8") == document(content, RESULTS.as_posix())


def test_the_command_made_them_with_1000_studies(content: dict[str, Any]) -> None:
    assert content["studies"] >= 1000
    assert f"--studies {content['studies']} --seed {content['seed']}" in content["command"]
    assert {row["scenario"] for row in content["results"]} == {item.name for item in SCENARIOS}


def test_every_rate_lies_in_its_band(content: dict[str, Any]) -> None:
    assert outside(content["results"]) == []


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("coverage", 0.92, 0.98),
        ("coverage_strict", 0.93, 0.975),
        ("false_verdict", 0.0, 0.06),
        ("found", 0.8, 1.0),
    ],
)
def test_the_bands_are_those_that_were_promised(kind: str, low: float, high: float) -> None:
    assert BANDS[kind] == (low, high)


def test_every_rate_is_the_count_it_is_made_of(content: dict[str, Any]) -> None:
    for row in content["results"]:
        assert row["rate"] == round(row["held"] / row["studies"], 4)
        assert 0 < row["studies"] <= content["studies"]


def _tables_with_intervals() -> set[str]:
    tables = [
        value
        for module in (analysis, development, inference)
        for value in vars(module).values()
        if isinstance(value, Table)
    ]
    return {
        table.name
        for table in tables
        if "interval_low" in {column.name for column in table.columns}
    }


def test_every_table_that_has_intervals_is_asked_about_them(content: dict[str, Any]) -> None:
    asked = {row["table"] for row in content["results"] if row["kind"] == "coverage"}
    assert _tables_with_intervals() - REPEATS == asked
    strictly = {row["table"] for row in content["results"] if row["kind"] == "coverage_strict"}
    assert strictly == {"category_prevalence"}


def test_every_method_that_states_an_interval_was_validated(content: dict[str, Any]) -> None:
    videos = draw(np.random.default_rng(5), LOGNORMAL, Planted(growth_days=60))
    month = month_data(videos, 5, crawl_history(videos))
    stated = set()
    for make, subject in (
        (describe_engagement, "statistic"),
        (estimate_effects, "factor"),
        (measure_events, "metric"),
        (publishing_trend, "published_year"),
    ):
        rows = make(month).drop_nulls(["interval_low", "interval_high"])
        assert len(rows), make.__name__
        named = subject in ("statistic", "factor")
        stated |= {
            (plain_method(row["method"]), row[subject] if named else "")
            for row in rows.iter_rows(named=True)
        }
    validated: set[tuple[str, str]] = set()
    for row in content["results"]:
        if row["kind"] == "coverage" and row["studies"] >= FEWEST_STUDIES:
            validated |= {(row["method"], row["subject"]), (row["method"], "")}
    assert stated <= validated
