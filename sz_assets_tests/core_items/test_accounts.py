"""Study and profiles joined."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from sz_assets.core.accounts import build_accounts
from sz_assets.sources.protocol import PROFILE_SCHEMA
from sz_assets_tests.bundled import shenzhen


def test_every_account_has_a_row_and_only_the_observed_can_be_eligible():
    study = shenzhen()
    profile = {
        "account_id": study.accounts[1].id,
        "nickname": "x",
        "follower_count": 2_000_000,
        "platform_video_count": 7,
        "total_like_count": 8,
        "is_enterprise_verified": True,
        "is_government_verified": None,
        "verification_reason": "official",
        "observed_at": datetime(2023, 10, 31, 4),
        "raw_profile_sha256": "0" * 64,
        "data_origin": "simulated",
    }
    frame = build_accounts(
        study,
        pl.DataFrame([profile], schema=PROFILE_SCHEMA),
        crawl_month=date(2023, 10, 1),
        data_origin="simulated",
    )
    assert frame["account_id"].to_list() == [account.id for account in study.accounts]
    assert frame.row(1, named=True).items() >= profile.items()
    assert frame.filter("is_eligible")["account_id"].to_list() == [study.accounts[1].id]
    others = frame.filter(~pl.col("is_eligible"))
    assert others["follower_count"].null_count() == others.height
    assert set(others["data_origin"]) == {"simulated"}
