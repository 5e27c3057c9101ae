"""Popular videos by year: as counted, and corrected for age and for the unfinished year.

Here: the yearly trend. Not here: the curve of growth (`statistics.growth_curve`), values at fixed
ages (`core.age`), or events within a year.

One crawl sees each year's videos at one age: a decline of quality and lack of time to be liked look
the same. Growth of the same videos between crawls tells them apart, if the growth of log likes
depends on a video's age and its account but not on its year. Then the increments of many videos
lead from a young age to an old one, each within an age that some pair of crawls covers; videos of
other ages are left out, and a year that mostly consists of such has no corrected value.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.contracts.development import PUBLISHING_TREND
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.age import of_same_kind
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.growth_curve import GrowthCurve, fit_growth
from sz_assets.core.statistics.intervals import MINIMUM_ACCOUNTS, t_interval

Floats = NDArray[np.float64]

HISTORY_MONTHS = 12
_FEWEST_VIDEOS = 5  # of an account and year
_FEWEST_ACCOUNTS = 5
_COMPARABLE_RATIO = 0.5  # of a year's videos, for a ratio
_FEWEST_DAYS = 60  # of a year, for a count: fewer weigh a single video like many
_COUNTABLE_RATIO = 0.95  # of the sample accounts' videos, for counts
_METHOD = (
    "Log likes brought to one age by each account's growth between crawls (piecewise linear in "
    "log age, same for all years); ratio of account means to the reference year, t interval on "
    "account values; counts: top of each account after correction, years weighted to full length"
)
_ONE_CRAWL = (
    "Not corrected: without growth between crawls, a video's age can't be told from its year."
)

_TOO_FEW = (
    f"Not corrected: fewer than {_FEWEST_ACCOUNTS} accounts have {_FEWEST_VIDEOS} videos of "
    "comparable age in this year and the reference year."
)
_NOT_COMPARABLE = (
    "Not corrected: most videos of this year have ages between which no growth was observed."
)
_SHORT_YEAR = (
    f"Count not corrected: fewer than {_FEWEST_DAYS} days of this year were observed; its videos "
    "are left out of the other years' counts."
)
_NO_INTERVAL = f"No interval: it would need {MINIMUM_ACCOUNTS} accounts that differ."


class _Corrected(NamedTuple):
    """One account's videos of comparable age."""

    account_id: str
    year: NDArray[np.int64]
    log_likes: Floats  # at a common age, up to a constant of the account
    left_out: int
    has_sample: bool


def publishing_trend(month: MonthData) -> pl.DataFrame:
    """Rows of `publishing_trend`: each year in which a video of the month was published.

    Reads `fct_video_month` and `engagement_summary` of the month, and `video_growth` of the last
    `HISTORY_MONTHS` crawl months up to it. The reference year is the one two years before the
    crawl's, or the last one before that with enough videos: it depends on no counter.
    """
    videos = month.videos("all").with_columns(
        age_days=(pl.col("observed_at") - pl.col("published_at")).dt.total_microseconds() / 86_400e6
    )
    years = [int(year) for year in videos["published_year"].unique().sort()]
    lengths = {year: _observed_days(year, videos, month) for year in years}
    accounts = _correct_accounts(videos, _pairs(month, videos))
    ratios = _ratios(accounts, videos, month.crawl_month.year - 2)
    counts = _counts(accounts, videos, lengths, month.study.sample.top)
    rows = []
    for year in years:
        own = videos.filter(published_year=year)
        ratio = ratios.get(year, _Ratio(note=_ONE_CRAWL if not accounts else _TOO_FEW))
        rows.append(
            {
                "crawl_month": month.crawl_month,
                "published_year": year,
                "sample_video_count": int(own["is_in_sample"].sum()),
                "video_count": own.height,
                "median_like_count": own["like_count"].cast(pl.Float64).median(),
                "observed_days": lengths[year],
                "age_corrected_multiplier": ratio.value,
                "interval_low": ratio.low,
                "interval_high": ratio.high,
                "corrected_video_count": counts.get(year),
                "method": _METHOD,
                "note": _note(ratio, accounts, bool(counts), lengths[year] < _FEWEST_DAYS),
                "incomplete_accounts": month.incomplete_accounts("all"),
            }
        )
    frame = pl.DataFrame(rows, schema=polars_schema(PUBLISHING_TREND), orient="row")
    return conform(frame, PUBLISHING_TREND)


class _Ratio(NamedTuple):
    value: float | None = None
    low: float | None = None
    high: float | None = None
    account_count: int = 0
    reference: int | None = None
    note: str | None = None


def _pairs(month: MonthData, videos: pl.DataFrame) -> pl.DataFrame:
    """The same video's likes in two crawls that followed each other."""
    growth = month.history["video_growth"]
    recent = growth["crawl_month"].unique().sort().tail(HISTORY_MONTHS)
    before = pl.col("like_count") - pl.col("like_growth")
    pairs = growth.filter(pl.col("crawl_month").is_in(recent.implode())).select(
        "account_id",
        "data_origin",
        "crawl_month",
        "video_id",
        age_after="age_days",
        age_before=pl.col("age_days") - pl.col("days_between"),
        log_after=pl.col("like_count").cast(pl.Float64).log1p(),
        log_before=before.cast(pl.Float64).log1p(),
    )
    usable = pairs.drop_nulls().filter(
        pl.col("age_before") >= 0, pl.col("age_before") < pl.col("age_after")
    )
    # In one order, so that sums round alike in every run.
    return of_same_kind(usable, videos).sort("crawl_month", "video_id")


def _correct_accounts(videos: pl.DataFrame, pairs: pl.DataFrame) -> list[_Corrected]:
    """The accounts whose growth is known, sorted by id."""
    found = []
    by_account = pairs.partition_by("account_id", as_dict=True)
    for (account_id,), own in videos.group_by("account_id", maintain_order=True):
        curve = _curve(by_account.get((account_id,)))
        liked = own.filter(pl.col("like_count").is_not_null()).sort("published_at", "video_id")
        if curve is None or liked.is_empty():
            continue
        ages = liked["age_days"].to_numpy()
        likes = liked["like_count"].cast(pl.Float64).log1p().to_numpy()
        inside = curve.main_range(ages)
        found.append(
            _Corrected(
                str(account_id),
                liked["published_year"].to_numpy()[inside],
                (likes - curve.at(ages))[inside],
                int((~inside).sum()),
                bool(own["is_in_sample"].any()),
            )
        )
    return sorted(found, key=lambda account: account.account_id)


def _curve(pairs: pl.DataFrame | None) -> GrowthCurve | None:
    if pairs is None:
        return None
    names = ("age_before", "age_after", "log_before", "log_after")
    return fit_growth(*(pairs[name].to_numpy() for name in names))


def _ratios(accounts: list[_Corrected], videos: pl.DataFrame, latest: int) -> dict[int, _Ratio]:
    """By year; empty if no year can be the reference."""
    means: dict[int, dict[str, float]] = {}
    comparable: dict[int, int] = {}
    for account in accounts:
        for year in np.unique(account.year).tolist():
            own = account.log_likes[account.year == year]
            comparable[year] = comparable.get(year, 0) + own.size
            if own.size >= _FEWEST_VIDEOS:
                means.setdefault(year, {})[account.account_id] = float(own.mean())
    enough = [y for y, of in means.items() if y <= latest and len(of) >= _FEWEST_ACCOUNTS]
    if not enough:
        return {}
    reference = max(enough)
    ratios = {}
    for year, count in videos.group_by("published_year").len().rows():
        both = sorted(means.get(year, {}).keys() & means[reference].keys())
        if comparable.get(year, 0) < _COMPARABLE_RATIO * count:
            ratios[year] = _Ratio(reference=reference, note=_NOT_COMPARABLE)
        elif len(both) < _FEWEST_ACCOUNTS:
            ratios[year] = _Ratio(reference=reference, note=_TOO_FEW)
        elif year == reference:
            ratios[year] = _Ratio(1.0, account_count=len(both), reference=reference)
        else:
            differences = np.array([means[year][a] - means[reference][a] for a in both])
            ratios[year] = _interval(differences, reference)
    return ratios


def _interval(differences: Floats, reference: int) -> _Ratio:
    """The mean of account values with its interval, exponentiated."""
    value, low, high = (float(x) for x in t_interval(differences).map(np.exp))
    n = differences.size
    if np.isnan(low):
        return _Ratio(value, None, None, n, reference, _NO_INTERVAL)
    return _Ratio(value, low, high, n, reference)


def _counts(
    accounts: list[_Corrected], videos: pl.DataFrame, lengths: dict[int, float], top: int
) -> dict[int, float]:
    """Videos by year among each sample account's top, with equal ages and whole years.

    Empty if the growth of an account of the sample, or too many of its videos' ages, are unknown:
    the rank of each video depends on all others. Years of which too few days were observed are left
    out: each of their videos would stand for many, and nothing tells which.
    """
    sampled = videos.filter(pl.col("is_in_sample").any().over("account_id"))
    known = [account for account in accounts if account.has_sample]
    comparable = sum(account.year.size for account in known)
    has_all = len(known) == sampled["account_id"].n_unique()
    if not has_all or comparable < _COUNTABLE_RATIO * sampled["like_count"].count() or not known:
        return {}
    counts = {year: 0.0 for year, days in lengths.items() if days >= _FEWEST_DAYS}
    for account in known:
        order = np.argsort(-account.log_likes, kind="stable")
        years = account.year[order]
        years = years[np.isin(years, list(counts))]
        weights = np.array([_days(year) / lengths[year] for year in years.tolist()])
        # Each stands for as many as a whole year would have; the last one in is cut to fit.
        taken = np.clip(top - (np.cumsum(weights) - weights), 0.0, weights)
        for year in np.unique(years).tolist():
            counts[year] += float(taken[years == year].sum())
    return counts


def _days(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _observed_days(year: int, videos: pl.DataFrame, month: MonthData) -> float:
    """Days of the year, in the study's time zone, before the last observation."""
    last: datetime = videos["observed_at"].sort()[-1]
    local = last.replace(tzinfo=UTC).astimezone(ZoneInfo(month.study.time_zone))
    passed = (local.replace(tzinfo=None) - datetime(year, 1, 1)).total_seconds() / 86_400
    return min(max(passed, 0.0), float(_days(year)))


def _note(ratio: _Ratio, accounts: list[_Corrected], is_counted: bool, is_short: bool) -> str:
    if ratio.note == _ONE_CRAWL:
        return _ONE_CRAWL
    notes = [ratio.note] if ratio.note else []
    if ratio.reference is not None:
        notes.append(f"Reference year {ratio.reference}.")
    if ratio.account_count:
        notes.append(f"{ratio.account_count} accounts.")
    if left_out := sum(account.left_out for account in accounts):
        notes.append(f"{left_out} videos of all years have ages without observed growth.")
    if is_short:
        notes.append(_SHORT_YEAR)
    elif not is_counted:
        notes.append("Counts are not corrected: growth is not known for enough of the sample.")
    return " ".join(notes)
