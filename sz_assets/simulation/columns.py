"""The catalogue's columns, and the draws that all kinds of videos share.

Here: one row of numbers per video. Not here: which videos there are (`sample`, `background`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sz_assets.simulation.accounts import ACCOUNTS
from sz_assets.simulation.calibrate import Integers
from sz_assets.simulation.captions import draw_categories, draw_choices
from sz_assets.simulation.clock import DAY, SHANGHAI_OFFSET

NEVER = int(np.iinfo(np.int64).max)
COUNTERS = ("digg_count", "collect_count", "share_count", "comment_count")
# Values of the column `missing`: which of an item's numbers the platform withholds.
MISSING_NOTHING, MISSING_STATISTICS = 0, 1
MISSING_COUNTER = dict(enumerate(COUNTERS, start=2))

# Relative frequency of publication per hour of the day, 0 to 23, in Shanghai.
_HOURS = np.repeat(
    np.arange(24),
    (2, 1, 1, 1, 1, 1, 2, 5, 7, 8, 9, 10, 12, 9, 8, 8, 9, 11, 13, 12, 11, 9, 6, 3),
)
_WEEKEND_MOVED_PERCENT = 35


@dataclass(frozen=True, slots=True)
class Videos:
    """Columns of equal length, one row per video; instants are epoch seconds."""

    account: Integers  # index of ACCOUNTS
    aweme_id: Integers
    create_time: Integers
    vanish_time: Integers
    duration_ms: Integers
    digg_count: Integers  # the four counters as of growth.counter_factors
    collect_count: Integers
    share_count: Integers
    comment_count: Integers
    missing: Integers
    image_count: Integers  # 0: a video; else a photo post
    pinned_rank: Integers  # 0: not pinned; else 1, 2, 3
    hostile: Integers  # index of captions.HOSTILE, or −1
    planted_category: Integers  # index of captions.CATEGORIES: the truth, never served
    choices: Integers  # shape (rows, captions.CHOICE_COUNT)
    fast: Integers  # seconds: growth.maturity
    slow: Integers

    def take(self, rows: Integers) -> Videos:
        """The given rows, read-only, so that threads can share them."""
        taken = Videos(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})
        for f in fields(self):
            getattr(taken, f.name).flags.writeable = False
        return taken


def join(parts: list[Videos]) -> Videos:
    """All rows of all parts."""
    return Videos(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Videos)}
    )


def new_videos(
    account: Integers,
    create_time: Integers,
    duration_ms: Integers,
    counters: dict[str, Integers],
    rng: np.random.Generator,
) -> Videos:
    """Rows with ids, captions and growth drawn, and nothing missing, vanished, pinned."""
    count = account.size
    category = np.zeros(count, np.int64)
    for index, one in enumerate(ACCOUNTS):
        own = np.flatnonzero(account == index)
        category[own] = draw_categories(one.field, own.size, rng)
    return Videos(
        account=account,
        aweme_id=_draw_ids(create_time, rng),
        create_time=create_time,
        vanish_time=np.full(count, NEVER),
        duration_ms=duration_ms,
        **counters,
        missing=np.full(count, MISSING_NOTHING),
        image_count=np.zeros(count, np.int64),
        pinned_rank=np.zeros(count, np.int64),
        hostile=np.full(count, -1),
        planted_category=category,
        choices=draw_choices(count, rng),
        fast=rng.integers(2 * DAY, 12 * DAY, count),
        slow=rng.integers(300 * DAY, 600 * DAY, count),
    )


def draw_times(first: Integers, last: Integers, rng: np.random.Generator) -> Integers:
    """Publication instants between two local midnights (epoch seconds), by hour and weekday.

    Some weekend posts move to the Thursday or Friday before, so `first` is undercut by up to
    two days.
    """
    days = (first + SHANGHAI_OFFSET) // DAY
    count = days.size
    day = days + rng.integers(0, (last - first) // DAY)
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday: 3
    moved = (weekday >= 5) & (rng.integers(0, 100, count) < _WEEKEND_MOVED_PERCENT)
    seconds = _HOURS[rng.integers(0, _HOURS.size, count)] * 3_600 + rng.integers(0, 3_600, count)
    times: Integers = (day - 2 * moved) * DAY + seconds - SHANGHAI_OFFSET
    return times


def distinct_times(account: Integers, times: Integers, parity: int) -> Integers:
    """Times moved by seconds so that no two of one account are equal; all of one parity.

    A page's cursor is a time: two videos of the same second could be cut apart.
    """
    result = np.empty_like(times)
    for index in range(len(ACCOUNTS)):
        own = np.flatnonzero(account == index)
        order = own[np.argsort(times[own], kind="stable")]
        steps = np.arange(order.size)
        result[order] = 2 * (np.maximum.accumulate(times[order] // 2 - steps) + steps) + parity
    return result


def draw_durations(count: int, rng: np.random.Generator) -> Integers:
    """Milliseconds: mostly 4 to 20 s, the others longer with an exponential tail."""
    short = 4_000 + np.floor(16_000 * rng.triangular(0, 0.4, 1, count))
    long = 20_000 + np.floor(110_000 * rng.standard_exponential(count))
    return np.where(rng.integers(0, 100, count) < 65, short, long).astype(np.int64)


def related_counters(likes: Integers, rng: np.random.Generator) -> dict[str, Integers]:
    """The four counters of videos with these likes: each a scattered share of the likes."""

    def share(ratio: float, scatter: float) -> Integers:
        draws = likes * ratio * np.exp(scatter * rng.standard_normal(likes.size))
        counts: Integers = np.minimum(np.floor(draws).astype(np.int64), 2 * likes)
        return counts

    return {
        "digg_count": likes,
        "collect_count": share(0.02, 1.0),
        "share_count": share(0.03, 1.4),
        "comment_count": share(0.025, 1.3),
    }


def _draw_ids(create_time: Integers, rng: np.random.Generator) -> Integers:
    """19-digit ids whose upper half is seconds to days before publication, as real ones are."""
    count = create_time.size
    kind = rng.integers(0, 100, count)
    delay = np.where(
        kind < 80,
        rng.integers(5, 120, count),
        np.where(kind < 95, rng.integers(120, DAY // 2, count), rng.integers(DAY, 6 * DAY, count)),
    )
    ids: Integers = ((create_time - delay) << 32) | rng.integers(0, 2**32, count)
    return ids
