"""Plausible marts of one month, made from a seed and checked against their contracts."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from fake_analysis import analysis_rows
from fake_coding import coding_rows, counts

from sz_assets.charts.context import AccountLabel, Bilingual, Category, ChartContext
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.validate import conform, polars_schema

MONTH = date(2023, 10, 1)
TABLES = {table.name: table for table in PUBLISHED_TABLES}
TITLE = "千架无人机点亮深圳夜空，向了不起的深圳医者致敬"
HOSTILE = (
    '</script><script>alert(1)</script><img src=x onerror="alert(2)"> '
    "javascript:alert(3) \"'>深圳\u202e🎉"
)
_ACCOUNTS = (
    ("shenzhen_news_network", "深圳新闻网", "Shenzhen News Network", "综合", "Comprehensive"),
    ("first_scene", "第一现场", "First Scene", "综合", "Comprehensive"),
    ("shenzhen_traffic_police", "深圳交警", "Shenzhen Traffic Police", "交通", "Traffic"),
    ("shenzhen_health_commission", "深圳卫健委", "Shenzhen Health Commission", "卫生", "Health"),
    ("military_newsroom", "深圳卫视军情直播间", "Shenzhen Satellite TV Military Newsroom", "", ""),
)
CATEGORIES = tuple(
    Category(primary_id, Bilingual(primary_zh, primary_en), id_, Bilingual(zh, en))
    for primary_id, primary_zh, primary_en, seconds in (
        (
            "main",
            "城市主体形象",
            "City Main Image",
            (
                ("construction_entity", "建设主体", "Construction Entity"),
                ("organizational_entity", "组织主体", "Organizational Entity"),
                ("citizen_entity", "市民主体", "Citizen Entity"),
            ),
        ),
        (
            "environmental",
            "城市环境形象",
            "City Environmental Image",
            (
                ("natural", "自然环境", "Natural Environment"),
                ("humanistic", "人文环境", "Cultural Environment"),
                ("economic", "经济环境", "Economic Environment"),
            ),
        ),
    )
    for id_, zh, en in seconds
)


INCOMPLETE = ("first_scene",)


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame that fits the table's contract."""
    contract = TABLES[table]
    return conform(pl.DataFrame(rows, schema=polars_schema(contract)), contract)


def context(
    data_origin: str = "simulated", month: date = MONTH, incomplete: tuple[str, ...] = INCOMPLETE
) -> ChartContext:
    return ChartContext(
        study_name=Bilingual("深圳", "Shenzhen"),
        crawl_month=month,
        data_origin=data_origin,
        categories=CATEGORIES,
        accounts={
            id_: AccountLabel(
                Bilingual(zh, en),
                Bilingual(field_zh, field_en) if field_zh else None,
                9_598_000 if id_ == "shenzhen_traffic_police" else None,
                "Over 1900" if id_ == "shenzhen_traffic_police" else None,
            )
            for id_, zh, en, field_zh, field_en in _ACCOUNTS
        },
        incomplete_accounts=incomplete,
    )


def samples(seed: int = 7, size: int = 900) -> dict[str, np.ndarray]:
    """Values of each metric for the sample, heavy-tailed, with zeros among the counters."""
    random = np.random.default_rng(seed)

    def counter(mean_log: float, sigma: float, zeros: float) -> np.ndarray:
        values = np.floor(random.lognormal(mean_log, sigma, size))
        return np.where(random.random(size) < zeros, 0, values)

    return {
        "duration_seconds": np.clip(random.lognormal(2.9, 1.1, size), 4, 640).round(1),
        "like_count": np.clip(counter(9.4, 1.8, 0), 122, 73_450_000),
        "favorite_count": counter(5.4, 1.6, 0.06),
        "share_count": counter(6.6, 2.0, 0.03),
        "comment_count": counter(5.8, 1.9, 0.02),
    }


def _summary(metric: str, population: str, values: np.ndarray) -> dict[str, Any]:
    ascending = np.sort(values)
    n = len(values)
    quantiles = {"p10": 0.1, "q1": 0.25, "median": 0.5, "q3": 0.75, "p90": 0.9, "p99": 0.99}
    below = int((values < 500).sum())
    return {
        "crawl_month": MONTH,
        "population": population,
        "metric": metric,
        "video_count": n,
        "missing_count": 3 if metric == "favorite_count" else 0,
        "mean": float(values.mean()),
        "std_dev": float(values.std(ddof=1)),
        "min": float(ascending[0]),
        "max": float(ascending[-1]),
        **{name: float(np.quantile(values, q)) for name, q in quantiles.items()},
        "gini": float(
            ((2 * np.arange(1, n + 1) - n - 1) * ascending).sum() / (n * ascending.sum())
        ),
        "below_500_count": below,
        "below_500_ratio": below / n,
        "incomplete_accounts": ", ".join(INCOMPLETE),
    }


def _bins(metric: str, population: str, values: np.ndarray) -> list[dict[str, Any]]:
    counts: dict[int | None, int] = {}
    for value in values:
        key = None if value <= 0 else math.floor(5 * math.log10(value) + 1e-9)
        counts[key] = counts.get(key, 0) + 1
    return [
        {
            "crawl_month": MONTH,
            "population": population,
            "metric": metric,
            "bin_lower": 0.0 if key is None else 10 ** (key / 5),
            "bin_upper": 1.0 if key is None else 10 ** ((key + 1) / 5),
            "video_count": count,
        }
        for key, count in sorted(counts.items(), key=lambda item: (item[0] is not None, item[0]))
    ]


def marts(seed: int = 7, title: str = TITLE) -> dict[str, pl.DataFrame]:
    """All published tables that charts and report read, and the report's own counts of codes."""
    values = samples(seed)
    both = [
        (population, metric, v if population == "sample" else np.tile(v, 2))
        for population in ("sample", "all")
        for metric, v in values.items()
    ]
    years = dict(zip(range(2017, 2024), (2, 60, 140, 210, 250, 150, 88), strict=True))
    return {
        "dim_account": frame(
            "dim_account",
            [
                {
                    "account_id": id_,
                    "platform": "douyin",
                    "platform_account_id": f"SIMULATED-{id_}",
                    "name_zh": zh,
                    "name_en": en,
                    "field": field_en or None,
                    "is_enterprise_verified": True,
                    "is_government_verified": None,
                    "verification_reason": title,
                    "is_eligible": index != 3,
                    "eligibility_reason": "9,598,000 followers, verified",
                }
                for index, (id_, zh, en, _, field_en) in enumerate(_ACCOUNTS)
            ],
        ),
        "fct_account_month": frame(
            "fct_account_month",
            [
                {
                    "crawl_month": MONTH,
                    "account_id": id_,
                    "follower_count": None if index == 4 else 9_598_000 - index * 1_000_000,
                    "platform_video_count": 1900 + index,
                    "total_like_count": 10**8,
                    "video_count": 1890 + index,
                    "published_in_month_count": 12 * index,
                    "coverage_verdict": "truncated" if id_ in INCOMPLETE else "complete",
                    "coverage_reason": "The last page said that nothing follows.",
                    "data_origin": "simulated",
                }
                for index, (id_, *_) in enumerate(_ACCOUNTS)
            ],
        ),
        "engagement_summary": frame(
            "engagement_summary",
            [_summary(metric, population, v) for population, metric, v in both],
        ),
        "engagement_histogram": frame(
            "engagement_histogram",
            [row for population, metric, v in both for row in _bins(metric, population, v)],
        ),
        "publishing_by_year": frame(
            "publishing_by_year",
            [
                {
                    "crawl_month": MONTH,
                    "population": population,
                    "published_year": year,
                    "video_count": count,
                }
                for population in ("sample", "all")
                for year, count in years.items()
            ],
        ),
        "category_engagement": frame(
            "category_engagement",
            [
                {
                    "crawl_month": MONTH,
                    "primary_category": category.primary_id,
                    "secondary_category": category.secondary_id,
                    "video_count": 100 + index,
                    "human_coded_count": 10 * index,
                    "video_share_ratio": (100 + index) / 900,
                    "like_share_ratio": 0.1,
                    "median_duration_seconds": 15.0,
                    "median_like_count": 1000.0,
                    "median_favorite_count": 100.0,
                    "median_share_count": 100.0,
                    "median_comment_count": 100.0,
                    "exemplar_video_id": f"72{index:017}",
                    "exemplar_title": title + "，" + "深圳加油" * index,
                    "exemplar_account_id": _ACCOUNTS[index % 5][0],
                }
                for index, category in enumerate(CATEGORIES)
                if index != 4
            ],
        ),
        "paper_comparison": frame(
            "paper_comparison",
            [
                {
                    "crawl_month": MONTH,
                    "claim_id": "mean_likes",
                    "section": "4.3",
                    "statement": "平均点赞 Mean likes",
                    "published_value": 116_000.0,
                    "computed_value": 116_000.2,
                    "unit": "likes",
                    "difference": 0.2,
                    "verdict": "reproduced",
                    "coding_reliability": None,
                    "note": "engagement_summary.mean",
                },
                {
                    "crawl_month": MONTH,
                    "claim_id": "users_like_more",
                    "section": "4.3",
                    "statement": title,
                    "published_value": None,
                    "computed_value": None,
                    "unit": None,
                    "difference": None,
                    "verdict": "not_testable",
                    "coding_reliability": "unknown",
                    "note": "No users are observed.",
                },
            ],
        ),
        **{
            name: frame(name, rows)
            for name, rows in analysis_rows(MONTH, [id_ for id_, *_ in _ACCOUNTS], title).items()
        },
        **{
            name: frame(name, rows)
            for name, rows in coding_rows(MONTH, [id_ for id_, *_ in _ACCOUNTS], title).items()
        },
        **counts(MONTH),
    }


def empty_marts() -> dict[str, pl.DataFrame]:
    """The same tables of a month in which nothing was found."""
    return {name: made.clear() for name, made in marts().items()}
