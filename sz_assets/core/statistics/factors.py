"""The properties of a video whose effects are asked about, as columns of numbers.

Here: names, contrasts and values of each factor and level, and the rule for a series. Not here:
any regression (`two_step`, `u_shape`), or the engagement itself (`effects`).

**What counts as a series.** A title is `in_series` if it carries a mark of one

- 第 + number + 集, 期, 季, 弹, 讲 or 辑, unless it goes on as 季度, 集团, 集体, 集合, 集中 or 期间;
- a bracketed name followed by 系列, or a hashtag that ends in 系列;
- EP or vol. with a number, S01E02, Episode, Part or Season with a number, in any case;
- （上）, （中） or （下）, also with 集 or 篇, in round or square brackets of either width;

or if it opens with a bracketed name, 【…】 or 《…》, that opens at least RECURRING titles of the
same account in the crawl month. A rule on titles: it misses series that carry no mark, and takes
a standing heading, such as a daily bulletin's name, for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from sz_assets.core.statistics.two_step import Floats
from sz_assets.study import Codebook

Kind = Literal["number", "group", "u_shape"]

RECURRING = 3
FEWEST_IN_GROUP = 5
# An account pins three videos at most.
FEWEST_PINNED = 1

HOURS = {
    "morning_06_11": (6, 11),
    "afternoon_12_17": (12, 17),
    "evening_18_23": (18, 23),
    "night_00_05": (0, 5),
}

_NUMBER = "[0-9０-９零〇一二三四五六七八九十百两]+"
_HASHTAG = r"[#＃][^\s#＃]+[#＃]?"
SERIES_MARK = "|".join(
    (
        rf"第\s*{_NUMBER}\s*(?:[弹讲辑]|季(?:[^度]|$)|集(?:[^团体合中]|$)|期(?:[^间]|$))",
        r"[」』》】”\"]\s*系列",
        r"[#＃][^\s#＃]+系列(?:[\s#＃]|$)",
        r"(?i:(?:^|[^a-z])(?:ep|vol)[.．]?\s?[0-9]+)",
        r"(?i:(?:^|[^a-z])(?:episode|part|season)\s[0-9]+)",
        r"(?i:(?:^|[^a-z])s[0-9]{1,2}\s?e[0-9]{1,3})",
        r"[(（\[【][上中下][集篇]?[)）\]】]",
    )
)
_HEADING = r"^\s*(【[^】]+】|《[^》]+》)"


@dataclass(frozen=True)
class Property:
    """One factor and level. Of a `group` the values are 0 and 1, else numbers with one unit.

    An account counts for a group with at least `fewest` videos in it and outside it.
    """

    factor: str
    level: str
    contrast: str
    kind: Kind
    fewest: int = 0

    @property
    def is_group(self) -> bool:
        return self.kind == "group"


def is_in_series(videos: pl.DataFrame) -> pl.Series:
    """Per row of `account_id` and `title`, whether the title is one of a series; null if null."""
    heading = pl.col("title").str.extract(_HEADING)
    recurs = heading.is_not_null() & (pl.len().over("account_id", heading) >= RECURRING)
    series = pl.col("title").str.contains(SERIES_MARK) | recurs
    return videos.select(pl.when(pl.col("title").is_not_null()).then(series))["title"]


def properties(codebook: Codebook) -> list[Property]:
    """All factors and levels, in the order of the table."""
    return [
        Property(
            "duration",
            "per_doubling",
            "A video twice as long against one of the same account.",
            "number",
        ),
        Property(
            "duration",
            "u_shape",
            "Short and long videos against those between, within the account: positive if they "
            "have more (a U), negative if less (an inverted U).",
            "u_shape",
        ),
        *(
            _group("hour", level, f"Published from {low:02}:00 to {high:02}:59", "at other hours")
            for level, (low, high) in HOURS.items()
        ),
        _group("weekday", "weekend", "Published on Saturday or Sunday", "from Monday to Friday"),
        *(
            _group("topic", second.id, f"Coded as {second.id}", "coded otherwise")
            for _, second in codebook.secondary
        ),
        Property(
            "hashtag_count",
            "per_tag",
            "A video with one hashtag more against one of the same account.",
            "number",
        ),
        Property(
            "title_length",
            "per_doubling",
            "A title twice as long, hashtags not counted, against one of the same account.",
            "number",
        ),
        _group("series", "in_series", "The title is one of a series", "all others"),
        _group("pinned", "is_pinned", "Pinned when observed", "all others", FEWEST_PINNED),
    ]


def _group(
    factor: str, level: str, inside: str, outside: str, fewest: int = FEWEST_IN_GROUP
) -> Property:
    contrast = f"{inside} against {outside}, within the account."
    return Property(factor, level, contrast, "group", fewest)


def property_values(videos: pl.DataFrame, codebook: Codebook) -> Floats:
    """Values of `properties(codebook)`, shape (videos, properties), NaN where missing.

    `videos` are rows of `fct_video_month`: all of the month, because a recurring heading is looked
    for in the account's whole list. Durations and lengths are logarithms to the base of 2, so that
    one unit is a doubling; those of zero count as missing.
    """
    doublings = pl.col("duration_seconds").log(2)
    title = pl.col("title").str.replace_all(_HASHTAG, "").str.strip_chars()
    columns = [
        doublings,
        doublings,
        *(pl.col("hour").is_between(low, high) for low, high in HOURS.values()),
        pl.col("weekday") >= 6,
        *(pl.col("secondary_category") == second.id for _, second in codebook.secondary),
        pl.col("hashtags").list.len(),
        title.str.len_chars().log(2),
        pl.col("is_in_series"),
        pl.col("is_pinned"),
    ]
    values = (
        videos.with_columns(is_in_series(videos).alias("is_in_series"))
        .select(column.cast(pl.Float64).alias(str(place)) for place, column in enumerate(columns))
        .to_numpy()
        .astype(np.float64, copy=False)
    )
    return np.where(np.isfinite(values), values, np.nan)
