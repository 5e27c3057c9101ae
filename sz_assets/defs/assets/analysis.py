"""The analysis layer: what SQL can't say, computed by one pure function a table.

From the marts, and from the codes of the core layer, which have no mart.
"""

import dagster as dg

from sz_assets.contracts.table import Table
from sz_assets.crew import spread
from sz_assets.defs.analyses import ANALYSES, TABLES, Analysis, Task, carry_out
from sz_assets.defs.assets.engagement import POOL
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import stored, table_key, table_spec
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.kept import Kept, digest_of

# Made of other tables of this layer, one after the other.
_LATER = ("claim_tests", "paper_comparison")


def _asset(
    analysis: Analysis, table: Table, partitions: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    reads = dict.fromkeys((*analysis.reads, *analysis.looks_back))

    @dg.multi_asset(
        name=table.name,
        specs=[table_spec(table, set(analysis.kinds), [table_key(TABLES[name]) for name in reads])],
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"home", "study", "marts", "lake"},
        pool=POOL,
    )
    def made(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        resources, folder = context.resources, context.resources.home.kept
        study, lake = resources.study, resources.lake.lake
        shared = (study, digest_of(study), resources.marts, resources.lake, folder)
        tasks = [Task(analysis, month, *shared) for month in crawl_months(context)]
        for task, done in zip(tasks, spread(carry_out, tasks), strict=True):
            path = lake.path(table, task.month)
            frame = lake.read(table, task.month) if done.frame is None else done.frame
            told = {"made by an earlier run": done.made_by} if done.made_by else {}
            if done.made_by is None:
                lake.write(table, task.month, frame)
                Kept(folder).remember(task.record, done.made_of, [path], context.run_id)
            counts = dict(frame["verdict"].value_counts().rows()) if "verdict" in frame else {}
            context.add_asset_metadata(
                {**stored(frame, path), **counts, **told}, partition_key=to_key(task.month)
            )
        return dg.MaterializeResult()

    return made


def analysis_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """One asset per table of the analysis layer."""
    return [_asset(analysis, TABLES[analysis.table], partitions) for analysis in ANALYSES]


def analysis_checks(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    """The checks of what is made of marts, of what is made of that, and so on.

    Checks that block what their own step checks as well would make Dagster take the steps of the
    whole job to pieces.
    """
    return [
        table_checks(name, [TABLES[table] for table in tables], partitions, reader_key="lake")
        for name, tables in (
            ("check_analysis", [each.table for each in ANALYSES if each.table not in _LATER]),
            *((f"check_{table}", [table]) for table in _LATER),
        )
    ]
