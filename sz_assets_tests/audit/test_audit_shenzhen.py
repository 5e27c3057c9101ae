"""The audit of the paper's own summaries: each known defect, with its arithmetic, and no other."""

from __future__ import annotations

from datetime import date

import msgspec
import polars as pl
import pytest

from sz_assets.core.audit import audit_published
from sz_assets.core.audit.bounds import bounds_of, gini, top_share, variation
from sz_assets.core.audit.extremes import largest_share, tail
from sz_assets.core.audit.finding import Finding
from sz_assets.core.audit.findings import audit
from sz_assets.core.month_data import MonthData
from sz_assets.study import Study
from sz_assets.study_published import Printed, Variable
from sz_assets_tests.bundled import shenzhen


@pytest.fixture(scope="module")
def study() -> Study:
    return shenzhen()


@pytest.fixture(scope="module")
def found(study: Study) -> dict[str, Finding]:
    return {finding.id: finding for finding in audit(study)}


def variable(study: Study, name: str) -> Variable:
    assert study.published
    return next(v for v in study.published.variables if v.id == name)


def test_each_defect_is_found_and_nothing_else(found: dict[str, Finding]) -> None:
    assert {key: finding.severity for key, finding in found.items()} == {
        "percentage_comment_count_below_500": "contradictory",
        "largest_share_like_count": "improbable",
        "order_likes_even": "contradictory",
        "order_comments_fewer": "contradictory",
        "total_accounts": "contradictory",
        "repeated_rows_table_1": "contradictory",
        "missing_rows_table_1": "contradictory",
        "shifted_row_table_2_row_14": "contradictory",
        "differing_names_platform": "unclear",
        "differing_names_noon_30_minutes": "unclear",
        "differing_names_iyou_shenzhen": "unclear",
        "differing_names_shenzhen_tv_news": "unclear",
        "unknown_name_shenzhen_tv": "unclear",
    }


def test_one_video_has_a_quarter_of_all_likes(study: Study, found: dict[str, Finding]) -> None:
    finding = found["largest_share_like_count"]
    assert "73,450,000 / (2,580 × 116,000 = 299,280,000) = 24.5 %" in finding.arithmetic
    assert "24.44 to 24.65 % by rounding" in finding.arithmetic
    assert finding.suggestion
    assert finding.suggestion.startswith("7,345,000, 10 times less, would be 2.5 % of all")
    share = largest_share(variable(study, "like_count"))
    assert share
    assert share.printed == pytest.approx(73_450_000 / (2580 * 116_000), abs=1e-12)
    assert share.bounds.low == pytest.approx(73_445_000 / (2580 * 116_500), abs=1e-12)
    assert share.bounds.high == pytest.approx(73_455_000 / (2580 * 115_500), abs=1e-12)


def test_gini_and_shares_of_likes_are_bounded(study: Study) -> None:
    likes = variable(study, "like_count")
    bound = bounds_of(likes, gini)
    assert bound
    # One value at the maximum, one at the minimum, all others equal: written out.
    mean, least, largest, n = 116_500.0, 122.0, 73_445_000.0, 2580
    middle = (n * mean - least - largest) / (n - 2)
    values = [least, *[middle] * (n - 2), largest]
    by_hand = sum((2 * i - n - 1) * x for i, x in enumerate(values, 1)) / (n * n * mean)
    assert bound.low == pytest.approx(by_hand, abs=1e-9)
    assert 0.99 < bound.high < 1
    one_percent, tenth = (bounds_of(likes, top_share(k)) for k in (26, 258))
    assert one_percent
    assert tenth
    assert 0.25 < one_percent.low < tenth.low < 0.33


def test_likes_must_vary_more_than_any_other_counter_can(study: Study) -> None:
    likes = bounds_of(variable(study, "like_count"), variation)
    assert likes
    for name in ("favorite_count", "share_count", "comment_count"):
        other = bounds_of(variable(study, name), variation)
        assert other
        assert other.high < likes.low


@pytest.mark.parametrize(
    "name", ["duration_seconds", "favorite_count", "comment_count", "share_count"]
)
def test_other_largest_values_are_ordinary(study: Study, name: str) -> None:
    probability = tail(variable(study, name)).best
    # Shares have neither a positive minimum nor a count below a threshold: nothing is concluded.
    assert probability != probability if name == "share_count" else probability > 0.03


def test_the_likely_slip_mended_nothing_is_left_of_likes(study: Study) -> None:
    assert study.published
    mended = tuple(
        msgspec.structs.replace(v, maximum=Printed(value=7_345_000, step=1000))
        if v.id == "like_count"
        else v
        for v in study.published.variables
    )
    published = msgspec.structs.replace(study.published, variables=mended)
    left = {f.id for f in audit(msgspec.structs.replace(study, published=published))}
    assert "largest_share_like_count" not in left
    assert "order_likes_even" not in left


def test_the_percentage_was_cut_off(found: dict[str, Finding]) -> None:
    finding = found["percentage_comment_count_below_500"]
    assert finding.arithmetic == (
        "100 × 1,560 / 2,580 = 60.465 %; the printed 60.4 % stands for 60.35 to 60.45 %, "
        "that is 1,557.03 to 1,559.61 of 2,580"
    )
    assert finding.suggestion == (
        "60.5 % by rounding: the printed figure was cut off instead of rounded."
    )


def test_comments_are_not_the_fewest(found: dict[str, Finding]) -> None:
    finding = found["order_comments_fewer"]
    assert "mean of comments 8,103 > 989 of favorites" in finding.arithmetic
    assert "below 500: 1,560 of 2,580 against 1,647 of 2,580" in finding.arithmetic
    assert "mean of comments 8,103 > 6,552 of shares" in finding.arithmetic
    assert finding.suggestion == "It holds against likes only."


def test_table_1_repeats_three_rows_and_lacks_three_accounts(found: dict[str, Finding]) -> None:
    repeated, missing = found["repeated_rows_table_1"], found["missing_rows_table_1"]
    for name in ("Health Commission", "Cyber Police", "SWAT"):
        assert f"Shenzhen {name} (2 times)" in repeated.en
    assert repeated.arithmetic == "13 rows − 3 repeated = 10 different rows"
    assert missing.en == (
        "Table 1 leaves out Shenzhen Public Security, Shenzhen Special Zone Daily, "
        "Shenzhen Satellite TV Military Newsroom."
    )
    assert missing.arithmetic.startswith("13 accounts − 10 described = 3 missing")


def test_table_2_has_a_shifted_row(found: dict[str, Finding]) -> None:
    finding = found["shifted_row_table_2_row_14"]
    assert finding.en == (
        "Table 2 prints Conceptual Image under City Cultural Image; it belongs to "
        "City Identification Image."
    )
    assert "2 of the 3 rows of identification stand under it" in finding.arithmetic


def test_names_differ_between_sections(found: dict[str, Finding]) -> None:
    assert found["differing_names_iyou_shenzhen"].arithmetic == (
        "iYou Shenzhen (3); iTour Shenzhen (Table 1, Table 2); 2 different names in 3 places"
    )
    assert "Noon 30 (Table 1)" in found["differing_names_noon_30_minutes"].arithmetic
    assert (
        "Shenzhen News (Table 1, Table 2)" in found["differing_names_shenzhen_tv_news"].arithmetic
    )
    assert found["unknown_name_shenzhen_tv"].suggestion == (
        "It may be Shenzhen Satellite TV or Shenzhen TV News."
    )


def test_the_sum_of_the_sample_is_explained_but_thirteen_others_are_not(
    found: dict[str, Finding],
) -> None:
    assert "total_sample" not in found
    assert found["total_accounts"].arithmetic.startswith("13 × 1 + 13 × 1 = 26, not 13")


def test_the_table_is_the_same_in_every_month(study: Study) -> None:
    frames = [
        audit_published(MonthData(study, date(2023, month, 1), {})).drop("crawl_month")
        for month in (9, 10)
    ]
    assert frames[0].equals(frames[1])
    assert frames[0].height == 13
    filled = frames[0].select(pl.exclude("suggestion"))
    assert filled.null_count().sum_horizontal().item() == 0


def test_a_study_without_summaries_has_no_findings(study: Study) -> None:
    bare = msgspec.structs.replace(study, published=None)
    assert audit_published(MonthData(bare, date(2023, 10, 1), {})).is_empty()
