"""Growth between crawls and passages of ages, against plain Python on the same lake."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pytest

from sz_assets.contracts.core import CRAWL_COVERAGE, VIDEOS
from sz_assets.contracts.growth import COUNTERS, GROWTH_SUMMARY, PASSAGE_AGES
from sz_assets.contracts.table import Table
from sz_assets.storage import Lake

Row = dict[str, Any]
DAY = 86_400


def _core(lake: Lake, table: Table) -> list[Row]:
    return [row for month in lake.months(table) for row in lake.read(table, month).to_dicts()]


@pytest.fixture(scope="module")
def marts(built: Path, read_marts: Any) -> dict[str, pl.DataFrame]:
    return read_marts(built)


@pytest.fixture(scope="module")
def lists(lake: Lake) -> dict[tuple[date, str], dict[str, Row]]:
    """The videos of each account and crawl month, by id; empty ones too."""
    found: dict[tuple[date, str], dict[str, Row]] = {
        (row["crawl_month"], row["account_id"]): {} for row in _core(lake, CRAWL_COVERAGE)
    }
    for row in _core(lake, VIDEOS):
        found[row["crawl_month"], row["account_id"]][row["video_id"]] = row
    return found


@pytest.fixture(scope="module")
def coverage(lake: Lake) -> dict[tuple[date, str], Row]:
    return {(row["crawl_month"], row["account_id"]): row for row in _core(lake, CRAWL_COVERAGE)}


def _earlier(coverage: dict[tuple[date, str], Row], month: date, account_id: str) -> list[date]:
    """Earlier crawl months of the account that are of the same kind, in order."""
    kind = coverage[month, account_id]["data_origin"] == "simulated"
    return sorted(
        other
        for other, other_account in coverage
        if other_account == account_id
        and other < month
        and (coverage[other, account_id]["data_origin"] == "simulated") == kind
    )


def _days(earlier: Any, later: Any) -> float:
    return float((later - earlier).total_seconds()) / DAY


@pytest.fixture(scope="module")
def expected_growth(
    lists: dict[Any, dict[str, Row]], coverage: dict[Any, Row]
) -> dict[tuple[Any, ...], Row]:
    expected: dict[tuple[Any, ...], Row] = {}
    for (month, account_id), now in coverage.items():
        earlier = _earlier(coverage, month, account_id)
        if not earlier:
            continue
        before = coverage[earlier[-1], account_id]
        current, previous = lists[month, account_id], lists[earlier[-1], account_id]
        for video_id in current.keys() | previous.keys():
            new, old = current.get(video_id), previous.get(video_id)
            growth: list[int | None] = [None] * 4
            if new and old:
                growth = [
                    None if None in (new[name], old[name]) else new[name] - old[name]
                    for name in COUNTERS
                ]
            known = [value for value in growth if value is not None]
            expected[month, account_id, video_id] = {
                "previous_crawl_month": earlier[-1],
                "age_days": new and pytest.approx(_days(new["published_at"], new["observed_at"])),
                "days_between": new and old and _days(old["observed_at"], new["observed_at"]),
                "like_count": new and new["like_count"],
                **dict(
                    zip((n.replace("_count", "_growth") for n in COUNTERS), growth, strict=True)
                ),
                "is_new": False if old else before["coverage_verdict"] == "complete" or None,
                "is_gone": False if new else now["coverage_verdict"] == "complete" or None,
                "is_fallen": any(value < 0 for value in known) if known else None,
                "coverage_verdict": now["coverage_verdict"],
                "data_origin": now["data_origin"],
            }
    return expected


def test_video_growth(
    marts: dict[str, pl.DataFrame], expected_growth: dict[tuple[Any, ...], Row]
) -> None:
    actual = {
        (row.pop("crawl_month"), row.pop("account_id"), row.pop("video_id")): row
        for row in marts["video_growth"].to_dicts()
    }
    assert actual == expected_growth
    for flag in ("is_new", "is_gone", "is_fallen"):
        assert {row[flag] for row in actual.values()} == {True, False, None}
    of_news = [row for (_, account_id, _), row in actual.items() if account_id == "news"]
    assert {row["previous_crawl_month"].month for row in of_news} == {3, 5}


def test_growth_summary(
    marts: dict[str, pl.DataFrame],
    expected_growth: dict[tuple[Any, ...], Row],
    coverage: dict[Any, Row],
) -> None:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for (month, account_id, _), row in expected_growth.items():
        groups[month, account_id].append(row)
    expected = {}
    for month, account_id in coverage:
        earlier = _earlier(coverage, month, account_id)
        if not earlier:
            continue
        rows = groups[month, account_id]
        growths = [[row[name.replace("_count", "_growth")] for row in rows] for name in COUNTERS]
        present = [[value for value in growth if value is not None] for growth in growths]
        rates = [r["like_growth"] / r["days_between"] for r in rows if r["like_growth"] is not None]
        expected[month, account_id] = (
            earlier[-1],
            sum(row["days_between"] is not None for row in rows),
            *(sum(row["is_new"] is flag for row in rows) for flag in (True, None)),
            *(sum(row["is_gone"] is flag for row in rows) for flag in (True, None)),
            *(sum(value < 0 for value in values) for values in present),
            *(sum(values) if values else None for values in present),
            pytest.approx(median(rates)) if rates else None,
            coverage[month, account_id]["coverage_verdict"],
        )
    actual = {row[:2]: row[2:] for row in marts["growth_summary"].rows()}
    assert actual == expected
    assert ("silent", 0) in {(key[1], row[1]) for key, row in actual.items()}
    totals = marts["growth_summary"].select(
        pl.col([name for name in GROWTH_SUMMARY.column_names if name.endswith("_count")]).sum()
    )
    never = {n for n, total in totals.to_dicts()[0].items() if total == 0}
    assert never == {"fallen_comment_count"}  # the test's comments are always 0


def test_video_age_passage(
    marts: dict[str, pl.DataFrame], lists: dict[Any, dict[str, Row]], coverage: dict[Any, Row]
) -> None:
    expected = {}
    for (month, account_id), videos in lists.items():
        earlier = _earlier(coverage, month, account_id)
        for video_id, now in videos.items():
            sightings = [
                lists[m, account_id][video_id] for m in earlier if video_id in lists[m, account_id]
            ]
            ages = [_days(row["published_at"], row["observed_at"]) for row in (*sightings, now)]
            for age in PASSAGE_AGES:
                if ages[-1] < age or any(value >= age for value in ages[:-1]):
                    continue
                before = sightings[-1] if sightings else dict.fromkeys(now)
                expected[month, account_id, video_id, age] = {
                    "published_year": now["published_year"],
                    "previous_crawl_month": before["crawl_month"],
                    "age_before_days": pytest.approx(ages[-2]) if sightings else None,
                    "age_after_days": pytest.approx(ages[-1]),
                    **{f"{name}_before": before[name] for name in COUNTERS},
                    **{f"{name}_after": now[name] for name in COUNTERS},
                    "coverage_verdict": coverage[month, account_id]["coverage_verdict"],
                    "data_origin": now["data_origin"],
                }
    keys = ("crawl_month", "account_id", "video_id", "age_days")
    actual = {
        tuple(row.pop(key) for key in keys): row for row in marts["video_age_passage"].to_dicts()
    }
    assert actual == expected
    bracketed = [row for row in actual.values() if row["previous_crawl_month"]]
    assert len(bracketed) > 5
    # Some video was missed by the crawl in between.
    assert any(
        row["previous_crawl_month"] != _earlier(coverage, key[0], key[1])[-1]
        for key, row in actual.items()
        if row["previous_crawl_month"]
    )
