"""Planted truths: what the effects say of simulated studies whose truth is known.

Studies of 13 accounts of unequal size, with an account's own level, growth with age, a trend over
the years, durations that change over time, topics that differ between accounts, and four metrics
that go together. Fast tests run few studies; the slow ones run the 1,000 from which the intervals
are trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sz_assets.core.statistics.factors import Property
from sz_assets.core.statistics.family import Effect, effect_family, uncorrected_effects
from sz_assets.core.statistics.levels import FAMILY_LEVEL
from sz_assets.core.statistics.u_shape import shapes

Floats = NDArray[np.float64]

TOPICS = 16
ACCOUNTS = 13
PROPERTIES = [
    Property("duration", "per_doubling", "", "number"),
    Property("duration", "u_shape", "", "u_shape"),
    *(Property("hour", str(level), "", "group", 5) for level in range(4)),
    Property("weekday", "weekend", "", "group", 5),
    *(Property("topic", str(topic), "", "group", 5) for topic in range(TOPICS)),
    Property("hashtag_count", "per_tag", "", "number"),
    Property("title_length", "per_doubling", "", "number"),
    Property("series", "in_series", "", "group", 5),
    Property("pinned", "is_pinned", "", "group", 1),
]
TOPIC_0 = 7


@dataclass(frozen=True)
class Simulated:
    accounts: NDArray[np.int64]
    age_days: Floats
    values: Floats
    outcomes: Floats

    def family(self) -> list[Effect]:
        return effect_family(self.accounts, self.age_days, PROPERTIES, self.values, self.outcomes)

    def effects(self) -> list[Effect]:
        """The same without Holm's p-values, which take most of the time."""
        return uncorrected_effects(
            self.accounts, self.age_days, PROPERTIES, self.values, self.outcomes
        )

    def top(self, count: int) -> Simulated:
        """Of each account the videos with the most of the first metric."""
        order = np.lexsort((-self.outcomes[:, 0], self.accounts))
        ranks = np.arange(order.size) - np.searchsorted(self.accounts[order], self.accounts[order])
        kept = order[ranks < count]
        return Simulated(
            self.accounts[kept], self.age_days[kept], self.values[kept], self.outcomes[kept]
        )


def study(
    rng: np.random.Generator,
    *,
    per_doubling: float = 0.0,
    topic: float = 0.0,
    bend: float = 0.0,
    spread: float = 0.0,
    slope_deviation: float = 0.1,
    median_size: int = 200,
) -> Simulated:
    """A study with a mean effect of duration, of the first topic, and a curve around 2⁵ s.

    With `spread` the deviation of the likes, not their centre, grows with the duration.

    Every account has its own slopes around the mean ones, so that accounts are what is sampled.
    """
    sizes = np.clip(rng.lognormal(np.log(median_size), 0.5, ACCOUNTS), 60, None).astype(int)
    accounts = np.repeat(np.arange(ACCOUNTS), sizes)
    count = accounts.size

    def own(deviation: float) -> Floats:
        return rng.normal(0, deviation, ACCOUNTS)[accounts]

    age = rng.uniform(1, 1500, count)
    duration = 5 + own(0.5) - 0.5 * age / 1500 + rng.normal(0, 0.8, count)
    weights = rng.dirichlet(np.full(TOPICS, 2.0), ACCOUNTS).cumsum(axis=1)
    drawn = (rng.random(count)[:, None] > weights[accounts]).sum(axis=1).clip(0, TOPICS - 1)
    topics = drawn[:, None] == np.arange(TOPICS)
    hours = rng.integers(0, 4, count)[:, None] == np.arange(4)
    values = np.column_stack(
        [
            duration,
            duration,
            hours,
            rng.random(count) < 2 / 7,
            topics,
            rng.poisson(2, count),
            rng.normal(4, 0.7, count),
            rng.random(count) < 0.1,
            rng.random(count) < 3 / 200,
        ]
    ).astype(np.float64)
    grown = np.log(0.8 * age / (age + 3) + 0.2 * age / (age + 400))
    level = 7 + own(1.0) + grown + (0.6 + own(0.2)) * age / 1500
    centred = duration - 5
    effects = (
        (per_doubling + own(slope_deviation)) * centred
        + (topic + own(slope_deviation)) * topics[:, 0]
        + bend * centred**2
        + rng.standard_t(5, count) * 1.2 * np.exp(spread * centred)
    )
    metrics = [
        np.log1p(np.floor(np.exp(level - lower + effects + rng.normal(0, 0.5, count))))
        for lower in (0.0, 1.0, 1.5, 2.0)
    ]
    return Simulated(accounts, age, values, np.column_stack(metrics))


def studies(count: int, seed: int, **truth: float) -> Iterator[Simulated]:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield study(rng, **truth)


def effect(found: list[Effect], place: int, outcome: int = 0) -> Effect:
    return next(item for item in found if (item.place, item.outcome) == (place, outcome))


def false_verdict_share(count: int, seed: int) -> float:
    """How often Holm lets any effect through where none is planted: if m·min(p) < 0.05."""
    told = []
    for simulated in studies(count, seed):
        p_values = [item.p_value for item in simulated.effects() if item.is_estimable]
        told.append(len(p_values) * min(p_values) < 0.05)
    return float(np.mean(told))


def coverage(count: int, seed: int) -> tuple[float, float]:
    """How often the intervals of the duration and of a topic hold their planted truth."""
    truth = {0: 0.25, TOPIC_0: 0.4}
    held: dict[int, list[bool]] = {place: [] for place in truth}
    for simulated in studies(count, seed, per_doubling=truth[0], topic=truth[TOPIC_0]):
        found = simulated.effects()
        for place, true in truth.items():
            interval = effect(found, place)
            if interval.is_estimable:
                held[place].append(interval.low <= true <= interval.high)
    return float(np.mean(held[0])), float(np.mean(held[TOPIC_0]))


def test_intervals_hold_the_truth() -> None:
    duration, topic = coverage(120, seed=11)
    # Of 120 intervals at 95 %, fewer than 106 hold the truth once in a thousand times.
    assert duration >= 106 / 120
    assert topic >= 106 / 120


@pytest.mark.slow
def test_intervals_cover_95_percent_in_1000_studies() -> None:
    for share in coverage(1000, seed=11):
        assert 0.92 <= share <= 0.98


def test_no_false_verdict_in_most_null_studies() -> None:
    # At 5 % of 60 studies, more than 9 have a false verdict once in four hundred times.
    assert false_verdict_share(60, seed=12) <= 9 / 60


@pytest.mark.slow
def test_false_verdicts_are_rare_in_1000_null_studies() -> None:
    assert false_verdict_share(1000, seed=12) <= 0.06


def test_the_share_of_false_verdicts_is_that_of_holm() -> None:
    for simulated in studies(4, seed=13, per_doubling=0.3):
        found = simulated.family()
        tested = [item.p_value for item in found if item.is_estimable]
        told = any(item.verdict in ("positive", "negative") for item in found)
        assert told == (len(tested) * min(tested) < FAMILY_LEVEL)


@pytest.mark.parametrize(("planted", "verdict"), [(0.5, "positive"), (-0.5, "negative")])
def test_planted_effects_are_found(planted: float, verdict: str) -> None:
    for simulated in studies(5, seed=14, per_doubling=planted, topic=4 * planted):
        found = simulated.family()
        assert effect(found, 0).verdict == verdict
        assert effect(found, TOPIC_0).verdict == verdict
        assert effect(found, 0).log_ratio == pytest.approx(planted, abs=0.25)


@pytest.mark.parametrize(("bend", "is_u"), [(0.4, True), (-0.4, False)])
def test_a_planted_u_is_found_where_it_turns(bend: float, is_u: bool) -> None:
    found = [
        shapes(item.accounts, item.age_days, item.values[:, 1], item.outcomes[:, :1])[0]
        for item in studies(10, seed=15, bend=bend, slope_deviation=0.2)
    ]
    assert all(shape.is_u is is_u for shape in found)
    assert sum(shape.p_value < 0.05 for shape in found) >= 8
    points = [shape.turning_point for shape in found if shape.turning_point is not None]
    assert np.median(points) == pytest.approx(5.0, abs=0.3)


@pytest.mark.parametrize("truth", [{}, {"per_doubling": 0.3}], ids=["nothing", "straight"])
def test_a_u_is_not_found_where_there_is_none(truth: dict[str, float]) -> None:
    false = [
        shapes(item.accounts, item.age_days, item.values[:, 1], item.outcomes[:, :1])[0].p_value
        < 0.05
        for item in studies(60, seed=16, **truth)
    ]
    assert sum(false) <= 3


def mean_slopes(simulated: Simulated) -> tuple[float, float]:
    """The mean effect of duration on the first metric in all videos and in each account's top."""
    whole, top = effect(simulated.effects(), 0), effect(simulated.top(200).effects(), 0)
    return whole.log_ratio, top.log_ratio


def test_the_top_videos_show_much_less_of_an_effect_than_all() -> None:
    """Truncation by the outcome: the bias is in the sample, and gone with all videos."""
    found = [mean_slopes(item) for item in studies(15, seed=17, per_doubling=0.3, median_size=600)]
    whole, top = np.mean(found, axis=0)
    assert whole == pytest.approx(0.3, abs=0.05)
    assert 0.0 < top < 0.5 * whole


def test_the_top_videos_show_an_effect_where_only_the_spread_grows() -> None:
    found = [mean_slopes(item) for item in studies(15, seed=19, spread=0.3, median_size=600)]
    whole, top = np.mean(found, axis=0)
    assert abs(whole) < 0.05
    assert top > 0.1


def test_growth_with_age_is_not_taken_for_an_effect_of_duration() -> None:
    """Old videos are longer here and have had more time: without controls the mean is -0.04."""
    slopes = [
        effect(simulated.effects(), 0).log_ratio
        for simulated in studies(40, seed=18, median_size=600)
    ]
    assert abs(np.mean(slopes)) < 3 * np.std(slopes, ddof=1) / len(slopes) ** 0.5
    assert abs(np.mean(slopes)) < 0.02
