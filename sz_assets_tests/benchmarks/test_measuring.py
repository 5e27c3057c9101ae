"""Processes, steps and slopes: what is measured is what was asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.hashes import Line, home_lines
from benchmarks.months import AFTER, BEFORE, split_by_step
from benchmarks.processes import Cost, measured, middle, python
from benchmarks.scale import measure_scale
from benchmarks.scaling import sizes_up_to, slope
from sz_assets.storage import Home

MB = 1024**2


def test_a_process_is_told_with_its_own_memory_and_words() -> None:
    held = bytearray(300 * MB)
    small = measured([sys.executable, "-c", "print('small')"])
    large = measured([sys.executable, "-c", f"print(len(bytearray(b'x') * {200 * MB}))"])
    assert small.told == "small\n"
    assert small.peak_mb < 150 < len(held) / MB
    assert large.peak_mb > 200
    assert large.seconds > 0
    assert large.cpu_seconds > 0


def test_a_process_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(RuntimeError, match="the reason"):
        measured([sys.executable, "-c", "import sys; sys.exit('the reason')"])


def test_the_environment_reaches_the_process() -> None:
    assert python("-c", "import os; print(os.environ['WORD'])", WORD="said").told == "said\n"


def test_the_middle_is_of_times_and_the_largest_of_memory() -> None:
    costs = [Cost(1, 30, 5), Cost(9, 10, 9, "last but one"), Cost(2, 20, 7, "last")]
    assert middle(costs) == Cost(2, 20, 9, "last")


def test_all_the_time_of_a_run_belongs_to_a_step_or_lies_before_or_after() -> None:
    events = [
        (12.0, "STEP_SUCCESS", "b"),
        (5.0, "STEP_START", "a"),
        (4.0, "RUN_START", "None"),
        (7.0, "STEP_SUCCESS", "a"),
        (8.0, "STEP_START", "b"),
    ]
    times = split_by_step(events, 1.0, 20.0)
    assert times == {BEFORE: 4.0, "a": 2.0, "b": 5.0, AFTER: 8.0}
    assert sum(times.values()) == 19.0


def test_the_slope_of_a_power_is_its_exponent() -> None:
    assert slope([(10.0, 5.0), (100.0, 50.0), (1000.0, 500.0)]) == pytest.approx(1.0)
    assert slope([(x, 3 * x**1.5) for x in (2.0, 7.0, 90.0)]) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("videos", "sizes"),
    [
        (40, [40]),
        (100_000, [100_000]),
        (250_000, [100_000, 250_000]),
        (10**8, [10**5, 10**6, 10**7, 10**8]),
    ],
)
def test_sizes_are_powers_of_ten_and_end_with_the_one_asked_for(
    videos: int, sizes: list[int]
) -> None:
    assert sizes_up_to(videos) == sizes


def test_a_month_that_was_interrupted_goes_on_with_the_step_that_failed(tmp_path: Path) -> None:
    # Without a lake the sums fail.
    with pytest.raises(RuntimeError, match="scale sums"):
        measure_scale(tmp_path, 2_000, ("sums",))
    made = measure_scale(tmp_path, 2_000, ("make",)).costs["make"]
    both = measure_scale(tmp_path, 2_000, ("make", "sums"))
    assert both.costs["make"] == made
    assert both.costs["sums"] == measure_scale(tmp_path, 2_000, ("make", "sums")).costs["sums"]


@pytest.mark.slow
def test_the_floor_makes_the_same_tables_as_a_run(tmp_path: Path) -> None:
    from benchmarks.processes import sz_assets

    built, bare, plan = tmp_path / "built", tmp_path / "bare", tmp_path / "plan.json"
    sz_assets(built, "run", "--month", "2023-10")
    python("-m", "benchmarks.floor_plan", str(built), str(plan))
    python("-m", "benchmarks.floor", str(plan), str(bare))

    def lines(home: Path) -> list[Line]:
        return list(home_lines(Home(home)))

    assert {line.place for line in lines(built)} == {
        "raw", "core", "analysis", "warehouse", "release"
    }  # fmt: skip
    assert lines(bare) == lines(built)
