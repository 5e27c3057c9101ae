"""Rows of the marts and analysis tables behind the further charts and the report's analysis.

Longer than 300 lines: one function per table, all values plain enough to be checked by eye.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

Row = dict[str, Any]
COUNTERS = ("like_count", "favorite_count", "share_count", "comment_count")
RATIOS = ("gini", "largest_ratio", "top_1_ratio", "top_10_ratio", "mean_account_gini")
STATISTICS = (
    *("mean", "median", "geometric_mean", "trimmed_mean", "mean_without_largest", "std_dev"),
    *("min", "p10", "max", "below_500_ratio", "account_median", "account_geometric_mean"),
    *RATIOS,
)
EFFECTS = (
    ("duration", "per_doubling", 1.08, 0.9, 1.3, "undecided"),
    ("duration", "u_shape", None, None, None, "not_estimable"),
    ("hour", "evening_18_23", 1.61, 1.25, 2.07, "positive"),
    ("weekday", "weekend", 0.55, 0.4, 0.76, "negative"),
    ("topic", "natural", 1.2, None, None, "undecided"),
    ("something", "A & <b>", 1.02, 0.7, 1.49, "undecided"),
)


def _populations(month: date, make: Callable[[str], list[Row]]) -> list[Row]:
    return [
        {"crawl_month": month, "population": population, **row}
        for population in ("sample", "all")
        for row in make(population)
    ]


def _accounts(ids: Sequence[str]) -> Callable[[str], list[Row]]:
    def make(population: str) -> list[Row]:
        scale = 2 if population == "sample" else 1
        return [
            {
                "account_id": id_,
                "video_count": 400 - 10 * place,
                **{
                    f"{statistic}_{metric}": scale * 1000.0 * (place + 1) * (1 + is_mean)
                    for metric in ("duration_seconds", *COUNTERS)
                    for is_mean, statistic in enumerate(("median", "mean"))
                },
                "total_like_count": 10**6,
                "h_index": 10 + place,
                "coverage_verdict": "complete",
            }
            for place, id_ in enumerate(ids)
            # The last account is not eligible.
            if population == "all" or place < len(ids) - 1
        ]

    return make


def _hours(population: str) -> list[Row]:
    return [
        {
            "weekday": weekday,
            "hour": hour,
            "video_count": 1 + weekday * hour,
            "median_like_count": None if hour == 1 else 100.0 * weekday * hour,
        }
        for weekday in range(1, 8)
        for hour in range(24)
        if (weekday, hour) != (3, 4)
    ]


def _durations(population: str) -> list[Row]:
    return [
        {
            "bin_lower": 0.0 if k is None else 10 ** (k / 5),
            "bin_upper": 1.0 if k is None else 10 ** ((k + 1) / 5),
            "video_count": 1 if k is None else 10 + k**2,
            **{f"median_{metric}": 100.0 * (1 + (k or 0)) for metric in COUNTERS},
            "median_like_count": None if k == 9 else 100.0 * (1 + (k or 0)),
            "q1_like_count": None if k == 9 else 50.0 * (k or 0),
            "q3_like_count": None if k == 9 else 300.0 * (1 + (k or 0)),
        }
        for k in (None, 3, 4, 5, 6, 9)
    ]


def _growth(month: date, ids: Sequence[str]) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "account_id": id_,
            "previous_crawl_month": date(2023, 9, 1),
            "compared_video_count": 300 + place,
            "new_video_count": 7 * place,
            "unknown_new_video_count": 0,
            "gone_video_count": place // 2,
            "unknown_gone_video_count": 3 if place == 1 else 0,
            **{f"fallen_{name}_count": place for name in ("like", "favorite", "share", "comment")},
            **{f"total_{name}_growth": 99 for name in ("favorite", "share", "comment")},
            "total_like_growth": None if place == 3 else 1000 - 700 * place,
            "median_like_growth_per_day": None if place == 3 else 1.5 - place,
            "coverage_verdict": "complete",
        }
        for place, id_ in enumerate(ids)
    ]


def _description(population: str) -> list[Row]:
    rows = []
    for place, metric in enumerate(("duration_seconds", *COUNTERS)):
        for number, statistic in enumerate(STATISTICS):
            is_ratio = statistic.endswith("ratio") or "gini" in statistic
            about_accounts = "account" in statistic
            value = 0.03 * (number + 1) if is_ratio else 1234.5 * (place + 1) + number
            held = about_accounts and metric != "comment_count"
            rows.append(
                {
                    "metric": metric,
                    "statistic": statistic,
                    "value": None if statistic == "largest_ratio" and place == 2 else value,
                    "unit": "ratio 0 to 1" if is_ratio else "count",
                    "interval_low": value * 0.9 if held else None,
                    "interval_high": value * 1.1 if held else None,
                    "estimand": "accounts_like_these" if about_accounts else "these_videos",
                    "method": f"method of {statistic}",
                    "video_count": 900,
                    "account_count": 5,
                }
            )
    return rows


def _lorenz(population: str) -> list[Row]:
    # Comments are all zero, so that there is no curve.
    return [
        {"metric": metric, "video_ratio": x, "value_ratio": x ** (3.0 + place)}
        for place, metric in enumerate(("duration_seconds", *COUNTERS[:3]))
        for x in np.linspace(0, 1, 21).tolist()
    ]


def _tails(population: str, title: str) -> list[Row]:
    return [
        {
            "metric": metric,
            "xmin": 5000.0,
            "tail_count": 120,
            "power_law_alpha": 2.25,
            "lognormal_mu": 9.0,
            "lognormal_sigma": 1.5,
            "log_likelihood_difference": -1.75,
            "p_value": None if verdict == "undecided" else 0.0004,
            "verdict": verdict,
            "note": title,
        }
        for metric, verdict in zip(
            COUNTERS, ("lognormal", "power_law", "undecided", "lognormal"), strict=True
        )
    ]


def _effects(population: str, title: str) -> list[Row]:
    shrink = 0.5 if population == "sample" else 1.0
    return [
        {
            "metric": metric,
            "factor": factor,
            "level": level,
            "contrast": f"{factor} {level}: {title}",
            "effect_multiplier": None if ratio is None else math.exp(shrink * math.log(ratio)),
            "interval_low": low,
            "interval_high": high,
            "p_value": 0.01,
            "p_value_holm": None if ratio is None else 0.0004 if ratio > 1.5 else 0.1234,
            "verdict": verdict,
            "estimand": "accounts_like_these",
            "method": "two-step slopes",
            "video_count": 4790,
            "account_count": 5,
            "note": title,
        }
        for metric in COUNTERS
        for factor, level, ratio, low, high, verdict in EFFECTS
    ]


def _claims(month: date, title: str) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "claim_id": f"claim_{verdict}",
            "section": "5.1",
            "statement_en": f"Duration does not matter. {title}",
            "statement_zh": f"时长无关。{title}",
            "population": "all",
            "tested_by": "engagement_effects",
            "effect_multiplier": None if verdict == "not_testable" else 1.37,
            "interval_low": None if verdict == "not_testable" else 0.91,
            "interval_high": None if verdict == "not_testable" else 2.06,
            "p_value_holm": None,
            "verdict": verdict,
            "coding_reliability": coding,
            "note": title,
        }
        for verdict, coding in (
            ("supported", None),
            ("contradicted", "tentative"),
            ("undecided", "unknown"),
            ("not_testable", None),
        )
    ]


def _trend(month: date, title: str) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "published_year": year,
            "sample_video_count": 100 + place,
            "video_count": 200 + place,
            "median_like_count": 1000.0,
            "observed_days": 304.0 if year == 2023 else 365.0,
            # The first year can't be corrected, the second has no interval.
            "age_corrected_multiplier": None if place == 0 else 1.25 - 0.1 * place,
            "interval_low": None if place < 2 else 0.61 + 0.01 * place,
            "interval_high": None if place < 2 else 1.83,
            "corrected_video_count": None if place == 0 else 111.0,
            "method": "a method",
            "note": title,
        }
        for place, year in enumerate((2020, 2021, 2022, 2023))
    ]


def _ages(month: date, title: str) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "published_year": 2023,
            "metric": metric,
            "age_days": age,
            "bracketed_count": 40,
            "bounded_count": 7,
            "unreached_count": 3,
            "median_low": None if age == 365 else 900.0,
            "median_high": None if age == 365 else 1100.0,
            "median": None if age == 365 else 987.0 + age,
            "method": "Turnbull",
            "note": title,
        }
        for metric in COUNTERS
        for age in (30, 90, 365)
    ]


def _events(month: date, title: str) -> list[Row]:
    verdicts = {"video_count": "spike", "like_count": "drop", "share_count": "undecided"}
    return [
        {
            "crawl_month": month,
            "event_id": "storm",
            "event_name": f"台风{title} / Storm {title}",
            "starts_on": date(2023, 9, 1),
            "ends_on": date(2023, 9, 3),
            "metric": metric,
            "event_video_count": 40,
            "comparison_video_count": 400,
            "effect_multiplier": 3.21 if verdict == "spike" else 0.44,
            "interval_low": 0.2,
            "interval_high": 9.9,
            "p_value": 0.001,
            "p_value_holm": 0.0123,
            "verdict": verdict,
            "method": "a method",
            "account_count": 5,
            "source": title,
            "note": None,
        }
        for metric, verdict in verdicts.items()
    ]


def _changes(month: date) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "metric": metric,
            "published_month": date(2021, 5, 1),
            "level_before": 1500.0,
            "level_after": 750.0,
            "change_multiplier": 0.5,
            "nearest_event_id": event,
            "method": "PELT",
        }
        for metric, event in (("like_count", "storm"), ("video_count", None))
    ]


def _indexes(month: date, ids: Sequence[str], title: str) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "account_id": id_,
            "index_id": index,
            "index_name": name,
            "value": 812.5 - place if index == "vci" else 0.00042 if index == "rate" else None,
            "unit": "points",
            "rank": place + 1 if index == "vci" else None,
            "rank_low": max(place, 1) if index == "vci" else None,
            "rank_high": place + 3 if index == "vci" else None,
            "status": "unverified" if index == "dci" else "verified",
            "formula": "160 ln(x + 1)",
            "source": title,
            "note": title if index == "dci" else None,
            "coverage_verdict": "complete",
        }
        for index, name in (
            ("vci", "影响力 / VCI"),
            ("rate", "互动率 / Rate"),
            ("dci", "抖 / DCI"),
        )
        for place, id_ in enumerate(ids)
    ]


def _findings(month: date, title: str) -> list[Row]:
    return [
        {
            "crawl_month": month,
            "finding_id": f"finding_{severity}",
            "rule": "bound",
            "severity": severity,
            "section": "4.3",
            "statement_en": f"One video has 25 % of all likes. {title}",
            "statement_zh": f"一条视频占全部点赞的四分之一。{title}",
            "arithmetic": "73.45 / 299.3 = 0.245",
            "suggestion": None if severity == "unclear" else title,
        }
        for severity in ("unclear", "improbable", "impossible")
    ]


def analysis_rows(month: date, ids: Sequence[str], title: str) -> dict[str, list[Row]]:
    """Rows of each table by its name; `title` stands wherever a text may come from outside."""
    return {
        "account_engagement": _populations(month, _accounts(ids)),
        "publishing_by_hour": _populations(month, _hours),
        "duration_engagement": _populations(month, _durations),
        "growth_summary": _growth(month, ids),
        "engagement_description": _populations(month, _description),
        "lorenz_curve": _populations(month, _lorenz),
        "tail_fits": _populations(month, lambda population: _tails(population, title)),
        "engagement_effects": _populations(month, lambda p: _effects(p, title)),
        "claim_tests": _claims(month, title),
        "publishing_trend": _trend(month, title),
        "engagement_at_age": _ages(month, title),
        "event_effects": _events(month, title),
        "changepoints": _changes(month),
        "account_indexes": _indexes(month, ids, title),
        "consistency_findings": _findings(month, title),
    }
