"""Rows of the tables of content coding behind its charts and its section of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

Row = dict[str, Any]
VERSION, OLDER = "19326d9755c4bf96", "0123456789abcdef"
# Category: alpha, its interval, verdict.
ALPHAS = {
    "construction_entity": (0.91, 0.84, 0.96, "reliable"),
    "organizational_entity": (0.74, 0.61, 0.85, "tentative"),
    "citizen_entity": (0.42, 0.20, 0.61, "insufficient"),
    "natural": (0.88, None, None, "reliable"),
    "humanistic": (None, None, None, "unknown"),
    "economic": (-0.05, -0.2, 0.1, "insufficient"),
    "none": (0.71, 0.5, 0.86, "tentative"),
}
# Category: the machine's count, the human sample's share, the corrected one, with half widths.
SHARES = {
    "construction_entity": (0.11, 0.05, 0.02, 0.048, 0.015),
    "organizational_entity": (0.2, 0.22, 0.05, 0.21, 0.03),
    "citizen_entity": (0.005, 0.02, 0.015, 0.011, 0.004),
    "natural": (0.5, 0.44, 0.06, 0.46, 0.03),
    "humanistic": (0.01, 0.0, 0.01, 0.009, 0.006),
    "economic": (0.03, 0.035, 0.02, 0.031, 0.012),
    "none": (None, 0.06, 0.03, 0.05, 0.02),
}
REFUSED = "Refused: no sample was drawn for people to code: sz-assets coding export draws one."


def coding_rows(month: date, accounts: Sequence[str], title: str) -> dict[str, list[Row]]:
    """Rows of each table by its name; `title` stands where a text may come from outside."""
    return {
        "coding_reliability": _reliability(month, title),
        "machine_evaluation": _evaluation(month, title),
        "category_prevalence": _prevalence(month, title),
        "category_specialisation": _specialisation(month, accounts),
    }


def counts(month: date) -> dict[str, pl.DataFrame]:
    """What `coding_counts` makes of the month's codes."""
    methods = [
        ("adjudicated", VERSION, 120, 80, 110),
        ("cue_words:1", VERSION, 4000, 700, 3100),
        ("human", OLDER, 44, 40, 42),
        ("machine:ab12", VERSION, 900, 80, 800),
    ]
    people = [
        ("adjudicated", VERSION, True, True, 120, 120, 2),
        ("independent", OLDER, False, False, 14, 12, 2),
        ("independent", OLDER, False, True, 60, 44, 2),
        ("independent", VERSION, True, True, 640, 420, 4),
    ]
    return {
        "code_counts": pl.DataFrame(
            [(month, *row, row[1] == VERSION) for row in methods],
            schema={
                "crawl_month": pl.Date,
                "coding_method": pl.String,
                "codebook_version": pl.String,
                "video_count": pl.Int64,
                "sample_video_count": pl.Int64,
                "categorised_count": pl.Int64,
                "is_current": pl.Boolean,
            },
            orient="row",
        ),
        "human_code_counts": pl.DataFrame(
            [(month, *row) for row in people],
            schema={
                "crawl_month": pl.Date,
                "code_round": pl.String,
                "codebook_version": pl.String,
                "is_current_codebook": pl.Boolean,
                "is_usable": pl.Boolean,
                "code_count": pl.Int64,
                "video_count": pl.Int64,
                "coder_count": pl.Int64,
            },
            orient="row",
        ),
    }


def _reliability(month: date, title: str) -> list[Row]:
    rows = []
    places = [
        ("overall", "overall", (0.81, 0.76, 0.86, "reliable")),
        ("primary", "overall", (0.86, 0.8, 0.9, "reliable")),
        ("primary", "main", (0.8, 0.7, 0.9, "reliable")),
        *(("secondary", category, alpha) for category, alpha in ALPHAS.items()),
    ]
    for level, category, (value, low, high, verdict) in places:
        for coefficient in ("percent_agreement", "gwet_ac1", "fleiss_kappa", "krippendorff_alpha"):
            is_alpha = coefficient == "krippendorff_alpha"
            rows.append(
                _agreement(month, level, category, coefficient)
                | {
                    "value": value if is_alpha else 0.9,
                    "interval_low": low if is_alpha else 0.85,
                    "interval_high": high if is_alpha else 0.95,
                    "human_coded_ratio": 0.0931 if level == "overall" else None,
                    "verdict": verdict,
                    "note": title if category == "economic" else None,
                }
            )
    machine = _agreement(month, "overall", "overall", "machine_alpha")
    rows.append(
        machine
        | {
            "value": 0.52,
            "interval_low": 0.41,
            "interval_high": 0.63,
            "human_coded_ratio": 0.0931,
            "verdict": "insufficient",
            "note": None,
        }
    )
    return rows


def _agreement(month: date, level: str, category: str, coefficient: str) -> Row:
    return {
        "crawl_month": month,
        "category_level": level,
        "category": category,
        "coefficient": coefficient,
        "unit_count": 160,
        "coder_count": 4,
        "code_count": 330,
        "method": "a method",
    }


def _evaluation(month: date, title: str) -> list[Row]:
    places = [("overall", "overall"), ("primary", "main")]
    places += [("secondary", category) for category in ALPHAS]
    rows = []
    for method, scale in (("machine:ab12", 1.0), ("cue_words:1", 0.5)):
        for level, category in places:
            is_overall = level == "overall"
            row: Row = {
                "crawl_month": month,
                "coding_method": method,
                "category_level": level,
                "category": category,
                "human_count": 300 if is_overall else 40,
                "machine_count": 280 if is_overall else 50,
                "accuracy_ratio": 0.72 * scale if is_overall else None,
                "abstained_ratio": 0.13 if is_overall else None,
                "method": "a method",
                "note": title if category == "economic" else None,
            }
            for name, value in (("precision", 0.8), ("recall", 0.7), ("f1", 0.74)):
                is_known = not is_overall or name == "f1"
                row[f"{name}_ratio"] = value * scale if is_known else None
                row[f"{name}_low_ratio"] = None if is_overall else value * scale - 0.1
                row[f"{name}_high_ratio"] = None if is_overall else value * scale + 0.1
            rows.append(row)
    return rows


def _prevalence(month: date, title: str) -> list[Row]:
    rows = []
    for population in ("sample", "all"):
        for category, (counted, people, wide, corrected, narrow) in SHARES.items():
            estimates = {
                "uncorrected": (counted, None),
                "human_only": (people, wide),
                "corrected": (corrected, narrow),
            }
            for estimator, (share, half) in estimates.items():
                # The sample of people was drawn from the study's sample.
                is_refused = population == "all" and estimator != "uncorrected"
                held = None if is_refused else share
                has_interval = held is not None and half is not None
                rows.append(
                    {
                        "crawl_month": month,
                        "population": population,
                        "category_level": "secondary",
                        "category": category,
                        "estimator": estimator,
                        "share_ratio": held,
                        "share_low_ratio": max(0.0, held - half) if has_interval else None,
                        "share_high_ratio": held + half if has_interval else None,
                        "video_count": 900 if population == "sample" else 5064,
                        "human_code_count": 0 if is_refused else 420,
                        "machine_method": "machine:ab12",
                        "method": "a method",
                        "note": title if is_refused else None,
                        "incomplete_accounts": None,
                    }
                )
    return rows


def _specialisation(month: date, accounts: Sequence[str]) -> list[Row]:
    """Each account has much of one category, a little of the next, and none of the others."""
    categories = [category for category in ALPHAS if category != "none"]
    primary = {category: "main" for category in categories[:3]}
    rows = []
    for place, account in enumerate(accounts):
        for category, count, quotient in (
            (categories[place % 6], 60 + place, 4.0 + place),
            (categories[(place + 1) % 6], 2, 0.25),
        ):
            rows.append(
                {
                    "crawl_month": month,
                    "population": "sample",
                    "account_id": account,
                    "primary_category": primary.get(category, "environmental"),
                    "secondary_category": category,
                    "video_count": count,
                    "account_video_count": 180,
                    "video_share_ratio": count / 180,
                    "population_share_ratio": 0.1 if category != "economic" else 0.004,
                    "location_quotient": quotient,
                    "coverage_verdict": "complete",
                }
            )
    return rows
