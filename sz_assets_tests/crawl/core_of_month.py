"""The tables of `core` that a crawled month gives, made as the assets make them."""

from __future__ import annotations

from sz_assets.core.accounts import build_accounts
from sz_assets.core.coverage import build_coverage
from sz_assets.core.normalize import normalize
from sz_assets.sources.registry import decode_batches, decode_profiles


def core_of(stored, study, crawl_month, ids):
    """Accounts, items and coverage of what is stored of these accounts."""
    decoded = decode_batches(stored.page_batches())
    items = normalize(
        decoded.items, decoded.rejected, crawl_month=crawl_month, time_zone=study.time_zone
    )
    accounts = build_accounts(
        study,
        decode_profiles(stored.profiles),
        crawl_month=crawl_month,
        data_origin=stored.data_origin,
    )
    coverage = build_coverage(
        ids,
        crawl_month,
        stored.data_origin,
        stored.page_answers,
        stored.profile_answers,
        accounts,
        items,
    )
    return accounts, items, coverage
