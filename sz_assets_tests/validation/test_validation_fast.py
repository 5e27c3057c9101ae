"""A small version of the validation: few studies, and bands as wide as so few allow."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from benchmarks.validation.__main__ import run
from benchmarks.validation.questions import Asker
from benchmarks.validation.results import Outcome, Question, Results, outside
from benchmarks.validation.scenarios import SCENARIOS, Scenario
from benchmarks.validation.studies import LOGNORMAL, Videos

SEED = 7
STUDIES = 40
# With fewer accounts the truths are uncertain by a tenth of what an interval allows for.
ACCOUNTS = 1_000
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


# One scenario for everybody, the others among the slow tests.
_QUICK = ("null",)


@pytest.mark.parametrize(
    "name",
    [name if name in _QUICK else pytest.param(name, marks=pytest.mark.slow) for name in BY_NAME],
)
def test_few_studies_don_t_contradict_the_bands(name: str) -> None:
    scenario = BY_NAME[name]
    # Where models are counted apart there are as many studies of each.
    studies = STUDIES if scenario.is_pooled else STUDIES // len(scenario.models)
    rows = run(scenario, studies, SEED, ACCOUNTS)
    assert rows
    assert outside(rows) == []


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rows() -> None:
    scenario = BY_NAME["effects and a spike"]
    assert run(scenario, 3, SEED, 200) == run(scenario, 3, SEED, 200)


def test_intervals_that_are_half_as_wide_are_found_out() -> None:
    def halved(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
        from benchmarks.validation.frames import month_data
        from sz_assets.core.statistics.description import describe_engagement

        table = describe_engagement(month_data(videos, seed))
        middle = pl.col("value")
        yield from asker.description(
            table.with_columns(
                (middle + (pl.col(end) - middle) / 2).alias(end)
                for end in ("interval_low", "interval_high")
            )
        )

    honest = BY_NAME["null"]
    dishonest = Scenario("halved", "", halved, models=(LOGNORMAL,), truths=honest.truths)
    told = outside(run(dishonest, STUDIES, SEED, ACCOUNTS))
    assert any("account_geometric_mean" in line for line in told)


@pytest.mark.parametrize(
    ("kind", "held", "is_outside"),
    [
        ("coverage", 950, False),
        ("coverage", 919, True),
        ("coverage", 981, True),
        ("coverage_at_least", 1000, False),
        ("false_verdict", 60, False),
        ("false_verdict", 61, True),
        ("found", 799, True),
        ("shown", 0, False),
    ],
)
def test_a_band_has_ends(kind: str, held: int, is_outside: bool) -> None:
    results = Results()
    question = Question(kind, "a scenario", "a model", "a_table", "a subject")
    results.add(Outcome(question, study < held) for study in range(1000))
    assert bool(outside(results.rows())) == is_outside


def test_few_studies_allow_for_chance() -> None:
    results = Results()
    question = Question("coverage", "a scenario", "a model", "a_table", "a subject")
    results.add(Outcome(question, study < 35) for study in range(40))
    assert outside(results.rows()) == []
    assert outside(results.rows(), studies=40)
