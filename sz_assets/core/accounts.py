"""The study's accounts with what their profiles said: the table `core/accounts`.

Here: joining study and profiles. Not here: the selection rule (`core.eligibility`) or a platform's
own fields (`sources`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from sz_assets.contracts.core import ACCOUNTS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.eligibility import judge_eligibility
from sz_assets.study import Study


def build_accounts(
    study: Study, profiles: pl.DataFrame, *, crawl_month: date, data_origin: str
) -> pl.DataFrame:
    """`core/accounts`: one row for each account of the study, observed or not.

    `profiles` holds at most one decoded profile per account (see `sources.protocol`). An account
    without one has nulls and is not eligible; `data_origin` is then the month's.
    """
    observed = {row["account_id"]: row for row in profiles.iter_rows(named=True)}
    rows = []
    for account in study.accounts:
        profile = observed.get(account.id, {})
        eligibility = judge_eligibility(
            profile.get("follower_count"),
            profile.get("is_enterprise_verified"),
            profile.get("is_government_verified"),
            study.selection,
        )
        rows.append(
            {
                "data_origin": data_origin,
                **profile,
                "crawl_month": crawl_month,
                "account_id": account.id,
                "platform": account.platform,
                "platform_account_id": account.platform_account_id,
                "platform_uid": account.platform_uid,
                "name_zh": account.name.zh,
                "name_en": account.name.en,
                "field": account.field.en if account.field else None,
                "is_eligible": eligibility.is_eligible,
                "eligibility_reason": eligibility.reason,
            }
        )
    return conform(pl.DataFrame(rows, schema=polars_schema(ACCOUNTS)), ACCOUNTS)
