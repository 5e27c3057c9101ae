"""The embedded platform's catalogue: every video it ever shows, and what is seen at an instant.

Here: assembly of the drawn videos, and snapshots of them. Not here: how videos are drawn
(`sample`, `background`), how they are answered over HTTP (`answers`, `server`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np

from sz_assets.simulation.accounts import ACCOUNTS
from sz_assets.simulation.background import draw_background, draw_later
from sz_assets.simulation.calibrate import Integers
from sz_assets.simulation.captions import CATEGORIES, compose
from sz_assets.simulation.clock import known_second
from sz_assets.simulation.columns import COUNTERS, Videos, join
from sz_assets.simulation.growth import counter_factors, follower_count
from sz_assets.simulation.sample import draw_sample

SCALES = ("default", "full")
_SEED = 2580


@dataclass(frozen=True, eq=False)
class AccountView:
    """One account at an instant; rows are row numbers of the catalogue, newest first."""

    follower_count: int
    video_count: int  # videos that its list shows
    like_count: int  # likes of all it ever published, vanished videos included
    pinned_rows: Integers  # in the order in which they open page 1
    rows: Integers  # without the pinned ones


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The platform at one instant: counters as int64 arrays over all rows of the catalogue."""

    catalogue: Catalogue
    second: int  # epoch seconds
    counters: dict[str, Integers]
    accounts: tuple[AccountView, ...]  # in the order of ACCOUNTS


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All videos, sorted by account and newest first; immutable, safe to share by threads."""

    scale: str
    videos: Videos

    def as_of(self, instant: datetime) -> Snapshot:
        """What the platform shows at an aware instant; UserError outside 2023-01 to 2030-12."""
        second = known_second(instant)
        videos = self.videos
        factors = counter_factors(second, videos.create_time, videos.fast, videos.slow)
        counters = {
            name: np.floor(getattr(videos, name) * factors).astype(np.int64) for name in COUNTERS
        }
        published = videos.create_time < second
        visible = published & (videos.vanish_time > second)
        pinned = videos.pinned_rank > 0
        views = []
        for index, account in enumerate(ACCOUNTS):
            own = videos.account == index
            top = np.flatnonzero(own & visible & pinned)
            rows = np.flatnonzero(own & visible & ~pinned)
            views.append(
                AccountView(
                    follower_count=follower_count(account, second),
                    video_count=top.size + rows.size,
                    like_count=int(counters["digg_count"][own & published].sum()),
                    pinned_rows=top[np.argsort(videos.pinned_rank[top])],
                    rows=rows,
                )
            )
        return Snapshot(self, second, counters, tuple(views))

    def caption(self, row: int) -> tuple[str, tuple[str, ...]]:
        """A video's caption and hashtags."""
        videos = self.videos
        return compose(
            ACCOUNTS[int(videos.account[row])].field,
            int(videos.planted_category[row]),
            videos.choices[row].tolist(),
            int(videos.hostile[row]),
        )

    def planted_category(self, row: int) -> str:
        """The category that the caption was composed for: the truth, never served over HTTP."""
        return CATEGORIES[int(self.videos.planted_category[row])]


@lru_cache(maxsize=len(SCALES))
def build_catalogue(scale: str) -> Catalogue:
    """The catalogue at a scale of SCALES; the same videos in every run and on every machine.

    About 5,000 videos at the 2023-10 observation, 61,000 at scale `full`. The sample and the
    later videos are the same at both scales: each kind has its own stream of random numbers.
    (The streams are numpy's PCG64, which numpy may change only between its feature releases:
    the lock file pins the version.)
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}, not one of {', '.join(SCALES)}")
    streams = [np.random.Generator(np.random.PCG64([_SEED, kind])) for kind in range(3)]
    sample = draw_sample(streams[0])
    videos = join(
        [sample, draw_background(scale, sample, streams[1]), draw_later(sample, streams[2])]
    )
    return Catalogue(scale, videos.take(np.lexsort((-videos.create_time, videos.account))))
