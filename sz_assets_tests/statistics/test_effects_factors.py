"""Properties of videos: their values, and which titles are of a series."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sz_assets.core.statistics.factors import is_in_series, properties, property_values
from sz_assets_tests.bundled import shenzhen

IN_SERIES = [
    "深圳往事 第3集",
    "第十二期｜带你看深圳",
    "纪录片第二季开播",
    "第二季",
    "科普第１２弹：夏日防晒",
    "宪法公开课第五讲",
    "「城市记忆」系列：大鹏所城",
    "《深圳味道》系列之三",
    "“老街”系列短片",
    "春运路上 #深圳故事系列 #回家",
    "＃湾区人物系列",
    "深圳EP1",
    "Shenzhen Stories ep. 12",
    "街头采访 Vol.7",
    "VOL 3 summer",
    "City Walk Episode 4",
    "A day on patrol, part 2",
    "Season 2 is here",
    "S01E02 the harbour",
    "寻人记（上）",
    "寻人记(下)",
    "寻人记【中篇】",
]
NOT_IN_SERIES = [
    "第三季度GDP增长",
    "第74集团军演练",
    "第一期间不得入内",
    "第一次来深圳",
    "这一系列举措",
    "#系列 活动",
    "春运路上 #深圳 系列活动",
    "STEP 3: wash your hands",
    "revolve 3 times",
    "take part in 2 events",
    "Everest1 and sleep1ng",
    "深圳（上海）",
    "上下班高峰",
    "party 2 night",
    "",
]


def titled(*titles: str | None, account: str = "one") -> pl.DataFrame:
    return pl.DataFrame(
        {"account_id": [account] * len(titles), "title": list(titles)},
        schema={"account_id": pl.String(), "title": pl.String()},
    )


@pytest.mark.parametrize("title", IN_SERIES)
def test_a_mark_makes_a_series(title: str) -> None:
    assert is_in_series(titled(title)).to_list() == [True]


@pytest.mark.parametrize("title", NOT_IN_SERIES)
def test_what_only_looks_like_a_mark_makes_none(title: str) -> None:
    assert is_in_series(titled(title)).to_list() == [False]


@pytest.mark.parametrize("heading", ["【深圳辟谣】", "《Night Shift》"])
def test_a_heading_that_recurs_in_an_account_makes_a_series(heading: str) -> None:
    thrice = titled(*[f"{heading}{place}" for place in range(3)], f"看{heading}")
    assert is_in_series(thrice).to_list() == [True, True, True, False]
    twice = titled(f"{heading}a", f" {heading}b")
    other = titled(f"{heading}c", f"{heading}d", account="two")
    assert is_in_series(pl.concat([twice, other])).to_list() == [False] * 4


def test_no_title_is_neither_in_a_series_nor_outside() -> None:
    assert is_in_series(titled(None, None, None)).to_list() == [None] * 3


def test_values_of_each_property() -> None:
    codebook = shenzhen().codebook
    videos = pl.DataFrame(
        {
            "account_id": ["one"] * 3,
            "duration_seconds": [8.0, None, 0.0],
            "hour": [5, 6, 18],
            "weekday": [5, 6, 7],
            "secondary_category": ["natural", "visual", None],
            "hashtags": [["a", "b"], [], None],
            "title": ["四个字吗 #深圳 ＃夜景", "#深圳", None],
            "is_pinned": [True, False, False],
        }
    )
    names = [(item.factor, item.level) for item in properties(codebook)]
    assert len(names) == len(set(names)) == 27
    assert all(item.contrast.endswith(".") for item in properties(codebook))
    values = property_values(videos, codebook)
    assert values.shape == (3, 27)
    found = {name: values[:, place].tolist() for place, name in enumerate(names)}
    nan = pytest.approx(np.nan, nan_ok=True)
    assert found["duration", "per_doubling"] == [3.0, nan, nan]
    assert found["duration", "u_shape"] == [3.0, nan, nan]
    assert found["hour", "night_00_05"] == [1.0, 0.0, 0.0]
    assert found["hour", "morning_06_11"] == [0.0, 1.0, 0.0]
    assert found["hour", "afternoon_12_17"] == [0.0, 0.0, 0.0]
    assert found["hour", "evening_18_23"] == [0.0, 0.0, 1.0]
    assert found["weekday", "weekend"] == [0.0, 1.0, 1.0]
    assert found["topic", "natural"] == [1.0, 0.0, nan]
    assert found["topic", "visual"] == [0.0, 1.0, nan]
    assert found["hashtag_count", "per_tag"] == [2.0, 0.0, nan]
    assert found["title_length", "per_doubling"] == [2.0, nan, nan]
    assert found["series", "in_series"] == [0.0, 0.0, nan]
    assert found["pinned", "is_pinned"] == [1.0, 0.0, 0.0]
