"""The analysis layer: what SQL can't say, computed by one pure function a table.

From the marts, and from the codes of the core layer, which have no mart.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from sz_assets.defs.analyses import ANALYSES, TABLES, Analysis, Task, carry_out_all
from sz_assets.defs.assets.engagement import POOL
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import stored, table_key, table_spec
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key
from sz_assets.kept import Kept, digest_of

# Made of other tables of this layer, one after the other.
_LATER = ("claim_tests", "paper_comparison")


def _step(
    name: str, analyses: Sequence[Analysis], partitions: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    """The assets of these tables, none of which reads another one, made together."""
    tables = {each.table: TABLES[each.table] for each in analyses}

    @dg.multi_asset(
        name=name,
        specs=[
            table_spec(
                tables[each.table],
                set(each.kinds),
                [table_key(TABLES[n]) for n in dict.fromkeys((*each.reads, *each.looks_back))],
                skippable=True,  # a part of the tables can be made by itself
            )
            for each in analyses
        ],
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=ONE_RUN,
        required_resource_keys={"home", "study", "marts", "lake"},
        pool=POOL,
    )
    def made(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        resources, folder = context.resources, context.resources.home.kept
        study, lake = resources.study, resources.lake.lake
        shared = (study, digest_of(study), resources.marts, resources.lake, folder)
        selected = context.selected_asset_keys
        chosen = [each for each in analyses if table_key(tables[each.table]) in selected]
        tasks = [Task(each, month, *shared) for month in crawl_months(context) for each in chosen]
        failures: dict[str, str] = {}  # of each table the first one
        for task, done in zip(tasks, carry_out_all(tasks), strict=True):
            if done.failure:
                failures.setdefault(task.analysis.table, done.failure)
                continue
            table = tables[task.analysis.table]
            path = lake.path(table, task.month)
            frame = lake.read(table, task.month) if done.frame is None else done.frame
            told = {"made by an earlier run": done.made_by} if done.made_by else {}
            if done.frame is not None:
                lake.write(table, task.month, frame)
                Kept(folder).remember(task.record, done.made_of, [path], context.run_id)
            counts = dict(frame["verdict"].value_counts().rows()) if "verdict" in frame else {}
            context.add_asset_metadata(
                {**stored(frame, path), **counts, **told},
                asset_key=table_key(table),
                partition_key=to_key(task.month),
            )
        for each in chosen:
            if each.table not in failures:
                yield dg.MaterializeResult(asset_key=table_key(tables[each.table]))
        if failures:
            raise RuntimeError("\n".join(failures.values()))

    return made


def analysis_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """One asset per table of the analysis layer: a step for all that read no other one's table."""
    first = [each for each in ANALYSES if each.table not in _LATER]
    later = [each for each in ANALYSES if each.table in _LATER]
    return [
        _step("analyses", first, partitions),
        *(_step(each.table, [each], partitions) for each in later),
    ]


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
