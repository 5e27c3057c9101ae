"""Which studies are drawn, and what is asked of each.

Here: the catalogue of scenarios. Not here: the models (`studies`), the questions (`questions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from benchmarks.validation.frames import CompleteMonth, crawl_history, month_data, simulated_study
from benchmarks.validation.prevalence import PREVALENCE_SCENARIOS
from benchmarks.validation.questions import Asker, Truths
from benchmarks.validation.results import Outcome
from benchmarks.validation.studies import LOGNORMAL, MODELS, STRESS, Model, Planted, Videos, draw
from benchmarks.validation.truths import description_truths, effect_truths, large_draw, trend_truths

Sizes = tuple[int, int]
Trial = Callable[[Asker, Videos, int], Iterator[Outcome]]
EFFECT, TOPIC, BEND, SPIKE, SHIFT = 0.4, 0.6, 0.5, 8.0, 1.0
# Turnbull's estimate, and the search for changes, cost ten times what the rest does.
AGES_EVERY = 9  # odd, so that both models have their turn
CHANGES_EVERY = 4


@dataclass(frozen=True)
class Scenario:
    """`words` tells readers what is planted; `truths` computes what `trial` compares with.

    The studies are of each model in turn, and counted together if `is_pooled`; if not, there are
    as many of each.
    """

    name: str
    words: str
    trial: Trial
    planted: Planted = field(default_factory=Planted)
    models: tuple[Model, ...] = MODELS
    is_pooled: bool = True
    sizes: Sizes = (60, 800)
    truths: Callable[[Videos], Truths] | None = None

    def asker(self, model: Model, seed: int, accounts: int) -> Asker:
        """With the truths of the model, from a draw of so many accounts."""
        name = " and ".join(m.name for m in self.models) if self.is_pooled else model.name
        if self.truths is None:
            return Asker(self.name, name, {})
        large = large_draw(model, self.planted, self.sizes, seed, accounts)
        return Asker(self.name, name, self.truths(large))

    def study(self, model: Model, seed: list[int]) -> Videos:
        import numpy as np

        return draw(np.random.default_rng(seed), model, self.planted, sizes=self.sizes)


def _effects(month: CompleteMonth) -> pl.DataFrame:
    from sz_assets.core.statistics.effects import estimate_effects

    return estimate_effects(month)


def _null(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    from sz_assets.core.claim_tests import judge_claims
    from sz_assets.core.events import measure_events

    yield from _described(asker, videos, seed)
    month = month_data(videos, seed)
    effects, events = _effects(month), measure_events(month)
    answers = [*asker.null_effects(effects), *asker.events(events, {})]
    tables = {**month.tables, "engagement_effects": effects, "event_effects": events}
    claims = judge_claims(CompleteMonth(month.study, month.crawl_month, tables, {}, seed))
    expected = {
        claim.id: str(getattr(claim.measure, "expects", "")) for claim in month.study.claims
    }
    answers += list(asker.null_claims(claims, expected))
    yield from answers
    wrong = [answer.holds for answer in answers if answer.question.kind == "false_verdict"]
    yield asker.verdict("false_verdict", "whole report", "any verdict", any(wrong))


def _described(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    from sz_assets.core.statistics.description import describe_engagement

    yield from asker.description(describe_engagement(month_data(videos, seed)))


def _planted(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    from sz_assets.core.events import measure_events

    month = month_data(videos, seed)
    first_topic = next(second.id for _, second in simulated_study().codebook.secondary)
    yield from asker.planted_effects(_effects(month), first_topic)
    counters = ("like_count", "favorite_count", "share_count", "comment_count", "video_count")
    yield from asker.events(measure_events(month), dict.fromkeys(counters, SPIKE))


def _u_shape(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    yield from asker.u_shape(_effects(month_data(videos, seed)))


def _truncation(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    yield from asker.truncation(_effects(month_data(videos, seed)))


def _over_years(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    from sz_assets.core.age import engagement_at_age
    from sz_assets.core.trend import publishing_trend

    month = month_data(videos, seed, crawl_history(videos))
    yield from asker.trend(publishing_trend(month))
    if not videos.is_changing and seed % AGES_EVERY == 0:
        yield from asker.ages(engagement_at_age(month), month.history["video_age_passage"], videos)


def _changes(asker: Asker, videos: Videos, seed: int) -> Iterator[Outcome]:
    from sz_assets.core.changepoints import find_changepoints

    if seed % CHANGES_EVERY == 0:
        table = find_changepoints(month_data(videos, seed))
        yield from asker.changepoints(table, asker.scenario == "level shift")


VIDEO_SCENARIOS = (
    Scenario(
        "null",
        "nothing goes with engagement, but effects of duration, topics, series and weekend differ "
        "between accounts around none.",
        _null,
        is_pooled=False,
        truths=description_truths,
    ),
    Scenario(
        "skewed accounts",
        "nothing; the levels of the accounts are exponential. A limit of the methods, shown and "
        "not demanded.",
        _described,
        models=(STRESS,),
        truths=description_truths,
    ),
    Scenario(
        "effects and a spike",
        f"{EFFECT:g} on the log counter per unit of log duration, {TOPIC:g} for the first topic, "
        f"and for seven days {SPIKE:g} times the engagement and the videos.",
        _planted,
        Planted(duration_slope=EFFECT, topic_effect=TOPIC, event_ratio=SPIKE, event_crowd=SPIKE),
        truths=effect_truths,
    ),
    Scenario(
        "U-shape",
        f"{BEND:g} times the square of the log duration's distance from 20 seconds.",
        _u_shape,
        Planted(u_shape=BEND),
    ),
    Scenario(
        "truncation",
        f"{EFFECT:g} per unit of log duration, accounts of 500 to 800 videos.",
        _truncation,
        Planted(duration_slope=EFFECT),
        models=(LOGNORMAL,),
        sizes=(500, 800),
        truths=effect_truths,
    ),
    Scenario(
        "truncation, uneven spread",
        "no effect of duration, but the noise grows with it; accounts of 500 to 800 videos.",
        _truncation,
        Planted(spread=0.25),
        models=(LOGNORMAL,),
        sizes=(500, 800),
        truths=effect_truths,
    ),
    Scenario(
        "constant quality",
        "growth with age (half of it in 60 days, differing between accounts), quality that stays; "
        "13 monthly crawls.",
        _over_years,
        Planted(growth_days=60),
        truths=trend_truths,
    ),
    Scenario(
        "decline",
        "the same growth, and from 2021 on quality falls by 0.5 a year on the log.",
        _over_years,
        Planted(growth_days=60, yearly_change=-0.5),
        truths=trend_truths,
    ),
    Scenario(
        "steady accounts",
        "nothing; all accounts publish from the first day on, so that no series changes its level.",
        _changes,
        Planted(is_steady=True),
        is_pooled=False,
    ),
    Scenario(
        "level shift",
        f"the same, and from May 2021 on the log counters are higher by {SHIFT:g}.",
        _changes,
        Planted(is_steady=True, level_shift=SHIFT),
        is_pooled=False,
    ),
)
SCENARIOS = (*VIDEO_SCENARIOS, *PREVALENCE_SCENARIOS)
