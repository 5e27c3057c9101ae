"""Claims against small marts: every kind of measure, every verdict, then the whole claims file.

Longer than 300 lines: the small marts of its first part serve all the rest.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import polars as pl
import pytest

from sz_assets.contracts import ENGAGEMENT_TABLES
from sz_assets.contracts.analysis import CLAIM_TESTS
from sz_assets.contracts.development import PUBLISHING_TREND
from sz_assets.contracts.marts import PAPER_COMPARISON
from sz_assets.contracts.table import Table, Type
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.claims import compare_with_paper, compute_claims, marts_needed
from sz_assets.core.month_data import MonthData
from sz_assets.study import (
    AtLeast,
    Claim,
    Comparison,
    Inferred,
    Measure,
    Name,
    NotTestable,
    Reading,
    Trend,
    Value,
    Within,
)
from sz_assets_tests.bundled import shenzhen

MONTH, OTHER = date(2023, 10, 1), date(2023, 9, 1)
TABLES = {table.name: table for table in (*ENGAGEMENT_TABLES, CLAIM_TESTS, PUBLISHING_TREND)}
STUDY = shenzhen()
FILLERS: dict[Type, Any] = {
    Type.TEXT: "x",
    Type.INTEGER: 1,
    Type.FLOAT: 1.0,
    Type.BOOLEAN: False,
    Type.DATE: MONTH,
    Type.TIMESTAMP: datetime(2023, 10, 31, 4),
    Type.TEXT_LIST: [],
}


def mart(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """A mart that keeps its contract: what a row does not say is null, or else a filler."""
    table: Table = TABLES[name]
    filled = [
        {c.name: row.get(c.name, None if c.nullable else FILLERS[c.type]) for c in table.columns}
        for row in rows
    ]
    return conform(pl.DataFrame(filled, schema=polars_schema(table), orient="row"), table)


def summary(metric: str, **values: Any) -> dict[str, Any]:
    return {"population": "sample", "metric": metric, **values}


SUMMARY = mart(
    "engagement_summary",
    summary("like_count", mean=116_400.0, gini=0.6),
    summary("share_count", mean=6_552.0, gini=0.8),
    summary("comment_count", mean=8_103.0, gini=0.9),
    summary("favorite_count", mean=None),
    summary("like_count", crawl_month=OTHER, mean=1.0),
)
YEARS = mart(
    "publishing_by_year",
    *(
        {"population": "sample", "published_year": year, "video_count": count}
        for year, count in {2018: 5, 2019: 9, 2020: 7, 2022: 3}.items()
    ),
)
ACCOUNTS = mart(
    "fct_account_month",
    {"account_id": "a", "follower_count": 1_500_000, "video_count": 200, "coverage_verdict": "x"},
    {"account_id": "b", "follower_count": 1_000_000, "video_count": 180, "platform_video_count": 9},
)
MARTS = {"engagement_summary": SUMMARY, "publishing_by_year": YEARS, "fct_account_month": ACCOUNTS}
LIKES: dict[str, str | int | bool] = {"population": "sample", "metric": "like_count"}


def claim(
    measure: Measure,
    published: float | None = None,
    tolerance: float | None = None,
    remark: str | None = None,
) -> Claim:
    return Claim(
        id="it",
        section="4.3",
        statement=Name(zh="话", en="Said."),
        published_value=published,
        unit="count",
        tolerance=tolerance,
        measure=measure,
        remark=remark,
    )


def result(one: Claim, marts: dict[str, pl.DataFrame] = MARTS) -> dict[str, Any]:
    return compute_claims([one], marts, MONTH).row(0, named=True)


def reading(metric: str, column: str) -> Reading:
    return Reading(
        table="engagement_summary", where={"population": "sample", "metric": metric}, column=column
    )


def likes_mean() -> Value:
    return Value(table="engagement_summary", where=LIKES, column="mean")


@pytest.mark.parametrize(
    ("published", "tolerance", "verdict"),
    [
        (116_000, 500, "reproduced"),
        (116_400, 0, "reproduced"),
        (116_000, 400, "reproduced"),
        (116_000, 399, "differs"),
        (117_000, 500, "differs"),
    ],
)
def test_value(published: float, tolerance: float, verdict: str) -> None:
    row = result(claim(likes_mean(), published, tolerance))
    assert row["verdict"] == verdict
    assert row["computed_value"] == 116_400
    assert row["difference"] == 116_400 - published
    assert row["note"] == (
        "engagement_summary.mean where population = sample and metric = like_count is 116,400; "
        f"tolerance {tolerance:,}."
    )


def test_difference_of_exactly_the_tolerance_is_inside_it_in_binary_fractions() -> None:
    marts = {"engagement_summary": mart("engagement_summary", summary("like_count", gini=0.6045))}
    measure = Value(table="engagement_summary", where=LIKES, column="gini")
    assert 0.6045 - 0.604 > 0.0005
    assert result(claim(measure, 0.604, 0.0005), marts)["verdict"] == "reproduced"
    assert result(claim(measure, 0.604, 0.0004), marts)["verdict"] == "differs"


@pytest.mark.parametrize(
    ("measure", "computed"),
    [
        (Value(table="fct_account_month", take="rows"), 2),
        (Value(table="fct_account_month", where={"account_id": "a"}, take="rows"), 1),
        (Value(table="fct_account_month", where={"account_id": "z"}, take="rows"), 0),
        (Value(table="fct_account_month", column="video_count", take="sum"), 380),
        (Value(table="fct_account_month", column="video_count", take="max"), 200),
        (Value(table="fct_account_month", column="follower_count", take="min"), 1_000_000),
        (Value(table="fct_account_month", column="account_id", take="distinct"), 2),
        (Value(table="fct_account_month", column="platform_video_count", take="distinct"), 1),
    ],
)
def test_what_is_taken(measure: Value, computed: float) -> None:
    row = result(claim(measure, 1, 0))
    assert row["computed_value"] == computed
    assert row["verdict"] == ("reproduced" if computed == 1 else "differs")


@pytest.mark.parametrize(
    ("measure", "note"),
    [
        (
            Value(table="fct_account_month", where={"account_id": "z"}, column="video_count"),
            "fct_account_month.video_count where account_id = z: this month has no such row.",
        ),
        (
            Value(
                table="engagement_summary",
                where={"population": "sample", "metric": "favorite_count"},
                column="mean",
            ),
            "engagement_summary.mean where population = sample and metric = favorite_count: "
            "missing.",
        ),
        (
            Value(table="fct_account_month", column="platform_video_count", take="sum"),
            "sum of fct_account_month.platform_video_count: the value is missing in 1 of 2 rows.",
        ),
        (
            Value(
                table="fct_account_month",
                where={"account_id": "z"},
                column="video_count",
                take="max",
            ),
            "max of fct_account_month.video_count where account_id = z: "
            "this month has no such row.",
        ),
    ],
)
def test_what_is_missing_can_not_be_tested(measure: Value, note: str) -> None:
    row = result(claim(measure, 1, 0))
    assert (row["verdict"], row["computed_value"], row["difference"]) == (
        "not_testable",
        None,
        None,
    )
    assert row["note"] == note


@pytest.mark.parametrize(
    ("published", "verdict"),
    [(200, "reproduced"), (199, "reproduced"), (201, "differs")],
)
def test_lower_bound(published: float, verdict: str) -> None:
    measure = AtLeast(table="fct_account_month", where={"account_id": "a"}, column="video_count")
    row = result(claim(measure, published))
    assert (row["verdict"], row["difference"]) == (verdict, 200 - published)
    assert row["note"].endswith("is 200; the published value is a lower bound.")


@pytest.mark.parametrize(
    ("minimum", "maximum", "verdict", "bounds"),
    [
        (180, 180, "reproduced", "at least 180 and at most 180"),
        (None, 199, "reproduced", "at most 199"),
        (181, None, "contradicted", "at least 181"),
        (None, 179.5, "contradicted", "at most 179.5"),
    ],
)
def test_within(minimum: float | None, maximum: float | None, verdict: str, bounds: str) -> None:
    measure = Within(
        table="fct_account_month",
        where={"account_id": "b"},
        column="video_count",
        minimum=minimum,
        maximum=maximum,
    )
    row = result(claim(measure))
    assert (row["verdict"], row["computed_value"]) == (verdict, 180)
    assert (row["published_value"], row["difference"]) == (None, None)
    assert row["note"].endswith(f"is 180; claimed {bounds}.")


def test_comparison_holds_only_against_each() -> None:
    def verdict(metric: str, relation: Any, *others: str) -> str:
        measure = Comparison(
            table="engagement_summary",
            where={"population": "sample", "metric": metric},
            column="gini",
            relation=relation,
            than=tuple(reading(other, "gini") for other in others),
        )
        return str(result(claim(measure))["verdict"])

    assert verdict("like_count", "less", "share_count", "comment_count") == "reproduced"
    assert verdict("share_count", "less", "like_count", "comment_count") == "contradicted"
    assert verdict("comment_count", "more", "like_count", "share_count") == "reproduced"
    assert verdict("like_count", "less", "like_count") == "contradicted"
    assert verdict("like_count", "more", "like_count") == "contradicted"
    assert verdict("like_count", "less", "share_count", "favorite_count") == "not_testable"
    assert verdict("favorite_count", "less", "share_count") == "not_testable"


def test_note_of_a_comparison_names_each_value_and_the_remark() -> None:
    measure = Comparison(
        table="engagement_summary",
        where={"population": "sample", "metric": "comment_count"},
        column="mean",
        relation="less",
        than=(reading("like_count", "mean"), reading("share_count", "mean")),
    )
    row = result(claim(measure, remark="The print says so too."))
    assert (row["verdict"], row["computed_value"]) == ("contradicted", 8_103)
    filtered = "engagement_summary.mean where population = sample and metric ="
    assert row["note"] == (
        f"{filtered} comment_count is 8,103; claimed less than "
        f"{filtered} like_count is 116,400 (holds), "
        f"{filtered} share_count is 6,552 (does not hold). The print says so too."
    )


@pytest.mark.parametrize(
    ("first", "last", "direction", "absent", "verdict", "computed"),
    [
        (2018, 2019, "rising", None, "reproduced", 1),
        (2018, 2020, "rising", None, "contradicted", 1),
        (2019, 2020, "falling", None, "reproduced", 1),
        (2017, 2019, "rising", 0, "reproduced", 2),
        (2017, 2019, "rising", None, "not_testable", None),
        (2020, 2022, "falling", 0, "contradicted", 1),
        (2016, 2018, "rising", 0, "contradicted", 1),
        (2024, 2025, "rising", 0, "not_testable", None),
    ],
)
def test_trend(
    first: int,
    last: int,
    direction: Any,
    absent: float | None,
    verdict: str,
    computed: float | None,
) -> None:
    measure = Trend(
        table="publishing_by_year",
        where={"population": "sample"},
        over="published_year",
        first=first,
        last=last,
        column="video_count",
        direction=direction,
        absent=absent,
    )
    row = result(claim(measure))
    assert (row["verdict"], row["computed_value"]) == (verdict, computed)
    if (first, last) == (2018, 2020):
        assert row["note"] == (
            "publishing_by_year.video_count by published_year where population = sample: "
            "2018: 5, 2019: 9, 2020: 7; 1 of 2 steps are rising."
        )


def test_not_testable_says_why() -> None:
    row = result(claim(NotTestable(reason="Nobody was asked.")))
    assert (row["verdict"], row["note"]) == ("not_testable", "Nobody was asked.")
    assert marts_needed([claim(NotTestable(reason="Nobody was asked."))]) == []


EFFECT = Inferred(
    table="engagement_effects",
    where={"metric": "like_count", "factor": "weekday", "level": "weekend"},
    expects="positive",
)


@pytest.mark.parametrize(
    ("tested", "verdict", "note"),
    [
        ("supported", "reproduced", "Inference: supported. Because. Mind."),
        ("contradicted", "contradicted", "Inference: contradicted. Because. Mind."),
        ("undecided", "not_testable", "Inference: undecided. Because. Mind."),
        ("not_testable", "not_testable", "Inference: not testable. Because. Mind."),
    ],
)
def test_what_inference_decides_is_taken_over(tested: str, verdict: str, note: str) -> None:
    rows = [
        {"claim_id": "it", "verdict": tested, "effect_multiplier": 1.5, "note": "Because."},
        {"claim_id": "other", "verdict": "supported", "effect_multiplier": 9.0, "note": "No."},
    ]
    row = result(claim(EFFECT, remark="Mind."), {"claim_tests": mart("claim_tests", *rows)})
    assert (row["verdict"], row["computed_value"], row["note"]) == (verdict, 1.5, note)
    assert (row["published_value"], row["difference"]) == (None, None)


def test_without_inference_a_tested_claim_is_not_testable() -> None:
    assert marts_needed([claim(EFFECT)]) == ["claim_tests"]
    row = result(claim(EFFECT), {})
    assert (row["verdict"], row["note"]) == ("not_testable", "claim_tests: not computed.")
    row = result(claim(EFFECT), {"claim_tests": mart("claim_tests")})
    assert row["verdict"] == "not_testable"
    assert row["note"] == "claim_tests: this month has no such row."


def test_optional_tables_may_be_left_out() -> None:
    videos = Within(table="fct_video_month", where={"is_in_sample": True}, take="rows", minimum=1)
    trend = Trend(
        table="publishing_trend", over="published_year", first=2020, last=2021,
        column="video_count", direction="rising",
    )  # fmt: skip
    for measure, name in ((videos, "fct_video_month"), (trend, "publishing_trend")):
        row = result(claim(measure), {})
        assert (row["verdict"], row["note"]) == ("not_testable", f"{name}: not computed.")


def test_the_months_own_study_and_tables_are_compared() -> None:
    study = msgspec.structs.replace(STUDY, claims=(claim(likes_mean(), 116_000, 500),))
    summaries = pl.concat(
        [
            SUMMARY,
            mart(
                "engagement_summary",
                {"population": "all", "metric": "like_count", "incomplete_accounts": "a"},
            ),
        ]
    )
    frame = compare_with_paper(MonthData(study, MONTH, {"engagement_summary": summaries}))
    assert frame["verdict"].to_list() == ["reproduced"]
    assert frame["incomplete_accounts"].to_list() == ["a"]


def test_only_the_crawl_month_is_read_and_an_unknown_one_decides_nothing() -> None:
    claims = [claim(likes_mean(), 1, 0)]
    assert compute_claims(claims, MARTS, OTHER)["verdict"].item() == "reproduced"
    assert compute_claims(claims, MARTS, date(2022, 1, 1))["verdict"].item() == "not_testable"


def test_a_mart_that_was_not_given_is_an_error() -> None:
    with pytest.raises(KeyError, match="engagement_summary"):
        compute_claims([claim(likes_mean(), 1, 0)], {}, MONTH)


def test_no_claims_give_no_rows() -> None:
    assert compute_claims([], {}, MONTH).schema == polars_schema(PAPER_COMPARISON)


# --- the bundled claims on marts that hold what is printed ---------------------------------------

PRINTED = {
    "duration_seconds": {
        "mean": 56.3, "min": 4.0, "max": 640.0, "median": 15.0, "q1": 9.0, "q3": 19.0,
    },
    "like_count": {
        "mean": 116_012.0, "min": 122.0, "max": 73_450_000.0, "median": 9_000.0,
        "gini": 0.85, "below_500_ratio": 0.05,
    },
    "favorite_count": {
        "mean": 989.2, "min": 0.0, "max": 108_000.0, "median": 305.0,
        "below_500_count": 1647, "below_500_ratio": 1647 / 2580,
    },
    "share_count": {
        "mean": 6_552.0, "min": 0.0, "max": 385_000.0, "median": 310.0, "gini": 0.95,
        "below_500_ratio": 0.55,
    },
    "comment_count": {
        "mean": 8_103.0, "min": 0.0, "max": 714_000.0, "median": 300.0, "gini": 0.94,
        "below_500_count": 1560, "below_500_ratio": 1560 / 2580,
    },
}  # fmt: skip


# Table 2: the account of each category's example.
EXAMPLES = {
    "construction_entity": "shenzhen_tv_news", "organizational_entity": "shenzhen_tv_news",
    "citizen_entity": "shenzhen_traffic_police", "general_core": "shenzhen_traffic_police",
    "overall_regional": "shenzhen_special_zone_daily", "connotation_extension": "shenzhen_swat",
    "natural": "iyou_shenzhen", "humanistic": "shenzhen_health_commission",
    "economic": "shenzhen_satellite_tv", "modern_ancient": "iyou_shenzhen",
    "ethnic": "shenzhen_satellite_tv", "secular_religious": "first_scene",
    "local_foreign": "shenzhen_news_network", "conceptual": "shenzhen_public_security",
    "behavioral": "first_scene", "visual": "iyou_shenzhen",
}  # fmt: skip


def printed_marts() -> dict[str, pl.DataFrame]:
    published = {account.id: account.published for account in STUDY.accounts}
    return {
        "engagement_summary": mart(
            "engagement_summary",
            *(summary(metric, missing_count=0, **values) for metric, values in PRINTED.items()),
        ),
        "publishing_by_year": mart(
            "publishing_by_year",
            *(
                {"population": "sample", "published_year": 2018 + i, "video_count": count}
                for i, count in enumerate((120, 360, 540, 760, 470, 330))
            ),
            {"population": "sample", "published_year": 2017, "video_count": 10},
        ),
        "account_engagement": mart(
            "account_engagement",
            *(
                {
                    "population": population,
                    "account_id": name,
                    "video_count": 180 if name == "shenzhen_health_commission" else top,
                }
                for name in published
                for population, top in (("sample", 200), ("all", 400))
            ),
        ),
        "fct_account_month": mart(
            "fct_account_month",
            *(
                {
                    "account_id": name,
                    "follower_count": p.follower_count + 499 if p else 1_000_000,
                    "platform_video_count": p.video_count_at_least if p else 500,
                }
                for name, p in published.items()
            ),
        ),
        "category_engagement": mart(
            "category_engagement",
            *(
                {"primary_category": primary.id, "secondary_category": category.id}
                for primary, category in STUDY.codebook.secondary
            ),
        ),
        "fct_video_month": mart(
            "fct_video_month",
            *(
                {
                    "account_id": account,
                    "video_id": f"{category}_{number}",
                    "secondary_category": category,
                    "is_in_sample": number == 1,
                }
                for category, account in EXAMPLES.items()
                for number in (1, 2)
            ),
        ),
        "publishing_trend": mart(
            "publishing_trend", {"published_year": 2023, "observed_days": 303.5}
        ),
        "claim_tests": mart(
            "claim_tests",
            *(
                {"claim_id": c.id, "verdict": "supported", "note": "So."}
                for c in STUDY.claims
                if isinstance(c.measure, Inferred)
            ),
        ),
    }


def verdicts(marts: dict[str, pl.DataFrame]) -> dict[str, str]:
    frame = compute_claims(STUDY.claims, marts, MONTH)
    return dict(frame.select("claim_id", "verdict").iter_rows())


def test_bundled_claims_need_just_these_marts() -> None:
    assert marts_needed(STUDY.claims) == sorted(printed_marts())


def test_bundled_claims_on_the_printed_values() -> None:
    frame = compute_claims(STUDY.claims, printed_marts(), MONTH)
    assert frame["claim_id"].to_list() == [c.id for c in STUDY.claims]
    untestable = {c.id for c in STUDY.claims if isinstance(c.measure, NotTestable)}
    by_verdict = {
        verdict: set(frame.filter(verdict=verdict)["claim_id"])
        for verdict in ("reproduced", "differs", "contradicted", "not_testable")
    }
    assert by_verdict["not_testable"] == untestable
    # Two claims fail on the paper's own numbers.
    assert by_verdict["differs"] == {"comments_below_500_ratio"}
    assert by_verdict["contradicted"] == {"comments_fewer"}
    assert by_verdict["reproduced"] == {c.id for c in STUDY.claims} - untestable - {
        "comments_below_500_ratio",
        "comments_fewer",
    }


def test_every_row_of_table_2_and_every_strategy_has_its_claim() -> None:
    measures = {c.id: c.measure for c in STUDY.claims}
    assert set(EXAMPLES) == {category.id for _, category in STUDY.codebook.secondary}
    for category, account in EXAMPLES.items():
        row = measures[f"category_{category}"]
        assert isinstance(row, Within)
        assert row.where == {
            "is_in_sample": True, "secondary_category": category, "account_id": account,
        }  # fmt: skip
    tested = [m for m in measures.values() if isinstance(m, Inferred)]
    asked = {(m.where.get("factor", "event"), m.where.get("level", "any")) for m in tested}
    topics = ("modern_ancient", "economic", "overall_regional", "humanistic", "natural",
              "general_core", "citizen_entity", "visual")  # fmt: skip
    assert asked == {
        ("duration", "per_doubling"),
        ("series", "in_series"),
        ("event", "any"),
        *(("topic", topic) for topic in topics),
    }
    without = [m for m in tested if m.expects == "none"]
    assert {m.where["metric"] for m in without} == {
        "like_count", "favorite_count", "share_count", "comment_count",
    }  # fmt: skip
    assert all(m.unless[0]["level"] == "u_shape" for m in without)


def test_every_printed_number_of_the_sample_is_claimed() -> None:
    published = {c.id: c.published_value for c in STUDY.claims}
    assert len(published) == len(STUDY.claims)
    expected: dict[str, float] = {
        "accounts_in_sample": 13,
        "videos_in_sample": 2_580,
        "duration_mean": 56, "duration_min": 4, "duration_max": 640,
        "likes_mean": 116_000, "likes_min": 122, "likes_max": 73_450_000,
        "favorites_mean": 989, "favorites_min": 0, "favorites_max": 108_000,
        "favorites_below_500_count": 1_647, "favorites_below_500_ratio": 0.638,
        "shares_mean": 6_552, "shares_min": 0, "shares_max": 385_000,
        "comments_mean": 8_103, "comments_min": 0, "comments_max": 714_000,
        "comments_below_500_count": 1_560, "comments_below_500_ratio": 0.604,
        "categories_primary": 5, "categories_secondary": 16,
        "years_covered": 7,
        "quoted_netizens": 1.079e9, "quoted_internet_penetration": 0.764,
        "quoted_weekly_online_time": 29.1, "quoted_online_video_users": 1.044e9,
        "quoted_regional_product": 3.2387e12, "quoted_regional_product_per_head": 180_000,
        "quoted_mobile_netizens": 1.065e9, "quoted_mobile_netizens_growth": 36.36e6,
        "quoted_mobile_ratio": 0.998,
    }  # fmt: skip
    assert {name: published[name] for name in expected} == expected
    for account in STUDY.accounts:
        if account.published:
            assert published[f"followers_{account.id}"] == account.published.follower_count
            assert published[f"videos_{account.id}"] == account.published.video_count_at_least
        else:
            assert f"followers_{account.id}" not in published


@pytest.mark.parametrize(
    ("table", "where", "column", "value", "flipped"),
    [
        ("engagement_summary", {"metric": "like_count"}, "mean", 116_501.0, {"likes_mean"}),
        ("engagement_summary", {"metric": "like_count"}, "gini", 0.945, {"likes_more_even"}),
        ("engagement_summary", {"metric": "duration_seconds"}, "median", 21.0, {"duration_usual"}),
        ("engagement_summary", {"metric": "comment_count"}, "below_500_ratio", 0.604,
         {"comments_below_500_ratio"}),
        ("engagement_summary", {"metric": "comment_count"}, "mean", 900.0,
         {"comments_fewer", "comments_mean"}),
        ("publishing_by_year", {"published_year": 2019}, "video_count", 100, {"years_rising"}),
        ("publishing_by_year", {"published_year": 2023}, "video_count", 500, {"years_falling"}),
        ("fct_account_month", {"account_id": "shenzhen_swat"}, "follower_count", 3_442_501,
         {"followers_shenzhen_swat"}),
        ("fct_account_month", {"account_id": "shenzhen_swat"}, "platform_video_count", 349,
         {"videos_shenzhen_swat"}),
        ("account_engagement",
         {"account_id": "shenzhen_health_commission", "population": "sample"}, "video_count", 181,
         {"videos_in_sample"}),
        ("category_engagement", {"secondary_category": "visual"}, "secondary_category",
         "behavioral2", set()),
        ("category_engagement", {"secondary_category": "visual"}, "secondary_category", "ethnic",
         {"categories_secondary"}),
        ("engagement_summary", {"metric": "duration_seconds"}, "q3", 21.0, {"duration_box_high"}),
        ("engagement_summary", {"metric": "share_count"}, "median", 304.0,
         {"shares_over_favorites_usually"}),
        ("engagement_summary", {"metric": "share_count"}, "missing_count", 1,
         {"measures_collected"}),
        ("fct_video_month", {"video_id": "visual_1"}, "account_id", "first_scene",
         {"category_visual"}),
        ("fct_video_month", {"video_id": "visual_2"}, "account_id", "first_scene", set()),
        ("publishing_trend", {"published_year": 2023}, "observed_days", 365.0,
         {"fall_by_incomplete_year"}),
        ("claim_tests", {"claim_id": "topic_history"}, "verdict", "undecided", {"topic_history"}),
    ],
)  # fmt: skip
def test_one_changed_value_flips_just_its_verdicts(
    table: str, where: dict[str, Any], column: str, value: Any, flipped: set[str]
) -> None:
    before = printed_marts()
    hit = pl.all_horizontal(pl.col(name) == wanted for name, wanted in where.items())
    assert before[table].filter(hit).height == 1
    changed = before[table].with_columns(
        pl.when(hit).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )
    old, new = verdicts(before), verdicts({**before, table: changed})
    assert {name for name in old if old[name] != new[name]} == flipped
