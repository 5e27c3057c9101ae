"""Dagster's own home under `SZ_HOME`: its settings, and what a killed run left in it."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef

from sz_assets.disk import write_bytes
from sz_assets.storage import Home

LAUNCHED_BY_COMMAND = {"sz_assets/launched_by": "command"}
UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def prepare_dagster_home(home: Home) -> Path:
    """Make sure that Dagster's home has its settings; returns the folder."""
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        write_bytes(settings, Path(__file__).with_name("dagster.yaml").read_bytes())
    return home.dagster


def open_instance(home: Home) -> dg.DagsterInstance:
    """The Dagster instance of this home."""
    folder = prepare_dagster_home(home)
    os.environ["DAGSTER_HOME"] = str(folder)
    # What a run plans, and the months that a step made of an asset, are stored together.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    # Read here, because Dagster takes the file's path for a pattern: in a folder with a bracket in
    # its name it would find none, and fall back to telemetry and no pools.
    settings = yaml.safe_load((folder / "dagster.yaml").read_text(encoding="utf-8")) or {}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides=settings))


def end_killed_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs that a killed command left as failed and free what they held; returns their ids.

    Only to be called by the holder of the home's lock: then no other command's run is alive.
    """
    unfinished = instance.get_runs(
        dg.RunsFilter(
            # Such a run begins without waiting, so one that did not start was killed as well.
            statuses=[dg.DagsterRunStatus.NOT_STARTED, *UNFINISHED],
            tags=LAUNCHED_BY_COMMAND,
        )
    )
    for run in unfinished:
        instance.report_run_failed(
            run, "The process ended before the run did; what it had stored is kept."
        )
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in unfinished]
