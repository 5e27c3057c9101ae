"""Whether the videos around a dated event of the study differ from those before and after it.

Here: the effect of each event on each metric. Not here: the calendar (a study's data), or changes
of level that no calendar names (`changepoints`).

An event's window is its days with `MARGIN_DAYS` on either side; it is compared with
`COMPARISON_DAYS` before and after it, without the windows of all events. The accounts are the
random part: a value per account, Student's t over the accounts (methods that hold for 13 of them).
What else fell on the same days for all accounts looks like the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.contracts import columns as c
from sz_assets.contracts.development import EVENT_EFFECTS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.local_days import local_day
from sz_assets.core.month_data import MonthData
from sz_assets.core.score_interval import Estimate, rate_ratio, t_ratio
from sz_assets.core.statistics.levels import FAMILY_LEVEL, holm
from sz_assets.study import Event

MARGIN_DAYS = 3
COMPARISON_DAYS = 60
SETTLED_DAYS = 14  # younger videos are still gaining too fast to be compared with older ones
LEAST_ACCOUNTS = 5
LEAST_EVENT_VIDEOS = 10
LEAST_SIDE_VIDEOS = 3  # per account, before and after
LEAST_SIDE_DAYS = 14  # that an account can be observed, before and after
EQUIVALENCE_RATIO = 1.25

_WINDOW = (
    f"event days ± {MARGIN_DAYS} against the {COMPARISON_DAYS} days before and after, without "
    "the days of other events"
)
_VALUE_METHOD = (
    f"Per account: mean log(1 + x) of the {_WINDOW}, the two sides weighing the same; t over the "
    "accounts."
)
_COUNT_METHOD = (
    f"Per account: videos a day in the {_WINDOW}, given the account's total and the weekdays; "
    "score t-test over the accounts, inverted for the interval."
)

_Row = dict[str, Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Videos:
    """Days are counted from 1970-01-01 in the study's zone; accounts are numbered from 0.

    `first` and `last` are each account's first video's day and its last whole day observed.
    """

    day: Ints
    account: Ints
    age_days: Ints
    first: Ints
    last: Ints
    values: dict[str, Floats]


def measure_events(month: MonthData) -> pl.DataFrame:
    """Rows of `analysis/event_effects`: every event of the study with every metric.

    Ratios are geometric, on 1 + x for counters; intervals hold for a single row, p-values are
    also given after Holm's correction over all rows, and only these make a `spike` or a `drop`.
    `none` is equivalence: the interval lies within a factor of `EQUIVALENCE_RATIO`.
    """
    videos = _read(month.videos("all"), month.study.time_zone)
    incomplete = month.incomplete_accounts("all")
    rows: list[_Row] = []
    for event in month.study.events:
        sides = _sides(event, month.study.events)
        side_of = _side_of(videos, sides)
        shared = _sharing(event, month.study.events)
        for metric in ("video_count", *c.METRICS):
            found = (
                _count_effect(videos, sides, side_of)
                if metric == "video_count"
                else _value_effect(videos, side_of, videos.values[metric])
            )
            rows.append(
                {
                    "crawl_month": month.crawl_month,
                    "event_id": event.id,
                    "event_name": f"{event.name.zh} / {event.name.en}",
                    "starts_on": event.starts_on,
                    "ends_on": event.last_day,
                    "metric": metric,
                    "method": _COUNT_METHOD if metric == "video_count" else _VALUE_METHOD,
                    "source": event.source,
                    "incomplete_accounts": incomplete,
                    **found,
                    "note": _joined(found["note"], shared),
                }
            )
    tested = [row for row in rows if row["p_value"] is not None]
    if tested:
        corrected = holm([row["p_value"] for row in tested])
        for row, p_value in zip(tested, corrected, strict=True):
            row["p_value_holm"] = p_value
            row["verdict"] = _verdict(row)
            row["method"] = f"{row['method']} Holm over {len(tested)} tests."
    frame = pl.DataFrame(rows, schema=polars_schema(EVENT_EFFECTS), orient="row")
    return conform(frame, EVENT_EFFECTS)


def _read(videos: pl.DataFrame, time_zone: str) -> _Videos:
    frame = videos.select(
        local_day("published_at", time_zone).to_physical().cast(pl.Int64).alias("day"),
        local_day("observed_at", time_zone).to_physical().cast(pl.Int64).alias("observed"),
        (pl.col("account_id").rank("dense") - 1).cast(pl.Int64).alias("account"),
        "is_pinned",
        *c.METRICS,
    )
    # A pinned video may be far older than all else that an incomplete list holds.
    usual = pl.col("day").filter(~pl.col("is_pinned")).min()
    bounds = (
        frame.group_by("account")
        .agg(
            usual.fill_null(pl.col("day").min()).alias("first"),
            (pl.col("observed").max() - 1).alias("last"),
        )
        .sort("account")
    )
    return _Videos(
        day=frame["day"].to_numpy(),
        account=frame["account"].to_numpy(),
        age_days=(frame["observed"] - frame["day"]).to_numpy(),
        first=bounds["first"].to_numpy(),
        last=bounds["last"].to_numpy(),
        values={m: frame[m].cast(pl.Float64).fill_null(np.nan).to_numpy() for m in c.METRICS},
    )


def _window(event: Event) -> range:
    """The event's days with the margin, as day numbers."""
    return range(_number(event.starts_on) - MARGIN_DAYS, _number(event.last_day) + MARGIN_DAYS + 1)


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def _sides(event: Event, events: tuple[Event, ...]) -> tuple[Ints, Ints, Ints]:
    """The day numbers of the window, of the comparison before it, and of that after it."""
    window = _window(event)
    taken = {day for other in events for day in _window(other)}
    before = range(window.start - COMPARISON_DAYS, window.start)
    after = range(window.stop, window.stop + COMPARISON_DAYS)
    return (
        np.array(window, dtype=np.int64),
        np.array([day for day in before if day not in taken], dtype=np.int64),
        np.array([day for day in after if day not in taken], dtype=np.int64),
    )


def _sharing(event: Event, events: tuple[Event, ...]) -> str | None:
    window = set(_window(event))
    others = [other.id for other in events if other.id != event.id and window & {*_window(other)}]
    return f"It shares days with {', '.join(others)}." if others else None


def _side_of(videos: _Videos, sides: tuple[Ints, Ints, Ints]) -> Ints:
    """Of each video the side that its day is on, -1 for none."""
    found = np.full(len(videos.day), -1, dtype=np.int64)
    for side, days in enumerate(sides):
        found[np.isin(videos.day, days)] = side
    return found


def _by_account(
    videos: _Videos, side_of: Ints, use: NDArray[np.bool_], values: Floats | None = None
) -> Floats:
    """Counts, or sums of the values, of the videos in use: a row per side, a column per account."""
    accounts = len(videos.first)
    cell = side_of[use] * accounts + videos.account[use]
    weights = None if values is None else values[use]
    return np.bincount(cell, weights, minlength=3 * accounts).astype(float).reshape(3, accounts)


def _value_effect(videos: _Videos, side_of: Ints, values: Floats) -> _Row:
    there = (side_of >= 0) & (videos.age_days >= SETTLED_DAYS)
    use_videos = there & ~np.isnan(values)
    missing = int(there.sum() - use_videos.sum())
    counts = _by_account(videos, side_of, use_videos)
    sums = _by_account(videos, side_of, use_videos, np.log1p(values))
    use = (counts[0] >= 1) & (counts[1:] >= LEAST_SIDE_VIDEOS).all(axis=0)
    event_count = int(counts[0][use].sum())
    result = _row(event_count, int(counts[1:][:, use].sum()), int(use.sum()))
    note = f"Left out without this value: {missing} of the videos then." if missing else None
    if use.sum() < LEAST_ACCOUNTS or event_count < LEAST_EVENT_VIDEOS:
        return {**result, "note": _joined(_too_few(result), note)}
    means = sums[:, use] / counts[:, use]
    estimate = t_ratio(means[0] - (means[1] + means[2]) / 2)
    return {**result, **_told(estimate), "note": _joined(note, _degenerate(estimate))}


def _count_effect(videos: _Videos, sides: tuple[Ints, Ints, Ints], side_of: Ints) -> _Row:
    weight = _weekday_weights(videos, np.concatenate(sides[1:]), side_of)
    # An account's first day has a video by definition: it begins to count on the next.
    whole = (videos.day > videos.first[videos.account]) & (
        videos.day <= videos.last[videos.account]
    )
    counts = _by_account(videos, side_of, whole & (side_of >= 0))
    exposure, days_there = np.zeros_like(counts), np.zeros_like(counts)
    for side, days in enumerate(sides):
        seen = (days > videos.first[:, None]) & (days <= videos.last[:, None])
        days_there[side] = seen.sum(axis=1)
        exposure[side] = (seen * weight[days % 7]).sum(axis=1)
    use = (
        (days_there[0] == len(sides[0]))
        & (days_there[1:] >= LEAST_SIDE_DAYS).all(axis=0)
        & (counts[1:] >= LEAST_SIDE_VIDEOS).all(axis=0)
    )
    observed, others = counts[0][use], counts[1:, use].sum(axis=0)
    inside, outside = exposure[0][use], exposure[1:, use].sum(axis=0)
    result = _row(int(observed.sum()), int(others.sum()), int(use.sum()))
    expected = float((others * inside / outside).sum())
    if use.sum() < LEAST_ACCOUNTS or max(expected, observed.sum()) < LEAST_EVENT_VIDEOS:
        return {**result, "note": _too_few(result)}
    estimate = rate_ratio(observed, others, inside, outside)
    return {**result, **_told(estimate), "note": _degenerate(estimate)}


def _weekday_weights(videos: _Videos, comparison: Ints, side_of: Ints) -> Floats:
    """Videos that a day of each weekday gets, relative to an average day, from all accounts."""
    days = np.bincount(comparison % 7, minlength=7)
    counted = np.bincount(videos.day[side_of >= 1] % 7, minlength=7)
    if not counted.all():
        return np.ones(7)
    rates: Floats = counted / np.maximum(days, 1)
    weights: Floats = rates / rates.mean()
    return weights


def _row(event_videos: int, comparison_videos: int, accounts: int) -> _Row:
    return {
        "event_video_count": event_videos,
        "comparison_video_count": comparison_videos,
        "account_count": accounts,
        **_told(Estimate(None, None, None, None)),
        "p_value_holm": None,
        "verdict": "not_testable",
    }


def _told(estimate: Estimate) -> _Row:
    return {
        "effect_multiplier": estimate.ratio,
        "interval_low": estimate.low,
        "interval_high": estimate.high,
        "p_value": estimate.p_value,
    }


def _too_few(row: _Row) -> str:
    return (
        f"Too few: {row['event_video_count']} videos of {row['account_count']} accounts that can "
        f"be compared, of at least {LEAST_EVENT_VIDEOS} videos and {LEAST_ACCOUNTS} accounts."
    )


def _degenerate(estimate: Estimate) -> str | None:
    if estimate.p_value is not None:
        return None
    if estimate.ratio == 0:
        return "No account published then: there is a ratio and no test."
    return "The accounts don't differ: there is no spread to test with."


def _joined(*sentences: str | None) -> str | None:
    return " ".join(filter(None, sentences)) or None


def _verdict(row: _Row) -> str:
    if row["p_value_holm"] < FAMILY_LEVEL:
        return "spike" if row["effect_multiplier"] > 1 else "drop"
    low, high = row["interval_low"], row["interval_high"]
    if low is None or high is None:
        return "undecided"
    within = low >= 1 / EQUIVALENCE_RATIO and high <= EQUIVALENCE_RATIO
    return "none" if within else "undecided"
