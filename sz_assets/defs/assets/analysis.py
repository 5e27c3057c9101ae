"""The analysis layer: what SQL can't say, computed from the marts."""

import dagster as dg

from sz_assets.contracts import ANALYSIS_TABLES, ENGAGEMENT_TABLES
from sz_assets.contracts.marts import ENGAGEMENT_SUMMARY, PAPER_COMPARISON
from sz_assets.core.claims import compute_claims
from sz_assets.defs.assets.engagement import POOL
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import stored, table_key, table_spec
from sz_assets.defs.months import ONE_RUN, to_key
from sz_assets.defs.resources import months_with_marts

# Claims are held against every mart but the two that have a row per video.
_MARTS = tuple(t for t in ENGAGEMENT_TABLES if t.name not in ("fct_video_month", "video_growth"))


def analysis_assets(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The comparison with the published study."""

    @dg.multi_asset(
        name="paper_comparison",
        specs=[table_spec(PAPER_COMPARISON, {"polars", "parquet"}, [table_key(t) for t in _MARTS])],
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"study", "marts", "lake"},
        pool=POOL,
    )
    def paper_comparison(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        resources = context.resources
        for month in months_with_marts(context):
            marts = {table.name: resources.marts.rows(table, month) for table in _MARTS}
            summary = marts[ENGAGEMENT_SUMMARY.name].filter(population="all")
            frame = compute_claims(
                resources.study.claims, marts, month, summary["incomplete_accounts"][0]
            )
            path = resources.lake.lake.write(PAPER_COMPARISON, month, frame)
            verdicts = dict(frame.group_by("verdict").len().sort("verdict").rows())
            context.add_asset_metadata(
                {**stored(frame, path), **verdicts}, partition_key=to_key(month)
            )
        return dg.MaterializeResult()

    return paper_comparison


def analysis_checks(partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    return table_checks("check_analysis", ANALYSIS_TABLES, partitions, reader_key="lake")
