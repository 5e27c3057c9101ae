"""Numbers as a reader sees them, and what a study gives to charts and report."""

from __future__ import annotations

from datetime import date

import fake_marts
import polars as pl
import pytest

from sz_assets.report import formats
from sz_assets.report.data import chart_context, exemplar_urls, method_of
from sz_assets_tests.bundled import shenzhen


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (73_450_000.0, "73,450,000"),
        (56.04, "56.04"),
        (0.63812, "0.6381"),
        (989.25, "989.2"),
        (-0.5, "-0.5"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_have_separators_and_as_many_decimals_as_they_deserve(
    value: float, shown: str
) -> None:
    assert formats.number(value) == shown


def test_missing_is_a_sign_with_a_title_and_never_zero() -> None:
    shown = {
        str(f(None))
        for f in (formats.count, formats.number, formats.signed, formats.percent, formats.text)
    }
    assert shown == {'<span class="missing" title="缺失 missing">—</span>'}
    assert formats.text("  ") == formats.text(None)


def test_differences_carry_their_sign() -> None:
    assert [formats.signed(value) for value in (12.5, -3.0, 0.0)] == ["+12.5", "−3", "0"]


def test_the_bundled_study_names_its_accounts_categories_and_rules() -> None:
    study = shenzhen()
    context = chart_context(study, date(2023, 10, 1), "simulated")
    assert context.is_simulated
    assert len(context.accounts) == 13
    assert len(context.categories) == 16
    police = context.accounts["shenzhen_traffic_police"]
    assert police.published_follower_count == 9_598_000
    assert police.published_videos == "Over 1900"
    assert context.accounts["military_newsroom"].published_videos is None
    assert method_of(study).min_followers == 1_000_000


def test_exemplars_have_the_addresses_that_the_platform_gave() -> None:
    categories = fake_marts.marts()["category_engagement"]
    chosen = categories.select("exemplar_account_id", "exemplar_video_id").rows()
    (account, first), (_, without), (other, third) = chosen[:3]
    videos = pl.DataFrame(
        [
            (account, first, "https://www.douyin.com/video/1"),
            (account, "7200", "https://www.douyin.com/video/2"),  # no exemplar
            (chosen[1][0], without, None),
            ("another_account", third, "https://www.douyin.com/video/3"),
            (other, third, "https://www.douyin.com/video/4"),
        ],
        schema=["account_id", "video_id", "url"],
        orient="row",
    )
    assert exemplar_urls(categories, videos) == {
        first: "https://www.douyin.com/video/1",
        third: "https://www.douyin.com/video/4",
    }
