"""Indexes of accounts: the published fixtures, closed forms, ranks under other weights, no data."""

from __future__ import annotations

from datetime import date, datetime
from math import log
from typing import Any

import numpy as np
import polars as pl
import pytest

from sz_assets.core.indexes.catalogue import Index, published_indexes
from sz_assets.core.indexes.compute import (
    CHANGE,
    DRAWS,
    compute_indexes,
    evaluate,
    other_weights,
    rank,
)
from sz_assets.core.indexes.expression import Formula
from sz_assets.core.indexes.inputs import account_inputs
from sz_assets.core.month_data import MonthData
from sz_assets.study import Name
from sz_assets_tests.bundled import shenzhen

COUNTERS = ("like_count", "comment_count", "share_count", "favorite_count", "play_count")
VIDEOS = {
    "account_id": pl.String,
    "published_at": pl.Datetime("us"),
    "observed_at": pl.Datetime("us"),
    **dict.fromkeys(COUNTERS, pl.Int64),
}
PROFILES = {
    "account_id": pl.String,
    "follower_count": pl.Int64,
    "coverage_verdict": pl.String,
}
SEEN = datetime(2023, 10, 31, 4)


def month_of(
    videos: list[tuple[Any, ...]], profiles: list[tuple[Any, ...]] | None = None, seed: int = 0
) -> MonthData:
    """Videos as (account, day, likes, comments, shares, favorites, plays), in October 2023."""
    rows = [(a, datetime(2023, 10, day, 4), SEEN, *counters) for a, day, *counters in videos]
    told = profiles or [(a, 1_000_000, "complete") for a in sorted({v[0] for v in videos})]
    return MonthData(
        shenzhen(),
        date(2023, 10, 1),
        {
            "fct_video_month": pl.DataFrame(rows, schema=VIDEOS, orient="row"),
            "fct_account_month": pl.DataFrame(told, schema=PROFILES, orient="row"),
        },
        seed=seed,
    )


def index_of(identifier: str) -> Index:
    return next(index for index in published_indexes() if index.id == identifier)


def value_of(identifier: str, **inputs: float) -> float:
    index = index_of(identifier)
    assert index.formula is not None
    arrays = {name: np.array([float(value)]) for name, value in inputs.items()}
    return float(evaluate(Formula(index.formula), index, arrays)[0])


def row(frame: pl.DataFrame, index: str, account: str = "a") -> dict[str, Any]:
    return frame.filter(index_id=index, account_id=account).row(0, named=True)


def test_wci_2_0_gives_the_worked_example_of_its_source() -> None:
    found = value_of(
        "wci_2_0",
        play_sum=10_000,
        play_mean=100,
        play_max=300,
        like_sum=4_000,
        like_mean=40,
        like_max=60,
    )
    assert found == pytest.approx(411.4875079, abs=5e-7)
    reading = 0.4 * log(10_001) + 0.45 * log(101) + 0.15 * log(301)
    liking = 0.4 * log(4_001) + 0.45 * log(41) + 0.15 * log(61)
    assert found == pytest.approx(10 * (0.8 * reading + 0.2 * liking) ** 2, rel=1e-9)


def test_wci_14_2_is_its_closed_form() -> None:
    reads, wows, likes, shares, days, posts = 9_000, 80, 300, 150, 30, 12
    headline = (5_000, 50, 200, 90)
    peak = (2_000, 20, 70, 40)

    def part(r: float, z: float, s: float, t: float) -> float:
        return (
            0.7 * log(r + 1)
            + 0.09 * log(10 * z + 1)
            + 0.06 * log(10 * s + 1)
            + 0.15 * log(10 * t + 1)
        )

    sums = (reads, wows, likes, shares)
    expected = (
        12
        * (
            0.6 * part(*(x / days for x in sums))
            + 0.2 * part(*(x / posts for x in sums))
            + 0.1 * part(*(x / days for x in headline))
            + 0.1 * part(*peak)
        )
        ** 2
    )
    names = ("play", "wow", "like", "share")
    inputs = {f"{name}_sum": x for name, x in zip(names, sums, strict=True)}
    inputs |= {f"{name}_mean": x / posts for name, x in zip(names, sums, strict=True)}
    inputs |= {f"headline_{name}_sum": x for name, x in zip(names, headline, strict=True)}
    inputs |= {f"{name}_max": x for name, x in zip(names, peak, strict=True)}
    assert value_of("wci_14_2", days=days, **inputs) == pytest.approx(expected, rel=1e-9)


def test_a_months_indexes_are_their_closed_forms() -> None:
    month = month_of(
        [
            ("a", 1, 5_000, 10, 20, 30, None),
            ("a", 11, 2_500, 0, 4, 6, None),
            ("a", 21, 1_999, 7, 8, 9, None),
            ("b", 5, 10, 1, 1, 1, 100),
        ]
    )
    found = compute_indexes(month)
    vci = 160 * (0.2 * log(4) + 0.8 * (0.4 * log(33) + 0.4 * log(18) + 0.2 * log(9_500)))
    assert row(found, "vci")["value"] == pytest.approx(vci, rel=1e-9)
    total = 5_000 + 10 + 20 + 30 + 2_500 + 4 + 6 + 1_999 + 7 + 8 + 9
    followers = row(found, "engagement_rate_followers")["value"]
    assert followers == pytest.approx(total / 3 / 1e6, rel=1e-9)
    assert row(found, "h_likes")["value"] == 2
    assert row(found, "comments_per_like")["value"] == pytest.approx(17 / 9_499, rel=1e-9)
    assert row(found, "followers_per_like")["value"] == pytest.approx(1e6 / 9_499, rel=1e-9)
    assert row(found, "engagement_rate_views", "b")["value"] == pytest.approx(0.13, rel=1e-9)
    assert row(found, "likes_per_play", "b")["value"] == pytest.approx(0.1, rel=1e-9)
    _, inputs, _ = account_inputs(month)
    assert inputs["days"].tolist() == [31, 27]


@pytest.mark.parametrize(
    "index", ["wci_2_0", "wci_14_2", "engagement_rate_views", "likes_per_play"]
)
def test_hidden_plays_are_null_with_a_note_and_never_zero(index: str) -> None:
    told = row(compute_indexes(month_of([("a", 1, 5_000, 10, 20, 30, None)])), index)
    assert (told["value"], told["rank"], told["rank_low"], told["rank_high"]) == (None,) * 4
    assert "Not available for this account: " in told["note"]
    assert "play" in told["note"]


@pytest.mark.parametrize("index", ["dci", "newrank_douyin", "peoples_daily_douyin"])
def test_an_index_without_a_source_says_so_and_has_no_value(index: str) -> None:
    told = row(compute_indexes(month_of([("a", 1, 5_000, 10, 20, 30, 9_000)])), index)
    assert (told["value"], told["status"]) == (None, "unverified")
    assert (told["source"], told["formula"]) == ("none found", "none found")
    assert "no value" in told["note"]


def test_likes_that_are_missing_are_left_out_and_counted() -> None:
    found = compute_indexes(
        month_of([("a", 1, None, 1, 2, 3, None), ("a", 2, 3_000, 1, 2, 3, None)])
    )
    told = row(found, "shares_per_like")
    assert told["value"] == pytest.approx(2 / 3_000)
    assert "Left out: no like count: 1 of 2 videos." in told["note"]
    assert row(found, "engagement_rate_followers")["value"] == pytest.approx(3_006 / 1e6)


def test_a_ratio_of_counters_is_over_the_videos_that_have_both() -> None:
    # 50 plays per like, a comment per 10 likes and a share per 20; each counter has gaps.
    found = compute_indexes(
        month_of(
            [
                ("a", 1, 1_000, 100, None, 1, None),
                ("a", 2, 3_000, None, 150, 1, 150_000),
                ("a", 3, None, 700, 80, 1, 90_000),
                ("a", 4, 200, 20, 10, None, 10_000),
            ]
        )
    )
    assert row(found, "likes_per_play")["value"] == pytest.approx(1 / 50, rel=1e-12)
    assert row(found, "comments_per_like")["value"] == pytest.approx(1 / 10, rel=1e-12)
    assert row(found, "shares_per_like")["value"] == pytest.approx(1 / 20, rel=1e-12)


def test_a_ratio_of_counters_that_no_video_has_both_of_is_null() -> None:
    found = compute_indexes(
        month_of([("a", 1, 1_000, None, 2, 3, 50_000), ("a", 2, None, 7, 2, 3, 50_000)])
    )
    told = row(found, "comments_per_like")
    assert told["value"] is None
    assert "comment_with_like_sum, like_with_comment_sum" in told["note"]
    assert row(found, "likes_per_play")["value"] == pytest.approx(1 / 50, rel=1e-12)


def test_accounts_without_videos_likes_or_followers_have_no_numbers() -> None:
    month = month_of(
        [("zero", 1, 0, 0, 0, 0, 0), ("null", 1, None, None, None, None, None)],
        [("empty", None, "unknown"), ("null", None, "complete"), ("zero", 0, "complete")],
    )
    found = compute_indexes(month)
    assert found.filter(account_id="empty")["value"].null_count() == len(published_indexes())
    assert found.filter(account_id="null")["value"].null_count() == len(published_indexes())
    assert row(found, "comments_per_like", "zero")["value"] is None
    assert "division by zero" in row(found, "comments_per_like", "zero")["note"]
    assert row(found, "h_likes", "zero")["value"] == 0
    assert row(found, "vci", "zero")["value"] == pytest.approx(160 * 0.2 * log(2))
    assert row(found, "vci", "empty")["coverage_verdict"] == "unknown"


def test_no_account_gives_no_row() -> None:
    assert compute_indexes(month_of([], [])).is_empty()


def test_ranks_count_down_and_equal_values_share_the_better_one() -> None:
    values = np.array([[3.0], [np.nan], [5.0], [3.0 * (1 + 1e-15)], [-1.0]])
    assert rank(values)[[0, 2, 3, 4], 0].tolist() == [2, 1, 2, 4]
    assert rank(np.array([[0.0], [0.0], [-2.0], [-2.0]]))[:, 0].tolist() == [1, 1, 3, 3]


def test_other_weights_keep_their_groups_whole() -> None:
    index = index_of("vci")
    weights = other_weights(index, 7)
    for group in index.weights:
        total = sum(weights[name] for name in group)
        assert total == pytest.approx(np.ones(2 * 5 + DRAWS), abs=1e-12)
    # The first case halves the first weight: 0.1 beside 0.8.
    assert weights["w_activity"][0] == pytest.approx(0.2 * CHANGE / (0.2 * CHANGE + 0.8))
    assert weights["w_shares"][0] == pytest.approx(0.4)
    again = other_weights(index, 7)
    assert all((weights[name] == again[name]).all() for name in weights)
    assert any((weights[name] != other_weights(index, 8)[name]).any() for name in weights)
    mean = weights["w_activity"][10:].mean()
    assert mean == pytest.approx(0.2, abs=0.02)


def test_ranks_move_only_where_the_weights_decide() -> None:
    # a leads in everything; b has shares where c has comments.
    found = compute_indexes(
        month_of(
            [
                ("a", 1, 90_000, 9_000, 9_000, 9, None),
                ("b", 1, 5_000, 10, 900, 9, None),
                ("c", 1, 5_000, 900, 10, 9, None),
                ("d", 1, 5, 1, 1, 1, None),
            ]
        )
    )
    told = {a: row(found, "vci", a) for a in "abcd"}
    ranges = {a: (t["rank"], t["rank_low"], t["rank_high"]) for a, t in told.items()}
    assert ranges == {"a": (1, 1, 1), "b": (2, 2, 3), "c": (2, 2, 3), "d": (4, 4, 4)}
    assert row(found, "h_likes", "a")["rank_low"] is None


def test_the_seed_alone_decides_what_is_drawn() -> None:
    videos = [(a, 1, n, n + 3, 900 - n, 5, None) for n, a in enumerate("abcdefgh", start=1)]
    assert compute_indexes(month_of(videos, seed=4)).equals(
        compute_indexes(month_of(videos, seed=4))
    )


def test_indexes_are_data_that_another_file_may_bring() -> None:
    own = Index(
        id="own",
        name=Name(zh="自", en="Own"),
        version="1",
        formula="w * like_sum",
        weights=({"w": 1.0},),
        unit="likes",
        status="unverified",
    )
    found = compute_indexes(month_of([("a", 1, 7, 1, 1, 1, None)]), (own,))
    assert found.height == 1
    assert row(found, "own")["formula"] == "w * like_sum with w = 1"
    assert row(found, "own")["value"] == 7
