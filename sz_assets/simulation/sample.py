"""The 2,580 videos that the study's sample rule finds at the 2023-10 observation.

Here: draws, and the published figures they are calibrated to. Not here: the videos that stand
behind the sample (`background`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sz_assets.simulation.accounts import ACCOUNTS, HEALTH_INDEX
from sz_assets.simulation.calibrate import Figures, Floats, Integers, with_figures
from sz_assets.simulation.clock import CALIBRATED_AT, DAY, epoch
from sz_assets.simulation.columns import Videos, distinct_times, draw_times, new_videos

TOP = 200
SIZES = tuple(min(TOP, account.video_count) for account in ACCOUNTS)
SIZE = sum(SIZES)
_VANISHING_LATER = 100

# The paper's section 4 (means times 2,580; durations in ms). It does not say how many videos
# have fewer than 500 shares, nor how many are shorter than 20 s: those two are plausible values.
LIKES = Figures(122, 73_450_000, 116_000 * SIZE)
FAVORITES = Figures(0, 108_000, 989 * SIZE, limit=500, below_count=1_647)
SHARES = Figures(0, 385_000, 6_552 * SIZE, limit=500, below_count=1_420)
COMMENTS = Figures(0, 714_000, 8_103 * SIZE, limit=500, below_count=1_560)
DURATIONS = Figures(4_000, 640_000, 56_000 * SIZE, limit=20_000, below_count=1_880)

# Videos of the sample by year of publication: rising to 2021 and falling after (figure 1; the
# paper prints no numbers).
YEARS = {2017: 38, 2018: 231, 2019: 447, 2020: 633, 2021: 718, 2022: 362, 2023: 151}


def draw_sample(rng: np.random.Generator) -> Videos:
    """The calibrated sample, in no particular order."""
    account = np.repeat(np.arange(len(ACCOUNTS)), SIZES)
    liking = _liking(account, rng)
    likes = with_figures(np.exp(liking), LIKES)
    popularity = (liking - liking.mean()) / liking.std()

    def related(correlation: float, scatter: float, figures: Figures) -> Integers:
        own = np.sqrt(1 - correlation**2) * rng.standard_normal(SIZE)
        return with_figures(np.exp(scatter * (correlation * popularity + own)), figures)

    counters = {
        "digg_count": likes,
        "collect_count": related(0.70, 1.5, FAVORITES),
        "share_count": related(0.75, 2.0, SHARES),
        "comment_count": related(0.80, 2.1, COMMENTS),
    }
    videos = new_videos(account, _publication_times(account, rng), _durations(rng), counters, rng)
    videos = replace(videos, pinned_rank=_pinned_ranks(videos))
    unpinned = np.flatnonzero(videos.pinned_rank == 0)
    leaving = rng.choice(unpinned, _VANISHING_LATER, replace=False)
    videos.vanish_time[leaving] = rng.integers(
        CALIBRATED_AT + DAY, epoch(2031, 1, 1), _VANISHING_LATER
    )
    return videos


def _liking(account: Integers, rng: np.random.Generator) -> Floats:
    """Logarithm of likes up to a constant.

    The top 200 of a heavy-tailed account are Pareto above its 200th; the health commission has
    no more than its sample, so its likes are lognormal down to the least of all.
    """
    level = np.log(np.array([one.like_level for one in ACCOUNTS]))[account]
    liking: Floats = level + np.where(
        account == HEALTH_INDEX,
        1.3 * rng.standard_normal(SIZE),
        0.9 * rng.standard_exponential(SIZE),
    )
    return liking


def _durations(rng: np.random.Generator) -> Integers:
    shape = np.where(
        rng.permutation(SIZE) < DURATIONS.below_count,
        rng.triangular(0, 0.35, 1, SIZE),
        1 + 0.02 * rng.standard_exponential(SIZE),
    )
    return with_figures(shape, DURATIONS)


def _publication_times(account: Integers, rng: np.random.Generator) -> Integers:
    """Instants with exactly YEARS videos per year; 2017 only where an account is that old."""
    early = np.flatnonzero(np.array([one.since_2017 for one in ACCOUNTS])[account])
    year = np.zeros(SIZE, np.int64)
    year[rng.choice(early, YEARS[2017], replace=False)] = 2017
    later = np.repeat(list(YEARS), list(YEARS.values()))[YEARS[2017] :]
    year[year == 0] = rng.permutation(later)
    # Two days into the year (draw_times undercuts), a day before its end, 2023 to 20 October.
    first = {y: epoch(y, 1, 3) for y in YEARS} | {2017: epoch(2017, 4, 3)}
    last = {y: epoch(y, 12, 31) for y in YEARS} | {2023: epoch(2023, 10, 20)}
    bounds = np.array([(first[y], last[y]) for y in YEARS])[year - min(YEARS)]
    return distinct_times(account, draw_times(bounds[:, 0], bounds[:, 1], rng), parity=0)


def _pinned_ranks(videos: Videos) -> Integers:
    """The account's most liked videos from before 2023 are pinned, up to three."""
    ranks = np.zeros(SIZE, np.int64)
    for index, account in enumerate(ACCOUNTS):
        own = np.flatnonzero((videos.account == index) & (videos.create_time < epoch(2023, 1, 1)))
        best = own[np.argsort(-videos.digg_count[own], kind="stable")][: account.pinned_count]
        ranks[best] = np.arange(1, best.size + 1)
    return ranks
