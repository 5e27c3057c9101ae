"""The core layer: stored answers become accounts, videos, and an account of every item."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from sz_assets.contracts.core import (
    ACCOUNTS,
    CRAWL_COVERAGE,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    VIDEOS,
)
from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.contracts.table import Severity, Table
from sz_assets.core.accounts import build_accounts
from sz_assets.core.completeness import judge_completeness
from sz_assets.core.coverage import build_coverage
from sz_assets.core.normalize import Items, normalize
from sz_assets.crawl.stored import StoredMonth, load_month
from sz_assets.defs.checks import CheckEvents, evaluation, table_checks
from sz_assets.defs.describe import stored, table_key, table_spec
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.sources.registry import decode_batches, decode_profiles

_KINDS = {"polars", "parquet"}
_ITEM_TABLES = (VIDEOS, DUPLICATE_ITEMS, REJECTED_ITEMS)


def _stored(context: dg.AssetExecutionContext, month: date) -> StoredMonth:
    """What is stored of the study's accounts in the month, and counts."""
    accounts = [account.id for account in context.resources.study.accounts]
    return load_month(context.resources.lake.lake, month, accounts)


def _months_to_build(context: dg.AssetExecutionContext, *tables: Table) -> Iterator[date]:
    """The run's months but for those whose answers were removed: their tables stay as they are."""
    lake = context.resources.lake
    for month in crawl_months(context):
        if not lake.lake.is_retired(month):
            yield month
            continue
        context.log.info(f"{to_key(month)}: its answers were removed; its tables are kept")
        for table in tables:
            context.add_asset_metadata(
                {**stored(lake.rows(table, month), lake.lake.path(table, month)), "is_kept": True},
                asset_key=table_key(table),
                partition_key=to_key(month),
            )


def core_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """Accounts, items and coverage."""
    options: dict[str, Any] = {
        "partitions_def": partitions,
        "backfill_policy": ONE_RUN,
        "required_resource_keys": {"study", "lake"},
    }

    @dg.multi_asset(
        name="accounts",
        specs=[
            table_spec(ACCOUNTS, _KINDS, [table_key(ACCOUNT_PROFILES), table_key(ACCOUNT_PAGES)])
        ],
        **options,
    )
    def accounts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        study, lake = context.resources.study, context.resources.lake
        for month in _months_to_build(context, ACCOUNTS):
            found = _stored(context, month)
            frame = build_accounts(
                study,
                decode_profiles(found.profiles),
                crawl_month=month,
                data_origin=found.data_origin,
            )
            path = lake.lake.write(ACCOUNTS, month, frame)
            context.add_asset_metadata(stored(frame, path), partition_key=to_key(month))
        return dg.MaterializeResult()

    @dg.multi_asset(
        name="items",
        specs=[table_spec(table, _KINDS, [table_key(ACCOUNT_PAGES)]) for table in _ITEM_TABLES],
        **options,
    )
    def items(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        study, lake = context.resources.study, context.resources.lake
        for month in _months_to_build(context, *_ITEM_TABLES):
            decoded = decode_batches(_stored(context, month).page_batches())
            found = normalize(
                decoded.items, decoded.rejected, crawl_month=month, time_zone=study.time_zone
            )
            frames = (found.videos, found.duplicates, found.rejected)
            for table, frame in zip(_ITEM_TABLES, frames, strict=True):
                path = lake.lake.write(table, month, frame)
                context.add_asset_metadata(
                    stored(frame, path),
                    asset_key=table_key(table),
                    partition_key=to_key(month),
                )
        for table in _ITEM_TABLES:
            yield dg.MaterializeResult(asset_key=table_key(table))

    @dg.multi_asset(
        name="crawl_coverage",
        specs=[
            table_spec(
                CRAWL_COVERAGE,
                _KINDS,
                [table_key(t) for t in (ACCOUNT_PROFILES, ACCOUNT_PAGES, ACCOUNTS, *_ITEM_TABLES)],
            )
        ],
        **options,
    )
    def crawl_coverage(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        study, lake = context.resources.study, context.resources.lake
        for month in _months_to_build(context, CRAWL_COVERAGE):
            found = _stored(context, month)
            frame = build_coverage(
                [account.id for account in study.accounts],
                month,
                found.data_origin,
                found.page_answers,
                found.profile_answers,
                lake.rows(ACCOUNTS, month),
                Items(*(lake.rows(table, month) for table in _ITEM_TABLES)),
            )
            path = lake.lake.write(CRAWL_COVERAGE, month, frame)
            verdicts = dict(frame.group_by("coverage_verdict").len().rows())
            context.add_asset_metadata(
                {**stored(frame, path), **verdicts}, partition_key=to_key(month)
            )
        return dg.MaterializeResult()

    return [accounts, items, crawl_coverage]


_REMEDY = (
    " Run the month again, import what is missing, or go on without it: sz-assets run "
    "--allow-partial."
)


class CompletenessConfig(dg.Config):
    """What the user allows."""

    allow_partial: bool = False


def completeness_check(partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    """Whether every account's list was obtained in full; stops the month if one was not."""
    spec = dg.AssetCheckSpec(
        "complete",
        asset=table_key(CRAWL_COVERAGE),
        description=(
            "The list of every account is complete. A refused or truncated list stops the month "
            "unless partial months are allowed."
        ),
        blocking=True,
        partitions_def=partitions,
    )

    @dg.multi_asset_check(name="check_completeness", specs=[spec], required_resource_keys={"lake"})
    def check_completeness(
        context: dg.AssetCheckExecutionContext, config: CompletenessConfig
    ) -> CheckEvents:
        for month in crawl_months(context):
            found = judge_completeness(context.resources.lake.rows(CRAWL_COVERAGE, month))
            stops = found.is_partial and not config.allow_partial
            yield evaluation(
                spec,
                month,
                passed=found.is_complete,
                metadata={"open_lists": found.open_count, "is_partial": found.is_partial},
                description=found.sentence + (_REMEDY if stops else ""),
                severity=Severity.BLOCK if stops else Severity.WARN,
            )
        yield dg.Output(None, output_name=spec.get_python_identifier())

    return check_completeness


def core_checks(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    """The contracts' checks, one step for each step that writes."""
    groups = {
        "check_accounts": [ACCOUNTS],
        "check_items": list(_ITEM_TABLES),
        "check_crawl_coverage": [CRAWL_COVERAGE],
    }
    return [
        *(
            table_checks(name, tables, partitions, reader_key="lake")
            for name, tables in groups.items()
        ),
        completeness_check(partitions),
    ]
