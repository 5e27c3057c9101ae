"""The raw layer: what the platforms answered, one row per response."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES, RAW_TABLES
from sz_assets.core.attempts import complete_accounts
from sz_assets.crawl.resume import seal_unfinished
from sz_assets.crawl.session import crawl_month
from sz_assets.defs.checks import CheckEvents, check_outputs, evaluation, table_checks
from sz_assets.defs.crawl_events import CrawlEvents
from sz_assets.defs.describe import table_key, table_spec
from sz_assets.defs.failures import told_plainly, tried_twice
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.defs.platforms import Platforms
from sz_assets.defs.resources import LakeTables
from sz_assets.defs.stopping import stoppable_loop
from sz_assets.errors import UserError
from sz_assets.retention import retired
from sz_assets.storage import Home
from sz_assets.study import Account, Study
from sz_assets.verify import changed_answers


class CrawlConfig(dg.Config):
    """What a run may ask of the crawl."""

    recrawl: bool = False


def accounts_to_crawl(
    study: Study, lake: LakeTables, platforms: Platforms, month: date, *, recrawl: bool
) -> list[Account]:
    """The accounts whose lists must be fetched.

    Those are the ones without a complete attempt in the month, or with one left unfinished.
    A month that was imported, or that no platform shows any more, is built from what is stored
    of it. If nothing is, it has to be crawled, and the platform says whether it can be.
    """
    if lake.lake.is_retired(month):
        if recrawl:
            raise UserError(
                f"{to_key(month)} can't be fetched again: its answers were removed because of "
                "their age, and what was made of them is kept. Leave out --recrawl."
            )
        return []
    if recrawl:
        return list(study.accounts)
    pages = lake.rows(ACCOUNT_PAGES, month)
    profiles = lake.rows(ACCOUNT_PROFILES, month)
    is_imported = pages["data_origin"].str.starts_with("import:").any()
    if is_imported or (pages.height and not platforms.can_show(month)):
        return []
    complete = complete_accounts(pages, profiles)
    return [
        account
        for account in study.accounts
        if account.id not in complete or lake.lake.journals(month, account.id)
    ]


def raw_assets(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Profiles and pages, fetched together account by account."""

    @dg.multi_asset(
        name="account_lists",
        specs=[table_spec(table, {"httpx", "parquet"}) for table in RAW_TABLES],
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"study", "home", "lake", "platforms"},
        pool="crawl",
    )
    def account_lists(
        context: dg.AssetExecutionContext, config: CrawlConfig
    ) -> Iterator[dg.MaterializeResult[None]]:
        resources = context.resources
        with tried_twice(pause_seconds=5), told_plainly():
            home: Home = resources.home
            home.prepare()
            home.claim_for(resources.study.id)
            for month in crawl_months(context):
                if not resources.platforms.can_show(month):
                    ids = [account.id for account in resources.study.accounts]
                    for note in seal_unfinished(resources.lake.lake, month, ids):
                        context.log.warning(note)
                accounts = accounts_to_crawl(
                    resources.study,
                    resources.lake,
                    resources.platforms,
                    month,
                    recrawl=config.recrawl,
                )
                if accounts:
                    events = CrawlEvents(to_key(month), context.log.info)
                    with resources.platforms.plan(month, accounts) as plan, stoppable_loop():
                        results = crawl_month(plan, resources.lake.lake, events)
                    for result in results:
                        for note in result.notes:
                            context.log.warning(note)
                    events.finish(results)
                else:
                    context.log.info(f"{to_key(month)}: every list is stored; nothing is fetched")
                _describe(context, resources.lake, month, len(accounts))
        for table in RAW_TABLES:
            yield dg.MaterializeResult(asset_key=table_key(table))

    return account_lists


def _describe(
    context: dg.AssetExecutionContext, lake: LakeTables, month: date, crawled: int
) -> None:
    for table in RAW_TABLES:
        rows = lake.rows(table, month)
        context.add_asset_metadata(
            {
                "dagster/row_count": rows.height,
                "accounts": rows["account_id"].n_unique(),
                "accounts_crawled_by_this_run": crawled,
                "data_origin": ", ".join(sorted(set(rows["data_origin"]))),
            },
            asset_key=table_key(table),
            partition_key=to_key(month),
        )


def _why_there_are_no_answers(lake: LakeTables, month: date) -> str | None:
    gone = retired(lake.lake, month)
    return gone.line() if gone else None


def raw_checks(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    """The contracts' checks, and whether what is stored is still what was received."""
    specs = {
        table.name: dg.AssetCheckSpec(
            "hashes",
            asset=table_key(table),
            description="The stored bytes have the hash that was taken when they were received.",
            blocking=True,
            partitions_def=partitions,
        )
        for table in (ACCOUNT_PROFILES, ACCOUNT_PAGES)
    }

    @dg.multi_asset_check(
        name="check_hashes",
        specs=list(specs.values()),
        can_subset=True,
        required_resource_keys={"lake"},
    )
    def check_hashes(context: dg.AssetCheckExecutionContext) -> CheckEvents:
        selected = context.op_execution_context.selected_asset_check_keys
        for month in crawl_months(context):
            for table in RAW_TABLES:
                if specs[table.name].key in selected:
                    count, changed = changed_answers(context.resources.lake.lake, table, month)
                    yield evaluation(
                        specs[table.name],
                        month,
                        passed=not changed,
                        metadata={"changed": changed[:20]},
                        description=f"{len(changed)} of {count} stored answers have changed bytes.",
                    )
        yield from check_outputs(specs.values(), selected)

    return [
        table_checks(
            "check_account_lists",
            RAW_TABLES,
            partitions,
            reader_key="lake",
            nothing_to_judge=_why_there_are_no_answers,
        ),
        check_hashes,
    ]
