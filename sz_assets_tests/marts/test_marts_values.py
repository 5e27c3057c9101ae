"""Each mart against an independent computation in Polars and NumPy on the same lake.

Longer than 300 lines: what is recomputed for one mart serves the next.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sz_assets.contracts import columns as c
from sz_assets.contracts.core import ACCOUNTS, CRAWL_COVERAGE, VIDEO_CODES, VIDEOS
from sz_assets.contracts.marts import ENGAGEMENT_TABLES
from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import conform
from sz_assets.storage import Lake

Row = dict[str, Any]


def _core(lake: Lake, table: Table) -> list[Row]:
    return [row for month in lake.months(table) for row in lake.read(table, month).to_dicts()]


def _key(row: Row) -> tuple[Any, ...]:
    return row["crawl_month"], row["account_id"], row["video_id"]


@pytest.fixture(scope="module")
def marts(built: Path, read_marts: Any) -> dict[str, pl.DataFrame]:
    return read_marts(built)


@pytest.fixture(scope="module")
def sampled(lake: Lake, dbt: Any) -> list[Row]:
    """All videos with rank and sample flag, by sorting each list in Python."""
    eligible = {
        (row["crawl_month"], row["account_id"]): row["is_eligible"] for row in _core(lake, ACCOUNTS)
    }
    lists: dict[Any, list[Row]] = defaultdict(list)
    for row in _core(lake, VIDEOS):
        lists[row["crawl_month"], row["account_id"]].append(row)
    for account_month, videos in lists.items():
        known = [row for row in videos if row["like_count"] is not None]
        known.sort(key=lambda row: (-row["like_count"], row["published_at"], row["video_id"]))
        for row in videos:
            row |= {"like_rank": None, "is_in_sample": False}
        for rank, row in enumerate(known, start=1):
            row |= {"like_rank": rank, "is_in_sample": eligible[account_month] and rank <= dbt.top}
    return [row for videos in lists.values() for row in videos]


@pytest.fixture(scope="module")
def groups(sampled: list[Row]) -> dict[tuple[Any, str], list[Row]]:
    """Videos by crawl month and population."""
    found: dict[tuple[Any, str], list[Row]] = defaultdict(list)
    for row in sampled:
        found[row["crawl_month"], "all"].append(row)
        if row["is_in_sample"]:
            found[row["crawl_month"], "sample"].append(row)
    return found


def _present(rows: list[Row], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows if row[name] is not None], dtype=float)


def _median(rows: list[Row], name: str) -> float | None:
    values = _present(rows, name)
    return float(np.median(values)) if values.size else None


@pytest.mark.parametrize("table", ENGAGEMENT_TABLES, ids=lambda table: table.name)
def test_mart_keeps_its_contract(marts: dict[str, pl.DataFrame], table: Table) -> None:
    frame = marts[table.name]
    assert frame.columns == table.column_names
    assert conform(frame, table).height > 0


def test_dim_account_is_the_newest_month(marts: dict[str, pl.DataFrame], lake: Lake) -> None:
    newest = {row["account_id"]: row for row in _core(lake, ACCOUNTS)}
    rows = marts["dim_account"].to_dicts()
    assert {row["account_id"]: row["name_en"] for row in rows} == {
        account_id: row["name_en"] for account_id, row in newest.items()
    }


def test_fct_account_month_counts_videos(marts: dict[str, pl.DataFrame], lake: Lake) -> None:
    videos = _core(lake, VIDEOS)
    in_all = Counter((row["crawl_month"], row["account_id"]) for row in videos)
    in_month = Counter(
        (row["crawl_month"], row["account_id"])
        for row in videos
        if row["published_month"] == row["crawl_month"]
    )
    assert in_month
    coverage = {
        (row["crawl_month"], row["account_id"]): row["coverage_verdict"]
        for row in _core(lake, CRAWL_COVERAGE)
    }
    rows = marts["fct_account_month"].to_dicts()
    assert len(rows) == len(_core(lake, ACCOUNTS))
    for row in rows:
        account_month = row["crawl_month"], row["account_id"]
        assert row["video_count"] == in_all[account_month]
        assert row["published_in_month_count"] == in_month[account_month]
        assert row["coverage_verdict"] == coverage[account_month]
        assert row["follower_count"] == row["crawl_month"].month * 1000


def test_fct_video_month_ranks_and_samples(
    marts: dict[str, pl.DataFrame], sampled: list[Row], lake: Lake
) -> None:
    codes = {_key(row): row for row in _core(lake, VIDEO_CODES)}
    verdicts = {
        (row["crawl_month"], row["account_id"]): row["coverage_verdict"]
        for row in _core(lake, CRAWL_COVERAGE)
    }
    expected = {
        _key(row): row
        | codes[_key(row)]
        | {"coverage_verdict": verdicts[row["crawl_month"], row["account_id"]]}
        for row in sampled
    }
    rows = marts["fct_video_month"].to_dicts()
    assert len(rows) == len(expected)
    for row in rows:
        assert row == {name: expected[_key(row)][name] for name in row}
    assert any(row["is_in_sample"] for row in rows)
    assert sum(row["like_rank"] is None for row in rows) > 5


def _gini(values: np.ndarray) -> float:
    """By its other definition: the mean absolute difference of all pairs over twice the mean."""
    return float(np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean()))


def test_engagement_summary(marts: dict[str, pl.DataFrame], groups: Any) -> None:
    rows = marts["engagement_summary"].to_dicts()
    assert len(rows) == 4 * len(c.POPULATIONS) * len(c.METRICS)
    for row in rows:
        videos = groups[row["crawl_month"], row["population"]]
        values = _present(videos, row["metric"])
        assert row["video_count"] == values.size > 1
        assert row["missing_count"] == len(videos) - values.size
        expected = {
            "mean": values.mean(),
            "std_dev": values.std(ddof=1),
            "min": values.min(),
            "max": values.max(),
            "below_500_count": (values < 500).sum(),
            "below_500_ratio": (values < 500).mean(),
        }
        quantiles = {"p10": 10, "q1": 25, "median": 50, "q3": 75, "p90": 90, "p99": 99}
        expected |= {name: np.percentile(values, p) for name, p in quantiles.items()}
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-12)
        if values.sum():
            assert row["gini"] == pytest.approx(_gini(values), rel=1e-9)
        else:
            assert row["gini"] is None


def test_engagement_histogram(marts: dict[str, pl.DataFrame], groups: Any) -> None:
    edges = [0.0, *(10 ** (k / 5) for k in range(60))]
    expected = {}
    for (month, population), videos in groups.items():
        for metric in c.METRICS:
            # A value that lies on an edge up to rounding opens that bin.
            values = _present(videos, metric) * (1 + 1e-12)
            counts, _ = np.histogram(values, edges)
            for lower, upper, count in zip(edges, edges[1:], counts, strict=False):
                if count:
                    expected[month, population, metric, round(lower, 6)] = (upper, int(count))
    rows = marts["engagement_histogram"].to_dicts()
    actual = {
        (row["crawl_month"], row["population"], row["metric"], round(row["bin_lower"], 6)): (
            pytest.approx(row["bin_upper"]),
            row["video_count"],
        )
        for row in rows
    }
    assert actual == expected
    # Shares are the powers of ten from 1 to 10,000: each opens a bin.
    shares = {row["bin_lower"] for row in rows if row["metric"] == "share_count"}
    assert shares == {1.0, 10.0, 100.0, 1000.0, 10000.0}


def test_publishing_by_year_and_hour(marts: dict[str, pl.DataFrame], groups: Any) -> None:
    years: Counter[tuple[Any, ...]] = Counter()
    hours: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for (month, population), videos in groups.items():
        for row in videos:
            years[month, population, row["published_year"]] += 1
            hours[month, population, row["weekday"], row["hour"]].append(row)
    assert {row[:3]: row[3] for row in marts["publishing_by_year"].rows()} == years
    assert {row[:4]: row[4:6] for row in marts["publishing_by_hour"].rows()} == {
        key: (len(videos), _median(videos, "like_count")) for key, videos in hours.items()
    }


def test_duration_engagement(marts: dict[str, pl.DataFrame], groups: Any) -> None:
    edges = [0.0, *(10 ** (k / 5) for k in range(30))]
    expected = {}
    for (month, population), videos in groups.items():
        binned: dict[float, list[Row]] = defaultdict(list)
        for row in videos:
            if row["duration_seconds"] is not None:
                binned[max(e for e in edges if e <= row["duration_seconds"])].append(row)
        for lower, rows in binned.items():
            likes = _present(rows, "like_count")
            expected[month, population, round(lower, 9)] = (
                pytest.approx(edges[edges.index(lower) + 1]),
                len(rows),
                *(_median(rows, metric) for metric in c.METRICS[1:]),
                *(pytest.approx(np.percentile(likes, p)) if likes.size else None for p in (25, 75)),
            )
    actual = {
        (*row[:2], round(row[2], 9)): row[3:-1] for row in marts["duration_engagement"].rows()
    }
    assert actual == expected
    assert len(actual) > 60


def test_account_engagement(marts: dict[str, pl.DataFrame], groups: Any) -> None:
    expected: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for (month, population), videos in groups.items():
        for row in videos:
            expected[month, population, row["account_id"]].append(row)
    rows = marts["account_engagement"].to_dicts()
    assert len(rows) == len(expected)
    for row in rows:
        videos = expected[row["crawl_month"], row["population"], row["account_id"]]
        assert row["video_count"] == len(videos)
        for metric in c.METRICS:
            values = _present(videos, metric)
            assert row[f"mean_{metric}"] == pytest.approx(values.mean(), rel=1e-12)
            assert row[f"median_{metric}"] == pytest.approx(np.median(values), rel=1e-12)
        likes = sorted(_present(videos, "like_count"), reverse=True)
        assert row["total_like_count"] == sum(likes)
        assert row["h_index"] == max(
            (h for h in range(1, len(likes) + 1) if likes[h - 1] >= h * 1000), default=0
        )
    assert len({row["h_index"] for row in rows}) > 3


def test_category_engagement(marts: dict[str, pl.DataFrame], groups: Any, lake: Lake) -> None:
    codes = {_key(row): row for row in _core(lake, VIDEO_CODES)}
    rows = marts["category_engagement"].to_dicts()
    assert {row["crawl_month"] for row in rows} == {month for month, _ in groups}
    for row in rows:
        sample = groups[row["crawl_month"], "sample"]
        videos = [
            video
            for video in sample
            if codes[_key(video)]["secondary_category"] == row["secondary_category"]
        ]
        assert row["primary_category"] == codes[_key(videos[0])]["primary_category"]
        assert row["video_count"] == len(videos)
        assert row["human_coded_count"] == sum(
            codes[_key(video)]["coding_method"] in ("human", "adjudicated") for video in videos
        )
        assert row["video_share_ratio"] == len(videos) / len(sample)
        likes, all_likes = (sum(_present(rows, "like_count")) for rows in (videos, sample))
        assert row["like_share_ratio"] == pytest.approx(likes / all_likes)
        for metric in c.METRICS:
            assert row[f"median_{metric}"] == _median(videos, metric)
        best = min(
            videos,
            key=lambda v: (-v["like_count"], v["published_at"], v["video_id"], v["account_id"]),
        )
        assert row["exemplar_video_id"] == best["video_id"]
        assert row["exemplar_account_id"] == best["account_id"]
        assert row["exemplar_title"] == best["title"]


def test_category_specialisation(marts: dict[str, pl.DataFrame], groups: Any, lake: Lake) -> None:
    codes = {_key(row): row["secondary_category"] for row in _core(lake, VIDEO_CODES)}
    counts: Counter[tuple[Any, ...]] = Counter()
    for (month, population), videos in groups.items():
        for row in videos:
            category = codes[_key(row)]
            for account in (row["account_id"], "all"):
                counts[month, population, account, category] += 1
                counts[month, population, account, "any"] += 1
    rows = marts["category_specialisation"].to_dicts()
    for row in rows:
        group, account = (row["crawl_month"], row["population"]), row["account_id"]
        category = row["secondary_category"]
        own, of_all = (
            counts[*group, name, category] / counts[*group, name, "any"]
            for name in (account, "all")
        )
        assert row["video_count"] == counts.pop((*group, account, category))
        assert row["account_video_count"] == counts[*group, account, "any"]
        assert row["video_share_ratio"] == pytest.approx(own)
        assert row["population_share_ratio"] == pytest.approx(of_all)
        assert row["location_quotient"] == pytest.approx(own / of_all)
    left = {key[2:] for key in counts if key[3] not in ("any", None) and key[2] != "all"}
    assert len(rows) > 40
    assert left == set()


def test_every_summary_names_the_accounts_that_it_lacks(
    marts: dict[str, pl.DataFrame], lake: Lake
) -> None:
    accounts = {(row["crawl_month"], row["account_id"]): row for row in _core(lake, ACCOUNTS)}
    lacking: dict[tuple[Any, str], list[str]] = defaultdict(list)
    for row in _core(lake, CRAWL_COVERAGE):
        key = row["crawl_month"], row["account_id"]
        if row["coverage_verdict"] != "complete":
            lacking[row["crawl_month"], "all"].append(row["account_id"])
            if accounts[key]["is_eligible"] or accounts[key]["observed_at"] is None:
                lacking[row["crawl_month"], "sample"].append(row["account_id"])
    assert len(lacking) >= 2
    for name in (
        "engagement_summary",
        "engagement_histogram",
        "publishing_by_year",
        "publishing_by_hour",
        "duration_engagement",
        "category_engagement",
    ):
        told = {
            (row["crawl_month"], row.get("population", "sample")): row["incomplete_accounts"]
            for row in marts[name].to_dicts()
        }
        assert told == {key: ", ".join(sorted(lacking[key])) or None for key in told}
