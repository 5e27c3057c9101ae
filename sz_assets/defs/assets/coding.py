"""The codes of the core layer: what people said, what machines say, and the best code of each."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import newest
from sz_assets.contracts.coding import CODING_TASKS, HUMAN_CODES, MACHINE_CODES
from sz_assets.contracts.core import VIDEO_CODES, VIDEOS
from sz_assets.core.coding.best_code import best_codes, human_codes
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.machine_words import MachineWord, machine_codes, of_cue_words, of_trained
from sz_assets.core.coding.tasks_table import coding_tasks
from sz_assets.defs.checks import table_checks
from sz_assets.defs.describe import stored, table_key, table_spec
from sz_assets.defs.months import ONE_RUN, crawl_months, to_key

_KINDS = {"polars", "parquet"}
_PEOPLE = (CODING_TASKS, HUMAN_CODES)


def coding_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """What people were given and said, what machines say, and the code that counts."""
    options: dict[str, Any] = {
        "partitions_def": partitions,
        "backfill_policy": ONE_RUN,
        "required_resource_keys": {"study", "lake", "coding"},
    }

    @dg.multi_asset(
        name="human_codes",
        specs=[table_spec(t, _KINDS, [table_key(VIDEOS)]) for t in _PEOPLE],
        **options,
    )
    def made_human_codes(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None]]:
        study, lake, store = (getattr(context.resources, n) for n in ("study", "lake", "coding"))
        codes, tasks, codebooks = newest(store.codes()), store.sample_tasks(), store.codebooks()
        for month in crawl_months(context):
            videos = lake.rows(VIDEOS, month)
            frames = (
                coding_tasks(tasks, videos),
                human_codes(codes, tasks, videos, study.codebook, codebooks),
            )
            for table, frame in zip(_PEOPLE, frames, strict=True):
                path = lake.lake.write(table, month, frame)
                told = {
                    f"{name}s": frame[name].n_unique()
                    for name in ("sample_id", "coder_id")
                    if name in frame
                }
                context.add_asset_metadata(
                    {**stored(frame, path), **told},
                    asset_key=table_key(table),
                    partition_key=to_key(month),
                )
        for table in _PEOPLE:
            yield dg.MaterializeResult(asset_key=table_key(table))

    @dg.multi_asset(
        name="machine_codes",
        specs=[table_spec(MACHINE_CODES, _KINDS, [table_key(VIDEOS)])],
        **options,
    )
    def made_machine_codes(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        study, lake, store = (getattr(context.resources, n) for n in ("study", "lake", "coding"))
        model, reason = Models(store).in_use(study.codebook)
        for month in crawl_months(context):
            videos = lake.rows(VIDEOS, month)
            trained = (
                None
                if model is None
                else MachineWord(
                    model.coding_method,
                    model.card.codebook_version,
                    model.code(videos, study.coding.abstain_below),
                    model.seen_tasks(videos),
                )
            )
            frame = machine_codes(code_videos(videos, study.codebook), trained)
            path = lake.lake.write(MACHINE_CODES, month, frame)
            told = {
                "coded_by_cue_words": frame["cue_word_category"].count(),
                "trained_coder": reason or str(model and model.coding_method),
                "coded_by_trained_coder": frame["machine_category"].count(),
            }
            context.add_asset_metadata({**stored(frame, path), **told}, partition_key=to_key(month))
        return dg.MaterializeResult()

    @dg.multi_asset(
        name="video_codes",
        specs=[
            table_spec(
                VIDEO_CODES, _KINDS, [table_key(t) for t in (VIDEOS, HUMAN_CODES, MACHINE_CODES)]
            )
        ],
        **options,
    )
    def video_codes(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        study, lake = context.resources.study, context.resources.lake
        for month in crawl_months(context):
            said = lake.rows(MACHINE_CODES, month)
            frame = best_codes(
                lake.rows(VIDEOS, month),
                of_cue_words(said),
                of_trained(said),
                lake.rows(HUMAN_CODES, month),
                study.codebook,
            )
            path = lake.lake.write(VIDEO_CODES, month, frame)
            counts = dict(frame["coding_method"].value_counts(sort=True).iter_rows())
            told = {"coded": frame["secondary_category"].count(), **counts}
            context.add_asset_metadata({**stored(frame, path), **told}, partition_key=to_key(month))
        return dg.MaterializeResult()

    return [made_human_codes, made_machine_codes, video_codes]


def coding_checks(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    """The contracts' checks, one step for each step that writes."""
    groups = {
        "check_human_codes": list(_PEOPLE),
        "check_machine_codes": [MACHINE_CODES],
        "check_video_codes": [VIDEO_CODES],
    }
    return [
        table_checks(name, tables, partitions, reader_key="lake") for name, tables in groups.items()
    ]
