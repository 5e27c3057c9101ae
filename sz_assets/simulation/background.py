"""The videos behind the calibrated sample: less liked ones, vanished ones, and later ones.

Here: everything that must not change the sample at the 2023-10 observation. Not here: the
sample itself (`sample`).
"""

from __future__ import annotations

import numpy as np

from sz_assets.simulation.accounts import ACCOUNTS
from sz_assets.simulation.calibrate import Integers
from sz_assets.simulation.captions import HOSTILE_COUNT
from sz_assets.simulation.clock import CALIBRATED_AT, DAY, END_INSTANT, epoch
from sz_assets.simulation.columns import (
    MISSING_COUNTER,
    MISSING_STATISTICS,
    Videos,
    distinct_times,
    draw_durations,
    draw_times,
    new_videos,
    related_counters,
)
from sz_assets.simulation.sample import SIZES

# Accounts whose 201st video has as many likes as the 200th, but was published later.
TIED = ("shenzhen_traffic_police", "iyou_shenzhen")
_VANISHED_EACH = 4  # per account, between 2023-01 and the 2023-10 observation
_VANISHING_LATER = 240
_LATER_VANISHING_PERCENT = 3
_PHOTO_PERCENT = 3
_MISSING_EVERY = 100


def draw_background(scale: str, sample: Videos, rng: np.random.Generator) -> Videos:
    """Videos published before the 2023-10 observation, each less liked than its account's 200th.

    Visible then: as many as the scale (`default` or `full`) asks for beyond the sample; a few
    more per account vanish before.
    """
    totals = [a.full_video_count if scale == "full" else a.video_count for a in ACCOUNTS]
    visible = np.array(totals, np.int64) - np.array(SIZES, np.int64)
    each: Integers = visible + _VANISHED_EACH * (visible > 0)
    account = np.repeat(np.arange(len(ACCOUNTS)), each)
    count = account.size
    # The first rows of each account are the ones that vanish before.
    position = np.concatenate([np.arange(n) for n in each])
    vanished = position < _VANISHED_EACH

    first = np.where([a.since_2017 for a in ACCOUNTS], epoch(2018, 1, 3), epoch(2018, 9, 1))
    last = np.where(vanished, epoch(2022, 12, 20), epoch(2023, 10, 28))
    times = distinct_times(account, draw_times(first[account], last, rng), parity=1)
    threshold = _thresholds(sample)
    likes = np.floor(threshold[account] * rng.random(count) ** 1.7).astype(np.int64)

    videos = new_videos(
        account, times, draw_durations(count, rng), related_counters(likes, rng), rng
    )
    leaving = rng.choice(np.flatnonzero(~vanished), _VANISHING_LATER, replace=False)
    videos.vanish_time[leaving] = rng.integers(CALIBRATED_AT + DAY, END_INSTANT, _VANISHING_LATER)
    videos.vanish_time[vanished] = rng.integers(
        epoch(2023, 1, 5), epoch(2023, 10, 25), int(vanished.sum())
    )
    _make_photo_posts(videos, rng)
    _withhold_counters(videos, rng)
    _make_hostile(videos, np.flatnonzero(position == _VANISHED_EACH)[:HOSTILE_COUNT])
    _make_ties(videos, threshold)
    return videos


def draw_later(sample: Videos, rng: np.random.Generator) -> Videos:
    """Videos published after the 2023-10 observation, month by month until the end of 2030.

    Their counts are the ones of infinite age. Some reach the account's top 200 in time.
    """
    starts = [epoch(y, m, 1) for y in range(2023, 2031) for m in range(1, 13)][10:]
    months = np.array([*starts, END_INSTANT])
    rates = np.array([account.monthly_videos for account in ACCOUNTS])
    month_total = int(rates.sum())
    account = np.tile(np.repeat(np.arange(len(ACCOUNTS)), rates), len(starts))
    count = account.size
    first = np.repeat(months[:-1], month_total) + 2 * DAY
    last = np.repeat(months[1:], month_total) - DAY
    times = distinct_times(account, draw_times(first, last, rng), parity=0)
    level = _thresholds(sample)[account]
    likes = np.floor(level * np.exp(1.2 * rng.standard_normal(count) - 0.4)).astype(np.int64)
    videos = new_videos(
        account, times, draw_durations(count, rng), related_counters(likes, rng), rng
    )
    leaving = np.flatnonzero(rng.integers(0, 100, count) < _LATER_VANISHING_PERCENT)
    videos.vanish_time[leaving] = times[leaving] + rng.integers(10, 300, leaving.size) * DAY
    _make_photo_posts(videos, rng)
    _withhold_counters(videos, rng)
    return videos


def _thresholds(sample: Videos) -> Integers:
    """Likes of the least liked sample video of each account."""
    return np.array(
        [sample.digg_count[sample.account == index].min() for index in range(len(ACCOUNTS))]
    )


def _make_photo_posts(videos: Videos, rng: np.random.Generator) -> None:
    photos = np.flatnonzero(rng.integers(0, 100, videos.account.size) < _PHOTO_PERCENT)
    videos.image_count[photos] = rng.integers(1, 4, photos.size)
    videos.duration_ms[photos] = 0


def _withhold_counters(videos: Videos, rng: np.random.Generator) -> None:
    """About one item in a hundred lacks `statistics` or one of its counters."""
    count = videos.account.size
    chosen = rng.choice(count, count // _MISSING_EVERY, replace=False)
    kinds = np.array([MISSING_STATISTICS, *MISSING_COUNTER])
    videos.missing[chosen] = kinds[np.arange(chosen.size) % kinds.size]


def _make_hostile(videos: Videos, rows: Integers) -> None:
    videos.hostile[rows] = np.arange(rows.size)


def _make_ties(videos: Videos, threshold: Integers) -> None:
    """Give the newest video of two accounts the likes of the 200th: the rule's tie-break bites."""
    for index, account in enumerate(ACCOUNTS):
        if account.id in TIED:
            own = np.flatnonzero(videos.account == index)
            newest = own[np.argmax(videos.create_time[own])]
            videos.digg_count[newest] = threshold[index]
            videos.missing[newest] = 0
