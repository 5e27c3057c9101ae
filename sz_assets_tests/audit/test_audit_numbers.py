"""Rules on numbers just inside and just outside their limits, with the rounding of print."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from summaries import found, of, variable

from sz_assets.core.audit.finding import Finding, Interval, rounded, show, show_interval
from sz_assets.study_published import (
    Below,
    Printed,
    Variable,
)


# One value 0, one 100, eight between: the mean is 10 to 90, and printed to the unit ± 0.5.
@pytest.mark.parametrize(("mean", "fits"), [(9, False), (10, True), (90, True), (91, False)])
def test_mean_within_what_extremes_allow(mean: int, fits: bool) -> None:
    findings = of(variable(mean=mean, minimum=0, maximum=100))
    assert (findings == {}) is fits
    if not fits:
        assert findings["mean_x"].severity == "impossible"
        assert "the mean can be 10 to 90" in findings["mean_x"].arithmetic


def test_mean_at_the_end_of_its_rounding_fits() -> None:
    # 10 ± 1 reaches 9.5 and 10.5: the mean 9 printed to the unit does not, to even numbers does.
    assert of(variable(mean={"value": 9, "step": 2}, minimum=0, maximum=100)) == {}
    assert of(variable(mean={"value": 9, "step": 1.9}, minimum=0, maximum=100)) != {}


# Four of ten below 50: 0, 0…49 ×3, 50…100 ×5, 100: sums 350 to 747.
@pytest.mark.parametrize(("mean", "fits"), [(34, False), (35, True), (74, True), (76, False)])
def test_mean_within_what_counts_allow(mean: int, fits: bool) -> None:
    below = ({"threshold": 50, "count": 4},)
    exact = {"value": mean, "step": 0.1}
    assert (of(variable(mean=exact, minimum=0, maximum=100, below=below)) == {}) is fits


def printed(value: float, step: float) -> dict[str, float]:
    return {"value": value, "step": step}


@pytest.mark.parametrize(
    "summary",
    [
        # No minimum is printed: 0 would be below the threshold, 500 is not.
        {"n": 100, "mean": 700, "maximum": 1000, "below": ({"threshold": 500, "count": 0},)},
        # Nine of 1000 and one of 2000; 1000 printed to the thousand begins at 500.
        {"mean": 1100, "minimum": printed(1000, 1000), "maximum": 2000,
         "below": ({"threshold": 1000, "count": 0},)},
        # The largest, printed as 1000, is 999 at most.
        {"mean": 900, "minimum": 100, "maximum": printed(1000, 1000),
         "below": ({"threshold": 1000, "count": 10},)},
        # The smallest, 500 to 1500, can be as large as the largest.
        {"mean": 1190, "minimum": printed(1000, 1000), "maximum": 1200},
        # The largest, 500 to 1500, can be as small as the smallest.
        {"mean": 900, "minimum": 890, "maximum": printed(1000, 1000)},
    ],
)  # fmt: skip
@pytest.mark.parametrize("counts", [True, False])
def test_extremes_may_be_anywhere_in_their_rounding(summary: dict[str, Any], counts: bool) -> None:
    assert of(variable(counts=counts, **summary)) == {}
    assert set(of(variable(counts=counts, **{**summary, "mean": 2100}))) == {"mean_x"}


def test_mean_beyond_a_threshold_within_the_rounding() -> None:
    # All below 1000, so nine at most 999 and one 100: 909.1.
    below = ({"threshold": 1000, "count": 10},)
    told: dict[str, Any] = {"minimum": 100, "maximum": printed(1000, 1000), "below": below}
    assert of(variable(mean=909, **told)) == {}
    assert set(of(variable(mean=910, **told))) == {"mean_x"}


def test_mean_with_one_extreme_only() -> None:
    assert of(variable(mean=5, minimum=5)) == {}
    assert set(of(variable(mean=3, minimum=5))) == {"mean_x"}
    assert of(variable(mean=10, maximum=10)) == {}
    assert set(of(variable(mean=12, maximum=10))) == {"mean_x"}


def test_a_slipped_mean_is_suggested() -> None:
    findings = of(variable(n=1000, mean=5000, minimum=100, maximum=2000))
    assert findings["mean_x"].suggestion == "500 would be possible: the point may have slipped."


def test_smallest_above_largest() -> None:
    assert of(variable(mean=5, minimum=5, maximum=5)) == {}
    assert set(of(variable(mean=5, minimum=6, maximum=5))) == {"extremes_x"}


def test_whole_numbers_have_certain_means() -> None:
    # 10 values: tenths only. 3.10 fits, 3.14 does not, 3.1 ± 0.05 does; measurements always do.
    def findings(value: float, step: float, counts: bool = True) -> dict[str, Finding]:
        return of(
            variable(mean={"value": value, "step": step}, minimum=0, maximum=9, counts=counts)
        )

    assert findings(3.10, 0.01) == {}
    assert set(findings(3.14, 0.01)) == {"whole_sum_x"}
    assert findings(3.14, 0.1) == {}
    assert findings(3.14, 0.01, counts=False) == {}
    assert "31.35 to 31.45" in findings(3.14, 0.01)["whole_sum_x"].arithmetic


@pytest.mark.parametrize(
    ("count", "percent", "fits"),
    [
        (1647, 63.8, True),
        (1647, 63.9, False),
        (1560, 60.4, False),
        (1560, 60.5, True),
        (1559, 60.4, True),
        (1558, 60.4, True),
        (1557, 60.4, False),
        (0, 0.0, True),
        (2580, 100.0, True),
        (2580, 99.9, False),
    ],
)
def test_percentages_under_rounding(count: int, percent: float, fits: bool) -> None:
    below = ({"threshold": 500, "count": count, "percent": {"value": percent, "step": 0.1}},)
    findings = of(variable(n=2580, below=below))
    assert (findings == {}) is fits
    assert fits or set(findings) == {"percentage_x_below_500"}


def test_half_a_step_may_be_rounded_either_way() -> None:
    # 1 of 8 is 12.5 %: printed 12 or 13.
    for value, fits in ((12, True), (13, True), (11, False), (14, False)):
        below = ({"threshold": 5, "count": 1, "percent": {"value": value, "step": 1}},)
        assert (of(variable(n=8, below=below)) == {}) is fits


@pytest.mark.parametrize(
    ("below", "fits"),
    [
        ({5: 10}, True),
        ({5: 11}, False),
        ({1: 0}, True),
        ({1: 2}, False),
        ({2: 0}, False),
        ({10: 10}, True),
        ({10: 9}, False),
        ({9: 10}, False),
        ({5: 3, 7: 3}, True),
        ({5: 4, 7: 3}, False),
    ],
)
def test_counts_against_n_extremes_and_each_other(below: dict[int, int], fits: bool) -> None:
    # Ten values from 1 to 9. All ten below 5 only without a largest value of 9.
    told = tuple({"threshold": t, "count": c} for t, c in below.items())
    extremes = {} if below in ({5: 10}, {5: 11}) else {"minimum": 1, "maximum": 9}
    findings = of(variable(below=told, **extremes))
    assert (findings == {}) is fits
    assert all(f.rule == "count" and f.severity == "impossible" for f in findings.values())


def likes(maximum: float, step: float = 10_000) -> tuple[Variable, ...]:
    """Likes as of the paper beside two other counters."""
    return (
        variable(
            "likes",
            n=2580,
            mean={"value": 116_000, "step": 1000},
            minimum=122,
            maximum={"value": maximum, "step": step},
        ),
        variable(
            "favorites", n=2580, mean=989, minimum=0, maximum={"value": 108_000, "step": 1000}
        ),
        variable("shares", n=2580, mean=6552, minimum=0, maximum={"value": 385_000, "step": 1000}),
    )


def test_largest_share_inside_and_outside() -> None:
    assert set(of(*likes(73_450_000))) == {"largest_share_likes"}
    # A tenth of it must be at least 385,000 / 6,552 = 58.76 times the mean, as of shares.
    assert of(*likes(68_100_000)) == {}
    assert set(of(*likes(68_200_000))) == {"largest_share_likes"}
    assert of(*likes(7_345_000, 1000)) == {}


def test_largest_share_needs_other_counts_to_compare_with() -> None:
    assert of(likes(73_450_000)[0]) == {}
    assert of(*likes(73_450_000)[:2]) == {}


def test_largest_share_improbable_by_itself() -> None:
    # 10,000 values from 90 with a mean of 100: a largest one of 200,000 holds 20 % of all.
    alone = variable(n=10_000, mean={"value": 112, "step": 0.01}, minimum=90, maximum=200_000)
    finding = of(alone)["largest_share_x"]
    assert finding.severity == "improbable"
    assert of(msgspec.structs.replace(alone, maximum=Printed(value=400))) == {}


def test_intervals_and_numbers_in_words() -> None:
    assert rounded(Printed(value=116_000, step=1000)) == (115_500, 116_500)
    assert Interval(0.1 + 0.2, 1).meets(Interval(0, 0.3))
    assert not Interval(2, 3).meets(Interval(0, 1.999))
    assert [show(x) for x in (1234567.0, 1234.567, 0.25, 0.00012)] == [
        "1,234,567",
        "1,234.57",
        "0.25",
        "0.00012",
    ]
    assert show_interval(Interval(3, 3)) == "3"


def test_nothing_published_and_nothing_in_it() -> None:
    assert found() == {}
    assert of(variable()) == {}
    assert of(variable(n=1, mean=5, minimum=5, maximum=5)) == {}
    assert of(variable(mean=0, minimum=0, maximum=0)) == {}


def test_a_threshold_as_any_number_gives_an_id() -> None:
    below = Below(threshold=1e21, count=20)
    key = next(iter(of(variable(below=({"threshold": below.threshold, "count": 20},)))))
    assert key.replace("_", "a").isalnum()


def test_a_subject_wrong_twice_is_numbered() -> None:
    below = ({"threshold": 5, "count": 11}, {"threshold": 5, "count": 12})
    findings = of(variable(below=below))
    assert set(findings) == {"count_x_below_5", "count_x_below_5_no_2", "count_x_order_5_5"}
