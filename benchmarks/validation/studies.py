"""Drawing a study of accounts and videos of which everything is known.

Here: two generating models and the effects that can be planted in them. Not here: the shape of the
tables (`frames`), or what is computed from them. The models are synthetic: they resemble such
accounts in their tails, their differences and their unevenness, and in nothing finer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

METRICS = ("like_count", "favorite_count", "share_count", "comment_count")
FIRST_DAY = date(2017, 1, 1)
CRAWL_DAYS = (date(2023, 10, 31) - FIRST_DAY).days
TOPICS = 16
EVENT_DAYS = 7
MONTH_DAYS = 30.4375
# Typical logarithm of each counter among all videos of such an account, and how far the account
# moves it; comments vary least.
LEVELS = np.array([8.5, 5.0, 6.0, 6.2])
ACCOUNT_LOADS = np.array([1.0, 1.0, 0.9, 0.8])
NOISE_LOADS = np.array([1.0, 1.0, 1.1, 0.8])
HOURS = np.array([1, 1, 1, 1, 1, 1, 3, 5, 6, 6, 7, 8, 8, 6, 5, 6, 7, 9, 10, 9, 8, 7, 5, 3], float)
WEEKDAYS = np.array([1.1, 1.1, 1.1, 1.1, 1.2, 0.8, 0.7])


@dataclass(frozen=True)
class Model:
    """How accounts and videos differ by chance.

    `pareto_tail`: counters have a power-law tail (exponent 1.3, so no variance) and are lognormal
    without. `skewed_levels`: account levels are exponential, not normal. `slope_sd`: by how much
    the effects differ between accounts; `size_tilt`: accounts with more engagement have more
    videos; `drift_sd`: account levels wander from month to month.
    """

    name: str
    pareto_tail: bool = False
    skewed_levels: bool = False
    account_sd: float = 1.0
    slope_sd: float = 0.1
    size_tilt: float = 0.0
    drift_sd: float = 0.0


LOGNORMAL = Model("lognormal")
PARETO = Model("pareto", pareto_tail=True, size_tilt=0.4, drift_sd=0.3)
MODELS = (LOGNORMAL, PARETO)
# Beyond what the intervals are made for: shown beside them, so that their limit is known.
STRESS = Model("skewed accounts", pareto_tail=True, skewed_levels=True, size_tilt=0.4, drift_sd=0.3)


@dataclass(frozen=True)
class Planted:
    """What is true beside chance. The default is a null: nothing goes with engagement.

    `duration_slope`: change of the log counter per unit of log duration; `u_shape`: its curvature
    around 20 seconds; `topic_effect`: of the first topic, on the log; `event_ratio` and
    `event_crowd`: engagement and videos a day in the seven days from `event_day`, as multiples;
    `growth_days`: the age at which a video has half its engagement (None: all at once), which
    differs between accounts;
    `yearly_change`: of quality, on the log, from 2021 on; `spread`: how much the noise grows with
    log duration; `is_steady`: every account publishes from the first day; `level_shift`: of the log
    counters from `event_day` on.
    """

    duration_slope: float = 0.0
    u_shape: float = 0.0
    topic_effect: float = 0.0
    event_day: int = (date(2021, 5, 15) - FIRST_DAY).days
    event_ratio: float = 1.0
    event_crowd: float = 1.0
    growth_days: float | None = None
    yearly_change: float = 0.0
    spread: float = 0.0
    is_steady: bool = False
    level_shift: float = 0.0


@dataclass(frozen=True)
class Videos:
    """Videos of a study as arrays of equal length, `final` one row per video and metric.

    `day` and `hour` are local; `final` is the log of what each counter comes to in the end, and
    `half_days` the age at which it has half of that.
    """

    account: Integers
    day: Integers
    hour: Integers
    duration: Floats
    topic: Integers
    hashtags: Integers
    title_length: Integers
    series: Flags
    pinned: Flags
    final: Floats
    half_days: Floats | None
    is_changing: bool

    @property
    def year(self) -> Integers:
        start = np.datetime64(FIRST_DAY, "D") + self.day.astype("timedelta64[D]")
        return start.astype("datetime64[Y]").astype(np.int64) + 1970

    def at_age(self, days: float) -> Integers:
        """Counters at an age: shape (videos, metrics)."""
        part = 1.0 if self.half_days is None else grown(np.float64(days), self.half_days)[:, None]
        return np.floor(np.exp(self.final) * part).astype(np.int64)

    def counters(self, crawl_day: int = CRAWL_DAYS) -> Integers:
        """Counters as seen at noon of `crawl_day`: shape (videos, metrics)."""
        seen = self.final
        if self.half_days is not None:
            age = crawl_day + 0.5 - self.day - self.hour / 24
            seen = seen + np.log(grown(np.maximum(age, 1e-3), self.half_days))[:, None]
        return np.floor(np.exp(np.minimum(seen, 35.0))).astype(np.int64)


def grown(age: Floats | np.float64, half_days: Floats) -> Floats:
    """The part of its final engagement that a video of `age` days has: age / (age + half)."""
    return np.asarray(age / (age + half_days))


def draw(
    rng: np.random.Generator,
    model: Model,
    planted: Planted,
    accounts: int = 13,
    sizes: tuple[int, int] = (60, 800),
) -> Videos:
    """Videos of `accounts` accounts, each with a log-uniform number of videos within `sizes`."""
    level = _account_levels(rng, model, accounts)
    spread = rng.uniform(np.log(sizes[0]), np.log(sizes[1]), accounts) + model.size_tilt * level
    size = np.clip(np.exp(spread), *sizes).astype(np.int64)
    account = np.repeat(np.arange(accounts), size)
    n = len(account)

    day = _days(rng, planted, account, accounts, n)
    log_duration = np.log(18) + rng.normal(0, 0.4, accounts)[account] + rng.normal(0, 0.75, n)
    duration = np.clip(np.round(np.exp(log_duration), 3), 4.0, 640.0)
    topic = _topics(rng, account, accounts, n)
    series = rng.random(n) < rng.uniform(0, 0.4, accounts)[account]
    pinned = (rng.random(n) < 3 / size[account]) & (day > CRAWL_DAYS - 700)

    signal = _signal(rng, model, planted, account, accounts, day, duration, topic, series)
    width = np.exp(planted.spread * np.clip(np.log(duration / 20), -2, 2))
    final = (
        LEVELS
        + ACCOUNT_LOADS * (level[account] + _drift(rng, model, account, accounts, day))[:, None]
        + signal[:, None]
        + width[:, None] * _noise(rng, model, n)
    )
    half_days = None
    if planted.growth_days is not None:
        half_days = (planted.growth_days * np.exp(rng.normal(0.0, 0.4, accounts)))[account]
    return Videos(
        account=account,
        day=day,
        hour=rng.choice(24, n, p=HOURS / HOURS.sum()),
        duration=duration,
        topic=topic,
        hashtags=rng.poisson(1.0 + rng.gamma(2, 0.7, accounts)[account]),
        title_length=np.clip(np.exp(rng.normal(3.2, 0.5, n)), 1, 120).astype(np.int64),
        series=series,
        pinned=pinned,
        final=final,
        half_days=half_days,
        is_changing=planted.yearly_change != 0,
    )


def _account_levels(rng: np.random.Generator, model: Model, accounts: int) -> Floats:
    """Account effects on the log, mean 0: normal, or skewed (a centred exponential)."""
    if model.skewed_levels:
        return model.account_sd * (rng.exponential(1.0, accounts) - 1.0)
    return model.account_sd * rng.normal(0.0, 1.0, accounts)


def _days(
    rng: np.random.Generator, planted: Planted, account: Integers, accounts: int, n: int
) -> Integers:
    """Days of publication: each account begins some day before 2022 and then publishes evenly.

    Within its week a video's weekday is drawn anew, by weight. A crowd at the event is made of
    videos taken evenly from the life of each account that had begun by then.
    """
    start = rng.integers(0, (date(2022, 1, 1) - FIRST_DAY).days, accounts)[account]
    if planted.is_steady:
        start = np.zeros_like(start)
    day = start + np.floor(rng.random(n) * (CRAWL_DAYS - start)).astype(np.int64)
    # 1 January 2017 was a Sunday.
    monday = day - (day + 6) % 7
    weekday = rng.choice(7, n, p=WEEKDAYS / WEEKDAYS.sum())
    day = np.clip(monday + weekday, 0, CRAWL_DAYS - 1)
    if planted.event_crowd > 1:
        # With a part m of all videos moved, the event's days have 1 + m/(1-m) · life/days as many.
        odds = (planted.event_crowd - 1) * EVENT_DAYS / (CRAWL_DAYS - start)
        moved = (rng.random(n) < odds / (1 + odds)) & (start + 7 < planted.event_day)
        day = np.where(moved, planted.event_day + rng.integers(0, EVENT_DAYS, n), day)
    return day


def _topics(rng: np.random.Generator, account: Integers, accounts: int, n: int) -> Integers:
    """Topics: rank-size shares on the whole, each account with a mixture of its own."""
    shares = 1 / np.arange(1, TOPICS + 1)
    mixture = rng.gamma(TOPICS * shares / shares.sum(), 1.0, (accounts, TOPICS)) + 1e-9
    edges = np.cumsum(mixture / mixture.sum(axis=1, keepdims=True), axis=1)
    drawn = (rng.random(n)[:, None] > edges[account]).sum(axis=1)
    return np.asarray(np.minimum(drawn, TOPICS - 1), dtype=np.int64)


def _signal(
    rng: np.random.Generator,
    model: Model,
    planted: Planted,
    account: Integers,
    accounts: int,
    day: Integers,
    duration: Floats,
    topic: Integers,
    series: Flags,
) -> Floats:
    """What the planted effects add to the log of each counter; they differ between accounts."""

    def own(mean: float) -> Floats:
        return (mean + rng.normal(0.0, model.slope_sd, accounts))[account]

    centred = np.log(duration / 20)
    event = (day >= planted.event_day) & (day < planted.event_day + EVENT_DAYS)
    is_weekend = (day + 6) % 7 >= 5
    since_2021 = np.maximum(day - (date(2021, 1, 1) - FIRST_DAY).days, 0) / 365.25
    topic_effects = rng.normal(0.0, model.slope_sd, (accounts, TOPICS))
    topic_effects[:, 0] += planted.topic_effect
    signal = own(planted.duration_slope) * centred + planted.u_shape * centred**2
    signal += topic_effects[account, topic] + own(0.0) * series + own(0.0) * is_weekend
    signal += np.where(event, own(np.log(planted.event_ratio)), 0.0)
    signal += planted.level_shift * (day >= planted.event_day)
    return signal + planted.yearly_change * since_2021


def _drift(
    rng: np.random.Generator, model: Model, account: Integers, accounts: int, day: Integers
) -> Floats:
    """Account levels that wander: a first-order autoregression over months, or none."""
    if not model.drift_sd:
        return np.zeros(len(account))
    months = int(CRAWL_DAYS / MONTH_DAYS) + 1
    keep = 0.8
    level = rng.normal(0.0, model.drift_sd, accounts)
    path = np.empty((accounts, months))
    for month in range(months):
        path[:, month] = level
        level = keep * level + rng.normal(0.0, model.drift_sd * np.sqrt(1 - keep**2), accounts)
    return path[account, (day / MONTH_DAYS).astype(np.int64)]


def _noise(rng: np.random.Generator, model: Model, n: int) -> Floats:
    """Chance of a video, shared by its counters in part: shape (videos, metrics), mean 0."""
    if model.pareto_tail:
        shared = (rng.exponential(1.0, n) - 1.0) / 1.3 + rng.normal(0.0, 0.8, n)
    else:
        shared = rng.normal(0.0, 1.4, n)
    return NOISE_LOADS * shared[:, None] + rng.normal(0.0, 0.6, (n, len(METRICS)))
